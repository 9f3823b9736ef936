#include "daemon/base/log_outlet.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

namespace tenggat {
namespace {

constexpr const char* kJournal = "/run/systemd/journal/socket";
// At the end of the process: so often, and each time so long, nothing may move.
constexpr int kFlushTries = 10;
constexpr int kFlushWaitMs = 50;
// This much is not held back for more to come.
constexpr std::size_t kGatherMax = 64 * 1024;

bool can_take(int fd, int wait_ms) {
  pollfd one{.fd = fd, .events = POLLOUT, .revents = 0};
  return ::poll(&one, 1, wait_ms) == 1 && (one.revents & POLLOUT) != 0;
}

ssize_t send_to_journal(int fd, std::string_view entry) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, kJournal, sizeof address.sun_path - 1);
  return ::sendto(fd, entry.data(), entry.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                  reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

}  // namespace

LogOutlet::~LogOutlet() { close_own(); }

void LogOutlet::close_own() {
  if (own_ >= 0) ::close(own_);
  own_ = -1;
}

void LogOutlet::open(To to) {
  const std::lock_guard lock(mutex_);
  to_ = to;
  piece_.reserve(PIPE_BUF);  // to leave needs no memory
  close_own();
  if (to == To::journal)
    own_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  else
    look_at_standard_error();
}

void LogOutlet::look_at_standard_error() {
  close_own();
  struct stat stream {};
  if (::fstat(STDERR_FILENO, &stream) != 0) return;
  device_ = stream.st_dev;
  inode_ = stream.st_ino;
  const bool terminal = S_ISCHR(stream.st_mode) && ::isatty(STDERR_FILENO) == 1;
  kind_ = S_ISSOCK(stream.st_mode)               ? Kind::socket
          : S_ISFIFO(stream.st_mode) || terminal ? Kind::pipe
                                                 : Kind::file;
  if (kind_ == Kind::pipe)
    own_ = ::open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

// How much of it has left; 0: not now.
std::size_t LogOutlet::write_some(std::string_view bytes) {
  ssize_t written = -1;
  do {
    if (to_ == To::journal) {
      written = send_to_journal(own_, bytes);
      // Too large for a datagram, ever.
      if (written < 0 && errno == EMSGSIZE) {
        ++lost_;
        ++lost_ever_;
        return bytes.size();
      }
    } else if (kind_ == Kind::socket) {
      written = ::send(STDERR_FILENO, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    } else if (kind_ == Kind::pipe && own_ >= 0) {
      written = ::write(own_, bytes.data(), bytes.size());
    } else if (kind_ == Kind::file) {
      written = ::write(STDERR_FILENO, bytes.data(), bytes.size());
    } else if (can_take(STDERR_FILENO, 0)) {
      // Another user's pipe, which cannot be opened anew: it has room for this much.
      written = ::write(STDERR_FILENO, bytes.data(), std::min<std::size_t>(bytes.size(), PIPE_BUF));
    } else {
      return 0;
    }
  } while (written < 0 && errno == EINTR);
  return written > 0 ? static_cast<std::size_t>(written) : 0;
}

void LogOutlet::gather(std::function<void()> later) {
  const std::lock_guard lock(mutex_);
  later_ = std::move(later);
  asked_ = false;
}

// False: nobody will come.
bool LogOutlet::ask() noexcept {
  try {
    if (!asked_) later_();
    asked_ = true;
    return true;
  } catch (...) {  // out of memory
    return false;
  }
}

// Whole lines, as many as a pipe takes undivided; an entry of the journal goes alone.
std::string_view LogOutlet::next_piece() {
  const std::string_view front = std::string_view(waiting_.front()).substr(front_left_);
  if (to_ == To::journal || waiting_.size() == 1 || front.size() >= PIPE_BUF) return front;
  piece_.assign(front);
  for (auto next = waiting_.begin() + 1;
       next != waiting_.end() && piece_.size() + next->size() <= PIPE_BUF; ++next)
    piece_ += *next;
  return piece_;
}

void LogOutlet::gone(std::size_t bytes) {
  front_left_ += bytes;
  while (!waiting_.empty() && front_left_ >= waiting_.front().size()) {
    front_left_ -= waiting_.front().size();
    waiting_bytes_ -= waiting_.front().size();
    waiting_.pop_front();
  }
}

void LogOutlet::leave() {
  asked_ = false;
  if (to_ == To::standard_error) {
    struct stat stream {};
    if (::fstat(STDERR_FILENO, &stream) == 0 &&
        (stream.st_dev != device_ || stream.st_ino != inode_))
      look_at_standard_error();
  }
  while (!waiting_.empty()) {
    const std::size_t bytes = write_some(next_piece());
    if (bytes == 0) return;
    gone(bytes);
  }
}

void LogOutlet::put(std::string record, bool urgent) noexcept {
  const std::lock_guard lock(mutex_);
  if (lost_ > 0 || waiting_bytes_ + record.size() > kWaitingMax) {
    leave();
    // What comes after a loss waits until the loss is told: the log's order is true.
    if (lost_ > 0 || waiting_bytes_ + record.size() > kWaitingMax) {
      ++lost_;
      ++lost_ever_;
      return;
    }
  }
  try {
    const std::size_t bytes = record.size();
    waiting_.push_back(std::move(record));
    waiting_bytes_ += bytes;
  } catch (...) {  // out of memory
    ++lost_;
    ++lost_ever_;
  }
  const bool holds_back = !urgent && later_ && waiting_bytes_ <= kGatherMax;
  if (!holds_back || !ask()) leave();
}

void LogOutlet::tend() {
  const std::lock_guard lock(mutex_);
  leave();
}

std::uint64_t LogOutlet::take_lost() {
  const std::lock_guard lock(mutex_);
  if (lost_ == 0) return 0;
  leave();
  return waiting_.empty() ? std::exchange(lost_, 0) : 0;
}

void LogOutlet::flush() {
  for (int tries = 0; tries < kFlushTries;) {
    std::size_t before = 0, after = 0;
    int fd = -1;
    {
      const std::lock_guard lock(mutex_);
      before = waiting_bytes_ - front_left_;
      leave();
      after = waiting_bytes_ - front_left_;
      fd = own_ >= 0 ? own_ : STDERR_FILENO;
    }
    if (after == 0) return;
    if (after == before) ++tries;
    // A datagram's socket says nothing of its reader.
    if (!can_take(fd, kFlushWaitMs) || to_ == To::journal) ::poll(nullptr, 0, kFlushWaitMs / 5);
  }
}

std::uint64_t LogOutlet::lost_ever() const {
  const std::lock_guard lock(mutex_);
  return lost_ever_;
}

}  // namespace tenggat
