#include "daemon/pages/forecast_words.h"

#include <fmt/format.h>

#include "daemon/pages/layout.h"
#include "daemon/pages/month_report.h"
#include "daemon/pages/words.h"
#include "notifiers/words.h"
#include "rules/forecast/forecast.h"
#include "rules/permit/ledger.h"

namespace tenggat::pages {
namespace {

std::string span_of(Seconds span, const Sop& sop, const Calendar& calendar) {
  return span_words(span, sop.case_standard, calendar);
}

// "Kamis 16 April": what is counted in days is not foretold to the minute. Of a service of hours
// "Kamis 16 April, 14.20 WITA".
std::string finish_of(const std::optional<Instant>& finish, const Sop& sop,
                      const Calendar& calendar) {
  if (!finish) return "belum dapat diperkirakan";
  const LocalTime end = calendar.local_end(*finish);
  if (sop.case_standard.days == 0 && !sop.case_standard.in_calendar_days())
    return notify::short_moment(end);
  return fmt::format("{} {} {}", notify::weekday_name(end), end.day, notify::month_name(end));
}

// The clock of an open case is replayed: no date of its due stands in the permit itself.
bool is_late(const Permit& permit, const Context& context) {
  return case_sla(permit, context.sop, context.calendar, context.now).status == SlaStatus::overdue;
}

// "kurang dari 1", "sekitar 3"; of thousandths.
std::string about(std::int64_t thousandths) {
  const std::int64_t whole = (thousandths + 500) / 1000;
  return whole == 0 ? "kurang dari 1" : "sekitar " + notify::number(whole);
}

// "0,123", of millionths.
std::string thousandths(std::int64_t millionths) {
  const std::int64_t part = (std::abs(millionths) + 500) / 1000;
  return fmt::format("{},{:03}", part / 1000, part % 1000);
}
std::string points(std::int64_t millionths) {
  const std::string part = notify::tenths((std::abs(millionths) + 500) / 1000);
  return (part == "0" ? "" : millionths < 0 ? "−" : "+") + part;
}

bool enough(int outcomes) { return outcomes >= static_cast<int>(forecast::kFewest); }

std::string too_few(int outcomes) {
  return fmt::format("belum cukup data: baru {} dari {} permohonan yang hasilnya diketahui",
                     notify::number(outcomes), forecast::kFewest);
}

}  // namespace

std::string chance_words(int thousandths) { return fmt::format("{}%", (thousandths + 5) / 10); }

std::string risk_reason(const store::Forecast& said, const Sop& sop, const Calendar& calendar) {
  std::string words;
  if (!said.step.empty()) {
    words = fmt::format("sudah {} pada tahap {}", span_of(said.in_step, sop, calendar),
                        sop.step_name(said.step));
    if (said.usual_in_step)
      words += fmt::format(", biasanya {}", span_of(*said.usual_in_step, sop, calendar));
    words += "; ";
  }
  words += said.left >= Seconds{0}
               ? fmt::format("sisa waktu layanan {}", span_of(said.left, sop, calendar))
               : fmt::format("waktu layanan terlewati {}", span_of(said.left, sop, calendar));
  if (said.needs)
    words += fmt::format(", biasanya masih perlu {}", span_of(*said.needs, sop, calendar));
  if (said.by_base) words += "; angkanya bagian berkas yang terlambat selama ini";
  return words;
}

Html risk_mark(const store::Forecast& said, const Sop& sop, const Calendar& calendar) {
  if (!said.at_risk()) return {};
  return html("<strong>Layanan berisiko terlambat ({}):</strong> {}.", chance_words(said.missed),
              risk_reason(said, sop, calendar));
}

Html forecast_facts(const PermitForecast& forecast, const Permit& permit, const Context& context) {
  const Calendar& calendar = context.calendar;
  const Instant now = context.now;
  if (!permit.case_opened_at || permit.case_closed_at) return {};
  if (!forecast.said) {
    if (!forecast.outcomes || enough(*forecast.outcomes)) return {};
    return html("<dt>Perkiraan selesai</dt><dd class=\"halus\">{}</dd>",
                too_few(*forecast.outcomes));
  }
  const store::Forecast& said = *forecast.said;
  const bool late = is_late(permit, context);
  Html chance;
  if (!late)
    chance =
        said.at_risk()
            ? html("{} ", badge(Tone::soon, "Berisiko terlambat: " + chance_words(said.missed)))
            : html("kemungkinan terlambat {}; ", chance_words(said.missed));
  std::string law;
  if (said.legal_missed && !late)
    law = fmt::format(" Kemungkinan melewati batas menurut hukum {}.",
                      chance_words(*said.legal_missed));
  return html(
      "<dt>Perkiraan selesai</dt><dd>{}separuh berkas seperti ini selesai paling lambat {}, 9 dari "
      "10 paling lambat {}{}.{} <span class=\"halus\">Alasan: {}. Dasar: {} permohonan yang "
      "hasilnya diketahui; dihitung {}.</span></dd>",
      chance, finish_of(said.finish_p50, context.sop, calendar),
      finish_of(said.finish_p90, context.sop, calendar),
      said.stands ? ", bila waktu layanan berjalan lagi sekarang" : "", law,
      risk_reason(said, context.sop, calendar), notify::number(said.outcomes),
      near_words(calendar, said.computed_at, now));
}

Html forecast_range(const std::optional<store::Forecast>& said, const Permit& permit,
                    const Context& context, const notify::Speech& speech) {
  if (!said || said->stands || !said->finish_p50 || !said->finish_p90 || !permit.case_opened_at ||
      permit.case_closed_at || is_late(permit, context))
    return {};
  const auto date = [&](Instant t) { return speech.date(context.calendar.local_end(t)); };
  return in_tongue(
      speech.tongue(),
      "<p>Perkiraan: separuh permohonan seperti ini selesai paling lambat <strong>{}</strong>, 9 "
      "dari 10 paling lambat <strong>{}</strong>. <span class=\"halus\">Dasar: {} permohonan "
      "layanan ini yang hasilnya sudah diketahui. Ini perkiraan, bukan janji; yang mengikat adalah "
      "batas waktu di atas.</span></p>",
      "<p>What to expect: half of the applications like this one are done by "
      "<strong>{}</strong>, 9 of 10 by <strong>{}</strong>. <span class=\"halus\">It rests on {} "
      "applications for this service whose outcome is known. It is an estimate and no promise; the "
      "date above is.</span></p>",
      date(*said->finish_p50), date(*said->finish_p90), speech.number(said->outcomes));
}

Html forecast_line(const std::optional<store::ForecastService>& service, const Sop& sop) {
  if (!service || !service->computed_at) return {};
  if (!enough(service->outcomes)) return html("<p>Perkiraan: {}.</p>", too_few(service->outcomes));
  return html(
      "<p>Perkiraan: dari {} permohonan terbuka yang waktunya dihitung, {} yang belum terlambat "
      "akan melewati batas; <a href=\"/papan/daftar?sop={}&amp;keadaan=at_risk\">{} berisiko "
      "terlambat</a>. Dasar: {} permohonan yang hasilnya diketahui.</p>",
      notify::number(service->open), about(service->expected), sop.id,
      notify::number(service->at_risk), notify::number(service->outcomes));
}

Html forecast_record(const std::optional<store::ForecastService>& service,
                     const std::vector<store::ForecastMonth>& months, const Sop& sop) {
  if (!service || !service->computed_at) return {};
  if (!enough(service->outcomes)) return html("<h2>Perkiraan</h2>{}", forecast_line(service, sop));
  Html rows;
  bool hindsight = false;
  for (const store::ForecastMonth& month : months) {
    hindsight = hindsight || month.hindsight;
    rows += html(
        "<tr><th scope=\"row\">{}{}</th><td class=\"angka\">{}</td><td class=\"angka\">{}</td>"
        "<td class=\"angka\">{}</td><td class=\"angka\">{}</td><td class=\"angka\">{}</td></tr>",
        month_words(month.month), month.hindsight ? "*" : "", notify::number(month.judged),
        notify::percent(month.late, month.judged), thousandths(month.brier),
        thousandths(month.base_brier), points(month.bias));
  }
  const Html record =
      rows.empty()
          ? html(
                "<p class=\"halus\">Ketepatannya dinilai setelah batas yang diperkirakan tiba.</p>")
          : html(
                "<h3>Ketepatan perkiraan</h3><table><thead><tr><th>Bulan batas</th>"
                "<th class=\"angka\">Dinilai</th><th class=\"angka\">Terlambat</th>"
                "<th class=\"angka\">Skor Brier</th><th class=\"angka\">Skor pembanding</th>"
                "<th class=\"angka\">Selisih (poin)</th></tr></thead><tbody>{}</tbody></table>"
                "<p class=\"halus\">Skor Brier: rata-rata kuadrat kesalahan; makin kecil makin "
                "tepat. Skor pembanding: bila setiap kali hanya dikatakan bagian yang terlambat "
                "dalam 90 hari terakhir. Selisih: perkiraan dikurangi kenyataan; di atas nol "
                "berarti "
                "perkiraan terlalu gelap.{}</p>",
                rows,
                hindsight
                    ? " *Sebagian dihitung belakangan, hanya dari yang telah diketahui waktu itu."
                    : "");
  return html("<h2>Perkiraan</h2>{}{}", forecast_line(service, sop), record);
}

}  // namespace tenggat::pages
