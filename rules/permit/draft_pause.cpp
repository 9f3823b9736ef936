// Clocks that are stopped, put off and let run again.
#include "rules/permit/draft.h"

#include "rules/permit/because_words.h"

namespace tenggat {
namespace {

// From here on an extension takes most of what a pause may last.
constexpr int kNearLimitPercent = 80;

constexpr std::string_view kAnswer = "jawaban_pemohon";

}  // namespace

bool Draft::short_of_time(const Visit& visit) const {
  const auto ledger = visit_ledger(decision_.after, visit, sop_);
  if (!ledger) return false;
  const Replay replay(*ledger, calendar_);
  const Ladder* ladder = sop_.find_ladder(sop_.step(visit.step).ladder);
  const auto soon = due_soon_at(replay, ladder ? &ladder->rungs : nullptr);
  return (soon && now_ >= *soon) || (replay.due() && now_ > *replay.due());
}

void Draft::pause(int visit_id, const PauseReason& reason, const PauseVisit& command,
                  const Doer& by, Seconds hold) {
  Permit& p = permit();
  const Visit& visit = *p.find_visit(visit_id);
  const bool late_hour = short_of_time(visit);
  Pause pause;
  pause.visit = visit_id;
  pause.id = static_cast<int>(p.pauses.size()) + 1;
  pause.reason = reason.id;
  pause.stops_case = reason.stops_case;
  pause.from = now_;
  pause.until = command.until;
  pause.by = by.actor.id;
  pause.requirement = command.requirement;
  p.pauses.push_back(pause);
  Paused paused{label(visit), reason.id, {}, {command.note}, command.requirement};
  if (command.until) paused.until = calendar_.stamp(*command.until);
  const std::int64_t cause = record(visit_id, by, std::move(paused));
  ++p.version;
  note(visit_id, "pause", "", command.note, by.actor);
  if (reason.tells_applicant)
    tell_applicant(visit_id, "klarifikasi", Reason::state_changed, cause, hold);
  if (late_hour)
    report_to_superior(visit_id, sentence<Because::paused_near_due>(reason.name),
                       Reason::paused_near_due, cause, Seconds{0});
}

void Draft::extend_pause(int visit_id, const PauseReason& reason, const PauseVisit& command,
                         const Doer& by) {
  Permit& p = permit();
  Pause& pause = *p.open_pause(visit_id);
  const Visit& visit = *p.find_visit(visit_id);
  const std::optional<Instant> before = resumes_at(pause, sop_, calendar_);
  pause.until = command.until;
  ++pause.extensions;
  const std::int64_t cause = record(visit_id, by,
                                    PauseExtended{label(visit),
                                                  reason.id,
                                                  pause.extensions,
                                                  calendar_.stamp(*before),
                                                  calendar_.stamp(*pause.until),
                                                  {command.note}});
  ++p.version;
  note(visit_id, "pause", "", command.note, by.actor);
  const auto longest = longest_pause(pause, reason, calendar_);
  const bool near_limit = longest && calendar_.worked(pause.from, *pause.until) * 100 >=
                                         calendar_.worked(pause.from, *longest) * kNearLimitPercent;
  if (short_of_time(visit))
    report_to_superior(visit_id, sentence<Because::extended_near_due>(reason.name),
                       Reason::paused_near_due, cause, Seconds{0});
  else if (near_limit)
    report_to_superior(
        visit_id, sentence<Because::extended_near_limit>(reason.longest->to_string(), reason.name),
        Reason::pause_near_limit, cause, Seconds{0});
}

void Draft::resume(int visit, Instant at, const Doer& by, const ResumeVisit& command,
                   Seconds hold) {
  Pause& pause = *permit().open_pause(visit);
  pause.to = at;
  Resumed resumed{label(*permit().find_visit(visit)),
                  pause.reason,
                  {},
                  {command.note},
                  typed(command.documents)};
  if (at != now_) resumed.at = calendar_.stamp(at);
  const std::int64_t cause = record(visit, by, std::move(resumed));
  note(visit, "note", "", command.note, by.actor);
  for (const NewDocument& document : command.documents)
    add_document(document, true, {visit, by.actor, cause});
  ++permit().version;
  if (by.actor.kind == Actor::Kind::applicant) tell_of_answer(visit, cause);
  tell_if_promise_moved(visit, because_ended(pause), cause, hold, &pause);
}

// An answer cannot be taken back, so its officer is told at once.
void Draft::tell_of_answer(int visit, std::int64_t cause) {
  Notice notice;
  notice.visit = visit;
  notice.kind = text_kind(std::string(kAnswer));
  notice.k = static_cast<int>(cause);
  notice.addressee = {Addressee::Kind::holder, ""};
  notice.audience = Audience::holder;
  notice.text = kAnswer;
  notice.reason = Reason::state_changed;
  notice.urgent = true;
  notice.cause = cause;
  notify(std::move(notice));
}

}  // namespace tenggat
