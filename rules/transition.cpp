#include "rules/transition.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "rules/draft.h"

namespace tenggat {
namespace {

// An entry recorded later than this after the fact must say why. Source: docs/reference.md,
// Actions.
constexpr Seconds kLateEntry{15 * 60};

// What a command checks before it changes anything; the change itself is the Draft's.
class Handler {
 public:
  Handler(Draft& draft, const Actor& actor, const Context& context, std::int64_t version_seen)
      : draft_(draft), context_(context), version_seen_(version_seen) {
    by_.actor = actor;
  }

  std::optional<Refusal> operator()(const Act& act);
  std::optional<Refusal> operator()(const Undo&);
  std::optional<Refusal> operator()(const Claim& claim);
  std::optional<Refusal> operator()(const Release& release);
  std::optional<Refusal> operator()(const Assign& assign);
  std::optional<Refusal> operator()(const Escalate& escalate);
  std::optional<Refusal> operator()(const Acknowledge& acknowledge);
  std::optional<Refusal> operator()(const PauseVisit& command);
  std::optional<Refusal> operator()(const ResumeVisit& command);
  std::optional<Refusal> operator()(const CorrectContact& command);
  std::optional<Refusal> operator()(const SendLink&);

 private:
  std::optional<Refusal> check_not_ended() const;
  std::optional<Refusal> find_open(const std::string& step);
  std::optional<Refusal> authorize();
  std::optional<Refusal> authorize_officer();  // the applicant neither claims nor pauses
  std::optional<Refusal> authorize_superior();
  std::optional<Refusal> check_present(std::string_view officer) const;
  std::optional<Refusal> authorize_clerk();  // whoever works on files of this SOP
  std::optional<Refusal> check_claim() const;
  std::optional<Refusal> check_outcome(const ActionRule& rule, const Act& act) const;
  std::optional<Refusal> check_documents(const ActionRule& rule, const Act& act) const;
  std::optional<Refusal> check_note(const ActionRule& rule, const Act& act) const;
  std::optional<Refusal> check_occurred_at(const Act& act) const;
  std::optional<Refusal> withdraw(const Act& act);
  std::optional<Refusal> check_until(const Pause& pause, const PauseReason& reason,
                                     const std::optional<Instant>& until) const;
  std::optional<Refusal> extend(const Pause& pause, const PauseReason& reason,
                                const PauseVisit& command);
  const Permit& permit() const { return draft_.permit(); }
  const Visit& visit() const { return *permit().find_visit(visit_); }
  const Actor& actor() const { return by_.actor; }

