// What needs no daemon and no database: `tenggat check`, `deadline`, `elapsed`, `diagram`.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fstream>
#include <istream>
#include <ostream>
#include <sstream>

#include "daemon/api/sop_diagram.h"
#include "daemon/cli/check_words.h"
#include "daemon/cli/language.h"
#include "daemon/cli/offline.h"
#include "daemon/cli/on_database.h"
#include "daemon/cli/print.h"
#include "daemon/office/number_clash.h"
#include "daemon/office/rule_files.h"
#include "rules/sop/load_sop.h"

namespace tenggat::cli {

std::string_view sop_schema();  // sop.schema.json

namespace {

namespace json = boost::json;
using Count = Option::Count;

void write_faults(const Faults& faults, const std::string& directory, const Given& given,
                  Terminal& terminal) {
  const bool english = in_english(given, terminal);
  for (const Fault& fault : faults)
    terminal.err << (english ? fault.to_string() : fault.in_indonesian()) << '\n';
  write(terminal.err,
        faults.size() == 1 ? say<Says::one_fault>(directory)
                           : say<Says::fault_count>(faults.size(), directory),
        english);
}

std::string directory_of(const Given& given, const Terminal& terminal) {
  const auto named = given.argument(0);
  return named ? *named : load_configuration(given, terminal).rules;
}

// Whether a service of the directory could print the numbers of one in the database.
pg::Awaitable<int> check_numbers(DatabaseCall& call) {
  const std::string directory = directory_of(call.given, call.terminal);
  const auto files = load_rule_files(directory);
  if (!files) throw Refused(fmt::format("{} was changed meanwhile", directory));
  Faults faults;
  for (office::NumberClash& clash : co_await office::number_clashes(call.connection, files->sops))
    faults.push_back(std::move(clash.fault));
  if (faults.empty())
    write(call.terminal.out, say<Says::numbers_differ>(), in_english(call.given, call.terminal));
  else
    write_faults(faults, directory, call.given, call.terminal);
  co_return faults.empty() ? kOk : kRefused;
}

// Each role of the SOPs in force that nobody can be told for today.
pg::Awaitable<int> check_people(DatabaseCall& call) {
  const auto office = co_await read_office(call);
  const bool english = in_english(call.given, call.terminal);
  int named = 0;
  for (const Sop* sop : office->rulebook.sops_in_force())
    for (const Unreachable& one :
         unreachable_roles(*sop, office->rulebook.people(), office->today())) {
      write(call.terminal.err,
            one.why == Reason::role_vacant ? say<Says::role_vacant>(sop->id, one.role)
                                           : say<Says::nobody_reachable>(sop->id, one.role),
            english);
      ++named;
    }
  if (named == 0) write(call.terminal.out, say<Says::people_reached>(), english);
  co_return named == 0 ? kOk : kRefused;
}

void write_what_was_read(const RuleFiles& files, std::ostream& out, bool english) {
  for (const Sop& sop : files.sops) {
    const Said total =
        sop.total ? say<Says::total_declared>(sop.total->to_string()) : Said(std::string());
    const Said whole = sop.case_ends.empty()
                           ? Said(std::string())
                           : say<Says::case_standard>(sop.case_standard.to_string());
    write(out, say<Says::sop_is_sound>(sop.id, sop.steps.size(), total, whole, sop.states),
          english);
  }
  for (const Calendar& calendar : files.calendars)
    write(out, say<Says::calendar_read>(calendar.id(), calendar.zone_name()), english);
  write(out, say<Says::texts_read>(files.texts.all().size()), english);
  for (const notify::Texts& texts : files.translations)
    write(out, say<Says::texts_in>(texts.language(), texts.all().size()), english);
}

json::array as_json(const Faults& faults) {
  json::array all;
  for (const Fault& one : faults)
    all.push_back(
        json::object{{"file", one.file},
                     {"line", one.line},
                     {"column", one.column},
                     {"message", one.message},
                     {"indonesian", one.indonesian.empty() ? one.message : one.indonesian}});
  return all;
}

// What the database says, as it says it.
json::object asked_database(const Given& given, Terminal& terminal, DatabaseWork work) {
  std::ostringstream said;
  Terminal beside{terminal.in, said, said, terminal.environment};
  const int code = on_database(given, beside, work);
  json::array lines;
  std::istringstream in(said.str());
  for (std::string line; std::getline(in, line);) lines.emplace_back(line);
  return {{"sound", code == kOk}, {"said", std::move(lines)}};
}

int check_as_json(const Given& given, Terminal& terminal) {
  const auto files = load_rule_files(directory_of(given, terminal));
  if (!files) {
    write_json(terminal.out, json::object{{"sound", false}, {"faults", as_json(files.error())}});
    return kRefused;
  }
  json::array sops;
  for (const Sop& sop : files->sops)
    sops.push_back(
        json::object{{"id", sop.id}, {"steps", sop.steps.size()}, {"states", sop.states}});
  json::object said{{"sound", true}, {"faults", json::array()}, {"sops", std::move(sops)}};
  if (given.has("config") || !given.argument(0))
    said["numbers"] = asked_database(given, terminal, check_numbers);
  if (given.has("people")) said["people"] = asked_database(given, terminal, check_people);
  for (const char* part : {"numbers", "people"})
    if (const json::value* asked = said.if_contains(part))
      if (!asked->at("sound").as_bool()) said["sound"] = false;
  write_json(terminal.out, said);
  return said.at("sound").as_bool() ? kOk : kRefused;
}

int run_check(const Given& given, Terminal& terminal) {
  if (given.has("schema")) {
    terminal.out << sop_schema();
    return kOk;
  }
  if (given.has("json")) return check_as_json(given, terminal);
  const std::string directory = directory_of(given, terminal);
  const auto files = load_rule_files(directory);
  if (!files) {
    write_faults(files.error(), directory, given, terminal);
    return kRefused;
  }
  write_what_was_read(*files, terminal.out, in_english(given, terminal));
  int code = kOk;
  if (given.has("config") || !given.argument(0)) code = on_database(given, terminal, check_numbers);
  if (given.has("people")) code = std::max(code, on_database(given, terminal, check_people));
  return code;
}

Calendar calendar_of(const Given& given, Terminal& terminal) {
  auto calendar = load_calendar_file(given.text_or("calendar", ""), terminal.err);
  if (!calendar) throw Refused("the calendar is refused");
  return std::move(*calendar);
}

AnswerForm form_of(const Given& given) {
  return given.has("json") ? AnswerForm::json : AnswerForm::text;
}

int run_deadline(const Given& given, Terminal& terminal) {
  const Calendar calendar = calendar_of(given, terminal);
  const AnswerForm form = form_of(given);
  const auto start = given.argument(0), budget = given.argument(1);
  if (start && !budget) throw BadUsage("START and BUDGET go together");
  if (given.has("explain")) {
    if (start) return explain_deadline(*start, *budget, terminal.out, calendar, form);
    return explain_deadline(terminal.in, terminal.out, calendar, form);
  }
  if (start) {
    std::istringstream line(*start + " " + *budget + "\n");
    return tenggat::run_deadline(line, terminal.out, calendar, form);
  }
  return tenggat::run_deadline(terminal.in, terminal.out, calendar, form);
}

int run_elapsed(const Given& given, Terminal& terminal) {
  const Calendar calendar = calendar_of(given, terminal);
  return tenggat::run_elapsed(terminal.in, terminal.out, calendar, form_of(given));
}

// A file, or the id of one in the configuration's rules.
Sop sop_of(const Given& given, Terminal& terminal) {
  const std::string named = given.argument(0).value_or("");
  if (named.ends_with(".yaml")) {
    std::ifstream file(named);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) throw Refused(fmt::format("{}: cannot be read", printable(named)));
    auto sop = load_sop({named, text.str()});
    if (sop) return std::move(*sop);
    for (const Fault& fault : sop.error()) terminal.err << fault.to_string() << '\n';
    throw Refused("the SOP is refused");
  }
  const Config config = load_configuration(given, terminal);
  const auto files = load_rule_files(config.rules);
  if (!files) throw Refused(fmt::format("{} has faults; see tenggat check", config.rules));
  for (const Sop& sop : files->sops)
    if (sop.id == named) return sop;
  throw Refused(fmt::format("there is no SOP `{}` in {}", printable(named), config.rules));
}

int run_diagram(const Given& given, Terminal& terminal) {
  const Sop sop = sop_of(given, terminal);
  const std::string svg = sop_diagram(sop);
  if (given.has("json"))
    write_json(terminal.out, json::object{{"sop", sop.id},
                                          {"title", sop.title},
                                          {"media_type", "image/svg+xml"},
                                          {"picture", svg}});
  else
    terminal.out << svg;
  return kOk;
}

}  // namespace

