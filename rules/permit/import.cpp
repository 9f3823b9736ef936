#include "rules/permit/import.h"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <tuple>

#include "rules/permit/draft.h"
#include "rules/permit/import_history.h"
#include "rules/permit/import_words.h"

namespace tenggat {

// The case of a file whose history is not known has ended, by an action that signs or refuses.
void Draft::close_past_case(Instant at) {
  Permit& p = permit();
  ++p.signings;
  if (!p.case_opened_at || p.case_closed_at) return;
  close_case(at);
  const bool missed = p.case_due_at && at > *p.case_due_at;
  p.case_verdict = missed ? Verdict::missed : Verdict::met;
  p.case_missed_counted = missed;
}

namespace {

// Marks in place of papers that lie outside this program, so that later steps have what they need.
void add_marks(Permit& permit, const std::vector<std::string>& kinds, int visit, Instant at) {
  for (const std::string& kind : kinds) {
    if (std::any_of(permit.documents.begin(), permit.documents.end(),
                    [&](const Document& one) { return one.kind == kind && one.counts(); }))
      continue;
    Document mark;
    mark.id = static_cast<int>(permit.documents.size()) + 1;
    mark.visit = visit;
    mark.kind = kind;
    mark.file = false;
    mark.added_at = at;
    mark.role = permit.find_visit(visit)->role;
    permit.documents.push_back(std::move(mark));
  }
}

// What the step and those after it need, and none of these brings.
std::vector<std::string> kinds_needed_from(const Step& step, const Sop& sop) {
  std::vector<std::string> kinds = step.needs;
  for (const Step& later : sop.steps) {
    if (later.number < step.number) continue;
    for (const std::string& need : later.needs)
      if (std::none_of(sop.steps.begin(), sop.steps.end(), [&](const Step& one) {
            return one.number >= step.number && one.brings(need);
          }))
        kinds.push_back(need);
  }
  return kinds;
}

bool leads_back_to(const Step& step, const Sop& sop) {
  for (const Step& one : sop.steps)
    for (const ActionRule& action : one.actions)
      if (action.state == PermitState::returned && action.leads_to(step.id)) return true;
  return false;
}

class Importing {
 public:
  Importing(const PastFile& past, const Context& context)
      : past_(past), context_(context), sop_(context.sop), history_(past, context) {}

  boost::system::result<Decision, PastFaults> result() {
    check_times();
    check_fields();
    if (!past_.step.empty())
      target_ = history_.step_named(past_.step, "step");
    else if (past_.visits.empty())
      target_ = step_of_state();
    history_.name_visits();
    if (!faults().empty()) return std::move(faults());
    open();
    if (past_.visits.empty())
      place();
    else
      history_.play();
    if (faults().empty() && !past_.visits.empty()) arrive();
    if (!faults().empty()) return std::move(faults());
    return finish();
  }

 private:
  Permit& permit() { return history_.permit; }
  PastFaults& faults() { return history_.faults; }
  const Calendar& calendar() const { return context_.calendar; }
  Context at(Instant t) const { return history_.at(t); }

  template <ImportFault what, class... Arguments>
  void fault(std::string at, const Arguments&... arguments) {
    faults().push_back({std::move(at), say<what>(arguments...)});
  }

  void check_time(const char* at, const std::optional<Instant>& t) {
    if (!t) return;
    if (!is_of_our_time(*t))
      fault<ImportFault::out_of_time>(at, calendar().format(*t));
    else if (*t > context_.now)
      fault<ImportFault::to_come>(at, calendar().format(*t));
    else if (*t < past_.submitted_at)
      fault<ImportFault::before_the_submission>(at, calendar().format(*t),
                                                calendar().format(past_.submitted_at));
  }
  void check_times() {
    check_time("submitted_at", past_.submitted_at);
    check_time("accepted_at", past_.accepted_at);
    check_time("step_opened_at", past_.step_opened_at);
    check_time("ended_at", past_.ended_at);
    if (past_.ended_at && past_.step_opened_at && *past_.ended_at < *past_.step_opened_at)
      fault<ImportFault::before_opening>("ended_at", calendar().format(*past_.ended_at),
                                         calendar().format(*past_.step_opened_at));
    if (past_.accepted_at && past_.step_opened_at && past_.visits.empty() &&
        *past_.step_opened_at < *past_.accepted_at)
      fault<ImportFault::not_in_order>("step_opened_at", calendar().format(*past_.step_opened_at),
                                       calendar().format(*past_.accepted_at));
    if (past_.state && is_terminal(*past_.state) && !past_.ended_at && past_.visits.empty())
      fault<ImportFault::end_without_time>("ended_at");
    if (!past_.ended_at && !past_.step_opened_at && past_.visits.empty())
      fault<ImportFault::missing_time>("step_opened_at");
  }

  // Where a file of that state is, or has ended.
  const Step* step_of_state() {
    const Step& first = sop_.steps.front();
    if (past_.state == PermitState::returned) return &first;
    if (past_.state == PermitState::withdrawn)
      return &sop_.step(first.actions.front().to.front().step);
    for (const Step& step : sop_.steps)
      for (const ActionRule& action : step.actions)
        if (past_.state && action.ends_permit() && action.state == *past_.state) return &step;
    fault<ImportFault::missing_step>("step");
    return nullptr;
  }

