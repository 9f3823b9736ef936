// When a notice may leave. Source: docs/reference.md, Officers.
#include "rules/permit/quiet.h"

#include "tests/rules/paud_fixture.h"

namespace tenggat::testing {
namespace {

Notice notice(Audience audience, const char* raised, const char* hold = "") {
  Notice one;
  one.audience = audience;
  one.raised_at = wita(raised);
  if (*hold) one.hold_until = wita(hold);
  return one;
}

TEST(Quiet, ANoticeIsReadyAfterTheGroupWaitAndTheUndoWindow) {
  struct Case {
    Audience audience;
    const char *raised, *hold, *ready;
  };
  for (const Case& one : {
           Case{Audience::holder, "04-06 08:00", "", "04-06 08:02"},
           Case{Audience::holder, "04-06 08:00", "04-06 08:02", "04-06 08:02"},
           Case{Audience::holder, "04-06 08:00", "04-06 08:05", "04-06 08:05"},
           Case{Audience::superior, "04-06 08:00", "", "04-06 08:02"},
           Case{Audience::applicant, "04-06 08:00", "", "04-06 08:00"},
           Case{Audience::applicant, "04-06 08:00", "04-06 08:02", "04-06 08:02"},
           Case{Audience::daily, "04-06 07:30", "", "04-06 07:30"},
       })
    EXPECT_EQ(when(ready_at(notice(one.audience, one.raised, one.hold), {})), one.ready);
}

TEST(Quiet, AGroupLeavesInOfficeHoursNotTooSoonAfterTheLast) {
  struct Case {
    Audience audience;
    const char *ready, *last;
    bool open;
    const char* leaves;
  };
  for (const Case& one : {
           Case{Audience::holder, "04-06 08:02", "", false, "04-06 08:02"},
           Case{Audience::holder, "04-06 08:02", "04-06 07:55", true, "04-06 08:05"},
           Case{Audience::holder, "04-06 08:02", "04-06 07:55", false, "04-06 08:02"},
           Case{Audience::holder, "04-06 08:02", "04-06 07:40", true, "04-06 08:02"},
           Case{Audience::superior, "04-06 08:02", "04-06 08:01", true, "04-06 08:02"},
           Case{Audience::holder, "04-06 12:00", "", false, "04-06 13:00"},  // lunch break
           Case{Audience::holder, "04-06 11:58", "04-06 11:55", true, "04-06 13:00"},
           Case{Audience::holder, "04-06 15:59:59", "", false, "04-06 15:59:59"},
           Case{Audience::holder, "04-06 16:00", "", false, "04-07 07:30"},    // closing
           Case{Audience::superior, "04-02 16:01", "", false, "04-06 07:30"},  // day off, weekend
           Case{Audience::applicant, "04-06 22:00", "04-06 21:59", true, "04-06 22:00"},
       }) {
    std::optional<LastMessage> last;
    if (*one.last) last = LastMessage{wita(one.last), one.open, std::nullopt};
    EXPECT_EQ(when(leaves_at(notice(one.audience, one.ready), wita(one.ready), last, {},
                             shipped_calendar())),
              one.leaves)
        << one.ready;
  }
}

TEST(Quiet, WhatIsOverAnHoursMessagesWaitsForTheHourToPassUnlessUrgent) {
  struct Case {
    Audience audience;
    const char *ready, *first, *leaves;
  };
  for (const Case& one : {
           Case{Audience::holder, "04-06 08:30", "04-06 08:02", "04-06 09:02"},
           Case{Audience::holder, "04-06 09:30", "04-06 08:02", "04-06 09:30"},
           Case{Audience::superior, "04-06 08:30", "04-06 08:02", "04-06 09:02"},
           Case{Audience::superior, "04-06 11:30", "04-06 11:10", "04-06 13:00"},
       })
    EXPECT_EQ(when(leaves_at(notice(one.audience, one.ready), wita(one.ready),
                             LastMessage{wita("04-06 08:29"), false, wita(one.first)}, {},
                             shipped_calendar())),
              one.leaves)
        << one.ready;
}

TEST(Quiet, AnUrgentOneWaitsForNothingButOfficeHours) {
  Notice urgent = notice(Audience::superior, "04-06 08:30");
  urgent.urgent = true;
  const LastMessage last{wita("04-06 08:29"), true, wita("04-06 08:02")};
  EXPECT_EQ(when(ready_at(urgent, {})), "04-06 08:30");
  for (const Audience audience : {Audience::superior, Audience::holder}) {
    urgent.audience = audience;
    EXPECT_EQ(when(leaves_at(urgent, wita("04-06 08:30"), last, {}, shipped_calendar())),
              "04-06 08:30");
    EXPECT_EQ(when(leaves_at(urgent, wita("04-06 12:30"), last, {}, shipped_calendar())),
              "04-06 13:00");
  }
}

TEST(Quiet, AnOutageHoldsUpWhatWasRaisedOrLookedAtTooLate) {
  Notice on_time = notice(Audience::holder, "04-06 08:00");
  EXPECT_EQ(held_up_since(on_time, wita("04-06 08:02"), wita("04-06 09:02")), std::nullopt);
  EXPECT_EQ(held_up_since(on_time, wita("04-06 08:02"), wita("04-06 09:02:01")),
            wita("04-06 08:02"));
  on_time.details = HeldUp{shipped_calendar().stamp(wita("04-04 09:00"))};
  EXPECT_EQ(held_up_since(on_time, wita("04-06 08:02"), wita("04-06 08:02")), wita("04-04 09:00"));
}

TEST(Quiet, ARungRaisedAfterAnOutageSaysSinceWhenItIsLate) {
  Office office;
  office.at("04-06 08:00").submit();
  office.unattended_until("04-06 09:10").catch_up();
  std::map<std::string, std::string> since;
  for (const Notice& one : office.notices())
    if (one.kind.name == "due" || one.kind.name == "+1h")
      since[one.kind.name] = std::holds_alternative<HeldUp>(one.details) ? "late" : "-";
  // An hour and no more is ordinary work.
  EXPECT_EQ(since, (std::map<std::string, std::string>{{"due", "-"}, {"+1h", "-"}}));

  Office longer;
  longer.at("04-06 08:00").submit();
  longer.unattended_until("04-06 09:30").catch_up();
  for (const Notice& one : longer.notices())
    if (one.kind.name == "due") {
      EXPECT_EQ(std::get<HeldUp>(one.details).since.at, wita("04-06 08:10"));
      EXPECT_EQ(when(one.raised_at), "04-06 09:30");
    }
}

TEST(Quiet, ACalendarThatMovesARungIntoThePastIsNoOutage) {
  Office office(banjarbaru("libur_tambahan: []",
                           "libur_tambahan:\n"
                           "  - {tanggal: 2026-04-02, nama: Banjir, dasar: K1}\n"));
  office.at("04-01 08:00").submit();
  office.bring_to("kajian_teknis");
  EXPECT_GT(office.share("kajian_teknis#1", 50), "04-07 07:30");
  office.at("04-06 16:00");
  const std::size_t before = office.notices().size();
  office.apply_calendar(banjarbaru(), "K2");
  EXPECT_LT(office.share("kajian_teknis#1", 50), "04-06 08:30");
  ASSERT_GT(office.notices().size(), before);  // raised now
  for (const Notice& one : office.notices())
    EXPECT_FALSE(std::holds_alternative<HeldUp>(one.details));
}

TEST(Quiet, WhatCouldNotLeaveInTheEveningIsInTheMorningList) {
  Office office;
  office.at("04-06 15:59").submit();
  office.at("04-07 09:00");
  EXPECT_EQ(office.messages(),
            (std::vector<std::string>{"04-06 16:01 P diterima", "04-07 07:30 FO daftar_pagi",
                                      "04-07 07:41 FO terlambat", "04-07 08:41 KB eskalasi"}));
  EXPECT_EQ(office.dropped, std::vector<std::string>{"role:front_office start absorbed"});
}

TEST(Quiet, AnApplicationThatComesAtNightWaitsForTheMorning) {
  Office office;
  office.at("04-06 22:00").submit();
  office.at("04-07 07:39");
  EXPECT_EQ(office.messages(),
            (std::vector<std::string>{"04-06 22:02 P diterima", "04-07 07:30 FO daftar_pagi"}));
  EXPECT_EQ(office.due("verifikasi#1"), "04-07 07:40");
}

TEST(Quiet, ASuperiorsNoticeDoesNotWaitForTheInterval) {
  Office office;
  office.at("04-06 08:00").submit();
  office.at("04-06 16:00");
  EXPECT_EQ(office.messages(),
            (std::vector<std::string>{"04-06 08:02 FO tugas_baru", "04-06 08:02 P diterima",
                                      "04-06 08:12 FO terlambat", "04-06 09:12 KB eskalasi"}));
}

}  // namespace
}  // namespace tenggat::testing
