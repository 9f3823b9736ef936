// What branches, forms and limits of law leave in the database: after every decision the permit
// reads back as it was decided, and its events stay byte by byte what they are.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <fstream>
#include <functional>
#include <sstream>

#include "daemon/pg/migrate.h"
#include "daemon/store/audit.h"
#include "daemon/store/event_codec.h"
#include "daemon/store/hash.h"
#include "daemon/store/migrations.h"
#include "daemon/store/permits.h"
#include "daemon/store/record.h"
#include "rules/sop/load_sop.h"
#include "tests/rules/paud_fixture.h"
#include "tests/support/await.h"
#include "tests/support/postgres.h"

namespace tenggat::store {
namespace {

using namespace tenggat::testing;
namespace asio = boost::asio;

std::string text_of(const std::string& path) {
  std::ifstream in(TENGGAT_SOURCE_DIR "/tests/" + path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

Sop pbg() {
  Sop sop = load_sop({"pbg.yaml", text_of("sops/pbg.yaml")}).value();
  sop.version = "pbg 1";
  return sop;
}

// The building permit of one applicant on a database, decided and written as the committer does.
class Building {
 public:
  explicit Building(std::string conninfo) : conninfo_(std::move(conninfo)) {
    for (const Role& role : sop_.roles)
      if (!role.applicant && !role.system)
        people_.officers.push_back(
            {role.id, role.id, role.id + "@example.id", "", {role.id}, {}, ""});
  }

  void submit() {
    NewPermit submission;
    submission.id = submission.applicant = 1;
    submission.number = "503/0001/PBG/IV/2026";
    submission.created_by = "portal";
    submission.documents = {{"persyaratan_pbg", "", "tenggat:1", "", ""}};
    submission.fields = {{"nik", std::string("6372011234567890")},
                         {"alamat_lokasi", std::string("Jalan Panglima Batur 1")},
                         {"luas_m2", 120.5},
                         {"lantai", 2.0},
                         {"fungsi", std::string("hunian")},
                         {"cagar_budaya", false}};
    write(open_permit(submission, context()));
  }
  void at(std::string_view time) {
    now_ = wita(time);
    Decision decision = catch_up(permit(), context());
    if (!decision.events.empty()) write(std::move(decision));
  }
  void does(Act act) { command(actor_at(act.step), act); }
  void does(const std::string& step, const std::string& action) { does(deed(step, action)); }
  void command(const Actor& actor, const Command& command) {
    now_ += Seconds{60};
    write(decide(permit(), actor, command, context()));
  }
  Act deed(const std::string& step, const std::string& action) const {
    Act act;
    act.step = step;
    act.action = action;
    const ActionRule& rule = *sop_.step(step).find_action(action);
    if (rule.note != ActionRule::Note::optional) act.note = "karena";
    for (const Output& output : rule.outputs)
      if (output.file && !rule.backward)
        act.documents.push_back({output.kind, "", "tenggat:" + output.kind, "", ""});
    return act;
  }
  static Actor officer(const std::string& role) { return {Actor::Kind::officer, role, "", {}}; }
  const Permit& permit() const { return stored_->permit; }
  const Visit& visit(std::string_view name) const {
    for (const Visit& one : permit().visits)
      if (label(one) == name && !one.undone) return one;
    throw std::out_of_range("no visit " + std::string(name));
  }

 private:
  Actor actor_at(const std::string& step) const {
    const Role& role = sop_.role(sop_.step(step).role);
    if (role.applicant) return {Actor::Kind::applicant, "portal", "", {}};
    if (role.system) return {Actor::Kind::service, "bank", "", {role.id}};
    return officer(role.id);
  }
  Context context() const { return {sop_, calendar_, people_, now_, {}}; }
  void write(Decided decided) {
    ASSERT_TRUE(decided.has_value()) << decided.error().detail().english;
    PermitChange change;
    change.before = stored_;
    change.projection = project(decided->after, sop_, calendar_);
    change.decision = std::move(*decided);
    change.salt = "salt";
    change.tracking_seed = "rahasia";
    if (!stored_) change.calendar_version = "calendar 1";
    asio::io_context io;
    const StoredPermit read = test::await(io, write_and_read(conninfo_, change));
    EXPECT_TRUE(read.permit == change.decision.after)
        << "after event " << change.decision.after.events;
    stored_ = read;
  }
  static asio::awaitable<StoredPermit> write_and_read(std::string conninfo, PermitChange change) {
    pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
    pg::Transaction transaction(db);
    pg::Pipeline writes;
    append_writes(writes, {change}, SendRules{});
    co_await transaction.commit(std::move(writes));
    pg::Pipeline reading;
    const PermitLoad load(reading, {1}, Lock::none);
    const pg::Results results = co_await db.run(std::move(reading));
    co_return load.take(results).at(1);
  }

  const std::string conninfo_;
  const Sop sop_ = pbg();
  const Calendar calendar_ = shipped_calendar();
  People people_;
  std::optional<StoredPermit> stored_;
  Instant now_ = wita("04-06 08:00");
};

asio::awaitable<void> furnish(std::string conninfo) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  co_await pg::migrate(db, store::migrations());
  pg::Pipeline rules;
  for (const char* name : {"pbg 1", "calendar 1"})
    rules.add("INSERT INTO rule_set (hash, kind, name, files) VALUES ($1, 'sop', $1, '[]')", name);
  co_await db.run(std::move(rules));
}

asio::awaitable<AuditReport> audit(std::string conninfo) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  co_return co_await verify_record(db, AuditOptions());
}

asio::awaitable<std::vector<RecordedEvent>> events_of(std::string conninfo, std::int64_t permit) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  pg::Pipeline reading;
  const std::vector<std::int64_t> permits(1, permit);
  const auto events = add_recorded_events(reading, permits);
  const pg::Results results = co_await db.run(std::move(reading));
  co_return results[events];
}

std::string first_cell(const std::string& sql) {
  return test::shared_postgres().execute(sql, "branches_as_stored");
}

// Opened, paused, ended by another branch, taken back, opened again with a third, joined.
void play(Building& building) {
  building.submit();
  Act accept = building.deed("verifikasi", "terima");
  accept.fields = {{"luas_m2", 750.0}, {"fungsi", std::string("usaha")}};
  accept.checked = {"identitas", "krk"};
  building.does(accept);
  const LastAction forked = building.permit().last_action.value();
  EXPECT_EQ(forked.opened.size(), 3U);
  EXPECT_EQ(std::get<double>(forked.fields_before.value().at("luas_m2")), 120.5);
  building.command(Building::officer("front_office"), Undo{});
  EXPECT_EQ(std::get<double>(building.permit().fields.at("luas_m2")), 120.5);
  building.does(accept);
  building.command(Building::officer("pengkaji_tata_ruang"),
                   PauseVisit{"kajian_tata_ruang", "klarifikasi_pemohon", "Denah?", {}, "krk"});
  building.does("kajian_bangunan", "kembalikan_pemohon");
  const LastAction returned = building.permit().last_action.value();
  EXPECT_EQ(returned.abandoned.size(), 2U);
  EXPECT_EQ(returned.ended_pauses.size(), 1U);
  building.command(Building::officer("pengkaji_bangunan"), Undo{});
  building.does("kajian_bangunan", "kembalikan_pemohon");
  EXPECT_TRUE(building.visit("kajian_tata_ruang#1").cancelled());
  EXPECT_FALSE(building.visit("kajian_tata_ruang#1").verdict);
  building.does("pengajuan", "kirim");
  building.does("verifikasi", "terima");
  for (const char* of : {"tata_ruang", "bangunan", "lingkungan"}) {
    building.does(fmt::format("kajian_{}", of), "ajukan");
    building.does(fmt::format("persetujuan_{}", of), "setujui");
  }
  EXPECT_TRUE(building.visit("persetujuan_bangunan#1").joined);
  building.at("05-29 08:00");  // 28 working days after it was accepted
}

TEST(BranchesAsStored, EachDecisionReadsBackAndItsEventsKeepTheirBytes) {
  const std::string conninfo = test::shared_postgres().create_database("branches_as_stored");
  asio::io_context io;
  test::await(io, furnish(conninfo));
  Building building(conninfo);
  play(building);
  EXPECT_TRUE(building.permit().legal_passed_at);

  // Their hashes as a program made them that knew no rows.
  std::string lines, previous;
  for (RecordedEvent& one :
       test::await(io, events_of(conninfo, std::stoll(first_cell("SELECT id FROM permit"))))) {
    one.stored.rows.json.clear();
    const EventHead& head = one.stored.event;
    previous = event_hash(previous, one.permit, one.stored);
    lines += fmt::format("{} {} visit {} {} {} {} {}\n", head.sequence, one.stored.type, head.visit,
                         head.actor, head.at.time_since_epoch().count(), one.stored.fields_json,
                         hex(previous));
  }
  EXPECT_EQ(lines, text_of("daemon/store/branches.golden"));
  EXPECT_EQ(test::await(io, audit(conninfo)).findings.size(), 0U);
  EXPECT_EQ(first_cell("SELECT count(*) FROM event WHERE fields::text LIKE '%6372011234567890%'"),
            "0");
  EXPECT_EQ(first_cell("SELECT count(*) FROM count_delta"
                       " WHERE changes::text LIKE '%legal_limit_passed_total%'"),
            "1");
  // One that another branch ended counts neither as in time nor as late.
  EXPECT_EQ(first_cell("SELECT string_agg(DISTINCT coalesce(verdict, 'none'), ' ') FROM visit"
                       " WHERE action = 'cancelled'"),
            "none");
  EXPECT_EQ(first_cell("SELECT string_agg(DISTINCT keadaan, ' ') FROM laporan.kunjungan"
                       " WHERE tindakan = 'cancelled'"),
            "tanpa penilaian");
}

// A program of before the branches said less of its last action than taking it back asks for.
TEST(BranchesAsStored, WhatAnEarlierProgramDidLastStaysDone) {
  const std::string conninfo = test::shared_postgres().create_database("branches_of_before");
  asio::io_context io;
  test::await(io, furnish(conninfo));
  Building building(conninfo);
  building.submit();
  building.does("verifikasi", "kembalikan");
  const auto before = [](const char* sql) {
    test::shared_postgres().execute(sql, "branches_of_before");
  };
  before(
      "UPDATE permit SET last_action = last_action - 'opened' - 'abandoned' - 'ended_pauses'"
      " - 'fields_before' || '{\"opened_visit\":3,\"ended_pause\":0}'");
  const auto read = [&]() -> asio::awaitable<Permit> {
    pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{conninfo});
    pg::Pipeline reading;
    const PermitLoad load(reading, {1}, Lock::none);
    const pg::Results results = co_await db.run(std::move(reading));
    co_return load.take(results).at(1).permit;
  };
  const Permit permit = test::await(io, read());
  EXPECT_EQ(permit.last_action.value().by, "");
  EXPECT_EQ(permit.visits.size(), building.permit().visits.size());
}

}  // namespace
}  // namespace tenggat::store
