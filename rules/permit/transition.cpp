#include "rules/permit/transition.h"

#include <fmt/compile.h>

#include <algorithm>
#include <stdexcept>

#include "rules/permit/draft.h"
#include "rules/permit/preconditions.h"

namespace tenggat {
namespace {

// What a command changes, once nothing speaks against it.
class Handler {
 public:
  Handler(Draft& draft, const Actor& actor, const Context& context, std::int64_t version_seen)
      : draft_(draft),
        context_(context),
        may_(draft, actor, context),
        version_seen_(version_seen) {}

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
  std::optional<Refusal> operator()(const Confirm& command);
  std::optional<Refusal> operator()(const Correct& command);
  std::optional<Refusal> operator()(const Direct& command);
  std::optional<Refusal> operator()(const Respond& command);
  std::optional<Refusal> operator()(const TakeMessage& command);
  std::optional<Refusal> operator()(const OpenDocument& command);
  std::optional<Refusal> operator()(const AddNote& command);
  std::optional<Refusal> operator()(const BringDocuments& command);
  std::optional<Refusal> operator()(const PlanFieldVisit& command);

 private:
  Draft& draft_;
  const Context& context_;
  Preconditions may_;
  std::int64_t version_seen_;
};

std::optional<Refusal> Handler::operator()(const Act& act) {
  if (act.version && *act.version != version_seen_)
    return refuse<Refused::stale_version>(version_seen_, *act.version);
  if (act.action == kWithdrawal && context_.sop.withdrawal) {
    const auto by = may_.withdraw();
    if (!by) return by.error();
    draft_.withdraw(act, by->actor);
    return std::nullopt;
  }
  const auto visit = may_.open_visit(act.step);
  if (!visit) return visit.error();
  const ActionRule* rule = context_.sop.step(act.step).find_action(act.action);
  if (!rule) return refuse<Refused::unknown_action>(act.step, act.action);
  const auto by = may_.act(**visit, *rule);
  if (!by) return by.error();
  if (auto refusal = may_.refuse_content(**visit, *rule, act)) return refusal;
  draft_.perform({*rule, (*visit)->id, act, *by, act.occurred_at.value_or(draft_.now()),
                  context_.send.undo_window});
  return std::nullopt;
}

std::optional<Refusal> Handler::operator()(const Undo&) {
  const auto by = may_.undo();
  if (!by) return by.error();
  draft_.undo(LastAction(*draft_.permit().last_action), by->actor);
  return std::nullopt;
}

std::optional<Refusal> Handler::operator()(const Claim& claim) {
  const auto visit = may_.open_visit(claim.step);
  if (!visit) return visit.error();
  const auto by = may_.claim(**visit);
  if (!by) return by.error();
  // Asked twice, done once.
  if (!may_.is_claimed_by(**visit, by->actor.id)) draft_.claim((*visit)->id, *by);
  return std::nullopt;
}

std::optional<Refusal> Handler::operator()(const Release& release) {
  const auto visit = may_.open_visit(release.step);
  if (!visit) return visit.error();
  const auto by = may_.release(**visit);
  if (!by) return by.error();
  // It may have ended with its officer's duty.
  if (!may_.is_released(**visit)) draft_.release((*visit)->id, release.reason, *by);
  return std::nullopt;
}

std::optional<Refusal> Handler::operator()(const Assign& assign) {
  const auto visit = may_.open_visit(assign.step);
  if (!visit) return visit.error();
  const auto by = may_.assign(**visit);
  if (!by) return by.error();
  if (auto refusal = may_.refuse_assignee(**visit, assign.officer)) return refusal;
  if (!may_.is_claimed_by(**visit, assign.officer)) draft_.assign((*visit)->id, assign, *by);
  return std::nullopt;
}

std::optional<Refusal> Handler::operator()(const Escalate& escalate) {
  const auto visit = may_.open_visit(escalate.step);
  if (!visit) return visit.error();
  const auto by = may_.escalate(**visit);
  if (!by) return by.error();
  draft_.escalate((*visit)->id, escalate.note, *by);
  return std::nullopt;
}

std::optional<Refusal> Handler::operator()(const Acknowledge& acknowledge) {
  const auto visit = may_.open_visit(acknowledge.step);
  if (!visit) return visit.error();
  const auto by = may_.acknowledge(**visit);
  if (!by) return by.error();
  const Obstacle* obstacle = context_.sop.find_obstacle(acknowledge.obstacle);
  if (!obstacle) return refuse<Refused::unknown_obstacle>(acknowledge.obstacle);
  draft_.acknowledge((*visit)->id, *obstacle, acknowledge.note, *by);
  return std::nullopt;
}

std::optional<Refusal> Handler::operator()(const PauseVisit& command) {
  const auto visit = may_.open_visit(command.step);
  if (!visit) return visit.error();
  const PauseReason* reason = context_.sop.find_pause(command.reason);
  const auto by = may_.pause(**visit, reason);
  if (!by) return by.error();
  if (!reason) return refuse<Refused::unknown_pause_reason>(command.reason);
  const bool extends = command.until && may_.can_be_extension(**visit, *reason);
  if (auto refusal = extends ? may_.refuse_extension(**visit, *reason)
                             : may_.refuse_another_pause(**visit, *reason))
    return refusal;
  if (auto refusal = may_.refuse_content(**visit, *reason, command)) return refusal;
  if (extends)
    draft_.extend_pause((*visit)->id, *reason, command, *by);
  else
    draft_.pause((*visit)->id, *reason, command, *by, context_.send.undo_window);
  return std::nullopt;
}

std::optional<Refusal> Handler::operator()(const ResumeVisit& command) {
  const auto visit = may_.open_visit(command.step);
  if (!visit) return visit.error();
  const auto by = may_.resume(**visit);
  if (!by) return by.error();
  if (auto refusal = may_.refuse_content(**visit, command)) return refusal;
  draft_.resume((*visit)->id, draft_.now(), *by, command,
                may_.is_answer(**visit) ? Seconds{0} : context_.send.undo_window);
  return std::nullopt;
}

std::optional<Refusal> Handler::operator()(const CorrectContact& command) {
  const auto by = may_.reach_applicant();
  if (!by) return by.error();
  draft_.correct_contact(command, *by);
  return std::nullopt;
}

std::optional<Refusal> Handler::operator()(const SendLink&) {
  const auto by = may_.send_link();
  if (!by) return by.error();
  draft_.send_link(*by);
  return std::nullopt;
}

std::optional<Refusal> Handler::operator()(const Confirm& command) {
  const Visit* visit = may_.to_confirm(command.step);
  if (!visit) return refuse<Refused::nothing_to_confirm>(command.step);
  const auto by = may_.confirm(*visit);
  if (!by) return by.error();
  draft_.confirm(visit->id, command.note, *by);
  return std::nullopt;
}

std::optional<Refusal> Handler::operator()(const Correct& command) {
  const Visit* visit = may_.to_correct(command.step);
  if (!visit) return refuse<Refused::nothing_to_correct>(command.step);
  const auto by = may_.correct(*visit);
  if (!by) return by.error();
  if (auto refusal = may_.refuse_content(*visit, command)) return refusal;
  draft_.correct(visit->id, command, *by);
  return std::nullopt;
}

std::optional<Refusal> Handler::operator()(const Direct& command) {
  const auto visit = may_.open_visit(command.step);
  if (!visit) return visit.error();
  const auto by = may_.direct(**visit);
  if (!by) return by.error();
  if (auto refusal = may_.refuse_content(command)) return refusal;
  draft_.direct((*visit)->id, command.note, *by);
  return std::nullopt;
}

std::optional<Refusal> Handler::operator()(const Respond& command) {
  const auto visit = may_.open_visit(command.step);
  if (!visit) return visit.error();
  const auto by = may_.respond(**visit);
  if (!by) return by.error();
  if (auto refusal = may_.refuse_content(command)) return refusal;
  draft_.respond((*visit)->id, command, *by);
  return std::nullopt;
}

std::optional<Refusal> Handler::operator()(const TakeMessage& command) {
  const auto by = may_.write_in();
  if (!by) return by.error();
  draft_.take_message(command.text, *by);
  return std::nullopt;
}

std::optional<Refusal> Handler::operator()(const OpenDocument& command) {
  const auto visit = may_.open_visit(command.step);
  if (!visit) return visit.error();
  const auto by = may_.open_document(**visit);
  if (!by) return by.error();
  if (auto refusal = may_.refuse_content(command)) return refusal;
  for (const Document& document : std::vector<Document>(draft_.permit().documents))
    if (document.id == command.document) draft_.open_document((*visit)->id, document, *by);
  return std::nullopt;
}

std::optional<Refusal> Handler::operator()(const AddNote& command) {
  const auto by = may_.add_note();
  if (!by) return by.error();
  if (auto refusal = may_.refuse_content(command)) return refusal;
  draft_.add_note(command.text, *by);
  return std::nullopt;
}

std::optional<Refusal> Handler::operator()(const BringDocuments& command) {
  const auto visit = may_.open_visit(command.step);
  if (!visit) return visit.error();
  const auto by = may_.bring(**visit);
  if (!by) return by.error();
  if (auto refusal = may_.refuse_content(**visit, command)) return refusal;
  draft_.bring_documents((*visit)->id, command.documents, *by);
  return std::nullopt;
}

std::optional<Refusal> Handler::operator()(const PlanFieldVisit& command) {
  const auto visit = may_.open_visit(command.step);
  if (!visit) return visit.error();
  const auto by = may_.plan_field_visit(**visit);
  if (!by) return by.error();
  if (auto refusal = may_.refuse_content(command)) return refusal;
  draft_.plan_field_visit((*visit)->id, command.visit_at, *by, Seconds{0});
  return std::nullopt;
}

}  // namespace

CivilDate Context::today() const {
  const LocalTime local = calendar.local(now);
  return fmt::format(FMT_COMPILE("{:04}-{:02}-{:02}"), local.year, local.month, local.day);
}

bool undo_window_is_open(const LastAction& last, Instant clock, Seconds undo_window) {
  // A clock that is put right little by little goes back so far.
  constexpr Seconds kClockTolerance{2};
  return clock < last.recorded_at + undo_window && clock + kClockTolerance >= last.recorded_at;
}

Decided open_permit(const NewPermit& submission, const Context& context) {
  const Step& first = context.sop.steps.front();
  const ActionRule& submit = first.actions.front();
  if (auto refusal = refuse_fields(faults_of_form(submission.fields, context.sop), context.sop))
    return *std::move(refusal);
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
  permit.fields = submission.fields;
  permit.related = submission.related;
  permit.submitted_at = context.now;
  permit.started_at = submission.started_at.value_or(context.now);

  Draft draft(std::move(permit), context);
  const Doer applicant{{Actor::Kind::applicant, submission.created_by, ""}, "", {}};
  const std::int64_t cause = draft.record(
      1, applicant,
      Submitted{submission.number, context.sop.id, context.sop.version, submission.applicant_digest,
                given(submission.fields, context.sop), submission.related});
  Visit& visit = draft.open_visit(first, {draft.permit().started_at, "", cause, Seconds{0}});
  const int visit_id = visit.id;
  draft.count(PermitSubmitted{}, draft.now(), cause);
  Act act;
  act.step = first.id;
  act.action = submit.id;
  act.note = submission.note;
  act.documents = submission.documents;
  if (auto refusal = refuse_next_steps(draft.permit(), visit, submit, act, context.sop))
    return *std::move(refusal);
  draft.perform({submit, visit_id, act, applicant, draft.now(), context.send.undo_window});
  draft.permit().last_action.reset();  // an application is withdrawn, not undone
  return draft.take();
}

Decided decide(const Permit& permit, const Actor& actor, const Command& command,
               const Context& context) {
  const std::int64_t version_seen = permit.version;
  Draft draft = caught_up(permit, context);
  Handler handler(draft, actor, context, version_seen);
  if (auto refusal = std::visit(handler, command)) return *std::move(refusal);
  draft.catch_up();  // an undo may bring back a clock whose instants have passed meanwhile
  return draft.take();
}

Decision catch_up(const Permit& permit, const Context& context) {
  return caught_up(permit, context).take();
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
  const Sop& before = sop.under(permit.sop_version);
  for (const Visit& visit : permit.visits) {
    const Step* was = visit.open() ? before.find_step(visit.step) : nullptr;
    if (was && was->within != sop.step(visit.step).within) missing.push_back(visit.step);
  }
  if (!missing.empty()) return refuse<Refused::branch_gone>(Missing{std::move(missing)});
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
         std::chrono::minutes(budget.minutes) + std::chrono::hours(24 * budget.calendar_days);
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
  if (const auto* ahead = std::get_if<BringDocuments>(&command)) return ahead->documents;
  const ResumeVisit* answer = std::get_if<ResumeVisit>(&command);
  return answer ? answer->documents : none;
}

}  // namespace tenggat
