// A round of telling, as scripts: notices and what is known of them, messages and outcomes.
#include "rules/telling/round.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/rules/paud_fixture.h"

namespace tenggat {
namespace {

using testing::Office;
using testing::when;
using testing::wita;
using Lines = std::vector<std::string>;
using Kind = Round::Taken::Kind;

// One permit at its verification, Thursday 2 April 2026, 09:00; its officer is FO, whose superiors
// are KB, S and KD. Notices are given to one round, which is at 10:00.
class Rounds : public ::testing::Test {
 protected:
  Rounds() {
    office_.at("04-02 09:00").submit();
    stored_.permit = office_.permit;
    stored_.applicant = {"Siti", "siti@example.id", "62812"};
    people_ = office_.people;
  }
  void begins(std::string_view at = "04-02 10:00", Channels channels = {}) {
    round_.emplace(service_, channels);
    round_->at(wita(at), testing::shipped_calendar(), {});
  }
  PendingNotice notice(std::int64_t id, std::string text,
                       std::string_view planned = "04-02 10:00") {
    PendingNotice one;
    one.id = id;
    one.permit = stored_.permit.id;
    one.send_at = wita(planned);
    one.notice.visit = 2;
    one.notice.text = std::move(text);
    one.notice.kind = NoticeKind{.name = "start"};
    one.notice.raised_at = one.notice.hold_until = wita("04-02 09:50");
    return one;
  }
  PendingNotice to_applicant(std::int64_t id, std::string text,
                             std::string_view planned = "04-02 10:00") {
    PendingNotice one = notice(id, std::move(text), planned);
    one.notice.audience = Audience::applicant;
    one.notice.addressee = {Addressee::Kind::applicant, ""};
    return one;
  }
  // As one of another permit with this id.
  Kind takes(PendingNotice one, const std::vector<AlreadyTold>& told = {}) {
    StoredPermit stored = stored_;
    stored.permit.id = one.permit;
    stored.permit.number = fmt::format("PAUD-{}", one.permit);
    Round::Taken taken = round_->take(one, stored, told);
    if (taken.kind == Kind::to_render) round_->add_alone(std::move(taken.message));
    return taken.kind;
  }
  // "FO tugas_baru 1", with how many permits where they are several; and tells them.
  Lines tells(const std::map<std::string, LastMessage>& last = {}) {
    Lines lines;
    if (!round_->recipients().empty()) {
      for (const OfficerGroup& group : round_->group(last)) {
        const Context context = service_.context(sop_, round_->now());
        auto message = round_->officer_message(group, *group.notices.front(), context);
        if (!message) continue;
        planned_.push_back(*message);
        lines.push_back(
            fmt::format("{} {}{}", group.recipient.officer, message->text,
                        message->permits > 1 ? fmt::format(" {}", message->permits) : ""));
        round_->add(std::move(*message));
        round_->reached(group);
      }
      round_->settle_officers();
    }
    return lines;
  }
  // "1 dropped folded", "2 later not_due 04-02 10:02"
  Lines outcomes() {
    Lines lines;
    for (const NoticeOutcome& one : round_->take_outcomes()) {
      using What = NoticeOutcome::Kind;
      const bool later = one.kind == What::later;
      lines.push_back(fmt::format("{} {} {}{}", one.notice,
                                  later                       ? "later"
                                  : one.kind == What::dropped ? "dropped"
                                                              : "rendered",
                                  to_string(one.reason), later ? " " + when(one.at) : ""));
    }
    return lines;
  }
  Lines texts() {
    Lines lines;
    for (const PlannedMessage& one : round_->take_messages()) lines.push_back(one.text);
    return lines;
  }

