// A daemon that is killed again and again while messages and the portal's events go out, to sinks
// that keep every tenth answer to themselves: everything arrives, repeats are known to be possible,
// and whoever drops those with an id they have seen gets each once.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "notifiers/base64.h"
#include "notifiers/email/email.h"
#include "tests/support/daemon_process.h"
#include "tests/support/json_posts.h"
#include "tests/support/postgres.h"
#include "tests/support/process.h"

namespace tenggat::test {
namespace asio = boost::asio;
using asio::ip::tcp;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
namespace {

constexpr const char* kFrom = "izin@example.go.id";

// Takes messages over a protocol that a subclass speaks, and answers all but every tenth.
class Sink {
 public:
  virtual ~Sink() { stop(); }
  int port() const { return acceptor_.local_endpoint().port(); }
  // How often by id.
  std::map<std::string, int> taken() const {
    const std::lock_guard lock(mutex_);
    return taken_;
  }
  // The ids as they came first.
  std::vector<std::string> order() const {
    const std::lock_guard lock(mutex_);
    return order_;
  }

 protected:
  void start() {
    asio::co_spawn(io_, accept(), asio::detached);
    thread_ = std::thread([this] { io_.run(); });
  }
  void stop() {
    io_.stop();
    if (thread_.joinable()) thread_.join();
  }
  // Whether it is to be answered.
  bool take(const std::string& id) {
    const std::lock_guard lock(mutex_);
    if (++taken_[id] == 1) order_.push_back(id);
    return ++count_ % 10 != 0;
  }
  virtual asio::awaitable<void> serve(tcp::socket peer) = 0;
  static asio::awaitable<void> say(tcp::socket& peer, std::string words) {
    co_await asio::async_write(peer, asio::buffer(words), asio::use_awaitable);
  }

 private:
  asio::awaitable<void> accept() {
    while (true)
      asio::co_spawn(io_, serve(co_await acceptor_.async_accept(asio::use_awaitable)),
                     asio::detached);
  }

  asio::io_context io_{1};
  tcp::acceptor acceptor_{io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  mutable std::mutex mutex_;
  std::map<std::string, int> taken_;
  std::vector<std::string> order_;
  int count_ = 0;
  std::thread thread_;
};

class MailSink : public Sink {
 public:
  MailSink() { start(); }
  ~MailSink() override { stop(); }

 private:
  asio::awaitable<void> serve(tcp::socket peer) override {
    std::string buffer;
    co_await say(peer, "220 siap\r\n");
    while (true) {
      const std::size_t size = co_await asio::async_read_until(peer, asio::dynamic_buffer(buffer),
                                                               "\r\n", asio::use_awaitable);
      const std::string line = buffer.substr(0, size);
      buffer.erase(0, size);
      if (!line.starts_with("DATA")) {
        co_await say(peer, "250 ok\r\n");
        continue;
      }
      co_await say(peer, "354 kirim\r\n");
      const std::size_t end = co_await asio::async_read_until(peer, asio::dynamic_buffer(buffer),
                                                              "\r\n.\r\n", asio::use_awaitable);
      const auto at = buffer.find("Message-ID: ") + 12;
      const std::string id = buffer.substr(at, buffer.find("\r\n", at) - at);
      buffer.erase(0, end);
      if (!take(id)) co_return;
      co_await say(peer, "250 2.0.0 diterima\r\n");
    }
  }
};

// Takes messages by the id in their body, the portal's events by the one in their header.
class PostSink : public Sink {
 public:
  PostSink() { start(); }
  ~PostSink() override { stop(); }

 private:
  static std::string id_of(const Post& post) {
    const std::string event = post.header("webhook-id");
    return event.empty() ? std::string(post.body.at("id").as_string()) : event;
  }
  asio::awaitable<void> serve(tcp::socket peer) override {
    std::string buffer;
    while (true) {
      if (!take(id_of(co_await next_post(peer, buffer)))) co_return;
      co_await say(peer, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    }
  }
};

struct Plan {
  int kills = 0, messages = 0;  // events are among the latter
  // Leases of dead daemons run out by themselves; otherwise they are ended while no daemon lives,
  // which comes to the same and takes no minute.
  bool wait_for_leases = true;
};

class Delivering {
 public:
  explicit Delivering(Plan plan) : plan_(plan), daemon_(options()) {}
  void run();

