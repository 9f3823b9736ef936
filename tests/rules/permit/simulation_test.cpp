// Thousands of random commands on one permit after another, at random instants, and what must hold
// after each of them.
#include <fmt/format.h>

#include <set>

#include "tests/rules/dice.h"
#include "tests/rules/paud_fixture.h"

namespace tenggat::testing {
namespace {

bool same(const Projection& a, const Projection& b) {
  if (a.visits.size() != b.visits.size()) return false;
  for (std::size_t i = 0; i < a.visits.size(); ++i)
    if (a.visits[i].visit != b.visits[i].visit || a.visits[i].due_at != b.visits[i].due_at ||
        a.visits[i].due_soon_at != b.visits[i].due_soon_at)
      return false;
  return a.case_due_at == b.case_due_at && a.case_due_soon_at == b.case_due_soon_at &&
         a.legal_due_at == b.legal_due_at && a.next_check_at == b.next_check_at;
}

// One permit, its clock and its record, kept without the dispatcher.
class Life {
 public:
  explicit Life(unsigned seed) : dice_(seed), calendars_{shipped_calendar(), flooded()} {
    now_ = wita("04-02 07:00") + Seconds{dice_.upto(20 * 86400)};
    people_.delegations = {{1, "KB", "BO", "plh", "2026-04-13", "2026-04-20", "1"},
                           {2, "S", "KB", "plh", "2026-04-27", "2026-05-01", "2"}};
    people_.officers[0].leaves = {{"2026-04-14", "2026-04-14"}};
    NewPermit submission;
    submission.documents = {{"persyaratan_izin_paud", "", "tenggat:1", "", ""}};
    submission.started_at = now_ - Seconds{dice_.upto(7200)};
    take(open_permit(submission, context()).value());
  }

  void step() {
    now_ += Seconds{dice_.one_in(3) ? dice_.upto(3 * 86400) : dice_.upto(1800)};
    if (dice_.one_in(60)) {
      calendar_ = 1 - calendar_;
      take(apply_calendar(permit_, context(), "Keputusan"));
    } else if (dice_.one_in(4)) {
      take(catch_up(permit_, context()));
    } else {
      const Actor actor = somebody();
      const Command command = something();
      const Permit before = permit_;
      if (auto decided = decide(permit_, actor, command, context())) {
        take(std::move(*decided));
        if (std::holds_alternative<Act>(command) && dice_.one_in(4)) undo_and_redo(actor, command);
      } else {
        ++refused_;
        EXPECT_EQ(permit_, before);
        take(catch_up(permit_, context()));
      }
    }
    check();
  }

  int actions() const { return actions_; }
  int refused() const { return refused_; }
  const Permit& permit() const { return permit_; }

 private:
  static const Calendar& flooded() {
    static const Calendar calendar = banjarbaru_after_the_flood();
    return calendar;
  }
  Context context() const { return {paud(), calendars_[calendar_], people_, now_, {}}; }

  Actor somebody() {
    // Mostly someone who may: the random ones are there to be refused.
    for (const Visit& visit : permit_.visits) {
      if (!visit.open() || dice_.one_in(8)) continue;
      if (paud().is_applicant(visit.role)) return {Actor::Kind::applicant, "portal", ""};
      const auto told = resolve_holder(visit, paud(), people_, context().today());
      if (!told.empty()) return {Actor::Kind::officer, told.front().officer, ""};
    }
    if (dice_.one_in(4)) return {Actor::Kind::applicant, "portal", ""};
    return {Actor::Kind::officer, dice_.of(people_.officers).id, ""};
  }

  Command something() {
    std::string step = dice_.of(paud().steps).id;
    for (const Visit& visit : permit_.visits)
      if (visit.open() && !dice_.one_in(10)) step = visit.step;
    switch (dice_.upto(14)) {
      case 0:
        return Claim{step};
      case 1:
        return Release{step, ""};
      case 2:
      case 3:
        return PauseVisit{
            step, dice_.of(paud().pauses).id, "Mohon denah",
            dice_.one_in(2) ? std::optional(now_ + Seconds{1 + dice_.upto(86400)}) : std::nullopt};
      case 4:
      case 5:
        return ResumeVisit{step, ""};
      case 6:
        return Undo{};
      default:
        return action_at(step);
    }
  }

  Command action_at(const std::string& step) {
    if (dice_.one_in(150)) return Deed("", "withdraw");
    const ActionRule& rule = dice_.of(paud().step(step).actions);
    Deed deed(step, rule.id);
    deed.note("catatan");
    for (const Output& output : rule.outputs) {
      if (!output.file || rule.backward || dice_.one_in(20)) continue;
      output.numbered ? deed.decree("SK-1") : deed.file(output.kind);
    }
    if (rule.chooses_outcome && dice_.one_in(5)) deed.outcome(Outcome::refusal);
    if (dice_.one_in(6))
      deed.occurred_at(now_ - Seconds{dice_.upto(3600)}).because("Jaringan putus");
    return deed;
  }

