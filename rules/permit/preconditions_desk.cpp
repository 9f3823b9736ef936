// What an officer does on the desk besides the step's own actions: reads, notes, gathers files,
// plans a visit.
#include <fmt/format.h>

#include <algorithm>

#include "rules/permit/preconditions.h"

namespace tenggat {
namespace {

// How far ahead a visit to the place is planned.
constexpr std::chrono::hours kFarthestVisit{24 * 366};

}  // namespace

Allowed Preconditions::open_document(const Visit& visit) const {
  return of_officers(on_duty(visit));
}

std::optional<Refusal> Preconditions::refuse_content(const OpenDocument& command) const {
  const std::vector<Document>& all = permit().documents;
  if (std::any_of(all.begin(), all.end(),
                  [&](const Document& one) { return one.id == command.document && one.file; }))
    return std::nullopt;
  return refuse<Refused::no_such_document>(std::int64_t{command.document});
}

// Whoever has a role in the service, also above its steps; not the applicant, nor who only looks
// on.
Allowed Preconditions::add_note() const {
  if (actor_.kind == Actor::Kind::officer)
    for (const Duty& duty : context_.people.duties(actor_.id, today_)) {
      const Role* role = context_.sop.find_role(duty.role);
      if (role && !role->applicant && !role->observer && !role->system)
        return Doer{actor_, duty.for_officer, {}};
    }
  return refuse<Refused::colleagues_alone>();
}

std::optional<Refusal> Preconditions::refuse_content(const AddNote& command) const {
  return command.text.empty() ? std::optional(refuse<Refused::empty_note>()) : std::nullopt;
}

// --- files ahead of the action -------------------------------------------------------------------

std::vector<Output> Preconditions::files_ahead(const Step& step) const {
  std::vector<Output> files;
  for (const ActionRule& rule : step.actions) {
    if (rule.backward || ends_or_signs(step.id, rule, context_.sop)) continue;
    for (const Output& output : rule.outputs)
      if (output.file && std::find(files.begin(), files.end(), output) == files.end())
        files.push_back(output);
  }
  return files;
}

bool Preconditions::has_come(const Visit& visit, const ActionRule& rule,
                             const Output& output) const {
  if (ends_or_signs(visit.step, rule, context_.sop)) return false;
  return std::any_of(permit().documents.begin(), permit().documents.end(),
                     [&](const Document& one) {
                       return one.visit == visit.id && one.file && one.counts() &&
                              one.kind == output.kind && !(output.numbered && one.number.empty());
                     });
}

Allowed Preconditions::bring(const Visit& visit) const {
  Allowed by = of_officers(in_charge(visit));
  if (by && files_ahead(context_.sop.step(visit.step)).empty())
    return refuse<Refused::nothing_to_bring>(visit.step);
  return by;
}

std::optional<Refusal> Preconditions::refuse_content(const Visit& visit,
                                                     const BringDocuments& command) const {
  const std::vector<Output> ahead = files_ahead(context_.sop.step(visit.step));
  std::vector<std::string> missing, elsewhere;
  if (command.documents.empty())
    for (const Output& one : ahead) missing.push_back(one.kind);
  for (const NewDocument& document : command.documents) {
    const auto output = std::find_if(ahead.begin(), ahead.end(),
                                     [&](const Output& one) { return one.kind == document.kind; });
    if (output == ahead.end() && context_.sop.brings(document.kind))
      elsewhere.push_back(document.kind);
    if (output != ahead.end() && output->numbered && document.number.empty())
      missing.push_back(document.kind + ".number");
  }
  if (!missing.empty())
    return refuse<Refused::brings_nothing>(visit.step, Missing{std::move(missing)});
  if (!elsewhere.empty())
    return refuse<Refused::not_brought_ahead>(visit.step,
                                              fmt::format("{}", fmt::join(elsewhere, ", ")));
  return std::nullopt;
}

// --- a visit to the place ------------------------------------------------------------------------

Allowed Preconditions::plan_field_visit(const Visit& visit) const {
  Allowed by = of_officers(in_charge(visit));
  if (by && !context_.sop.step(visit.step).field_visit)
    return refuse<Refused::no_field_visit>(visit.step);
  return by;
}

Preconditions::UntilBounds Preconditions::bounds_of_field_visit() const {
  return {draft_.now(), draft_.now() + kFarthestVisit};
}

std::optional<Refusal> Preconditions::refuse_content(const PlanFieldVisit& command) const {
  const auto [after, latest] = bounds_of_field_visit();
  if (command.visit_at > after && command.visit_at <= *latest) return std::nullopt;
  return refuse<Refused::field_visit_outside>();
}

}  // namespace tenggat
