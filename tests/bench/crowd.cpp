// An office of 100,000 permits on the open internet: what its pages cost at 200 requests a second,
// and what is left of its pace while 2,000 connections are idle and 50 dawdle.
//
// Nine tenths of the permits are issued, the rest wait for officers. Requests come at their time,
// whether the one before has been answered or not, and are timed from when they should have left.
// Ends with 1 where a page is slower or larger, or a crowd costs more, than it may.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <iostream>
#include <map>
#include <stdexcept>

#include "daemon/base/link_keys.h"
#include "tests/bench/asking.h"
#include "tests/bench/baseline.h"
#include "tests/bench/usage.h"
#include "tests/support/daemon_process.h"
#include "tests/support/http_client.h"
#include "tests/support/office_load.h"
#include "tests/support/postgres.h"

namespace tenggat::bench {
namespace asio = boost::asio;
namespace json = boost::json;
using asio::ip::tcp;
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kPermits = 100'000;
constexpr int kOpen = 10'000;  // of them
constexpr int kPagesASecond = 200;
constexpr std::chrono::seconds kPagesFor{20};
constexpr int kPageConnections = 32;
constexpr int kIdle = 2'000, kSlow = 50;
constexpr int kNormal = 16;  // connections that go about their work
constexpr std::chrono::seconds kWorkFor{8};

constexpr double kPageMilliseconds = 20, kLivezMilliseconds = 100, kKeptPercent = 80;
constexpr std::size_t kPageBytes = 60'000;

void say(const std::string& line) { std::cout << line << std::endl; }
void rethrow(std::exception_ptr failure) {
  if (failure) std::rethrow_exception(failure);
}
double since(steady_clock::time_point begun) {
  return std::chrono::duration<double, std::milli>(steady_clock::now() - begun).count();
}
double at_percent(std::vector<double> times, int percent) {
  std::sort(times.begin(), times.end());
  return times.at(times.size() * static_cast<std::size_t>(percent) / 100);
}

asio::awaitable<void> sleep_until(steady_clock::time_point when) {
  asio::steady_timer timer(co_await asio::this_coro::executor, when);
  co_await timer.async_wait(asio::use_awaitable);
}

// --- pages ---------------------------------------------------------------------------------------

struct Pages {
  std::vector<std::string> kinds;                                  // of what is asked, in turn
  std::map<std::string, std::function<std::string(int)>> request;  // of that kind, the n-th
  std::map<std::string, std::vector<double>> times;
  std::map<std::string, std::size_t> largest;
  steady_clock::time_point begun;
  int next = 0;
};

asio::awaitable<void> look(std::shared_ptr<test::HttpClient> http, std::shared_ptr<Pages> pages) {
  co_await http->connect();
  const int all = kPagesASecond * static_cast<int>(kPagesFor.count());
  while (pages->next < all) {
    const int n = pages->next++;
    const auto due = pages->begun + n * std::chrono::microseconds(1'000'000 / kPagesASecond);
    co_await sleep_until(due);
    const std::string kind = pages->kinds[static_cast<std::size_t>(n) % pages->kinds.size()];
    std::string request = pages->request.at(kind)(n);
    const test::HttpAnswer answer = co_await http->exchange(std::move(request));
    if (answer.status != 200)
      throw std::runtime_error(fmt::format("{} answered {}: {}", kind, answer.status, answer.body));
    pages->times[kind].push_back(since(due));
    pages->largest[kind] = std::max(pages->largest[kind], answer.body.size());
  }
}

asio::awaitable<void> one_by_one(std::shared_ptr<test::HttpClient> http,
                                 std::function<std::string(int)> request, int count,
                                 std::vector<double>& times) {
  for (int n = 0; n < count; ++n) {
    const auto begun = steady_clock::now();
    std::string asked = request(n);
    const test::HttpAnswer answer = co_await http->exchange(std::move(asked));
    if (answer.status != 200)
      throw std::runtime_error(fmt::format("answered {}: {}", answer.status, answer.body));
    times.push_back(since(begun));
  }
}

// --- a crowd -------------------------------------------------------------------------------------

struct Crowd {
  bool over = false;
  std::deque<tcp::socket> idle;
  int slow_connected = 0;
};

// Sends a request byte by byte, for as long as it is let.
asio::awaitable<void> dawdle(std::shared_ptr<Crowd> crowd, tcp::endpoint to) {
  const std::string request = "GET /masuk HTTP/1.1\r\nHost: a\r\nX-Slow: " + std::string(4000, 'x');
  while (!crowd->over) {
    tcp::socket socket(co_await asio::this_coro::executor);
    boost::system::error_code failed;
    co_await socket.async_connect(to, asio::redirect_error(asio::use_awaitable, failed));
    ++crowd->slow_connected;
    for (std::size_t sent = 0; !failed && !crowd->over && sent < request.size(); ++sent) {
      co_await asio::async_write(socket, asio::buffer(&request[sent], 1),
                                 asio::redirect_error(asio::use_awaitable, failed));
      co_await sleep_until(steady_clock::now() + milliseconds(50));
    }
  }
}

struct Work {
  std::string request;
  bool over = false;
  int done = 0;
  double slowest_livez = 0;
  double daemon_us = 0, postgres_us = 0;  // of a processor, a request
};

asio::awaitable<void> work(std::shared_ptr<test::HttpClient> http, std::shared_ptr<Work> work) {
  while (!work->over) {
    std::string request = work->request;
    const test::HttpAnswer answer = co_await http->exchange(std::move(request));
    if (answer.status != 200)
      throw std::runtime_error(fmt::format("answered {}: {}", answer.status, answer.body));
    ++work->done;
  }
}

asio::awaitable<void> watch_livez(std::shared_ptr<test::HttpClient> http,
                                  std::shared_ptr<Work> work) {
  while (!work->over) {
    const auto begun = steady_clock::now();
    std::string request = test::http_request("GET", "/livez", "", "", "");
    const test::HttpAnswer answer = co_await http->exchange(std::move(request));
    if (answer.status != 200) throw std::runtime_error("/livez is not well");
    work->slowest_livez = std::max(work->slowest_livez, since(begun));
    co_await sleep_until(steady_clock::now() + milliseconds(20));
  }
}

class Bench {
 public:
  Bench();
  bool run();

