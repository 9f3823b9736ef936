#include "daemon/pages/month_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "daemon/api/sop_diagram.h"
#include "daemon/pages/print.h"
#include "daemon/pages/words.h"
#include "notifiers/words.h"

namespace tenggat::pages {
namespace {

using store::MonthFigure;
using store::MonthFigures;
using store::StepFigures;

constexpr std::string_view kNone = "–";

// In the order of MonthFigure.
constexpr FigureWords kFigures[] = {
    {MonthFigure::submitted, "masuk", "Permohonan masuk", "masuk"},
    {MonthFigure::issued, "terbit", "Izin terbit", "terbit"},
    {MonthFigure::issued_in_time, "terbit-tepat-waktu", "Izin terbit tepat waktu", "terbit"},
    {MonthFigure::rejected, "ditolak", "Permohonan ditolak", "ditolak"},
    {MonthFigure::withdrawn, "ditarik", "Permohonan ditarik pemohon", "ditarik"},
    {MonthFigure::lapsed, "gugur", "Permohonan gugur", "gugur"},
    {MonthFigure::met, "tepat-waktu", "Permohonan yang diputus tepat waktu", "diputus"},
    {MonthFigure::missed, "lewat-batas", "Permohonan yang melewati batas", "lewat batas sejak"},
    {MonthFigure::missed_open, "belum-diputus", "Melewati batas dan belum diputus",
     "lewat batas sejak"},
    {MonthFigure::step_completed, "tahap-selesai", "Tahap selesai", "selesai", true},
    {MonthFigure::step_met, "tahap-tepat-waktu", "Tahap selesai tepat waktu", "selesai", true},
    {MonthFigure::step_missed, "tahap-lewat-batas", "Tahap yang melewati batas",
     "lewat batas sejak", true},
    {MonthFigure::step_returns, "tahap-kembali", "Berkas yang dikembalikan", "dikembalikan", true},
    {MonthFigure::step_entered_late, "tahap-dicatat-terlambat", "Dicatat terlambat", "dilakukan",
     true},
};

// "DPMPTSP Kota Banjarbaru" → "Banjarbaru", where papers are signed; nothing where the agency's
// name does not say.
std::string town_in(const std::string& agency) {
  for (const std::string_view kind : {"Kota ", "Kabupaten ", "Kab. "})
    if (const auto at = agency.rfind(kind); at != std::string::npos)
      return agency.substr(at + kind.size());
  return {};
}

class Report {
 public:
  Report(const ReportSubject& subject, bool on_screen)
      : s_(subject),
        is_screen_(on_screen),
        sop_(subject.context.sop),
        calendar_(subject.context.calendar),
        now_(subject.context.now) {
    for (const MonthFigures& month : s_.figures.months)
      if (month.month == s_.month) month_ = month;
    for (const StepFigures& step : s_.figures.steps) steps_[step.step] = step;
    for (const MonthFigures& month : s_.figures.months)
      if (month.month < s_.month) before_ = month;
  }

  Html body() const { return html("{}{}", on_screen(), signature()); }
  // Nobody signs a screen.
  Html on_screen() const {
    return html("{}{}{}{}{}{}{}{}", summary(), compliance(), history(), durations(), causes(),
                late(), others(), how());
  }

 private:
  std::string share(std::int64_t part, std::int64_t whole) const {
    return notify::percent(part, whole);
  }
  // Of the service, in the days of its standard.
  std::string days(const std::optional<std::int64_t>& seconds) const {
    if (!seconds) return std::string(kNone);
    const std::int64_t day = calendar_.shown_day(counting_of(sop_.case_standard)).count();
    return notify::tenths((*seconds * 10 + day / 2) / day);
  }
  bool in_calendar_days() const { return sop_.case_standard.in_calendar_days(); }
  std::string lasting(const std::optional<std::int64_t>& seconds, const Step& step) const {
    if (!seconds) return std::string(kNone);
    if (step.standard.in_calendar_days())
      return span_words(Seconds{*seconds}, step.standard, calendar_);
    return notify::working_duration(Seconds{*seconds}, calendar_.nominal_day());
  }
  // "bulan sebelumnya 80%": beside a figure.
  std::string beside(const std::string& then) const {
    return before_.month.empty() ? std::string()
                                 : fmt::format("{}: {}", month_words(before_.month), then);
  }

