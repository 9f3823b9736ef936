// The month's report as a head of an agency signs it and hands it on.
#pragma once
#include <string>
#include <string_view>

#include "daemon/pages/html.h"
#include "daemon/store/report.h"
#include "rules/permit/transition.h"

namespace tenggat::pages {

struct ReportSubject {
  const store::MonthReport& figures;
  const Context& context;  // of the SOP, at the moment of printing
  std::string month;       // "2026-03"
  std::string office;      // the agency
};
std::string month_report_page(const ReportSubject& subject);
// What stands on it, for a page of the office.
Html month_report_body(const ReportSubject& subject);

// One measure a row: month, SOP, part, name, measure, value. Numbers with a point, seconds as
// seconds, what is not known left empty.
std::string month_report_csv(const ReportSubject& subject);

// A workbook (Office Open XML), a sheet a table. Throws std::runtime_error where it cannot be made.
std::string month_report_xlsx(const ReportSubject& subject);

// A figure of the report that leads to what it counts.
struct FigureWords {
  store::MonthFigure figure;
  const char* address;  // ?angka=
  const char* title;    // of the list
  const char* since;    // what the moment of each of them is
  bool of_steps = false;
};
// Null: there is none of this address.
const FigureWords* figure_words(std::string_view address);

// "Maret 2026"
std::string month_words(const std::string& month);
// "6–12", "30": its days of the month.
std::string week_words(const store::WeekFigures& week);

}  // namespace tenggat::pages
