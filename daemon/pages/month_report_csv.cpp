#include <fmt/format.h>

#include "daemon/pages/month_report.h"

namespace tenggat::pages {
namespace {

using store::MonthFigures;
using store::StepFigures;

// A cell of CSV; never what a spreadsheet would take for a formula.
std::string cell(const std::string& value) {
  std::string text = value;
  if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos)
    text.insert(text.begin(), '\'');
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

}  // namespace

std::string month_report_csv(const ReportSubject& s) {
  std::string text = "bulan,sop,bagian,nama,ukuran,nilai\n";
  const auto row = [&](const std::string& month, const char* part, const std::string& name,
                       const char* measure, const std::string& value) {
    text += fmt::format("{},{},{},{},{},{}\n", month, cell(s.context.sop.id), part, cell(name),
                        measure, cell(value));
  };
  const auto count = [&](const std::string& month, const char* part, const std::string& name,
                         const char* measure, const std::optional<std::int64_t>& value) {
    row(month, part, name, measure, value ? std::to_string(*value) : "");
  };
  for (const MonthFigures& m : s.figures.months) {
    count(m.month, "layanan", "", "masuk", m.submitted);
    count(m.month, "layanan", "", "terbit", m.issued);
    count(m.month, "layanan", "", "terbit_tepat_waktu", m.issued_in_time);
    count(m.month, "layanan", "", "ditolak", m.rejected);
    count(m.month, "layanan", "", "ditarik", m.withdrawn);
    count(m.month, "layanan", "", "gugur", m.lapsed);
    count(m.month, "layanan", "", "tepat_waktu", m.met);
    count(m.month, "layanan", "", "terlambat", m.missed);
    count(m.month, "layanan", "", "terlambat_belum_selesai", m.missed_open);
    count(m.month, "layanan", "", "rata_waktu_kerja_detik", m.average_seconds);
  }
  for (const store::WeekFigures& week : s.figures.weeks) {
    count(s.month, "minggu", week_words(week), "masuk", week.submitted);
    count(s.month, "minggu", week_words(week), "terbit", week.issued);
    count(s.month, "minggu", week_words(week), "terlambat", week.missed);
  }
  for (const StepFigures& step : s.figures.steps) {
    count(s.month, "langkah", step.step, "selesai", step.completed);
    count(s.month, "langkah", step.step, "tepat_waktu", step.met);
    count(s.month, "langkah", step.step, "terlambat", step.missed);
    count(s.month, "langkah", step.step, "terlambat_belum_selesai", step.missed_open);
    count(s.month, "langkah", step.step, "pengembalian", step.returns);
    count(s.month, "langkah", step.step, "dicatat_terlambat", step.entered_late);
    count(s.month, "langkah", step.step, "menunggu_konfirmasi", step.awaiting);
    count(s.month, "langkah", step.step, "kerja_p50_detik", step.worked_p50);
    count(s.month, "langkah", step.step, "kerja_p90_detik", step.worked_p90);
    count(s.month, "langkah", step.step, "menunggu_p50_detik", step.waited_p50);
    count(s.month, "langkah", step.step, "menunggu_p90_detik", step.waited_p90);
    count(s.month, "langkah", step.step, "mengerjakan_p50_detik", step.handled_p50);
    count(s.month, "langkah", step.step, "mengerjakan_p90_detik", step.handled_p90);
  }
  for (const store::CauseFigures& cause : s.figures.causes)
    count(s.month, "sebab", cause.step + ": " + cause.cause, "kali", cause.count);
  for (const store::NamedCount& one : s.figures.deficiencies)
    count(s.month, "kekurangan", one.name, "kali", one.count);
  for (const store::NamedCount& one : s.figures.escalations)
    count(s.month, "eskalasi", one.name, "kali", one.count);
  for (const store::NamedCount& one : s.figures.pauses)
    count(s.month, "jeda", one.name, "kali", one.count);
  for (const store::LateCase& one : s.figures.late)
    row(s.month, "permohonan_terlambat", one.number, "diputus",
        one.closed ? s.context.calendar.format(*one.closed) : "");
  return text;
}

}  // namespace tenggat::pages
