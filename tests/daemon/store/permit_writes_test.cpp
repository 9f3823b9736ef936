// What a decision leaves in the database, byte by byte: whatever the types in memory look like, a
// chain that was written by an earlier program must verify, and go on, under this one.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <fstream>
#include <sstream>

#include "daemon/pg/migrate.h"
#include "daemon/store/audit.h"
#include "daemon/store/event_codec.h"
#include "daemon/store/hash.h"
#include "daemon/store/migrations.h"
#include "daemon/store/outbox.h"
#include "daemon/store/permits.h"
#include "tests/rules/paud_fixture.h"
#include "tests/support/await.h"
#include "tests/support/postgres.h"

namespace tenggat::store {
namespace {

using namespace tenggat::testing;
namespace asio = boost::asio;

// What happens to a permit, whose name says what it is there for.
struct Story {
  const char* name;
  Office office;
};

Sop under(const char* version, Sop sop = paud()) {
  sop.version = version;
  return sop;
}
Office an_office(Sop sop = paud()) {
  return Office(shipped_calendar(), under("sop 1", std::move(sop)));
}
Office at_step(const std::string& step) {
  Office office = an_office();
  office.at("04-06 08:00").bring_to(step);
  return office;
}
void hire(Office& office, const std::string& id, const std::string& role) {
  Officer one;
  one.id = id;
  one.roles = {role};
  one.email = id + "@example.go.id";
  office.people.officers.push_back(one);
}
void leave(Office& office, const std::string& id, const std::string& day) {
  for (Officer& one : office.people.officers)
    if (one.id == id) one.leaves.push_back({day, day});
}
void act_for(Office& office, const std::string& from, const std::string& to) {
  office.people.delegations.push_back({1, from, to, "plh", "2026-04-01", "2026-04-30", "800/1"});
}

Office returned_and_mended() {
  Office office = an_office();
  office.at("04-06 08:00").submit("04-06 07:50");
  office.does("FO", Deed("verifikasi", "reject")
                        .note("Kurang jelas")
                        .deficiency("akta", "buram")
                        .deficiency("", "belum lengkap"));
  office.at("04-14 08:00");  // reminded once
  office.does("P", Deed("pengajuan", "submit").file("persyaratan_izin_paud", "akta").note("Sudah"));
  office.does("FO", Claim{"verifikasi"});
  office.does("FO", Release{"verifikasi", "dipanggil rapat"});
  office.at("04-14 08:02")
      .does("FO", Deed("verifikasi", "reject").deficiency("denah", "tidak ada"));
  office.at("04-14 09:00").does("P", Deed("pengajuan", "submit"));
  office.at("04-14 09:30");
  office.does("FO", Deed("verifikasi", "accept").occurred("04-14 09:05").because("Jaringan putus"));
  office.at("04-14 09:31").does("FO", Undo{});
  office.does("FO", Deed("verifikasi", "accept").occurred("04-14 09:25"));
  return office;
}

Office paused_and_answered() {
  Office office = at_step("kajian_teknis");
  const auto wait_for_others = [&](const char* until, const char* note) {
    office.does("DT", PauseVisit{"kajian_teknis", "instansi_lain", note, wita(until)});
  };
  office.does("DT", PauseVisit{"kajian_teknis", "klarifikasi_pemohon", "Denah?", {}});
  office.at("04-07 08:00")
      .does("P", ResumeVisit{"kajian_teknis",
                             "Terlampir",
                             {{"persyaratan_izin_paud", "denah", "tenggat:9", "", ""}}});
  office.at("04-07 09:00");
  wait_for_others("04-08 09:00", "Menunggu PUPR");
  wait_for_others("04-17 09:00", "Belum dijawab");    // near its bound
  office.unattended_until("04-17 09:30").catch_up();  // resumed before that is recorded
  wait_for_others("04-20 13:00", "");
  office.does("DT", ResumeVisit{"kajian_teknis", "Sudah dijawab"});
  office.does("FO", CorrectContact{"a@b.id", ""});
  office.does("FO", SendLink{});
  return office;
}

Office escalated_and_acknowledged() {
  Office office = at_step("kajian_teknis");
  hire(office, "DT2", "dinas_teknis");
  office.does("DT", Claim{"kajian_teknis"});
  office.does("KDT", Assign{"kajian_teknis", "DT2", "DT menangani berkas lain"});
  office.does("KDT", Assign{"kajian_teknis", "DT", ""});
  office.does("DT", Escalate{"kajian_teknis", "perlu arahan"});
  office.at("04-13 09:00").does("DT", Acknowledge{"kajian_teknis", "cuaca", "jalan terputus"});
  office.does("DT", Escalate{"kajian_teknis", ""});
  office.at("04-15 08:10");  // reminded of the obstacle; repeats; the case is late
  leave(office, "DT", "2026-04-16");
  office.unattended_until("04-16 07:30").catch_up();
  return office;
}

Office late_with_nobody_to_tell() {
  Office office = an_office();
  office.people.officers[0].whatsapp.clear();  // FO
  office.at("04-06 08:00").submit();
  leave(office, "FO", "2026-04-06");
  office.unattended_until("04-06 09:30").catch_up();  // held up by an outage
  office.at("04-30 10:00").does("KB", Deed("verifikasi", "accept"));
  return office;
}

Office by_turns() {
  Office office = an_office(
      paud_with({{"back_office: {nama: Back Office, atasan: kabid_perizinan}",
                  "back_office: {nama: Back Office, atasan: kabid_perizinan, bagi: giliran}"}}));
  hire(office, "BO2", "back_office");
  office.at("04-06 08:00").submit();
  office.at("04-06 08:01").does("FO", Deed("verifikasi", "accept"));
  return office;
}

Office signed_and_received() {
  Office office = at_step("persetujuan_kabid");
  act_for(office, "S", "BO");
  office.at("04-06 08:10").does("KB", Deed("persetujuan_kabid", "approve"));
  office.does("BO", Deed("persetujuan_sekretaris", "approve"));  // their own work
  office.does("KD", Deed("penandatanganan", "return").note("Salah tulis"));
  office.does("BO", Deed("penyusunan_sk", "draft").file("draft_sk"));
  office.does("KB", Deed("persetujuan_kabid", "approve"));
  office.does("S", Deed("persetujuan_sekretaris", "approve"));
  office.at("04-06 09:00").does("KD", Deed("penandatanganan", "sign").decree("SK-1"));
  office.at("04-10 09:00");  // receipt is automatic
  return office;
}

Office refused() {
  Office office = at_step("kajian_teknis");
  office.does("DT", Deed("kajian_teknis", "not_recommend")
                        .file("bapl")
                        .file("rekomendasi")
                        .note("Tidak memenuhi syarat"));
  office.does("BO", Deed("penyusunan_sk", "draft").file("draft_sk").outcome(Outcome::refusal));
  office.does("KB", Deed("persetujuan_kabid", "approve"));
  office.does("S", Deed("persetujuan_sekretaris", "approve"));
  office.does("KD", Deed("penandatanganan", "refuse").file("surat_penolakan"));
  return office;
}

Office withdrawn() {
  Office office = at_step("penerimaan");
  office.does("P", Deed("", "withdraw").note("Pindah lokasi"));
  office.does("P", Undo{});
  office.at("04-06 08:05").does("P", Deed("", "withdraw"));
  return office;
}

Office lapsed() {
  const std::string submit = "kabar: diterima, kabar_ulang: perbaikan_diterima}";
  Office office = an_office(paud_with(
      {{submit, submit + "\n      gugur: {status: lapsed, otomatis: 20d, kabar: gugur}"}}));
  office.at("04-06 08:00").submit();
  office.does("FO", Deed("verifikasi", "reject").note("Kurang jelas"));
  office.at("05-13 08:00");
  return office;
}

Office moved_to_other_rules() {
  Office office = at_step("kajian_teknis");
  office.at("04-10 09:00");  // late by an hour
  office.apply_calendar(banjarbaru_after_the_flood(), "Keputusan 123/2026");
  EXPECT_FALSE(office.migrate(under("sop 2"), "SOP 2026"));
  return office;
}

std::vector<Story> stories() {
  return {{"returned_and_mended", returned_and_mended()},
          {"paused_and_answered", paused_and_answered()},
          {"escalated_and_acknowledged", escalated_and_acknowledged()},
          {"late_with_nobody_to_tell", late_with_nobody_to_tell()},
          {"by_turns", by_turns()},
          {"signed_and_received", signed_and_received()},
          {"refused", refused()},
          {"withdrawn", withdrawn()},
          {"lapsed", lapsed()},
          {"moved_to_other_rules", moved_to_other_rules()}};
}

// All of the story at once, as one change that opens the permit.
PermitChange change_of(const Story& story, std::int64_t id) {
  const Office& office = story.office;
  PermitChange change;
  change.decision.after = office.permit;
  change.decision.after.id = id;
  change.decision.after.applicant = id;
  change.decision.after.number = story.name;
  change.decision.events = office.events;
  change.decision.notices = office.notices();
  change.decision.counts = office.counted;
  change.projection = project(change.decision.after, office.sop(), office.calendar());
  change.calendar_version = "calendar 1";
  change.salt = "salt";
  change.tracking_secret = story.name;
  return change;
}

asio::awaitable<void> write(std::string conninfo) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  co_await pg::migrate(db, store::migrations());
  pg::Pipeline rules;
  for (const char* name : {"sop 1", "sop 2", "calendar 1"})
    rules.add("INSERT INTO rule_set (hash, kind, name, files) VALUES ($1, 'sop', $1, '[]')", name);
  co_await db.run(std::move(rules));
  std::vector<PermitChange> changes;
  std::int64_t id = 0;
  for (const Story& story : stories()) changes.push_back(change_of(story, ++id));
  pg::Transaction transaction(db);
  pg::Pipeline writes;
  append_writes(writes, changes, SendRules{});
  co_await transaction.commit(std::move(writes));
}

asio::awaitable<AuditReport> audit(std::string conninfo) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  co_return co_await verify_chains(db, 0);
}

