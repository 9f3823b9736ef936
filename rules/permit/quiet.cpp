#include "rules/permit/quiet.h"

#include <algorithm>

namespace tenggat {
namespace {

constexpr Seconds kHour{3600};

}  // namespace

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

std::optional<Instant> held_up_since(const Notice& notice, Instant planned, Instant now) {
  if (const auto* held_up = std::get_if<HeldUp>(&notice.details)) return held_up->since.at;
  if (now - planned > kOutage) return planned;
  return std::nullopt;
}

Instant leaves_at(const Notice& notice, Instant first_ready, const std::optional<LastMessage>& last,
                  const SendRules& rules, const Calendar& calendar) {
  // An applicant is told at any hour; the daily notices are made for their own instant.
  if (notice.audience == Audience::applicant || notice.audience == Audience::daily)
    return first_ready;
  Instant leaves = first_ready;
  if (last && !notice.urgent) {
    if (notice.audience == Audience::holder && last->names_open_task)
      leaves = std::max(leaves, last->at + rules.group_interval);
    if (last->first_of_full_hour) leaves = std::max(leaves, *last->first_of_full_hour + kHour);
  }
  return calendar.next_working(leaves);
}

}  // namespace tenggat
