#include "tests/daemon/store/stories.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "daemon/pg/migrate.h"
#include "daemon/store/columns.h"
#include "daemon/store/migrations.h"
#include "daemon/store/permits.h"

namespace tenggat::store {

using namespace tenggat::testing;

namespace {

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

Office directed_and_answered() {
  Office office = at_step("kajian_teknis");
  office.does("DT", Claim{"kajian_teknis"});
  office.at("04-13 09:00").does("KDT", Direct{"kajian_teknis", "kunjungi lewat jalan darat"});
  office.does("KD", Respond{"kajian_teknis", "sedang diurus", wita("04-15 12:00")});
  office.does("KB", Respond{"kajian_teknis", "", {}});
  office.does("P", TakeMessage{"Kapan selesai?"});
  office.at("04-15 12:30");  // what was held back has left
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

}  // namespace

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
          {"moved_to_other_rules", moved_to_other_rules()},
          {"directed_and_answered", directed_and_answered()}};
}

pg::Awaitable<void> RulesOfStories::prepare(pg::Connection&,
                                            const std::map<std::int64_t, StoredPermit>&) {
  co_return;
}

std::optional<Projection> RulesOfStories::of(const StoredPermit& stored) const {
  const std::size_t turn = static_cast<std::size_t>(stored.permit.id - 1) % stories_.size();
  const testing::Office& office = stories_[turn].office;
  return project(stored.permit, office.sop(), office.calendar());
}

pg::Awaitable<void> prepare(pg::Connection& db) {
  co_await pg::migrate(db, store::migrations());
  pg::Pipeline rules;
  for (const char* name : {"sop 1", "sop 2", "calendar 1"})
    rules.add("INSERT INTO rule_set (hash, kind, name, files) VALUES ($1, 'sop', $1, '[]')", name);
  co_await db.run(std::move(rules));
}

pg::Awaitable<void> write_stories(std::string conninfo) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  co_await prepare(db);
  std::int64_t id = 0;
  for (const Story& story : stories()) {
    ++id;
    const testing::Office& office = story.office;
    for (const Decision& decided : office.decisions) {
      PermitChange change;
      pg::Pipeline reads;
      const std::vector<std::int64_t> ids(1, id);
      const PermitLoad load(reads, ids, Lock::none);
      const pg::Results results = co_await db.run(std::move(reads));
      std::map<std::int64_t, StoredPermit> found = load.take(results);
      change.decision = decided;
      change.decision.after.id = change.decision.after.applicant = id;
      change.decision.after.number = story.name;
      change.decision.after.external_id = fmt::format("web-{}", id);
      change.projection = project(change.decision.after, office.sop(), office.calendar());
      if (found.empty()) {
        change.calendar_version = "calendar 1";
        change.applicant = {"Siti", "siti@example.id", "6281234567"};
        change.salt = "salt";
        change.tracking_seed = story.name;
        change.fields = R"({"nib": "123", "alamat": {"kota": "Banjarbaru"}})";
      } else {
        change.before = std::move(found.at(id));
      }
      pg::Transaction transaction(db);
      pg::Pipeline writes;
      const std::vector<PermitChange> changes(1, std::move(change));
      append_writes(writes, changes, SendRules{});
      co_await transaction.commit(std::move(writes));
    }
  }
  pg::Pipeline counters;
  counters.add("INSERT INTO rule_in_force (kind, name, hash) VALUES ('sop', 'paud', 'sop 1')");
  // Whoever may change a rung may do without this, too.
  counters.add("ALTER TABLE raised_rung DROP CONSTRAINT raised_rung_check");
  counters.add("INSERT INTO permit_number (sop, year, last) VALUES ('paud', 2026, $1)", id);
  co_await db.run(std::move(counters));
}

pg::Awaitable<AuditReport> audit_stories(std::string conninfo) {
  static RulesOfStories rules;
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  AuditOptions options;
  options.derivation = &rules;
  co_return co_await verify_record(db, options);
}

}  // namespace tenggat::store
