#include "daemon/pages/task_desk.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "daemon/pages/permit_view.h"
#include "daemon/pages/task_item.h"
#include "daemon/pages/words.h"
#include "notifiers/words.h"

namespace tenggat::pages {
namespace {

using Seen = store::DeskFilter::Seen;

// What is shown is what a page of 60 KB holds.
constexpr std::size_t kCardBytes = 16 * 1024, kRowBytes = 44 * 1024;
constexpr std::size_t kNamesSaid = 6;

std::size_t count_seen(const Desk& desk, Seen seen) {
  store::DeskFilter filter = desk.query.filter;
  filter.seen = seen;
  if (seen == Seen::all) filter.step.clear();
  return desk.count_of(filter);
}

bool is_picked(const Desk& desk, const TaskRow& row) {
  const std::vector<std::string> before = desk.call.form.texts("tugas");
  if (std::find(before.begin(), before.end(), ticket_of(row.permit(), row.visit().step)) !=
      before.end())
    return true;
  return row.may_be_picked() && !row.came() &&
         (desk.query.pick == kPickAll || desk.query.pick == row.visit().step);
}

// --- what has just been done ---------------------------------------------------------------------

std::string names_of(const std::vector<const DoneTask*>& tasks) {
  std::string names;
  for (std::size_t i = 0; i < std::min(tasks.size(), kNamesSaid); ++i)
    names += (i ? ", " : "") + tasks[i]->permit().subject;
  return tasks.size() > kNamesSaid
             ? fmt::format("{}, dan {} lagi", names, tasks.size() - kNamesSaid)
             : names;
}

Html link_to_next(const Desk& desk) {
  const auto next = std::find_if(desk.all.begin(), desk.all.end(),
                                 [](const TaskRow& row) { return !row.others && !row.pause; });
  const auto back =
      std::find_if(desk.all.begin(), desk.all.end(), [](const TaskRow& row) { return row.came(); });
  const auto row = back != desk.all.end() ? back : next;
  if (row == desk.all.end()) return html("Tidak ada lagi yang menunggu Anda.");
  std::string why = row->step().short_name;
  if (row->came()) {
    why = came_words(*row, desk.people());
    why.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(why.front())));
  }
  return html("Berikutnya: <a href=\"{}\">{}</a>, {}.", row->path(), row->permit().subject,
              notify::without_full_stop(why));
}

std::string did_words(const Desk& desk, const std::vector<const DoneTask*>& done) {
  const std::size_t count = desk.did.permits.size();
  if (desk.did.action == "claim") return fmt::format("{} berkas diambil.", count);
  if (desk.did.action == "release") return fmt::format("{} berkas dilepaskan.", count);
  if (desk.did.action == "undo")
    return fmt::format("{} tindakan dibatalkan; berkasnya kembali pada Anda.", count);
  if (done.empty()) return fmt::format("{} berkas selesai dikerjakan.", count);
  const DoneTask& first = *done.front();
  return fmt::format(
      "{} berkas selesai: {} ({}).", count,
      action_done_words(sop_of(*first.visit, *first.sop), first.visit->step, first.visit->action),
      names_of(done));
}

// What came of what was done, what is next, and one button that takes all of it back.
Html did_banner(const Desk& desk, const FormKeys& keys) {
  if (desk.did.permits.empty()) return {};
  std::vector<const DoneTask*> done, undoable;
  for (const DoneTask& task : desk.done) {
    const auto& ids = desk.did.permits;
    if (std::find(ids.begin(), ids.end(), task.permit().id) == ids.end() || !task.is_last) continue;
    done.push_back(&task);
    if (task.undoable()) undoable.push_back(&task);
  }
  Html undo;
  if (desk.did.action.starts_with("act.") && !undoable.empty())
    undo = html(
        "<form method=\"post\" action=\"{}\">{}<button name=\"aksi\" value=\"{}\">Batalkan ({})"
        "</button></form>",
        desk.query.picking("").address(), hidden_fields(keys), undo_value(undoable),
        undo_until(undoable));
  return html(
      "<div class=\"pesan berdampingan\" role=\"status\"><p><strong>{}</strong> {}</p>{}</div>",
      did_words(desk, done), link_to_next(desk), undo);
}

// --- views ---------------------------------------------------------------------------------------

Html chip(const std::string& address, std::string_view words, const std::string& count, bool here) {
  const Html inside = count.empty() ? html("{}", words) : html("{} <b>{}</b>", words, count);
  return here ? html("<li><a href=\"{}\" aria-current=\"true\">{}</a></li>", address, inside)
              : html("<li><a href=\"{}\">{}</a></li>", address, inside);
}

