#include "daemon/pages/proof.h"

#include <fmt/format.h>

#include "daemon/pages/words.h"
#include "notifiers/words.h"
#include "rules/permit/proof.h"

namespace tenggat::pages {
namespace {

// A page stays small however long a file has been with the office: earlier days are one line.
constexpr std::size_t kDaysShown = 40;

std::string clock_range(const Calendar& calendar, const Span& span) {
  const LocalTime from = calendar.local(span.from), to = calendar.local(span.to);
  const bool midnight = to.hour == 0 && to.minute == 0 && span.to > span.from;
  return fmt::format("{}–{}", notify::clock_time(from),
                     midnight ? std::string("24.00") : notify::clock_time(to));
}

std::string_view why_not(Span::Kind kind) {
  switch (kind) {
    case Span::Kind::before_opening:
      return "sebelum jam buka";
    case Span::Kind::lunch_break:
      return "istirahat";
    case Span::Kind::after_closing:
      return "setelah jam tutup";
    case Span::Kind::weekend:
      return "akhir pekan";
    case Span::Kind::day_off:
      return "hari libur";
    case Span::Kind::paused:
      return "waktu dijeda";
    case Span::Kind::counted:
      break;
  }
  return "dihitung";
}

// Closed hours need no words: everybody knows the office's day.
bool worth_saying(const Span& span) {
  return span.kind == Span::Kind::paused || span.kind == Span::Kind::day_off ||
         span.kind == Span::Kind::weekend ||
         (span.kind == Span::Kind::counted && span.from < span.to);
}

Html spans_of(const DayProof& day, const Calendar& calendar) {
  Html list;
  for (const Span& span : day.spans) {
    if (!worth_saying(span)) continue;
    const bool counted = span.kind == Span::Kind::counted;
    const bool whole_day = span.kind == Span::Kind::weekend || span.kind == Span::Kind::day_off;
    std::string words = whole_day ? std::string() : clock_range(calendar, span) + " ";
    words += why_not(span.kind);
    if (!span.why.empty()) words += (counted ? " (" : ": ") + span.why + (counted ? ")" : "");
    if (!list.empty()) list += html("<br>");
    list += html("{}", words);
  }
  return list;
}

std::string day_words(const DayProof& day, const Calendar& calendar) {
  if (day.spans.empty()) return notify::date(day.date);
  const LocalTime local = calendar.local(day.spans.front().from);
  return notify::weekday_name(local) + ", " + notify::date(local);
}

Html table_of(const std::vector<DayProof>& days, const Budget& budget, const Calendar& calendar) {
  const std::size_t first = days.size() > kDaysShown ? days.size() - kDaysShown : 0;
  Seconds before{0}, whole{0};
  Html rows;
  for (std::size_t i = 0; i < days.size(); ++i) {
    whole += days[i].counted;
    if (i < first) {
      before += days[i].counted;
      continue;
    }
    rows +=
        html("<tr><th scope=\"row\">{}</th><td>{}</td><td class=\"angka\">{}</td></tr>",
             day_words(days[i], calendar), spans_of(days[i], calendar),
             days[i].counted.count() == 0 ? std::string("–") : notify::duration(days[i].counted));
  }
  const Seconds day = calendar.shown_day(counting_of(budget));
  Html earlier;
  if (first > 0)
    earlier = html("<tr><th scope=\"row\">{} hari sebelumnya</th><td></td><td>{}</td></tr>", first,
                   notify::duration(before));
  return html(
      "<div class=\"gulir\" tabindex=\"0\" role=\"region\" aria-label=\"Perhitungan waktu\"><table>"
      "<thead><tr><th scope=\"col\">Hari</th><th scope=\"col\">Perhitungan</th>"
      "<th scope=\"col\" class=\"angka\">{}</th></tr></thead><tbody>{}{}"
      "<tr><th scope=\"row\">Jumlah{}</th><td></td>"
      "<td class=\"angka\"><strong>{}</strong></td></tr></tbody></table></div>",
      budget.in_calendar_days() ? "Waktu" : "Waktu kerja", earlier, rows,
      whole < day ? std::string() : ", " + span_words(whole, budget, calendar),
      whole.count() == 0 ? std::string("belum ada") : notify::duration(whole));
}

// Without the names of officers.
std::vector<StandstillCause> causes_for_applicant(const Permit& permit, const Sop& sop) {
  std::vector<StandstillCause> causes;
  for (const Pause& pause : permit.pauses) {
    const PauseReason* reason = rule_of(pause, sop);
    if (pause.stops_case)
      causes.push_back({{pause.from, pause.to}, reason ? reason->name : readable(pause.reason)});
  }
  for (const Visit& visit : permit.visits)
    if (visit.returned && !visit.undone)
      causes.push_back({{visit.opened_at, visit.closed_at}, "menunggu perbaikan berkas"});
  return causes;
}

Html proof_of(const Ledger& ledger, const Proof& proof, const Calendar& calendar) {
  Html facts = html("<p>Waktu berjalan sejak {}; batasnya {}.</p>",
                    moment_words(calendar, ledger.opened), budget_words(ledger.budget));
  if (proof.carried.count() > 0)
    facts += html("<p>Saat berkas berada di tahap ini sebelumnya sudah terpakai {}.</p>",
                  span_words(proof.carried, ledger.budget, calendar));
  if (proof.due)
    facts += html("<p>Jatuh tempo: <strong>{}</strong>.</p>", end_words(calendar, *proof.due));
  else
    facts += html("<p>Waktu sedang berhenti, sehingga tanggalnya belum dapat ditetapkan.</p>");
  if (proof.provisional)
    facts += html(
        "<p class=\"halus\">Sementara: hari libur untuk sebagian masa ini belum ditetapkan.</p>");
  return html("{}{}", facts, table_of(proof.days, ledger.budget, calendar));
}

}  // namespace

Html proof_of_case(const Permit& permit, const Sop& sop, const Calendar& calendar, Instant now,
                   For reader) {
  const auto ledger = case_ledger(permit, sop);
  if (!ledger) return {};
  return proof_of(*ledger,
                  reader == For::applicant
                      ? prove(*ledger, causes_for_applicant(permit, sop), calendar, now)
                      : *prove_case(permit, sop, calendar, now),
                  calendar);
}

Html proof_of_visit(const Permit& permit, const Visit& visit, const Sop& sop,
                    const Calendar& calendar, Instant now) {
  const auto ledger = visit_ledger(permit, visit, sop);
  if (!ledger) return {};
  Html entered;
  if (visit.late)
    entered =
        html("<p>Dilakukan {}, dicatat {}{}.</p>", moment_words(calendar, *visit.closed_at),
             moment_words(calendar, visit.late->recorded_at),
             visit.late->awaits_word() ? "; dihitung terlambat sampai dikonfirmasi atasan" : "");
  return html("{}{}", entered,
              proof_of(*ledger, *prove_visit(permit, visit, sop, calendar, now), calendar));
}

}  // namespace tenggat::pages
