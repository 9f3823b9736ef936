// `tenggat report`: a month's figures, for a spreadsheet or for paper.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <ostream>

#include "daemon/cli/on_database.h"
#include "daemon/cli/print.h"
#include "daemon/pages/month_report.h"
#include "daemon/store/report.h"

namespace tenggat::cli {
namespace {

namespace json = boost::json;

template <class Row>
json::array all_of(const std::vector<Row>& rows, json::object (*as_json)(const Row& row)) {
  json::array all;
  for (const Row& row : rows) all.push_back(as_json(row));
  return all;
}

json::value or_null(const std::optional<std::int64_t>& seconds) {
  return seconds ? json::value(*seconds) : json::value(nullptr);
}

json::object month_json(const store::MonthFigures& month) {
  return {{"month", month.month},
          {"submitted", month.submitted},
          {"issued", month.issued},
          {"issued_in_time", month.issued_in_time},
          {"rejected", month.rejected},
          {"withdrawn", month.withdrawn},
          {"lapsed", month.lapsed},
          {"met", month.met},
          {"missed", month.missed},
          {"missed_open", month.missed_open},
          {"average_seconds", or_null(month.average_seconds)}};
}

json::object week_json(const store::WeekFigures& week) {
  return {{"first_day", week.first_day},
          {"last_day", week.last_day},
          {"submitted", week.submitted},
          {"issued", week.issued},
          {"missed", week.missed}};
}

json::object step_json(const store::StepFigures& step) {
  return {{"step", step.step},
          {"name", step.name},
          {"completed", step.completed},
          {"met", step.met},
          {"missed", step.missed},
          {"missed_open", step.missed_open},
          {"returns", step.returns},
          {"entered_late", step.entered_late},
          {"awaiting", step.awaiting},
          {"worked_p50_seconds", or_null(step.worked_p50)},
          {"worked_p90_seconds", or_null(step.worked_p90)},
          {"waited_p50_seconds", or_null(step.waited_p50)},
          {"waited_p90_seconds", or_null(step.waited_p90)},
          {"handled_p50_seconds", or_null(step.handled_p50)},
          {"handled_p90_seconds", or_null(step.handled_p90)}};
}

json::object cause_json(const store::CauseFigures& cause) {
  return {
      {"step", cause.step}, {"cause", cause.cause}, {"count", cause.count}, {"open", cause.open}};
}

json::object count_json(const store::NamedCount& one) {
  return {{"name", one.name}, {"count", one.count}};
}

// Like the CSV it names no applicant: the number leads to them.
json::array late_json(const std::vector<store::LateCase>& late, const Calendar& calendar) {
  const auto when = [&](const std::optional<Instant>& at) {
    return at ? json::value(calendar.format(*at)) : json::value(nullptr);
  };
  json::array all;
  for (const store::LateCase& one : late)
    all.push_back(
        json::object{{"id", one.id},
                     {"number", one.number},
                     {"due_at", when(one.due)},
                     {"closed_at", when(one.closed)},
                     {"cause", one.cause.empty() ? json::value(nullptr) : json::value(one.cause)}});
  return all;
}

json::object report_json(const pages::ReportSubject& subject) {
  const store::MonthReport& figures = subject.figures;
  return {{"month", subject.month},
          {"sop", subject.context.sop.id},
          {"agency", subject.office},
          {"months", all_of(figures.months, month_json)},
          {"weeks", all_of(figures.weeks, week_json)},
          {"steps", all_of(figures.steps, step_json)},
          {"causes", all_of(figures.causes, cause_json)},
          {"deficiencies", all_of(figures.deficiencies, count_json)},
          {"escalations", all_of(figures.escalations, count_json)},
          {"pauses", all_of(figures.pauses, count_json)},
          {"late", late_json(figures.late, subject.context.calendar)}};
}

// "2026-03"; the month before the office's now where none is given.
std::string month_asked(const Given& given, const std::string& today) {
  if (const auto month = given.text("month")) {
    checked_date("month", *month + "-01");
    return *month;
  }
  const int year = std::stoi(today.substr(0, 4)), month = std::stoi(today.substr(5, 2));
  return month == 1 ? fmt::format("{:04}-12", year - 1)
                    : fmt::format("{:04}-{:02}", year, month - 1);
}

const Sop& sop_asked(const Given& given, const office::Rulebook& rulebook) {
  const std::vector<const Sop*> sops = rulebook.sops_in_force();
  if (const auto id = given.text("sop")) {
    if (const Sop* sop = rulebook.sop_in_force(*id)) return *sop;
    throw Refused(fmt::format("there is no SOP `{}`", *id));
  }
  if (sops.size() != 1)
    throw BadUsage(sops.empty() ? "no SOP is in force" : "there are several SOPs: say --sop SOP");
  return *sops.front();
}

pg::Awaitable<int> report(DatabaseCall& call) {
  const std::string format = call.given.text_or("format", "csv");
  if (format != "csv" && format != "html") throw BadUsage("--format is csv or html");
  const bool as_json = call.given.has("json");
  if (as_json && call.given.has("format")) throw BadUsage("it is --format or --json, not both");
  const auto office = co_await read_office(call);
  const Sop& sop = sop_asked(call.given, office->rulebook);
  const Context context = office->rulebook.context(sop, office->moment.now);
  const std::string month = month_asked(call.given, context.today());
  const store::MonthReport figures = co_await store::month_report(call.connection, sop.id, month);
  const pages::ReportSubject subject{figures, context, month, call.config.instansi};
  if (as_json)
    write_json(call.terminal.out, report_json(subject));
  else
    call.terminal.out << (format == "csv" ? pages::month_report_csv(subject)
                                          : pages::month_report_page(subject));
  co_return kOk;
}

int run_report(const Given& given, Terminal& terminal) {
  return on_database(given, terminal, report);
}

}  // namespace

std::vector<Command> report_commands() {
  return {{"report",
           {},
           {kConfigOption,
            {"month", "YYYY-MM", "which one; without it the last that has ended"},
            {"sop", "SOP", "which one, where there are several"},
            {"format", "FORMAT", "csv (default), or html: a page to print"},
            kJsonOption},
           "a month's figures: compliance, steps, causes, late permits",
           "The figures are those of the views in the schema `laporan` (docs/reports.md).\n"
           "To paper: tenggat report --month 2026-03 --format html > maret.html, then print it.",
           run_report}};
}

}  // namespace tenggat::cli
