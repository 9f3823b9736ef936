// Moments as people write them into spreadsheets, in the zone of a calendar.
#pragma once
#include <optional>
#include <string_view>
#include <variant>

#include "rules/calendar/calendar.h"

namespace tenggat::cli {

enum class NoMoment { unreadable, no_such_day };
// "03/05/2026" (day before month), "3 Mei 2026", "2026-05-03", each also with a time: "08:15",
// "08.15", "08:15:30", "pukul 08.15 WITA"; or RFC 3339 with an offset. A date alone is its
// beginning, 00:00.
std::variant<Instant, NoMoment> read_moment(std::string_view text, const Calendar& calendar);

}  // namespace tenggat::cli