class FactsAsStored : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    conninfo() = test::shared_postgres().create_database("facts_as_stored");
    asio::io_context io;
    test::await(io, write(conninfo()));
  }
  static std::string& conninfo() {
    static std::string kept;
    return kept;
  }
  // The rows of a query, a line each, against those of a file beside this one.
  static void compare(const std::string& rows, const std::string& file) {
    std::ifstream in(TENGGAT_SOURCE_DIR "/tests/daemon/store/" + file);
    std::ostringstream golden;
    golden << in.rdbuf();
    const std::string found = test::shared_postgres().execute(
        "SELECT string_agg(line, E'\\n' ORDER BY place) || E'\\n'"
        " FROM (" +
            rows + ") AS lines",
        "facts_as_stored");
    EXPECT_EQ(found, golden.str());
  }
};

TEST_F(FactsAsStored, EventsAreAsTheyWereBeforeTheyWereTypes) {
  compare(
      "SELECT concat_ws(' ', p.number, e.sequence, e.type, 'visit', e.visit, e.actor,"
      "   'for', e.acting_for, 'via', e.via, extract(epoch FROM e.at)::bigint, e.fields,"
      "   encode(e.hash, 'hex')) AS line, row_number() OVER (ORDER BY e.permit, e.sequence) AS "
      "place"
      " FROM event e JOIN permit p ON p.id = e.permit",
      "events.golden");
}