 private:
  json::value ask(const std::string& path, const std::string& token, const std::string& body);
  std::int64_t hand_in();
  void act(std::int64_t permit, const std::string& body);   // through the portal
  void sign(std::int64_t permit, const std::string& body);  // by the head in person
  std::int64_t issued();
  void fill();
  void cost(const Pages& pages);
  bool pages();
  bool crowd();
  Work work_for(std::chrono::seconds time, asio::io_context& io);
  std::string query(const std::string& sql) { return server_.execute(sql, database_); }

  test::TestPostgres server_{
      {.fsync = true,
       .settings = {"max_connections=150", "shared_buffers=512MB", "max_wal_size=8GB"}}};
  std::string database_ = "bench";
  std::unique_ptr<test::DaemonProcess> daemon_;
  test::OfficeLoad::Tokens tokens_;
  std::string session_;
  std::int64_t first_open_ = 0, first_issued_ = 0;
};

Bench::Bench() {
  test::DaemonProcess::Options options;
  options.conninfo = server_.create_database(database_);
  options.clock = "2026-06-02T08:00:00+08:00@0";
  options.configuration =
      "http: {connections: 3000, requests_a_minute: 100000000, proxies: [127.0.0.1]}\n";
  daemon_ = std::make_unique<test::DaemonProcess>(std::move(options));
  daemon_->must({"db", "migrate", "--simulated-clock"});
  tokens_ = test::OfficeLoad::staff(*daemon_);
  daemon_->start();
}

json::value Bench::ask(const std::string& path, const std::string& token, const std::string& body) {
  return json::parse(
      bench::ask(*daemon_, test::http_request("POST", "/api/v1" + path, token, "", body)).body);
}

std::int64_t Bench::hand_in() {
  const json::value permit = ask(
      "/permits", tokens_.portal,
      R"({"sop":"paud","applicant":{"name":"Pemohon","email":"pemohon@example.id"},"subject":"TK Harapan",)"
      R"("documents":[{"kind":"persyaratan_izin_paud","uri":"https://example.go.id/berkas.pdf"}]})");
  return std::stoll(std::string(permit.at("id").as_string()));
}

void Bench::act(std::int64_t permit, const std::string& body) {
  ask(fmt::format("/permits/{}/actions", permit), tokens_.portal, body);
}

void Bench::sign(std::int64_t permit, const std::string& body) {
  ask(fmt::format("/permits/{}/actions", permit), tokens_.own.at("kd"), body);
}

std::int64_t Bench::issued() {
  const std::int64_t id = hand_in();
  const char* file = R"("uri":"https://example.go.id/x")";
  act(id, R"({"step":"verifikasi","action":"accept","on_behalf_of":"fo"})");
  act(id, R"({"step":"penerimaan","action":"forward","on_behalf_of":"bo"})");
  act(id, fmt::format(R"({{"step":"kajian_teknis","action":"recommend","on_behalf_of":"dt",
      "documents":[{{"kind":"bapl",{0}}},{{"kind":"rekomendasi",{0}}}]}})",
                      file));
  act(id, fmt::format(R"({{"step":"penyusunan_sk","action":"draft","on_behalf_of":"bo",
      "documents":[{{"kind":"draft_sk",{}}}]}})",
                      file));
  act(id, R"({"step":"persetujuan_kabid","action":"approve","on_behalf_of":"kb"})");
  act(id, R"({"step":"persetujuan_sekretaris","action":"approve","on_behalf_of":"s"})");
  sign(id, fmt::format(R"({{"step":"penandatanganan","action":"sign",
      "documents":[{{"kind":"surat_keputusan","number":"800/1",{}}}]}})",
                       file));
  act(id, R"({"step":"penerimaan_sk","action":"receive"})");
  return id;
}

