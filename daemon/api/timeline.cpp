#include "daemon/api/timeline.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include "daemon/api/view.h"
#include "daemon/store/hash.h"
#include "rules/permit/ladder.h"
#include "rules/permit/proof.h"
#include "rules/permit/time_spent.h"

namespace tenggat::http {
namespace {

namespace json = boost::json;

json::value or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

json::value or_null(const std::optional<Instant>& instant, const Calendar& calendar) {
  return instant ? json::value(calendar.format(*instant)) : json::value(nullptr);
}

json::value or_null(const std::optional<Seconds>& seconds) {
  return seconds ? json::value(seconds->count()) : json::value(nullptr);
}

json::value visit_or_null(const Permit& permit, int id) {
  const Visit* visit = permit.find_visit(id);
  return visit ? json::value(visit_name(*visit)) : json::value(nullptr);
}

std::string_view to_string(Span::Kind kind) {
  constexpr std::array names = {"counted", "before_opening", "lunch_break", "after_closing",
                                "weekend", "day_off",        "paused"};
  return names.at(static_cast<std::size_t>(kind));
}

json::value rung_or_null(const std::optional<Timed>& next, const Calendar& calendar) {
  if (!next) return nullptr;
  return json::object{{"rung", next->rung->name()},
                      {"k", next->k},
                      {"occurrence", next->occurrence},
                      {"at", calendar.format(next->at)}};
}

// Gross, net and paused time of a clock: working seconds, and wall seconds beside them.
void add_times(json::object& view, const ClockTimes& times) {
  view["gross_seconds"] = times.gross.working.count();
  view["net_seconds"] = times.net.working.count();
  view["paused_seconds"] = times.paused.working.count();
  view["gross_wall_seconds"] = times.gross.wall.count();
  view["net_wall_seconds"] = times.net.wall.count();
  view["paused_wall_seconds"] = times.paused.wall.count();
  view["pause_count"] = times.pauses;
}

// What a closed clock would say under the calendar in force, where that is something else.
void add_recomputed(json::object& view, const std::optional<Recomputed>& recomputed,
                    const Calendar& calendar) {
  if (!recomputed) return;
  view["verdict_recomputed"] = nullptr;
  if (recomputed->verdict)
    view["verdict_recomputed"] = *recomputed->verdict == Verdict::met ? "met" : "missed";
  view["elapsed_recomputed_seconds"] = recomputed->elapsed.count();
  view["due_at_recomputed"] = or_null(recomputed->due_at, calendar);
}

json::object story_of(const Permit& permit, const Visit& visit, const Sop& sop,
                      const Calendar& calendar, Instant now) {
  json::object story = visit_view(permit, visit, sop, calendar, now);
  story["closed_at"] = or_null(visit.closed_at, calendar);
  story["action"] = or_null(visit.action);
  story["closed_by"] = or_null(visit.closed_by);
  story["closed_for"] = or_null(visit.closed_for);
  story["prepared_by"] = or_null(visit.prepared_by);
  json::array drafted_by;
  for (const std::string& officer : visit.drafted_by) drafted_by.emplace_back(officer);
  story["drafted_by"] = std::move(drafted_by);
  story["verdict"] = nullptr;
  if (visit.verdict) story["verdict"] = *visit.verdict == Verdict::met ? "met" : "missed";
  story["late_entry"] = late_entry_view(visit, calendar);
  story["returned"] = visit.returned;
  story["undone"] = visit.undone;
  story["cancelled"] = visit.cancelled();
  story["joined"] = visit.joined;
  json::array deficiencies;
  for (const std::string& kind : visit.deficiencies) deficiencies.emplace_back(or_null(kind));
  story["deficiencies"] = std::move(deficiencies);

  const WaitingAndHandling parts = waiting_and_handling(permit, visit, sop, calendar, now);
  story["waiting_seconds"] = or_null(parts.waiting);
  story["handling_seconds"] = or_null(parts.handling);
  story["pause_count"] = 0;
  story["paused_seconds"] = nullptr;
  if (const auto ledger = visit_ledger(permit, visit, sop))
    add_times(story, clock_times(*ledger, calendar, now));
  story["next_rung"] = rung_or_null(next_rung(permit, visit.id, sop, calendar), calendar);
  add_recomputed(story, recomputed_visit(permit, visit, sop, calendar), calendar);
  return story;
}

// Beside `case_sla`: where its time went, and what comes next.
json::object case_story(const Permit& permit, const Sop& sop, const Calendar& calendar,
                        Instant now) {
  json::object story;
  story["verdict"] = nullptr;
  if (permit.case_verdict)
    story["verdict"] = *permit.case_verdict == Verdict::met ? "met" : "missed";
  if (const auto ledger = case_ledger(permit, sop))
    add_times(story, clock_times(*ledger, calendar, now));
  story["next_rung"] = rung_or_null(next_rung(permit, 0, sop, calendar), calendar);
  add_recomputed(story, recomputed_case(permit, sop, calendar), calendar);
  return story;
}

json::object spent_view(const Spent& spent) {
  return {{"working_seconds", spent.working.count()}, {"wall_seconds", spent.wall.count()}};
}

json::object party_view(const TimeByParty& time, const Calendar& calendar) {
  return {{"from", calendar.format(time.from)},
          {"to", calendar.format(time.to)},
          {"office", spent_view(time.office)},
          {"applicant", spent_view(time.applicant)},
          {"other_agency", spent_view(time.other_agency)}};
}

json::array pauses_view(const Permit& permit, const Sop& sop, const Calendar& calendar) {
  json::array pauses;
  for (const Pause& pause : permit.pauses) {
    const PauseReason* reason = rule_of(pause, sop);
    pauses.push_back(json::object{
        {"visit", visit_or_null(permit, pause.visit)},
        {"reason", pause.reason},
        {"name", reason ? json::value(reason->name) : nullptr},
        {"stops_case", pause.stops_case},
        {"from", calendar.format(pause.from)},
        {"to", or_null(pause.to, calendar)},
        {"until", or_null(pause.until, calendar)},
        {"extensions", pause.extensions},
        {"waits_for", reason ? json::value(to_string(reason->waits_for)) : json::value(nullptr)},
        {"requirement", or_null(pause.requirement)},
        {"by", or_null(pause.by)}});
  }
  return pauses;
}

json::array events_view(const Permit& permit, const std::vector<store::StoredEvent>& events,
                        const Calendar& calendar) {
  json::array views;
  for (const store::StoredEvent& stored : events) {
    const EventHead& event = stored.event;
    json::error_code error;
    json::value fields = json::parse(stored.fields_json, error);
    if (error) fields = nullptr;
    views.push_back(json::object{{"sequence", event.sequence},
                                 {"type", stored.type},
                                 {"visit", visit_or_null(permit, event.visit)},
                                 {"actor", event.actor},
                                 {"acting_for", or_null(event.acting_for)},
                                 {"via", or_null(event.via)},
                                 {"at", calendar.format(event.at)},
                                 {"fields", std::move(fields)},
                                 {"hash", store::hex(stored.hash)}});
  }
  return views;
}

json::array notes_view(const Permit& permit, const std::vector<store::StoredNote>& notes,
                       bool texts) {
  json::array views;
  for (const store::StoredNote& note : notes) {
    views.push_back(json::object{{"event", note.event},
                                 {"visit", visit_or_null(permit, note.visit)},
                                 {"kind", note.kind},
                                 {"document", or_null(note.document)},
                                 {"text", texts ? json::value(note.text) : nullptr},
                                 {"by", or_null(note.by)}});
  }
  return views;
}

void add_proof(json::object& view, const Proof& proof, const Calendar& calendar) {
  view["carried_seconds"] = proof.carried.count();
  view["consumed_seconds"] = proof.consumed.count();
  view["total_seconds"] = proof.total.count();
  view["due_at"] = or_null(proof.due, calendar);
  view["provisional"] = proof.provisional;
  view["days"] = days_view(proof.days, calendar);
}

// The days of the case and of the legal limit stand alone under `case` and `legal`, their sums
// under `case_clock` and `legal_clock`.
json::object proofs_of(const Permit& permit, const Sop& sop, const Calendar& calendar,
                       Instant now) {
  json::array visits;
  for (const Visit& visit : permit.visits) {
    const auto proof = prove_visit(permit, visit, sop, calendar, now);
    if (!proof) continue;
    json::object view{{"visit", visit_name(visit)}};
    add_proof(view, *proof, calendar);
    visits.push_back(std::move(view));
  }
  json::object proofs{{"visits", std::move(visits)}};
  const auto add = [&](std::string_view name, const std::optional<Proof>& proof) {
    json::object clock;
    if (proof) add_proof(clock, *proof, calendar);
    proofs[name] = proof ? std::move(clock["days"]) : json::array();
    clock.erase("days");
    proofs[std::string(name) + "_clock"] = proof ? json::value(std::move(clock)) : nullptr;
  };
  add("case", prove_case(permit, sop, calendar, now));
  add("legal", prove_legal(permit, sop, calendar, now));
  return proofs;
}

}  // namespace

json::array days_view(const std::vector<DayProof>& days, const Calendar& calendar) {
  json::array views;
  for (const DayProof& day : days) {
    json::array spans;
    for (const Span& span : day.spans)
      spans.push_back(json::object{{"kind", to_string(span.kind)},
                                   {"from", calendar.format(span.from)},
                                   {"to", calendar.format(span.to)},
                                   {"why", or_null(span.why)}});
    views.push_back(json::object{
        {"date", day.date}, {"counted_seconds", day.counted.count()}, {"spans", std::move(spans)}});
  }
  return views;
}

json::object timeline_view(const store::StoredPermit& stored, const Timeline& timeline,
                           const Sop& sop, const Calendar& calendar, Instant now,
                           const TimelineOptions& options) {
  const Permit& permit = stored.permit;
  now = std::max(now, permit.changed_at);
  json::object view;
  view["id"] = std::to_string(permit.id);
  view["number"] = permit.number;
  view["sop"] = permit.sop;
  view["state"] = tenggat::to_string(permit.state);
  view["version"] = permit.version;
  view["at"] = calendar.format(now);
  view["started_at"] = calendar.format(permit.started_at);
  view["submitted_at"] = calendar.format(permit.submitted_at);
  view["case_sla"] = sla_view(case_sla(permit, sop, calendar, now), calendar);
  view["case"] = case_story(permit, sop, calendar, now);
  view["time"] = party_view(time_by_party(permit, sop, calendar, now), calendar);
  json::array visits;
  for (const Visit& visit : permit.visits)
    visits.push_back(story_of(permit, visit, sop, calendar, now));
  view["visits"] = std::move(visits);
  view["pauses"] = pauses_view(permit, sop, calendar);
  view["events"] = events_view(permit, timeline.events, calendar);
  view["notes"] = notes_view(permit, timeline.notes, options.note_texts);
  view["proof"] = proofs_of(permit, sop, calendar, now);
  return view;
}

}  // namespace tenggat::http
