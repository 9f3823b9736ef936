// Two offices in one database, one in PostgreSQL's own schema and one in its own, founded at the
// same moment, under load, with their daemons killed in turn. Afterwards each is whole, and nothing
// of one is seen from the other: by a daemon, by who reads reports, by what is announced.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <future>
#include <map>
#include <memory>
#include <set>

#include "daemon/pg/search_path.h"
#include "daemon/store/audit.h"
#include "tests/faults/rig.h"
#include "tests/support/await.h"
#include "tests/support/process.h"

namespace tenggat::test {
namespace {

using std::chrono::seconds;

constexpr const char* kBeside = "martapura";
constexpr const char* kRefused = "42501";

using Session = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Answer = std::unique_ptr<PGresult, decltype(&PQclear)>;

// What one login sees, in a session of its own.
class Login {
 public:
  explicit Login(const std::string& conninfo) : session_(PQconnectdb(conninfo.c_str()), &PQfinish) {
    EXPECT_EQ(PQstatus(session_.get()), CONNECTION_OK) << PQerrorMessage(session_.get());
  }
  // First cell, or the SQLSTATE of the refusal.
  std::string ask(const std::string& sql) {
    const Answer answer(PQexec(session_.get(), sql.c_str()), &PQclear);
    const auto status = PQresultStatus(answer.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
      return PQresultErrorField(answer.get(), PG_DIAG_SQLSTATE);
    return PQntuples(answer.get()) > 0 ? PQgetvalue(answer.get(), 0, 0) : "";
  }
  // How often each channel was heard since the last call.
  std::map<std::string, int> heard() {
    std::map<std::string, int> by_channel;
    PQconsumeInput(session_.get());
    while (PGnotify* one = PQnotifies(session_.get())) {
      ++by_channel[one->relname];
      PQfreemem(one);
    }
    return by_channel;
  }

 private:
  Session session_;
};

struct Plan {
  int kills = 2;      // of each daemon
  double rate = 80;   // commands a second, of each office
  int commands = 25;  // between two kills
};

// One of the two: its rig, its daemon by a role of its own, its load.
class Place {
 public:
  Place(std::unique_ptr<Rig> rig, std::string named)
      : agency(std::move(named)), rig_(std::move(rig)), daemon_(options()) {
    // Each office's daemon has a role of its own, as `tenggat setup` makes it.
    const auto file = daemon_.directory() / "tenggat.yaml";
    std::string text = read_file(file);
    const std::string of_all = "user=tenggat_daemon";
    text.replace(text.find(of_all), of_all.size(), "user=" + role());
    write_file(file, text);
  }
  std::string role() const { return "daemon_" + rig_->schema(); }
  std::string conninfo(const std::string& user) const {
    std::string where = rig_->server.conninfo(Rig::kDatabase);
    return where.replace(where.find("user=tenggat "), 13, "user=" + user + " ");
  }
  // The reports' login, by the script that ships.
  std::string reader() {
    const std::string login = "pembaca_" + rig_->schema();
    if (rig_->query("SELECT count(*) FROM pg_roles WHERE rolname = '" + login + "'") == "1")
      return conninfo(login);
    const std::string command = fmt::format(
        "psql -qX -v schema={} -v login={} -f '{}/dashboards/postgres/pembaca.sql' \"{}\"",
        rig_->schema(), login, TENGGAT_SOURCE_DIR, rig_->server.conninfo(Rig::kDatabase));
    EXPECT_EQ(std::system(command.c_str()), 0);
    return conninfo(login);
  }
  void found() { rig_->found_office(daemon_); }
  void begin(double rate) {
    daemon_.start();
    OfficeLoad::Options options = rig_->load();
    options.ports = {daemon_.api_port()};
    options.rate = rate;
    options.run = rig_->schema();
    load_ = std::make_unique<OfficeLoad>(options);
    load_->start();
  }
  bool goes_on(int commands) {
    const std::size_t from = load_->counts().acknowledged;
    return wait_until(
        [&] { return load_->counts().acknowledged >= from + static_cast<std::size_t>(commands); },
        seconds(60));
  }
  void kill() {
    daemon_.kill9();
    ++killed;
    daemon_.start();
  }
  // What a dead daemon was about to send is sent at once; then nothing new comes.
  void settle() {
    ASSERT_TRUE(load_->finish()) << daemon_.log();
    daemon_.kill9();
    rig_->query("UPDATE message SET lease_until = NULL WHERE state = 'queued'");
    daemon_.start();
    rig_->stop_clock();
  }
  Deliveries judge() {
    EXPECT_EQ(rig_->wait_until_quiet(seconds(75)), "") << daemon_.log();
    for (const std::string& refusal : load_->refusals()) ADD_FAILURE() << "refused: " << refusal;
    const Deliveries found = rig_->judge(load_->acknowledged());
    const CommandResult audit = daemon_.tenggat({"audit", "verify"});
    EXPECT_EQ(audit.status, 0) << audit.out << audit.err;
    return found;
  }
  std::string query(const std::string& sql) { return rig_->query(sql); }
  Rig& rig() { return *rig_; }
  DaemonProcess& daemon() { return daemon_; }
  OfficeLoad& load() { return *load_; }

