// What superiors may do about what was raised to them.
#include "rules/permit/escalation.h"
#include "rules/permit/preconditions.h"

namespace tenggat {

Allowed Preconditions::direct(const Visit& visit) const {
  if (auto refusal = refuse_through_token(visit)) return *std::move(refusal);
  if (actor_.kind == Actor::Kind::officer && !context_.sop.is_applicant(visit.role))
    if (const auto duty =
            directing_duty_for(actor_.id, visit, context_.sop, context_.people, today_))
      return Doer{actor_, duty->for_officer, {}};
  return refuse<Refused::superiors_direct>(visit.step, visit.role);
}

Allowed Preconditions::respond(const Visit& visit) const {
  if (auto refusal = refuse_through_token(visit)) return *std::move(refusal);
  const auto duty =
      actor_.kind == Actor::Kind::officer && !context_.sop.is_applicant(visit.role)
          ? escalated_duty_for(actor_.id, visit, context_.sop, context_.people, today_)
          : std::nullopt;
  if (!duty) return refuse<Refused::superiors_respond>(visit.step, visit.role);
  if (escalations_raised(permit(), visit, context_.sop).empty())
    return refuse<Refused::no_escalation_yet>(visit.step);
  return Doer{actor_, duty->for_officer, {}};
}

Preconditions::UntilBounds Preconditions::bounds_of_response() const {
  return {draft_.now(), context_.calendar.deadline(draft_.now(), kLongestResponse).due};
}

std::optional<Refusal> Preconditions::refuse_content(const Direct& command) const {
  if (command.note.empty()) return refuse<Refused::missing_directive>();
  return std::nullopt;
}

std::optional<Refusal> Preconditions::refuse_content(const Respond& command) const {
  if (!command.until) return std::nullopt;
  const auto [after, latest] = bounds_of_response();
  if (*command.until <= after) return refuse<Refused::until_is_past>();
  if (*command.until > *latest)
    return refuse<Refused::response_too_long>(context_.calendar.format(*latest));
  return std::nullopt;
}

}  // namespace tenggat
