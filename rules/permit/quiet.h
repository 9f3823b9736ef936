// When a notice may leave. Source: docs/reference.md, Officers.
#pragma once
#include <optional>

#include "rules/calendar/calendar.h"
#include "rules/permit/notice.h"

namespace tenggat {

struct SendRules {
  Seconds group_wait{120};
  Seconds group_interval{600};
  Seconds undo_window{120};
  int messages_an_hour = 12;  // to one officer
};

// The last message to a person, if it still delays the next one: it does so only while a task it
// named is open.
struct LastMessage {
  Instant at{};
  bool names_open_task = false;
  // Of the last `messages_an_hour` messages the first; none where there have not been as many.
  std::optional<Instant> first_of_full_hour;
};

// The earliest instant at which this notice may be ready, whoever receives it.
Instant ready_at(const Notice& notice, const SendRules& rules);

// What should have left this long ago was held up by an outage: of the daemon, the database, the
// power. Far above any delay of ordinary work.
inline constexpr Seconds kOutage{3600};

// Since when an outage has kept a notice back, if one has: it was raised late, or not looked at
// when it was to be (`planned`).
std::optional<Instant> held_up_since(const Notice& notice, Instant planned, Instant now);

// When a group of an officer's notices leaves; they are of `notice`'s audience and urgency.
// `first_ready` is the earliest ready_at among them.
// Office hours apply: what would leave outside them leaves at the next opening, which is the
// morning list's instant when it is the day's first.
Instant leaves_at(const Notice& notice, Instant first_ready, const std::optional<LastMessage>& last,
                  const SendRules& rules, const Calendar& calendar);

}  // namespace tenggat
