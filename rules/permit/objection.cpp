#include "rules/permit/objection.h"

namespace tenggat {

bool is_under_way(const RaisedObjection& objection, const Context& context) {
  return !is_terminal(objection.state) ||
         (objection.last_action &&
          undo_window_is_open(*objection.last_action, context.now, context.send.undo_window));
}

std::optional<Refusal> refuse_objection(const Permit& permit, std::string_view service,
                                        bool another, const Context& context) {
  const std::optional<Objection>& objection = context.sop.objection;
  if (!objection || objection->sop.empty() || objection->sop != service)
    return refuse<Refused::objects_elsewhere>(permit.number, service);
  // A refusal that can still be taken back is none yet.
  const auto until = objection_until(as_decided(permit, context), context.sop, context.calendar);
  if (!until) return refuse<Refused::not_refused>(permit.number);
  if (context.now > *until)
    return refuse<Refused::objection_too_late>(permit.number, context.calendar.format(*until));
  if (another) return refuse<Refused::objection_under_way>(permit.number);
  return std::nullopt;
}

bool is_about_related(Reason reason) {
  switch (reason) {
    case Reason::unknown_related:
    case Reason::objects_elsewhere:
    case Reason::not_refused:
    case Reason::objection_too_late:
    case Reason::objection_under_way:
      return true;
    default:
      return false;
  }
}

}  // namespace tenggat