  // What is not known of an old file may be missing.
  void check_fields() {
    for (const auto& [id, value] : past_.permit.fields) {
      const std::string where = "fields/" + id;
      const Field* field = sop_.find_field(id);
      if (!field) {
        std::vector<std::string> known;
        for (const Field& one : sop_.fields) known.push_back(one.id);
        fault<ImportFault::unknown_field>(where, id, fmt::format("{}", fmt::join(known, ", ")));
      } else if (auto said = fault_in(*field, value)) {
        faults().push_back({where, *std::move(said)});
      }
    }
  }

  // As a submission does.
  void open() {
    const Step& first = sop_.steps.front();
    const NewPermit& given = past_.permit;
    Permit begun;
    begun.id = given.id;
    begun.sop = sop_.id;
    begun.sop_version = sop_.version;
    begun.number = given.number;
    begun.applicant = given.applicant;
    begun.subject = given.subject;
    begun.external_id = given.external_id;
    begun.created_by = given.created_by;
    begun.fields = given.fields;
    begun.submitted_at = past_.submitted_at;
    begun.started_at = history_.started_at();
    begun.outcome = past_.outcome;
    const Instant started = begun.started_at;
    Draft draft(std::move(begun), at(past_.submitted_at));
    draft.record(1, {}, RowsRecorded{});  // a rung is raised by an event; none of them stays
    const int visit = draft.open_visit(first, {started, "", 1, Seconds{0}}).id;
    const ActionRule& submit = first.actions.front();
    Act act;
    act.step = first.id;
    act.action = submit.id;
    const Doer applicant{{Actor::Kind::applicant, "", ""}, "", {}};
    draft.perform({submit, visit, act, applicant, past_.submitted_at, Seconds{0}});
    permit() = draft.take().after;
    add_marks(permit(), first.needs, visit, past_.submitted_at);
  }

  // --- Without a history: nothing is said of the steps before ----------------------------------

  void place() {
    const Step& step = *target_;
    if (!step.within.empty()) return fault<ImportFault::in_a_branch>("step", step.id);
    const Instant opened =
        past_.step_opened_at.value_or(past_.ended_at.value_or(past_.submitted_at));
    accept(step);
    if (!faults().empty()) return;
    end_case_before(step, opened);
    if (permit().outcome == Outcome::none) permit().outcome = outcome_known_at(step);
    if (const Visit* there = permit().open_visit(step.id)) {
      Visit& visit = *permit().find_visit(there->id);
      visit.opened_at = opened;
      visit.assignee.clear();
    } else {
      jump_to(step, opened);
    }
    add_marks(permit(), kinds_needed_from(step, sop_), 1, past_.submitted_at);
    have(past_.assignee, "assignee");
    if (!past_.ended_at) return;
    end(step);
    if (past_.step_opened_at) return;
    // How long the last step took is not known, so nobody judges it.
    Visit& last = permit().visits.back();
    last.verdict.reset();
    last.missed_counted = false;
    last.waited.reset();
    last.handled.reset();
  }

  void jump_to(const Step& step, Instant opened) {
    permit().visits.resize(1);
    std::erase_if(permit().rungs, [](const RaisedRung& one) { return one.visit > 1; });
    Draft draft(permit(), at(opened));
    draft.record(1, {}, RowsRecorded{});
    Visit& visit = draft.open_visit(step, {opened, "", 1, Seconds{0}});
    visit.returned = sop_.is_applicant(step.role) && leads_back_to(step, sop_);
    visit.assignee.clear();
    const PermitState state = visit.returned ? PermitState::returned : PermitState::active;
    permit() = draft.take().after;
    permit().state = state;
  }

  // When the clocks of the case and of the law have begun.
  void accept(const Step& step) {
    const Step* start = sop_.find_step(sop_.case_starts.step);
    if (permit().case_opened_at || !start) return;
    const bool beyond = step.number > start->number;
    if (!past_.accepted_at && beyond && (permit().state == PermitState::active))
      return fault<ImportFault::accepted_missing>("accepted_at", step.id);
    if (past_.accepted_at && !beyond)
      return fault<ImportFault::accepted_too_soon>("accepted_at", step.id);
    permit().case_opened_at = past_.accepted_at;
    if (!permit().legal_opened_at && sop_.legal.starts == sop_.case_starts)
      permit().legal_opened_at = past_.accepted_at;
  }

  // The step is opened by nothing but what signs.
  void end_case_before(const Step& step, Instant opened) {
    for (const Trigger& end : sop_.case_ends) {
      const ActionRule* action = sop_.step(end.step).find_action(end.action);
      if (!action || action->ends_permit() || !action->leads_to(step.id)) continue;
      if (permit().outcome == Outcome::none && action->only_for != Outcome::none)
        permit().outcome = action->only_for;
      Draft draft(permit(), at(opened));
      draft.close_past_case(opened);
      permit() = draft.take().after;
      return;
    }
  }

