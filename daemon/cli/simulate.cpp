// `tenggat simulate`: the office's last 90 days run forward, as they were and as they might be.
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <charconv>
#include <limits>
#include <ostream>

#include "daemon/cli/forecasts.h"
#include "daemon/cli/on_database.h"
#include "daemon/cli/print.h"
#include "daemon/office/what_if.h"

namespace tenggat::cli {
namespace {

namespace json = boost::json;
using forecast::Range;
using forecast::SimulatedWeek;
using office::WhatIf;
using office::WhatIfAsked;

constexpr int kWeeksAtMost = 26, kOfficersAtMost = 1000, kRunsAtMost = 1000;
constexpr double kTimesAtMost = 10;

int whole(const char* option, const std::string& text, int low, int high) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < low || value > high)
    throw BadUsage(fmt::format("--{} takes a whole number from {} to {}", option, low, high));
  return value;
}

// "teknis=+1", "back_office=-2"
WhatIfAsked::Officers officers_asked(const std::string& text) {
  const std::size_t equals = text.find('=');
  std::string by = equals == std::string::npos ? "" : text.substr(equals + 1);
  if (equals == 0 || by.size() < 2 || (by[0] != '+' && by[0] != '-'))
    throw BadUsage("--officers takes ROLE=+1 or ROLE=-1: so many more or fewer than now");
  if (by[0] == '+') by.erase(0, 1);
  return {text.substr(0, equals), whole("officers", by, -kOfficersAtMost, kOfficersAtMost)};
}

// "2026-05-04..08", "2026-05-04..2026-05-08", "teknis=2026-05-04"
WhatIfAsked::Absence absence_asked(const std::string& text) {
  WhatIfAsked::Absence absence;
  std::string dates = text;
  if (const std::size_t equals = text.find('='); equals != std::string::npos) {
    absence.role = text.substr(0, equals);
    dates = text.substr(equals + 1);
  }
  const std::size_t dots = dates.find("..");
  absence.first = dates.substr(0, dots);
  std::string last = dots == std::string::npos ? absence.first : dates.substr(dots + 2);
  checked_date("absence", absence.first);
  if (last.size() < absence.first.size())
    last = absence.first.substr(0, absence.first.size() - last.size()) + last;
  absence.last = checked_date("absence", last);
  if (absence.last < absence.first)
    throw BadUsage("--absence takes the first day and the last: 2026-05-04..08");
  return absence;
}

double times_asked(const std::string& text) {
  const std::string number = text.starts_with('x') ? text.substr(1) : text;
  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (number.empty() || error != std::errc() || end != number.data() + number.size() ||
      !(value >= 0 && value <= kTimesAtMost))
    throw BadUsage("--arrivals takes how many times as many, from x0 to x10: x1.3");
  return value;
}

WhatIfAsked read_asked(const Given& given) {
  WhatIfAsked asked;
  for (const std::string& one : given.all("officers"))
    asked.officers.push_back(officers_asked(one));
  for (const std::string& one : given.all("absence")) asked.absences.push_back(absence_asked(one));
  asked.arrivals = times_asked(given.text_or("arrivals", "x1"));
  asked.weeks = whole("weeks", given.text_or("weeks", "8"), 1, kWeeksAtMost);
  asked.seed = static_cast<std::uint64_t>(
      whole("seed", given.text_or("seed", "1"), 0, std::numeric_limits<int>::max()));
  if (const auto runs = given.text("runs")) asked.runs = whole("runs", *runs, 1, kRunsAtMost);
  return asked;
}

// "12 (8-17)"
std::string range_words(const Range& range) {
  return fmt::format("{:.0f} ({:.0f}-{:.0f})", range.middle, range.low, range.high);
}
std::string fine_words(const Range& range) {
  return fmt::format("{:.1f} ({:.1f}-{:.1f})", range.middle, range.low, range.high);
}
std::string part_words(const Range& range) {
  return fmt::format("{:.0f} % ({:.0f}-{:.0f})", 100 * range.middle, 100 * range.low,
                     100 * range.high);
}
json::object range_json(const Range& range) {
  return {{"low", range.low}, {"middle", range.middle}, {"high", range.high}};
}

