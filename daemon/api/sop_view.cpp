#include "daemon/api/sop_view.h"

#include <boost/json/array.hpp>

#include "daemon/api/form_view.h"
#include "notifiers/words.h"

namespace tenggat::http {
namespace {

namespace json = boost::json;

json::array texts(const std::vector<std::string>& words) {
  return json::array(words.begin(), words.end());
}

json::value or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

json::value or_null(const std::optional<Budget>& budget) {
  return budget ? json::value(budget->to_string()) : json::value(nullptr);
}

// What a fork opens: all at once where their conditions hold, or those that the officer chooses.
json::object branches_view(const ActionRule& action) {
  json::array steps;
  for (const Lead& lead : action.to)
    steps.push_back(json::object{{"step", lead.step},
                                 {"conditional", !lead.when.always()},
                                 {"when", condition_view(lead.when)}});
  return {{"steps", std::move(steps)}, {"chosen", action.chooses_branches}, {"join", action.join}};
}

json::object action_view(const ActionRule& action) {
  json::object view;
  view["id"] = action.id;
  view["button"] = or_null(action.words.button);
  view["done"] = or_null(action.words.done);
  view["reasons"] = texts(action.words.reasons);
  view["to"] = nullptr;
  if (!action.forks && !action.ends_permit()) view["to"] = action.to.front().step;
  view["branches"] = action.forks ? json::value(branches_view(action)) : json::value(nullptr);
  view["when"] = condition_view(action.when);
  view["cancels_branches"] = action.cancels_branches;
  view["in_person"] = action.in_person;
  view["state"] = tenggat::to_string(action.state);
  view["note"] = to_string(action.note);
  view["outputs"] = outputs_view(action.outputs);
  view["chooses_outcome"] = action.chooses_outcome;
  view["only_for"] = nullptr;
  if (action.only_for != Outcome::none) view["only_for"] = tenggat::to_string(action.only_for);
  view["backward"] = action.backward;
  view["beyond_sop"] = action.beyond_sop;
  view["automatic_after"] = or_null(action.automatic_after);
  return view;
}

json::object step_view(const Step& step) {
  json::array actions;
  for (const ActionRule& action : step.actions) actions.push_back(action_view(action));
  std::vector<const Requirement*> requirements;
  for (const Requirement& one : step.requirements) requirements.push_back(&one);
  return {{"number", step.number},
          {"id", step.id},
          {"name", step.short_name},
          {"activity", step.activity},
          {"role", step.role},
          {"needs", texts(step.needs)},
          {"standard", step.standard.to_string()},
          {"outputs", outputs_view(step.outputs)},
          {"remarks", step.remarks},
          {"fields", texts(step.fields)},
          {"requirements", requirements_view(requirements)},
          {"join", step.joins},
          {"block", or_null(step.block())},
          {"stops_case", step.stops_case},
          {"in_person", step.in_person},
          {"actions", std::move(actions)}};
}

json::object role_view(const Role& role) {
  return {{"id", role.id},
          {"name", role.name},
          {"applicant", role.applicant},
          {"observer", role.observer},
          {"system", role.system},
          {"waits_for", to_string(role.waits_for)},
          {"superior", or_null(role.superior)}};
}

json::object pause_view(const PauseReason& pause) {
  return {{"id", pause.id},
          {"name", pause.name},
          {"stops_case", pause.stops_case},
          {"tells_applicant", pause.tells_applicant},
          {"waits_for", to_string(pause.waits_for)},
          {"until_required", pause.needs_until},
          {"longest", or_null(pause.longest)},
          {"extensions", pause.extensions},
          {"most", pause.most == 0 ? json::value(nullptr) : json::value(pause.most)},
          {"names_requirement", pause.names_requirement}};
}

json::object identity_view(const Identity& identity) {
  return {{"name", or_null(identity.name)},
          {"number", or_null(identity.number)},
          {"created", or_null(identity.created)},
          {"revised", or_null(identity.revised)},
          {"effective", or_null(identity.effective)},
          {"approved_by", or_null(identity.approved_by)},
          {"legal_basis", texts(identity.legal_basis)},
          {"related", texts(identity.related)},
          {"warnings", texts(identity.warnings)},
          {"qualifications", texts(identity.qualifications)},
          {"equipment", texts(identity.equipment)},
          {"records", texts(identity.records)}};
}

json::value objection_view(const std::optional<Objection>& objection) {
  if (!objection) return nullptr;
  return json::object{{"limit", objection->limit.to_string()},
                      {"how", objection->how},
                      {"sop", or_null(objection->sop)}};
}

}  // namespace

json::object sop_summary(const Sop& sop, const office::Rulebook& rulebook) {
  const auto* retired = rulebook.retirement(sop.id);
  const Calendar& calendar = rulebook.calendar(sop.calendar);
  return {
      {"id", sop.id},
      {"title", sop.title},
      {"version", sop.version},
      {"calendar", sop.calendar},
      {"total", or_null(sop.total)},
      {"total_shortest", or_null(sop.shortest)},
      {"case_standard", sop.case_standard.to_string()},
      {"retired_at", retired ? json::value(calendar.format(retired->at)) : json::value(nullptr)},
      {"steps", sop.steps.size()}};
}

json::object sop_view(const Sop& sop, const office::Rulebook& rulebook) {
  json::object view = sop_summary(sop, rulebook);
  json::array roles, steps, pauses, obstacles, fields, documents;
  for (const Role& role : sop.roles) roles.push_back(role_view(role));
  for (const Step& step : sop.steps) steps.push_back(step_view(step));
  for (const PauseReason& pause : sop.pauses) pauses.push_back(pause_view(pause));
  for (const Obstacle& obstacle : sop.obstacles)
    obstacles.push_back(json::object{{"id", obstacle.id},
                                     {"name", obstacle.name},
                                     {"remind_after", obstacle.remind_after.to_string()}});
  for (const Field& field : sop.fields) fields.push_back(field_view(field));
  for (const std::string& kind : sop.kinds_of_documents())
    documents.push_back(json::object{{"kind", kind}, {"label", notify::document_name(kind, sop)}});
  view["roles"] = std::move(roles);
  view["steps"] = std::move(steps);
  view["pauses"] = std::move(pauses);
  view["obstacles"] = std::move(obstacles);
  view["fields"] = std::move(fields);
  view["documents"] = std::move(documents);
  view["legal"] = {{"limit", sop.legal.limit.to_string()},
                   {"basis", sop.legal.basis},
                   {"consequence", sop.legal.consequence},
                   {"remark", sop.legal.remark}};
  view["objection"] = objection_view(sop.objection);
  view["identity"] = identity_view(sop.identity);
  return view;
}

}  // namespace tenggat::http