// The steps that wait here, in the order of the most urgent of each; of the whole, not of what is
// shown.
std::vector<std::pair<std::string, std::string>> steps_of(const std::vector<TaskRow>& rows) {
  std::vector<std::pair<std::string, std::string>> steps;
  for (const TaskRow& row : rows)
    if (std::none_of(steps.begin(), steps.end(),
                     [&](const auto& step) { return step.first == row.visit().step; }))
      steps.emplace_back(row.visit().step, row.step().short_name);
  return steps;
}

Html keep_view(const Desk& desk, const FormKeys& keys) {
  const std::string address = desk.query.picking("").address();
  const auto kept = std::find_if(desk.views.begin(), desk.views.end(),
                                 [&](const auto& view) { return view.address == address; });
  if (kept != desk.views.end())
    return html(
        "<form method=\"post\" action=\"{}\" class=\"sebaris\">{}<button name=\"aksi\" "
        "value=\"hapus.{}\">Hapus tampilan “{}”</button></form>",
        address, hidden_fields(keys), kept->name, kept->name);
  if (!desk.query.narrows()) return {};
  return folded("Simpan tampilan ini",
                html("<form method=\"post\" action=\"{}\">{}<label for=\"nama\">Nama tampilan"
                     "</label><input type=\"text\" id=\"nama\" name=\"nama\" maxlength=\"40\" "
                     "required value=\"{}\"><p><button name=\"aksi\" value=\"simpan\">Simpan"
                     "</button></p></form>",
                     address, hidden_fields(keys), desk.call.form.text("nama")),
                desk.call.form.text("aksi") == "simpan");
}

Html views_of(const Desk& desk, const FormKeys& keys) {
  const std::string here = desk.query.picking("").address();
  Html chips;
  for (const Seen seen : {Seen::all, Seen::back, Seen::late, Seen::risk, Seen::refusal,
                          Seen::obstacle, Seen::paused}) {
    const std::size_t count = count_seen(desk, seen);
    const bool chosen =
        desk.query.filter.seen == seen && (seen != Seen::all || desk.query.filter.step.empty());
    if (seen != Seen::all && count == 0 && !chosen && !desk.more) continue;
    chips += chip(desk.query.seen(seen).address(), words_of(seen),
                  desk.more ? "" : std::to_string(count), chosen);
  }
  const auto steps = steps_of(desk.all);
  if (steps.size() > 1)
    for (const auto& [step, words] : steps) {
      store::DeskFilter filter = desk.query.filter;
      filter.step = step;
      chips += chip(desk.query.at(step).address(), words,
                    desk.more ? "" : std::to_string(desk.count_of(filter)),
                    desk.query.filter.step == step);
    }
  for (const store::TaskView& view : desk.views)
    chips += chip(view.address, "★ " + view.name, "", view.address == here);
  return html("<nav aria-label=\"Tampilan\"><ul class=\"tampilan\">{}</ul></nav>{}", chips,
              keep_view(desk, keys));
}

// Services with a step that may be this officer's today.
std::vector<const Sop*> services_of(const http::InboxRoles& inbox,
                                    const office::Rulebook& rulebook) {
  std::vector<const Sop*> services = rulebook.sops_in_force();
  std::erase_if(services, [&](const Sop* sop) {
    return std::none_of(sop->steps.begin(), sop->steps.end(), [&](const Step& step) {
      return std::find(inbox.roles.begin(), inbox.roles.end(), step.role) != inbox.roles.end();
    });
  });
  return services;
}

// Of one service alone; nothing where there is but one to choose.
Html service_filter(const Desk& desk) {
  const auto services = services_of(
      http::inbox_roles(desk.who().officer.id, desk.rulebook, desk.now()), desk.rulebook);
  if (services.size() < 2) return {};
  return html(
      "<form method=\"get\" action=\"/tugas\" class=\"sebaris\"><label "
      "for=\"sop\">Layanan</label>{}"
      "<button>Tampilkan</button></form>",
      service_choice(services, desk.query.filter.sop, "Semua layanan"));
}

// --- what waits ----------------------------------------------------------------------------------

Html sort_links(const Desk& desk) {
  using Sort = TaskQuery::Sort;
  constexpr std::pair<Sort, const char*> kSorts[] = {
      {Sort::due, "batas waktu"}, {Sort::received, "diterima"}, {Sort::name, "nama"}};
  Html links;
  for (const auto& [sort, words] : kSorts)
    links += desk.query.sort == sort
                 ? html("<li><strong aria-current=\"true\">{}</strong></li>", words)
                 : html("<li><a href=\"{}\">{}</a></li>", desk.query.by(sort).address(), words);
  return html("<ul class=\"mendatar\" aria-label=\"Urutan\"><li class=\"halus\">Urut:</li>{}</ul>",
              links);
}

