#include "daemon/pages/proof.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/pages/layout.h"
#include "daemon/pages/words.h"
#include "notifiers/words.h"
#include "rules/permit/proof.h"

namespace tenggat::pages {
namespace {

using notify::Speech;

// A page stays small however long a file has been with the office: earlier days are one line.
constexpr std::size_t kDaysShown = 100;

// What the table is made from: of a clock, up to its due date where that is known.
struct ProofView {
  const Ledger& ledger;
  const Replay& replay;
  const Proof& proof;
  const Speech& speech;
  Instant now, until;  // where the days end
};

std::string clock_range(const Speech& speech, Instant from, Instant to) {
  return fmt::format("{}–{}", speech.clock(speech.calendar().local(from)),
                     speech.clock(speech.calendar().local_end(to)));
}

// Stretches that count, with the breaks between them taken together: "07.30–16.00, tanpa istirahat
// 12.00–13.00".
std::string counted_words(const DayProof& day, const Speech& speech) {
  std::string words;
  for (std::size_t i = 0; i < day.spans.size(); ++i) {
    if (day.spans[i].kind != Span::Kind::counted) continue;
    const Span& first = day.spans[i];
    std::string breaks;
    std::size_t last = i;
    while (last + 2 < day.spans.size() && day.spans[last + 1].kind == Span::Kind::lunch_break &&
           day.spans[last + 2].kind == Span::Kind::counted) {
      breaks += fmt::format("{}{}", breaks.empty() ? "" : ", ",
                            clock_range(speech, day.spans[last + 1].from, day.spans[last + 1].to));
      last += 2;
    }
    words += words.empty() ? "" : speech.say(" dan ", " and ");
    words += clock_range(speech, first.from, day.spans[last].to);
    if (!breaks.empty())
      words += fmt::format("{} {}", speech.say(", tanpa istirahat", ", less the break"), breaks);
    if (!first.why.empty()) words += fmt::format(" ({})", first.why);
    i = last;
  }
  return words;
}

Html paused_words(const DayProof& day, const Speech& speech) {
  Html words;
  for (const Span& span : day.spans) {
    if (span.kind != Span::Kind::paused) continue;
    if (!words.empty()) words += html("<br>");
    words += html("<strong>{} {}</strong>{}", speech.say("Dijeda", "Paused"),
                  clock_range(speech, span.from, span.to),
                  span.why.empty() ? std::string() : ": " + span.why);
  }
  return words;
}

// Why nothing of the day counts.
std::string idle_words(const DayProof& day, const Speech& speech) {
  const bool weekend = std::any_of(day.spans.begin(), day.spans.end(), [](const Span& span) {
    return span.kind == Span::Kind::weekend;
  });
  if (weekend) return speech.say("Tidak dihitung: akhir pekan", "Not counted: weekend");
  for (const Span& span : day.spans) {
    if (span.kind != Span::Kind::day_off) continue;
    const LocalTime local = speech.calendar().local(span.from);
    const bool at_weekend = local.weekday == 0 || local.weekday == 6;
    return fmt::format("{}: {}{}{}", speech.say("Tidak dihitung", "Not counted"),
                       at_weekend ? speech.say("akhir pekan dan ", "weekend and ") : "",
                       speech.say("hari libur, ", "public holiday, "), span.why);
  }
  return speech.say("Tidak dihitung: di luar jam kerja", "Not counted: outside office hours");
}

bool holds(const DayProof& day, Instant t) {
  return !day.spans.empty() && day.spans.front().from <= t && t < day.spans.back().to;
}

// The day on which the clock starts begins with it, the day it is due ends with that.
Html marks_of(const ProofView& view, const DayProof& day, bool last) {
  Html marks;
  const Speech& speech = view.speech;
  if (holds(day, view.now) && view.now < view.until)
    marks += html("<br>{}", speech.say("Hari ini", "Today"));
  if (last && view.proof.due && *view.proof.due == view.until)
    marks += html("<br><strong>{} {}</strong>", speech.say("Jatuh tempo", "Due at"),
                  speech.clock(speech.calendar().local_end(view.until)));
  return marks;
}

Html row_of(const ProofView& view, const DayProof& day, bool last, Seconds shown) {
  const LocalTime local = view.speech.calendar().local(day.spans.front().from);
  const bool today = holds(day, view.now) && view.now < view.until;
  const bool counts = day.counted.count() > 0;
  const Html paused = paused_words(day, view.speech);
  const std::string counted = counted_words(day, view.speech);
  Html why = counted.empty() && paused.empty() ? html("{}", idle_words(day, view.speech))
                                               : html("{}", counted);
  if (!counted.empty() && !paused.empty()) why += html("<br>");
  why += paused;
  return html(
      "<tr class=\"{}\"><th scope=\"row\">{}<span class=\"hitungan\">{}{}</span></th>"
      "<td class=\"angka\">{}</td></tr>",
      today    ? "hari-ini"
      : counts ? ""
               : "sepi",
      view.speech.day(local), why, marks_of(view, day, last),
      counts ? view.speech.hours(shown) : std::string("–"));
}

std::string whole_words(const ProofView& view, Seconds whole) {
  const Seconds day = view.speech.calendar().shown_day(view.replay.counting());
  if (whole < day) return "";
  return ", " + view.speech.span(whole, view.replay.counting());
}

// Minutes are cut so that the rows add up to the sum.
Html table_of(const ProofView& view) {
  const std::vector<DayProof>& days = view.proof.days;
  const Speech& speech = view.speech;
  const std::size_t first = days.size() > kDaysShown ? days.size() - kDaysShown : 0;
  Seconds whole{0}, shown{0};
  Html rows;
  for (std::size_t i = 0; i < days.size(); ++i) {
    if (days[i].spans.empty()) continue;
    whole += days[i].counted;
    const Seconds minutes = Seconds{whole.count() / 60 * 60};
    if (i + 1 == first)
      rows += html("<tr><th scope=\"row\">{} {}</th><td class=\"angka\">{}</td></tr>", first,
                   speech.say("hari sebelumnya", "days before"), speech.hours(minutes));
    if (i >= first) rows += row_of(view, days[i], i + 1 == days.size(), minutes - shown);
    shown = minutes;
  }
  return html(
      "<table class=\"hitung\"><thead><tr><th scope=\"col\">{}</th>"
      "<th scope=\"col\" class=\"angka\">{}</th></tr></thead><tbody>{}"
      "<tr class=\"jumlah\"><th scope=\"row\">{}{}</th><td class=\"angka\"><strong>{}</strong>"
      "</td></tr></tbody></table>",
      speech.say("Hari", "Day"), speech.say("Dihitung", "Counted"), rows,
      speech.say("Jumlah", "Sum"), whole_words(view, whole),
      whole.count() == 0 ? std::string(speech.say("belum ada", "nothing yet"))
                         : speech.hours(Seconds{whole.count() / 60 * 60}));
}

std::string case_words(const StandstillCause& cause, const Speech& speech) {
  return fmt::format("{} ({} {})", cause.why, speech.say("sejak", "from"),
                     speech.brief(cause.stretch.from));
}

// Without the names of officers.
std::vector<StandstillCause> causes_for_applicant(const Permit& permit, const Sop& sop,
                                                  const Speech& speech) {
  std::vector<StandstillCause> causes;
  for (const Pause& pause : permit.pauses) {
    const PauseReason* reason = rule_of(pause, sop);
    std::string why = reason ? reason->name : readable(pause.reason);
    if (reason && reason->tells_applicant)
      why = speech.say("menunggu keterangan Anda", "waiting for your answer");
    if (pause.stops_case) causes.push_back({{pause.from, pause.to}, std::move(why)});
  }
  for (const Visit& visit : permit.visits)
    if (stops_case(visit, sop) && !visit.undone)
      causes.push_back({{visit.opened_at, visit.closed_at},
                        visit.returned
                            ? std::string(speech.say("menunggu perbaikan berkas dari Anda",
                                                     "waiting for your corrections"))
                            : step_name(visit, sop)});
  return causes;
}

// "Berubah: semula Kamis 9 April, 13.40. Mundur 4 jam 15 menit, karena ..."
Html moved_words(const ProofView& view, const std::vector<StandstillCause>& causes) {
  const Speech& speech = view.speech;
  if (!view.replay.due() || view.replay.first_due() >= *view.replay.due()) return {};
  const Seconds by = speech.calendar().counted(view.replay.first_due(), *view.replay.due(),
                                               view.replay.counting());
  std::string because;
  for (const StandstillCause& cause : causes)
    if (cause.stretch.from < *view.replay.due() &&
        (!cause.stretch.to || *cause.stretch.to > view.ledger.opened))
      because += (because.empty() ? "" : "; ") + case_words(cause, speech);
  return in_tongue(
      speech.tongue(), "<p><strong>Berubah:</strong> semula {}. Mundur {}{}.</p>",
      "<p><strong>Moved:</strong> first {}. Put off by {}{}.</p>",
      speech.brief_end(view.replay.first_due()), speech.span(by, view.replay.counting()),
      because.empty() ? std::string() : speech.say(" karena ", ", because of ") + because);
}

// What came of it: how late it is, or how much was left when it ended.
Html outcome_words(const ProofView& view) {
  const Speech& speech = view.speech;
  const Instant end = view.ledger.closed.value_or(view.now);
  const auto& due = view.replay.due();
  if (!due) {
    return html("<p>{}</p>",
                speech.say("Waktu sedang berhenti, sehingga tanggalnya belum dapat ditetapkan.",
                           "The time stands still, so no date can be given."));
  }
  if (end > *due)
    return in_tongue(speech.tongue(), "<p>Lewat batas {} sampai {}.</p>",
                     "<p>Past its date by {}, until {}.</p>",
                     speech.span(speech.calendar().counted(*due, end, view.replay.counting()),
                                 view.replay.counting()),
                     speech.brief(end));
  if (view.ledger.closed)
    return in_tongue(
        speech.tongue(), "<p>Selesai {}, sebelum jatuh tempo {}: {} tidak terpakai.</p>",
        "<p>Done {}, before it was due {}: {} were left.</p>", speech.brief(end),
        speech.brief_end(*due),
        speech.span(view.replay.total() - view.proof.consumed, view.replay.counting()));
  return {};
}

Html facts_of(const ProofView& view, const std::vector<StandstillCause>& causes) {
  const Speech& speech = view.speech;
  const std::string hours = view.replay.counting() == Counting::working
                                ? fmt::format("{} {},", speech.say(", yaitu", ", which is"),
                                              speech.duration(view.replay.total()))
                                : "";
  Html facts = in_tongue(speech.tongue(), "<p>Batasnya {}{} sejak {}.</p>",
                         "<p>The limit is {}{} from {}.</p>", speech.budget(view.ledger.budget),
                         hours, speech.moment(view.ledger.opened));
  if (view.replay.due())
    facts += html("<p>{} <strong>{}</strong>.</p>", speech.say("Jatuh tempo:", "Due:"),
                  speech.end(*view.replay.due()));
  facts += moved_words(view, causes);
  if (view.proof.carried.count() > 0)
    facts += in_tongue(speech.tongue(),
                       "<p>Saat berkas berada di tahap ini sebelumnya sudah terpakai {}.</p>",
                       "<p>When the file was at this step before, {} were used.</p>",
                       speech.span(view.proof.carried, view.replay.counting()));
  if (view.proof.provisional)
    facts +=
        html("<p class=\"halus\">{}</p>",
             speech.say("Sementara: hari libur untuk sebagian masa ini belum ditetapkan.",
                        "Provisional: the holidays of a part of this time are not decreed yet."));
  return facts;
}

// To the due date, or to the end where that came before; while the clock stands to now.
Html proof_of(const Ledger& ledger, const std::vector<StandstillCause>& causes,
              const Speech& speech, Instant now) {
  const Replay replay(ledger, speech.calendar());
  const Instant until = replay.due()
                            ? std::min(*replay.due(), ledger.closed.value_or(*replay.due()))
                            : ledger.closed.value_or(now);
  const Proof proof = prove(ledger, causes, speech.calendar(), until);
  const ProofView view{ledger, replay, proof, speech, now, until};
  return html("{}{}{}<p class=\"halus\">{}</p>", facts_of(view, causes), table_of(view),
              outcome_words(view),
              speech.say("j: jam, m: menit.", "h: hours, m: minutes of working time."));
}

// The limit of law does not wait for what the office waits for.
Html legal_words(const Permit& permit, const Sop& sop, const Speech& speech) {
  const auto ledger = legal_ledger(permit, sop);
  if (!ledger || sop.legal.basis.empty()) return {};
  const Replay replay(*ledger, speech.calendar());
  if (!replay.due()) return {};
  return in_tongue(speech.tongue(), "<p class=\"halus\">Batas menurut hukum{}: {} ({}).</p>",
                   "<p class=\"halus\">The limit of law{}: {} ({}).</p>",
                   sop.legal.pauses ? std::string()
                                    : std::string(speech.say(" tidak ikut mundur karena jeda",
                                                             " is not put off by a pause")),
                   speech.brief_end(*replay.due()), sop.legal.basis);
}

}  // namespace

Html proof_of_case(const Permit& permit, const Sop& sop, const Speech& speech, Instant now,
                   For reader) {
  const auto ledger = case_ledger(permit, sop);
  if (!ledger) return {};
  const std::vector<StandstillCause> causes = reader == For::applicant
                                                  ? causes_for_applicant(permit, sop, speech)
                                                  : causes_of_case(permit, sop);
  return html("{}{}", proof_of(*ledger, causes, speech, now), legal_words(permit, sop, speech));
}

Html proof_of_case(const Permit& permit, const Sop& sop, const Calendar& calendar, Instant now,
                   For reader) {
  return proof_of_case(permit, sop, Speech(notify::Tongue::indonesian, calendar), now, reader);
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
              proof_of(*ledger, causes_of_visit(permit, visit, sop),
                       Speech(notify::Tongue::indonesian, calendar), now));
}

}  // namespace tenggat::pages
