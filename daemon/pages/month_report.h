// The month's report as a head of an agency signs it and hands it on.
#pragma once
#include <string>

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

// "Maret 2026"
std::string month_words(const std::string& month);

}  // namespace tenggat::pages
