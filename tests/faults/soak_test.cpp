// Two hours of an office in ten minutes: officers act, applicants look after their files, documents
// go up and down, boards are watched, the daemon is told to reload, officers sign in and out, mails
// and the portal's events go out. Nothing acknowledged is lost, and what the daemon and its
// database hold ends within stated bounds of where it began.
//
// TENGGAT_SOAK_SECONDS says how long (600); of the office's clock it is twelve times that.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <regex>
#include <set>
#include <thread>

#include "daemon/base/link_keys.h"
#include "notifiers/base64.h"
#include "tests/faults/rig.h"
#include "tests/support/await.h"
#include "tests/support/browser.h"
#include "tests/support/http_client.h"
#include "tests/support/json_posts.h"
#include "tests/support/process.h"
#include "tests/support/scrape.h"

namespace tenggat::test {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
namespace json = boost::json;
using asio::ip::tcp;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr double kCommandsASecond = 12;
constexpr int kBoards = 3;

// --- what must stay within bounds ----------------------------------------------------------------

constexpr double kMoreResident = 16 * 1024;  // KiB, beside what each open permit may take
constexpr double kResidentOfAPermit = 4;     // KiB: the board's and the snapshot's memory of it
constexpr double kMoreDescriptors = 8, kMoreConnections = 4;
constexpr double kMoreThreads = 8;  // mails have as many, while there are some
// Of tables that grow with what is done: by the action, at the end as against the beginning.
constexpr double kRowsOfAnAction = 1.25, kBytesOfAnAction = 1.5;
// What files that lie bring about comes later than they do.
const std::set<std::string> kOfMessages{"attempt", "message", "message_notice", "message_task"};
constexpr double kRowsOfAMessage = 3;
constexpr double kSmallTable = 1024 * 1024;  // bytes below which pages and dead rows decide
// Those that do not: of people, rules, links and states, however much is done.
constexpr double kMoreRows = 150;
const std::set<std::string> kBounded{
    "canary",          "change_head",    "change_mark",    "channel_outage",    "clock_step",
    "count_ever",      "daily_job",      "delegation",     "kiosk_link",        "former_link",
    "officer_change",  "seal_turn",      "office_fact",    "database_identity", "officer",
    "inbound_number",  "officer_leave",  "officer_role",   "permit_number",     "permit_set_aside",
    "portal",          "receipt",        "receipt_alias",  "rule_in_force",     "rule_set",
    "send_pace",       "session",        "task_view",      "sign_in_link",      "silence",
    "simulated_clock", "sop_retirement", "sop_word",       "text_outage",       "token",
    "token_use",       "count_delta",    "count_total",    "template_look",     "template_state",
    "import",          "import_permit",  "retired_permit", "erasure",           "forecast_service"};

struct Size {
  double rows = 0, bytes = 0;
};
struct Held {
  double resident = 0, descriptors = 0, threads = 0, connections = 0, open_permits = 0;
  double actions = 0;
  std::map<std::string, Size> tables;
};

double status_of(pid_t pid, const std::string& name) {
  std::ifstream in(fmt::format("/proc/{}/status", pid));
  for (std::string word; in >> word;) {
    double value = 0;
    if (word == name + ":" && in >> value) return value;
  }
  return 0;
}

double descriptors_of(pid_t pid) {
  const fs::directory_iterator all(fmt::format("/proc/{}/fd", pid));
  return static_cast<double>(std::distance(fs::begin(all), fs::end(all)));
}

// --- those outside
// --------------------------------------------------------------------------------

// The portal: takes every event.
class Portal {
 public:
  Portal() {
    asio::co_spawn(io_, accept(), asio::detached);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Portal() {
    io_.stop();
    thread_.join();
  }
  int port() const { return acceptor_.local_endpoint().port(); }
  std::size_t events() const {
    const std::lock_guard lock(mutex_);
    return events_.size();
  }

 private:
  asio::awaitable<void> accept() {
    while (true)
      asio::co_spawn(io_, serve(co_await acceptor_.async_accept(asio::use_awaitable)),
                     asio::detached);
  }
  asio::awaitable<void> serve(tcp::socket peer) {
    std::string buffer;
    while (true) {
      const Post post = co_await next_post(peer, buffer);
      {
        const std::lock_guard lock(mutex_);
        events_.insert(post.header("webhook-id"));
      }
      const std::string answer = "HTTP/1.1 204 No Content\r\n\r\n";
      co_await asio::async_write(peer, asio::buffer(answer), asio::use_awaitable);
    }
  }

  asio::io_context io_{1};
  tcp::acceptor acceptor_{io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  mutable std::mutex mutex_;
  std::set<std::string> events_;
  std::thread thread_;
};

struct Upload {
  std::string hash, bytes;
};

// --- the office
// -----------------------------------------------------------------------------------

class Soak {
 public:
  Soak() : rig_("2026-04-16T07:35:00+08:00@12", few_permits()), daemon_(options()) {}

  void run();

 private:
  static TestPostgres::Options few_permits() {
    TestPostgres::Options options = durable();
    // A minute between two rounds is long here.
    options.settings.insert(options.settings.end(),
                            {"autovacuum_naptime=5s", "autovacuum_vacuum_cost_delay=0"});
    return options;
  }
  DaemonProcess::Options options() {
    DaemonProcess::Options options = rig_.daemon_options();
    options.configuration += fmt::format(
        "portal: {{url: \"http://127.0.0.1:{}/\", secret_files: [secret], allow_private: true}}\n",
        portal_.port());
    return options;
  }

  // Does `once` again and again, that much time apart, until the traffic ends.
  template <class Once>
  void keep_doing(milliseconds pause, Once once) {
    actors_.emplace_back([this, pause, once]() mutable {
      try {
        while (!over_) {
          once();
          const auto next = steady_clock::now() + pause;
          while (!over_ && steady_clock::now() < next)
            std::this_thread::sleep_for(milliseconds(20));
        }
      } catch (const std::exception& why) {
        note_fault(why.what());
      }
    });
  }
  void note_fault(const std::string& fault) {
    const std::lock_guard lock(mutex_);
    faults_.push_back(fault);
  }
  WebPage timed(Browser& browser, const std::string& path, int expected = 200);
  void begin_traffic(const std::string& run);
  void end_traffic();
  void traffic_for(const std::string& run, seconds time);
  void track_a_file();
  void upload_and_submit();
  void download();
  void sign_in_and_out();
  void watch_a_board(const std::string& path);
  std::string open_a_board();
  Browser signed_in(const std::string& officer);
  HttpAnswer ask(const std::string& request);

  Held held();
  void judge(const Held& begin, const Held& end);
  void judge_tables(const Held& begin, const Held& end);
  void judge_acknowledged();
  void line(const std::string& what, double begin, double end, double bound);
  void print_times();

  Rig rig_;
  Portal portal_;
  DaemonProcess daemon_;
  OfficeLoad::Tokens tokens_;
  std::string board_;
  std::unique_ptr<OfficeLoad> load_;
  std::vector<OfficeLoad::Acknowledged> ledger_;
  std::vector<std::thread> actors_;
  std::atomic<bool> over_{false};
  std::atomic<int> number_{0}, officer_{0};
  std::mutex mutex_;  // of what follows
  std::vector<Upload> uploads_;
  std::vector<double> page_seconds_;
  std::vector<std::string> faults_;
  std::map<std::string, int> done_;
};

WebPage Soak::timed(Browser& browser, const std::string& path, int expected) {
  const auto begin = steady_clock::now();
  WebPage page = browser.get(path);
  const double took = std::chrono::duration<double>(steady_clock::now() - begin).count();
  const std::lock_guard lock(mutex_);
  page_seconds_.push_back(took);
  if (page.status != expected) faults_.push_back(fmt::format("{}: {}", path, page.status));
  return page;
}

HttpAnswer Soak::ask(const std::string& request) {
  asio::io_context io{1};
  HttpClient client(io.get_executor(), daemon_.api_port());
  return await(io, client.exchange(request));
}

void Soak::track_a_file() {
  const std::string seed =
      rig_.query("SELECT tracking_secret FROM permit WHERE id > 0 ORDER BY random() LIMIT 1");
  if (seed.empty()) return;
  Browser applicant(daemon_.api_port());
  timed(applicant, daemon_.completed("/lacak/" + LinkKeys::unmarked(seed)));
  const std::lock_guard lock(mutex_);
  ++done_["applicants' looks"];
}

// A document of its own, the application that names it, both to be found afterwards.
void Soak::upload_and_submit() {
  const int number = ++number_;
  std::string bytes = fmt::format("%PDF-1.4\n% {}\n", number);
  bytes.append(static_cast<std::size_t>(10'000 + number * 7919 % 200'000), 'x');
  const HttpAnswer stored = ask(
      fmt::format("POST /api/v1/files HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n"
                  "Content-Type: application/octet-stream\r\nContent-Length: {}\r\n\r\n",
                  tokens_.portal, bytes.size()) +
      bytes);
  if (stored.status != 201)
    return note_fault(fmt::format("upload: {} {}", stored.status, stored.body));
  const json::value file = json::parse(stored.body);
  const std::string name = fmt::format("berkas-{}", number);
  const json::object body{{"sop", "paud"},
                          {"applicant", json::object{{"name", "Pemohon " + name}}},
                          {"subject", "TK " + name},
                          {"external_id", name},
                          {"documents", json::array{json::object{{"kind", "persyaratan_izin_paud"},
                                                                 {"uri", file.at("uri")}}}}};
  const HttpAnswer answer =
      ask(http_request("POST", "/api/v1/permits", tokens_.portal, name, json::serialize(body)));
  if (answer.status != 201)
    return note_fault(fmt::format("submit: {} {}", answer.status, answer.body));
  const json::value permit = json::parse(answer.body);
  OfficeLoad::Acknowledged one;
  one.key = name;
  one.action = "submit";
  one.permit = std::stoll(std::string(permit.at("id").as_string()));
  one.version = permit.at("version").to_number<std::int64_t>();
  one.state = std::string(permit.at("state").as_string());
  const std::lock_guard lock(mutex_);
  ledger_.push_back(one);
  uploads_.push_back({std::string(file.at("sha256").as_string()), std::move(bytes)});
  ++done_["uploads"];
}

void Soak::download() {
  Upload upload;
  {
    const std::lock_guard lock(mutex_);
    if (uploads_.empty()) return;
    upload = uploads_[static_cast<std::size_t>(++number_) % uploads_.size()];
    ++done_["downloads"];
  }
  const HttpAnswer answer =
      ask(http_request("GET", "/api/v1/files/" + upload.hash, tokens_.portal, "", ""));
  if (answer.status != 200 || answer.body != upload.bytes)
    note_fault(fmt::format("download of {}: {}", upload.hash, answer.status));
}

Browser Soak::signed_in(const std::string& officer) {
  Browser browser(daemon_.api_port());
  const std::string address = rig_.query(
      "SELECT CASE WHEN email <> '' THEN email ELSE whatsapp END FROM officer WHERE id = '" +
      officer + "'");
  const auto newest = [&] {
    return rig_.query(
        "SELECT body FROM message WHERE text = 'tautan_masuk' AND recipient = 'officer:" + officer +
        "' ORDER BY id DESC LIMIT 1");
  };
  const std::string before = newest();
  browser.press(browser.get("/masuk"), "", {{"alamat", address}});
  std::smatch link;
  const std::string body = newest();
  if (body == before || !std::regex_search(body, link, std::regex("/masuk/[0-9a-f]{64}")))
    throw std::runtime_error("no link for " + officer);
  browser.press(browser.get(daemon_.completed(link.str())), "");
  if (browser.cookies().count("__Host-tenggat_sesi") == 0)
    throw std::runtime_error("not signed in");
  return browser;
}

// By turns, since nobody gets more than five links in a quarter of an hour.
void Soak::sign_in_and_out() {
  constexpr std::array kOfficers{"fo", "bo", "dt", "kdt", "s", "kd"};
  Browser officer = signed_in(kOfficers[static_cast<std::size_t>(officer_++) % kOfficers.size()]);
  const WebPage tasks = timed(officer, "/tugas");
  timed(officer, "/papan");
  timed(officer, "/cari?q=PAUD");
  for (const WebForm& form : forms_of(tasks))
    if (form.action == "/keluar") officer.send(form);
  const std::lock_guard lock(mutex_);
  ++done_["sign-ins"];
}

std::string Soak::open_a_board() {
  daemon_.must({"officer", "edit", "--id", "kb", "--role", "kabid_perizinan", "--role", "admin"});
  Browser kb = signed_in("kb");
  const WebPage made = kb.press(kb.get("/papan/layar"), "buat", {{"nama", "Ruang tunggu"}});
  std::smatch found;
  if (!std::regex_search(made.body, found, std::regex("/layar/[0-9a-f]{64}")))
    throw std::runtime_error("no board: " + made.body);
  return found.str();
}

// Until the daemon ends the stream, as it does every minute, or the traffic ends.
void Soak::watch_a_board(const std::string& path) {
  asio::io_context io{1};
  tcp::socket socket(io);
  socket.connect(tcp::endpoint(asio::ip::address_v4::loopback(),
                               static_cast<unsigned short>(daemon_.api_port())));
  asio::write(socket, asio::buffer(http_request("GET", path, "", "", "")));
  socket.non_blocking(true);
  std::array<char, 4096> bytes;
  std::string heard;
  while (!over_) {
    boost::system::error_code ec;
    const std::size_t n = socket.read_some(asio::buffer(bytes), ec);
    heard.append(bytes.data(), n);
    if (ec == asio::error::would_block)
      std::this_thread::sleep_for(milliseconds(50));
    else if (ec)
      break;
  }
  if (heard.find("data: ") == std::string::npos && !over_) note_fault("a board heard nothing");
  const std::lock_guard lock(mutex_);
  ++done_["streams of boards"];
}

void Soak::begin_traffic(const std::string& run) {
  over_ = false;
  OfficeLoad::Options options;
  options.ports = {daemon_.api_port()};
  options.tokens = tokens_;
  options.clients = 8;
  options.rate = kCommandsASecond;
  options.left_lying = 8;
  options.run = run;
  load_ = std::make_unique<OfficeLoad>(options);
  load_->start();
  keep_doing(milliseconds(200), [this] { track_a_file(); });
  keep_doing(milliseconds(300), [this] { track_a_file(); });
  keep_doing(milliseconds(2000), [this] { upload_and_submit(); });
  keep_doing(milliseconds(500), [this] { download(); });
  keep_doing(seconds(31), [this] { sign_in_and_out(); });
  for (int i = 0; i < kBoards; ++i)
    keep_doing(milliseconds(500), [this] { watch_a_board(board_ + "/aliran?sop=paud"); });
  keep_doing(seconds(10), [this] {
    daemon_.signal(SIGHUP);
    const std::lock_guard lock(mutex_);
    ++done_["reloads"];
  });
}

void Soak::end_traffic() {
  over_ = true;
  for (std::thread& actor : actors_) actor.join();
  actors_.clear();
  ASSERT_TRUE(load_->finish()) << daemon_.log();
  for (const std::string& refusal : load_->refusals()) note_fault(refusal);
  const auto acknowledged = load_->acknowledged();
  ledger_.insert(ledger_.end(), acknowledged.begin(), acknowledged.end());
  load_.reset();
}

void Soak::traffic_for(const std::string& run, seconds time) {
  begin_traffic(run);
  const auto end = steady_clock::now() + time;
  while (steady_clock::now() < end && !daemon_.ended())
    std::this_thread::sleep_for(milliseconds(100));
  ASSERT_NO_FATAL_FAILURE(end_traffic());
  EXPECT_EQ(rig_.wait_until_quiet(seconds(60)), "");
}

// --- measured
// -------------------------------------------------------------------------------------

Held Soak::held() {
  // What a connection leaves goes when its end has been seen.
  wait_until([&] { return descriptors_of(daemon_.pid()) <= 40; }, seconds(5));
  rig_.query("VACUUM ANALYZE");
  Held now;
  now.resident = status_of(daemon_.pid(), "VmRSS");
  now.threads = status_of(daemon_.pid(), "Threads");
  now.descriptors = descriptors_of(daemon_.pid());
  now.connections =
      std::stod(rig_.query("SELECT count(*) FROM pg_stat_activity WHERE datname = 'office' AND pid "
                           "<> pg_backend_pid()"));
  now.open_permits =
      std::stod(rig_.query("SELECT count(*) FROM permit WHERE state IN ('active', 'returned')"));
  now.actions = static_cast<double>(ledger_.size());
  const json::value tables = json::parse(rig_.query(
      "SELECT json_object_agg(relname, json_build_array((xpath('/row/n/text()', query_to_xml("
      "'SELECT count(*) AS n FROM ' || relid::regclass, false, true, '')))[1]::text::bigint,"
      " pg_total_relation_size(relid))) FROM pg_stat_user_tables WHERE schemaname = 'public'"));
  for (const auto& [name, size] : tables.as_object())
    now.tables[std::string(name)] = {size.at(0).to_number<double>(),
                                     size.at(1).to_number<double>()};
  return now;
}

void Soak::line(const std::string& what, double begin, double end, double bound) {
  fmt::print("{:<34} {:>12.2f} {:>12.2f} {:>12.2f}{}\n", what, begin, end, bound,
             end > bound ? "  exceeded" : "");
  EXPECT_LE(end, bound) << what << " began at " << begin;
}

void Soak::judge_tables(const Held& begin, const Held& end) {
  for (const auto& [name, size] : end.tables) {
    const Size before = begin.tables.contains(name) ? begin.tables.at(name) : Size{};
    if (kBounded.contains(name)) {
      line(name + ", rows", before.rows, size.rows, before.rows + kMoreRows);
      continue;
    }
    const auto an_action = [](double n, const Held& held) { return n / held.actions; };
    // What has few rows is decided by chance.
    const double few = 20 / begin.actions;
    const double times = kOfMessages.contains(name) ? kRowsOfAMessage : kRowsOfAnAction;
    line(name + ", rows an action", an_action(before.rows, begin), an_action(size.rows, end),
         an_action(before.rows, begin) * times + few);
    line(name + ", bytes an action", an_action(before.bytes, begin), an_action(size.bytes, end),
         an_action(before.bytes, begin) * kBytesOfAnAction + kSmallTable / end.actions);
  }
}

void Soak::judge(const Held& begin, const Held& end) {
  fmt::print("{:<34} {:>12} {:>12} {:>12}\n", "", "begin", "end", "bound");
  line("memory, KiB", begin.resident, end.resident,
       begin.resident + kMoreResident +
           kResidentOfAPermit * std::max(0.0, end.open_permits - begin.open_permits));
  line("descriptors", begin.descriptors, end.descriptors, begin.descriptors + kMoreDescriptors);
  line("threads", begin.threads, end.threads, begin.threads + kMoreThreads);
  line("connections to PostgreSQL", begin.connections, end.connections,
       begin.connections + kMoreConnections);
  judge_tables(begin, end);
  fmt::print("{:<34} {:>12} {:>12}\n", "open permits", begin.open_permits, end.open_permits);
  fmt::print("{:<34} {:>12} {:>12}\n", "acknowledged actions", begin.actions, end.actions);
}

void Soak::judge_acknowledged() {
  rig_.stop_clock();
  EXPECT_EQ(rig_.wait_until_quiet(seconds(60)), "");
  const Deliveries found = rig_.judge(ledger_);
  EXPECT_GT(found.messages, 0U);
  for (const Upload& upload : uploads_) {
    const HttpAnswer answer =
        ask(http_request("GET", "/api/v1/files/" + upload.hash, tokens_.portal, "", ""));
    EXPECT_TRUE(answer.status == 200 && answer.body == upload.bytes) << upload.hash;
  }
  EXPECT_EQ(rig_.query("SELECT count(*) FROM portal_event WHERE state <> 'delivered'"), "0");
  EXPECT_EQ(rig_.query("SELECT count(*) FROM portal_event"), std::to_string(portal_.events()));
  for (const std::string& fault : faults_) ADD_FAILURE() << fault;
  for (const auto& [what, times] : done_) {
    fmt::print("{:<34} {:>12}\n", what, times);
    EXPECT_GT(times, 0) << what;
  }
  fmt::print("{:<34} {:>12}\n{:<34} {:>12}\n", "messages", found.messages, "portal's events",
             portal_.events());
}

// The least bound of the daemon's histogram that 99 of 100 requests keep.
void Soak::print_times() {
  std::map<double, double> within;  // le → requests
  for (const auto& [series, value] :
       series_in(body_of(http_get(daemon_.admin_port(), "/metrics")))) {
    const auto le = series.find("le=\"");
    if (series.find("http_request_duration_seconds_bucket") == std::string::npos ||
        le == std::string::npos || series.find("+Inf") != std::string::npos ||
        series.find("aliran") != std::string::npos)
      continue;
    within[std::stod(series.substr(le + 4))] += value;
  }
  ASSERT_FALSE(within.empty());
  const double all = within.rbegin()->second;
  for (const auto& [bound, requests] : within)
    if (requests >= 0.99 * all) {
      fmt::print("{:<34} {:>10.0f} ms, of {:.0f}\n", "p99 of requests at most", bound * 1000, all);
      break;
    }
  std::sort(page_seconds_.begin(), page_seconds_.end());
  ASSERT_FALSE(page_seconds_.empty());
  fmt::print("{:<34} {:>10.1f} ms, of {}\n", "p99 of pages, as their readers",
             1000 * page_seconds_[page_seconds_.size() * 99 / 100], page_seconds_.size());
}

void Soak::run() {
  const char* given = std::getenv("TENGGAT_SOAK_SECONDS");
  const seconds whole(given ? std::stoi(given) : 600);
  write_file(daemon_.directory() / "secret", "whsec_" + notify::base64(std::string(24, 'a')));
  tokens_ = rig_.found_office(daemon_);
  daemon_.start();
  board_ = open_a_board();
  ASSERT_NO_FATAL_FAILURE(traffic_for("a", std::max(seconds(15), whole / 5)));
  const Held begin = held();
  ASSERT_NO_FATAL_FAILURE(traffic_for("b", whole));
  const Held end = held();
  judge(begin, end);
  print_times();
  judge_acknowledged();
  EXPECT_EQ(daemon_.terminate(), 0) << daemon_.log();
}

TEST(SoakTest, LongEndsWhereItBegan) { Soak().run(); }

}  // namespace
}  // namespace tenggat::test