 private:
  DaemonProcess::Options options() {
    DaemonProcess::Options options;
    options.conninfo = server_.create_database("office");
    options.configuration = fmt::format(
        "email: {{url: \"smtp://127.0.0.1:{}\", from: \"Perizinan <{}>\"}}\n"
        "whatsapp: {{provider: webhook, url: \"http://127.0.0.1:{}/\"}}\n"
        "portal: {{url: \"http://127.0.0.1:{}/\", secret_files: [secret], allow_private: true}}\n",
        mails_.port(), kFrom, posts_.port(), events_.port());
    return options;
  }
  std::string query(const std::string& sql) { return server_.execute(sql, "office"); }
  // Two of three as messages, by mail and by post in turn; the third as an event, of which a permit
  // has five.
  void queue(int number) {
    const int events = number / 3;
    query(fmt::format(
        "INSERT INTO message (recipient, why, channel, address, name, text, subject, body, fields,"
        " template, thread, rendered_at) SELECT 'applicant:' || nextval('recipients'), "
        "'applicant', c,"
        " CASE c WHEN 'email' THEN 'siti@contoh.example' ELSE '6281234567890' END, 'Siti',"
        " 'lengkap', 'Berkas lengkap', 'Isi surat.', '{{\"names\": [], \"values\": []}}', 't',"
        " 'PAUD-1', now() FROM generate_series(1, {}) n,"
        " LATERAL (SELECT CASE n % 2 WHEN 0 THEN 'email' ELSE 'whatsapp' END AS c) l",
        number - events));
    query(fmt::format(
        "INSERT INTO portal_event (permit, at, sequence, body)"
        " SELECT 1 + s / 5, timestamptz '2026-04-02 14:00+08' + make_interval(secs => s),"
        " s, '{{}}' FROM (SELECT nextval('events')::int AS s FROM generate_series(1, {})) n",
        events));
  }
  void kill_again_and_again();
  void settle();
  void expect_none_stuck();
  void judge();
  void judge_messages();
  void judge_events();
  void report(const char* what, int number) const;