TEST_F(FactsAsStored, NoticesAreAsTheyWereBeforeTheyWereTypes) {
  compare(
      "SELECT concat_ws(' ', p.number, n.visit, n.kind, n.k, n.occurrence, n.addressee, n.audience,"
      "   n.text, n.reason, n.urgent, n.cause, n.details) AS line,"
      "   row_number() OVER (ORDER BY n.permit, n.id) AS place"
      " FROM notice n JOIN permit p ON p.id = n.permit",
      "notices.golden");
}

asio::awaitable<std::vector<PendingNotice>> due_notices(std::string conninfo) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  pg::Pipeline reading;
  const auto due = add_lock_due_notices(reading, 1000);
  const pg::Results results = co_await db.run(std::move(reading));
  co_return results[due];
}

TEST_F(FactsAsStored, NoticesReadBackAsTheyWereRaised) {
  test::shared_postgres().execute("UPDATE notice SET send_at = '2020-01-01'", "facts_as_stored");
  asio::io_context io;
  const std::vector<PendingNotice> found = test::await(io, due_notices(conninfo()));
  std::size_t at = 0;
  for (const Story& story : stories())
    for (const Notice& raised : story.office.notices()) {
      ASSERT_LT(at, found.size());
      EXPECT_EQ(found[at].unreadable, "");
      EXPECT_TRUE(found[at].notice == raised) << story.name << " " << raised.text;
      ++at;
    }
  EXPECT_EQ(at, found.size());
}

