#include "daemon/http/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include "daemon/http/view.h"
#include "daemon/store/hash.h"

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

// Those a clock stood for: as many as the replay counted, a pause opened late stops nothing.
std::vector<Standstill> effective_stops(const Ledger& ledger, const Replay& replay) {
  std::vector<Standstill> stops;
  for (const Standstill& stop : ledger.stops) {
    if (static_cast<int>(stops.size()) == replay.stops()) break;
    if (!stop.to || *stop.to != stop.from) stops.push_back(stop);
  }
  return stops;
}

std::string cause_at(const std::vector<StandstillCause>& causes, Instant t) {
  for (const StandstillCause& cause : causes)
    if (cause.stretch.from <= t && (!cause.stretch.to || t < *cause.stretch.to)) return cause.why;
  return {};
}

// Cuts the standstills out of one counted stretch.
std::vector<Span> without_stops(const Span& counted, const std::vector<Standstill>& stops,
                                const std::vector<StandstillCause>& causes) {
  std::vector<Span> spans;
  Instant reached = counted.from;
  const auto add = [&spans](Span::Kind kind, Instant from, Instant to, const std::string& why) {
    if (from < to) spans.push_back({kind, from, to, why});
  };
  for (const Standstill& stop : stops) {
    const Instant from = std::max(reached, stop.from);
    const Instant to = std::min(counted.to, stop.to.value_or(counted.to));
    if (from >= to) continue;
    add(Span::Kind::counted, reached, from, counted.why);
    add(Span::Kind::paused, from, to, cause_at(causes, from));
    reached = to;
  }
  add(Span::Kind::counted, reached, counted.to, counted.why);
  return spans;
}

std::string_view to_string(Span::Kind kind) {
  constexpr std::array names = {"counted", "before_opening", "lunch_break", "after_closing",
                                "weekend", "day_off",        "paused"};
  return names.at(static_cast<std::size_t>(kind));
}

// Waiting is until the claim, handling from there. Nobody can tell them apart on a visit that was
// closed without one.
struct Parts {
  std::optional<Seconds> waiting, handling;
};
Parts parts_of(const Visit& visit, const Ledger& ledger, bool from_claim, const Calendar& calendar,
               Instant now) {
  const Replay replay(ledger, calendar);
  const Seconds elapsed = replay.consumed(now);
  if (!visit.claimed_at) {
    if (visit.closed_at) return {};
    return {elapsed, Seconds{0}};
  }
  if (from_claim) return {calendar.worked(visit.opened_at, *visit.claimed_at), elapsed};
  const Seconds waiting = replay.consumed(*visit.claimed_at);
  return {waiting, elapsed - waiting};
}

json::object story_of(const Permit& permit, const Visit& visit, const Sop& sop,
                      const Calendar& calendar, Instant now) {
  json::object story = visit_view(permit, visit, sop, calendar, now);
  story["closed_at"] = or_null(visit.closed_at, calendar);
  story["action"] = or_null(visit.action);
  story["closed_by"] = or_null(visit.closed_by);
  story["closed_for"] = or_null(visit.closed_for);
  story["prepared_by"] = or_null(visit.prepared_by);
  story["verdict"] = nullptr;
  if (visit.verdict) story["verdict"] = *visit.verdict == Verdict::met ? "met" : "missed";
  story["returned"] = visit.returned;
  story["undone"] = visit.undone;
  json::array deficiencies;
  for (const std::string& kind : visit.deficiencies) deficiencies.emplace_back(or_null(kind));
  story["deficiencies"] = std::move(deficiencies);

  Parts parts;
  std::optional<Seconds> paused;
  int stops = 0;
  if (const auto ledger = visit_ledger(permit, visit, sop)) {
    const Replay replay(*ledger, calendar);
    parts = parts_of(visit, *ledger, sop.step(visit.step).clock_from_claim, calendar, now);
    paused = replay.paused_working(std::min(now, visit.closed_at.value_or(now)));
    stops = replay.stops();
  }
  story["waiting_seconds"] = or_null(parts.waiting);
  story["handling_seconds"] = or_null(parts.handling);
  story["paused_seconds"] = or_null(paused);
  story["pause_count"] = stops;
  return story;
}

