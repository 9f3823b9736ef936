#include "tests/support/visit_replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace tenggat::test {
namespace {

// A visit as the events tell it.
struct Told {
  int id = 0;
  std::string step;
  int occurrence = 1;
  int fork = 0, branch = 0;
  std::int64_t opened_by = 0;        // event
  std::optional<Instant> opened_at;  // none: the first, which may have begun before
  std::int64_t closed_by = 0;        // event; 0: none
  Instant closed_at{};
  bool cancelled = false;  // by what another branch did
  bool joined = false;
  bool undone = false;

  bool open() const { return closed_by == 0 && !undone; }
  std::string label() const { return fmt::format("{}#{}", step, occurrence); }
};

// What one opening of a block has opened; by the visit that forked.
struct Round {
  std::string join;
  int branches = 0;
  bool joined = false;  // the join was opened
};

// All of it, so that an action can be taken back as if it had never been.
struct State {
  std::vector<Told> visits;  // id 1 first
  std::map<int, Round> rounds;
};

class Replaying {
 public:
  Replaying(const Permit& permit, const Sop& sop, std::vector<std::string>& found)
      : permit_(permit), sop_(sop), found_(found) {}

  void take(const Event& event);
  void compare() const;
  void nothing_after_cancelling(const std::vector<Event>& events,
                                const std::vector<ReplayedNotice>& notices) const;
  void pauses(const std::vector<Event>& events) const;

 private:
  void say(std::string_view invariant, const std::string& what) const {
    found_.push_back(fmt::format("{} {}: {}", invariant, permit_.number, what));
  }
  Told* find(int id) {
    return id >= 1 && id <= static_cast<int>(now_.visits.size())
               ? &now_.visits[static_cast<std::size_t>(id) - 1]
               : nullptr;
  }
  const Sop& sop_for(int visit) const {
    const Visit* stored = permit_.find_visit(visit);
    return stored ? sop_of(*stored, sop_) : sop_;
  }
  // Of the blocks that a visit lies in, the one so many further out than its own; 0: none.
  int fork_of(int visit, std::size_t further_out) {
    int fork = find(visit)->fork;
    for (; fork != 0 && further_out > 0; --further_out) fork = find(fork)->fork;
    return fork;
  }
  bool is_within(int visit, int fork) {
    for (int one = find(visit)->fork; one != 0; one = find(one)->fork)
      if (one == fork) return true;
    return false;
  }

  void act(const Event& event, const Acted& acted);
  void go_on(const Event& event, const Acted& acted, const Told& from, const ActionRule& rule,
             std::size_t leaves);
  void cancel(const Event& event, const Acted& acted, const Told& from, const ActionRule& rule,
              std::size_t leaves);
  void take_back(const Event& event, const Undone& undone);
  void open(const std::string& step, int fork, int branch, const Event& by);
  bool all_arrived(int fork) const;
  std::string standing(int fork) const;
  void compare(const Told& told, const Visit& stored) const;
  std::string unexpected(const Visit& stored) const;
  void pause(const Pause& stored, const Event& begun, const std::vector<Event>& events) const;