TEST_F(FactsAsStored, CountsAreAsTheyWereBeforeTheyWereTypes) {
  compare(
      "SELECT concat_ws(' ', p.number, d.cause, extract(epoch FROM d.counted_from)::bigint, d.sop,"
      "   d.changes) AS line,"
      "   row_number() OVER (ORDER BY d.permit, d.cause, d.counted_from) AS place"
      " FROM count_delta d JOIN permit p ON p.id = d.permit",
      "counts.golden");
}

TEST_F(FactsAsStored, EveryChainHolds) {
  asio::io_context io;
  const AuditReport report = test::await(io, audit(conninfo()));
  EXPECT_EQ(report.permits, static_cast<std::int64_t>(stories().size()));
  EXPECT_TRUE(report.broken.empty());
}

asio::awaitable<std::vector<StoredEvent>> chain_of(std::string conninfo, std::int64_t permit) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  pg::Pipeline reading;
  const auto chain = add_events(reading, permit);
  const pg::Results results = co_await db.run(std::move(reading));
  co_return results[chain];
}

TEST_F(FactsAsStored, AnEventOfATypeThatNobodyKnowsIsReportedWithItsPermitAndItsNumber) {
  static constexpr std::int64_t kPermit = 2;
  const auto end_with = [](const StoredEvent& last) {
    test::shared_postgres().execute(
        fmt::format("SET session_replication_role = replica;"
                    " UPDATE event SET type = '{0}', hash = '\\x{1}' WHERE permit = {2}"
                    "   AND sequence = {3};"
                    " UPDATE permit SET last_hash = '\\x{1}' WHERE id = {2}",
                    last.type, hex(last.hash), kPermit, last.event.sequence),
        "facts_as_stored");
  };
  asio::io_context io;
  const std::vector<StoredEvent> chain = test::await(io, chain_of(conninfo(), kPermit));
  StoredEvent renamed = chain.back();
  renamed.type = "renamed";  // by a program whose hashes are right
  renamed.hash = event_hash(chain.at(chain.size() - 2).hash, kPermit, renamed);
  end_with(renamed);
  const AuditReport report = test::await(io, audit(conninfo()));
  end_with(chain.back());
  ASSERT_EQ(report.broken.size(), 1U);
  EXPECT_EQ(report.broken[0].number, "paused_and_answered");
  EXPECT_EQ(report.broken[0].sequence, renamed.event.sequence);
  EXPECT_EQ(report.broken[0].what,
            fmt::format("permit {}, event {} (renamed) cannot be read: there is no such type",
                        kPermit, renamed.event.sequence));
  EXPECT_TRUE(test::await(io, audit(conninfo())).broken.empty());
}

}  // namespace
}  // namespace tenggat::store
