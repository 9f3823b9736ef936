// `tenggat deadline` and `tenggat elapsed`: questions to a calendar file, without a daemon or a
// database. Source: docs/reference.md, Commands. Every function answers the process's exit code: 0,
// or 1 where a line or the file was refused.
//
// One answer a line, in the order of the questions; as JSON an object a line, which names the
// question's. A line that is not a question (an empty one, too) is answered `error: line N: …` in
// its place, as JSON by an `error`. What was answered is flushed before waiting for
// more input, and before returning. For speed on large inputs call std::ios::sync_with_stdio(false)
// first.
#pragma once
#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string_view>

#include "rules/calendar/calendar.h"

namespace tenggat {

enum class AnswerForm { text, json };

// Reads a calendar and the lists (*.tsv) beside it. Faults go to `faults`, a line each.
std::optional<Calendar> load_calendar_file(const std::filesystem::path& path, std::ostream& faults);

// `START BUDGET` lines → the due instant, ` provisional` appended where it is.
int run_deadline(std::istream& in, std::ostream& out, const Calendar& calendar,
                 AnswerForm form = AnswerForm::text);

// `FROM TO` lines → working seconds, negative where FROM is after TO.
int run_elapsed(std::istream& in, std::ostream& out, const Calendar& calendar,
                AnswerForm form = AnswerForm::text);

// One due instant with its proof, day by day, for people to read; as JSON in one object, whose days
// are those of the API.
int explain_deadline(std::string_view start, std::string_view budget, std::ostream& out,
                     const Calendar& calendar, AnswerForm form = AnswerForm::text);
// The same for the first line of `in`, `START BUDGET`.
int explain_deadline(std::istream& in, std::ostream& out, const Calendar& calendar,
                     AnswerForm form = AnswerForm::text);

}  // namespace tenggat