  const Permit& permit_;
  const Sop& sop_;
  std::vector<std::string>& found_;
  State now_, before_;  // before_: the last action
  std::int64_t last_action_ = 0;
};

void Replaying::take(const Event& event) {
  if (std::holds_alternative<Submitted>(event.what)) {
    open(sop_for(1).steps.front().id, 0, 0, event);
    now_.visits.back().opened_at.reset();
  } else if (const Acted* acted = std::get_if<Acted>(&event.what)) {
    before_ = now_;
    last_action_ = event.sequence;
    act(event, *acted);
  } else if (const Corrected* corrected = std::get_if<Corrected>(&event.what)) {
    for (State* state : {&now_, &before_})  // an undo does not take it back
      for (Told& one : state->visits)
        if (one.id == event.visit) one.closed_at = corrected->occurred_at.at;
  } else if (const Undone* undone = std::get_if<Undone>(&event.what)) {
    take_back(event, *undone);
  }
}

void Replaying::open(const std::string& step, int fork, int branch, const Event& by) {
  Told opened;
  opened.id = static_cast<int>(now_.visits.size()) + 1;
  opened.step = step;
  opened.fork = fork;
  opened.branch = branch;
  opened.opened_by = by.sequence;
  opened.opened_at = by.at;
  for (const Told& one : now_.visits) opened.occurrence += one.step == step && !one.undone;
  now_.visits.push_back(std::move(opened));
}

void Replaying::act(const Event& event, const Acted& acted) {
  if (event.visit == 0) {  // withdrawn
    for (Told& one : now_.visits)
      if (one.open()) {
        one.closed_by = event.sequence;
        one.closed_at = event.at;
      }
    return;
  }
  Told* acting = find(event.visit);
  if (!acting || !acting->open())
    return say("I6", fmt::format("event {} ({}) acts on visit {}, which {}", event.sequence,
                                 acted.action, event.visit,
                                 !acting             ? std::string("no event has opened")
                                 : acting->cancelled ? "another branch has cancelled"
                                 : acting->undone    ? "was taken back"
                                                     : "is closed"));
  if (acted.step != acting->label())
    say("I3", fmt::format("event {} is of {}, and its visit is {}", event.sequence, acted.step,
                          acting->label()));
  const Sop& sop = sop_for(event.visit);
  const Step* step = sop.find_step(acting->step);
  const ActionRule* rule = step ? step->find_action(acted.action) : nullptr;
  if (!rule)
    return say("I3", fmt::format("event {}: {} has no action {}", event.sequence, acting->label(),
                                 acted.action));
  acting->closed_by = event.sequence;
  acting->closed_at = acted.occurred_at ? acted.occurred_at->at : event.at;
  std::size_t leaves = 0;  // blocks
  if (rule->cancels_branches && !rule->ends_permit())
    leaves = step->within.size() - sop.step(rule->to.front().step).within.size();
  const Told from = *acting;
  cancel(event, acted, from, *rule, leaves);
  if (!rule->ends_permit()) go_on(event, acted, from, *rule, leaves);
}

// An end cancels all there is, an action that leaves blocks all that lies in the outermost of them.
void Replaying::cancel(const Event& event, const Acted& acted, const Told& from,
                       const ActionRule& rule, std::size_t leaves) {
  std::set<std::string> ended;
  if (rule.ends_permit() || leaves > 0)
    for (Told& one : now_.visits) {
      if (!one.open()) continue;
      if (!rule.ends_permit() && !is_within(one.id, fork_of(from.id, leaves - 1))) continue;
      ended.insert(one.label());
      one.closed_by = event.sequence;
      one.closed_at = event.at;
      one.cancelled = true;
    }
  const std::set<std::string> said(acted.cancelled.begin(), acted.cancelled.end());
  if (said != ended)
    say("I3", fmt::format("event {} says that it cancelled [{}], and the block held [{}]",
                          event.sequence, fmt::join(said, ", "), fmt::join(ended, ", ")));
}

void Replaying::go_on(const Event& event, const Acted& acted, const Told& from,
                      const ActionRule& rule, std::size_t leaves) {
  const Sop& sop = sop_for(from.id);
  if (rule.forks && acted.branches != std::vector<std::string>{rule.join}) {
    Round round{rule.join, 0, false};
    for (const std::string& step : acted.branches) open(step, from.id, ++round.branches, event);
    now_.rounds[from.id] = round;
    return;
  }
  const Step& next = sop.step(rule.forks ? rule.join : rule.to.front().step);
  int fork = from.fork, branch = from.branch;
  if (!rule.forks && !rule.cancels_branches && next.joins &&
      next.id == sop.step(from.step).block()) {
    find(from.id)->joined = true;
    if (!all_arrived(from.fork)) return;
    now_.rounds[from.fork].joined = true;
    leaves = 1;
  }
  if (leaves > 0) {
    const Told* outermost = find(fork_of(from.id, leaves - 1));
    fork = outermost ? outermost->fork : 0;
    branch = outermost ? outermost->branch : 0;
  }
  open(next.id, fork, branch, event);
}

bool Replaying::all_arrived(int fork) const {
  std::set<int> arrived;
  for (const Told& one : now_.visits)
    if (one.fork == fork && one.joined && !one.undone) arrived.insert(one.branch);
  const auto round = now_.rounds.find(fork);
  return round != now_.rounds.end() && static_cast<int>(arrived.size()) == round->second.branches;
}

void Replaying::take_back(const Event& event, const Undone& undone) {
  if (undone.event != last_action_)
    return say("I6", fmt::format("event {} takes back event {}, and the last action is event {}",
                                 event.sequence, undone.event, last_action_));
  std::vector<Told> opened(now_.visits.begin() + static_cast<std::ptrdiff_t>(before_.visits.size()),
                           now_.visits.end());
  now_ = before_;
  for (Told& one : opened) {
    one.undone = true;
    now_.visits.push_back(std::move(one));
  }
  last_action_ = 0;
}

// --- what is stored -----------------------------------------------------------------------------

// Where the branches of a block stand that have not arrived.
std::string Replaying::standing(int fork) const {
  std::vector<std::string> open;
  for (const Told& one : now_.visits)
    if (one.open() && one.fork == fork) open.push_back(one.label());
  return fmt::format("{}", fmt::join(open, ", "));
}

// What no event has opened.
std::string Replaying::unexpected(const Visit& stored) const {
  const Step* step = step_of(stored, sop_);
  if (step && step->joins) {
    for (auto round = now_.rounds.rbegin(); round != now_.rounds.rend(); ++round) {
      const Told& fork = now_.visits[static_cast<std::size_t>(round->first) - 1];
      if (round->second.join != stored.step || fork.undone || fork.closed_by == 0) continue;
      if (round->second.joined)
        return fmt::format("the join {} was opened twice for the block that {} opened",
                           label(stored), fork.label());
      return fmt::format("the join {} was opened before {} arrived", label(stored),
                         standing(fork.id));
    }
  }
  return fmt::format("visit {} ({}) was opened by no event", stored.id, label(stored));
}

void Replaying::compare() const {
  std::map<std::string, int> open;  // steps
  for (const Visit& visit : permit_.visits) open[visit.step] += visit.open();
  for (const auto& [step, times] : open)
    if (times > 1) say("I3", fmt::format("{} is open {} times", step, times));
  int last = 0;
  for (const Visit& visit : permit_.visits) {
    if (visit.id <= last) say("I3", fmt::format("visit {} stands after {}", visit.id, last));
    last = visit.id;
    if (visit.id > static_cast<int>(now_.visits.size())) say("I3", unexpected(visit));
  }
  for (const Told& told : now_.visits) {
    const Visit* stored = permit_.find_visit(told.id);
    if (stored)
      compare(told, *stored);
    else
      say("I3", fmt::format("event {} opened {}, and there is no visit {}", told.opened_by,
                            told.label(), told.id));
  }
}

void Replaying::compare(const Told& told, const Visit& stored) const {
  const auto differs = [&](const char* what, const auto& is, const auto& by_events) {
    if (is != by_events)
      say("I3", fmt::format("{} (visit {}) {} {}, by its events {}", told.label(), told.id, what,
                            is, by_events));
  };
  if (label(stored) != told.label() && !stored.undone)
    say("I3",
        fmt::format("visit {} is {}, by its events {}", told.id, label(stored), told.label()));
  differs("is taken back:", stored.undone, told.undone);
  differs("lies in the block of visit", stored.fork, told.fork);
  differs("is of branch", stored.branch, told.branch);
  if (told.undone) return;
  if (stored.joined != told.joined)
    say("I3", told.joined ? fmt::format("{} arrived at the join by event {}, and its visit has not",
                                        told.label(), told.closed_by)
                          : fmt::format("{} has arrived at the join by no event", told.label()));
  if (told.opened_at && stored.opened_at != *told.opened_at)
    say("I3", fmt::format("{} was opened at another instant than event {}", told.label(),
                          told.opened_by));
  if (told.cancelled && stored.open())
    say("I3",
        fmt::format("{} was cancelled by event {}, and is open", told.label(), told.closed_by));
  else if (told.open() != stored.open())
    say("I3", fmt::format("{} is {}, by its events {}", told.label(),
                          stored.open() ? "open" : "closed", told.open() ? "open" : "closed"));
  else if (told.closed_by != 0 && stored.closed_at != told.closed_at)
    say("I3", fmt::format("{} was closed at another instant than event {}", told.label(),
                          told.closed_by));
  differs("is cancelled:", stored.cancelled(), told.cancelled);
  if (told.cancelled && stored.verdict)
    say("I3", fmt::format("{} was cancelled, and is judged", told.label()));
}

void Replaying::nothing_after_cancelling(const std::vector<Event>& events,
                                         const std::vector<ReplayedNotice>& notices) const {
  for (const Told& told : now_.visits) {
    if (!told.cancelled || told.undone) continue;
    for (const Event& event : events)
      if (event.visit == told.id && event.sequence > told.closed_by)
        say("I6",
            fmt::format("event {} came after {} was cancelled", event.sequence, told.label()));
    for (const RaisedRung& rung : permit_.rungs)
      if (rung.visit == told.id && rung.raised_at > told.closed_at)
        say("I4", fmt::format("rung {} ({}) was raised after {} was cancelled", rung.rung, rung.k,
                              told.label()));
    int told_so = 0;
    for (const ReplayedNotice& notice : notices) {
      if (notice.visit != told.id) continue;
      if (notice.cause > told.closed_by)
        say("I3", fmt::format("notice {} of event {} was raised after {} was cancelled",
                              notice.kind, notice.cause, told.label()));
      told_so += notice.cause == told.closed_by && notice.kind == "tugas_dibatalkan";
    }
    const Visit* stored = permit_.find_visit(told.id);
    const int expected = stored && !is_applicants(*stored, sop_) ? 1 : 0;
    if (told_so != expected)
      say("I3", fmt::format("the officer of {} was told {} times that it was cancelled",
                            told.label(), told_so));
  }
}

// --- pauses -------------------------------------------------------------------------------------

void Replaying::pauses(const std::vector<Event>& events) const {
  auto stored = permit_.pauses.begin();
  for (const Event& event : events) {
    if (!std::holds_alternative<Paused>(event.what)) continue;
    if (stored == permit_.pauses.end()) return;  // counted elsewhere
    pause(*stored++, event, events);
  }
}

// It stands until its visit is resumed, or closes.
void Replaying::pause(const Pause& stored, const Event& begun,
                      const std::vector<Event>& events) const {
  const auto& paused = std::get<Paused>(begun.what);
  const auto wrong = [&](std::string_view what) {
    say("I8",
        fmt::format("pause {} of {}, event {}, {}", stored.id, paused.step, begun.sequence, what));
  };
  if (stored.visit != begun.visit || stored.reason != paused.pause)
    return wrong("is of another visit or reason");
  if (stored.from != begun.at) wrong("began at another instant");
  std::optional<Instant> to;
  for (const Event& event : events) {
    const Resumed* resumed = std::get_if<Resumed>(&event.what);
    if (event.sequence <= begun.sequence || event.visit != begun.visit) continue;
    if (std::holds_alternative<Paused>(event.what)) break;
    if (!resumed) continue;
    to = resumed->at ? resumed->at->at : event.at;
    break;
  }
  const auto visit = static_cast<std::size_t>(begun.visit) - 1;
  if (!to && visit < now_.visits.size() && now_.visits[visit].closed_by != 0)
    to = std::max(now_.visits[visit].closed_at, stored.from);
  if (stored.to != to) wrong(to ? "ended at another instant" : "ended by no event");
}

}  // namespace

std::vector<std::string> differ_from_events(const Permit& permit, const std::vector<Event>& events,
                                            const std::vector<ReplayedNotice>& notices,
                                            const Sop& sop) {
  std::vector<std::string> found;
  Replaying replaying(permit, sop, found);
  for (const Event& event : events) replaying.take(event);
  replaying.compare();
  replaying.nothing_after_cancelling(events, notices);
  replaying.pauses(events);
  return found;
}

}  // namespace tenggat::test
