// What is entered late, who confirms it and who corrects it. Source: docs/reference.md, Late
// entries.
#include <algorithm>

#include "rules/permit/preconditions.h"
#include "rules/utf8.h"

namespace tenggat {
namespace {

// An entry recorded later than this after the fact must say why, in so many letters.
constexpr Seconds kLateEntry{15 * 60};
constexpr std::size_t kLettersOfReason = 10;
// What ends or signs a permit is entered so late at most.
constexpr Budget kLatestEnd{1, 0, 0};

// As offers and commands name it.
constexpr std::string_view kConfirmation = "confirm", kCorrection = "correct";

}  // namespace

bool ends_or_signs(const std::string& step, const ActionRule& rule, const Sop& sop) {
  return rule.ends_permit() || std::find(sop.case_ends.begin(), sop.case_ends.end(),
                                         Trigger{step, rule.id}) != sop.case_ends.end();
}

std::optional<Refusal> Preconditions::refuse_occurred_at(const Visit& visit, const ActionRule& rule,
                                                         const Act& act) const {
  if (!act.occurred_at) return std::nullopt;
  if (*act.occurred_at < visit.opened_at || *act.occurred_at > draft_.now())
    return refuse<Refused::occurred_outside>();
  if (draft_.now() - *act.occurred_at <= kLateEntry) return std::nullopt;
  if (letters_in(act.reason) < kLettersOfReason) return refuse<Refused::late_without_reason>();
  if (ends_or_signs(visit.step, rule, context_.sop) &&
      context_.calendar.deadline(*act.occurred_at, kLatestEnd).due < draft_.now())
    return refuse<Refused::ended_too_long_ago>();
  return std::nullopt;
}

// Who drafted may approve, which is reported; but not what they themselves entered late.
std::optional<Refusal> Preconditions::refuse_own_late_entry(const Visit& visit,
                                                            const ActionRule& rule,
                                                            const Doer& by) const {
  if (rule.backward || actor_.kind != Actor::Kind::officer ||
      !context_.sop.step(visit.step).judges() ||
      !judges_own_work(actor_.id, by.acting_for, visit, context_.sop))
    return std::nullopt;
  const bool entered_late = std::any_of(
      permit().visits.begin(), permit().visits.end(),
      [&](const Visit& one) { return one.late && !one.undone && is_own_entry(actor_.id, one); });
  return entered_late ? std::optional(refuse<Refused::own_late_entry>()) : std::nullopt;
}

bool Preconditions::can_be_undone(const Visit& visit) const {
  const auto& last = permit().last_action;
  return last && last->closed_visit == visit.id &&
         undo_window_is_open(*last, context_.now, context_.send.undo_window);
}

Allowed Preconditions::confirm(const Visit& visit) const {
  if (!actor_.via.empty()) return refuse<Refused::in_person_only>(kConfirmation);
  const bool officer = actor_.kind == Actor::Kind::officer;
  const auto duty =
      officer ? confirming_duty_for(actor_.id, visit, context_.sop, context_.people, today_)
              : std::nullopt;
  if (officer && (is_own_entry(actor_.id, visit) ||
                  (duty && !duty->for_officer.empty() && is_own_entry(duty->for_officer, visit))))
    return refuse<Refused::own_late_entry>();
  if (!duty) return refuse<Refused::superior_confirms>(visit.step, visit.role);
  if (can_be_undone(visit)) return refuse<Refused::entry_not_final>();
  return Doer{actor_, duty->for_officer, {}};
}

const Visit* Preconditions::to_confirm(const std::string& step) const {
  const Visit* first = nullptr;
  for (const Visit& visit : permit().visits) {
    if (visit.step != step || visit.undone || !visit.late || !visit.late->awaits_word()) continue;
    if (confirm(visit)) return &visit;
    if (!first) first = &visit;
  }
  return first;
}

Allowed Preconditions::correct(const Visit& visit) const {
  if (!actor_.via.empty()) return refuse<Refused::in_person_only>(kCorrection);
  if (actor_.kind != Actor::Kind::officer || !is_administrator(actor_.id, context_.people, today_))
    return refuse<Refused::administrators_alone>();
  if (visit.closed_by == actor_.id || visit.closed_for == actor_.id)
    return refuse<Refused::own_late_entry>();
  if (can_be_undone(visit)) return refuse<Refused::entry_not_final>();
  return Doer{actor_, "", {}};
}

const Visit* Preconditions::to_correct(const std::string& step) const {
  const Visit* latest = nullptr;
  for (const Visit& visit : permit().visits) {
    if (visit.step != step || visit.undone || visit.closed_by.empty() ||
        visit.closed_at <= visit.opened_at)
      continue;
    const ActionRule* rule = action_of(visit, context_.sop);
    if (rule && ends_or_signs(visit.step, *rule, sop_of(visit, context_.sop))) latest = &visit;
  }
  return latest;
}

std::optional<Refusal> Preconditions::refuse_content(const Visit& visit,
                                                     const Correct& command) const {
  if (command.occurred_at < visit.opened_at || command.occurred_at >= *visit.closed_at)
    return refuse<Refused::corrected_outside>();
  if (letters_in(command.reason) < kLettersOfReason)
    return refuse<Refused::correction_without_reason>();
  return std::nullopt;
}

}  // namespace tenggat
