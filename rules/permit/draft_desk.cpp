// What is done on the desk besides the step's own actions.
#include "rules/permit/draft.h"

namespace tenggat {

// No change of the permit: what somebody is filling in meanwhile stays good.
void Draft::open_document(int visit, const Document& document, const Doer& by) {
  record(visit, by, DocumentOpened{label(*permit().find_visit(visit)), document.id, document.kind});
}

void Draft::add_note(const std::string& text, const Doer& by) {
  record(0, by, NoteAdded{{text}});
  note(0, "internal", "", text, by.actor);
}

void Draft::bring_documents(int visit, const std::vector<NewDocument>& documents, const Doer& by) {
  const std::int64_t cause =
      record(visit, by, DocumentsBrought{label(*permit().find_visit(visit)), typed(documents)});
  for (const NewDocument& document : documents)
    add_document(document, true, {visit, by.actor, cause});
  ++permit().version;
}

void Draft::plan_field_visit(int visit_id, Instant at, const Doer& by, Seconds hold) {
  Visit& visit = *permit().find_visit(visit_id);
  FieldVisitPlanned planned{label(visit), calendar_.stamp(at), {}};
  if (visit.field_visit_at) planned.before = calendar_.stamp(*visit.field_visit_at);
  visit.field_visit_at = at;
  const std::int64_t cause = record(visit_id, by, std::move(planned));
  ++permit().version;
  tell_applicant(visit_id, std::string(kFieldVisit), Reason::state_changed, cause, hold);
}

}  // namespace tenggat
