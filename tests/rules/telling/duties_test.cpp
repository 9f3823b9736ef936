// Assigning, escalating now, acknowledging; claims that end with their officer's duty; whose own
// work it is. Source: docs/reference.md, Calls and People.
#include <fmt/format.h>

#include "rules/telling/telling.h"
#include "tests/rules/paud_fixture.h"

namespace tenggat::testing {
namespace {

using Lines = std::vector<std::string>;

Office at_step(const std::string& step) {
  Office office;
  office.at("04-06 08:00").bring_to(step);
  office.raised_since();
  return office;
}
void hire(Office& office, const std::string& id, const std::vector<std::string>& roles) {
  Officer one;
  one.id = id;
  one.roles = roles;
  one.email = id + "@example.go.id";
  office.people.officers.push_back(one);
}
void leave(Office& office, const std::string& id, const char* from, const char* to) {
  for (Officer& one : office.people.officers)
    if (one.id == id) one.leaves.push_back({from, to});
}
const Released& released(const Event& event) { return std::get<Released>(event.what); }

// --- assign --------------------------------------------------------------------------------------

TEST(Assign, ASuperiorGivesATaskAlsoOverAnothersClaim) {
  Office office = at_step("penerimaan");
  hire(office, "BO2", {"back_office"});
  office.does("BO", Claim{"penerimaan"});
  const Instant claimed = *office.visit("penerimaan#1").claimed_at;
  office.at("04-06 08:03").does("KB", Assign{"penerimaan", "BO2", "BO menangani berkas lain"});
  EXPECT_EQ(office.visit("penerimaan#1").assignee, "BO2");
  EXPECT_EQ(office.visit("penerimaan#1").claimed_at, claimed);
  EXPECT_TRUE(std::holds_alternative<Assigned>(office.events.back().what));
  EXPECT_EQ(std::get<Assigned>(office.events.back().what).before, "BO");
  EXPECT_EQ(office.notes.back().kind, "assign");
  EXPECT_EQ(office.raised_since(),
            Lines{fmt::format("penerimaan#1 handed_over k={}: holder tugas_dialihkan handed_over",
                              office.permit.events)});
  EXPECT_EQ(office.tries("BO", Deed("penerimaan", "forward")), Reason::claimed_by_other);
  office.does("BO2", Deed("penerimaan", "forward"));
}

TEST(Assign, AnyoneAboveInTheChainMayAndNobodyElse) {
  struct Case {
    const char* who;
    std::optional<Reason> refused;
  };
  for (const Case& one : {Case{"KB", std::nullopt}, Case{"S", std::nullopt},
                          Case{"KD", std::nullopt}, Case{"BO", Reason::wrong_role},
                          Case{"FO", Reason::wrong_role}, Case{"KDT", Reason::wrong_role}}) {
    Office office = at_step("penerimaan");
    EXPECT_EQ(office.tries(one.who, Assign{"penerimaan", "BO", ""}), one.refused) << one.who;
  }
}

TEST(Assign, ADeputyOfTheSuperiorDoesItInTheirName) {
  Office office = at_step("penerimaan");
  office.people.delegations = {{1, "KB", "S", "plh", "2026-04-06", "2026-04-07", "800/1"}};
  office.does("S", Assign{"penerimaan", "BO", ""});
  EXPECT_EQ(office.events.back().acting_for, "");  // in their own right first: above KB
  Office other = at_step("penerimaan");
  other.people.delegations = {{1, "KB", "KDT", "plh", "2026-04-06", "2026-04-07", "800/1"}};
  other.does("KDT", Assign{"penerimaan", "BO", ""});
  EXPECT_EQ(other.events.back().acting_for, "KB");
}

TEST(Assign, OnlyToSomeoneOnDutyInTheStep) {
  Office office = at_step("penerimaan");
  EXPECT_EQ(office.tries("KB", Assign{"penerimaan", "FO", ""}), Reason::cannot_be_assigned);
  EXPECT_EQ(office.tries("KB", Assign{"penerimaan", "nobody", ""}), Reason::cannot_be_assigned);
  EXPECT_EQ(office.tries("KB", Assign{"verifikasi", "FO", ""}), Reason::step_not_open);
  leave(office, "BO", "2026-04-06", "2026-04-06");
  EXPECT_EQ(office.tries("KB", Assign{"penerimaan", "BO", ""}), Reason::on_leave);
}

// --- claims of the absent ------------------------------------------------------------------------

TEST(Claims, EndWhenTheirOfficersLeaveBegins) {
  Office office = at_step("kajian_teknis");
  hire(office, "DT2", {"dinas_teknis"});
  office.does("DT", Claim{"kajian_teknis"});
  leave(office, "DT", "2026-04-07", "2026-04-08");
  office.at("04-06 15:00").catch_up();
  EXPECT_EQ(office.visit("kajian_teknis#1").assignee, "DT");
  office.unattended_until("04-07 00:00").catch_up();
  EXPECT_EQ(office.visit("kajian_teknis#1").assignee, "");
  EXPECT_TRUE(std::holds_alternative<Released>(office.events.back().what));
  EXPECT_EQ(office.events.back().actor, "system");
  EXPECT_EQ(released(office.events.back()).reason, Reason::on_leave);
  EXPECT_EQ(released(office.events.back()).officer, "DT");
  EXPECT_EQ(office.notices().back().text, "tugas_dialihkan");
  office.does("DT2", Claim{"kajian_teknis"});
  EXPECT_EQ(office.tries("DT", Claim{"kajian_teknis"}), Reason::claimed_by_other);
}

TEST(Claims, EndWithTheirOfficersServiceAndDuty) {
  Office ended = at_step("kajian_teknis");
  ended.does("DT", Claim{"kajian_teknis"});
  ended.people.officers[2].ended = "2026-04-07";
  ended.unattended_until("04-07 07:30").catch_up();
  EXPECT_EQ(released(ended.events.back()).reason, Reason::left_service);

  Office deputy = at_step("kajian_teknis");
  deputy.people.delegations = {{1, "DT", "BO", "plh", "2026-04-06", "2026-04-06", "800/1"}};
  deputy.does("BO", Claim{"kajian_teknis"});
  deputy.unattended_until("04-07 07:30").catch_up();
  EXPECT_EQ(released(deputy.events.back()).reason, Reason::duty_ended);
}

TEST(Claims, GivenBackByWhoIsAwayAreGivenBackOnce) {
  Office office = at_step("kajian_teknis");
  office.does("DT", Claim{"kajian_teknis"});
  leave(office, "DT", "2026-04-06", "2026-04-06");
  office.does("DT", Release{"kajian_teknis", "tidak masuk hari ini"});
  EXPECT_EQ(office.visit("kajian_teknis#1").assignee, "");
  EXPECT_EQ(std::count_if(
                office.events.begin(), office.events.end(),
                [](const Event& event) { return std::holds_alternative<Released>(event.what); }),
            1);
  EXPECT_EQ(office.tries("DT", Release{"kajian_teknis", ""}), Reason::not_claimed);
}

TEST(Claims, AreNotMadeByTheAbsent) {
  Office office = at_step("kajian_teknis");
  leave(office, "DT", "2026-04-06", "2026-04-06");
  EXPECT_EQ(office.tries("DT", Claim{"kajian_teknis"}), Reason::on_leave);
}

TEST(Claims, AVersionSeenBeforeTheReleaseIsStillTheCallersOwn) {
  Office office = at_step("kajian_teknis");
  hire(office, "DT2", {"dinas_teknis"});
  office.does("DT", Claim{"kajian_teknis"});
  leave(office, "DT", "2026-04-07", "2026-04-08");
  office.unattended_until("04-07 08:00");
  const auto version = office.permit.version;
  office.does("DT2",
              Deed("kajian_teknis", "recommend").file("bapl").file("rekomendasi").version(version));
  EXPECT_EQ(office.permit.version, version + 2);  // the release, and the action
}

// --- by turns ------------------------------------------------------------------------------------

Office by_turns(std::int64_t permit) {
  Office office(shipped_calendar(),
                paud_with({{"back_office: {nama: Back Office, atasan: kabid_perizinan}",
                            "back_office: {nama: Back Office, atasan: kabid_perizinan, bagi: "
                            "giliran}"}}));
  hire(office, "BO2", {"back_office"});
  hire(office, "BO3", {"back_office"});
  office.at("04-06 08:00").submit();
  office.permit.id = permit;
  office.raised_since();
  office.at("04-06 08:01").does("FO", Deed("verifikasi", "accept"));
  return office;
}

TEST(ByTurns, EachNewTaskIsGivenToTheNextOfThoseOnDuty) {
  EXPECT_EQ(by_turns(6).visit("penerimaan#1").assignee, "BO");
  EXPECT_EQ(by_turns(7).visit("penerimaan#1").assignee, "BO2");
  EXPECT_EQ(by_turns(8).visit("penerimaan#1").assignee, "BO3");
  EXPECT_EQ(by_turns(9).visit("penerimaan#1").assignee, "BO");
}

TEST(ByTurns, TheTaskIsToldToThatOneAndStillWaits) {
  Office office = by_turns(7);
  EXPECT_EQ(office.raised_since(), (Lines{"verifikasi#1 lengkap: applicant lengkap state_changed",
                                          "penerimaan#1 start: holder tugas_baru rung_due"}));
  EXPECT_TRUE(std::holds_alternative<Assigned>(office.events.back().what));
  EXPECT_EQ(std::get<Assigned>(office.events.back().what).reason, Reason::in_turn);
  EXPECT_FALSE(office.visit("penerimaan#1").claimed_at);
  EXPECT_EQ(office.tries("BO", Claim{"penerimaan"}), Reason::claimed_by_other);
  office.does("BO2", Claim{"penerimaan"});
  EXPECT_TRUE(office.visit("penerimaan#1").claimed_at);
}

TEST(ByTurns, AnUndoTakesTheTaskBackWhileNobodyHasTakenItUp) {
  Office office = by_turns(7);
  office.does("FO", Undo{});
  EXPECT_EQ(office.open(), "verifikasi#1");
}

TEST(ByTurns, WhoGoesOnLeaveIsFollowedByTheNext) {
  Office office = by_turns(7);
  leave(office, "BO2", "2026-04-07", "2026-04-07");
  office.unattended_until("04-07 07:30").catch_up();
  EXPECT_EQ(office.visit("penerimaan#1").assignee, "BO3");  // 7 of the two who are left
}

TEST(ByTurns, IsOffUnlessTheSopAsksForIt) {
  EXPECT_EQ(at_step("penerimaan").visit("penerimaan#1").assignee, "");
}

// --- escalate now --------------------------------------------------------------------------------

TEST(Escalate, EachTimeOneHigherAtOnceAndNoFurtherThanTheChain) {
  Office office = at_step("penerimaan");
  Lines to;
  for (int i = 0; i < 3; ++i) {
    office.does("BO", Escalate{"penerimaan", "perlu arahan"});
    const Notice told = office.notices().back();
    to.push_back(fmt::format("{} k={} {} {}", told.addressee.to_string(), told.k, told.text,
                             to_string(told.reason)));
    EXPECT_TRUE(told.urgent);
    EXPECT_EQ(ready_at(told, office.rules), office.now());
  }
  EXPECT_EQ(to, (Lines{"role:kabid_perizinan k=1 laporan escalated_now",
                       "role:sekretaris k=2 laporan escalated_now",
                       "role:kepala_dinas k=3 laporan escalated_now"}));
  EXPECT_EQ(office.tries("BO", Escalate{"penerimaan", ""}), Reason::already_escalated);
  EXPECT_EQ(office.count<SuperiorTold>("penerimaan"), 3);
  EXPECT_EQ(office.notes.back().kind, "escalation");
}

TEST(Escalate, TheHeadsGoesToWhoeverIsTheirCopy) {
  Office office = at_step("penandatanganan");
  office.does("KD", Escalate{"penandatanganan", ""});
  EXPECT_EQ(office.notices().back().addressee.to_string(), "role:sekretaris");
  EXPECT_EQ(office.tries("KD", Escalate{"penandatanganan", ""}), Reason::already_escalated);
}

TEST(Escalate, IsForTheOfficerOfTheStep) {
  Office office = at_step("penerimaan");
  EXPECT_EQ(office.tries("KB", Escalate{"penerimaan", ""}), Reason::wrong_role);
  EXPECT_EQ(office.tries("P", Escalate{"penerimaan", ""}), Reason::wrong_role);
}

// --- acknowledge ---------------------------------------------------------------------------------

TEST(Acknowledge, StopsRepeatsNotTheClockAndRemindsAgain) {
  Office office = at_step("kajian_teknis");
  office.at("04-13 09:00");  // due Fri 10 08:02, +1d Mon 13 08:02
  office.raised_since();
  const auto escalations = office.count<SuperiorTold>();
  office.does("DT", Acknowledge{"kajian_teknis", "cuaca", "jalan terputus"});
  EXPECT_TRUE(std::holds_alternative<Acknowledged>(office.events.back().what));
  EXPECT_EQ(office.notes.back().kind, "obstacle");
  EXPECT_EQ(office.visit("kajian_teknis#1").acknowledged->obstacle, "cuaca");
  EXPECT_EQ(when(office.visit("kajian_teknis#1").acknowledged->until), "04-14 09:00");
  EXPECT_EQ(office.sla("kajian_teknis#1").status, SlaStatus::overdue);  // it runs on

  office.dropped.clear();
  office.at("04-14 08:30");
  EXPECT_EQ(office.raised_since(), (Lines{"layanan +1d: role:kepala_dinas alarm_layanan rung_due",
                                          "kajian_teknis#1 +1d k=2: role:kepala_dinas eskalasi "
                                          "rung_due",
                                          "kajian_teknis#1 +1d k=2: role:kabid_perizinan eskalasi "
                                          "copy"}));
  EXPECT_EQ(office.dropped,
            (Lines{"role:kepala_dinas +1d acknowledged", "role:kabid_perizinan +1d acknowledged"}));
  EXPECT_EQ(office.count<SuperiorTold>(), escalations + 1);  // the case's alone

  office.at("04-14 09:00");
  EXPECT_EQ(office.raised_since(),
            Lines{"kajian_teknis#1 kendala: holder terlambat acknowledgement_over"});
  office.at("04-15 08:10");  // and the repeats go on
  EXPECT_EQ(office.raised_since(),
            (Lines{"kajian_teknis#1 +1d k=3: role:kepala_dinas eskalasi rung_due",
                   "kajian_teknis#1 +1d k=3: role:kabid_perizinan eskalasi copy"}));
  EXPECT_EQ(office.sent.back().line(), "04-15 08:04 KD eskalasi");
}

TEST(Acknowledge, AgainPutsTheReminderOff) {
  Office office = at_step("verifikasi");
  office.at("04-06 08:30").does("FO", Acknowledge{"verifikasi", "sistem", ""});
  office.at("04-06 10:30").does("FO", Acknowledge{"verifikasi", "sistem", ""});
  EXPECT_EQ(office.visit("verifikasi#1").acknowledged->k, 2);
  EXPECT_EQ(when(office.visit("verifikasi#1").acknowledged->until), "04-06 15:30");
  office.raised_since();
  office.at("04-06 15:30");
  EXPECT_EQ(office.raised_since(),
            Lines{"verifikasi#1 kendala k=2: holder terlambat acknowledgement_over"});
}

TEST(Acknowledge, BeforeTheDueTheReminderIsOfATaskInTime) {
  Office office = at_step("kajian_teknis");
  office.does("DT", Acknowledge{"kajian_teknis", "cuaca", ""});
  office.raised_since();
  office.at("04-07 08:02");
  EXPECT_EQ(office.raised_since(),
            Lines{"kajian_teknis#1 kendala: holder pengingat acknowledgement_over"});
}

TEST(Acknowledge, NamesACauseOfTheSopsListAndIsForTheStepsOfficer) {
  Office office = at_step("verifikasi");
  EXPECT_EQ(office.tries("FO", Acknowledge{"verifikasi", "malas", ""}), Reason::unknown_obstacle);
  EXPECT_EQ(office.tries("BO", Acknowledge{"verifikasi", "cuaca", ""}), Reason::wrong_role);
  EXPECT_EQ(office.tries("FO", Acknowledge{"penerimaan", "cuaca", ""}), Reason::step_not_open);
}

// --- one's own work ------------------------------------------------------------------------------

void act_for(Office& office, const std::string& from, const std::string& to) {
  office.people.delegations.push_back({1, from, to, "plh", "2026-04-01", "2026-04-30", "800/1"});
}
std::string told(const Office& office, const std::string& label) {
  std::string all;
  for (const Recipient& one :
       resolve_holder(office.visit(label), office.sop(), office.people, office.context().today()))
    all +=
        fmt::format("{}{}{} ({})", all.empty() ? "" : ", ", one.officer,
                    one.for_officer.empty() ? "" : " for " + one.for_officer, to_string(one.why));
  return all;
}

TEST(OwnWork, WhoDraftedIsKnownAtEveryStepThatJudgesTheDraft) {
  Office office = at_step("penandatanganan");
  EXPECT_EQ(office.visit("penyusunan_sk#1").drafted_by, Lines{"DT"});  // bapl, rekomendasi
  EXPECT_EQ(office.visit("persetujuan_kabid#1").drafted_by, Lines{"BO"});
  EXPECT_EQ(office.visit("persetujuan_sekretaris#1").drafted_by, Lines{"BO"});
  EXPECT_EQ(office.visit("penandatanganan#1").drafted_by, Lines{"BO"});
  EXPECT_EQ(office.visit("verifikasi#1").drafted_by, Lines{});  // the applicant's
}

TEST(OwnWork, WhoDraftedAndStandsInTwoStepsLaterIsPassedOverMarkedAndReported) {
  Office office = at_step("persetujuan_kabid");
  act_for(office, "S", "BO");
  office.at("04-06 08:10").does("KB", Deed("persetujuan_kabid", "approve"));
  EXPECT_EQ(told(office, "persetujuan_sekretaris#1"), "KD (self_approval)");
  office.raised_since();
  office.does("BO", Deed("persetujuan_sekretaris", "approve"));
  EXPECT_EQ(
      std::find_if(office.events.rbegin(), office.events.rend(),
                   [](const Event& event) { return std::holds_alternative<Acted>(event.what); })
          ->in_place_because,
      Reason::self_approval);
  EXPECT_EQ(office.raised_since().front().substr(0, 44),
            "persetujuan_sekretaris#1 self_approval: role");
}

TEST(OwnWork, TheNextSuperiorMayActAndItIsNotTheirOwn) {
  Office office = at_step("persetujuan_kabid");
  act_for(office, "S", "BO");
  office.at("04-06 08:10").does("KB", Deed("persetujuan_kabid", "approve"));
  office.raised_since();
  office.does("KD", Deed("persetujuan_sekretaris", "approve"));
  for (const std::string& line : office.raised_since())
    EXPECT_EQ(line.find("laporan"), std::string::npos) << line;
}

TEST(OwnWork, InOnesOwnRightOnlyWhoDraftedIsPassedOver) {
  Office office;
  office.people.officers[1].roles = {"back_office", "kabid_perizinan"};  // BO is both
  std::erase_if(office.people.officers, [](const Officer& one) { return one.id == "KB"; });
  office.at("04-06 08:00").bring_to("penyusunan_sk");
  EXPECT_EQ(told(office, "penyusunan_sk#1"), "BO (on_duty)");
  office.at("04-06 08:10").does("BO", Deed("penyusunan_sk", "draft").file("draft_sk"));
  EXPECT_EQ(told(office, "persetujuan_kabid#1"), "S (self_approval)");
}

TEST(OwnWork, WhereNoOtherIsLeftTheyAreToldAllTheSame) {
  Office office = at_step("persetujuan_sekretaris");
  act_for(office, "KD", "S");
  office.at("04-06 08:10").does("S", Deed("persetujuan_sekretaris", "approve"));
  EXPECT_EQ(told(office, "penandatanganan#1"), "S for KD (self_approval)");
}

// --- nobody to tell ------------------------------------------------------------------------------

TEST(Unreachable, ARoleWhoseOfficersHaveNoChannelIsItsSuperiors) {
  Office office = at_step("penerimaan");
  office.people.officers[1].whatsapp.clear();
  EXPECT_EQ(told(office, "penerimaan#1"), "KB (nobody_reachable)");
  office.people.officers[1].email = "bo@example.go.id";
  EXPECT_EQ(told(office, "penerimaan#1"), "BO (on_duty)");
  office.people.officers[1].channels = {"whatsapp"};  // mail is not wanted
  EXPECT_EQ(told(office, "penerimaan#1"), "KB (nobody_reachable)");
}

TEST(Unreachable, SuchRolesAreNamed) {
  Office office;
  office.people.officers[1].whatsapp.clear();
  leave(office, "S", "2026-04-02", "2026-04-02");
  EXPECT_EQ(unreachable_roles(office.sop(), office.people, "2026-04-02"),
            (std::vector<Unreachable>{{"back_office", Reason::nobody_reachable},
                                      {"sekretaris", Reason::role_vacant}}));
  EXPECT_EQ(unreachable_roles(office.sop(), office.people, "2026-04-03"),
            (std::vector<Unreachable>{{"back_office", Reason::nobody_reachable}}));
}

TEST(Channels, AreTriedInTheOfficersOwnOrder) {
  Officer one;
  one.email = "a@example.go.id";
  one.whatsapp = "6281200000001";
  const ChannelAddress email{"email", one.email}, whatsapp{"whatsapp", one.whatsapp};
  EXPECT_EQ(addresses_of(one), (std::vector{whatsapp, email}));
  one.channels = {"email", "whatsapp"};
  EXPECT_EQ(addresses_of(one), (std::vector{email, whatsapp}));
  one.channels = {"email"};
  EXPECT_EQ(addresses_of(one), std::vector{email});
  one.email.clear();
  EXPECT_TRUE(addresses_of(one).empty());
}

}  // namespace
}  // namespace tenggat::testing
