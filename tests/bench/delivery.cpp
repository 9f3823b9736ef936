// What a message costs on its way out: mails into Postfix's smtp-sink, posts into a server on
// loopback that says yes, and beside them curl doing the same posts with nobody keeping account.
// The goal is 1,000 mails and 2,000 posts a second on one core's worth of processor time, the
// daemon's and its PostgreSQL's together, with fsync.
//
//   delivery SMTP_SINK   the program, from the package postfix
//
// Ends with 1 where a message is not accepted, or a sink has seen another number than was sent.
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <thread>

#include "tests/bench/usage.h"
#include "tests/support/daemon_process.h"
#include "tests/support/postgres.h"
#include "tests/support/process.h"

namespace tenggat::bench {
namespace asio = boost::asio;
namespace fs = std::filesystem;
using asio::ip::tcp;
using std::chrono::steady_clock;
namespace {

constexpr int kMails = 20'000;
constexpr int kPosts = 40'000;
constexpr int kCurlPosts = 10'000;
constexpr std::chrono::seconds kLimit{90};
constexpr const char* kBody =
    "Yth. Siti Aminah, berkas permohonan PAUD-2026-00417 dinyatakan lengkap pada Kamis, 2 April "
    "2026 pukul 14.00 WITA. Batas waktu penyelesaian: Jumat, 10 April 2026 pukul 09.00 WITA (5 "
    "hari "
    "kerja). Pantau di https://perizinan.example.go.id/lacak/0123456789abcdef0123456789abcdef – "
    "pesan resmi Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu.";

void say(const std::string& line) { std::cout << line << std::endl; }

// Takes every request, keeps connections, counts.
class PostSink {
 public:
  PostSink() {
    asio::co_spawn(io_, accept(), asio::detached);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~PostSink() {
    io_.stop();
    thread_.join();
  }
  std::string url() const {
    return fmt::format("http://127.0.0.1:{}/pesan", acceptor_.local_endpoint().port());
  }
  int taken() const { return taken_; }
  int connections() const { return connections_; }

 private:
  asio::awaitable<void> accept() {
    while (true)
      asio::co_spawn(io_, serve(co_await acceptor_.async_accept(asio::use_awaitable)),
                     asio::detached);
  }
  asio::awaitable<void> serve(tcp::socket peer) {
    ++connections_;
    peer.set_option(tcp::no_delay(true));
    std::string buffer;
    const std::string answer =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n"
        "{\"id\":\"ya\"}";
    while (true) {
      const std::size_t head = co_await asio::async_read_until(peer, asio::dynamic_buffer(buffer),
                                                               "\r\n\r\n", asio::use_awaitable);
      const auto at = buffer.find("Content-Length: ");
      const std::size_t length = std::stoul(buffer.substr(at + 16, 8));
      if (buffer.size() < head + length)
        co_await asio::async_read(peer, asio::dynamic_buffer(buffer),
                                  asio::transfer_exactly(head + length - buffer.size()),
                                  asio::use_awaitable);
      buffer.erase(0, head + length);
      ++taken_;
      co_await asio::async_write(peer, asio::buffer(answer), asio::use_awaitable);
    }
  }

  asio::io_context io_{1};
  tcp::acceptor acceptor_{io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  std::atomic<int> taken_ = 0, connections_ = 0;
  std::thread thread_;
};

class SmtpSink {
 public:
  explicit SmtpSink(const fs::path& program) : port_(test::free_port()) {
    std::vector<std::string> command{fs::canonical(program), "-c"};
    if (::geteuid() == 0) command.insert(command.end(), {"-u", "nobody"});
    command.insert(command.end(), {fmt::format("127.0.0.1:{}", port_), "128"});
    // Postfix keeps its libraries to itself.
    const fs::path libraries = fs::canonical(program).parent_path().parent_path() / "lib/postfix";
    process_ =
        test::spawn(command, {{"LD_LIBRARY_PATH", libraries.string()}}, counters_, counters_);
  }
  ~SmtpSink() {
    ::kill(process_, SIGTERM);
    test::wait_for(process_);
    fs::remove(counters_);
  }
  std::string url() const { return fmt::format("smtp://127.0.0.1:{}", port_); }
  std::string counters() const {  // "sess=… quit=… mesg=…"
    const std::string all = test::read_file(counters_);
    const auto last = all.find_last_not_of("\r\n");
    return last == std::string::npos ? "" : all.substr(all.find_last_of("\r\n", last) + 1);
  }

 private:
  int port_;
  fs::path counters_ = fs::temp_directory_path() / fmt::format("tenggat-smtp-sink-{}", ::getpid());
  pid_t process_ = 0;
};

class Delivery {
 public:
  explicit Delivery(const fs::path& smtp_sink);
  int run();

 private:
  std::string query(const std::string& sql) { return server_.execute(sql, database_); }
  void send(const std::string& what, const std::string& channel, int count);
  void curl_alone();

  test::TestPostgres server_{{.fsync = true, .settings = {"shared_buffers=256MB"}}};
  std::string database_ = "delivery";
  SmtpSink mails_;
  PostSink posts_;
  std::unique_ptr<test::DaemonProcess> daemon_;
  int faults_ = 0;
};

Delivery::Delivery(const fs::path& smtp_sink) : mails_(smtp_sink) {
  test::DaemonProcess::Options options;
  options.conninfo = server_.create_database(database_);
  options.configuration = fmt::format(
      "email: {{url: \"{}\", from: \"Perizinan <izin@example.go.id>\"}}\n"
      "whatsapp: {{provider: webhook, url: \"{}\"}}\n",
      mails_.url(), posts_.url());
  daemon_ = std::make_unique<test::DaemonProcess>(std::move(options));
  daemon_->must({"db", "migrate"});
  daemon_->start();
}

void Delivery::send(const std::string& what, const std::string& channel, int count) {
  // All at once, in three seconds; what the daemon does until then is not counted.
  query(fmt::format(
      "INSERT INTO message (recipient, why, channel, address, name, text, subject, body, fields,"
      " template, thread, rendered_at, next_attempt_at) SELECT 'applicant:' || n, 'applicant', "
      "'{0}',"
      " CASE '{0}' WHEN 'email' THEN 'pemohon' || n || '@contoh.example' ELSE '62812' ||"
      " (10000000 + n) END, 'Siti Aminah', 'lengkap', 'Berkas lengkap', '{1}',"
      " '{{\"names\": [\"nama_pemohon\"], \"values\": [\"Siti Aminah\"]}}', 'tenggat_lengkap',"
      " 'PAUD-2026-00417', now(), clock_timestamp() + interval '30 s'"
      " FROM generate_series(1, {2}) n",
      channel, kBody, count));
  query("VACUUM ANALYZE message");
  server_.execute("CHECKPOINT");
  query("UPDATE message SET next_attempt_at = clock_timestamp() WHERE state = 'queued'");
  const double daemon_before = processor_seconds(daemon_->pid());
  const double postgres_before = processor_seconds(server_.pid());
  const auto begun = steady_clock::now();
  while (query("SELECT EXISTS (SELECT FROM message WHERE state = 'queued')::int") == "1") {
    if (steady_clock::now() - begun > kLimit) throw std::runtime_error(what + " are not all sent");
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  const double daemon_us = (processor_seconds(daemon_->pid()) - daemon_before) * 1e6 / count;
  const double postgres_us = (processor_seconds(server_.pid()) - postgres_before) * 1e6 / count;
  const double seconds = std::stod(
      query(fmt::format("SELECT extract(epoch FROM max(finished_at) - min(started_at)) FROM attempt"
                        " JOIN message ON id = message WHERE channel = '{}'",
                        channel)));
  say(fmt::format(
      "{:<6} {:>7.0f} a second    {:>4.0f} us daemon + {:>4.0f} us PostgreSQL a message:"
      " one core's worth sends {:.0f} a second",
      what, count / seconds, daemon_us, postgres_us, 1e6 / (daemon_us + postgres_us)));
  const std::string accepted =
      query(fmt::format("SELECT count(*) FROM message WHERE channel = '{}' AND state = 'accepted'"
                        " AND attempts = 1",
                        channel));
  if (accepted != std::to_string(count)) {
    say(fmt::format("FAILED  {} of {} accepted at once", accepted, count));
    ++faults_;
  }
}

void Delivery::curl_alone() {
  const fs::path list = daemon_->directory() / "posts", body = daemon_->directory() / "body";
  test::write_file(body, fmt::format("{{\"id\":\"1\",\"to\":\"6281210000001\",\"text\":\"{}\","
                                     "\"template\":\"lengkap\",\"fields\":[],\"case\":\"x\"}}",
                                     kBody));
  std::string entries;
  for (int i = 0; i < kCurlPosts; ++i)
    entries += fmt::format("{}url = \"{}\"\ndata-binary = \"@{}\"\noutput = \"/dev/null\"\n",
                           i == 0 ? "" : "next\n", posts_.url(), body.string());
  test::write_file(list, entries);
  const int before = posts_.taken();
  const double processor_before = ended_children_seconds();
  const auto begun = steady_clock::now();
  const int status = test::wait_for(test::spawn({"/usr/bin/curl", "--silent", "--parallel",
                                                 "--parallel-max", "64", "--config", list.string()},
                                                {}, daemon_->directory() / "curl.out",
                                                daemon_->directory() / "curl.out"));
  const double seconds = std::chrono::duration<double>(steady_clock::now() - begun).count();
  const int taken = posts_.taken() - before;
  say(fmt::format("curl   {:>7.0f} a second    {:>4.0f} us a post of its own, nothing kept of it",
                  taken / seconds,
                  (ended_children_seconds() - processor_before) * 1e6 / std::max(taken, 1)));
  if (status != 0 || taken != kCurlPosts) {
    say(fmt::format("FAILED  curl ended with {} after {} posts", status, taken));
    ++faults_;
  }
}

int Delivery::run() {
  say(fmt::format("flush of the disk {:.1f} ms", flush_milliseconds(server_.directory())));
  send("mails", "email", kMails);
  say("       smtp-sink counts " + mails_.counters());
  send("posts", "whatsapp", kPosts);
  say(fmt::format("       {} connections", posts_.connections()));
  if (posts_.taken() != kPosts) {
    say(fmt::format("FAILED  {} of {} posts arrived", posts_.taken(), kPosts));
    ++faults_;
  }
  curl_alone();
  return faults_;
}

}  // namespace
}  // namespace tenggat::bench

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: delivery SMTP_SINK\n";
    return 2;
  }
  try {
    return tenggat::bench::Delivery(argv[1]).run() == 0 ? 0 : 1;
  } catch (const std::exception& why) {
    std::cerr << why.what() << '\n';
    return 1;
  }
}
