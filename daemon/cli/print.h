// How listings look: columns for people, JSON for programs.
#pragma once
#include <boost/json/value.hpp>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "rules/calendar/calendar.h"

namespace tenggat::cli {

// Left-aligned columns, as wide as their widest cell in characters; nothing where there are no
// rows.
void write_table(std::ostream& out, const std::vector<std::string>& head,
                 const std::vector<std::vector<std::string>>& rows);

// One line.
void write_json(std::ostream& out, const boost::json::value& value);

// RFC 3339, in the zone of the calendar, else in UTC.
std::string instant_text(Instant t, const Calendar* calendar);

// What stands at a path of object keys, as text; empty where there is nothing or null.
std::string text_at(const boost::json::value& value, std::initializer_list<std::string_view> path);

// Without control and hidden characters, so that what an applicant typed cannot drive a terminal or
// make a line say something else.
std::string printable(std::string_view text);

}  // namespace tenggat::cli