  Draft& draft_;
  const Context& context_;
  std::int64_t version_seen_;
  int visit_ = 0;
  Doer by_;
};

std::optional<Refusal> Handler::check_not_ended() const {
  if (!is_terminal(permit().state)) return std::nullopt;
  return refuse<Refused::permit_closed>(to_string(permit().state));
}

std::optional<Refusal> Handler::find_open(const std::string& step) {
  if (auto refusal = check_not_ended()) return refusal;
  const Visit* visit = permit().open_visit(step);
  if (!visit) return refuse<Refused::step_not_open>(step);
  visit_ = visit->id;
  return std::nullopt;
}

std::optional<Refusal> Handler::authorize() {
  if (actor().kind == Actor::Kind::system) return std::nullopt;
  if (actor().kind == Actor::Kind::applicant) {
    if (context_.sop.is_applicant(visit().role)) return std::nullopt;
    return refuse<Refused::applicants_step_alone>(visit().step);
  }
  const People& people = context_.people;
  const auto duty = duty_for(actor().id, visit(), context_.sop, people, context_.today());
  if (!duty) return refuse<Refused::another_role>(visit().step, visit().role);
  by_.acting_for = duty->for_officer;
  if (duty->role != visit().role) {  // the next superior, in the role's place
    for (const Recipient& one :
         resolve_role(visit().role, &visit(), context_.sop, people, context_.today()))
      if (one.officer == actor().id) by_.in_place_because = one.why;
  } else if (judges_own_work(actor().id, duty->for_officer, visit(), context_.sop)) {
    by_.in_place_because = Reason::self_approval;
  }
  return std::nullopt;
}

std::optional<Refusal> Handler::authorize_officer() {
  if (actor().kind == Actor::Kind::applicant) return refuse<Refused::officers_alone>();
  return authorize();
}

// Whoever holds one of the duties above the step's role today.
std::optional<Refusal> Handler::authorize_superior() {
  if (actor().kind == Actor::Kind::officer)
    if (const auto duty = superior_duty_for(actor().id, visit(), context_.sop, context_.people,
                                            context_.today())) {
      by_.acting_for = duty->for_officer;
      return std::nullopt;
    }
  return refuse<Refused::superiors_alone>(visit().step, visit().role);
}

std::optional<Refusal> Handler::check_present(std::string_view officer) const {
  const Officer* found = context_.people.find(officer);
  if (!found || context_.people.present(*found, context_.today())) return std::nullopt;
  return refuse<Refused::not_on_duty>(officer);
}

std::optional<Refusal> Handler::authorize_clerk() {
  if (actor().kind == Actor::Kind::officer)
    for (const Duty& duty : context_.people.duties(actor().id, context_.today())) {
      const auto& steps = context_.sop.steps;
      if (std::none_of(steps.begin(), steps.end(),
                       [&](const Step& step) { return step.role == duty.role; }))
        continue;
      by_.acting_for = duty.for_officer;
      return std::nullopt;
    }
  return refuse<Refused::clerks_alone>();
}

// A claim binds while its officer can act on it: not one who is away or has lost the duty, and not
// against their own deputy.
std::optional<Refusal> Handler::check_claim() const {
  const std::string& assignee = visit().assignee;
  if (assignee.empty() || actor().kind != Actor::Kind::officer) return std::nullopt;
  if (assignee == actor().id || assignee == by_.acting_for) return std::nullopt;
  const People& people = context_.people;
  const Officer* other = people.find(assignee);
  if (!other || !people.present(*other, context_.today()) ||
      !duty_for(assignee, visit(), context_.sop, people, context_.today()))
    return std::nullopt;
  return refuse<Refused::claimed_by_other>();
}

std::optional<Refusal> Handler::check_outcome(const ActionRule& rule, const Act& act) const {
  if (rule.only_for != Outcome::none && rule.only_for != permit().outcome)
    return refuse<Refused::for_another_outcome>(rule.id, to_string(rule.only_for),
                                                to_string(permit().outcome));
  if (!rule.chooses_outcome && act.outcome != Outcome::none)
    return refuse<Refused::chooses_no_outcome>(rule.id);
  return std::nullopt;
}

bool brings(const std::vector<Output>& outputs, const std::string& kind) {
  return std::any_of(outputs.begin(), outputs.end(),
                     [&](const Output& output) { return output.kind == kind; });
}

// Kinds that another step brings: a decree is handed in where it is signed and nowhere else.
std::vector<std::string> out_of_place(const std::vector<NewDocument>& documents,
                                      const std::vector<Output>& here, const Sop& sop) {
  std::vector<std::string> kinds;
  for (const NewDocument& document : documents) {
    if (brings(here, document.kind)) continue;
    const bool elsewhere = std::any_of(sop.steps.begin(), sop.steps.end(), [&](const Step& step) {
      return brings(step.outputs, document.kind) ||
             std::any_of(step.actions.begin(), step.actions.end(), [&](const ActionRule& action) {
               return brings(action.outputs, document.kind);
             });
    });
    if (elsewhere) kinds.push_back(document.kind);
  }
  return kinds;
}

std::optional<Refusal> refuse_out_of_place(const std::vector<NewDocument>& documents,
                                           const ActionRule& rule, const Sop& sop) {
  const std::vector<std::string> kinds = out_of_place(documents, rule.outputs, sop);
  if (kinds.empty() || rule.backward) return std::nullopt;  // a return may show what is wrong
  return refuse<Refused::not_brought_here>(rule.id, fmt::format("{}", fmt::join(kinds, ", ")));
}

std::optional<Refusal> Handler::check_documents(const ActionRule& rule, const Act& act) const {
  std::vector<std::string> missing;
  for (const Output& output : rule.outputs) {
    if (!output.file || rule.backward) continue;
    const auto found =
        std::find_if(act.documents.begin(), act.documents.end(),
                     [&](const NewDocument& document) { return document.kind == output.kind; });
    if (found == act.documents.end())
      missing.push_back(output.kind);
    else if (output.numbered && found->number.empty())
      missing.push_back(output.kind + ".number");
  }
  if (!missing.empty())
    return refuse<Refused::missing_output>(rule.id, Missing{std::move(missing)});
  return refuse_out_of_place(act.documents, rule, context_.sop);
}

std::optional<Refusal> Handler::check_note(const ActionRule& rule, const Act& act) const {
  using Note = ActionRule::Note;
  if (rule.note == Note::optional || !act.note.empty()) return std::nullopt;
  if (rule.note == Note::note_or_deficiencies && !act.deficiencies.empty()) return std::nullopt;
  if (rule.note == Note::required) return refuse<Refused::missing_note>(rule.id);
  return refuse<Refused::missing_note_or_deficiencies>(rule.id);
}

std::optional<Refusal> Handler::check_occurred_at(const Act& act) const {
  if (!act.occurred_at) return std::nullopt;
  if (*act.occurred_at < visit().opened_at || *act.occurred_at > draft_.now())
    return refuse<Refused::occurred_outside>();
  if (draft_.now() - *act.occurred_at > kLateEntry && act.reason.empty())
    return refuse<Refused::late_without_reason>();
  return std::nullopt;
}

std::optional<Refusal> Handler::operator()(const Act& act) {
  if (act.version && *act.version != version_seen_)
    return refuse<Refused::stale_version>(version_seen_, *act.version);
  if (act.action == "withdraw" && context_.sop.withdrawal) return withdraw(act);
  if (auto refusal = find_open(act.step)) return refusal;
  const ActionRule* rule = context_.sop.step(act.step).find_action(act.action);
  if (!rule) return refuse<Refused::unknown_action>(act.step, act.action);
  if (auto refusal = authorize()) return refusal;
  if (auto refusal = check_claim()) return refusal;
  if (auto refusal = check_outcome(*rule, act)) return refusal;
  if (auto refusal = check_documents(*rule, act)) return refusal;
  if (auto refusal = check_note(*rule, act)) return refusal;
  if (auto refusal = check_occurred_at(act)) return refusal;
  return draft_.perform(
      {*rule, visit_, act, by_, act.occurred_at.value_or(draft_.now()), context_.send.undo_window});
}

std::optional<Refusal> Handler::withdraw(const Act& act) {
  const Withdrawal& rule = *context_.sop.withdrawal;
  if (auto refusal = check_not_ended()) return refusal;
  if (actor().kind != Actor::Kind::applicant) return refuse<Refused::applicant_alone>();
  for (const Visit& visit : permit().visits)
    if (forbids_withdrawal(visit, context_.sop))
      return refuse<Refused::too_late_to_withdraw>(rule.until_step_opens);
  draft_.withdraw(act, actor());
  return std::nullopt;
}

std::optional<Refusal> Handler::operator()(const Undo&) {
  if (auto refusal = refuse_undo(permit(), actor(), context_.now, context_.send.undo_window))
    return refusal;
  draft_.undo(LastAction(*permit().last_action), actor());
  return std::nullopt;
}

std::optional<Refusal> Handler::operator()(const Claim& claim) {
  if (auto refusal = find_open(claim.step)) return refusal;
  if (auto refusal = authorize_officer()) return refusal;
  if (auto refusal = check_claim()) return refusal;
  if (auto refusal = check_present(actor().id)) return refusal;
  if (visit().assignee == actor().id && visit().claimed_at)
    return std::nullopt;  // asked twice, done once
  draft_.claim(visit_, by_);
  return std::nullopt;
}

std::optional<Refusal> Handler::operator()(const Release& release) {
  if (auto refusal = find_open(release.step)) return refusal;
  if (auto refusal = authorize_officer()) return refusal;
  if (auto refusal = check_claim()) return refusal;
  if (draft_.released(visit_)) return std::nullopt;  // it ended with its officer's duty
  if (visit().assignee.empty()) return refuse<Refused::not_claimed>();
  draft_.release(visit_, release.reason, by_);
  return std::nullopt;
}

std::optional<Refusal> Handler::operator()(const Assign& assign) {
  if (auto refusal = find_open(assign.step)) return refusal;
  if (auto refusal = authorize_superior()) return refusal;
  const CivilDate today = context_.today();
  if (!duty_for(assign.officer, visit(), context_.sop, context_.people, today))
    return refuse<Refused::no_duty_there>(assign.officer, assign.step);
  if (auto refusal = check_present(assign.officer)) return refusal;
  if (visit().assignee == assign.officer && visit().claimed_at)
    return std::nullopt;  // it is theirs already
  draft_.assign(visit_, assign, by_);
  return std::nullopt;
}

std::optional<Refusal> Handler::operator()(const Escalate& escalate) {
  if (auto refusal = find_open(escalate.step)) return refusal;
  if (auto refusal = authorize_officer()) return refusal;
  if (auto refusal = check_claim()) return refusal;
  if (!draft_.can_escalate(visit_)) return refuse<Refused::already_escalated>();
  draft_.escalate(visit_, escalate.note, by_);
  return std::nullopt;
}

std::optional<Refusal> Handler::operator()(const Acknowledge& acknowledge) {
  if (auto refusal = find_open(acknowledge.step)) return refusal;
  if (auto refusal = authorize_officer()) return refusal;
  if (auto refusal = check_claim()) return refusal;
  const Obstacle* obstacle = context_.sop.find_obstacle(acknowledge.obstacle);
  if (!obstacle) return refuse<Refused::unknown_obstacle>(acknowledge.obstacle);
  draft_.acknowledge(visit_, *obstacle, acknowledge.note, by_);
  return std::nullopt;
}

std::optional<Refusal> Handler::operator()(const PauseVisit& command) {
  if (auto refusal = find_open(command.step)) return refusal;
  if (context_.sop.is_applicant(visit().role)) return refuse<Refused::applicant_has_no_clock>();
  if (auto refusal = authorize_officer()) return refusal;
  if (auto refusal = check_claim()) return refusal;
  const PauseReason* reason = context_.sop.find_pause(command.reason);
  if (!reason) return refuse<Refused::unknown_pause_reason>(command.reason);
  if (const Pause* open = permit().open_pause(visit_)) return extend(*open, *reason, command);
  if (reason->tells_applicant && command.note.empty()) return refuse<Refused::missing_question>();
  if (reason->needs_until && !command.until) return refuse<Refused::missing_until>();
  if (command.until && *command.until <= draft_.now()) return refuse<Refused::until_is_past>();
  Pause pause;
  pause.from = draft_.now();
  if (auto refusal = check_until(pause, *reason, command.until)) return refusal;
  draft_.pause(visit_, *reason, command, by_, context_.send.undo_window);
  return std::nullopt;
}

std::optional<Refusal> Handler::check_until(const Pause& pause, const PauseReason& reason,
                                            const std::optional<Instant>& until) const {
  const auto longest = longest_pause(pause, reason, context_.calendar);
  if (!until || !longest || *until <= *longest) return std::nullopt;
  return refuse<Refused::pause_too_long>(reason.id, reason.longest->to_string(),
                                         context_.calendar.format(*longest));
}

std::optional<Refusal> Handler::extend(const Pause& pause, const PauseReason& reason,
                                       const PauseVisit& command) {
  const auto end = resumes_at(pause, context_.sop, context_.calendar);
  if (pause.reason != reason.id || !command.until || !end) return refuse<Refused::already_paused>();
  if (*command.until <= *end)
    return refuse<Refused::until_is_no_later>(context_.calendar.format(*end));
  if (auto refusal = check_until(pause, reason, command.until)) return refusal;
  if (pause.extensions >= reason.extensions)
    return refuse<Refused::too_many_extensions>(reason.id, reason.extensions);
  draft_.extend_pause(visit_, reason, command, by_);
  return std::nullopt;
}

std::optional<Refusal> Handler::operator()(const ResumeVisit& command) {
  if (auto refusal = find_open(command.step)) return refusal;
  const Pause* pause = permit().open_pause(visit_);
  if (!pause) return refuse<Refused::not_paused>();
  const PauseReason* reason = rule_of(*pause, context_.sop);
  // The applicant's answer resumes what was asked of the applicant, and cannot be taken back.
  const bool answer = actor().kind == Actor::Kind::applicant && reason && reason->tells_applicant;
  if (!answer) {
    if (auto refusal = authorize()) return refusal;
    if (auto refusal = check_claim()) return refusal;
  }
  const std::vector<std::string> kinds = out_of_place(command.documents, {}, context_.sop);
  if (!kinds.empty() || (!answer && !command.documents.empty()))
    return refuse<Refused::not_the_applicants_documents>();
  draft_.resume(visit_, draft_.now(), by_, command,
                answer ? Seconds{0} : context_.send.undo_window);
  return std::nullopt;
}

std::optional<Refusal> Handler::operator()(const CorrectContact& command) {
  if (auto refusal = authorize_clerk()) return refusal;
  draft_.correct_contact(command, by_);
  return std::nullopt;
}

std::optional<Refusal> Handler::operator()(const SendLink&) {
  if (auto refusal = authorize_clerk()) return refusal;
  draft_.send_link(by_);
  return std::nullopt;
}

}  // namespace

CivilDate Context::today() const {
  const LocalTime local = calendar.local(now);
  return fmt::format("{:04}-{:02}-{:02}", local.year, local.month, local.day);
}

bool undo_window_is_open(const LastAction& last, Instant clock, Seconds undo_window) {
  // A clock that is put right little by little goes back so far.
  constexpr Seconds kClockTolerance{2};
  return clock < last.recorded_at + undo_window && clock + kClockTolerance >= last.recorded_at;
}

std::optional<Refusal> refuse_undo(const Permit& permit, const Actor& actor, Instant clock,
                                   Seconds undo_window) {
  if (!permit.last_action) return refuse<Refused::nothing_to_undo>();
  const LastAction& last = *permit.last_action;
  if (last.by != identity(actor)) return refuse<Refused::undo_by_other>();
  if (!undo_window_is_open(last, clock, undo_window)) return refuse<Refused::undo_window_over>();
  if (last.opened_visit == 0) return std::nullopt;
  const Visit& opened = *permit.find_visit(last.opened_visit);
  const bool paused = std::any_of(permit.pauses.begin(), permit.pauses.end(),
                                  [&](const Pause& one) { return one.visit == opened.id; });
  const bool taken = opened.claimed_at && !opened.assignee.empty();
  if (!opened.open() || taken || paused) return refuse<Refused::next_visit_touched>();
  return std::nullopt;
}

Decided open_permit(const NewPermit& submission, const Context& context) {
  const Step& first = context.sop.steps.front();
  const ActionRule& submit = first.actions.front();
  if (submission.started_at && *submission.started_at > context.now)
    return refuse<Refused::starts_in_the_future>();
  if (submission.started_at && !is_of_our_time(*submission.started_at))
    return refuse<Refused::starts_before_1970>();

  std::vector<std::string> missing;
  for (const std::string& need : first.needs)
    if (std::none_of(submission.documents.begin(), submission.documents.end(),
                     [&](const NewDocument& document) { return document.kind == need; }))
      missing.push_back(need);
  if (!missing.empty()) return refuse<Refused::application_lacks>(Missing{std::move(missing)});
  if (auto refusal = refuse_out_of_place(submission.documents, submit, context.sop))
    return *std::move(refusal);

  Permit permit;
  permit.id = submission.id;
  permit.sop = context.sop.id;
  permit.sop_version = context.sop.version;
  permit.number = submission.number;
  permit.applicant = submission.applicant;
  permit.subject = submission.subject;
  permit.external_id = submission.external_id;
  permit.created_by = submission.created_by;
  permit.submitted_at = context.now;
  permit.started_at = submission.started_at.value_or(context.now);

  Draft draft(std::move(permit), context);
  const Doer applicant{{Actor::Kind::applicant, submission.created_by, ""}, "", {}};
  const std::int64_t cause =
      draft.record(1, applicant,
                   Submitted{submission.number, context.sop.id, context.sop.version,
                             submission.applicant_digest});
  Visit& visit = draft.open_visit(first, {draft.permit().started_at, "", cause, Seconds{0}});
  const int visit_id = visit.id;
  draft.count(PermitSubmitted{}, draft.now(), cause);
  Act act;
  act.step = first.id;
  act.action = submit.id;
  act.documents = submission.documents;
  if (auto refusal =
          draft.perform({submit, visit_id, act, applicant, draft.now(), context.send.undo_window}))
    return *refusal;
  draft.permit().last_action.reset();  // an application is withdrawn, not undone
  return draft.take();
}

Decided decide(const Permit& permit, const Actor& actor, const Command& command,
               const Context& context) {
  const std::int64_t version_seen = permit.version;
  Draft draft(permit, context);
  draft.release_absent();
  draft.catch_up();
  Handler handler(draft, actor, context, version_seen);
  if (auto refusal = std::visit(handler, command)) return *std::move(refusal);
  draft.catch_up();  // an undo may bring back a clock whose instants have passed meanwhile
  return draft.take();
}

Decision catch_up(const Permit& permit, const Context& context) {
  Draft draft(permit, context);
  draft.release_absent();
  draft.catch_up();
  return draft.take();
}

Decision apply_calendar(const Permit& permit, const Context& with_new_calendar,
                        const std::string& decree) {
  Draft draft(permit, with_new_calendar);
  if (!is_terminal(permit.state)) {
    draft.apply_calendar(decree);
    draft.catch_up();
  }
  return draft.take();
}

Decided migrate_permit(const Permit& permit, const Context& with_new_version,
                       const std::string& because) {
  const Sop& sop = with_new_version.sop;
  Draft draft(permit, with_new_version);
  if (is_terminal(permit.state) || permit.sop_version == sop.version) return draft.take();
  std::vector<std::string> missing;
  for (const Visit& visit : permit.visits)
    if (visit.open() && !sop.find_step(visit.step)) missing.push_back(visit.step);
  if (!missing.empty()) return refuse<Refused::step_gone>(Missing{std::move(missing)});
  for (const Pause& pause : permit.pauses)
    if (!pause.to && !sop.find_pause(pause.reason)) missing.push_back(pause.reason);
  if (!missing.empty()) return refuse<Refused::pause_reason_gone>(Missing{std::move(missing)});
  draft.migrate(because);
  draft.catch_up();
  return draft.take();
}

Permit as_decided(const Permit& permit, const Context& context) {
  if (!permit.last_action ||
      !undo_window_is_open(*permit.last_action, context.now, context.send.undo_window))
    return permit;
  const LastAction last = *permit.last_action;
  const Visit* closed = permit.find_visit(last.closed_visit);
  if (!closed || context.sop.is_applicant(closed->role)) return permit;
  const std::vector<Trigger>& ends = context.sop.case_ends;
  const bool ends_case =
      std::find(ends.begin(), ends.end(), Trigger{closed->step, closed->action}) != ends.end();
  if (!ends_case && !is_terminal(permit.state)) return permit;
  Draft draft(permit, context);
  draft.undo(last, {});
  return draft.take().after;
}

Seconds nominal_time(const Budget& budget, const Calendar& calendar) {
  return budget.days * calendar.nominal_day() + std::chrono::hours(budget.hours) +
         std::chrono::minutes(budget.minutes);
}

std::vector<std::int64_t> working_time_buckets(const Sop& sop, const Calendar& calendar) {
  std::vector<std::int64_t> bounds{60, 180, 300, 600, 900, 1800, 3600, 7200, 14400};
  for (int days : {1, 2, 3, 5, 10})
    bounds.push_back(nominal_time(Budget{days, 0, 0}, calendar).count());
  for (const Step& step : sop.steps)
    bounds.push_back(nominal_time(step.standard, calendar).count());
  std::sort(bounds.begin(), bounds.end());
  bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());
  return bounds;
}

const std::vector<NewDocument>& documents_of(const Command& command) {
  static const std::vector<NewDocument> none;
  if (const Act* act = std::get_if<Act>(&command)) return act->documents;
  const ResumeVisit* answer = std::get_if<ResumeVisit>(&command);
  return answer ? answer->documents : none;
}

}  // namespace tenggat