  // Most are granted, and whoever judges it has the file before them.
  Outcome outcome_known_at(const Step& step) const {
    if (past_.state == PermitState::rejected) return Outcome::refusal;
    for (const Step& earlier : sop_.steps)
      for (const ActionRule& action : earlier.actions)
        if (action.sets_outcome == Outcome::grant && earlier.number < step.number)
          return Outcome::grant;
    return Outcome::none;
  }

  void end(const Step& step) {
    const PermitState state = past_.state.value_or(PermitState::issued);
    const Instant ended = *past_.ended_at;
    if (state == PermitState::withdrawn && sop_.withdrawal) {
      Draft draft(permit(), at(ended));
      draft.withdraw({}, {Actor::Kind::applicant, "", ""});
      permit() = draft.take().after;
      return;
    }
    const auto action = std::find_if(
        step.actions.begin(), step.actions.end(),
        [&](const ActionRule& one) { return one.ends_permit() && one.state == state; });
    if (action == step.actions.end())
      return fault<ImportFault::no_such_end>(past_.state ? "state" : "ended_at", step.id,
                                             to_string(state), names_of_actions(step));
    history_.close(*permit().open_visit(step.id), *action, {}, ended, past_.assignee);
  }

  // --- With one: what the row says of where the file is must agree -------------------------------

  void arrive() {
    const Step* start = sop_.find_step(sop_.case_starts.step);
    if (past_.accepted_at && !permit().case_opened_at && start) {
      permit().case_opened_at = past_.accepted_at;
      if (sop_.legal.starts == sop_.case_starts) permit().legal_opened_at = past_.accepted_at;
    }
    if (!target_) return;
    if (past_.ended_at && !is_terminal(permit().state)) {
      if (permit().open_visit(target_->id)) return end(*target_);
    } else if (is_terminal(permit().state)) {
      if (!past_.ended_at) fault<ImportFault::ended_by_history>("step");
      return;
    }
    const Visit* there = permit().open_visit(target_->id);
    if (!there) return history_.fault_not_open("step", target_->id);
    if (past_.step_opened_at) permit().find_visit(there->id)->opened_at = *past_.step_opened_at;
    have(past_.assignee, "assignee");
  }

  // An open task is somebody's who is there.
  void have(const std::string& name, const char* where) {
    if (name.empty() || past_.ended_at) return;
    const Visit* visit = permit().open_visit(target_->id);
    if (!visit) return;
    if (sop_.is_applicant(target_->role))
      return fault<ImportFault::nobodys_step>(where, target_->id);
    const std::string id = history_.officer_named(name);
    if (!context_.people.find(id)) return fault<ImportFault::unknown_officer>(where, name);
    permit().find_visit(visit->id)->assignee = id;
    permit().find_visit(visit->id)->claimed_at = visit->opened_at;
  }

  // --- As it stands now
  // ----------------------------------------------------------------------------

  boost::system::result<Decision, PastFaults> finish() {
    try {
      Draft draft(permit(), context_);
      draft.catch_up();
      permit() = draft.take().after;
    } catch (const std::logic_error& why) {
      fault<ImportFault::does_not_go_on>("step", why.what());
      return std::move(faults());
    }
    Permit& p = permit();
    p.events = p.version = 0;
    p.imported_at = context_.now;
    p.last_action.reset();
    // One event has brought all of it.
    for (Document& one : p.documents) {
      one.added_event = 1;
      one.superseded_event = std::min<std::int64_t>(one.superseded_event, 1);
      one.voided_event = std::min<std::int64_t>(one.voided_event, 1);
    }
    for (RaisedRung& one : p.rungs) one.raised_at = context_.now;
    if (const auto ledger = case_ledger(p, sop_); ledger && !p.case_closed_at)
      p.promised_at = Replay(*ledger, calendar()).due();
    Draft draft(p, context_);
    draft.record(0, {},
                 Imported{past_.import,
                          p.number,
                          p.sop,
                          p.sop_version,
                          past_.permit.applicant_digest,
                          given(p.fields, sop_),
                          {past_.former_number}});
    ++draft.permit().version;
    Decision decision = draft.take();
    if (!past_.former_number.empty())
      decision.notes.push_back({1, 0, "internal", "", "Nomor lama: " + past_.former_number, ""});
    return decision;
  }

  const PastFile& past_;
  const Context& context_;
  const Sop& sop_;
  PastHistory history_;
  const Step* target_ = nullptr;
};

}  // namespace

void throw_exception_from_error(const PastFaults& faults, const boost::source_location&) {
  throw std::logic_error(faults.empty() ? "no fault" : faults.front().what.english);
}

PastFaults faults_of_names(const PastFile& past, const Context& context) {
  PastHistory history(past, context);
  if (!past.step.empty()) history.step_named(past.step, "step");
  if (!past.assignee.empty() && !context.people.find(history.officer_named(past.assignee)))
    history.faults.push_back({"assignee", say<ImportFault::unknown_officer>(past.assignee)});
  history.name_visits();
  return std::move(history.faults);
}

boost::system::result<Decision, PastFaults> import_file(const PastFile& past,
                                                        const Context& context) {
  return Importing(past, context).result();
}

}  // namespace tenggat