Html pick_links(const Desk& desk, const std::vector<const TaskRow*>& waiting) {
  std::vector<TaskRow> pickable;
  for (const TaskRow* row : waiting)
    if (row->may_be_picked()) pickable.push_back(*row);
  if (pickable.size() < 2) return {};
  Html links = html("<li><a href=\"{}\">semua ({})</a></li>",
                    desk.query.picking(kPickAll).address(), pickable.size());
  const auto steps = steps_of(pickable);
  if (steps.size() > 1)
    for (const auto& [step, words] : steps)
      links += html("<li><a href=\"{}\">{} ({})</a></li>", desk.query.picking(step).address(),
                    words, std::count_if(pickable.begin(), pickable.end(), [&](const TaskRow& row) {
                      return row.visit().step == step;
                    }));
  if (!desk.query.pick.empty())
    links += html("<li><a href=\"{}\">tidak satu pun</a></li>", desk.query.picking("").address());
  return html("<ul class=\"mendatar\" aria-label=\"Pilih\"><li class=\"halus\">Pilih:</li>{}</ul>",
              links);
}

// What can be done with those that are ticked: of each action one button.
Html bulk_bar(const Desk& desk, const std::vector<const TaskRow*>& waiting) {
  Html buttons;
  std::set<std::string> quick;
  bool claims = false, releases = false;
  std::size_t picked = 0;
  std::string names;
  for (const TaskRow* row : waiting) {
    if (!row->may_be_picked()) continue;
    claims = claims || row->claims;
    releases = releases || row->releases;
    if (is_picked(desk, *row) && ++picked <= kBulkMost)
      names += (names.empty() ? "" : ", ") + row->permit().subject;
    if (row->quick && quick.insert(row->quick->id).second)
      buttons +=
          html("<button class=\"utama\" name=\"aksi\" value=\"act.{}\">{} yang dipilih</button>",
               row->quick->id, action_words(*row->sop, row->visit().step, row->quick->id));
  }
  if (claims) buttons += html("<button name=\"aksi\" value=\"claim\">Ambil yang dipilih</button>");
  if (releases)
    buttons += html("<button name=\"aksi\" value=\"release\">Lepaskan yang dipilih</button>");
  if (buttons.empty()) return {};
  return html(
      "<div class=\"pilihan-bersama\" role=\"group\" aria-label=\"Untuk berkas yang dipilih\">"
      "<p id=\"dipilih\">{}</p><div class=\"sebaris\">{}</div></div>",
      picked == 0 ? std::string("Beri tanda pada berkas yang dikerjakan bersama.")
                  : fmt::format("{} dipilih: {}", picked, names),
      buttons);
}

struct Lists {
  Html html;
  std::size_t shown = 0;
};

Lists came_list(const Desk& desk) {
  Html cards;
  std::size_t count = 0, shown = 0;
  for (const TaskRow& row : desk.rows) {
    if (!row.came()) continue;
    ++count;
    if (cards.bytes().size() > kCardBytes) continue;
    ++shown;
    cards += task_card(row, desk.people());
  }
  if (count == 0) return {};
  return {html("<h2>Kembali kepada Anda ({})</h2>{}", count, cards), shown};
}

Lists waiting_list(const Desk& desk, const FormKeys& keys, std::size_t taken) {
  std::vector<const TaskRow*> waiting;
  Html items;
  std::size_t shown = 0;
  for (const TaskRow& row : desk.rows) {
    if (row.came()) continue;
    waiting.push_back(&row);
    if (items.bytes().size() + taken > kRowBytes || shown >= kDeskShown) continue;
    ++shown;
    items += task_item(row, desk.people(), is_picked(desk, row));
  }
  if (waiting.empty()) return {};
  return {
      html("<div class=\"berdampingan\"><h2>Menunggu ({})</h2>{}</div>{}"
           "<form method=\"post\" action=\"{}\">{}<div class=\"kartu\">"
           "<ul class=\"polos tugas\">{}</ul></div>{}</form>",
           waiting.size(), sort_links(desk), pick_links(desk, waiting),
           desk.query.picking("").address(), hidden_fields(keys), items, bulk_bar(desk, waiting)),
      shown};
}

Html lists_of(const Desk& desk, const FormKeys& keys) {
  const Lists came = came_list(desk);
  const Lists waiting = waiting_list(desk, keys, came.html.bytes().size());
  if (desk.rows.empty())
    return html("<div class=\"kartu\"><p>Tidak ada berkas {}yang menunggu Anda.</p></div>",
                desk.query.filter == store::DeskFilter{} ? ""
                : desk.query.filter == store::DeskFilter{desk.query.filter.sop, "", Seen::all}
                    ? "layanan ini "
                    : "pada tampilan ini ");
  const std::size_t shown = came.shown + waiting.shown;
  const Html more = desk.more || shown < desk.rows.size()
                        ? html("<p class=\"halus\">Ditampilkan {} yang paling mendesak.</p>", shown)
                        : Html();
  return html("{}{}{}", came.html, waiting.html, more);
}