json::array pauses_view(const Permit& permit, const Sop& sop, const Calendar& calendar) {
  json::array pauses;
  for (const Pause& pause : permit.pauses) {
    const PauseReason* reason = sop.find_pause(pause.reason);
    pauses.push_back(json::object{{"visit", visit_or_null(permit, pause.visit)},
                                  {"reason", pause.reason},
                                  {"name", reason ? json::value(reason->name) : nullptr},
                                  {"stops_case", pause.stops_case},
                                  {"from", calendar.format(pause.from)},
                                  {"to", or_null(pause.to, calendar)},
                                  {"until", or_null(pause.until, calendar)},
                                  {"by", or_null(pause.by)}});
  }
  return pauses;
}

json::array events_view(const Permit& permit, const std::vector<store::StoredEvent>& events,
                        const Calendar& calendar) {
  json::array views;
  for (const store::StoredEvent& stored : events) {
    const Event& event = stored.event;
    json::error_code error;
    json::value fields = json::parse(stored.fields_json, error);
    if (error) fields = nullptr;
    views.push_back(json::object{{"sequence", event.sequence},
                                 {"type", event.type},
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

json::object proof_of_visits_and_case(const Permit& permit, const Sop& sop,
                                      const Calendar& calendar, Instant now) {
  json::array visits;
  for (const Visit& visit : permit.visits) {
    const auto ledger = visit_ledger(permit, visit, sop);
    if (!ledger) continue;
    const auto days = prove(*ledger, causes_of_visit(permit, visit, sop), calendar, now);
    visits.push_back(
        json::object{{"visit", visit_name(visit)}, {"days", proof_view(days, calendar)}});
  }
  json::array of_case;
  if (const auto ledger = case_ledger(permit, sop))
    of_case = proof_view(prove(*ledger, causes_of_case(permit, sop), calendar, now), calendar);
  return {{"visits", std::move(visits)}, {"case", std::move(of_case)}};
}

std::string why_paused(const Pause& pause, const Sop& sop) {
  const PauseReason* reason = sop.find_pause(pause.reason);
  return fmt::format("{}, oleh {}", reason ? reason->name : pause.reason,
                     pause.by.empty() ? "sistem" : pause.by);
}

}  // namespace

std::vector<StandstillCause> causes_of_visit(const Permit& permit, const Visit& visit,
                                             const Sop& sop) {
  std::vector<StandstillCause> causes;
  for (const Pause& pause : permit.pauses)
    if (pause.visit == visit.id) causes.push_back({{pause.from, pause.to}, why_paused(pause, sop)});
  return causes;
}

std::vector<StandstillCause> causes_of_case(const Permit& permit, const Sop& sop) {
  std::vector<StandstillCause> causes;
  for (const Pause& pause : permit.pauses)
    if (pause.stops_case) causes.push_back({{pause.from, pause.to}, why_paused(pause, sop)});
  for (const Visit& visit : permit.visits)
    if (visit.returned && !visit.undone)
      causes.push_back({{visit.opened_at, visit.closed_at},
                        fmt::format("berkas pada pemohon ({})", visit_name(visit))});
  return causes;
}

std::vector<DayProof> prove(const Ledger& ledger, const std::vector<StandstillCause>& causes,
                            const Calendar& calendar, Instant now) {
  const Replay replay(ledger, calendar);
  const std::vector<Standstill> stops = effective_stops(ledger, replay);
  const Instant end = std::min(now, ledger.closed.value_or(now));
  std::vector<DayProof> days = calendar.explain(ledger.opened, end);
  for (DayProof& day : days) {
    std::vector<Span> spans;
    day.counted = Seconds{0};
    for (const Span& span : day.spans) {
      if (span.kind != Span::Kind::counted) {
        spans.push_back(span);
        continue;
      }
      for (Span& piece : without_stops(span, stops, causes)) {
        if (piece.kind == Span::Kind::counted) day.counted += piece.to - piece.from;
        spans.push_back(std::move(piece));
      }
    }
    day.spans = std::move(spans);
  }
  return days;
}

json::array proof_view(const std::vector<DayProof>& days, const Calendar& calendar) {
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
  json::array visits;
  for (const Visit& visit : permit.visits)
    visits.push_back(story_of(permit, visit, sop, calendar, now));
  view["visits"] = std::move(visits);
  view["pauses"] = pauses_view(permit, sop, calendar);
  view["events"] = events_view(permit, timeline.events, calendar);
  view["notes"] = notes_view(permit, timeline.notes, options.note_texts);
  view["proof"] = proof_of_visits_and_case(permit, sop, calendar, now);
  return view;
}

}  // namespace tenggat::http
