#include "daemon/pages/board_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "daemon/pages/layout.h"
#include "daemon/pages/wall.h"
#include "daemon/pages/words.h"
#include "notifiers/words.h"
#include "rules/permit/transition.h"

namespace tenggat::pages {
namespace {

constexpr std::size_t kSideBySide = 8;  // actors, as columns

struct State {
  std::string_view which, words;
  Tone tone;
  std::int64_t office::BoardStep::*count;
};
// The worst first.
constexpr auto kStates = std::to_array<State>({
    {"overdue", "terlambat", Tone::late, &office::BoardStep::overdue},
    {"due_soon", "segera", Tone::soon, &office::BoardStep::due_soon},
    {"paused", "dijeda", Tone::paused, &office::BoardStep::paused},
    {"on_track", "lancar", Tone::ok, &office::BoardStep::on_track},
    {"untimed", "pada pemohon", Tone::paused, &office::BoardStep::untimed},
});

std::string list_address(const Sop& sop, std::string_view step, std::string_view which) {
  std::string address = "/papan/daftar?sop=" + sop.id;
  if (!step.empty()) address += fmt::format("&langkah={}", step);
  if (!which.empty()) address += fmt::format("&keadaan={}", which);
  return address;
}

// "59 dari 64": what is late and not decided counts in, and stands beside it.
Html in_time(const BoardView& view, const office::SopBoard& numbers) {
  const OnTime time = on_time(numbers);
  const std::string month = notify::month_name(view.calendar.local(view.board.at));
  if (time.of == 0)
    return html(
        "<div><dt>Tepat waktu, {}</dt><dd>– <small>belum ada yang selesai</small></dd></div>",
        month);
  return html("<div><dt>Tepat waktu, {}</dt><dd class=\"{}\">{} <small>dari {}</small></dd></div>",
              month, time.good ? "ok" : "", notify::number(time.met), notify::number(time.of));
}

Html headline(const BoardView& view, const office::SopBoard& numbers) {
  const auto one = [&](std::string_view words, std::string_view which, std::int64_t count,
                       Tone tone) {
    const std::string number = notify::number(count);
    const std::string_view tint = count > 0 ? class_of(tone) : "";
    const Html said = view.links
                          ? html("<a href=\"{}\">{}</a>", list_address(view.sop, "", which), number)
                          : html("{}", number);
    return html("<div><dt>{}</dt><dd class=\"{}\">{}</dd></div>", words, tint, said);
  };
  return html("<dl class=\"kartu angka-utama\">{}{}{}{}{}{}{}{}</dl>", in_time(view, numbers),
              one("Lewat batas, belum terbit", "late_open", numbers.late_open, Tone::late),
              one("Batas hukum terlewati", "legal_passed", numbers.legal_passed, Tone::late),
              one("Risiko fiktif positif", "legal_risk", numbers.legal_risk, Tone::late),
              one("Diproses", "active", numbers.in_process, Tone::neutral),
              one("Tahap terlambat", "overdue", numbers.overdue, Tone::late),
              one("Batas hari ini", "due_today", numbers.due_today, Tone::soon),
              one("Dikembalikan", "returned", numbers.returned, Tone::paused));
}

// A returned file waits at the applicant's first step; at their last one, a decree waits for them.
std::string_view words_of(const State& state, const BoardView& view, const Step& step) {
  if (state.which == "untimed" && step.number == view.sop.steps.front().number)
    return "dikembalikan";
  return state.words;
}

Html place(const BoardView& view, const Step& step, const office::BoardStep& counts) {
  if (counts.open() == 0) return html("<span class=\"kosong\">0</span>");
  const State* worst = nullptr;
  Html each;
  int states = 0;
  for (const State& state : kStates) {
    const std::int64_t count = counts.*state.count;
    if (count == 0) continue;
    ++states;
    if (!worst) worst = &state;
    const std::string words =
        fmt::format("{} {}", notify::number(count), words_of(state, view, step));
    each += view.links ? html("<li class=\"{}\"><a href=\"{}\">{}</a></li>", class_of(state.tone),
                              list_address(view.sop, step.id, state.which), words)
                       : html("<li class=\"{}\">{}</li>", class_of(state.tone), words);
  }
  const std::string all = notify::number(counts.open());
  const Html number =
      view.links
          ? html("<a class=\"angka\" href=\"{}\" aria-label=\"{} berkas pada tahap {}\">{}</a>",
                 list_address(view.sop, step.id, ""), all, step.short_name, all)
          : html("<span class=\"angka\">{}</span>", all);
  // One state alone is said by the box itself.
  if (states == 1)
    return html("<div class=\"petak {}\">{}<span>{}</span></div>", class_of(worst->tone), number,
                words_of(*worst, view, step));
  return html("<div class=\"petak {}\">{}<ul>{}</ul></div>", class_of(worst->tone), number, each);
}

Html times_of(const BoardView& view, const Step& step, const office::BoardStep& counts) {
  const std::string standard = budget_words(step.standard);
  if (!counts.median) return html("{}", standard);
  const std::string median = span_words(*counts.median, step.standard, view.calendar);
  const bool over = *counts.median > nominal_time(step.standard, view.calendar);
  return html("{} / <strong class=\"{}\">{}</strong>{}", standard, over ? "terlambat" : "", median,
              over ? html(" <span class=\"halus\">(melebihi)</span>") : Html());
}

// Roles that have a step, in the order of the form.
std::vector<const Role*> columns_of(const Sop& sop) {
  std::vector<const Role*> columns;
  for (const Step& step : sop.steps) {
    const Role* role = sop.find_role(step.role);
    if (std::find(columns.begin(), columns.end(), role) == columns.end()) columns.push_back(role);
  }
  return columns;
}

// Files that were not taken along to the version in use are where only their own has a step.
Html rows_of_earlier_versions(const BoardView& view, const office::SopBoard& numbers,
                              std::size_t columns) {
  BoardView plain = view;
  plain.links = false;  // a list is of a step of the version in use
  Html rows;
  for (const auto& [id, counts] : numbers.steps) {
    if (counts.open() == 0 || view.sop.find_step(id)) continue;
    Step step;
    step.id = step.short_name = id;
    if (view.sop.versions)
      for (const auto& [version, sop] : *view.sop.versions)
        if (const Step* found = sop->find_step(id)) step = *found;
    rows += html(
        "<tr><th scope=\"row\">{} <span class=\"halus\">(SOP sebelumnya)</span></th>"
        "<td class=\"isi\" colspan=\"{}\">{}</td><td></td></tr>",
        readable(step.short_name, view.sop), columns, place(plain, step, counts));
  }
  return rows;
}

// Of more actors than stand side by side one column says who it is.
Html narrow_table_of(const BoardView& view, const office::SopBoard& numbers) {
  Html rows;
  for (const Step& step : view.sop.steps) {
    const auto found = numbers.steps.find(step.id);
    const office::BoardStep counts =
        found == numbers.steps.end() ? office::BoardStep{} : found->second;
    const std::string role = role_words(view.sop, step.role);
    rows += html(
        "<tr><th scope=\"row\">{} · {}</th><td class=\"pelaksana\">{}</td>"
        "<td class=\"isi\"><span class=\"peran\">{}</span>{}</td><td class=\"waktu\">{}</td></tr>",
        step.number, step.short_name, role, role, place(view, step, counts),
        times_of(view, step, counts));
  }
  return html(
      "<table class=\"papan\"><caption class=\"tersembunyi\">Berkas menurut tahap</caption>"
      "<thead><tr><th scope=\"col\">Kegiatan</th><th scope=\"col\" "
      "class=\"pelaksana\">Pelaksana</th>"
      "<th scope=\"col\">Berkas</th><th scope=\"col\">Waktu: standar / median 90 hari</th></tr>"
      "</thead><tbody>{}</tbody></table>",
      html("{}{}", rows, rows_of_earlier_versions(view, numbers, 2)));
}

Html table_of(const BoardView& view, const office::SopBoard& numbers) {
  const std::vector<const Role*> columns = columns_of(view.sop);
  if (columns.size() > kSideBySide) return narrow_table_of(view, numbers);
  Html head, rows;
  for (const Role* role : columns) head += html("<th scope=\"col\">{}</th>", role->name);
  for (const Step& step : view.sop.steps) {
    const auto found = numbers.steps.find(step.id);
    const office::BoardStep counts =
        found == numbers.steps.end() ? office::BoardStep{} : found->second;
    Html cells;
    for (const Role* role : columns)
      cells += role->id == step.role
                   ? html("<td class=\"isi\"><span class=\"peran\">{}</span>{}</td>", role->name,
                          place(view, step, counts))
                   : html("<td></td>");
    rows += html("<tr><th scope=\"row\">{} · {}</th>{}<td class=\"waktu\">{}</td></tr>",
                 step.number, step.short_name, cells, times_of(view, step, counts));
  }
  return html(
      "<table class=\"papan\"><caption class=\"tersembunyi\">Berkas menurut tahap dan "
      "pelaksana</caption><thead><tr><th scope=\"col\">Kegiatan</th>{}"
      "<th scope=\"col\">Waktu: standar / median 90 "
      "hari</th></tr></thead><tbody>{}</tbody></table>",
      head, html("{}{}", rows, rows_of_earlier_versions(view, numbers, columns.size())));
}

std::string hours_words(const Calendar& calendar, Instant now) {
  if (!calendar.is_working(now)) {
    const Instant opening = calendar.next_working(now);
    return "di luar jam kerja, buka " + near_words(calendar, opening, now);
  }
  return "jam kerja sampai " + notify::clock_time(calendar.local(calendar.last_closing_after(now)));
}

}  // namespace

Html board_table(const BoardView& view) {
  const Instant now = view.board.at;
  const auto found = view.board.sops.find(view.sop.id);
  const office::SopBoard none;
  const office::SopBoard& numbers = found == view.board.sops.end() ? none : found->second;
  const Html notice =
      view.stale ? message("Angka ini belum dapat diperbarui; sistem sedang terganggu.", true)
                 : Html();
  return html("<p class=\"halus\">{} · {}{}</p>{}{}{}", moment_words(view.calendar, now),
              hours_words(view.calendar, now),
              numbers.retired ? " · tidak menerima permohonan baru" : "", notice,
              headline(view, numbers), table_of(view, numbers));
}

std::optional<std::string_view> board_list_words(std::string_view which) {
  constexpr std::pair<std::string_view, std::string_view> kLists[] = {
      {"", "yang terbuka"},
      {"active", "yang diproses"},
      {"returned", "yang dikembalikan"},
      {"due_today", "dengan batas hari ini"},
      {"late_open", "yang lewat batas dan belum terbit"},
      {"legal_risk", "berisiko fiktif positif"},
      {"at_risk", "yang berisiko terlambat"},
      {"legal_passed", "yang melewati batas hukum"},
  };
  for (const auto& [word, words] : kLists)
    if (word == which) return words;
  for (const State& state : kStates)
    if (state.which == which) return state.words;
  return std::nullopt;
}

}  // namespace tenggat::pages
