#include "rules/permit/import_history.h"

#include <algorithm>
#include <cctype>
#include <tuple>

#include "rules/permit/draft.h"

namespace tenggat {
namespace {

std::string folded(std::string_view text) {
  std::string small;
  for (const char c : text)
    if (c != '_' && c != ' ' && c != '-')
      small += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return small;
}

template <class Range, class Name>
std::string joined(const Range& all, Name name) {
  std::vector<std::string> names;
  for (const auto& one : all) names.push_back(name(one));
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string place(const char* list, std::size_t n, const char* key) {
  return fmt::format("{}/{}/{}", list, n, key);
}

}  // namespace

std::string names_of_actions(const Step& step) {
  return joined(step.actions, [](const ActionRule& one) { return one.id; });
}

const Step* PastHistory::step_named(const std::string& name, const std::string& where) {
  if (name.empty()) {
    fault<ImportFault::missing_step>(where);
    return nullptr;
  }
  const std::string wanted = folded(name);
  for (const Step& step : sop_.steps)
    if (folded(step.id) == wanted || folded(step.short_name) == wanted) return &step;
  fault<ImportFault::unknown_step>(where, name,
                                   joined(sop_.steps, [](const Step& one) { return one.id; }));
  return nullptr;
}

std::string PastHistory::officer_named(const std::string& name) const {
  if (context_.people.find(name)) return name;
  for (const Officer& one : context_.people.officers)
    if (folded(one.name) == folded(name)) return one.id;
  return name;
}

void PastHistory::name_visits() {
  for (std::size_t n = 0; n < past_.visits.size(); ++n) {
    const PastVisit& one = past_.visits[n];
    steps_.push_back(step_named(one.step, place("visits", n, "step")));
    check_time(place("visits", n, "opened_at"), one.opened_at);
    check_time(place("visits", n, "claimed_at"), one.claimed_at);
    check_time(place("visits", n, "closed_at"), one.closed_at);
  }
  for (std::size_t n = 0; n < past_.pauses.size(); ++n) {
    const PastPause& one = past_.pauses[n];
    pause_steps_.push_back(step_named(one.step, place("pauses", n, "step")));
    if (!sop_.find_pause(one.reason))
      fault<ImportFault::unknown_pause>(
          place("pauses", n, "reason"), one.reason,
          joined(sop_.pauses, [](const PauseReason& reason) { return reason.id; }));
    check_time(place("pauses", n, "from"), one.from);
    if (check_time(place("pauses", n, "to"), one.to) && one.to && *one.to < one.from)
      fault<ImportFault::not_in_order>(place("pauses", n, "to"), context_.calendar.format(*one.to),
                                       context_.calendar.format(one.from));
  }
}

bool PastHistory::check_time(const std::string& where, const std::optional<Instant>& t) {
  if (!t || (is_of_our_time(*t) && *t <= context_.now)) return true;
  if (is_of_our_time(*t))
    fault<ImportFault::to_come>(where, context_.calendar.format(*t));
  else
    fault<ImportFault::out_of_time>(where, context_.calendar.format(*t));
  return false;
}

bool PastHistory::begins_with_submission() const {
  return !steps_.empty() && steps_.front() == &sop_.steps.front() &&
         past_.visits.front().closed_at == past_.submitted_at;
}

Instant PastHistory::started_at() const {
  if (past_.permit.started_at) return *past_.permit.started_at;
  if (begins_with_submission() && past_.visits.front().opened_at)
    return *past_.visits.front().opened_at;
  return past_.submitted_at;
}

// Of one instant: a clock runs again before its visit closes, and stands or is claimed once the
// visit is open.
std::vector<PastHistory::Happening> PastHistory::in_order() {
  std::vector<Happening> all;
  for (std::size_t n = begins_with_submission() ? 1 : 0; n < past_.visits.size(); ++n) {
    const PastVisit& one = past_.visits[n];
    if (one.action == kCancelled) {
      if (one.claimed_at) all.push_back({Happening::What::claim, *one.claimed_at, n});
      continue;
    }
    if (one.closed_at) all.push_back({Happening::What::close, *one.closed_at, n});
    if (one.claimed_at && one.claimed_at != one.closed_at)
      all.push_back({Happening::What::claim, *one.claimed_at, n});
  }
  for (std::size_t n = 0; n < past_.pauses.size(); ++n) {
    all.push_back({Happening::What::pause, past_.pauses[n].from, n});
    if (past_.pauses[n].to) all.push_back({Happening::What::resume, *past_.pauses[n].to, n});
  }
  std::stable_sort(all.begin(), all.end(), [](const Happening& a, const Happening& b) {
    return std::tie(a.at, a.what) < std::tie(b.at, b.what);
  });
  return all;
}

void PastHistory::play() {
  for (const Happening& one : in_order()) {
    happen(one);
    if (!faults.empty()) return;  // what follows would be wrong because of it
  }
  for (std::size_t n = begins_with_submission() ? 1 : 0; n < past_.visits.size(); ++n)
    if (!past_.visits[n].closed_at) take_open(n);
}

void PastHistory::happen(const Happening& one) {
  switch (one.what) {
    case Happening::What::resume:
      return resume(one.of, one.at);
    case Happening::What::close:
      return close_visit(one.of, one.at);
    case Happening::What::pause:
      return pause(one.of, one.at);
    case Happening::What::claim:
      return claim(one.of, one.at);
  }
}

void PastHistory::fault_not_open(const std::string& where, const std::string& step) {
  std::vector<std::string> open;
  for (const Visit& visit : permit.visits)
    if (visit.open()) open.push_back(visit.step);
  fault<ImportFault::step_not_open>(where, step,
                                    open.empty() ? std::string(to_string(permit.state))
                                                 : fmt::format("{}", fmt::join(open, ", ")));
}

// As the file says, where it says it: not before what came before it.
bool PastHistory::set_opening(std::size_t n, Visit& visit) {
  const PastVisit& past = past_.visits[n];
  if (!past.opened_at || *past.opened_at == visit.opened_at) return true;
  const std::string where = place("visits", n, "opened_at");
  if (*past.opened_at < visit.opened_at) {
    fault<ImportFault::not_in_order>(where, context_.calendar.format(*past.opened_at),
                                     context_.calendar.format(visit.opened_at));
    return false;
  }
  visit.opened_at = *past.opened_at;
  return true;
}

void PastHistory::claim(std::size_t n, Instant when) {
  const Visit* open = permit.open_visit(steps_[n]->id);
  if (!open) return fault_not_open(place("visits", n, "claimed_at"), steps_[n]->id);
  Visit& visit = *permit.find_visit(open->id);
  visit.assignee = officer_named(past_.visits[n].by);
  if (!visit.claimed_at) visit.claimed_at = when;
}

void PastHistory::close_visit(std::size_t n, Instant when) {
  const PastVisit& past = past_.visits[n];
  const Step& step = *steps_[n];
  const Visit* open = permit.open_visit(step.id);
  if (!open) return fault_not_open(place("visits", n, "step"), step.id);
  Visit& visit = *permit.find_visit(open->id);
  if (!set_opening(n, visit)) return;
  if (when < visit.opened_at)
    return fault<ImportFault::before_opening>(place("visits", n, "closed_at"),
                                              context_.calendar.format(when),
                                              context_.calendar.format(visit.opened_at));
  if (past.action == kWithdrawal && sop_.withdrawal) {
    Draft draft(permit, at(when));
    draft.withdraw({}, {Actor::Kind::applicant, "", ""});
    permit = draft.take().after;
    return;
  }
  if (past.claimed_at == past.closed_at && past.claimed_at) claim(n, when);
  const ActionRule* rule = action_of(n, step);
  if (!rule) return;
  for (const std::string& branch : past.to)
    if (!rule->leads_to(branch))
      return fault<ImportFault::unknown_branch>(place("visits", n, "to"), step.id, branch);
  close(*permit.open_visit(step.id), *rule, past, when, past.by);
}

void PastHistory::close(const Visit& visit, const ActionRule& rule, const PastVisit& as,
                        Instant when, const std::string& by) {
  const int id = visit.id;
  const Step& step = sop_.step(visit.step);
  Act act;
  act.step = step.id;
  act.action = rule.id;
  act.to = as.to;
  act.outcome = as.outcome;
  Draft draft(permit, at(when));
  draft.perform({rule, id, act, doer(step, by), when, Seconds{0}});
  permit = draft.take().after;
  // Whom a rule would have given it to is not who had it.
  for (Visit& opened : permit.visits)
    if (opened.open() && opened.opened_at == when && !opened.claimed_at) opened.assignee.clear();
  if (rule.backward) return;
  for (const Output& output : rule.outputs) {
    if (!output.file) continue;
    Document mark;  // the file itself lies outside this program
    mark.id = static_cast<int>(permit.documents.size()) + 1;
    mark.visit = id;
    mark.kind = output.kind;
    mark.file = false;
    mark.added_at = when;
    mark.added_by = officer_named(by);
    mark.role = step.role;
    permit.documents.push_back(std::move(mark));
  }
}

void PastHistory::pause(std::size_t n, Instant when) {
  const PastPause& past = past_.pauses[n];
  const Step& step = *pause_steps_[n];
  const Visit* open = permit.open_visit(step.id);
  if (!open) return fault_not_open(place("pauses", n, "step"), step.id);
  const int visit = open->id;
  if (permit.open_pause(visit))
    return fault<ImportFault::already_paused>(place("pauses", n, "from"), step.id);
  PauseVisit command;
  command.step = step.id;
  command.reason = past.reason;
  command.until = past.until;
  Draft draft(permit, at(when));
  draft.pause(visit, *sop_.find_pause(past.reason), command, doer(step, past.by), Seconds{0});
  permit = draft.take().after;
}

// Where its visit has closed, it has ended with it.
void PastHistory::resume(std::size_t n, Instant when) {
  const Step& step = *pause_steps_[n];
  const Visit* open = permit.open_visit(step.id);
  if (!open || !permit.open_pause(open->id)) return;
  const int visit = open->id;
  Draft draft(permit, at(when));
  draft.resume(visit, when, doer(step, past_.pauses[n].by), {}, Seconds{0});
  permit = draft.take().after;
}

// Another branch has ended it.
bool PastHistory::was_cancelled(const std::string& step) const {
  const auto last = std::find_if(permit.visits.rbegin(), permit.visits.rend(),
                                 [&](const Visit& one) { return one.step == step; });
  return last != permit.visits.rend() && (last->cancelled() || last->action == kWithdrawal);
}

void PastHistory::take_open(std::size_t n) {
  const PastVisit& past = past_.visits[n];
  const Visit* open = permit.open_visit(steps_[n]->id);
  if (!open && was_cancelled(steps_[n]->id)) return;
  if (!open) return fault_not_open(place("visits", n, "step"), steps_[n]->id);
  Visit& visit = *permit.find_visit(open->id);
  if (!set_opening(n, visit) || past.by.empty() || sop_.is_applicant(visit.role)) return;
  const std::string id = officer_named(past.by);
  if (!context_.people.find(id))
    return fault<ImportFault::unknown_officer>(place("visits", n, "by"), past.by);
  visit.assignee = id;
  if (!visit.claimed_at) visit.claimed_at = past.claimed_at.value_or(visit.opened_at);
}

// The step that came next: of the visits after this one the first that this one's actions lead to.
const Step* PastHistory::next_after(std::size_t n) const {
  const auto leads = [&](const Step* next) {
    return std::any_of(steps_[n]->actions.begin(), steps_[n]->actions.end(),
                       [&](const ActionRule& one) { return one.leads_to(next->id); });
  };
  for (std::size_t later = n + 1; later < steps_.size(); ++later)
    if (steps_[later] && leads(steps_[later])) return steps_[later];
  return nullptr;
}

const ActionRule* PastHistory::action_of(std::size_t n, const Step& step) {
  const std::string& named = past_.visits[n].action;
  if (!named.empty()) {
    const std::string wanted = folded(named);
    for (const ActionRule& one : step.actions)
      if (folded(one.id) == wanted || folded(one.words.button) == wanted ||
          folded(one.words.done) == wanted)
        return &one;
    fault<ImportFault::unknown_action>(place("visits", n, "action"), step.id, named,
                                       names_of_actions(step));
    return nullptr;
  }
  std::vector<const ActionRule*> fitting;
  const Step* next = next_after(n);
  for (const ActionRule& one : step.actions) {
    const bool fits = next ? one.leads_to(next->id)
                           : one.ends_permit() && (!past_.state || one.state == *past_.state);
    if (fits) fitting.push_back(&one);
  }
  if (fitting.size() == 1) return fitting.front();
  if (step.actions.size() == 1) return &step.actions.front();
  fault<ImportFault::which_action>(place("visits", n, "action"), step.id, names_of_actions(step));
  return nullptr;
}

Doer PastHistory::doer(const Step& step, const std::string& by) const {
  const Role& role = sop_.role(step.role);
  if (role.applicant) return {{Actor::Kind::applicant, "", ""}, "", {}};
  const std::string id = officer_named(by);
  if (role.system) return {{Actor::Kind::service, id, "", {role.id}}, "", {}};
  return {{Actor::Kind::officer, id, ""}, "", {}};
}

}  // namespace tenggat