  // A figure as a link to what it counts, on a screen and where that is anything.
  Html leading(const std::string& shown, std::int64_t counted, MonthFigure figure,
               std::string_view of_what, std::string_view step = "") const {
    if (!is_screen_ || counted == 0) return html("{}", shown);
    const FigureWords& words = kFigures[static_cast<std::size_t>(figure)];
    std::string address =
        fmt::format("/laporan/daftar?sop={}&bulan={}&angka={}", sop_.id, s_.month, words.address);
    if (!step.empty()) address += fmt::format("&tahap={}", step);
    return html("<a class=\"sentuh\" href=\"{}\" aria-label=\"{} {}\">{}</a>", address, shown,
                of_what, shown);
  }
  Html leading(std::int64_t counted, MonthFigure figure, std::string_view of_what,
               std::string_view step = "") const {
    return leading(notify::number(counted), counted, figure, of_what, step);
  }

  static Html box(const Html& figure, std::string_view name, const std::string& then) {
    return html("<div><strong>{}</strong><span>{}</span><span>{}</span></div>", figure, name, then);
  }

  Html summary() const {
    const auto count = [&](std::string_view name, MonthFigure figure, std::int64_t now,
                           std::int64_t then) {
      return box(leading(now, figure, name), name, beside(notify::number(then)));
    };
    const auto part = [&](std::string_view name, MonthFigure figure, std::int64_t now,
                          std::int64_t of, const std::string& then) {
      return box(leading(share(now, of), now, figure, name), name, beside(then));
    };
    Html boxes = part("izin terbit tepat waktu", MonthFigure::issued_in_time, month_.issued_in_time,
                      month_.issued, share(before_.issued_in_time, before_.issued));
    boxes += part("kepatuhan waktu layanan", MonthFigure::met, month_.met,
                  month_.met + month_.missed, share(before_.met, before_.met + before_.missed));
    boxes += count("melewati batas waktu", MonthFigure::missed, month_.missed, before_.missed);
    boxes += count("di antaranya belum diputus", MonthFigure::missed_open, month_.missed_open,
                   before_.missed_open);
    boxes += count("permohonan masuk", MonthFigure::submitted, month_.submitted, before_.submitted);
    boxes += count("izin terbit", MonthFigure::issued, month_.issued, before_.issued);
    boxes += count("ditolak", MonthFigure::rejected, month_.rejected, before_.rejected);
    boxes += box(html("{}", days(month_.average_seconds)),
                 in_calendar_days() ? "hari kalender, rata-rata penyelesaian"
                                    : "hari kerja, rata-rata penyelesaian",
                 beside(days(before_.average_seconds)));
    return html(
        "<h2>Ringkasan</h2><p>{}</p><div class=\"kotak\">{}</div>"
        "<p class=\"halus\">Ditarik pemohon {}, gugur {}. Standar layanan {}.</p>{}",
        opening(), boxes, leading(month_.withdrawn, MonthFigure::withdrawn, "ditarik pemohon"),
        leading(month_.lapsed, MonthFigure::lapsed, "gugur"), budget_words(sop_.case_standard),
        weeks());
  }

  Html weeks() const {
    if (month_.submitted + month_.issued + month_.missed == 0) return {};
    std::vector<Group> groups;
    for (const store::WeekFigures& week : s_.figures.weeks)
      groups.push_back({week_words(week),
                        {static_cast<double>(week.submitted), static_cast<double>(week.issued),
                         static_cast<double>(week.missed)}});
    return columns("Permohonan per minggu (tanggal)", {"masuk", "terbit", "lewat batas"}, groups);
  }

