// What lies around the daemon and says nothing: names that do not resolve, a database, a mail
// server and a portal that take connections and never answer, a log that nobody reads; while it
// starts, works and stops. It stays alive, loses nothing it acknowledged, and ends in time. And
// what it lacks (descriptors), what is not its own (a newer schema), and who else is at its
// database.
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <cstring>
#include <functional>
#include <future>
#include <iostream>
#include <optional>
#include <thread>

#include "daemon/pg/migrate.h"
#include "daemon/store/migrations.h"
#include "tests/e2e/office.h"
#include "tests/support/await.h"
#include "tests/support/fault_proxy.h"
#include "tests/support/office_load.h"
#include "tests/support/process.h"
#include "tests/support/reader.h"
#include "tests/support/small_disk.h"

namespace tenggat::test {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

bool becomes_true(const std::function<bool()>& condition,
                  std::chrono::milliseconds limit = std::chrono::seconds(20)) {
  const auto end = Clock::now() + limit;
  while (!condition()) {
    if (Clock::now() > end) return false;
    std::this_thread::sleep_for(20ms);
  }
  return true;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Runs its function until it goes.
class Background {
 public:
  explicit Background(std::function<void(const std::atomic<bool>& over)> work)
      : thread_([this, work = std::move(work)] { work(over_); }) {}
  ~Background() {
    over_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> over_{false};
  std::thread thread_;
};

int listening(int type, std::uint32_t address, int port) {
  const int fd = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(static_cast<std::uint16_t>(port));
  at.sin_addr.s_addr = htonl(address);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0)
    throw std::runtime_error(fmt::format("cannot bind: {}", std::strerror(errno)));
  if (type == SOCK_STREAM) ::listen(fd, 64);
  return fd;
}

// A name server: every name is loopback, until it is mute.
class NameServer {
 public:
  static constexpr std::uint32_t kAddress = 0x7F090909;  // 127.9.9.9

  std::atomic<bool> mute{false};
  std::atomic<int> asked_in_vain{0};

 private:
  void serve(const std::atomic<bool>& over) {
    while (!over) {
      pollfd one{.fd = fd_, .events = POLLIN, .revents = 0};
      if (::poll(&one, 1, 50) != 1) continue;
      unsigned char packet[512];
      sockaddr_in from{};
      socklen_t size = sizeof from;
      const ssize_t length =
          ::recvfrom(fd_, packet, sizeof packet - 16, 0, reinterpret_cast<sockaddr*>(&from), &size);
      if (length < 17) continue;
      if (mute) {
        ++asked_in_vain;
        continue;
      }
      // The question, to the end of its class: RFC 1035, 4.1.2.
      std::size_t at = 12;
      while (packet[at] != 0) at += packet[at] + 1;
      const bool address = packet[at + 2] == 1;  // A; of others there is none
      at += 5;
      packet[2] = 0x81;
      packet[3] = 0x80;
      packet[7] = address ? 1 : 0;
      for (int i = 8; i < 12; ++i) packet[i] = 0;
      if (address) {
        constexpr unsigned char kAnswer[] = {0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1};
        std::memcpy(packet + at, kAnswer, sizeof kAnswer);
        at += sizeof kAnswer;
      }
      ::sendto(fd_, packet, at, 0, reinterpret_cast<const sockaddr*>(&from), size);
    }
    ::close(fd_);
  }

  int fd_ = listening(SOCK_DGRAM, kAddress, 53);
  Background thread_{[this](const std::atomic<bool>& over) { serve(over); }};
};

// Takes connections; says 200 to each request of HTTP, or greets as a mail server does and takes
// nothing, until it is mute: then it takes them and says nothing more.
class Outsider {
 public:
  enum class Speaks { http, smtp };
  explicit Outsider(Speaks what) : what_(what) {}

  int port() const { return port_; }
  std::atomic<bool> mute{false};
  std::atomic<int> taken{0}, answered{0};

 private:
  void serve(const std::atomic<bool>& over) {
    std::vector<int> peers;
    while (!over) {
      std::vector<pollfd> polled{{.fd = fd_, .events = POLLIN, .revents = 0}};
      for (const int peer : peers) polled.push_back({.fd = peer, .events = POLLIN, .revents = 0});
      if (::poll(polled.data(), polled.size(), 50) < 1) continue;
      if (polled[0].revents != 0) {
        const int peer = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
        if (peer >= 0) {
          ++taken;
          peers.push_back(peer);
          if (what_ == Speaks::smtp && !mute) say(peer, "220 surat.uji ESMTP\r\n");
        }
      }
      for (std::size_t i = 1; i < polled.size(); ++i) {
        if (polled[i].revents == 0) continue;
        char bytes[16384];
        if (::recv(polled[i].fd, bytes, sizeof bytes, 0) <= 0) {
          std::erase(peers, polled[i].fd);
          ::close(polled[i].fd);
        } else if (!mute) {
          ++answered;
          say(polled[i].fd, what_ == Speaks::smtp ? "451 nanti saja\r\n"
                                                  : "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        }
      }
    }
    for (const int peer : peers) ::close(peer);
    ::close(fd_);
  }
  static void say(int peer, const std::string& words) {
    static_cast<void>(::send(peer, words.data(), words.size(), MSG_NOSIGNAL));
  }

  Speaks what_;
  int port_ = free_port();
  int fd_ = listening(SOCK_STREAM, INADDR_LOOPBACK, port_);
  Background thread_{[this](const std::atomic<bool>& over) { serve(over); }};
};

// Standard error of a daemon: a pipe that somebody reads, or nobody.
class LogPipe {
 public:
  void replace(const std::filesystem::path& file) {
    std::filesystem::remove(file);
    if (::mkfifo(file.c_str(), 0600) != 0) throw std::runtime_error("no fifo");
    fd_ = ::open(file.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    reader_.emplace([this](const std::atomic<bool>& over) { read(over); });
  }
  // Not a byte more fits.
  void fill_up() {
    unread = true;
    std::this_thread::sleep_for(60ms);  // a read under way is over
    const std::string page(4096, '#');
    while (::write(fd_, page.data(), page.size()) > 0) {
    }
    while (::write(fd_, "#", 1) > 0) {
    }
  }
  ~LogPipe() {
    reader_.reset();
    if (fd_ >= 0) ::close(fd_);
  }
  std::string text() {
    const std::lock_guard lock(mutex_);
    return text_;
  }
  std::atomic<bool> unread{false};

 private:
  void read(const std::atomic<bool>& over) {
    while (!over) {
      pollfd one{.fd = fd_, .events = POLLIN, .revents = 0};
      if (unread || ::poll(&one, 1, 50) != 1) {
        std::this_thread::sleep_for(10ms);
        continue;
      }
      char bytes[65536];
      const ssize_t count = ::read(fd_, bytes, sizeof bytes);
      const std::lock_guard lock(mutex_);
      if (count > 0) text_.append(bytes, static_cast<std::size_t>(count));
    }
  }
  int fd_ = -1;
  std::mutex mutex_;
  std::string text_;
  std::optional<Background> reader_;
};

enum class Mute { dns, database, mta, portal, log };
enum class Phase { start, work, shutdown };

std::string name_of(Mute what) {
  constexpr const char* kNames[] = {"Dns", "Database", "Mta", "Portal", "Log"};
  return kNames[static_cast<int>(what)];
}
std::string name_of(Phase when) {
  constexpr const char* kNames[] = {"Start", "Work", "Shutdown"};
  return kNames[static_cast<int>(when)];
}

HttpAnswer asked(int port, std::string request, std::chrono::milliseconds limit) {
  boost::asio::io_context io;
  HttpClient client{io.get_executor(), port};
  auto answer =
      boost::asio::co_spawn(io, client.exchange(std::move(request)), boost::asio::use_future);
  io.run_for(limit);
  if (answer.wait_for(0s) != std::future_status::ready) {
    client.close();
    io.restart();
    io.run_for(1s);
    return {};
  }
  try {
    return answer.get();
  } catch (const std::exception&) {
    return {};
  }
}

// By this process and its children alone, whose mounts are their own.
void resolve_by(const std::filesystem::path& resolv_conf) {
  static bool bound = false;
  if (!bound && ::mount(resolv_conf.c_str(), "/etc/resolv.conf", nullptr, MS_BIND, nullptr) != 0)
    throw std::runtime_error("cannot bind /etc/resolv.conf");
  bound = true;
}

// An office that knows all of them by name.
class Hostile : public testing::TestWithParam<std::tuple<Mute, Phase>> {
 protected:
  Hostile() {
    static int number = 0;
    database_ = fmt::format("hostile_{}_{}", ::getpid(), ++number);
    shared_postgres().create_database(database_);
    DaemonProcess::Options options;
    options.conninfo = named(proxy_.conninfo(database_), "basisdata.kantor.uji");
    options.configuration = fmt::format(
        "email: {{url: \"smtp://surat.kantor.uji:{}\", from: izin@example.go.id, tls: none}}\n"
        "portal: {{url: \"http://portal.kantor.uji:{}/\", secret_files: [secret], allow_private:"
        " true}}\n"
        "undo_window: 0s\nhttp: {{requests_a_minute: 1000000, failures_a_minute: 1000000}}\n",
        mta_.port(), portal_.port());
    daemon_.emplace(std::move(options));
    write_file(daemon_->directory() / "secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLjSw");
    write_file(daemon_->directory() / "resolv.conf",
               "nameserver 127.9.9.9\noptions timeout:15 attempts:4\n");
    resolve_by(daemon_->directory() / "resolv.conf");
    // While it is migrated nothing is asked of it.
    const std::string by_name = daemon_->options().conninfo;
    daemon_->options().conninfo = shared_postgres().conninfo(database_);
    daemon_->write_configuration();
    daemon_->must({"db", "migrate"});
    token_ = OfficeLoad::staff(*daemon_).portal;
    daemon_->must({"officer", "add", "--id", "adm", "--name", "Yusuf", "--role", "admin", "--email",
                   "yusuf@example.go.id"});
    daemon_->options().conninfo = by_name;
    daemon_->write_configuration();
    log_.replace(daemon_->directory() / "daemon.err");
  }
  ~Hostile() override {
    daemon_->kill9();
    if (HasFailure()) std::cerr << "daemon log:\n" << log_.text() << '\n';
  }

  static std::string named(std::string conninfo, const std::string& name) {
    const std::string loopback = "127.0.0.1";
    const auto at = conninfo.find(loopback);
    return conninfo.replace(at, loopback.size(), name);
  }

  void fall_mute(Mute what) {
    switch (what) {
      case Mute::dns:
        dns_.mute = true;
        // What was resolved before is asked again.
        proxy_.cut();
        return;
      case Mute::database:
        return proxy_.black_hole();
      case Mute::mta:
        mta_.mute = true;
        return;
      case Mute::portal:
        portal_.mute = true;
        return;
      case Mute::log:
        return log_.fill_up();
    }
  }
  void speak_again() {
    dns_.mute = mta_.mute = portal_.mute = false;
    log_.unread = false;
    proxy_.pass();
    proxy_.cut();
  }

  // Alive, and says so within a second.
  void is_alive() {
    const auto begun = Clock::now();
    const std::string answer = http_get(daemon_->admin_port(), "/livez");
    EXPECT_TRUE(has(answer, "200 OK")) << answer;
    EXPECT_LT(Clock::now() - begun, 1s);
  }

  // An application; kept in mind where it was acknowledged.
  void submit(std::chrono::milliseconds limit = 3s) {
    const std::string name = fmt::format("tk-{}", ++submitted_);
    const std::string body = fmt::format(
        R"({{"sop":"paud","applicant":{{"name":"Siti Aminah","email":"siti@example.id"}},)"
        R"("subject":"TK Melati","external_id":"{}","documents":[{{"kind":)"
        R"("persyaratan_izin_paud","uri":"https://example.go.id/melati"}}]}})",
        name);
    const HttpAnswer answer = asked(
        daemon_->api_port(), http_request("POST", "/api/v1/permits", token_, name, body), limit);
    if (answer.status == 201) acknowledged_.push_back(name);
  }
  // Its mail leaves at once.
  void sign_in() {
    const std::string form = "alamat=yusuf%40example.go.id&ke=";
    asked(daemon_->api_port(),
          fmt::format("POST /masuk HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: "
                      "application/x-www-form-urlencoded\r\nContent-Length: {}\r\nOrigin: "
                      "https://perizinan.example.go.id\r\n\r\n{}",
                      daemon_->api_port(), form.size(), form),
          1s);
  }
  // All of them are at work.
  void work() {
    submit();
    sign_in();
    EXPECT_TRUE(becomes_true([&] { return portal_.taken > 0 && mta_.taken > 0; }, 60s))
        << fmt::format("portal {}, mail {}, changes without a number, events: {}",
                       portal_.taken.load(), mta_.taken.load(),
                       shared_postgres().execute(
                           "SELECT (SELECT count(*) FROM change WHERE place IS NULL) || ', ' ||"
                           " coalesce((SELECT string_agg(to_jsonb(e)::text, ' ') FROM portal_event"
                           " e), 'none')",
                           database_));
  }

  void stops_in_time() {
    const auto begun = Clock::now();
    daemon_->signal(SIGTERM);
    ASSERT_TRUE(becomes_true([&] { return daemon_->ended(); }, 30s));
    EXPECT_LT(Clock::now() - begun, 10s);
    EXPECT_EQ(daemon_->last_status(), 0);
  }
  void lost_nothing() {
    for (const std::string& name : acknowledged_)
      EXPECT_EQ(
          shared_postgres().execute(
              fmt::format("SELECT count(*) FROM permit WHERE external_id = '{}'", name), database_),
          "1")
          << name;
  }

  NameServer dns_;
  FaultProxy proxy_{shared_postgres()};
  Outsider mta_{Outsider::Speaks::smtp}, portal_{Outsider::Speaks::http};
  std::string database_, token_;
  std::optional<DaemonProcess> daemon_;
  LogPipe log_;
  int submitted_ = 0;
  std::vector<std::string> acknowledged_;
};

TEST_P(Hostile, NothingMuteHoldsItUp) {
  const auto [what, when] = GetParam();
  if (when == Phase::start) {
    fall_mute(what);
    daemon_->launch();
    ASSERT_TRUE(
        becomes_true([&] { return has(http_get(daemon_->admin_port(), "/livez"), "200 OK"); }));
    // What it does not need to serve keeps it from nothing.
    if (what != Mute::dns && what != Mute::database) {
      EXPECT_TRUE(becomes_true([&] { return daemon_->ready(); }));
      work();
    }
    for (int i = 0; i < 10; ++i) {
      is_alive();
      std::this_thread::sleep_for(100ms);
    }
  } else {
    daemon_->start();
    work();
    fall_mute(what);
    if (when == Phase::work) {
      for (int i = 0; i < 4; ++i) {
        is_alive();
        submit(what == Mute::database || what == Mute::dns ? 300ms : 3s);
        sign_in();
      }
      const std::size_t before = acknowledged_.size();
      if (what != Mute::database && what != Mute::dns) {
        EXPECT_GE(before, 4u);
      }
      speak_again();
      EXPECT_TRUE(becomes_true([&] { return daemon_->ready(); }));
      EXPECT_TRUE(becomes_true([&] {
        submit();
        return acknowledged_.size() > before;
      }));
    } else {
      submit(300ms);
      sign_in();
    }
  }
  stops_in_time();
  lost_nothing();
}

INSTANTIATE_TEST_SUITE_P(
    AtAnyTime, Hostile,
    testing::Combine(testing::Values(Mute::dns, Mute::database, Mute::mta, Mute::portal, Mute::log),
                     testing::Values(Phase::start, Phase::work, Phase::shutdown)),
    [](const testing::TestParamInfo<Hostile::ParamType>& cell) {
      return name_of(std::get<0>(cell.param)) + "Mute" + name_of(std::get<1>(cell.param));
    });

// --- a log that nobody reads
// ----------------------------------------------------------------------

class HostileLog : public Hostile {};

boost::asio::awaitable<void> ask_on(boost::asio::io_context& io, int port, std::string request,
                                    const std::atomic<bool>& over) {
  HttpClient client{io.get_executor(), port};
  while (!over) {
    auto asking = client.exchange(request);
    static_cast<void>(co_await std::move(asking));
  }
}

TEST_F(HostileLog, UnreadItLosesLinesAndSaysHowManyOnceItIsRead) {
  daemon_->start();
  log_.fill_up();
  // Each refused one is a line of its own; a MiB of them waits, the rest is lost.
  const std::string request = http_request("POST", "/api/v1/permits", token_, "", "{}");
  const auto lost = [&] {
    const std::string metrics = http_get(daemon_->admin_port(), "/metrics");
    const auto at = metrics.find("\ntenggat_log_lines_lost_total ");
    return at == std::string::npos ? -1 : std::stoi(metrics.substr(at + 30));
  };
  Background asking([&](const std::atomic<bool>& over) {
    boost::asio::io_context io;
    boost::asio::co_spawn(io, ask_on(io, daemon_->api_port(), request, over),
                          [](std::exception_ptr) {});
    io.run();
  });
  EXPECT_TRUE(becomes_true([&] { return lost() > 0; }, 60s)) << lost();
  is_alive();
  log_.unread = false;
  EXPECT_TRUE(becomes_true([&] { return has(log_.text(), "\"log_lines_lost\""); }));
}

// --- a disk that is full
// --------------------------------------------------------------------------

class HostileDisk : public Hostile {
 protected:
  HostileDisk() {
    daemon_->options().configuration = fmt::format(
        "email: {{url: \"file:{}/mails\", from: izin@example.go.id}}\n"
        "http: {{failures_a_minute: 1000000}}\n",
        disk_.directory());
    daemon_->write_configuration();
    // The log lies there, too.
    std::filesystem::remove(daemon_->directory() / "daemon.err");
    std::filesystem::create_symlink(disk_.directory() + "/log",
                                    daemon_->directory() / "daemon.err");
  }
  std::string messages(const std::string& state) {
    return shared_postgres().execute(
        "SELECT count(*) FROM message WHERE text <> 'perubahan_kantor' AND state = '" + state + "'",
        database_);
  }
  SmallDisk disk_{2 * 1024 * 1024};
};

TEST_F(HostileDisk, ThatIsFullLosesNoMail) {
  daemon_->start();
  disk_.fill();
  sign_in();
  const std::string failed =
      "tenggat_messages_failed_total{channel=\"email\",reason=\"storage_failed\"}";
  EXPECT_TRUE(becomes_true([&] {
    const std::string metrics = http_get(daemon_->admin_port(), "/metrics");
    const auto at = metrics.find(failed);
    return at != std::string::npos && std::stod(metrics.substr(at + failed.size())) > 0;
  }));
  EXPECT_EQ(messages("accepted"), "0");
  is_alive();
  disk_.clear();
  EXPECT_TRUE(becomes_true([&] { return messages("accepted") == "1"; }));
  int files = 0;
  for (const auto& one : std::filesystem::directory_iterator(disk_.directory() + "/mails")) {
    if (has(one.path().filename(), "perubahan_kantor")) continue;  // of the office being furnished
    ++files;
    EXPECT_TRUE(has(read_file(one.path()), "/masuk/")) << one.path();
  }
  EXPECT_EQ(files, 1);
  // What it said of that waited as well.
  EXPECT_TRUE(
      becomes_true([&] { return has(read_file(disk_.directory() + "/log"), "storage_failed"); }));
  stops_in_time();
}

// --- no descriptor left
// ---------------------------------------------------------------------------

class HostileDescriptors : public Hostile {
 protected:
  rlim_t open_now() {
    return static_cast<rlim_t>(std::distance(
        std::filesystem::directory_iterator(fmt::format("/proc/{}/fd", daemon_->pid())),
        std::filesystem::directory_iterator{}));
  }
  void allow(rlim_t descriptors) {
    rlimit limit{};
    ASSERT_EQ(::prlimit(daemon_->pid(), RLIMIT_NOFILE, nullptr, &limit), 0);
    limit.rlim_cur = std::min(descriptors, limit.rlim_max);
    ASSERT_EQ(::prlimit(daemon_->pid(), RLIMIT_NOFILE, &limit, nullptr), 0);
  }
  // Of a processor, in hundredths of a second.
  long spent() {
    std::istringstream stat(read_file(fmt::format("/proc/{}/stat", daemon_->pid())));
    std::string word;
    long user = 0, system = 0;
    for (int i = 1; i <= 13; ++i) stat >> word;
    stat >> user >> system;
    return user + system;
  }
  static int count(const std::string& text, const std::string& part) {
    int found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
  }
};

TEST_F(HostileDescriptors, AreWaitedFor) {
  daemon_->start();
  work();
  allow(open_now() + 3);
  std::vector<int> guests;
  const auto come = [&] {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(static_cast<std::uint16_t>(daemon_->api_port()));
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    guests.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ::connect(guests.back(), reinterpret_cast<const sockaddr*>(&at), sizeof at);
  };
  for (int i = 0; i < 12; ++i) come();
  ASSERT_TRUE(becomes_true([&] { return has(log_.text(), "\"accept_failed\""); }));

  // A probe is answered all the same, whoever else comes is told to come back, and nothing spins.
  const long before = spent();
  for (int i = 0; i < 10; ++i) {
    is_alive();
    std::this_thread::sleep_for(200ms);
  }
  EXPECT_LT(spent() - before, 100);
  bool told = false;
  for (const int guest : guests) {
    char bytes[1024];
    const ssize_t length = ::recv(guest, bytes, sizeof bytes, MSG_DONTWAIT);
    if (length > 0) told = told || has({bytes, static_cast<std::size_t>(length)}, " 503 ");
  }
  EXPECT_TRUE(told);

  // What it loses of its own it cannot open again: the database's sessions, a mail's connection.
  proxy_.cut();
  sign_in();
  std::this_thread::sleep_for(2s);
  is_alive();
  EXPECT_FALSE(daemon_->ended());
  EXPECT_LE(count(log_.text(), "\"accept_failed\""), 2);  // one a listener and minute

  for (const int guest : guests) ::close(guest);
  allow(1024);
  EXPECT_TRUE(becomes_true([&] { return daemon_->ready(); }));
  const std::size_t kept = acknowledged_.size();
  submit();
  EXPECT_EQ(acknowledged_.size(), kept + 1);
  const int mails = mta_.taken;
  sign_in();
  EXPECT_TRUE(becomes_true([&] { return mta_.taken > mails; }));
  stops_in_time();
  lost_nothing();
}

// --- a schema that is newer
// -----------------------------------------------------------------------

// Daemons migrate what they are started on; here somebody else does.
pg::Awaitable<void> migrate_further(std::string conninfo, std::string sql,
                                    pg::MigrationOptions options) {
  std::vector<pg::Migration> list(store::migrations().begin(), store::migrations().end());
  list.push_back({9999, "9999_kelak", sql});
  pg::Connection connection = co_await pg::Connection::connect(pg::ConnectOptions{conninfo});
  auto migrating = pg::migrate(connection, list, std::move(options));
  co_await std::move(migrating);
}

class HostileSchema : public Hostile {
 protected:
  void is_halted(std::chrono::milliseconds within) {
    const auto readiness = [&] { return http_get(daemon_->admin_port(), "/readyz"); };
    ASSERT_TRUE(becomes_true(
        [&] { return has(readiness(), "the database's schema is newer than this program"); },
        within))
        << readiness();
    EXPECT_FALSE(daemon_->ready());
    is_alive();
    const std::string sessions = fmt::format(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = '{}' AND"
        " application_name = 'tenggatd'",
        database_);
    EXPECT_TRUE(becomes_true([&] { return shared_postgres().execute(sessions) == "0"; }, 3s));
    for (const std::string& path :
         {std::string("/api/v1/permits"), "/lacak/" + std::string(32, 'a')}) {
      const HttpAnswer answer =
          asked(daemon_->api_port(), http_request("GET", path, token_, "", ""), 8s);
      EXPECT_EQ(answer.status, 503) << path << answer.body;
    }
    const HttpAnswer refused =
        asked(daemon_->api_port(), http_request("GET", "/api/v1/permits", token_, "", ""), 8s);
    EXPECT_TRUE(has(refused.body, "/problems/database_away")) << refused.body;
    EXPECT_TRUE(has(refused.body, "newer than this program")) << refused.body;
    const std::size_t kept = acknowledged_.size();
    submit(12s);
    EXPECT_EQ(acknowledged_.size(), kept);
    EXPECT_TRUE(has(log_.text(), "\"schema_newer\""));
    EXPECT_EQ(shared_postgres().execute(sessions), "0");
    stops_in_time();
    lost_nothing();
    daemon_->launch();
    ASSERT_TRUE(becomes_true([&] { return daemon_->ended(); }));
    EXPECT_EQ(daemon_->last_status(), 1);
  }
};

TEST_F(HostileSchema, ThatIsNewerStopsItAtOnce) {
  daemon_->start();
  work();
  boost::asio::io_context io;
  await(io,
        migrate_further(shared_postgres().conninfo(database_), "CREATE TABLE kelak (id int)", {}));
  is_halted(1s);
}

// Nobody told it: a copy of a newer office's database in its place, say.
TEST_F(HostileSchema, ThatIsNewerIsSeenByWhateverIsDoneNext) {
  daemon_->start();
  work();
  shared_postgres().execute(
      "INSERT INTO schema_migration (version, name, sha256) VALUES (9999, '9999_kelak', '')",
      database_);
  is_halted(3s);
}

// --- who else is at the database
// ------------------------------------------------------------------

class HostileReader : public Hostile {
 protected:
  using Session = std::unique_ptr<PGconn, decltype(&PQfinish)>;
  using Answer = std::unique_ptr<PGresult, decltype(&PQclear)>;

  static void must(const Session& session, const std::string& sql) {
    const Answer answer(PQexec(session.get(), sql.c_str()), &PQclear);
    const auto status = PQresultStatus(answer.get());
    ASSERT_TRUE(status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
        << sql << ": " << PQerrorMessage(session.get());
  }
  // Its settings are its own to change.
  Session reader() {
    Session session(PQconnectdb(Reader(database_, "grafana").conninfo().c_str()), &PQfinish);
    must(session, "SET idle_in_transaction_session_timeout = 0");
    must(session, "SET statement_timeout = 0");
    return session;
  }
};

// Whatever it locks: advisory keys are anybody's.
TEST_F(HostileReader, CannotStopAStartAMigrationOrTheWork) {
  const Session session = reader();
  must(session, "SELECT pg_advisory_lock(32762622154072436)");
  for (const char* name : {"tenggat addresses of officers", "tenggat rules sop",
                           "tenggat rules calendar", "tenggat number paud"})
    must(session, fmt::format("SELECT pg_advisory_lock(hashtext('{}'))", name));
  must(session, "BEGIN");
  must(session, "SELECT count(*) FROM laporan.kasus");
  // In time, or not at all.
  daemon_->options().conninfo += " options='-c statement_timeout=5s'";
  daemon_->write_configuration();
  EXPECT_EQ(daemon_->tenggat({"db", "migrate"}).status, 0);
  ASSERT_NO_THROW(daemon_->start());
  work();
  EXPECT_EQ(acknowledged_.size(), 1u);
  const CommandResult added =
      daemon_->tenggat({"officer", "add", "--id", "baru", "--name", "Nor Ainah", "--role",
                        "front_office", "--email", "ainah@example.go.id"});
  EXPECT_EQ(added.status, 0) << added.err;
  stops_in_time();
}

TEST_F(HostileReader, ThatReadsForLongIsNamedToWhoMigratesAndHoldsUpNobodyElse) {
  daemon_->start();
  work();
  const Session session = reader();
  must(session, "BEGIN");
  must(session, "SELECT count(*) FROM laporan.kasus");
  const std::string conninfo = shared_postgres().conninfo(database_);
  const std::string change = "ALTER TABLE permit ADD COLUMN kelak int";

  boost::asio::io_context io;
  pg::MigrationOptions once;
  once.attempts = 1;
  try {
    await(io, migrate_further(conninfo, change, once));
    ADD_FAILURE() << "nobody was in the way";
  } catch (const pg::Error& error) {
    EXPECT_TRUE(has(error.message(), fmt::format("pid {} (grafana", PQbackendPID(session.get()))))
        << error.message();
    EXPECT_TRUE(has(error.message(), "pg_terminate_backend")) << error.message();
  }

  std::atomic<int> waited{0};
  pg::MigrationOptions patient;
  patient.on_wait = [&](const std::string&) { ++waited; };
  auto migrating = std::async(std::launch::async, [&] {
    boost::asio::io_context own;
    await(own, migrate_further(conninfo, change, patient));
  });
  // Who stands behind its attempt stands there for two seconds.
  while (waited < 1) {
    const std::size_t kept = acknowledged_.size();
    submit(4s);
    EXPECT_EQ(acknowledged_.size(), kept + 1);
  }
  must(session, "COMMIT");
  EXPECT_EQ(migrating.wait_for(20s), std::future_status::ready);
  EXPECT_NO_THROW(migrating.get());
  EXPECT_EQ(shared_postgres().execute("SELECT count(*) FROM pg_attribute WHERE attname = 'kelak'",
                                      database_),
            "1");
  stops_in_time();
  lost_nothing();
}

// A lock of somebody who may write keeps a start waiting, and it says who that is.
TEST_F(HostileReader, WhoKeepsAStartWaitingIsNamed) {
  const Session other(PQconnectdb(shared_postgres().conninfo(database_).c_str()), &PQfinish);
  must(other, "BEGIN");
  must(other, "SELECT FROM change_mark FOR UPDATE");
  daemon_->launch();
  const std::string pid = fmt::format("pid {} (", PQbackendPID(other.get()));
  EXPECT_TRUE(becomes_true([&] { return has(log_.text(), pid); })) << log_.text();
  EXPECT_FALSE(daemon_->ended());
  is_alive();
  must(other, "COMMIT");
  EXPECT_TRUE(becomes_true([&] { return daemon_->ready(); }));
  stops_in_time();
}

}  // namespace
}  // namespace tenggat::test

int main(int count, char** arguments) {
  tenggat::test::enter_own_mounts(arguments);
  testing::InitGoogleTest(&count, arguments);
  testing::AddGlobalTestEnvironment(new tenggat::test::PostgresEnvironment);
  return RUN_ALL_TESTS();
}
