// Each kind of alert, fired by what it is there for: a running office to which that is done, a real
// Prometheus with the rules that ship, and what the alert's runbook says to look at first, which
// has to show the cause.
//
// An alert waits for minutes to months. The rules are read with every duration in them divided by
// one number, and ages in seconds by four; else they are as they ship. Office hours are those of a
// place where it is Tuesday, 10.00, now.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <ctime>
#include <functional>
#include <iostream>
#include <optional>
#include <regex>
#include <thread>

#include "tests/e2e/office.h"
#include "tests/support/process.h"
#include "tests/support/prometheus_server.h"
#include "tests/support/scrape.h"
#include "tests/support/small_disk.h"
#include "tests/support/tls_client.h"

namespace tenggat::test {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using namespace std::chrono_literals;
using Condition = std::function<bool()>;

bool comes_to(const Condition& condition, std::chrono::seconds within) {
  const auto give_up = std::chrono::steady_clock::now() + within;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > give_up) return false;
    std::this_thread::sleep_for(100ms);
  }
  return true;
}

// --- The rules that ship, quicker

const fs::path kDashboards = fs::path(TENGGAT_SOURCE_DIR) / "dashboards";

std::string divided(const std::string& text, const std::string& unit, int by) {
  const std::map<std::string, long> seconds{{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};
  return fmt::format("{}ms", std::stol(text) * seconds.at(unit) * 1000 / by);
}

std::string replaced(const std::string& text, const std::string& pattern,
                     const std::function<std::string(const std::smatch&)>& by) {
  const std::regex sought(pattern);
  std::string out;
  auto from = text.cbegin();
  for (std::sregex_iterator it(text.begin(), text.end(), sought), end; it != end; ++it) {
    out.append(from, (*it)[0].first);
    out += by(*it);
    from = (*it)[0].second;
  }
  return out.append(from, text.cend());
}

// How far a place where it is Tuesday, 10.00, at this moment lies from UTC.
long until_tuesday_at_ten() {
  constexpr long kDay = 86400, kWeek = 7 * kDay,
                 kTuesdayAtTen = 5 * kDay + 10 * 3600;  // 1970: a Thursday
  return (kTuesdayAtTen - std::time(nullptr) % kWeek + kWeek) % kWeek;
}

// Some loops come round once a minute: an age of a loop cannot be told sooner.
constexpr int kAgesBy = 4;

std::string quicker_rules(int by) {
  std::string rules = read_file(kDashboards / "prometheus/tenggat.rules.yml");
  rules = replaced(rules, R"((for: |\[|h:|offset )(\d+)([smhd])\b)",
                   [by](const std::smatch& m) { return m[1].str() + divided(m[2], m[3], by); });
  rules = replaced(rules, R"(\[(\d+ms):(\d+)m\])", [by](const std::smatch& m) {
    return fmt::format("[{}:{}]", m[1].str(), divided(m[2], "m", by));
  });
  for (const int age : {300, 1800})
    rules = replaced(rules, fmt::format(" > {}\n", age),
                     [&](const std::smatch&) { return fmt::format(" > {}\n", age / kAgesBy); });
  return replaced(rules, R"(time\(\) \+ 28800)", [](const std::smatch&) {
    return fmt::format("time() + {}", until_tuesday_at_ten());
  });
}

// --- What Prometheus says, and the runbooks

// Long answers come in pieces, each after its length.
std::string whole_body(const std::string& answer) {
  std::string body = body_of(answer);
  if (answer.find("Transfer-Encoding: chunked") > answer.find("\r\n\r\n")) return body;
  std::string whole;
  for (std::size_t at = 0, length = 0;; at += length + 2) {
    const std::size_t line = body.find("\r\n", at);
    if (line == std::string::npos) return whole;
    length = std::stoul(body.substr(at, line - at), nullptr, 16);
    if (length == 0) return whole;
    whole += body.substr(at = line + 2, length);
  }
}

class Watch {
 public:
  // `directory` must outlive it.
  Watch(const fs::path& directory, std::optional<int> port, int quicker) : quicker_(quicker) {
    const fs::path rules = directory / "quicker.rules.yml";
    write_file(rules, quicker_rules(quicker));
    std::vector<ScrapedOffice> offices;
    if (port) offices.push_back({"banjarbaru", *port});
    prometheus_.emplace(directory, offices, rules);
  }

  // Of the alert's series one that fires; of several the one whose labels hold this text.
  bool fires(const std::string& alert, const std::string& labels = "") const {
    const std::string answer = whole_body(http_get(prometheus_->port(), "/api/v1/alerts"));
    if (answer.empty()) return false;
    const json::value said = json::parse(answer);
    for (const json::value& one : said.at_pointer("/data/alerts").as_array())
      if (one.at("labels").at("alertname").as_string() == alert &&
          one.at("state").as_string() == "firing" &&
          json::serialize(one.at("labels")).find(labels) != std::string::npos)
        return true;
    return false;
  }
  // Within a minute and the time its rule waits.
  void expect(
      const std::string& alert, const std::string& labels = "",
      const std::function<void()>& meanwhile = [] {}) const {
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_TRUE(comes_to(
        [&] {
          meanwhile();
          return fires(alert, labels);
        },
        150s + std::chrono::seconds(3600 / quicker_)))
        << alert
        << " does not fire: " << whole_body(http_get(prometheus_->port(), "/api/v1/alerts"));
    std::cout << fmt::format(
        "{} fired after {:.0f} s\n", alert,
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
  }
  void expect_over(const std::string& alert) const {
    EXPECT_TRUE(comes_to([&] { return !fires(alert); }, 150s)) << alert << " fires still";
  }
  int port() const { return prometheus_->port(); }

 private:
  int quicker_;
  std::optional<PrometheusServer> prometheus_;
};

// What the alert's runbook says to look at: it names `place`, and there `cause` is read.
void expect_cause(const std::string& alert, const std::string& place, const std::string& seen,
                  const std::string& cause) {
  const std::string runbooks = read_file(kDashboards / "runbooks.md");
  const std::size_t begin = runbooks.find("## " + alert + "\n");
  ASSERT_NE(begin, std::string::npos) << alert;
  const std::string section = runbooks.substr(begin, runbooks.find("\n## ", begin) - begin);
  EXPECT_NE(section.find(place), std::string::npos) << alert << " does not send to " << place;
  EXPECT_NE(seen.find(cause), std::string::npos) << place << " says: " << seen;
}

// --- What happens to the machine

class Machine : public testing::Test {
 protected:
  static constexpr int kQuicker = 60;

  void open(const std::string& configuration = "", const std::string& clock = "",
            const TestPostgres::Options& server = {}) {
    server_.emplace(server);
    server_->create_database("office");
    DaemonProcess::Options options;
    options.conninfo = server_->conninfo("office");
    options.clock = clock;
    options.configuration = configuration;
    daemon_.emplace(std::move(options));
    if (clock.empty())
      daemon_->must({"db", "migrate"});
    else
      daemon_->must({"db", "migrate", "--simulated-clock"});
    token_ = daemon_->new_token({"--service", "portal", "--scope", "intake,act,read"});
  }
  void start() {
    daemon_->start();
    watch_.emplace(daemon_->directory(), daemon_->admin_port(), kQuicker);
  }
  void TearDown() override {
    if (HasFailure() && daemon_) std::cerr << "daemon log:\n" << daemon_->log() << '\n';
  }

  std::string readiness() const { return http_get(daemon_->admin_port(), "/readyz"); }
  // An application; 0 where there is no answer.
  HttpAnswer submit() {
    const std::string body = fmt::format(
        R"({{"sop":"paud","external_id":"{}","applicant":{{"name":"Siti"}},"subject":"TK Melati",)"
        R"("documents":[{{"kind":"persyaratan_izin_paud","uri":"https://example.go.id/m"}}]}})",
        ++submitted_);
    return ask(http_request("POST", "/api/v1/permits", token_, "", body));
  }
  HttpAnswer ask(std::string request) const {
    boost::asio::io_context io{1};
    HttpClient http(io.get_executor(), daemon_->api_port());
    HttpAnswer answer;
    boost::asio::co_spawn(io, http.exchange(std::move(request)),
                          [&](std::exception_ptr error, HttpAnswer got) {
                            if (!error) answer = std::move(got);
                          });
    io.run_for(2s);
    http.close();
    io.run_for(1s);
    return answer;
  }
  bool logs(const std::string& word) const {
    return comes_to([&] { return daemon_->log().find(word) != std::string::npos; }, 20s);
  }

  std::optional<TestPostgres> server_;
  std::optional<DaemonProcess> daemon_;
  std::optional<Watch> watch_;
  std::string token_;
  int submitted_ = 0;
};

TEST_F(Machine, TheDatabaseStops) {
  open("http: {requests_a_minute: 1000000}\n");
  start();
  ASSERT_EQ(submit().status, 201);
  server_->stop();
  HttpAnswer answer;
  watch_->expect("TenggatDatabaseDown");
  expect_cause("TenggatDatabaseDown", "/readyz", readiness(), "the database cannot be reached");
  watch_->expect("TenggatServerErrors", "", [&] {
    for (int i = 0; i < 3; ++i)
      answer = ask(http_request("GET", "/api/v1/permits", token_, "", ""));
  });
  EXPECT_EQ(answer.status, 503);
  expect_cause("TenggatServerErrors", "503 says in its body", answer.body, "database");
  watch_->expect("TenggatLoopStalled");
  expect_cause("TenggatLoopStalled", "*TenggatDatabaseDown*", readiness(),
               "the database cannot be reached");
  watch_->expect("TenggatSnapshotStale");
  expect_cause("TenggatSnapshotStale", "the database's load",
               body_of(http_get(daemon_->admin_port(), "/metrics")), "tenggat_db_up 0");
  server_->start();
  for (const char* alert : {"TenggatDatabaseDown", "TenggatLoopStalled", "TenggatSnapshotStale"})
    watch_->expect_over(alert);
}

TEST_F(Machine, TheDisksOfTheDatabaseAreFull) {
  SmallDisk disk(std::size_t{160} << 20);
  TestPostgres::Options server;
  server.data = disk.directory();
  server.initdb = {"--wal-segsize=1"};
  open("http: {requests_a_minute: 1000000}\n", "", server);
  start();
  ASSERT_EQ(submit().status, 201);
  std::string said;
  const auto goes_on = [&] {
    disk.fill();
    if (!server_->running()) server_->start();
    submit();
    if (said.find("disk is full") == std::string::npos) said = readiness();
  };
  watch_->expect("TenggatDatabaseErrors", "\"class\":\"53\"", goes_on);
  expect_cause("TenggatDatabaseErrors", "/readyz", said, "the database's disk is full (53100)");
  disk.clear();
  if (!server_->running()) server_->start();
  watch_->expect_over("TenggatDatabaseErrors");
  watch_.reset();
  daemon_.reset();
  server_.reset();  // before the disk that it is on
}

TEST_F(Machine, ItIsStartedWithAFaultInItsConfiguration) {
  open();
  start();
  EXPECT_EQ(daemon_->terminate(), 0);
  daemon_->options().configuration = "http: {requests_a_minut: 100}\n";
  daemon_->write_configuration();
  daemon_->launch();
  watch_->expect("TenggatDown");
  ASSERT_TRUE(comes_to([&] { return daemon_->ended(); }, 20s));
  EXPECT_EQ(daemon_->last_status(), 2);
  const CommandResult check =
      daemon_->tenggatd({"--config", (daemon_->directory() / "tenggat.yaml").string(), "--check"});
  EXPECT_NE(check.status, 0);
  expect_cause("TenggatDown", "--check` lists every fault", check.out + check.err,
               "requests_a_minut");
  watch_->expect("TenggatWatchdog");
}

TEST_F(Machine, NobodyToldPrometheusOfIt) {
  open();
  watch_.emplace(daemon_->directory(), std::nullopt, kQuicker);
  watch_->expect("TenggatUnknown");
  expect_cause("TenggatUnknown", "page of targets",
               whole_body(http_get(watch_->port(), "/api/v1/targets")), "\"activeTargets\":[]");
}

// Of somebody who looked at a table and went home.
class ForgottenTransaction {
 public:
  ForgottenTransaction(const std::string& conninfo, const std::string& sql)
      : session_(PQconnectdb(conninfo.c_str())) {
    PQclear(PQexec(session_, ("BEGIN; " + sql).c_str()));
    if (PQtransactionStatus(session_) != PQTRANS_INTRANS)
      throw std::runtime_error(PQerrorMessage(session_));
  }
  ~ForgottenTransaction() { PQfinish(session_); }

 private:
  PGconn* session_;
};

TEST_F(Machine, AForgottenTransactionKeepsMessagesFromBeingMade) {
  // A minute of the office is a second.
  open("email: {url: \"file:mails\", from: \"Izin <izin@example.go.id>\"}\n",
       "2026-06-02T09:00:00+08:00@60");
  daemon_->must({"officer", "add", "--id", "fo", "--name", "Rina", "--role", "front_office",
                 "--email", "rina@banjarbaru.example"});
  start();
  ASSERT_EQ(submit().status, 201);
  {
    const ForgottenTransaction forgotten(server_->conninfo("office"),
                                         "LOCK TABLE message IN EXCLUSIVE MODE");
    watch_->expect("TenggatLoopStalled", "\"loop\":\"composer\"", [&] { submit(); });
    ASSERT_TRUE(logs("\"loop\":\"composer\""));
    expect_cause("TenggatLoopStalled", "else what the log says with its name", daemon_->log(),
                 "composer");
    watch_->expect("TenggatOldestPendingNotice", "\"audience\":\"officer\"");
    expect_cause("TenggatOldestPendingNotice", "The composer is stalled", daemon_->log(),
                 "composer");
  }
  watch_->expect_over("TenggatLoopStalled");
  watch_->expect_over("TenggatOldestPendingNotice");
}

// As `openssl` of a machine whose clock is so many days behind would make it.
CertificatePair certificate_of(int days_ago, int days) {
  const fs::path clock = fs::temp_directory_path() / fmt::format("tenggat-days-{}", ::getpid());
  write_file(clock, fmt::format("-{}d\n", days_ago));
  std::vector<std::string> set;
  for (const std::string& one : TestPostgres::faked_clock(clock)) {
    const std::size_t equals = one.find('=');
    set.push_back(one.substr(0, equals));
    ::setenv(set.back().c_str(), one.substr(equals + 1).c_str(), 1);
  }
  const CertificatePair made = new_certificate("perizinan", days);
  for (const std::string& name : set) ::unsetenv(name.c_str());
  fs::remove(clock);
  return made;
}

TEST_F(Machine, NobodyRenewsItsCertificate) {
  open("http: {certificate_file: certificate.pem, key_file: key.pem}\n");
  const auto place = [&](const CertificatePair& pair) {
    write_file(daemon_->directory() / "certificate.pem", pair.certificate);
    write_file(daemon_->directory() / "key.pem", pair.key);
  };
  const auto ends = [&] {
    return series_in(body_of(http_get(daemon_->admin_port(), "/metrics")))
        .at("tenggat_certificate_not_after_timestamp_seconds");
  };
  place(certificate_of(0, 5));
  start();
  watch_->expect("TenggatCertificateEnds");
  expect_cause("TenggatCertificateEnds", "`http.certificate_file` names",
               read_file(daemon_->directory() / "tenggat.yaml"), "certificate.pem");
  EXPECT_FALSE(watch_->fires("TenggatCertificateExpired"));
  place(certificate_of(10, 5));
  daemon_->signal(SIGHUP);
  ASSERT_TRUE(comes_to([&] { return ends() < static_cast<double>(std::time(nullptr)); }, 20s));
  watch_->expect("TenggatCertificateExpired");
  place(certificate_of(0, 90));
  daemon_->signal(SIGHUP);
  watch_->expect_over("TenggatCertificateExpired");
  watch_->expect_over("TenggatCertificateEnds");
}

TEST_F(Machine, TheClockOfTheDatabaseIsPutRight) {
  const std::string clock = fmt::format("/tmp/tenggat-alerts-clock-{}", ::getpid());
  const auto ahead = [&](const std::string& by) {
    write_file(clock + ".next", by + "\n");
    ::chmod((clock + ".next").c_str(), 0644);
    fs::rename(clock + ".next", clock);
  };
  ahead("+8h");
  TestPostgres::Options server;
  server.environment = TestPostgres::faked_clock(clock);
  open("", "", server);
  start();
  ASSERT_EQ(submit().status, 201);
  ahead("+0");
  watch_->expect("TenggatClockStepped", "", [&] { submit(); });
  ASSERT_TRUE(logs("clock_stepped"));
  expect_cause("TenggatClockStepped", "`clock_stepped` says by how much", daemon_->log(), "-8");
  fs::remove(clock);
}

TEST_F(Machine, TheDatabaseIsPutBack) {
  open();
  start();
  ASSERT_EQ(submit().status, 201);
  const std::string dump = server_->dump("office");
  ASSERT_EQ(submit().status, 201);
  // Until its mark tells of that.
  const auto marked = [&] {
    return series_in(body_of(http_get(daemon_->admin_port(), "/metrics")))
        .at("tenggat_mark_written_timestamp_seconds");
  };
  const double before = marked();
  ASSERT_TRUE(comes_to([&] { return submit().status == 201 && marked() > before + 2; }, 30s));
  server_->restore("office", dump);
  ASSERT_TRUE(comes_to([&] { return readiness().find("restored: ") != std::string::npos; }, 20s));
  daemon_->must({"db", "restored", "--yes"});
  daemon_->terminate();
  daemon_->start();
  watch_->expect("TenggatMessagesHeld");
  expect_cause("TenggatMessagesHeld", "`tenggat message release`", readiness(),
               "tenggat message release");
  EXPECT_EQ(daemon_->tenggat({"message", "release"}).status, 0);
  watch_->expect_over("TenggatMessagesHeld");
}

TEST_F(Machine, ItsMarkCannotBeWritten) {
  open();
  start();
  ASSERT_EQ(submit().status, 201);
  const fs::path marks = daemon_->directory() / "state/marks";
  ASSERT_TRUE(comes_to([&] { return fs::exists(marks) && !fs::is_empty(marks); }, 20s));
  // Somebody brought the state back from a backup, and this as a file.
  fs::remove_all(marks);
  write_file(marks, "");
  watch_->expect("TenggatMarkNotWritten", "", [&] { submit(); });
  expect_cause("TenggatMarkNotWritten", "The log names the file", daemon_->log(), marks.string());
}

// --- What happens to the office

class Trouble : public testing::Test {
 protected:
  // An hour is a quarter of a minute, and what asks for four hours of an office's a minute.
  static constexpr int kQuicker = 240;

  Trouble()
      : office_("2026-06-02T08:00:00",
                "canary: {every: 5m, to: \"kenari@tolak.example\"}\n"
                "undo_window: 0s\nofficers: {group_wait: 0s, group_interval: 0s,"
                " messages_an_hour: 1000}\n") {}

  void watch() {
    watch_.emplace(office_.daemon().directory(), office_.daemon().admin_port(), kQuicker);
  }
  std::string submit(const std::vector<std::string>& reach = {}) {
    std::vector<std::string> arguments{
        "permit",     "submit",
        "--sop",      "paud",
        "--name",     "Badrun",
        "--subject",  "PAUD Kenanga",
        "--document", "persyaratan_izin_paud=https://intanbjb.example/berkas/9"};
    arguments.insert(arguments.end(), reach.begin(), reach.end());
    return std::string(office_.json(arguments, "portal").at("number").as_string());
  }
  void act(const char* who, const std::string& number, const char* step, const char* action) {
    office_.json({"permit", "act", number, action, "--step", step}, who);
  }
  // At the technical review, which takes days.
  std::string under_review() {
    const std::string number = submit();
    act("fo", number, "verifikasi", "accept");
    act("bo", number, "penerimaan", "forward");
    return number;
  }
  std::string said(const std::vector<std::string>& command) {
    const CommandResult result = office_.tenggat(command);
    return result.out + result.err;
  }

  Office office_;
  std::optional<Watch> watch_;
};

TEST_F(Trouble, FilesAreLateAndNobodyAnswers) {
  office_.use_own_rules();
  office_.change_rule("sop/paud.yaml", "akibat: perlu_ditegaskan", "akibat: dianggap_dikabulkan");
  office_.reload();
  ASSERT_TRUE(comes_to(
      [&] { return office_.daemon_log().find("\"event\":\"reloaded\"") != std::string::npos; },
      20s));
  std::vector<std::string> numbers;
  for (int i = 0; i < 6; ++i) numbers.push_back(under_review());
  watch();
  // Half an hour before their due, on Monday at eight, nobody has taken any of them.
  office_.advance("2026-06-08T07:30:00");
  watch_->expect("TenggatDueUntouched", "kajian_teknis");
  expect_cause("TenggatDueUntouched", "*Berkas pada Tahapan*",
               office_.query("SELECT count(*) || ' held by nobody' FROM laporan.pekerjaan"
                             " WHERE langkah = 'kajian_teknis' AND belum_diambil"),
               "6 held by nobody");

  office_.advance("2026-06-12T10:00:00");
  for (const std::string& number : numbers)
    office_.json({"permit", "act", number, "not_recommend", "--step", "kajian_teknis", "--note",
                  "Ruang kurang", "--document", "bapl=https://x.example/b", "--document",
                  "rekomendasi=https://x.example/r"},
                 "dt");
  for (int i = 0; i < 2; ++i) under_review();
  office_.advance("2026-06-24T10:00:00");
  watch_->expect("TenggatStepMissed", "kajian_teknis");
  watch_->expect("TenggatPermitsMissed");
  watch_->expect("TenggatBudgetSpent");
  expect_cause("TenggatPermitsMissed", "*Di Mana Tertahan* names the step",
               office_.query("SELECT string_agg(DISTINCT langkah, ' ') FROM laporan.pekerjaan"
                             " WHERE keadaan = 'terlambat'"),
               "penyusunan_sk");
  watch_->expect("TenggatLegalRisk");
  watch_->expect("TenggatLegalLimitPassed");
  expect_cause("TenggatLegalRisk", "*Daftar Batas Hukum*",
               office_.query("SELECT string_agg(nomor, ' ') FROM laporan.kasus"
                             " WHERE selesai IS NULL AND batas_hukum < laporan.sekarang()"),
               numbers.front());
  watch_->expect("TenggatEscalationsUnanswered");
  expect_cause("TenggatEscalationsUnanswered", "`/eskalasi`",
               office_.query("SELECT count(*) > 0 FROM laporan.eskalasi_dijawab WHERE menunggu"),
               "t");
}

TEST_F(Trouble, TheMailServerAndTheProviderRefuse) {
  watch();
  office_.meta().answer_all(500, 1);
  for (int i = 0; i < 12; ++i)
    submit({"--whatsapp", fmt::format("0813 2222 {:04}", i), "--email",
            fmt::format("warga{}@tolak.example", i)});
  office_.advance("2026-06-02T08:10:00");
  watch_->expect("TenggatChannelDown", "whatsapp");
  const auto panel = [&] {
    return office_.query(
        "SELECT string_agg(DISTINCT saluran || ': ' || alasan, '; ')"
        " FROM laporan.pesan WHERE status IN ('queued', 'dead', 'failed')");
  };
  watch_->expect("TenggatDeadMessages", "email");
  expect_cause("TenggatDeadMessages", "`tenggat message list`", said({"message", "list"}),
               "bad_address");
  expect_cause("TenggatChannelDown", "*Pesan yang", panel(), "whatsapp: server_error");
  watch_->expect("TenggatCanaryLate");
  expect_cause("TenggatCanaryLate", "message_not_accepted", office_.daemon_log(),
               "message_not_accepted");
  office_.meta().answer_all(0, 0);
  watch_->expect_over("TenggatChannelDown");
}

TEST_F(Trouble, MetaPausesATemplate) {
  watch();
  office_.meta().answer_all(400, 132015);  // paused for its quality
  submit({"--whatsapp", "0813 2222 0001"});
  office_.advance("2026-06-02T08:10:00");
  watch_->expect("TenggatTextStopped", "whatsapp");
  expect_cause("TenggatTextStopped", "`text_stopped`", office_.daemon_log(), "text_stopped");
}

TEST_F(Trouble, TheOfficeIsChangedWithoutCare) {
  watch();
  // The only secretary leaves their telephone behind.
  ASSERT_EQ(office_.tenggat({"officer", "edit", "--id", "s", "--whatsapp", ""}).status, 0);
  watch_->expect("TenggatRoleUnreachable", "sekretaris");
  expect_cause("TenggatRoleUnreachable", "`tenggat officer list`", said({"officer", "list"}),
               "sekretaris");

  office_.use_own_rules();
  office_.change_rule("sop/paud.yaml", "  akibat: perlu", "  akibatnya: perlu");
  office_.reload();
  watch_->expect("TenggatReloadRefused");
  expect_cause("TenggatReloadRefused", "every fault as file:line", office_.daemon_log(),
               "paud.yaml:");
  office_.change_rule("sop/paud.yaml", "  akibatnya: perlu", "  akibat: perlu");
  office_.reload();
  watch_->expect_over("TenggatReloadRefused");

  // Two services come, and their files go again.
  const fs::path own = office_.daemon().options().rules / "sop";
  for (const char* sop : {"pbg.yaml", "keberatan.yaml"})
    fs::copy_file(fs::path(TENGGAT_SOURCE_DIR) / "tests/sops" / sop, own / sop);
  office_.reload();
  ASSERT_TRUE(office_.becomes(
      "SELECT count(*) FROM rule_in_force WHERE kind = 'sop' AND name IN ('pbg', 'keberatan')",
      "2"));
  for (const char* sop : {"pbg.yaml", "keberatan.yaml"}) fs::remove(own / sop);
  office_.reload();
  watch_->expect("TenggatSopWithoutFile", "pbg");
  expect_cause("TenggatSopWithoutFile", "`tenggat sop list`", said({"sop", "list"}), "pbg");
}

}  // namespace
}  // namespace tenggat::test

int main(int argc, char** argv) {
  tenggat::test::enter_own_mounts(argv);
  testing::InitGoogleTest(&argc, argv);
  testing::AddGlobalTestEnvironment(new tenggat::test::PostgresEnvironment);
  return RUN_ALL_TESTS();
}
