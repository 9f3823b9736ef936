// `tenggat report`: a month's figures, for a spreadsheet or for paper.
#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "daemon/cli/on_database.h"
#include "daemon/pages/month_report.h"
#include "daemon/store/report.h"

namespace tenggat::cli {
namespace {

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
  const auto office = co_await read_office(call);
  const Sop& sop = sop_asked(call.given, office->rulebook);
  const Context context = office->rulebook.context(sop, office->moment.now);
  const std::string month = month_asked(call.given, context.today());
  const store::MonthReport figures = co_await store::month_report(call.connection, sop.id, month);
  const pages::ReportSubject subject{figures, context, month, call.config.instansi};
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
            {"format", "FORMAT", "csv (default), or html: a page to print"}},
           "a month's figures: compliance, steps, causes, late permits",
           "The figures are those of the views in the schema `laporan` (docs/reports.md).\n"
           "To paper: tenggat report --month 2026-03 --format html > maret.html, then print it.",
           run_report}};
}

}  // namespace tenggat::cli