// --- beside it -----------------------------------------------------------------------------------

Html today_line(const Desk& desk) {
  const Html today = desk.today.closed == 0
                         ? Html()
                         : html("<p class=\"halus\">Hari ini: {} selesai, {} tepat waktu.</p>",
                                desk.today.closed, desk.today.met);
  return html(
      "{}<p><a class=\"sentuh\" href=\"/tugas/selesai\">Semua yang sudah saya "
      "selesaikan</a></p>",
      today);
}

Html leave_form(const FormKeys& keys, const std::string& address, bool away) {
  return html(
      "<h2>Kehadiran</h2><form method=\"post\" action=\"{}\">{}<button name=\"aksi\" "
      "value=\"{}\">{}</button></form><p><a class=\"sendiri\" href=\"/cuti\">Catat cuti "
      "saya</a></p>",
      address, hidden_fields(keys), away ? "masuk" : "cuti",
      away ? "Saya masuk hari ini" : "Tidak masuk hari ini");
}

// Shown by the script alone: without it there are no keys.
Html keys_help() {
  return html(
      "<details id=\"pintasan\" hidden><summary>Pintasan papan tik</summary><p><kbd>j</kbd> "
      "<kbd>k</kbd> berkas berikutnya dan sebelumnya</p><p><kbd>Enter</kbd> buka berkasnya</p>"
      "<p><kbd>x</kbd> pilih</p><p><kbd>?</kbd> tampilkan pintasan</p><div "
      "class=\"pilihan\"><label>"
      "<input type=\"checkbox\" id=\"pintasan-aktif\" checked><span>Pintasan aktif</span></label>"
      "</div></details>");
}

// What came of what was done, and that this officer is away.
Html notice_of(const std::string& fault, bool away) {
  Html notice = fault.empty() ? Html() : message(fault, true);
  if (away)
    notice += message(
        "Anda tercatat tidak masuk hari ini. Tugas baru dialihkan kepada petugas pengganti.");
  return notice;
}

}  // namespace

std::string did_address(const std::string& address, const Did& did) {
  std::string ids;
  for (const std::int64_t id : did.permits) ids += fmt::format("{}{}", ids.empty() ? "" : ".", id);
  return fmt::format("{}{}selesai={}&berkas={}", address,
                     address.find('?') == std::string::npos ? '?' : '&', did.action, ids);
}

Did read_did(const Request& request) {
  Did did;
  did.action = std::string(request.query.get("selesai").value_or(""));
  std::string_view ids = request.query.get("berkas").value_or("");
  while (!ids.empty() && did.permits.size() < kBulkMost) {
    const std::string_view one = ids.substr(0, ids.find('.'));
    ids.remove_prefix(std::min(ids.size(), one.size() + 1));
    if (const auto id = http::parse_id(one)) did.permits.push_back(*id);
  }
  return did;
}

std::size_t Desk::count_of(const store::DeskFilter& filter) const {
  return static_cast<std::size_t>(std::count_if(
      all.begin(), all.end(), [&](const TaskRow& row) { return is_seen(row, filter); }));
}

Html desk_body(const Desk& desk, const std::string& fault) {
  const FormKeys keys = new_form_keys(desk.who().visitor.csrf);
  const std::string address = desk.query.picking("").address();
  const bool away = away_on(desk.who().officer, desk.context().today());
  const LocalTime local = desk.context().calendar.local(desk.now());
  const std::string how_many =
      desk.more ? fmt::format("lebih dari {}", kDeskShown) : std::to_string(desk.all.size());
  const std::size_t late = desk.count_of({"", "", Seen::late});
  const std::size_t paused = desk.count_of({"", "", Seen::paused});
  return html(
      "{}{}<div class=\"berdampingan\"><h1>Tugas saya</h1><p class=\"halus\">{} berkas menunggu "
      "Anda · "
      "{} terlambat{} · {}, {}</p></div>{}{}<div "
      "class=\"tugas-saya\"><div>{}</div><div>{}{}{}{}</div></div>",
      notice_of(fault, away), did_banner(desk, keys), how_many, late,
      paused == 0 ? std::string() : fmt::format(" · {} dijeda", paused),
      notify::weekday_name(local) + " " + notify::date(local),
      notify::clock_time(local) + " " + std::string(local.zone_abbreviation), views_of(desk, keys),
      service_filter(desk), lists_of(desk, keys),
      done_list(desk.done, desk.people(), keys, address, desk.now()), today_line(desk),
      leave_form(keys, address, away), keys_help());
}

}  // namespace tenggat::pages