  Plan plan_;
  MailSink mails_;
  PostSink posts_, events_;
  TestPostgres server_{{.fsync = true}};
  DaemonProcess daemon_;
  std::mt19937 random_{20260416};
  std::map<std::string, steady_clock::time_point> idle_since_;  // what could go out
  double quiet_after_seconds_ = 0;
  int extra_ = 0, unknown_ = 0;  // of what is being judged
};

void Delivering::kill_again_and_again() {
  for (int i = 0; i < plan_.kills; ++i) {
    queue(plan_.messages / plan_.kills);
    daemon_.launch();
    // From before it has started until all it can do is done.
    std::this_thread::sleep_for(milliseconds(std::uniform_int_distribution<int>(50, 700)(random_)));
    daemon_.kill9();
  }
}

// A minute after the last death nobody waits for the dead any more: what is queued then is under
// way or waits for the time it was put off to, or an event for one before it; and what may go out
// does so soon.
void Delivering::expect_none_stuck() {
  std::istringstream idle(
      query("SELECT string_agg(id, ' ') FROM (SELECT 'm' || id AS id FROM message"
            " WHERE state = 'queued' AND next_attempt_at < clock_timestamp()"
            " AND coalesce(lease_until, '-infinity') < clock_timestamp()"
            " UNION ALL SELECT 'e' || permit || '-' || sequence FROM portal_event e"
            " WHERE state = 'pending' AND next_attempt_at < clock_timestamp()"
            " AND coalesce(lease_until, '-infinity') < clock_timestamp()"
            " AND NOT EXISTS (SELECT FROM portal_event b WHERE b.permit = e.permit"
            "   AND b.sequence < e.sequence AND b.state = 'pending')) t"));
  const auto now = steady_clock::now();
  std::map<std::string, steady_clock::time_point> idle_since;
  for (std::string id; idle >> id;) {
    const auto known = idle_since_.find(id);
    idle_since[id] = known == idle_since_.end() ? now : known->second;
    EXPECT_LT(now - idle_since[id], seconds(5)) << id << '\n' << daemon_.log();
  }
  idle_since_ = std::move(idle_since);
}

void Delivering::settle() {
  if (!plan_.wait_for_leases) {
    query(
        "UPDATE message SET lease_until = NULL, next_attempt_at = clock_timestamp()"
        " WHERE state = 'queued'");
    query("UPDATE portal_event SET lease_until = NULL WHERE state = 'pending'");
  }
  daemon_.start();
  const auto from = steady_clock::now();
  const auto since = [from] { return steady_clock::now() - from; };
  while (query("SELECT (EXISTS (SELECT FROM message WHERE state = 'queued')"
               " OR EXISTS (SELECT FROM portal_event WHERE state = 'pending'))::int") == "1" &&
         since() < seconds(300)) {
    if (since() > seconds(60)) {
      expect_none_stuck();
      if (testing::Test::HasFailure()) return;
    }
    // What was lost three times would wait for minutes, in the portal's schedule for hours.
    query(
        "UPDATE portal_event SET next_attempt_at = clock_timestamp() WHERE state = 'pending'"
        " AND next_attempt_at > clock_timestamp() + interval '20 s'");
    query(
        "UPDATE message SET next_attempt_at = clock_timestamp() WHERE state = 'queued'"
        " AND next_attempt_at > clock_timestamp() + interval '20 s'");
    std::this_thread::sleep_for(milliseconds(50));
  }
  quiet_after_seconds_ = std::chrono::duration<double>(since()).count();
  EXPECT_EQ(query("SELECT count(*) FROM message WHERE state <> 'accepted'"), "0") << daemon_.log();
  EXPECT_EQ(query("SELECT count(*) FROM portal_event WHERE state <> 'delivered'"), "0")
      << daemon_.log();
}

void Delivering::report(const char* what, int number) const {
  fmt::print("{} kills; {} {} delivered, {} extra, {} unknown outcomes; quiet after {:.1f} s\n",
             plan_.kills, number, what, extra_, unknown_, quiet_after_seconds_);
  EXPECT_GT(unknown_, 0) << "no answer was lost and no daemon died in time: nothing was tried";
}

void Delivering::judge_messages() {
  const auto mails = mails_.taken(), posts = posts_.taken();
  const auto rows = boost::json::parse(
      query("SELECT json_agg(t) FROM (SELECT m.id, m.channel, (SELECT count(*) FROM attempt a"
            "  WHERE a.message = m.id AND (a.outcome IN ('', 'unknown')"
            "  OR (a.outcome = 'accepted' AND a.fence < m.fence))) AS unknown FROM message m) t"));
  int delivered = 0;
  for (const auto& row : rows.as_array()) {
    notify::Message message;
    message.id = std::to_string(row.at("id").as_int64());
    const bool mail = row.at("channel").as_string() == "email";
    const auto& sink = mail ? mails : posts;
    const auto found = sink.find(mail ? notify::email::message_id(message, kFrom) : message.id);
    ASSERT_NE(found, sink.end()) << "message " << message.id << " has not arrived";
    const int possible = static_cast<int>(row.at("unknown").as_int64());
    EXPECT_LE(found->second - 1, possible) << "message " << message.id;
    ++delivered;
    extra_ += found->second - 1;
    unknown_ += possible;
  }
  // Nothing else arrived: with repeats dropped, each once.
  EXPECT_EQ(delivered, static_cast<int>(mails.size() + posts.size()));
  report("messages", delivered);
}

// Each try is counted before it is made; but for the last, nothing is known of any here.
void Delivering::judge_events() {
  const auto taken = events_.taken();
  const std::vector<std::string> order = events_.order();
  const auto rows = boost::json::parse(
      query("SELECT json_agg(t) FROM (SELECT permit, attempts - 1 AS unknown, 'e'"
            " || to_hex(extract(epoch FROM at)::bigint) || '-' || to_hex(permit) || '-'"
            " || to_hex(sequence) AS id FROM portal_event ORDER BY permit, sequence) t"));
  int delivered = 0;
  struct Latest {
    std::ptrdiff_t place = -1;
    int unknown = 0;
    std::string id;
  };
  std::map<std::int64_t, Latest> latest;  // of each permit's earlier ones
  for (const auto& row : rows.as_array()) {
    const std::string id(row.at("id").as_string());
    const auto found = taken.find(id);
    ASSERT_NE(found, taken.end()) << "event " << id << " has not arrived";
    const int possible = static_cast<int>(row.at("unknown").as_int64());
    EXPECT_LE(found->second - 1, possible) << "event " << id;
    ++delivered;
    extra_ += found->second - 1;
    unknown_ += possible;
    const auto place = std::ranges::find(order, id) - order.begin();
    // One that was not taken three times is passed by those behind it.
    Latest& before = latest[row.at("permit").as_int64()];
    if (place < before.place) {
      EXPECT_GE(before.unknown, 3) << before.id << " came after " << id;
    } else {
      before = {place, possible, id};
    }
  }
  EXPECT_EQ(delivered, static_cast<int>(taken.size()));
  report("events", delivered);
}

void Delivering::judge() {
  judge_messages();
  extra_ = unknown_ = 0;
  judge_events();
  EXPECT_EQ(query("SELECT (SELECT count(*) FROM message) + (SELECT count(*) FROM portal_event "
                  "WHERE permit <> 0)"),
            std::to_string(plan_.messages));
}

void Delivering::run() {
  write_file(daemon_.directory() / "secret", "whsec_" + notify::base64(std::string(24, 'a')));
  daemon_.must({"db", "migrate"});
  query("CREATE SEQUENCE recipients; CREATE SEQUENCE events MINVALUE 0");
  kill_again_and_again();
  settle();
  judge();
}

TEST(DeliveryTest, NothingIsLostOrUnknowinglyRepeated) { Delivering({10, 100, false}).run(); }

TEST(DeliveryTest, LongNothingIsLostOrUnknowinglyRepeated) { Delivering({200, 2000, true}).run(); }

}  // namespace
}  // namespace tenggat::test