// Each with a number, a name and a link of its own.
void Bench::fill() {
  first_issued_ = issued();
  first_open_ = hand_in();
  clone_permit(server_, database_, first_issued_, first_open_ + 1'000'000, kPermits - kOpen - 1);
  clone_permit(server_, database_, first_open_, first_open_ + 1, kOpen - 1);
  query(
      "UPDATE permit SET subject = 'PAUD ' || md5(id::text), tracking_secret = lpad(to_hex(id), 32,"
      " '0'), tracking_hash = sha256(convert_to(lpad(to_hex(id), 32, '0'), 'UTF8'))");
  query(
      "UPDATE permit p SET number = 'PAUD-2026-' || lpad(n::text, 6, '0') FROM (SELECT id,"
      " row_number() OVER (ORDER BY id) AS n FROM permit) r WHERE r.id = p.id");
  query("UPDATE applicant SET name = 'Ibu ' || md5(name || id)");
  session_ = std::string(64, 'a');
  query("INSERT INTO session (hash, officer, expires_at) VALUES (sha256(convert_to('" + session_ +
        "', 'UTF8')), 'fo', clock_timestamp() + interval '1 hour')");
  query("VACUUM ANALYZE");
  server_.execute("CHECKPOINT");
}

// One after the other: what each costs by itself.
void Bench::cost(const Pages& pages) {
  constexpr int kEach = 100;
  for (const std::string& kind : pages.kinds) {
    const double daemon = processor_seconds(daemon_->pid());
    const double postgres = processor_seconds(server_.pid());
    asio::io_context io{1};
    std::vector<double> times;
    asio::co_spawn(
        io,
        one_by_one(std::make_shared<test::HttpClient>(io.get_executor(), daemon_->api_port()),
                   pages.request.at(kind), kEach, times),
        rethrow);
    io.run();
    say(fmt::format("page {:<20} alone {:>6.1f} ms   daemon {:>6.0f} us   PostgreSQL {:>6.0f} us",
                    kind, at_percent(times, 50),
                    (processor_seconds(daemon_->pid()) - daemon) * 1e6 / kEach,
                    (processor_seconds(server_.pid()) - postgres) * 1e6 / kEach));
  }
}

bool Bench::pages() {
  const auto pages = std::make_shared<Pages>();
  const auto get = [this](const std::string& path) {
    return fmt::format("GET {} HTTP/1.1\r\nHost: a\r\nCookie: __Host-tenggat_sesi={}\r\n\r\n", path,
                       session_);
  };
  const auto link = [this](std::int64_t permit) {
    return daemon_->completed("/lacak/" + LinkKeys::unmarked(fmt::format("{:032x}", permit)));
  };
  const auto add = [&](const std::string& kind, std::function<std::string(int)> path) {
    pages->kinds.push_back(kind);
    pages->request[kind] = [get, path = std::move(path)](int n) { return get(path(n)); };
  };
  const std::int64_t open = first_open_, closed = first_open_ + 1'000'000;
  add("lacak, open", [link, open](int n) { return link(open + n); });
  add("tugas", [](int) { return std::string("/tugas"); });
  add("permohonan", [open](int n) { return fmt::format("/permohonan/{}", open + n); });
  add("lacak, issued", [link, closed](int n) { return link(closed + n); });
  add("cari, number",
      [](int n) { return fmt::format("/cari?q=PAUD-2026-{:06}", n * 7919 % kPermits + 1); });
  add("cari, common", [](int) { return std::string("/cari?q=paud-2026"); });
  add("masuk", [](int) { return std::string("/masuk"); });
  add("cari, name", [](int n) { return fmt::format("/cari?q={:05x}", n * 7919 % 0xfffff); });
  add("permohonan, issued", [closed](int n) { return fmt::format("/permohonan/{}", closed + n); });

  cost(*pages);
  asio::io_context io{1};
  pages->begun = steady_clock::now() + milliseconds(200);
  for (int i = 0; i < kPageConnections; ++i) {
    const auto http = std::make_shared<test::HttpClient>(io.get_executor(), daemon_->api_port());
    asio::co_spawn(io, look(http, pages), rethrow);
  }
  io.run();
  bool good = true;
  std::vector<double> all;
  for (const std::string& kind : pages->kinds) {
    const std::vector<double>& times = pages->times.at(kind);
    all.insert(all.end(), times.begin(), times.end());
    const std::size_t bytes = pages->largest.at(kind);
    good = good && bytes < kPageBytes;
    say(fmt::format("page {:<20} p50 {:>6.1f} ms   p99 {:>6.1f} ms   {:>6} bytes", kind,
                    at_percent(times, 50), at_percent(times, 99), bytes));
  }
  const double p99 = at_percent(all, 99);
  say(fmt::format("pages at {} /s, {} permits: p99 {:.1f} ms (at most {:.0f})", kPagesASecond,
                  kPermits, p99, kPageMilliseconds));
  return good && p99 < kPageMilliseconds;
}