  // What the figures say, in a sentence or two.
  std::string opening() const {
    const std::string when = month_words(s_.month);
    if (month_.submitted + month_.issued + month_.rejected + month_.missed == 0)
      return fmt::format("Pada {} tidak ada permohonan yang masuk, diputus, atau melewati batas.",
                         when);
    std::string said = fmt::format("Pada {} masuk {} permohonan dan terbit {} izin", when,
                                   notify::number(month_.submitted), notify::number(month_.issued));
    if (month_.issued > 0 && month_.issued_in_time == month_.issued)
      said += ", seluruhnya tepat waktu";
    else if (month_.issued > 0)
      said += fmt::format(", {} di antaranya sampai tanggal yang dijanjikan",
                          notify::number(month_.issued_in_time));
    said += fmt::format(
        ". Yang melewati batas waktu layanan {}",
        month_.missed == 0 ? "tidak ada" : notify::number(month_.missed) + " permohonan");
    if (month_.missed_open > 0)
      said += fmt::format(", dan {} di antaranya sampai hari ini belum diputus",
                          notify::number(month_.missed_open));
    return said + ".";
  }

  // The counts of a step's row, of all steps in the last one; `judged`: an applicant's is not.
  Html counts(const StepFigures& figures, bool judged) const {
    const auto cell = [&](bool shown, const std::string& words, std::int64_t counted,
                          MonthFigure figure, std::string_view of_what) {
      return html(
          "<td class=\"angka\">{}</td>",
          shown ? leading(words, counted, figure, of_what, figures.step) : html("{}", kNone));
    };
    const auto number = [](std::int64_t n) { return notify::number(n); };
    Html cells = cell(judged, number(figures.completed), figures.completed,
                      MonthFigure::step_completed, "selesai");
    cells += cell(judged, number(figures.met), figures.met, MonthFigure::step_met, "tepat waktu");
    cells += cell(judged, missed_words(figures), figures.missed, MonthFigure::step_missed,
                  "lewat batas");
    cells += html("<td class=\"angka\">{}</td>",
                  judged ? share(figures.met, figures.met + figures.missed) : std::string(kNone));
    cells +=
        cell(true, number(figures.returns), figures.returns, MonthFigure::step_returns, "kembali");
    cells += cell(judged, late_entry_words(figures), figures.entered_late,
                  MonthFigure::step_entered_late, "dicatat terlambat");
    return cells;
  }

  Html compliance() const {
    Html rows;
    StepFigures all;
    const auto add = [&](const StepFigures& figures) {
      all.completed += figures.completed;
      all.met += figures.met;
      all.missed += figures.missed;
      all.returns += figures.returns;
      all.entered_late += figures.entered_late;
    };
    for (const Step& step : sop_.steps) {
      StepFigures figures = of(step);
      figures.step = step.id;
      add(figures);
      rows += html(
          "<tr><td class=\"angka\">{}</td><th scope=\"row\" "
          "class=\"bebas\">{}</th><td>{}</td><td>{}</td>{}</tr>",
          step.number, step.activity, role_words(sop_, step.role), budget_in_words(step.standard),
          counts(figures, !sop_.is_applicant(step.role)));
    }
    // What was done in the month under a version that had other steps counts, too.
    for (const StepFigures& figures : s_.figures.steps) {
      if (sop_.find_step(figures.step)) continue;
      add(figures);
      rows += html(
          "<tr><td></td><th scope=\"row\" class=\"bebas\">{} (SOP sebelumnya)</th><td>{}</td>"
          "<td>{}</td>{}</tr>",
          figures.name, kNone, kNone, counts(figures, true));
    }
    return html(
        "<h2>Kepatuhan waktu per tahapan SOP</h2><table><thead><tr><th>No.</th><th>Kegiatan</th>"
        "<th>Pelaksana</th><th>Standar</th><th>Selesai</th><th>Tepat waktu</th><th>Lewat batas</th>"
        "<th>Kepatuhan</th><th>Kembali</th><th>Dicatat terlambat</th></tr></thead><tbody>{}"
        "<tr><td></td><th scope=\"row\"><strong>Seluruhnya</strong></th><td></td><td>{}</td>{}</tr>"
        "</tbody></table>"
        "<p class=\"halus\">Waktu pemohon diukur, tidak dinilai. Dalam kurung: belum diselesaikan, "
        "atau menunggu konfirmasi atasan dan karena itu dihitung terlambat. Kembali: berkas "
        "dikembalikan. Dicatat terlambat: dicatat setelah dilakukan.</p>{}",
        rows, sop_.total ? budget_in_words(*sop_.total) : "", counts(all, true), compliance_plot());
  }

