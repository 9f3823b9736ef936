// The month's figures as a workbook: a sheet a table, numbers as numbers.
#include <sys/mman.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include <stdexcept>

#include "daemon/pages/month_report.h"
#include "daemon/pages/words.h"
#include "notifiers/words.h"

namespace tenggat::pages {
namespace {

using store::MonthFigures;
using store::StepFigures;

// The library writes a file by its name alone; this one is nowhere but in memory.
class MemoryFile {
 public:
  MemoryFile() : fd_(::memfd_create("laporan.xlsx", MFD_CLOEXEC)) {
    if (fd_ < 0) throw std::runtime_error("there is no memory for a workbook");
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(fd_); }
  std::string name() const { return "/proc/self/fd/" + std::to_string(fd_); }
  std::string bytes() const {
    std::string all;
    char piece[16384];
    for (ssize_t got = 0;
         (got = ::pread(fd_, piece, sizeof piece, static_cast<off_t>(all.size()))) > 0;)
      all.append(piece, static_cast<std::size_t>(got));
    return all;
  }

 private:
  int fd_;
};

// One sheet, filled row by row.
class Sheet {
 public:
  Sheet(lxw_workbook* book, const char* name, const std::vector<const char*>& columns)
      : sheet_(workbook_add_worksheet(book, name)), bold_(workbook_add_format(book)) {
    format_set_bold(bold_);
    format_set_text_wrap(bold_);
    for (const char* column : columns) text(column, bold_);
    worksheet_freeze_panes(sheet_, 1, 0);
    worksheet_set_column(sheet_, 0, 0, 26, nullptr);
    worksheet_set_column(sheet_, 1, static_cast<lxw_col_t>(columns.size()), 15, nullptr);
    worksheet_repeat_rows(sheet_, 0, 0);
    worksheet_fit_to_pages(sheet_, 1, 0);
    worksheet_set_landscape(sheet_);
    next();
  }
  // Text is never a formula: it is written as a string, whatever it begins with.
  Sheet& text(const std::string& words, lxw_format* format = nullptr) {
    worksheet_write_string(sheet_, row_, column_++, words.c_str(), format);
    return *this;
  }
  Sheet& number(std::int64_t value) {
    worksheet_write_number(sheet_, row_, column_++, static_cast<double>(value), nullptr);
    return *this;
  }
  // Hours, with two decimals; what is not known stays empty.
  Sheet& hours(const std::optional<std::int64_t>& seconds) {
    if (seconds)
      worksheet_write_number(sheet_, row_, column_,
                             static_cast<double>(*seconds * 100 / 3600) / 100, nullptr);
    ++column_;
    return *this;
  }
  void next() {
    ++row_;
    column_ = 0;
  }

 private:
  lxw_worksheet* sheet_;
  lxw_format* bold_;
  lxw_row_t row_ = 0;
  lxw_col_t column_ = 0;
};

void add_months(lxw_workbook* book, const ReportSubject& subject) {
  Sheet sheet(
      book, "Bulan",
      {"Bulan", "Masuk", "Terbit", "Terbit tepat waktu", "Ditolak", "Ditarik", "Gugur",
       "Tepat waktu", "Lewat batas", "Lewat batas, belum diputus", "Rata-rata waktu kerja (jam)"});
  for (const MonthFigures& month : subject.figures.months) {
    sheet.text(month_words(month.month)).number(month.submitted).number(month.issued);
    sheet.number(month.issued_in_time).number(month.rejected).number(month.withdrawn);
    sheet.number(month.lapsed).number(month.met).number(month.missed).number(month.missed_open);
    sheet.hours(month.average_seconds).next();
  }
}

void add_weeks(lxw_workbook* book, const ReportSubject& subject) {
  Sheet sheet(book, "Minggu", {"Tanggal", "Masuk", "Terbit", "Lewat batas"});
  for (const store::WeekFigures& week : subject.figures.weeks) {
    sheet.text(week_words(week)).number(week.submitted).number(week.issued);
    sheet.number(week.missed).next();
  }
}

void add_steps(lxw_workbook* book, const ReportSubject& subject) {
  Sheet sheet(book, "Tahap",
              {"Tahap", "Selesai", "Tepat waktu", "Lewat batas", "Lewat batas, belum selesai",
               "Dikembalikan", "Dicatat terlambat", "Menunggu konfirmasi",
               "Separuh dalam (jam kerja)", "9 dari 10 dalam (jam kerja)"});
  for (const StepFigures& step : subject.figures.steps) {
    sheet.text(step.name).number(step.completed).number(step.met).number(step.missed);
    sheet.number(step.missed_open).number(step.returns).number(step.entered_late);
    sheet.number(step.awaiting).hours(step.worked_p50).hours(step.worked_p90).next();
  }
}

void add_late(lxw_workbook* book, const ReportSubject& subject) {
  const Calendar& calendar = subject.context.calendar;
  Sheet sheet(book, "Lewat batas",
              {"Nomor", "Perihal", "Pemohon", "Batas", "Diputus", "Kendala yang disebut"});
  for (const store::LateCase& one : subject.figures.late) {
    sheet.text(one.number).text(one.subject).text(one.applicant);
    sheet.text(one.due ? end_words(calendar, *one.due) : "");
    sheet.text(one.closed ? moment_words(calendar, *one.closed) : "belum diputus");
    sheet.text(one.cause).next();
  }
}

void add_causes(lxw_workbook* book, const ReportSubject& subject) {
  Sheet sheet(book, "Sebab", {"Tahap", "Sebab menurut petugas", "Kali", "Belum selesai"});
  for (const store::CauseFigures& cause : subject.figures.causes)
    sheet.text(cause.step).text(cause.cause).number(cause.count).number(cause.open).next();
}

}  // namespace

std::string month_report_xlsx(const ReportSubject& subject) {
  const MemoryFile file;
  lxw_workbook* book = workbook_new(file.name().c_str());
  if (!book) throw std::runtime_error("no workbook could be begun");
  add_months(book, subject);
  add_weeks(book, subject);
  add_steps(book, subject);
  add_late(book, subject);
  add_causes(book, subject);
  if (const lxw_error fault = workbook_close(book); fault != LXW_NO_ERROR)
    throw std::runtime_error(std::string("the workbook was not written: ") + lxw_strerror(fault));
  return file.bytes();
}

}  // namespace tenggat::pages