  Office office_;
  Sop sop_ = testing::paud();
  StoredPermit stored_;
  People people_;
  testing::OneService service_{sop_, testing::shipped_calendar(), people_};
  std::optional<Round> round_;
  std::vector<PlannedMessage> planned_;
};

// --- applicants ----------------------------------------------------------------------------------

TEST_F(Rounds, AnApplicantIsToldOverWhatsappElseByMailElseNotAtAll) {
  begins();
  PendingNotice one = to_applicant(1, "diterima");
  const Round::Taken taken = round_->take(one, stored_, {});
  ASSERT_EQ(taken.kind, Kind::to_render);
  EXPECT_EQ(taken.message.to, (ChannelAddress{"whatsapp", "62812"}));
  EXPECT_EQ(taken.message.recipient, "applicant:0");
  EXPECT_TRUE(outcomes().empty());  // it has not been rendered
  begins("04-02 10:00", {false, true});
  EXPECT_EQ(round_->take(one, stored_, {}).message.to,
            (ChannelAddress{"email", "siti@example.id"}));
  begins("04-02 10:00", {false, false});
  EXPECT_EQ(takes(one), Kind::settled);
  EXPECT_EQ(outcomes(), Lines{"1 dropped no_address"});
}

TEST_F(Rounds, AnApplicantIsToldOnceTheActionCanNoLongerBeTakenBack) {
  begins();
  PendingNotice one = to_applicant(1, "diterima");
  one.notice.hold_until = wita("04-02 10:01");
  takes(one);
  EXPECT_EQ(outcomes(), Lines{"1 later not_due 04-02 10:01"});
}

TEST_F(Rounds, AfterAnOutageTheLatestToAnApplicantSaysItAll) {
  begins("04-02 10:00");
  takes(to_applicant(1, "diterima", "04-02 08:59"));
  takes(to_applicant(2, "lengkap", "04-02 09:30"));
  takes(to_applicant(3, "lainnya", "04-02 10:00"));  // that one was not held up
  EXPECT_EQ(outcomes(),
            (Lines{"1 dropped superseded", "2 rendered applicant", "3 rendered applicant"}));
  round_->leave_out([](std::int64_t) { return false; });
  EXPECT_EQ(texts(), (Lines{"lengkap", "lainnya"}));
}

TEST_F(Rounds, ARepeatOfTheSameTextGivesWayToTheLatest) {
  begins();
  takes(to_applicant(1, "diterima"));
  takes(to_applicant(2, "diterima"));
  EXPECT_EQ(outcomes(), (Lines{"1 dropped superseded", "2 rendered applicant"}));
}

// --- who is told ---------------------------------------------------------------------------------

TEST_F(Rounds, WhatNoLongerHoldsIsDropped) {
  begins();
  PendingNotice one = notice(1, kNewTask);
  one.notice.visit = 1;  // the applicant's own, closed
  takes(one);
  EXPECT_EQ(outcomes(), Lines{"1 dropped done_before_sending"});
}

TEST_F(Rounds, WhereNobodyIsOnDutyItIsLookedAtWhenTheOfficeNextOpens) {
  people_.officers.clear();
  begins();
  EXPECT_EQ(takes(notice(1, kNewTask)), Kind::nobody_on_duty);
  EXPECT_EQ(outcomes(), Lines{"1 later nobody_on_duty 04-06 07:30"});
}

TEST_F(Rounds, WhoHasBeenToldIsNotToldAgain) {
  begins();
  EXPECT_EQ(takes(notice(1, kNewTask), {{"officer:FO"}}), Kind::settled);
  EXPECT_EQ(outcomes(), Lines{"1 rendered on_duty"});
}

TEST_F(Rounds, WhomItDidNotReachIsPassedOverForTheNextInTheChain) {
  begins();
  EXPECT_EQ(takes(notice(1, kNewTask), {{"officer:FO", false}}), Kind::collected);
  EXPECT_EQ(tells(), Lines{"KB tugas_baru"});
}

TEST_F(Rounds, WhoAskedForSilenceIsToldWhenItEnds) {
  Silence silence;
  silence.subject = "FO";
  silence.from = wita("04-02 08:00");
  silence.until = wita("04-02 12:00");
  people_.silences = {silence};
  begins();
  EXPECT_EQ(takes(notice(1, kNewTask)), Kind::settled);
  EXPECT_EQ(outcomes(), Lines{"1 later silenced 04-02 12:00"});
}

TEST_F(Rounds, WhoHasNoChannelCannotBeReached) {
  begins("04-02 10:00", {false, true});  // officers have numbers alone
  EXPECT_EQ(takes(notice(1, kNewTask)), Kind::collected);
  EXPECT_TRUE(tells().empty());
  EXPECT_EQ(outcomes(), Lines{"1 dropped no_address"});
}

// --- what one officer gets -----------------------------------------------------------------------

TEST_F(Rounds, SeveralNewTasksOfOneStepAreOneTextAndOtherThingsAList) {
  PendingNotice other = notice(2, kNewTask);
  other.permit = 8;
  begins();
  takes(notice(1, kNewTask));
  takes(other);
  EXPECT_EQ(tells(), Lines{"FO tugas_baru 2"});
  EXPECT_TRUE(planned_.back().listed.empty());
  EXPECT_EQ(planned_.back().thread, "");
  begins();
  other.notice.text = "pengingat";
  takes(notice(1, kNewTask));
  takes(other);
  EXPECT_EQ(tells(), Lines{"FO daftar 2"});
  EXPECT_EQ(planned_.back().listed.size(), 2u);
  EXPECT_EQ(planned_.back().tasks, (std::vector<std::pair<std::int64_t, int>>{{1, 2}, {8, 2}}));
  EXPECT_EQ(outcomes(), (Lines{"1 rendered on_duty", "2 rendered on_duty"}));
}

TEST_F(Rounds, RungsOfOneVisitFoldIntoTheLatest) {
  begins();
  PendingNotice later = notice(2, "pengingat");
  later.notice.raised_at = wita("04-02 09:55");
  takes(notice(1, kNewTask));
  takes(later);
  EXPECT_EQ(tells(), Lines{"FO pengingat"});
  EXPECT_EQ(planned_.back().thread, "PAUD-1");
  EXPECT_EQ(outcomes(), (Lines{"1 dropped folded", "2 rendered on_duty"}));
}

TEST_F(Rounds, AfterAnOutageOneMessageSaysSinceWhen) {
  begins();
  PendingNotice other = notice(2, "pengingat", "04-02 08:00");
  other.permit = 8;
  takes(notice(1, kNewTask));
  takes(other);
  EXPECT_EQ(tells(), Lines{"FO rangkuman_gangguan 2"});
  ASSERT_TRUE(planned_.back().held_up);
  EXPECT_EQ(when(planned_.back().held_up->since), "04-02 08:00");
  EXPECT_EQ(planned_.back().held_up->notices, 1);
}

TEST_F(Rounds, WhatWaitsForItsTimeIsLookedAtThen) {
  begins();
  PendingNotice early = notice(1, kNewTask);
  early.notice.raised_at = wita("04-02 09:59");
  takes(early);
  EXPECT_TRUE(tells().empty());
  EXPECT_EQ(outcomes(), Lines{"1 later not_due 04-02 10:01"});
  early.send_at = wita("04-02 10:01");  // it is to be looked at then anyhow
  begins();
  takes(early);
  tells();
  EXPECT_TRUE(outcomes().empty());
}

TEST_F(Rounds, WhatHasChangedMeanwhileIsTheNextRounds) {
  PendingNotice changed = notice(2, kNewTask), dropped = notice(3, kNewTask),
                applicants = to_applicant(4, "diterima");
  changed.permit = dropped.permit = applicants.permit = 8;
  dropped.notice.visit = 1;
  begins();
  takes(notice(1, kNewTask));
  for (const PendingNotice& one : {changed, dropped, applicants}) takes(one);
  round_->leave_out([](std::int64_t permit) { return permit == 8; });
  EXPECT_EQ(tells(), Lines{"FO tugas_baru"});
  EXPECT_EQ(outcomes(), Lines{"1 rendered on_duty"});
  EXPECT_EQ(texts(), Lines{kNewTask});
}

TEST_F(Rounds, WhatIsLeftIsNotSettled) {
  begins();
  takes(notice(1, kNewTask));
  ASSERT_FALSE(round_->recipients().empty());
  for (const OfficerGroup& group : round_->group({})) round_->leave(group);
  round_->settle_officers();
  EXPECT_TRUE(outcomes().empty());
}

// --- the morning list and the recap --------------------------------------------------------------

TEST_F(Rounds, TheMorningListTakesWhatWaitsAlong) {
  begins();
  PendingNotice other = notice(2, "pengingat"), escalation = notice(3, "eskalasi"),
                early = notice(4, kNewTask);
  other.permit = 8;
  escalation.notice.audience = Audience::superior;
  escalation.notice.addressee = {Addressee::Kind::role, "kabid_perizinan"};
  early.notice.raised_at = wita("04-02 09:59");
  for (const PendingNotice& one : {notice(1, kNewTask), other, escalation, early}) takes(one);
  OpenTask task;
  task.permit = 1;
  task.number = "PAUD-1";
  task.sop_version = sop_.version;
  task.visit = *stored_.permit.find_visit(2);
  const auto list = round_->morning_list("FO", 99, {{&task, ""}});
  ASSERT_TRUE(list);
  EXPECT_EQ(list->text, kMorningList);
  EXPECT_EQ(list->permits, 2u);  // the task's, and what is said of another
  EXPECT_EQ(list->listed.size(), 2u);
  EXPECT_EQ(list->notices,
            (std::vector<std::pair<std::int64_t, std::int64_t>>{{0, 99}, {1, 1}, {8, 2}}));
  EXPECT_EQ(tells(), Lines{"KB eskalasi"});
  EXPECT_EQ(outcomes(), (Lines{"1 rendered absorbed", "2 rendered absorbed", "3 rendered on_duty",
                               "4 later not_due 04-02 10:01"}));
}

TEST_F(Rounds, AHeadGetsTheRecapUnlessTheyAskedForSilence) {
  begins();
  const auto heads = heads_to_tell(service_, round_->now());
  ASSERT_EQ(heads.size(), 1u);
  const auto recap = round_->recap(heads[0], 5);
  ASSERT_TRUE(recap);
  EXPECT_EQ(recap->recipient, "officer:KD");
  EXPECT_EQ(recap->text, kRecap);
  Silence silence;
  silence.subject = "KD";
  silence.from = wita("04-02 08:00");
  silence.until = wita("04-02 12:00");
  people_.silences = {silence};
  EXPECT_FALSE(round_->recap(heads[0], 5));
}

// --- appointments --------------------------------------------------------------------------------

TEST_F(Rounds, ADeputyIsToldOfTheirAppointmentOnceWhileItLasts) {
  PendingNotice one = notice(1, kAppointment);
  one.permit = 0;
  one.notice.k = 3;
  people_.delegations = {{3, "KB", "BO", "plh", "2026-04-02", "2026-04-03", "S-1"}};
  begins();
  const Round::Taken taken = round_->take_appointment(one);
  ASSERT_EQ(taken.kind, Kind::to_render);
  EXPECT_EQ(taken.message.recipient, "officer:BO");
  EXPECT_EQ(taken.message.acting_for, "KB");
  round_->add_alone(taken.message);
  EXPECT_EQ(outcomes(), Lines{"1 rendered delegated"});
  begins("04-02 10:00", {false, true});
  EXPECT_EQ(round_->take_appointment(one).kind, Kind::unreachable);
  EXPECT_EQ(outcomes(), Lines{"1 dropped no_address"});
  begins("04-06 10:00");
  round_->take_appointment(one);
  EXPECT_EQ(outcomes(), Lines{"1 dropped duty_ended"});
}

// --- changes of the office -----------------------------------------------------------------------

TEST_F(Rounds, AChangeOfTheOfficeIsToldAtOnceAndWhereverThePersonWasAndIsReached) {
  PendingNotice one = notice(1, kOfficeChanged);
  one.permit = 0;
  one.notice.addressee = {Addressee::Kind::officer, "KD"};
  for (Officer& officer : people_.officers)
    if (officer.id == "KD") {
      officer.email = "baru@example.id";
      officer.whatsapp = "62811";
    }
  Silence silence;
  silence.subject = "KD";
  silence.from = wita("04-02 08:00");
  silence.until = wita("04-06 12:00");
  people_.silences = {silence};
  const auto ways = [&](std::optional<std::vector<ChannelAddress>> former) {
    Lines lines;
    for (const PlannedMessage& message : round_->take_office_change(one, former))
      lines.push_back(message.recipient + ' ' + message.text + ' ' + message.to.address);
    return lines;
  };
  begins("04-04 23:00");  // Saturday
  EXPECT_EQ(ways({}), Lines{"officer:KD perubahan_kantor 62811"});
  EXPECT_EQ(
      ways({{{"email", "lama@example.id"}}}),
      (Lines{"officer:KD perubahan_kantor lama@example.id",
             "officer:KD perubahan_kantor baru@example.id", "officer:KD perubahan_kantor 62811"}));
  begins("04-04 23:00", {false, true});
  EXPECT_EQ(ways({{{"whatsapp", "62899"}}}), Lines{"officer:KD perubahan_kantor baru@example.id"});
  begins("04-04 23:00", {false, false});
  EXPECT_EQ(ways({}), Lines{});
  EXPECT_EQ(outcomes(), Lines{"1 dropped no_address"});
}

}  // namespace
}  // namespace tenggat