  static std::string missed_words(const StepFigures& figures) {
    std::string words = notify::number(figures.missed);
    if (figures.missed_open > 0) words += fmt::format(" ({})", figures.missed_open);
    return words;
  }

  static std::string late_entry_words(const StepFigures& figures) {
    std::string words = notify::number(figures.entered_late);
    if (figures.awaiting > 0) words += fmt::format(" ({})", figures.awaiting);
    return words;
  }

  StepFigures of(const Step& step) const {
    const auto found = steps_.find(step.id);
    return found == steps_.end() ? StepFigures() : found->second;
  }

  Html compliance_plot() const {
    std::vector<Bar> all;
    for (const Step& step : sop_.steps) {
      const StepFigures figures = of(step);
      const std::int64_t judged = figures.met + figures.missed;
      if (judged == 0) continue;
      const double met = static_cast<double>(figures.met) / static_cast<double>(judged);
      all.push_back({step.short_name, met, share(figures.met, judged), 0, met < 0.8});
    }
    return bars("Bagian yang tepat waktu per tahapan", all);
  }

  Html history() const {
    std::vector<Group> groups, shares;
    for (const MonthFigures& month : s_.figures.months) {
      const std::string name = month.month.substr(5) + "/" + month.month.substr(2, 2);
      groups.push_back({name,
                        {static_cast<double>(month.submitted), static_cast<double>(month.issued),
                         static_cast<double>(month.missed)}});
      if (month.met + month.missed > 0)
        shares.push_back({name,
                          {100.0 * static_cast<double>(month.met) /
                           static_cast<double>(month.met + month.missed)}});
    }
    return html("<h2>Perkembangan</h2>{}{}",
                columns("Permohonan per bulan", {"masuk", "terbit", "lewat batas"}, groups),
                columns("Kepatuhan waktu layanan per bulan (%)", {"tepat waktu"}, shares));
  }

  Html durations() const {
    Html rows;
    std::vector<Bar> all;
    for (const Step& step : sop_.steps) {
      const StepFigures figures = of(step);
      if (sop_.is_applicant(step.role) || figures.completed == 0) continue;
      rows += html(
          "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>"
          "<td>{}</td><td>{}</td></tr>",
          step.short_name, budget_in_words(step.standard), lasting(figures.waited_p50, step),
          lasting(figures.waited_p90, step), lasting(figures.handled_p50, step),
          lasting(figures.handled_p90, step), lasting(figures.worked_p50, step),
          lasting(figures.worked_p90, step));
      const double standard = static_cast<double>(nominal_time(step.standard, calendar_).count());
      if (!figures.worked_p90 || standard <= 0) continue;
      const double ratio = static_cast<double>(*figures.worked_p90) / standard;
      // The time itself stands in the table, whole minutes of it: "5 menit, 112% dari 5 menit".
      all.push_back(
          {step.short_name, std::min(ratio, 4.0),
           fmt::format("{}% dari {}", std::lround(ratio * 100), budget_in_words(step.standard)), 1,
           ratio > 1});
    }
    if (rows.empty()) return {};
    return html(
        "<h2>Lama setiap tahapan</h2><table><thead><tr><th rowspan=\"2\">Tahapan</th>"
        "<th rowspan=\"2\">Standar</th><th colspan=\"2\">Menunggu diambil</th>"
        "<th colspan=\"2\">Mengerjakan</th><th colspan=\"2\">Seluruhnya</th></tr><tr>"
        "<th>median</th><th>p90</th><th>median</th><th>p90</th><th>median</th><th>p90</th></tr>"
        "</thead><tbody>{}</tbody></table><p class=\"halus\">Waktu kerja tanpa jeda; p90: sembilan"
        " dari sepuluh tidak lebih lama. Menunggu dan mengerjakan hanya diketahui bila berkas"
        " diambil petugas.</p>{}",
        rows, bars("Waktu p90 terhadap standar (garis tegak: standar)", all));
  }