  const std::string agency;
  int killed = 0;

 private:
  DaemonProcess::Options options() const {
    DaemonProcess::Options made = rig_->daemon_options();
    made.configuration += fmt::format("instansi: {}\n", agency);
    return made;
  }

  std::unique_ptr<Rig> rig_;
  DaemonProcess daemon_;
  std::unique_ptr<OfficeLoad> load_;
};

class TwoOffices {
 public:
  explicit TwoOffices(Plan plan)
      : plan_(plan),
        here_(std::make_unique<Rig>("2026-04-16T07:35:00+08:00@300"), "Kantor Banjarbaru"),
        there_(std::make_unique<Rig>("2026-04-20T07:35:00+08:00@300", here_.rig(), kBeside),
               "Kantor Martapura") {}

  void run();

 private:
  void found();
  void live();
  void judge();
  void numbers_are_each_ones_own();
  void messages_name_their_office();
  void secrets_open_one_office();
  void roles_see_one_office();
  void functions_know_their_office();
  void announcements_stay();
  void one_goes_elsewhere_alone();

  Plan plan_;
  Place here_, there_;
};

// Both at once: schema, extension, roles' rights.
void TwoOffices::found() {
  TestPostgres& server = here_.rig().server;
  for (const Place* one : {&here_, &there_})
    server.execute("CREATE ROLE " + one->role() + " LOGIN");
  // Readers are there before there is something to read, so that `db migrate` gives it to them.
  server.execute(fmt::format("CREATE ROLE tenggat_laporan_{} NOLOGIN", kBeside));
  auto beside = std::async(std::launch::async, [&] { there_.found(); });
  here_.found();
  beside.get();
  EXPECT_EQ(server.execute("SELECT string_agg(nspname, ' ' ORDER BY nspname) FROM pg_namespace"
                           " WHERE nspname !~ '^(pg_|information_schema)'",
                           Rig::kDatabase),
            "laporan martapura public tenggat_extensions");
  const std::string tables =
      "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class"
      " WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'S')";
  EXPECT_EQ(here_.query(tables), there_.query(tables));
}

void TwoOffices::live() {
  here_.begin(plan_.rate);
  there_.begin(plan_.rate);
  for (int i = 0; i < plan_.kills; ++i)
    for (Place* one : {&here_, &there_}) {
      ASSERT_TRUE(one->goes_on(plan_.commands)) << one->daemon().log();
      one->kill();
    }
  for (Place* one : {&here_, &there_})
    ASSERT_TRUE(one->goes_on(plan_.commands)) << one->daemon().log();
}

void TwoOffices::numbers_are_each_ones_own() {
  for (Place* one : {&here_, &there_}) {
    std::set<std::int64_t> permits;
    for (const OfficeLoad::Acknowledged& done : one->load().acknowledged())
      permits.insert(done.permit);
    const std::string submitted = std::to_string(permits.size());
    EXPECT_EQ(one->query("SELECT count(*) FROM permit WHERE id > 0"), submitted);
    EXPECT_EQ(one->query("SELECT count(*) FROM permit WHERE id > 0 AND external_id NOT LIKE '%" +
                         one->rig().schema() + "%'"),
              "0");
    // From the first on, without a gap.
    EXPECT_EQ(one->query("SELECT sum(last) FROM permit_number"), submitted);
    Login reader(one->reader());
    EXPECT_EQ(reader.ask("SELECT count(*) FROM kasus"), submitted);
    const std::string metric = "tenggat_permits_open";
    const std::string open =
        one->query("SELECT count(*) FROM permit WHERE id > 0 AND state IN ('active', 'returned')");
    EXPECT_TRUE(wait_until(
        [&] {
          double sum = 0;
          const std::string all = http_get(one->daemon().admin_port(), "/metrics");
          for (auto at = all.find("\n" + metric + "{"); at != std::string::npos;
               at = all.find("\n" + metric + "{", at + 1))
            sum += std::stod(all.substr(all.find("} ", at) + 2));
          return sum == std::stod(open);
        },
        seconds(20)))
        << metric << " is not " << open;
  }
}

void TwoOffices::messages_name_their_office() {
  for (auto [one, other] : {std::pair{&here_, &there_}, std::pair{&there_, &here_}}) {
    std::size_t own = 0;
    for (const std::string& mail : one->rig().smtp.messages(0)) {
      EXPECT_EQ(mail.find(other->agency), std::string::npos) << mail;
      own += mail.find(one->agency) != std::string::npos;
    }
    EXPECT_GT(own, 0U);
    EXPECT_EQ(one->query("SELECT count(*) FROM message WHERE body LIKE '%" + other->agency + "%'"),
              "0");
  }
}

void TwoOffices::secrets_open_one_office() {
  const std::vector<std::string> list{"permit", "list"};
  for (auto [one, other] : {std::pair{&here_, &there_}, std::pair{&there_, &here_}}) {
    EXPECT_EQ(one->daemon().tenggat(list, one->rig().load().tokens.portal).status, 0);
    EXPECT_NE(one->daemon().tenggat(list, other->rig().load().tokens.portal).status, 0);
  }
}

void TwoOffices::roles_see_one_office() {
  const std::map<Place*, std::vector<std::string>> of_others = {
      {&here_, {"martapura.permit", "martapura.kasus", "martapura.event", "martapura.message"}},
      {&there_, {"public.permit", "laporan.kasus", "public.event", "public.message"}}};
  for (const auto& [one, tables] : of_others) {
    Login reader(one->reader()), daemon(one->conninfo(one->role()));
    for (const std::string& table : tables) {
      EXPECT_EQ(reader.ask("SELECT count(*) FROM " + table), kRefused) << table;
      EXPECT_EQ(daemon.ask("SELECT count(*) FROM " + table), kRefused) << table;
      EXPECT_EQ(daemon.ask("DELETE FROM " + table), kRefused) << table;
    }
    // Of one's own, reports alone; none of the views that the daemon works with.
    for (const char* own :
         {"permit", "event", "officer", "token", "sealed_event", "count_change"}) {
      const std::string table = one->rig().schema() + '.' + own;
      EXPECT_EQ(reader.ask("SELECT count(*) FROM " + table), kRefused) << table;
      EXPECT_NE(daemon.ask("SET search_path = " + one->rig().schema() + "; SELECT count(*) FROM " +
                           table),
                kRefused)
          << table;
    }
    EXPECT_EQ(one->query("SELECT count(*) FROM pg_class WHERE relkind = 'v' AND relnamespace = "
                         "current_schema()::regnamespace AND has_table_privilege('pembaca_" +
                         one->rig().schema() +
                         "', oid, 'SELECT') AND coalesce(obj_description(oid), '') = ''"),
              "0");
  }
}

// Whoever calls them, with whatever path.
void TwoOffices::functions_know_their_office() {
  for (const char* path : {"public, laporan", kBeside, "pg_catalog"}) {
    const std::string set = fmt::format("SET search_path = {}; ", path);
    for (Place* one : {&here_, &there_}) {
      const std::string own = one->rig().schema();
      TestPostgres& server = one->rig().server;
      EXPECT_EQ(server.execute(set + fmt::format("SELECT {}.office_now()", own), Rig::kDatabase),
                one->query("SELECT start_at FROM simulated_clock"))
          << own << " with " << path;
      EXPECT_EQ(server.execute(set + fmt::format("INSERT INTO {0}.officer_leave (officer, start_on,"
                                                 " end_on) SELECT id, '2031-01-01', '2031-01-02'"
                                                 " FROM {0}.officer; DELETE FROM {0}.officer_leave"
                                                 " WHERE start_on = '2031-01-01'; SELECT 'done'",
                                                 own),
                               Rig::kDatabase),
                "done");
    }
  }
  EXPECT_NE(here_.query("SELECT office_now()"), there_.query("SELECT office_now()"));
}

void TwoOffices::announcements_stay() {
  for (auto [one, other] : {std::pair{&here_, &there_}, std::pair{&there_, &here_}}) {
    other->daemon().kill9();
    Login listener(one->rig().server.conninfo(Rig::kDatabase));
    listener.ask("LISTEN \"tenggat.public\"; LISTEN \"tenggat.martapura\"; LISTEN tenggat");
    const std::string marks =
        "SELECT string_agg(name || version, ' ' ORDER BY name) FROM change_mark";
    const std::string before = one->query(marks), beside = other->query(marks);
    const std::string id = "hanya_" + one->rig().schema();
    one->daemon().must({"officer", "add", "--id", id, "--name", "Hanya Di Sini"});
    EXPECT_EQ(listener.ask("SELECT 1"), "1");  // what was announced comes before the answer
    const std::map<std::string, int> heard = listener.heard();
    EXPECT_EQ(heard.size(), 1U);
    EXPECT_TRUE(heard.contains("tenggat." + one->rig().schema()));
    EXPECT_NE(one->query(marks), before);
    EXPECT_EQ(other->query(marks), beside);
    EXPECT_EQ(other->query("SELECT count(*) FROM officer WHERE id = '" + id + "'"), "0");
    other->daemon().start();
  }
}

pg::Awaitable<std::vector<std::string>> verify(std::string conninfo) {
  pg::ConnectOptions options(std::move(conninfo));
  pg::Connection connection = co_await pg::Connection::connect(std::move(options));
  const store::AuditReport report =
      co_await store::verify_record(connection, store::AuditOptions());
  std::vector<std::string> found{std::to_string(report.permits)};
  for (const store::AuditFinding& one : report.findings) found.push_back(store::words_of(one));
  co_return found;
}

// All of it is in its schema: pg_dump -n takes it into a database that has nothing else.
void TwoOffices::one_goes_elsewhere_alone() {
  TestPostgres& server = there_.rig().server;
  const std::string elsewhere = server.create_database("elsewhere");
  server.execute(
      "CREATE SCHEMA tenggat_extensions; CREATE EXTENSION pg_trgm SCHEMA tenggat_extensions",
      "elsewhere");
  const std::string command =
      fmt::format("pg_dump -n {} \"{}\" | psql -qX -v ON_ERROR_STOP=1 \"{}\" >/dev/null", kBeside,
                  server.conninfo(Rig::kDatabase), elsewhere);
  ASSERT_EQ(std::system(command.c_str()), 0);
  boost::asio::io_context io{1};
  const std::vector<std::string> found =
      await(io, verify(pg::in_schema(elsewhere, kBeside)), seconds(60));
  ASSERT_EQ(found.size(), 1U) << fmt::format("{}", fmt::join(found, "; "));
  EXPECT_EQ(found[0], there_.query("SELECT count(*) FROM permit WHERE id > 0"));
}

void TwoOffices::judge() {
  for (Place* one : {&here_, &there_}) ASSERT_NO_FATAL_FAILURE(one->settle());
  for (Place* one : {&here_, &there_}) {
    const Deliveries found = one->judge();
    fmt::print("{}: {} commands acknowledged, daemon killed {} times, {} permits, {} messages\n",
               one->agency, one->load().counts().acknowledged, one->killed,
               one->query("SELECT count(*) FROM permit WHERE id > 0"), found.messages);
  }
  numbers_are_each_ones_own();
  messages_name_their_office();
  secrets_open_one_office();
  roles_see_one_office();
  functions_know_their_office();
  announcements_stay();
  one_goes_elsewhere_alone();
}

void TwoOffices::run() {
  ASSERT_NO_FATAL_FAILURE(found());
  ASSERT_NO_FATAL_FAILURE(live());
  judge();
}

TEST(TwoOfficesTest, OnOneDatabaseNothingOfOneIsSeenFromTheOther) { TwoOffices(Plan{}).run(); }

TEST(TwoOfficesTest, LongTheirDaemonsAreKilledAgainAndAgain) {
  TwoOffices(Plan{.kills = 12, .rate = 150, .commands = 150}).run();
}

}  // namespace
}  // namespace tenggat::test