Work Bench::work_for(std::chrono::seconds time, asio::io_context& io) {
  const auto shared = std::make_shared<Work>();
  shared->request = test::http_request("GET", fmt::format("/api/v1/permits/{}", first_open_),
                                       tokens_.portal, "", "");
  for (int i = 0; i < kNormal; ++i)
    asio::co_spawn(
        io,
        work(std::make_shared<test::HttpClient>(io.get_executor(), daemon_->api_port()), shared),
        rethrow);
  asio::co_spawn(
      io,
      watch_livez(std::make_shared<test::HttpClient>(io.get_executor(), daemon_->admin_port()),
                  shared),
      rethrow);
  io.restart();
  const double daemon = processor_seconds(daemon_->pid());
  const double postgres = processor_seconds(server_.pid());
  const auto until = steady_clock::now() + time;
  while (steady_clock::now() < until) io.run_for(milliseconds(20));
  shared->over = true;
  shared->daemon_us = (processor_seconds(daemon_->pid()) - daemon) * 1e6 / shared->done;
  shared->postgres_us = (processor_seconds(server_.pid()) - postgres) * 1e6 / shared->done;
  io.run_for(milliseconds(500));
  return *shared;
}

bool Bench::crowd() {
  asio::io_context io{1};
  work_for(std::chrono::seconds(2), io);  // warm
  const Work alone = work_for(kWorkFor, io);
  const auto crowd = std::make_shared<Crowd>();
  const tcp::endpoint to(asio::ip::address_v4::loopback(),
                         static_cast<unsigned short>(daemon_->api_port()));
  for (int i = 0; i < kIdle; ++i) crowd->idle.emplace_back(io).connect(to);
  for (int i = 0; i < kSlow; ++i) asio::co_spawn(io, dawdle(crowd, to), rethrow);
  const Work beside = work_for(kWorkFor, io);
  int still_there = 0;
  for (tcp::socket& socket : crowd->idle) {
    socket.non_blocking(true);
    char byte;
    boost::system::error_code error;
    socket.read_some(asio::buffer(&byte, 1), error);
    if (error == asio::error::would_block) ++still_there;
  }
  crowd->over = true;
  io.run_for(milliseconds(500));
  const double kept = 100.0 * beside.done / alone.done;
  say(fmt::format(
      "reads alone             {:>8.0f} /s   daemon {:>4.0f} us   PostgreSQL {:>4.0f} us   /livez"
      " within {:>5.1f} ms",
      static_cast<double>(alone.done) / static_cast<double>(kWorkFor.count()), alone.daemon_us,
      alone.postgres_us, alone.slowest_livez));
  say(fmt::format(
      "beside {} idle ({} there) and {} slow ({} connects) {:>8.0f} /s, {:.0f} % of it (at least"
      " {:.0f})   /livez within {:>5.1f} ms (at most {:.0f})",
      kIdle, still_there, kSlow, crowd->slow_connected,
      static_cast<double>(beside.done) / static_cast<double>(kWorkFor.count()), kept, kKeptPercent,
      beside.slowest_livez, kLivezMilliseconds));
  return kept >= kKeptPercent && beside.slowest_livez <= kLivezMilliseconds && still_there == kIdle;
}

bool Bench::run() {
  fill();
  const bool pages_good = pages();
  const bool crowd_good = crowd();
  return pages_good && crowd_good;
}

}  // namespace
}  // namespace tenggat::bench

int main() {
  try {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    return tenggat::bench::Bench().run() ? 0 : 1;
  } catch (const std::exception& why) {
    std::cerr << why.what() << '\n';
    return 1;
  }
}