  Html causes() const {
    if (s_.figures.causes.empty()) return {};
    Html rows;
    for (const store::CauseFigures& cause : s_.figures.causes)
      rows += html(
          "<tr><th scope=\"row\">{}</th><td>{}</td><td class=\"angka\">{}</td>"
          "<td class=\"angka\">{}</td></tr>",
          cause.step, cause.cause, cause.count, cause.open);
    return html(
        "<h2>Sebab keterlambatan</h2><table><thead><tr><th>Tahapan</th><th>Sebab menurut petugas"
        "</th><th class=\"angka\">Kali</th><th class=\"angka\">Belum "
        "selesai</th></tr></thead><tbody>{}</tbody></table>",
        rows);
  }

  Html numbered(const store::LateCase& one) const {
    if (!is_screen_) return html("{}", one.number);
    return html(
        "<a href=\"/permohonan/{}\">{}</a><br><a class=\"sentuh\" href=\"/permohonan/{}/bukti\" "
        "aria-label=\"Cetak berkas bukti {}\">Cetak berkas bukti</a>",
        one.id, one.number, one.id, one.number);
  }

  Html late() const {
    if (s_.figures.late.empty()) return {};
    Html rows;
    for (const store::LateCase& one : s_.figures.late)
      rows += html(
          "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>"
          "</tr>",
          numbered(one), one.subject, one.applicant,
          one.due ? day(calendar_.local_end(*one.due)) : std::string(kNone),
          one.closed ? day(calendar_.local(*one.closed)) : std::string("belum diputus"),
          one.cause.empty() ? std::string(kNone) : one.cause);
    Html more;
    if (s_.figures.late.size() == static_cast<std::size_t>(store::kLateCasesAtMost))
      more = html("<p class=\"halus\">Hanya {} yang pertama.</p>", store::kLateCasesAtMost);
    return html(
        "<h2>Permohonan yang melewati batas</h2><table><thead><tr><th>Nomor</th><th>Perihal</th>"
        "<th>Pemohon</th><th>Batas</th><th>Diputus</th><th>Kendala yang disebut</th></tr></thead>"
        "<tbody>{}</tbody></table>{}",
        rows, more);
  }

  std::string day(const LocalTime& local) const {
    return notify::date(local) + " " + notify::clock_time(local);
  }

  Html list(std::string_view title, std::string_view of_what, std::string_view kali,
            const std::vector<store::NamedCount>& counts) const {
    if (counts.empty()) return html("<h3>{}</h3><p>Tidak ada.</p>", title);
    Html rows;
    for (const store::NamedCount& one : counts)
      rows += html("<tr><th scope=\"row\">{}</th><td class=\"angka\">{}</td></tr>", one.name,
                   one.count);
    return html(
        "<h3>{}</h3><table class=\"fakta\"><thead><tr><th>{}</th><th "
        "class=\"angka\">{}</th></tr></thead>"
        "<tbody>{}</tbody></table>",
        title, of_what, kali, rows);
  }