std::vector<Command> check_commands() {
  const Option calendar{"calendar", "FILE", "a calendar; its lists of days off lie beside it",
                        Count::required};
  return {
      {"check",
       {{"DIR", false}},
       {{"people", "", "also names each role that nobody can be told for today, from the database"},
        kLangOption,
        {"schema", "", "prints a JSON Schema of an SOP's file, for editors, and reads nothing"},
        kJsonOption,
        kConfigOption},
       "reads SOPs, calendars and texts and names every fault, file:line:col: message",
       "DIR holds sop/, calendar/ and texts/; left out, it is the configuration's `rules`. With a\n"
       "configuration the database is asked, too, whether a service could print another's numbers.",
       run_check},
      {"deadline",
       {{"START", false}, {"BUDGET", false}},
       {calendar, {"explain", "", "one question, with its proof day by day"}, kJsonOption},
       "due instants: lines `START BUDGET` in, an instant a line out",
       "2026-04-02T14:00:00+08:00 1d 30m  ->  the instant, followed by ` provisional` where a "
       "date\n"
       "lies outside the years the calendar covers. A bad line is answered `error: line N: …`. As "
       "JSON\n"
       "an object a line, with `line`; a bad one has `error`.",
       run_deadline},
      {"diagram",
       {{"SOP", true}},
       {kConfigOption, kJsonOption},
       "the SOP as an SVG in the form of the paper: actors as columns, steps as rows",
       "SOP is an id in the configuration's `rules`, or a file that ends in .yaml. As JSON the SVG "
       "is\n"
       "`picture`; its steps are in `tenggat sop show --json`.",
       run_diagram},
      {"elapsed",
       {},
       {calendar, kJsonOption},
       "working seconds: lines `FROM TO` in, a number a line out",
       "Negative where FROM is after TO. As JSON an object a line, with `line`; a bad one has "
       "`error`.",
       run_elapsed},
  };
}

}  // namespace tenggat::cli
