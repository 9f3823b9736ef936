#include "rules/permit/proof.h"

#include <algorithm>

#include "rules/permit/because_words.h"

namespace tenggat {
namespace {

std::string cause_at(const std::vector<StandstillCause>& causes, Instant t) {
  for (const StandstillCause& cause : causes)
    if (cause.stretch.from <= t && (!cause.stretch.to || t < *cause.stretch.to)) return cause.why;
  return {};
}

// Cuts the standstills out of one counted stretch. Where one cause ends and another goes on, the
// stretch is cut again, so that each part has its own.
std::vector<Span> without_stops(const Span& counted, const std::vector<Standstill>& stops,
                                const std::vector<StandstillCause>& causes) {
  std::vector<Span> spans;
  const auto add = [&spans](Span::Kind kind, Instant from, Instant to, const std::string& why) {
    if (from < to) spans.push_back({kind, from, to, why});
  };
  const auto add_stop = [&](Instant from, Instant to) {
    while (from < to) {
      Instant next = to;
      for (const StandstillCause& cause : causes)
        for (const auto& edge : {std::optional(cause.stretch.from), cause.stretch.to})
          if (edge && *edge > from && *edge < next &&
              cause_at(causes, from) != cause_at(causes, *edge))
            next = *edge;
      add(Span::Kind::paused, from, next, cause_at(causes, from));
      from = next;
    }
  };
  Instant reached = counted.from;
  for (const Standstill& stop : stops) {
    const Instant from = std::max(reached, stop.from);
    const Instant to = std::min(counted.to, stop.to.value_or(counted.to));
    if (from >= to) continue;
    add(Span::Kind::counted, reached, from, counted.why);
    add_stop(from, to);
    reached = to;
  }
  add(Span::Kind::counted, reached, counted.to, counted.why);
  return spans;
}

std::string why_paused(const Pause& pause, const Sop& sop) {
  const PauseReason* reason = rule_of(pause, sop);
  const std::string& name = reason ? reason->name : pause.reason;
  return pause.by.empty() ? sentence<Because::paused_by_system>(name)
                          : sentence<Because::paused_by>(name, pause.by);
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
    if (stops_case(visit, sop))
      causes.push_back({{visit.opened_at, visit.closed_at},
                        visit.returned ? sentence<Because::with_applicant>(label(visit))
                                       : sentence<Because::case_stands>(step_name(visit, sop))});
  return causes;
}

Proof prove(const Ledger& ledger, const std::vector<StandstillCause>& causes,
            const Calendar& calendar, Instant now) {
  const Replay replay(ledger, calendar);
  Proof proof;
  proof.carried = proof.consumed = replay.carried();
  proof.total = replay.total();
  proof.due = replay.due();
  proof.provisional = replay.provisional();
  proof.days = calendar.explain(ledger.opened, std::min(now, ledger.closed.value_or(now)),
                                replay.counting());
  for (DayProof& day : proof.days) {
    std::vector<Span> spans;
    day.counted = Seconds{0};
    for (const Span& span : day.spans) {
      if (span.kind != Span::Kind::counted) {
        spans.push_back(span);
        continue;
      }
      for (Span& piece : without_stops(span, replay.standing(), causes)) {
        if (piece.kind == Span::Kind::counted) day.counted += piece.to - piece.from;
        spans.push_back(std::move(piece));
      }
    }
    proof.consumed += day.counted;
    day.spans = std::move(spans);
  }
  return proof;
}

std::optional<Proof> prove_visit(const Permit& permit, const Visit& visit, const Sop& sop,
                                 const Calendar& calendar, Instant now) {
  const auto ledger = visit_ledger(permit, visit, sop);
  if (!ledger) return std::nullopt;
  return prove(*ledger, causes_of_visit(permit, visit, sop), calendar, now);
}

std::optional<Proof> prove_case(const Permit& permit, const Sop& sop, const Calendar& calendar,
                                Instant now) {
  const auto ledger = case_ledger(permit, sop);
  if (!ledger) return std::nullopt;
  return prove(*ledger, causes_of_case(permit, sop), calendar, now);
}

std::optional<Proof> prove_legal(const Permit& permit, const Sop& sop, const Calendar& calendar,
                                 Instant now) {
  const auto ledger = legal_ledger(permit, sop);
  if (!ledger) return std::nullopt;
  return prove(*ledger, causes_of_case(permit, sop), calendar, now);
}

}  // namespace tenggat