json::array weeks_json(const WhatIf& what, const std::vector<SimulatedWeek>& weeks,
                       const Office& office) {
  json::array all;
  for (std::size_t i = 0; i < weeks.size(); ++i) {
    json::object roles;
    for (std::size_t role = 0; role < what.roles.size(); ++role)
      roles[what.roles[role]] = json::object{{"waiting", range_json(weeks[i].waiting[role])},
                                             {"load", range_json(weeks[i].load[role])}};
    all.push_back(json::object{{"until", office.text(what.week_ends[i])},
                               {"arrived", range_json(weeks[i].arrived)},
                               {"decided", range_json(weeks[i].decided)},
                               {"late", range_json(weeks[i].late)},
                               {"open", range_json(weeks[i].open)},
                               {"roles", std::move(roles)}});
  }
  return all;
}

void print_weeks(std::ostream& out, const WhatIf& what, const std::vector<SimulatedWeek>& weeks,
                 const Office& office) {
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < weeks.size(); ++i)
    rows.push_back({office.text(what.week_ends[i]).substr(0, 10), range_words(weeks[i].arrived),
                    range_words(weeks[i].decided), range_words(weeks[i].late),
                    range_words(weeks[i].open)});
  write_table(out, {"UNTIL", "CAME IN", "DECIDED", "LATE", "OPEN"}, rows);
}

// Of the last week, where what changed has had its time.
void print_roles(std::ostream& out, const WhatIf& what, const std::vector<SimulatedWeek>& before,
                 const std::vector<SimulatedWeek>& after) {
  std::vector<std::vector<std::string>> rows;
  for (std::size_t role = 0; role < what.roles.size(); ++role)
    rows.push_back({what.roles[role], std::to_string(what.load.officers[role]),
                    fine_words(before.back().waiting[role]), part_words(before.back().load[role]),
                    fine_words(after.back().waiting[role]), part_words(after.back().load[role])});
  write_table(out, {"ROLE", "OFFICERS", "LIE THERE, AS IT IS", "LOAD", "WHAT IF", "LOAD, WHAT IF"},
              rows);
}

pg::Awaitable<int> simulate(DatabaseCall& call) {
  WhatIfAsked asked = read_asked(call.given);
  const auto office = co_await read_office(call);
  if (const auto fault = office::fault_of(asked, office->rulebook)) throw Refused(*fault);
  const WhatIf what = co_await office::read_what_if(call.connection, office->rulebook,
                                                    office->moment.now, std::move(asked));
  const std::vector<SimulatedWeek> before = forecast::simulate(what.load, what.as_it_is),
                                   after = forecast::simulate(what.load, what.asked);
  std::ostream& out = call.terminal.out;
  if (call.given.has("json")) {
    write_json(out, json::object{{"from_days", office::kSimulatedPast.count()},
                                 {"files", what.load.files.size()},
                                 {"came_in", what.came_in},
                                 {"runs", what.as_it_is.runs},
                                 {"seed", what.as_it_is.seed},
                                 {"as_it_is", weeks_json(what, before, *office)},
                                 {"what_if", weeks_json(what, after, *office)}});
    co_return kOk;
  }
  out << fmt::format(
      "{} files of the last {} days, {} of them came in then; {} runs, nineteen in twenty lie "
      "between.\n",
      what.load.files.size(), office::kSimulatedPast.count(), what.came_in, what.as_it_is.runs);
  if (what.came_in == 0) out << "Nothing came in: there is nothing to run forward.\n";
  out << "\nAs it is:\n";
  print_weeks(out, what, before, *office);
  out << "\nWhat if:\n";
  print_weeks(out, what, after, *office);
  out << "\nIn the last of these weeks:\n";
  print_roles(out, what, before, after);
  co_return kOk;
}

int run_simulate(const Given& given, Terminal& terminal) {
  return on_database(given, terminal, simulate, true);
}

}  // namespace

std::vector<Command> simulate_commands() {
  using Count = Option::Count;
  return {
      {"simulate",
       {},
       {kConfigOption,
        kJsonOption,
        {"officers", "ROLE=+N", "so many officers more, or fewer: teknis=+1", Count::several},
        {"absence", "[ROLE=]DATES", "one officer of the role, or of each, is away: 2026-05-04..08",
         Count::several},
        {"arrivals", "xN", "how many times as much comes in: x1.3"},
        {"weeks", "N", "how far ahead (8)"},
        {"runs", "N", "how often it is run (up to 200, fewer of many files)"},
        {"seed", "N", "the same seed, the same answer (1)"}},
       "the office's last 90 days run forward, as they were and as they might be",
       "Late ones, what lies where and how busy each role is, week by week, each with the range\n"
       "of nineteen runs in twenty. Nothing is changed. A part of a role's name will do where no\n"
       "other has it.",
       run_simulate}};
}

}  // namespace tenggat::cli
