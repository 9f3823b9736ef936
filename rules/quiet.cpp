#include "rules/quiet.h"

#include <algorithm>

namespace tenggat {

Instant ready_at(const Notice& notice, const SendRules& rules) {
  switch (notice.audience) {
    case Audience::holder:
    case Audience::superior:
      return std::max(notice.urgent ? notice.raised_at : notice.raised_at + rules.group_wait,
                      notice.hold_until);
    case Audience::applicant:
      return std::max(notice.raised_at, notice.hold_until);
    case Audience::daily:
      return notice.raised_at;
  }
  return notice.raised_at;
}

Instant leaves_at(Audience audience, Instant first_ready, const std::optional<LastMessage>& last,
                  const SendRules& rules, const Calendar& calendar) {
  // An applicant is told at any hour; the daily notices are made for their own instant.
  if (audience == Audience::applicant || audience == Audience::daily) return first_ready;
  Instant leaves = first_ready;
  if (audience == Audience::holder && last && last->names_open_task)
    leaves = std::max(leaves, last->at + rules.group_interval);
  return calendar.next_working(leaves);
}

}  // namespace tenggat
