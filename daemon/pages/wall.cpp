#include "daemon/pages/wall.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/pages/layout.h"
#include "daemon/pages/words.h"
#include "notifiers/words.h"

namespace tenggat::pages {
namespace {

const office::SopBoard& numbers_of(const office::Board& board, const Sop& sop) {
  static const office::SopBoard none;
  const auto found = board.sops.find(sop.id);
  return found == board.sops.end() ? none : found->second;
}

bool is_worse(const office::SopBoard& a, const office::SopBoard& b) {
  if (a.legal_passed != b.legal_passed) return a.legal_passed > b.legal_passed;
  if (a.late_open != b.late_open) return a.late_open > b.late_open;
  if (a.overdue != b.overdue) return a.overdue > b.overdue;
  return a.in_process + a.returned > b.in_process + b.returned;
}

Html figure(Tone tone, std::int64_t number, const Html& beside, std::string_view words) {
  return html("<div class=\"{}\"><dt>{}</dt><dd>{}{}</dd></div>", class_of(tone), words,
              notify::number(number), beside);
}

Html figures_of(const office::SopBoard& numbers, const std::string& month) {
  const OnTime time = on_time(numbers);
  const Html in_time =
      figure(time.good ? Tone::ok : Tone::neutral, time.met,
             html(" <small>dari {}</small>", notify::number(time.of)), "tepat waktu, " + month);
  const Html late = figure(numbers.late_open > 0 ? Tone::late : Tone::neutral, numbers.late_open,
                           {}, "lewat batas, belum terbit");
  const Html legal = numbers.legal_passed > 0
                         ? figure(Tone::late, numbers.legal_passed, {}, "batas hukum terlewati")
                         : figure(numbers.legal_risk > 0 ? Tone::soon : Tone::neutral,
                                  numbers.legal_risk, {}, "batas hukum mendekat");
  return html("<dl class=\"tiga\">{}{}{}</dl>", in_time, late, legal);
}

struct State {
  Tone tone = Tone::neutral;
  std::string words = "kosong";
};

// The worst that a step's files are in, and how many are.
State state_of(const office::BoardStep& step, bool first) {
  if (step.overdue > 0) return {Tone::late, notify::number(step.overdue) + " terlambat"};
  if (step.due_soon > 0) return {Tone::soon, notify::number(step.due_soon) + " segera"};
  if (step.paused > 0) return {Tone::paused, notify::number(step.paused) + " dijeda"};
  if (step.untimed > 0 && step.on_track == 0)
    return {Tone::paused, first ? "dikembalikan" : "pada pemohon"};
  return step.open() > 0 ? State{Tone::ok, "lancar"} : State{};
}

struct Row {
  const Step* step = nullptr;
  office::BoardStep counts;
};

// All steps where they fit; else those with files, and of too many of these the worst.
std::vector<Row> rows_of(const Sop& sop, const office::SopBoard& numbers) {
  std::vector<Row> rows;
  for (const Step& step : sop.steps) {
    const auto found = numbers.steps.find(step.id);
    rows.push_back({&step, found == numbers.steps.end() ? office::BoardStep{} : found->second});
  }
  if (rows.size() > kRowsOnWall)
    std::erase_if(rows, [](const Row& row) { return row.counts.open() == 0; });
  if (rows.size() <= kRowsOnWall) return rows;
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    if (a.counts.overdue != b.counts.overdue) return a.counts.overdue > b.counts.overdue;
    return a.counts.open() > b.counts.open();
  });
  rows.resize(kRowsOnWall);
  std::sort(rows.begin(), rows.end(),
            [](const Row& a, const Row& b) { return a.step->number < b.step->number; });
  return rows;
}

Html table_of(const Sop& sop, const office::SopBoard& numbers) {
  Html rows;
  for (const Row& row : rows_of(sop, numbers)) {
    const State state = state_of(row.counts, row.step == &sop.steps.front());
    rows += html(
        "<tr class=\"{}\"><th scope=\"row\">{} {}</th><td class=\"angka\">{}</td>"
        "<td class=\"keadaan\">{}</td></tr>",
        class_of(state.tone), row.step->number, row.step->short_name,
        notify::number(row.counts.open()), state.words);
  }
  return html(
      "<table class=\"tahapan\"><caption class=\"tersembunyi\">Berkas menurut tahap</caption>"
      "<thead class=\"tersembunyi\"><tr><th scope=\"col\">Tahap</th><th scope=\"col\">Berkas</th>"
      "<th scope=\"col\">Keadaan</th></tr></thead><tbody>{}</tbody></table>",
      rows);
}

Html panel_of(const WallService& service, const office::Board& board) {
  const Sop& sop = *service.sop;
  const office::SopBoard& numbers = numbers_of(board, sop);
  const LocalTime today = service.calendar->local(board.at);
  return html(
      "<section class=\"kartu\"><div class=\"judul\"><h2>{}</h2><p>batas "
      "{}</p></div>{}{}</section>",
      sop.title, notify::budget_words(sop.case_standard),
      figures_of(numbers, notify::month_name(today)), table_of(sop, numbers));
}

// What is not on the wall is at least counted.
Html rest_of(const std::vector<WallService>& rest, const office::Board& board) {
  if (rest.empty()) return {};
  std::int64_t late = 0, legal = 0;
  for (const WallService& one : rest) {
    late += numbers_of(board, *one.sop).late_open;
    legal += numbers_of(board, *one.sop).legal_passed;
  }
  return html("<p>{} layanan lain: {} lewat batas, {} batas hukum terlewati</p>",
              notify::number(static_cast<std::int64_t>(rest.size())), notify::number(late),
              notify::number(legal));
}

}  // namespace

OnTime on_time(const office::SopBoard& numbers) {
  const std::int64_t of = numbers.judged + numbers.late_open;
  return {numbers.met, of, of > 0 && numbers.met == of && numbers.legal_passed == 0};
}

Html wall_of(const WallView& view) {
  std::vector<WallService> shown = view.services, rest;
  if (shown.empty()) return html("<p>Belum ada layanan.</p>");
  if (shown.size() > kOnWall) {
    std::stable_sort(shown.begin(), shown.end(), [&](const WallService& a, const WallService& b) {
      return is_worse(numbers_of(view.board, *a.sop), numbers_of(view.board, *b.sop));
    });
    rest.assign(shown.begin() + kOnWall, shown.end());
    shown.resize(kOnWall);
  }
  const LocalTime now = shown.front().calendar->local(view.board.at);
  Html panels;
  for (const WallService& one : shown) panels += panel_of(one, view.board);
  return html(
      "<div class=\"kepala\"><h1>{}</h1><p>{} {} {} <strong>{}</strong> {}</p></div>"
      "<div class=\"panel-{}\">{}</div><div class=\"kaki\">{}<p class=\"{}\">{} {}</p></div>",
      view.office, notify::weekday_name(now), now.day, notify::month_name(now),
      notify::clock_time(now), now.zone_abbreviation, shown.size(), panels,
      rest_of(rest, view.board), view.stale ? "terlambat" : "halus",
      view.stale ? "Sistem terganggu; angka per" : "Angka per", notify::clock_time(now));
}

}  // namespace tenggat::pages