  void undo_and_redo(const Actor& actor, const Command& command) {
    if (!permit_.last_action) return;
    const Permit once = permit_;
    take(decide(permit_, actor, Undo{}, context()).value());
    const auto again = decide(permit_, actor, command, context());
    ASSERT_TRUE(again) << again.error().detail().english;
    take(*again);
    EXPECT_EQ(permit_.state, once.state);
    EXPECT_EQ(permit_.outcome, once.outcome);
    EXPECT_EQ(permit_.case_opened_at, once.case_opened_at);
    EXPECT_EQ(permit_.case_closed_at, once.case_closed_at);
    EXPECT_EQ(permit_.case_verdict, once.case_verdict);
    EXPECT_EQ(permit_.promised_at, once.promised_at);
    EXPECT_EQ(permit_.signings, once.signings);
    Visit one = once.visits.back(), other = permit_.visits.back();
    other.id = one.id;
    EXPECT_EQ(one, other);
  }

  void take(Decision decision) {
    const PermitState before = permit_.state;
    // Nothing leads out of an end but taking it back.
    if (is_terminal(before) && decision.undone_causes.empty()) {
      EXPECT_EQ(decision.after.state, before);
      EXPECT_TRUE(decision.events.empty());
    }
    permit_ = std::move(decision.after);
    for (const Event& event : decision.events) {
      EXPECT_EQ(event.sequence, ++events_);
      EXPECT_GE(event.at, last_event_);
      last_event_ = event.at;
    }
    for (const CountDelta& delta : decision.counts) counts_.push_back(delta);
    for (const std::int64_t cause : decision.undone_causes)
      std::erase_if(counts_, [&](const CountDelta& delta) { return delta.cause == cause; });
    for (const Notice& notice : decision.notices)
      EXPECT_TRUE(
          told_
              .insert(fmt::format("{} {} {} {} {}", notice.visit, notice.kind.to_string(), notice.k,
                                  notice.occurrence, notice.addressee.to_string()))
              .second)
          << "told twice: " << notice.kind.to_string();
    ++actions_;
  }

  void check() {
    const Sop& sop = paud();
    const Calendar& calendar = calendars_[calendar_];
    EXPECT_EQ(permit_.events, events_);
    const auto open = std::count_if(permit_.visits.begin(), permit_.visits.end(),
                                    [](const Visit& visit) { return visit.open(); });
    EXPECT_EQ(open, is_terminal(permit_.state) ? 0 : 1);
    for (const Pause& pause : permit_.pauses)
      EXPECT_TRUE(pause.to || permit_.find_visit(pause.visit)->open());

    const auto next = upcoming(permit_, sop, calendar);
    EXPECT_TRUE(next.empty() || next.front().at > now_);
    const auto first = first_upcoming(permit_, sop, calendar);
    ASSERT_EQ(first.has_value(), !next.empty());
    if (first) {
      EXPECT_EQ(
          std::tie(first->at, first->kind, first->visit, first->rung),
          std::tie(next.front().at, next.front().kind, next.front().visit, next.front().rung));
    }
    EXPECT_TRUE(same(project(permit_, sop, calendar), project(Permit(permit_), sop, calendar)));
    std::set<std::tuple<int, std::string, int, int>> rungs;
    for (const RaisedRung& rung : permit_.rungs) {
      EXPECT_TRUE(rungs.insert({rung.visit, rung.rung, rung.k, rung.occurrence}).second);
      EXPECT_GE(rung.raised_at, rung.due_at);
    }
    // The books agree with the permit: what is missed is counted once, and nothing else.
    std::int64_t missed = 0, on_the_books = 0, case_on_the_books = 0;
    for (const Visit& visit : permit_.visits) {
      missed += visit.missed_counted && !visit.undone ? 1 : 0;
      EXPECT_TRUE(!visit.verdict || visit.missed_counted == (visit.verdict == Verdict::missed));
    }
    for (const CountDelta& delta : counts_) {
      if (std::holds_alternative<StepMissed>(delta.what)) on_the_books += delta.amount;
      if (std::holds_alternative<CaseMissed>(delta.what)) case_on_the_books += delta.amount;
    }
    EXPECT_EQ(on_the_books, missed);
    EXPECT_EQ(case_on_the_books, permit_.case_missed_counted ? 1 : 0);
  }

  Dice dice_;
  std::vector<Calendar> calendars_;
  std::size_t calendar_ = 0;
  People people_ = officers();
  Instant now_{}, last_event_{};
  Permit permit_;
  std::int64_t events_ = 0;
  std::vector<CountDelta> counts_;
  std::set<std::string> told_;
  int actions_ = 0, refused_ = 0;
};

TEST(Simulation, WhateverPeopleDoTheRecordHolds) {
  std::map<PermitState, int> ends;
  for (unsigned seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Life life(seed);
    for (int i = 0; i < 40 && !HasFailure(); ++i) life.step();
    if (HasFailure()) return;
    ++ends[life.permit().state];
  }
  // The dice reach every state that PAUD knows.
  for (PermitState state :
       {PermitState::active, PermitState::issued, PermitState::rejected, PermitState::withdrawn})
    EXPECT_GT(ends[state], 0) << to_string(state);
}

}  // namespace
}  // namespace tenggat::testing
