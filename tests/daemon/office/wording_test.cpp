// How facts are said in messages to officers and applicants.
#include "daemon/office/wording.h"

#include <gtest/gtest.h>

#include "daemon/store/office_chain.h"
#include "notifiers/words.h"
#include "rules/permit/ladder.h"
#include "tests/rules/calendars.h"
#include "tests/rules/paud_fixture.h"

namespace tenggat::office {
namespace {

using testing::at;

// "06-08 08:02" of 2026 in Banjarbaru.
Instant clock(const std::string& text) {
  return at("2026-" + text.substr(0, 5) + "T" + text.substr(6) + ":00+08:00");
}

const Calendar& calendar() {
  static const Calendar banjarbaru = testing::banjarbaru();
  return banjarbaru;
}

std::string line(const std::string& due, const std::string& now) {
  return task_line({"PAUD-1", "Kajian teknis", clock(due), false, &calendar()}, clock(now));
}

TEST(Wording, LatenessIsSaidInWorkingDaysAndHoursAsRemainingTimeIs) {
  EXPECT_EQ(line("06-08 08:00", "06-08 08:25"), "Kajian teknis, terlambat 25 menit (jam kerja)");
  // Monday 08:00 to Thursday 11:12: 25 h 42 m of working time.
  EXPECT_EQ(line("06-08 08:00", "06-11 11:12"),
            "Kajian teknis, terlambat 3 hari 3 jam (jam kerja)");
  EXPECT_EQ(line("06-12 10:00", "06-08 08:00"), "Kajian teknis, batas Jumat 12 Juni, 10.00 WITA");
}

TEST(Wording, AListSaysWhomItsReaderStandsInFor) {
  EXPECT_EQ(task_line({"PAUD-1", "Persetujuan Kepala Bidang", clock("06-08 08:00"), false,
                       &calendar(), Counting::working, "Siti Rahmah"},
                      clock("06-08 08:25")),
            "Persetujuan Kepala Bidang, menggantikan Siti Rahmah, terlambat 25 menit (jam kerja)");
}

TEST(Wording, AListNamesEachPermitOnceHoweverMuchThereIsToSayOfIt) {
  const Instant now = clock("06-08 08:25");
  const std::vector<ListedTask> tasks{
      {"PAUD-1", "Kajian teknis", clock("06-08 08:00"), false, &calendar()},
      {"PAUD-2", "Verifikasi berkas", clock("06-08 08:10"), false, &calendar()},
      {"PAUD-1", "Izin Penyelenggaraan PAUD", clock("06-12 10:00"), false, &calendar()}};
  EXPECT_EQ(list_of(tasks, now),
            "PAUD-1 Kajian teknis, terlambat 25 menit (jam kerja), dan Izin Penyelenggaraan PAUD,"
            " batas Jumat 12 Juni, 10.00 WITA; PAUD-2 Verifikasi berkas, terlambat 15 menit (jam"
            " kerja)");
}

TEST(Wording, WhoReadsEnglishIsToldInEnglish) {
  const Instant now = clock("06-11 11:12");
  const ListedTask late{"PAUD-1",    "Kajian teknis",   clock("06-08 08:00"), false,
                        &calendar(), Counting::working, "Siti Rahmah"};
  const ListedTask soon{"PAUD-2", "Verifikasi berkas", clock("06-12 10:00"), false, &calendar()};
  EXPECT_EQ(list_of({late, soon}, now, Tongue::english),
            "PAUD-1 Kajian teknis, standing in for Siti Rahmah, overdue by 3 working days 3 hours;"
            " PAUD-2 Verifikasi berkas, due Friday 12 June, 10:00 WITA");
  EXPECT_TRUE(list_of_escalations({late}, {"DPMPTSP", "https://x", ""}, now, Tongue::english)
                  .ends_with("overdue by 3 working days 3 hours, in charge: nobody yet"));
  const notify::ListItem item =
      items_of({late}, {"DPMPTSP", "https://x", ""}, now, Tongue::english).front();
  EXPECT_EQ(item.state, "Overdue by 3 working days 3 hours, since Monday 8 June, 08:00 WITA");
  EXPECT_EQ(item.step, "Kajian teknis, standing in for Siti Rahmah");
  store::Recap counts;
  counts.submitted = 1234;
  counts.judged_this_month = 28;
  counts.met_this_month = 27;
  const TextFields recap = recap_fields(counts, Tongue::english);
  EXPECT_EQ(recap.at("masuk"), "1,234");
  EXPECT_EQ(recap.at("tepat_waktu"), "96.4% of the 28 issued this month");
}

// PAUD as a service of calendar days, whose technical department has three of them.
Sop in_calendar_days() {
  return testing::paud_with({{"total: 4d 1h 18m  # sebagaimana formulir; diperiksa terhadap jumlah "
                              "langkah\n",
                              ""},
                             {"  waktu: 5d\n", "  waktu: 14k\n"},
                             {"    waktu: 4d\n", "    waktu: 3k\n"},
                             {"akibat: perlu_ditegaskan", "akibat: dianggap_dikabulkan"}});
}

TextFields said_of(const testing::Office& office, const Notice& notice) {
  store::StoredPermit stored;
  stored.permit = office.permit;
  return fields_of(notice, stored, office.context(), {"DPMPTSP", "https://x", ""}, {});
}

TEST(Wording, AClockOfCalendarDaysEndsAtMidnightAndIsSaidInCalendarDays) {
  testing::Office office(testing::shipped_calendar(), in_calendar_days());
  office.at("04-02 10:00").submit();
  office.bring_to("kajian_teknis");
  Notice notice;
  notice.visit = office.visit("kajian_teknis#1").id;
  notice.text = "pengingat";
  TextFields fields = said_of(office, notice);
  EXPECT_EQ(fields["waktu_batas"], "Minggu, 5 April 2026 pukul 24.00");
  EXPECT_EQ(fields["tanggal_batas"], "Kamis, 16 April 2026 pukul 24.00");
  EXPECT_EQ(fields["waktu_tersisa"], "3 hari kalender");
  EXPECT_EQ(fields["standar_layanan"], "14 hari kalender");
  office.at("04-08 10:00");
  fields = said_of(office, notice);
  EXPECT_EQ(fields["keterlambatan"], "2 hari kalender");
  EXPECT_EQ(fields["keadaan"], "sisa 8 hari kalender");
}

// Every text to an officer, filled for one who reads English: what we say ourselves is English.
TEST(Wording, NoIndonesianIsLeftInWhatWeSayInEnglish) {
  testing::Office office(testing::shipped_calendar(), in_calendar_days());
  office.at("04-02 10:00").submit();
  office.bring_to("kajian_teknis");
  store::StoredPermit stored;
  Notice notice;
  notice.visit = office.visit("kajian_teknis#1").id;
  notice.text = "pengingat";
  for (const char* when : {"04-02 11:00", "04-08 10:00", "04-20 10:00"}) {
    office.at(when);
    stored.permit = office.permit;
    TextFields fields = said_of(office, notice);
    say_in_english(fields, notice, stored, office.context());
    for (const char* field : {"waktu", "waktu_batas", "tanggal_batas", "waktu_tersisa", "keadaan",
                              "keterlambatan", "penanggung_jawab", "dasar", "standar_layanan"})
      for (const char* word : {"hari", "jam", "sisa", "terlambat", "belum", "pukul"})
        EXPECT_EQ(fields[field].find(word), std::string::npos) << field << ": " << fields[field];
  }
  EXPECT_EQ(said_of(office, notice)["penanggung_jawab"], "belum ada petugas");
}

TEST(Wording, ThatTheLimitOfLawHasPassedNamesThatLimitAndItsBasis) {
  testing::Office office(testing::shipped_calendar(), in_calendar_days());
  office.at("04-02 10:00").submit();
  office.bring_to("kajian_teknis");
  office.at("04-14 10:00");
  Notice notice;
  notice.text = kLegalLimit;
  TextFields fields = said_of(office, notice);
  EXPECT_EQ(
      fields["tanggal_batas"],
      notify::full_moment(office.calendar().local(*office.permit.legal_passed_at - Seconds{1})));
  EXPECT_EQ(fields["dasar"], "UU 30/2014 pasal 53");
}

TEST(Wording, AnObjectionOfCalendarDaysIsPossibleOnItsLastDayStill) {
  const Sop sop = testing::paud_with({{"  batas: 21d\n", "  batas: 21k\n"}});
  testing::Office office(testing::shipped_calendar(), sop);
  office.at("04-02 10:00").submit();
  office.permit.state = PermitState::rejected;
  office.permit.case_closed_at = office.now();
  EXPECT_EQ(said_of(office, {})["cara_keberatan"],
            "secara tertulis kepada Kepala DPMPTSP Kota Banjarbaru paling lambat 23 April 2026");
}

TEST(Wording, AListSaysCalendarDaysAsSuch) {
  const ListedTask task{"PBG-1", "Pembayaran", clock("06-09 00:00"),
                        false,   &calendar(),  Counting::elapsed};
  EXPECT_EQ(task_line(task, clock("06-08 08:00")), "Pembayaran, batas Senin 8 Juni, 24.00 WITA");
  EXPECT_EQ(task_line(task, clock("06-11 08:00")), "Pembayaran, terlambat 2 hari kalender");
}

// What is new is said by its kind; of an officer who was changed it matters in what.
TEST(Wording, AChangeOfTheOfficeNamesWhatWasChangedAndOnlyThat) {
  const auto said = [](store::OfficeEvent event) {
    const store::OfficeNews news{"system", clock("06-08 08:00"), std::move(event), {}};
    return office_change_fields(news, "siti", People(), calendar(), Office{}).at("perubahan");
  };
  store::OfficeEvent token{store::OfficeKind::token_created, "7", {}};
  token.add(store::OfficeValue::expires_at, "2027-06-08T08:00:00+08:00");
  EXPECT_EQ(said(token), "Token nomor 7 dibuat");
  store::OfficeEvent officer{store::OfficeKind::officer_changed, "siti", {}};
  officer.add(store::OfficeValue::email, "baru@example.go.id");
  EXPECT_NE(said(officer).find(" (alamat email)"), std::string::npos) << said(officer);
}

}  // namespace
}  // namespace tenggat::office
