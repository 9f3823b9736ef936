// Where a permit's time went, worked by hand on one day: Mon 6 April, 07:30-12:00 and 13:00-16:00.
#include "rules/permit/time_spent.h"

#include <chrono>

#include "tests/rules/paud_fixture.h"

namespace tenggat::testing {
namespace {

using std::chrono::minutes;

Spent spent(int working, int wall) { return {minutes(working), minutes(wall)}; }

// The applicant: 07:50-08:00, 08:05-09:05 and 11:30-13:30. Another agency: 10:00-11:00. A visit to
// the site, 14:00-15:00, is the office's own time.
Office a_day() {
  Office office;
  office.at("04-06 08:00").submit("04-06 07:50");
  office.at("04-06 08:05").does("FO", Deed("verifikasi", "reject").note("kurang"));
  office.at("04-06 09:05").does("P", Deed("pengajuan", "submit"));
  office.at("04-06 09:10").does("FO", Deed("verifikasi", "accept"));
  office.at("04-06 09:15").does("BO", Deed("penerimaan", "forward"));
  office.at("04-06 09:45").does("DT", Claim{"kajian_teknis"});
  const auto pause = [&](const char* from, const char* reason, const char* to) {
    office.at(from).does("DT", PauseVisit{"kajian_teknis", reason, "Mohon denah", {}});
    office.at(to).does("DT", ResumeVisit{"kajian_teknis", ""});
  };
  pause("04-06 10:00", "instansi_lain", "04-06 11:00");
  pause("04-06 11:30", "klarifikasi_pemohon", "04-06 13:30");
  pause("04-06 14:00", "kunjungan_lapangan", "04-06 15:00");
  office.at("04-06 16:30");
  return office;
}

TEST(TimeSpent, EachPartyHasItsOwnAndAllAddUp) {
  Office office = a_day();
  const TimeByParty time =
      time_by_party(office.permit, office.sop(), office.calendar(), office.now());
  EXPECT_EQ(when(time.from), "04-06 07:50");
  EXPECT_EQ(time.applicant, spent(10 + 60 + 60, 10 + 60 + 120));
  EXPECT_EQ(time.other_agency, spent(60, 60));
  EXPECT_EQ(time.office, spent(430 - 130 - 60, 520 - 190 - 60));
}

TEST(TimeSpent, OfOneClockWhatRanAndWhatStood) {
  Office office = a_day();
  const Visit& visit = office.visit("kajian_teknis#1");
  const Ledger ledger = *visit_ledger(office.permit, visit, office.sop());
  const ClockTimes times = clock_times(ledger, office.calendar(), office.now());
  EXPECT_EQ(times.gross, spent(345, 435));
  EXPECT_EQ(times.paused, spent(180, 240));
  EXPECT_EQ(times.net, spent(165, 195));
  EXPECT_EQ(times.pauses, 3);
  const WaitingAndHandling parts =
      waiting_and_handling(office.permit, visit, office.sop(), office.calendar(), office.now());
  EXPECT_EQ(parts.waiting, minutes(30));
  EXPECT_EQ(parts.handling, minutes(135));
}

TEST(TimeSpent, AVisitKeepsWhatItWaitedAndWhatItTookFromItsClosingOn) {
  Office office;
  office.at("04-06 08:00").submit();
  office.at("04-06 08:03").does("FO", Claim{"verifikasi"});
  office.at("04-06 08:08").does("FO", Deed("verifikasi", "accept"));
  EXPECT_EQ(office.visit("verifikasi#1").waited, minutes(3));
  EXPECT_EQ(office.visit("verifikasi#1").handled, minutes(5));
  office.does("FO", Undo{});
  EXPECT_EQ(office.visit("verifikasi#1").waited, std::nullopt);
  EXPECT_EQ(office.visit("verifikasi#1").handled, std::nullopt);
  office.at("04-06 08:09").does("FO", Deed("verifikasi", "accept"));
  EXPECT_EQ(office.visit("verifikasi#1").handled, minutes(6));
  // Nobody took the next one: nobody can tell.
  office.at("04-06 08:20").does("BO", Deed("penerimaan", "forward"));
  EXPECT_EQ(office.visit("penerimaan#1").waited, std::nullopt);
  EXPECT_EQ(office.visit("penerimaan#1").handled, std::nullopt);
}

TEST(TimeSpent, TheNextRungOfAClock) {
  Office office = a_day();
  const auto next = [&](int visit) {
    const auto timed = next_rung(office.permit, visit, office.sop(), office.calendar());
    return timed ? timed->rung->name() + " " + when(timed->at) : "none";
  };
  // 15 of 30 hours: 165 m on Monday, 450 on Tuesday, 285 on Wednesday.
  EXPECT_EQ(next(office.visit("kajian_teknis#1").id), "50% 04-08 13:15");
  // 30 of 37.5 hours: 290 m on Monday, 1,350 until Thursday, 160 on Friday.
  EXPECT_EQ(next(0), "80% 04-10 10:10");
  EXPECT_EQ(next(office.visit("verifikasi#2").id), "none");
  office.at("04-07 08:00")
      .does("DT", PauseVisit{"kajian_teknis", "klarifikasi_pemohon", "Denah", {}});
  EXPECT_EQ(next(office.visit("kajian_teknis#1").id), "none");
  EXPECT_EQ(next(0), "none");
}

TEST(TimeSpent, ARunningBranchMakesItTheOfficesTime) {
  Office office = a_day();
  Visit other = office.visit("kajian_teknis#1");  // a branch beside it, open through the morning
  other.id = 99;
  other.opened_at = wita("04-06 10:00");
  other.closed_at = wita("04-06 12:00");
  office.permit.visits.push_back(other);
  const TimeByParty time =
      time_by_party(office.permit, office.sop(), office.calendar(), office.now());
  EXPECT_EQ(time.other_agency, spent(0, 0));
  EXPECT_EQ(time.applicant, spent(10 + 60 + 30, 10 + 60 + 90));
}

TEST(TimeSpent, TheTimeOfAClosedPermitStands) {
  Office office;
  office.at("04-06 08:00").submit();
  office.at("04-06 09:00").does("P", Deed("", "withdraw"));
  office.at("04-20 09:00");
  EXPECT_EQ(time_by_party(office.permit, office.sop(), office.calendar(), office.now()).office,
            spent(60, 60));
}

}  // namespace
}  // namespace tenggat::testing
