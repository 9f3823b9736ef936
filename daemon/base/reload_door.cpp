#include "daemon/base/reload_door.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <utility>

#include "daemon/base/log.h"

namespace tenggat {
namespace {

namespace asio = boost::asio;
using asio::local::stream_protocol;

// The last line of an answer; without it the daemon ended meanwhile.
constexpr const char* kAccepted = "accepted\n";
constexpr const char* kRefused = "refused\n";
// The service manager gives it 90.
constexpr int kPatienceSeconds = 80;

// A leading NUL: in the kernel's table of names, not in the file system.
std::string name_of(pid_t daemon) {
  return std::string(1, '\0') + fmt::format("tenggatd-{}", daemon);
}

ucred peer_of(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) peer.pid = 0;
  return peer;
}

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text + '\n';
}

// Connected to that daemon and no other; -1 where there is none.
int connect_to(pid_t daemon) {
  const std::string name = name_of(daemon);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, name.data(), name.size());
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return -1;
  const timeval patience{kPatienceSeconds, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), length) == 0 &&
      peer_of(socket).pid == daemon)
    return socket;
  ::close(socket);
  return -1;
}

std::string all_of(int socket) {
  std::string answer;
  char bytes[4096];
  while (true) {
    const ssize_t count = ::read(socket, bytes, sizeof bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return answer;
    answer.append(bytes, static_cast<std::size_t>(count));
  }
}

// Whether the answer ended so; cuts that off.
bool take_end(std::string& answer, std::string_view end) {
  if (!answer.ends_with(end)) return false;
  answer.resize(answer.size() - end.size());
  return true;
}

}  // namespace

ReloadDoor::ReloadDoor(asio::any_io_executor executor, Reload reload)
    : acceptor_(std::move(executor)), reload_(std::move(reload)) {}

asio::awaitable<void> ReloadDoor::run() {
  boost::system::error_code failed;
  acceptor_.open();
  acceptor_.bind(stream_protocol::endpoint(name_of(::getpid())), failed);
  if (!failed) acceptor_.listen(4, failed);
  if (failed) log_event(Level::warning, "reload_door_shut", {{"why", failed.message()}});
  while (!failed && !closed_) {
    stream_protocol::socket caller(acceptor_.get_executor());
    co_await acceptor_.async_accept(caller, asio::redirect_error(asio::use_awaitable, failed));
    if (failed) break;
    const uid_t user = peer_of(caller.native_handle()).uid;
    if (user == 0 || user == ::geteuid()) co_await answer(std::move(caller));
  }
}

asio::awaitable<void> ReloadDoor::answer(stream_protocol::socket caller) {
  auto running = reload_();
  const ReloadReport report = co_await std::move(running);
  std::string text;
  for (const std::string& line : report.lines) text += one_line(line);
  text += report.accepted ? kAccepted : kRefused;
  boost::system::error_code gone;
  co_await asio::async_write(caller, asio::buffer(text),
                             asio::redirect_error(asio::use_awaitable, gone));
}

void ReloadDoor::close() {
  closed_ = true;
  boost::system::error_code ignored;
  acceptor_.close(ignored);
}

int ask_to_reload(pid_t daemon) {
  const int socket = connect_to(daemon);
  if (socket < 0) {
    fmt::print(stderr, "tenggatd: process {} is no running tenggatd of this user\n", daemon);
    return 1;
  }
  std::string answer = all_of(socket);
  ::close(socket);
  if (take_end(answer, kAccepted)) {
    fmt::print("{}", answer);
    return 0;
  }
  const bool refused = take_end(answer, kRefused);
  fmt::print(stderr, "{}{}\n", answer,
             refused ? "reload refused: what was in force stays" : "no answer from the daemon");
  return 1;
}

}  // namespace tenggat
