#include "rules/permit/why.h"

#include <algorithm>

namespace tenggat {
namespace {

// One clock with its ladder, as far as this permit has got.
struct Clock {
  int visit = 0;
  std::optional<Ledger> ledger;
  Reason without_ledger = Reason::not_started;
  bool ended = false;
};

class Storyteller {
 public:
  Storyteller(const Permit& permit, const Calendar& calendar, Instant now)
      : permit_(permit), calendar_(calendar), now_(now) {}

  void tell(const Clock& clock, const std::vector<RungRule>& rungs) {
    std::optional<Replay> replay;
    if (clock.ledger) replay.emplace(*clock.ledger, calendar_);
    for (const RungRule& rung : rungs)
      for (int k = 1; k <= rung.times; ++k) {
        const bool pending = tell_raised(clock.visit, rung.name(), k, &rung);
        if (pending) tell_not_raised(clock, replay, rung, k);
      }
    // What no ladder has, in the order it was raised.
    for (const RaisedRung& raised : permit_.rungs) {
      const bool in_ladder = std::any_of(rungs.begin(), rungs.end(), [&](const RungRule& rung) {
        return rung.name() == raised.rung && raised.k <= rung.times;
      });
      if (raised.visit == clock.visit && !in_ladder) add(raised, nullptr);
    }
  }

  std::vector<RungStory> take() { return std::move(stories_); }

 private:
  void add(const RaisedRung& raised, const RungRule* rung) {
    RungStory story;
    story.visit = raised.visit;
    story.rung = raised.rung;
    story.k = raised.k;
    story.occurrence = raised.occurrence;
    if (rung) {
      story.to = rung->to;
      story.urgent = rung->urgent;
    }
    story.due_at = raised.due_at;
    story.raised_at = raised.raised_at;
    story.reason = raised.rearmed ? Reason::rearmed
                   : permit_.imported_at && raised.raised_at <= *permit_.imported_at
                       ? Reason::imported
                       : Reason::rung_due;
    stories_.push_back(std::move(story));
  }

  // Every occurrence there was. Whether it is still to come: never raised, or armed again.
  bool tell_raised(int visit, const std::string& name, int k, const RungRule* rung) {
    bool pending = true;
    next_occurrence_ = 1;
    for (const RaisedRung& raised : permit_.rungs) {
      if (raised.visit != visit || raised.rung != name || raised.k != k) continue;
      add(raised, rung);
      pending = pending && raised.rearmed;
      next_occurrence_ = std::max(next_occurrence_, raised.occurrence + 1);
    }
    return pending;
  }

  void tell_not_raised(const Clock& clock, const std::optional<Replay>& replay,
                       const RungRule& rung, int k) {
    RungStory story;
    story.visit = clock.visit;
    story.rung = rung.name();
    story.k = k;
    story.occurrence = next_occurrence_;
    story.urgent = rung.urgent;
    story.to = rung.to;
    if (replay) story.due_at = replay->at(rung, k);
    if (clock.ended)
      story.reason = Reason::closed_before_due;
    else if (!replay)
      story.reason = clock.without_ledger;
    else if (!story.due_at)
      story.reason = Reason::paused;
    else
      story.reason = *story.due_at > now_ ? Reason::not_due : Reason::rung_due;
    stories_.push_back(std::move(story));
  }

  const Permit& permit_;
  const Calendar& calendar_;
  Instant now_{};
  int next_occurrence_ = 1;
  std::vector<RungStory> stories_;
};

}  // namespace

std::vector<RungStory> rung_stories(const Permit& permit, const Sop& sop, const Calendar& calendar,
                                    Instant now) {
  Storyteller storyteller(permit, calendar, now);
  for (const Visit& visit : permit.visits) {
    const Step* step = step_of(visit, sop);
    const Ladder* ladder = step ? sop_of(visit, sop).find_ladder(step->ladder) : nullptr;
    Clock clock{visit.id, visit_ledger(permit, visit, sop)};
    clock.without_ledger = visit.undone ? Reason::undone : Reason::not_started;
    clock.ended = visit.closed_at.has_value() && !visit.undone;
    storyteller.tell(clock, ladder ? ladder->rungs : std::vector<RungRule>());
  }
  Clock clock{0, case_ledger(permit, sop)};
  clock.ended = permit.case_closed_at.has_value();
  storyteller.tell(clock, sop.case_ladder);
  return storyteller.take();
}

}  // namespace tenggat
