// Pauses: reasons, end dates, bounds, extensions. Source: docs/reference.md, Pauses.
#include "tests/rules/paud_fixture.h"

namespace tenggat::testing {
namespace {

using Lines = std::vector<std::string>;

PauseVisit other_agency(const char* until = "", const char* step = "kajian_teknis") {
  return {step, "instansi_lain", "", *until ? std::optional(wita(until)) : std::nullopt};
}

// kajian_teknis opens 06 08:02, due Fri 10 08:02; a pause for another agency lasts ten days.
Office at_the_review(Sop sop = paud()) {
  Office office(shipped_calendar(), std::move(sop));
  office.at("04-06 08:00").bring_to("kajian_teknis");
  office.at("04-06 09:00");
  office.raised_since();
  return office;
}

TEST(Pause, WithoutAnEndDateItResumesWhenItsReasonAllowsNoMore) {
  Office office = at_the_review();
  office.does("DT", other_agency());
  // Half an hour and more of Mon 6 was worked: ten days on, Mon 20 at 09:00.
  EXPECT_EQ(when(resumes_at(office.permit.pauses[0], office.sop(), office.calendar())),
            "04-20 09:00");
  EXPECT_EQ(office.permit.pauses[0].until, std::nullopt);
  office.at("04-20 08:59:59");
  EXPECT_EQ(office.sla("kajian_teknis#1").status, SlaStatus::paused);
  office.at("04-20 09:00");
  EXPECT_EQ(office.sla("kajian_teknis#1").status, SlaStatus::on_track);
  EXPECT_EQ(when(office.permit.pauses[0].to), "04-20 09:00");
  EXPECT_EQ(office.due("kajian_teknis#1"), "04-24 08:02");
}

TEST(Pause, NoEndDateLiesBeyondTheBound) {
  Office office = at_the_review();
  EXPECT_EQ(office.tries("DT", other_agency("04-20 09:00:01")), Reason::pause_too_long);
  EXPECT_EQ(office.tries("DT", other_agency("04-06 09:00")), Reason::bad_until);
  EXPECT_EQ(office.tries("DT", other_agency("04-20 09:00")), std::nullopt);
}

TEST(Pause, AReasonMayDemandAnEndDate) {
  Office office = at_the_review(paud_with({{"nama: menunggu instansi lain\n",
                                            "nama: menunggu instansi lain\n    sampai: "
                                            "wajib\n"}}));
  EXPECT_EQ(office.tries("DT", other_agency()), Reason::missing_until);
  EXPECT_EQ(office.tries("DT", other_agency("04-07 09:00")), std::nullopt);
}

TEST(Pause, ALaterEndDateIsAnExtensionAsOftenAsTheReasonAllows) {
  Office office = at_the_review();
  office.does("DT", other_agency("04-07 09:00"));
  const std::size_t events = office.events.size();
  EXPECT_EQ(office.tries("DT", other_agency("04-07 09:00")), Reason::bad_until);
  EXPECT_EQ(office.tries("DT", other_agency()), Reason::already_paused);
  EXPECT_EQ(office.tries(
                "DT", {PauseVisit{"kajian_teknis", "kunjungan_lapangan", "", wita("04-08 09:00")}}),
            Reason::already_paused);
  EXPECT_EQ(office.tries("DT", other_agency("04-20 09:00:01")), Reason::pause_too_long);
  EXPECT_EQ(office.tries("FO", other_agency("04-08 09:00")), Reason::wrong_role);
  EXPECT_EQ(office.events.size(), events);

  office.does("DT", other_agency("04-08 09:00"));
  EXPECT_EQ(office.permit.pauses.size(), 1u);
  EXPECT_EQ(office.permit.pauses[0].extensions, 1);
  EXPECT_EQ(when(office.permit.pauses[0].until), "04-08 09:00");
  EXPECT_TRUE(std::holds_alternative<PauseExtended>(office.events.back().what));
  EXPECT_EQ(office.events.back().actor, "officer:DT");
  EXPECT_EQ(std::get<PauseExtended>(office.events.back().what),
            (PauseExtended{"kajian_teknis#1",
                           "instansi_lain",
                           1,
                           office.calendar().stamp(wita("04-07 09:00")),
                           office.calendar().stamp(wita("04-08 09:00")),
                           {}}));
  office.does("DT", other_agency("04-09 09:00"));
  EXPECT_EQ(office.tries("DT", other_agency("04-10 09:00")), Reason::too_many_extensions);
  EXPECT_EQ(office.raised_since(), Lines{});  // time is not short and the bound is far
  office.at("04-09 09:00");
  EXPECT_EQ(office.sla("kajian_teknis#1").paused, false);
  EXPECT_EQ(office.permit.pauses[0].extensions, 2);
}

TEST(Pause, AnExtensionNearItsBoundIsReportedToTheSuperior) {
  Office office = at_the_review();
  office.does("DT", other_agency("04-07 09:00"));
  Office early = office;
  early.does("DT", other_agency("04-16 08:59:59"));  // a second less than eight of ten days
  EXPECT_EQ(early.raised_since(), Lines{});
  office.does("DT", other_agency("04-16 09:00"));
  EXPECT_EQ(office.raised_since(),
            Lines{"kajian_teknis#1 jeda: role:kepala_dinas_teknis laporan pause_near_limit"});
}

TEST(Pause, AnExtensionWhileTimeIsShortIsReportedToTheSuperior) {
  Office office(shipped_calendar());
  office.at("04-06 08:00").submit();
  office.at("04-06 08:08").does("FO", other_agency("04-06 10:00", "verifikasi"));  // 80 %
  EXPECT_EQ(office.raised_since().back(),
            "verifikasi#1 jeda: role:kabid_perizinan laporan paused_near_due");
  office.at("04-06 09:00").does("FO", other_agency("04-06 11:00", "verifikasi"));
  EXPECT_EQ(office.raised_since(),
            Lines{"verifikasi#1 jeda: role:kabid_perizinan laporan paused_near_due"});
  Office calm(shipped_calendar());
  calm.at("04-06 08:00").submit();
  calm.at("04-06 08:07:59").does("FO", other_agency("04-06 10:00", "verifikasi"));
  calm.raised_since();
  calm.at("04-06 09:59").does("FO", other_agency("04-06 11:00", "verifikasi"));
  EXPECT_EQ(calm.raised_since(), Lines{});
}

TEST(Pause, ABoundFollowsTheCalendarInForce) {
  Office office = at_the_review();
  office.does("DT", other_agency());
  office.apply_calendar(banjarbaru_after_the_flood(), "Keputusan 123/2026");  // Wed 8 is off
  office.at("04-20 09:00");
  EXPECT_EQ(office.sla("kajian_teknis#1").paused, true);
  office.at("04-21 09:00");
  EXPECT_EQ(office.sla("kajian_teknis#1").paused, false);
}

}  // namespace
}  // namespace tenggat::testing
