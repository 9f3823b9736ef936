#include "daemon/api/view.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/api/form_view.h"
#include "daemon/base/link_keys.h"
#include "rules/permit/ladder.h"

namespace tenggat::http {
namespace {

namespace json = boost::json;

using Memory = const json::storage_ptr&;

json::value or_null(const std::string& text, Memory memory) {
  return text.empty() ? json::value(nullptr) : json::value(text, memory);
}

json::value or_null(const std::optional<Instant>& instant, const Calendar& calendar,
                    Memory memory) {
  return instant ? json::value(calendar.format(*instant), memory) : json::value(nullptr);
}

// Office time never runs backwards within a permit, whatever the clocks of two machines say.
Instant not_before_last_event(const Permit& permit, Instant now) {
  return std::max(now, permit.changed_at);
}

json::object pause_view(const Pause& pause, const Sop& sop, const Calendar& calendar,
                        Memory memory) {
  const PauseReason* reason = rule_of(pause, sop);
  return {{{"reason", pause.reason},
           {"name", reason ? json::value(reason->name, memory) : json::value(nullptr)},
           {"stops_case", pause.stops_case},
           {"from", calendar.format(pause.from)},
           {"until", or_null(pause.until, calendar, memory)},
           {"resumes_at", or_null(resumes_at(pause, sop, calendar), calendar, memory)},
           {"extensions", pause.extensions},
           {"waits_for",
            reason ? json::value(to_string(reason->waits_for), memory) : json::value(nullptr)},
           {"requirement", or_null(pause.requirement, memory)},
           {"by", or_null(pause.by, memory)}},
          memory};
}

// The branch it lies in, of those that the fork's action has opened until the join.
json::value branch_view(const Permit& permit, const Visit& visit, const Sop& sop, Memory memory) {
  const Visit* fork = permit.find_visit(visit.fork);
  if (!fork) return nullptr;
  const ActionRule* rule = action_of(*fork, sop);
  return json::object({{"of", visit_name(*fork)},
                       {"number", visit.branch},
                       {"join", rule ? or_null(rule->join, memory) : json::value(nullptr)}},
                      memory);
}

json::object document_view(const Document& document, const Permit& permit, const Calendar& calendar,
                           Memory memory) {
  const Visit* visit = permit.find_visit(document.visit);
  return {{{"id", document.id},
           {"visit", visit ? json::value(visit_name(*visit), memory) : json::value(nullptr)},
           {"kind", document.kind},
           {"name", or_null(document.name, memory)},
           {"uri", or_null(document.uri, memory)},
           {"sha256", or_null(document.sha256, memory)},
           {"number", or_null(document.number, memory)},
           {"file", document.file},
           {"added_at", calendar.format(document.added_at)},
           {"added_by", or_null(document.added_by, memory)},
           {"in_force", document.counts()}},
          memory};
}

json::object applicant_view(const store::StoredPermit& stored, bool contact, Memory memory) {
  json::object applicant({{"name", stored.applicant.name}}, memory);
  if (contact) {
    applicant["email"] = or_null(stored.applicant.email, memory);
    applicant["whatsapp"] = or_null(stored.applicant.whatsapp, memory);
  }
  return applicant;
}

// At risk: under one working day left, or past. Source: docs/reference.md, Legal limit.
json::object legal_view(const Permit& permit, const Sop& sop, const Calendar& calendar, Instant now,
                        Memory memory) {
  json::object legal({{"basis", or_null(sop.legal.basis, memory)},
                      {"consequence", or_null(sop.legal.consequence, memory)},
                      {"limit", sop.legal.limit.to_string()},
                      {"due_at", nullptr},
                      {"passed_at", or_null(permit.legal_passed_at, calendar, memory)},
                      {"at_risk", false}},
                     memory);
  const auto ledger = legal_ledger(permit, sop);
  if (!ledger) return legal;
  const Replay replay(*ledger, calendar);
  const auto due = replay.due();
  legal["due_at"] = or_null(due, calendar, memory);
  const bool under_a_day = due && calendar.deadline(now, Budget{1, 0, 0}).due > *due;
  legal["at_risk"] = !ledger->closed && under_a_day;
  return legal;
}

// The promised date is the case due; none while the case clock stands, or is over.
json::value promised(const Permit& permit, const Sop& sop, const Calendar& calendar,
                     Memory memory) {
  const auto ledger = case_ledger(permit, sop);
  if (!ledger || ledger->closed) return nullptr;
  return or_null(Replay(*ledger, calendar).due(), calendar, memory);
}

struct Urgency {
  const Visit* visit;
  std::optional<Instant> due;
};

bool more_urgent(const Urgency& a, const Urgency& b) {
  if (a.due && b.due && *a.due != *b.due) return *a.due < *b.due;
  if (a.due.has_value() != b.due.has_value()) return a.due.has_value();
  if (a.visit->opened_at != b.visit->opened_at) return a.visit->opened_at < b.visit->opened_at;
  return a.visit->id < b.visit->id;
}

// Of the form; where the service has none, whatever was handed in.
json::value fields_of(const store::StoredPermit& stored) {
  if (!stored.permit.fields.empty()) return form_view(stored.permit.fields);
  json::error_code error;
  json::value fields = json::parse(stored.fields, error);
  return error ? json::value(nullptr) : fields;
}

}  // namespace

std::string visit_name(const Visit& visit) { return label(visit); }

std::string tracking_url(const std::string& public_url, const std::string& seed) {
  return seed.empty() ? std::string() : public_url + "/lacak/" + LinkKeys::unmarked(seed);
}

std::vector<const Visit*> by_urgency(const Permit& permit, const Sop& sop, const Calendar& calendar,
                                     Instant now) {
  std::vector<Urgency> open;
  for (const Visit& visit : permit.visits)
    if (visit.open()) open.push_back({&visit, visit_sla(permit, visit, sop, calendar, now).due_at});
  std::sort(open.begin(), open.end(), more_urgent);
  std::vector<const Visit*> visits;
  for (const Urgency& one : open) visits.push_back(one.visit);
  return visits;
}

json::object sla_view(const Sla& sla, const Calendar& calendar, Memory memory) {
  const bool judged = sla.remaining.has_value();
  json::object view(memory);
  view.reserve(8);  // all of its fields
  view["standard"] = sla.standard.to_string();
  view["elapsed_seconds"] = sla.elapsed.count();
  view["remaining_seconds"] = judged ? json::value(sla.remaining->count()) : json::value(nullptr);
  view["due_at"] = or_null(sla.due_at, calendar, memory);
  view["status"] = sla.status ? json::value(to_string(*sla.status), memory) : json::value(nullptr);
  view["paused"] = judged ? json::value(sla.paused) : json::value(nullptr);
  view["provisional"] = judged ? json::value(sla.provisional) : json::value(nullptr);
  return view;
}

json::object related_view(const store::RelatedPermit& objection) {
  return {{"id", std::to_string(objection.id)},
          {"number", objection.number},
          {"sop", objection.sop},
          {"state", to_string(objection.state)}};
}

json::object acknowledgement_view(const Visit& visit, const Sop& sop, const Calendar& calendar,
                                  Memory memory) {
  const Acknowledgement& latest = *visit.acknowledged;
  const Obstacle* obstacle = obstacle_of(latest, sop);
  return {{{"visit", visit_name(visit)},
           {"obstacle", latest.obstacle},
           {"name", obstacle ? json::value(obstacle->name, memory) : json::value(nullptr)},
           {"at", calendar.format(latest.at)},
           {"until", calendar.format(latest.until)},
           {"by", latest.by}},
          memory};
}

json::value late_entry_view(const Visit& visit, const Calendar& calendar, Memory memory) {
  if (!visit.late) return nullptr;
  const LateEntry& late = *visit.late;
  return json::object({{"visit", visit_name(visit)},
                       {"occurred_at", or_null(visit.closed_at, calendar, memory)},
                       {"recorded_at", calendar.format(late.recorded_at)},
                       {"by", late.by},
                       {"turned_step", late.turned_step},
                       {"turned_case", late.turned_case},
                       {"awaits_confirmation", late.awaits_word()},
                       {"confirmed_at", or_null(late.confirmed_at, calendar, memory)},
                       {"confirmed_by", or_null(late.confirmed_by, memory)}},
                      memory);
}

json::object visit_view(const Permit& permit, const Visit& visit, const Sop& sop,
                        const Calendar& calendar, Instant now, Memory memory) {
  const Step* step = step_of(visit, sop);
  json::object view(
      {{"step", visit.step},
       {"visit", visit_name(visit)},
       {"visit_id", visit.id},
       {"occurrence", visit.occurrence},
       {"number", step ? json::value(step->number) : json::value(nullptr)},
       {"name", step_name(visit, sop)},
       {"role", visit.role},
       {"assignee", or_null(visit.assignee, memory)},
       {"opened_at", calendar.format(visit.opened_at)},
       {"claimed_at", or_null(visit.claimed_at, calendar, memory)},
       {"branch", branch_view(permit, visit, sop, memory)},
       {"sla", sla_view(visit_sla(permit, visit, sop, calendar, now), calendar, memory)}},
      memory);
  const Pause* pause = visit.open() ? permit.open_pause(visit.id) : nullptr;
  if (pause) view["pause"] = pause_view(*pause, sop, calendar, memory);
  if (visit.acknowledged) view["acknowledged"] = acknowledgement_view(visit, sop, calendar, memory);
  return view;
}

json::object permit_view(const store::StoredPermit& stored, const Sop& sop,
                         const Calendar& calendar, Instant now, const ViewOptions& options,
                         Memory memory) {
  const Permit& permit = stored.permit;
  now = not_before_last_event(permit, now);
  json::object view(memory);
  view.reserve(32);  // all of its fields
  view["id"] = std::to_string(permit.id);
  view["number"] = permit.number;
  view["sop"] = permit.sop;
  view["sop_version"] = permit.sop_version;
  view["title"] = sop.title;
  view["state"] = to_string(permit.state);
  const bool known = options.outcome || permit.case_closed_at;
  view["outcome"] = or_null(known ? std::string(to_string(permit.outcome)) : std::string(), memory);
  view["subject"] = permit.subject;
  view["applicant"] = applicant_view(stored, options.contact, memory);
  view["external_id"] = or_null(permit.external_id, memory);
  view["related"] =
      permit.related ? json::value(std::to_string(*permit.related), memory) : json::value(nullptr);
  view["version"] = permit.version;
  view["started_at"] = calendar.format(permit.started_at);
  view["submitted_at"] = calendar.format(permit.submitted_at);
  view["updated_at"] = calendar.format(permit.changed_at);

  json::array visits(memory);
  for (const Visit* visit : by_urgency(permit, sop, calendar, now))
    visits.push_back(visit_view(permit, *visit, sop, calendar, now, memory));
  view["step"] = visits.empty() ? json::value(nullptr) : visits.front().at("step");
  view["sla"] = visits.empty() ? json::value(nullptr) : visits.front().at("sla");
  view["visits"] = std::move(visits);

  json::array late(memory);
  for (const Visit& visit : permit.visits)
    if (visit.late && !visit.undone) late.push_back(late_entry_view(visit, calendar, memory));
  view["late_entries"] = std::move(late);
  view["case_sla"] = sla_view(case_sla(permit, sop, calendar, now), calendar, memory);
  view["promised_at"] = promised(permit, sop, calendar, memory);
  view["legal"] = legal_view(permit, sop, calendar, now, memory);
  const bool over = is_terminal(permit.state);
  view["elapsed_since_submission_seconds"] =
      calendar.worked(permit.submitted_at, over ? over_at(permit) : now).count();

  json::array documents(memory);
  for (const Document& document : permit.documents)
    documents.push_back(document_view(document, permit, calendar, memory));
  view["documents"] = std::move(documents);
  if (options.contact) view["fields"] = fields_of(stored);
  if (options.tracking_link && !stored.tracking_seed.empty())
    view["tracking_url"] = tracking_url(options.public_url, stored.tracking_seed);
  return view;
}

std::string permit_json(const store::StoredPermit& stored, const Sop& sop, const Calendar& calendar,
                        Instant now, const ViewOptions& options) {
  PieceOfMemory piece;
  return json::serialize(permit_view(stored, sop, calendar, now, options, piece.memory()));
}

Rendered command_answer(const std::string& public_url, const AnswerFacts& facts) {
  const Permit& permit = facts.stored.permit;
  // Handing in is the one command that leaves a permit at its first version.
  const bool handed_in = permit.version == 1;
  const bool system = facts.actor.kind == Actor::Kind::service;
  const bool contact = !system && (facts.actor.via.empty() || facts.actor.via == permit.created_by);
  const bool outcome = !system && facts.actor.kind != Actor::Kind::applicant;
  return {facts.opened ? 201 : 200, permit_json(facts.stored, facts.sop, facts.calendar, facts.now,
                                                {public_url, contact, handed_in, outcome})};
}

}  // namespace tenggat::http