  Html others() const {
    std::vector<store::NamedCount> documents = s_.figures.deficiencies;
    for (store::NamedCount& one : documents) one.name = document_name(one.name, sop_);
    return html("<h2>Pengembalian, eskalasi, dan jeda</h2>{}{}{}",
                list("Dokumen yang dinyatakan kurang", "Dokumen", "Kali", documents),
                list("Eskalasi kepada atasan", "Tahapan", "Kali", s_.figures.escalations),
                list("Jeda yang dimulai bulan ini", "Alasan", "Kali", s_.figures.pauses));
  }

  Html how() const {
    return html(
        "<h2>Cara menghitung</h2><ul>"
        "<li>Waktu layanan berjalan dari berkas dinyatakan lengkap sampai keputusan ditandatangani"
        " atau permohonan ditolak; berhenti selama berkas pada pemohon.</li>"
        "<li>Yang melewati batas dihitung pada bulan batasnya lewat, selesai ataupun belum; yang"
        " tepat waktu pada bulan keputusannya. Kepatuhan adalah bagian yang tepat waktu dari"
        " keduanya.</li>"
        "<li>Hanya jam kerja yang dihitung, menurut kalender {} yang berlaku; satu hari kerja"
        " nominal {}.</li>"
        "<li>Angka diambil dari catatan yang sama dengan dasbor dan halaman kantor (skema laporan),"
        " pada {}.</li></ul>",
        readable(sop_.calendar), notify::duration(calendar_.nominal_day()),
        moment_words(calendar_, now_));
  }

  // Who signs: whoever is on duty as the head.
  Html signature() const {
    const CivilDate today = s_.context.today();
    std::string title = role_words(sop_, sop_.head), name;
    const std::vector<Recipient> heads = s_.context.people.on_duty(sop_.head, today);
    if (!heads.empty()) {
      if (const Officer* head = s_.context.people.find(heads.front().officer)) name = head->name;
      if (heads.front().kind == "plh") title = "Plh. " + title;
      if (heads.front().kind == "plt") title = "Plt. " + title;
    }
    const std::string town = town_in(s_.office);
    return html("<div class=\"tanda\"><div>{}{}<br>{}<div class=\"nama\">{}</div></div></div>",
                town.empty() ? "" : town + ", ", notify::date(calendar_.local(now_)), title,
                name.empty() ? std::string(" ") : name);
  }

  const ReportSubject& s_;
  const bool is_screen_;  // where an address leads somewhere
  const Sop& sop_;
  const Calendar& calendar_;
  Instant now_;
  MonthFigures month_, before_;
  std::map<std::string, StepFigures> steps_;
};

}  // namespace

const FigureWords* figure_words(std::string_view address) {
  const auto found =
      std::find_if(std::begin(kFigures), std::end(kFigures),
                   [&](const FigureWords& words) { return words.address == address; });
  return found == std::end(kFigures) ? nullptr : found;
}

std::string month_words(const std::string& month) {
  LocalTime local;
  local.year = std::stoi(month.substr(0, 4));
  local.month = static_cast<unsigned>(std::stoi(month.substr(5, 2)));
  local.day = 1;
  return notify::date(local).substr(2);
}

std::string week_words(const store::WeekFigures& week) {
  return week.first_day == week.last_day ? std::to_string(week.first_day)
                                         : fmt::format("{}–{}", week.first_day, week.last_day);
}

Html month_report_body(const ReportSubject& subject) { return Report(subject, true).on_screen(); }

std::string month_report_page(const ReportSubject& subject) {
  PrintedPage page;
  page.office = subject.office;
  page.title = "Laporan Bulanan Pelayanan Perizinan";
  page.subtitle = subject.context.sop.title + ", " + month_words(subject.month);
  page.footer = fmt::format("{} · dicetak {} dari Tenggat", page.subtitle,
                            moment_words(subject.context.calendar, subject.context.now));
  page.body = Report(subject, false).body();
  return printed(page);
}

}  // namespace tenggat::pages
