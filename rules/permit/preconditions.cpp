#include "rules/permit/preconditions.h"

#include <fmt/format.h>

#include <algorithm>

#include "rules/permit/came_back.h"

namespace tenggat {
namespace {

bool comes_with(const std::vector<NewDocument>& documents, const std::string& kind) {
  return std::any_of(documents.begin(), documents.end(),
                     [&](const NewDocument& document) { return document.kind == kind; });
}

// Kinds that are brought here by no rule, but elsewhere by one.
std::vector<std::string> out_of_place(const std::vector<NewDocument>& documents,
                                      const std::vector<Output>& here, const Sop& sop) {
  std::vector<std::string> kinds;
  for (const NewDocument& document : documents)
    if (!brings(here, document.kind) && sop.brings(document.kind)) kinds.push_back(document.kind);
  return kinds;
}

std::optional<Refusal> refuse_note(const ActionRule& rule, const Act& act) {
  using Note = ActionRule::Note;
  if (rule.note == Note::optional || !act.note.empty()) return std::nullopt;
  if (rule.note == Note::note_or_deficiencies && !act.deficiencies.empty()) return std::nullopt;
  if (rule.note == Note::required) return refuse<Refused::missing_note>(rule.id);
  return refuse<Refused::missing_note_or_deficiencies>(rule.id);
}

}  // namespace

// --- who, and when -------------------------------------------------------------------------------

std::optional<Refusal> Preconditions::refuse_ended() const {
  if (!is_terminal(permit().state)) return std::nullopt;
  return refuse<Refused::permit_closed>(to_string(permit().state));
}

boost::system::result<const Visit*, Refusal> Preconditions::open_visit(
    const std::string& step) const {
  if (auto refusal = refuse_ended()) return *std::move(refusal);
  if (const Visit* visit = permit().open_visit(step)) return visit;
  return refuse<Refused::step_not_open>(step);
}

Allowed Preconditions::on_duty(const Visit& visit) const {
  Doer by{actor_, "", {}};
  if (actor_.kind == Actor::Kind::system) return by;
  if (actor_.kind == Actor::Kind::service) {
    const Role* role = context_.sop.find_role(visit.role);
    if (role && role->system &&
        std::find(actor_.roles.begin(), actor_.roles.end(), role->id) != actor_.roles.end())
      return by;
    return refuse<Refused::another_role>(visit.step, visit.role);
  }
  if (actor_.kind == Actor::Kind::applicant) {
    if (context_.sop.is_applicant(visit.role)) return by;
    return refuse<Refused::applicants_step_alone>(visit.step);
  }
  if (auto refusal = refuse_through_token(visit)) return *std::move(refusal);
  const People& people = context_.people;
  const auto duty = duty_for(actor_.id, visit, context_.sop, people, today_);
  if (!duty) return refuse<Refused::another_role>(visit.step, visit.role);
  by.acting_for = duty->for_officer;
  if (duty->role != visit.role) {  // the next superior, in the role's place
    for (const Recipient& one : resolve_role(visit.role, &visit, context_.sop, people, today_))
      if (one.officer == actor_.id) by.in_place_because = one.why;
  } else if (judges_own_work(actor_.id, duty->for_officer, visit, context_.sop)) {
    by.in_place_because = Reason::self_approval;
  }
  return by;
}

std::optional<Refusal> Preconditions::refuse_through_token(const Visit& visit) const {
  const std::vector<std::string>& roles = actor_.roles;
  if (actor_.via.empty() || roles.empty() ||
      std::find(roles.begin(), roles.end(), visit.role) != roles.end())
    return std::nullopt;
  return refuse<Refused::another_role>(visit.step, visit.role);
}

// Whoever holds one of the duties above the step's role today.
Allowed Preconditions::superior_of(const Visit& visit) const {
  if (auto refusal = refuse_through_token(visit)) return *std::move(refusal);
  if (actor_.kind == Actor::Kind::officer)
    if (const auto duty =
            superior_duty_for(actor_.id, visit, context_.sop, context_.people, today_))
      return Doer{actor_, duty->for_officer, {}};
  return refuse<Refused::superiors_alone>(visit.step, visit.role);
}

// A claim binds while its officer can act on it: not one who is away or has lost the duty, and not
// against their own deputy.
std::optional<Refusal> Preconditions::refuse_claimed(const Visit& visit, const Doer& by) const {
  const std::string& assignee = visit.assignee;
  if (assignee.empty() || actor_.kind != Actor::Kind::officer) return std::nullopt;
  if (assignee == actor_.id || assignee == by.acting_for) return std::nullopt;
  // What came back waits for its author; a colleague may take it up before them.
  if (!visit.claimed_at && !context_.sop.role(visit.role).in_turn) return std::nullopt;
  if (!holder_on_duty(visit, context_.sop, context_.people, today_)) return std::nullopt;
  return refuse<Refused::claimed_by_other>();
}

Allowed Preconditions::in_charge(const Visit& visit) const {
  Allowed by = on_duty(visit);
  if (!by) return by;
  if (auto refusal = refuse_claimed(visit, *by)) return *std::move(refusal);
  return by;
}

Allowed Preconditions::of_officers(Allowed by) const {
  if (actor_.kind == Actor::Kind::applicant || actor_.kind == Actor::Kind::service)
    return refuse<Refused::officers_alone>();
  return by;
}

std::optional<Refusal> Preconditions::refuse_absent(const std::string& officer) const {
  const Officer* found = context_.people.find(officer);
  if (!found || context_.people.present(*found, today_)) return std::nullopt;
  return refuse<Refused::not_on_duty>(officer);
}

bool Preconditions::is_claimed_by(const Visit& visit, const std::string& officer) const {
  return visit.assignee == officer && visit.claimed_at;
}

// --- actions -------------------------------------------------------------------------------------

// Now, or once its officer has set what the step lets them set.
bool Preconditions::may_hold(const Condition& condition, const Step& step) const {
  return holds(condition, permit().fields, to_string(permit().outcome)) ||
         std::any_of(step.fields.begin(), step.fields.end(),
                     [&](const std::string& field) { return condition.names(field); });
}

namespace {

// What another step brings cannot be handed in at this one.
std::optional<Refusal> refuse_lacking(const Permit& permit, const ActionRule& rule,
                                      const Step& next, const Sop& sop) {
  std::vector<std::string> wanting = wanting_at(permit, rule, next, sop);
  if (std::none_of(wanting.begin(), wanting.end(),
                   [&](const std::string& kind) { return sop.brings(kind); }))
    return std::nullopt;
  return refuse<Refused::next_step_lacks>(next.id, Missing{std::move(wanting)});
}

}  // namespace

std::vector<const Step*> Preconditions::choices(const ActionRule& rule) const {
  if (!rule.chooses_branches) return {};
  std::vector<const Step*> steps =
      branches_holding(rule, permit().fields, outcome_after(permit(), rule, {}), context_.sop);
  std::erase_if(steps, [&](const Step* one) {
    return refuse_lacking(permit(), rule, *one, context_.sop).has_value();
  });
  return steps;
}

bool Preconditions::leads_by_what_is_set(const Step& step, const ActionRule& rule) const {
  return std::any_of(rule.to.begin(), rule.to.end(), [&](const Lead& lead) {
    return (rule.chooses_outcome && lead.when.names(kOutcomeField)) ||
           std::any_of(step.fields.begin(), step.fields.end(),
                       [&](const std::string& field) { return lead.when.names(field); });
  });
}

std::vector<const Step*> Preconditions::next_steps(const Visit& visit,
                                                   const ActionRule& rule) const {
  if (rule.chooses_branches || leads_by_what_is_set(context_.sop.step(visit.step), rule)) return {};
  return route_of(permit(), visit, rule, {}, context_.sop).opens;
}

// Where the action leads to nothing that could open, whatever comes with it.
std::optional<Refusal> Preconditions::refuse_way(const Visit& visit, const ActionRule& rule) const {
  if (leads_by_what_is_set(context_.sop.step(visit.step), rule)) return std::nullopt;
  if (rule.forks) {
    const std::vector<const Step*> holding =
        branches_holding(rule, permit().fields, outcome_after(permit(), rule, {}), context_.sop);
    if (holding.empty()) return refuse<Refused::opens_no_branch>(rule.id);
    if (rule.chooses_branches && choices(rule).empty())
      return refuse_lacking(permit(), rule, *holding.front(), context_.sop);
  }
  for (const Step* next : next_steps(visit, rule))
    if (auto refusal = refuse_lacking(permit(), rule, *next, context_.sop)) return refusal;
  return std::nullopt;
}

std::optional<Refusal> Preconditions::refuse_in_person(const ActionRule& rule) const {
  const bool through_service = !actor_.via.empty() || actor_.kind == Actor::Kind::service;
  if (!rule.in_person || !through_service) return std::nullopt;
  return refuse<Refused::in_person_only>(rule.id);
}

Allowed Preconditions::act(const Visit& visit, const ActionRule& rule, Allowed by) const {
  if (!by) return by;
  if (auto refusal = refuse_in_person(rule)) return *std::move(refusal);
  if (rule.only_for != Outcome::none && rule.only_for != permit().outcome)
    return refuse<Refused::for_another_outcome>(rule.id, to_string(rule.only_for),
                                                to_string(permit().outcome));
  const Step& step = context_.sop.step(visit.step);
  const bool of_chosen_outcome = rule.chooses_outcome && rule.when.names(kOutcomeField);
  if (!of_chosen_outcome && !may_hold(rule.when, step))
    return refuse<Refused::condition_not_met>(rule.id);
  if (auto refusal = refuse_own_late_entry(visit, rule, *by)) return *std::move(refusal);
  if (auto refusal = refuse_way(visit, rule)) return *std::move(refusal);
  return by;
}

std::optional<Refusal> Preconditions::refuse_content(const Visit& visit, const ActionRule& rule,
                                                     const Act& act) const {
  if (!rule.chooses_outcome && act.outcome != Outcome::none)
    return refuse<Refused::chooses_no_outcome>(rule.id);
  if (auto refusal = refuse_form(visit, rule, act)) return refusal;
  if (auto refusal = refuse_branches(rule, act)) return refusal;
  if (auto refusal = refuse_documents(visit, rule, act)) return refusal;
  if (auto refusal = refuse_note(rule, act)) return refusal;
  if (auto refusal = refuse_occurred_at(visit, rule, act)) return refusal;
  return refuse_next_steps(permit(), visit, rule, act, context_.sop);
}

std::optional<Refusal> Preconditions::refuse_branches(const ActionRule& rule,
                                                      const Act& act) const {
  if (!rule.chooses_branches && !act.to.empty())
    return refuse<Refused::no_such_branch>(rule.id, act.to.front());
  if (!rule.forks) return std::nullopt;
  const std::vector<const Step*> possible = branches_holding(
      rule, fields_after(permit(), act), outcome_after(permit(), rule, act), context_.sop);
  if (possible.empty()) return refuse<Refused::opens_no_branch>(rule.id);
  for (const std::string& chosen : act.to)
    if (std::none_of(possible.begin(), possible.end(),
                     [&](const Step* one) { return one->id == chosen; }))
      return refuse<Refused::no_such_branch>(rule.id, chosen);
  if (!rule.chooses_branches || !act.to.empty()) return std::nullopt;
  std::vector<std::string> names;
  for (const Step* one : possible) names.push_back(one->id);
  return refuse<Refused::missing_branches>(rule.id, fmt::format("{}", fmt::join(names, ", ")));
}

std::optional<Refusal> Preconditions::refuse_documents(const Visit& visit, const ActionRule& rule,
                                                       const Act& act) const {
  std::vector<std::string> missing;
  for (const Output& output : rule.outputs) {
    if (!output.file || rule.backward) continue;
    const auto found =
        std::find_if(act.documents.begin(), act.documents.end(),
                     [&](const NewDocument& document) { return document.kind == output.kind; });
    if (found == act.documents.end()) {
      if (!has_come(visit, rule, output)) missing.push_back(output.kind);
    } else if (output.numbered && found->number.empty()) {
      missing.push_back(output.kind + ".number");
    }
  }
  if (!missing.empty())
    return refuse<Refused::missing_output>(rule.id, Missing{std::move(missing)});
  return refuse_out_of_place(act.documents, rule, context_.sop);
}

std::optional<Refusal> refuse_out_of_place(const std::vector<NewDocument>& documents,
                                           const ActionRule& rule, const Sop& sop) {
  const std::vector<std::string> kinds = out_of_place(documents, rule.outputs, sop);
  if (kinds.empty() || rule.backward) return std::nullopt;  // a return may show what is wrong
  return refuse<Refused::not_brought_here>(rule.id, fmt::format("{}", fmt::join(kinds, ", ")));
}

std::optional<Refusal> refuse_next_steps(const Permit& permit, const Visit& visit,
                                         const ActionRule& rule, const Act& act, const Sop& sop) {
  for (const Step* next : route_of(permit, visit, rule, act, sop).opens) {
    std::vector<std::string> wanting = wanting_at(permit, rule, *next, sop);
    std::erase_if(wanting,
                  [&](const std::string& kind) { return comes_with(act.documents, kind); });
    if (!wanting.empty())
      return refuse<Refused::next_step_lacks>(next->id, Missing{std::move(wanting)});
  }
  return std::nullopt;
}

Allowed Preconditions::withdraw() const {
  if (auto refusal = refuse_ended()) return *std::move(refusal);
  if (actor_.kind != Actor::Kind::applicant) return refuse<Refused::applicant_alone>();
  for (const Visit& visit : permit().visits)
    if (forbids_withdrawal(visit, context_.sop))
      return refuse<Refused::too_late_to_withdraw>(context_.sop.withdrawal->until_step_opens);
  return Doer{actor_, "", {}};
}

Allowed Preconditions::undo() const {
  if (!permit().last_action) return refuse<Refused::nothing_to_undo>();
  const LastAction& last = *permit().last_action;
  if (last.by != identity(actor_)) return refuse<Refused::undo_by_other>();
  if (const Visit* closed = permit().find_visit(last.closed_visit)) {
    if (auto refusal = refuse_through_token(*closed)) return *std::move(refusal);
    const Step* step = context_.sop.find_step(closed->step);
    if (const ActionRule* rule = step ? step->find_action(closed->action) : nullptr)
      if (auto refusal = refuse_in_person(*rule)) return *std::move(refusal);
  }
  if (!undo_window_is_open(last, context_.now, context_.send.undo_window))
    return refuse<Refused::undo_window_over>();
  for (const int id : last.opened) {
    const Visit& opened = *permit().find_visit(id);
    const bool paused = std::any_of(permit().pauses.begin(), permit().pauses.end(),
                                    [&](const Pause& one) { return one.visit == opened.id; });
    const bool taken = opened.claimed_at && !opened.assignee.empty();
    const bool has_files =
        std::any_of(permit().documents.begin(), permit().documents.end(),
                    [&](const Document& one) { return one.visit == opened.id && one.counts(); });
    if (!opened.open() || taken || paused || has_files || opened.field_visit_at)
      return refuse<Refused::next_visit_touched>();
  }
  return Doer{actor_, "", {}};
}

// --- tasks ---------------------------------------------------------------------------------------

Allowed Preconditions::claim(Allowed by) const {
  by = of_officers(std::move(by));
  if (!by) return by;
  if (auto refusal = refuse_absent(actor_.id)) return *std::move(refusal);
  return by;
}

Allowed Preconditions::release(const Visit& visit, Allowed by) const {
  by = of_officers(std::move(by));
  if (by && visit.assignee.empty() && !is_released(visit)) return refuse<Refused::not_claimed>();
  return by;
}

bool Preconditions::is_released(const Visit& visit) const { return draft_.released(visit.id); }

Allowed Preconditions::assign(const Visit& visit) const { return superior_of(visit); }

std::optional<Refusal> Preconditions::refuse_assignee(const Visit& visit,
                                                      const std::string& officer) const {
  if (!duty_for(officer, visit, context_.sop, context_.people, today_))
    return refuse<Refused::no_duty_there>(officer, visit.step);
  return refuse_absent(officer);
}

Allowed Preconditions::escalate(const Visit& visit) const {
  Allowed by = of_officers(in_charge(visit));
  const std::size_t superiors = context_.sop.chain(visit.role).size();
  if (by &&
      escalations(permit(), visit.id) >= static_cast<int>(std::max<std::size_t>(superiors, 1)))
    return refuse<Refused::already_escalated>();
  return by;
}

Allowed Preconditions::acknowledge(const Visit& visit) const {
  return of_officers(in_charge(visit));
}

// --- pauses --------------------------------------------------------------------------------------

Allowed Preconditions::pause(const Visit& visit, const PauseReason* reason) const {
  if (context_.sop.is_applicant(visit.role)) return refuse<Refused::applicant_has_no_clock>();
  Allowed by = of_officers(in_charge(visit));
  if (by || !reason || !reason->names_requirement) return by;
  if (Allowed superior = superior_of(visit)) return superior;
  return by;
}

bool Preconditions::can_be_extension(const Visit& visit, const PauseReason& reason) const {
  const Pause* open = permit().open_pause(visit.id);
  return open && open->reason == reason.id && resumes_at(*open, context_.sop, context_.calendar);
}

Preconditions::UntilBounds Preconditions::bounds_of_pause(const PauseReason& reason) const {
  Pause begun;
  begun.from = draft_.now();
  return {draft_.now(), longest_pause(begun, reason, context_.calendar)};
}

Preconditions::UntilBounds Preconditions::bounds_of_extension(const Visit& visit,
                                                              const PauseReason& reason) const {
  const Pause& open = *permit().open_pause(visit.id);
  return {*resumes_at(open, context_.sop, context_.calendar),
          longest_pause(open, reason, context_.calendar)};
}

std::optional<Refusal> Preconditions::refuse_another_pause(const Visit& visit,
                                                           const PauseReason& reason) const {
  if (permit().open_pause(visit.id)) return refuse<Refused::already_paused>();
  const auto before = std::count_if(permit().pauses.begin(), permit().pauses.end(),
                                    [&](const Pause& pause) { return pause.reason == reason.id; });
  if (reason.most > 0 && before >= reason.most)
    return refuse<Refused::too_many_pauses>(reason.id, reason.most);
  return std::nullopt;
}

// One of a step's requirements, or a document that the application needs; asked for once, and again
// by a superior alone.
std::optional<Refusal> Preconditions::refuse_requirement(const Visit& visit,
                                                         const PauseReason& reason,
                                                         const PauseVisit& command) const {
  const std::string& named = command.requirement;
  const std::vector<Step>& steps = context_.sop.steps;
  const auto has_it = [&](const Step& step) {
    return std::any_of(step.requirements.begin(), step.requirements.end(),
                       [&](const Requirement& one) { return one.id == named; });
  };
  const std::vector<std::string>& needs = steps.front().needs;
  const bool known = std::any_of(steps.begin(), steps.end(), has_it) ||
                     std::find(needs.begin(), needs.end(), named) != needs.end();
  if (!reason.names_requirement)
    return named.empty() ? std::nullopt
                         : std::optional(refuse<Refused::names_no_requirement>(reason.id));
  if (named.empty()) return refuse<Refused::missing_requirement>(reason.id);
  if (!known) return refuse<Refused::unknown_requirement>(visit.step, named);
  const bool asked = std::any_of(
      permit().pauses.begin(), permit().pauses.end(),
      [&](const Pause& one) { return one.reason == reason.id && one.requirement == named; });
  if (asked && !superior_duty_for(actor_.id, visit, context_.sop, context_.people, today_))
    return refuse<Refused::asked_already>(named);
  return std::nullopt;
}

std::optional<Refusal> Preconditions::refuse_extension(const Visit& visit,
                                                       const PauseReason& reason) const {
  if (permit().open_pause(visit.id)->extensions >= reason.extensions)
    return refuse<Refused::too_many_extensions>(reason.id, reason.extensions);
  const auto [after, latest] = bounds_of_extension(visit, reason);
  if (!latest || after < *latest) return std::nullopt;
  return too_long(reason, *latest);
}

std::optional<Refusal> Preconditions::refuse_content(const Visit& visit, const PauseReason& reason,
                                                     const PauseVisit& command) const {
  const bool extends = can_be_extension(visit, reason);
  if (!extends && reason.tells_applicant && command.note.empty())
    return refuse<Refused::missing_question>();
  if (!extends)
    if (auto refusal = refuse_requirement(visit, reason, command)) return refusal;
  if (reason.needs_until && !command.until) return refuse<Refused::missing_until>();
  if (!command.until) return std::nullopt;
  const auto [after, latest] =
      extends ? bounds_of_extension(visit, reason) : bounds_of_pause(reason);
  if (*command.until <= after)
    return extends ? refuse<Refused::until_is_no_later>(context_.calendar.format(after))
                   : refuse<Refused::until_is_past>();
  if (latest && *command.until > *latest) return too_long(reason, *latest);
  return std::nullopt;
}

Refusal Preconditions::too_long(const PauseReason& reason, Instant latest) const {
  return refuse<Refused::pause_too_long>(reason.id, reason.longest->to_string(),
                                         context_.calendar.format(latest));
}

// The applicant's answer resumes what was asked of the applicant, and cannot be taken back.
bool Preconditions::is_answer(const Visit& visit) const {
  const Pause* pause = permit().open_pause(visit.id);
  const PauseReason* reason = pause ? rule_of(*pause, context_.sop) : nullptr;
  return actor_.kind == Actor::Kind::applicant && reason && reason->tells_applicant;
}

Allowed Preconditions::resume(const Visit& visit) const {
  if (!permit().open_pause(visit.id)) return refuse<Refused::not_paused>();
  if (is_answer(visit)) return Doer{actor_, "", {}};
  return in_charge(visit);
}

std::optional<Refusal> Preconditions::refuse_content(const Visit& visit,
                                                     const ResumeVisit& command) const {
  if (out_of_place(command.documents, {}, context_.sop).empty() &&
      (is_answer(visit) || command.documents.empty()))
    return std::nullopt;
  return refuse<Refused::not_the_applicants_documents>();
}

// --- the applicant -------------------------------------------------------------------------------

Allowed Preconditions::write_in() const {
  if (auto refusal = refuse_ended()) return *std::move(refusal);
  if (actor_.kind != Actor::Kind::applicant) return refuse<Refused::applicant_writes>();
  return Doer{actor_, "", {}};
}

// Whoever works on files of this SOP.
Allowed Preconditions::reach_applicant() const {
  if (actor_.kind == Actor::Kind::officer)
    for (const Duty& duty : context_.people.duties(actor_.id, today_))
      if (std::any_of(context_.sop.steps.begin(), context_.sop.steps.end(),
                      [&](const Step& step) { return step.role == duty.role; }))
        return Doer{actor_, duty.for_officer, {}};
  return refuse<Refused::clerks_alone>();
}

Allowed Preconditions::send_link() const {
  if (actor_.kind == Actor::Kind::system) return Doer{actor_, {}, {}};
  return reach_applicant();
}

}  // namespace tenggat
