// "Kalender": days off and make-up days with their decree; what a new one would move, and putting
// it in force. For administrators; the work is office/calendar_change's, as of `tenggat calendar`.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "daemon/base/log.h"
#include "daemon/office/calendar_change.h"
#include "daemon/office/calendar_days.h"
#include "daemon/pages/page_calls.h"
#include "daemon/pages/words.h"
#include "daemon/store/rules.h"
#include "notifiers/utf8.h"
#include "notifiers/words.h"
#include "rules/utf8.h"

namespace tenggat::pages {
namespace {

constexpr std::size_t kMovesShown = 80;
constexpr std::size_t kDaysShown = 120;
constexpr std::size_t kNameMax = 100, kDecreeMax = 200;

struct KindOfDay {
  std::string_view id, words;
};
constexpr std::string_view kMakeUp = "pengganti";
constexpr KindOfDay kKinds[] = {
    {"libur_daerah", "Hari libur daerah"},
    {"libur_nasional", "Hari libur nasional"},
    {"cuti_bersama", "Cuti bersama"},
    {kMakeUp, "Hari kerja pengganti"},
};

// "07:30-12:00, 13:00-16:00"; also with dots and blanks, as people write it.
std::vector<std::string> hours_in(std::string text) {
  std::vector<std::string> hours;
  std::replace(text.begin(), text.end(), '.', ':');
  std::string one;
  for (const char c : text + ",") {
    if (c != ',') {
      if (c != ' ') one += c;
    } else if (!one.empty()) {
      hours.push_back(std::exchange(one, {}));
    }
  }
  return hours;
}

// What the form asks for; why not, or nothing.
std::string_view read_day(const http::Form& form, office::NewDay& day) {
  const std::string kind = form.text("jenis");
  const bool known = std::any_of(std::begin(kKinds), std::end(kKinds),
                                 [&](const KindOfDay& one) { return one.id == kind; });
  if (!known) return "Pilih jenis hari.";
  day.make_up = kind == kMakeUp;
  if (!day.make_up) day.kind = kind;
  day.date = form.text("tanggal");
  for (const char* name : {"nama", "dasar"})
    if (has_hidden_character(form.text(name))) return kHiddenCharacter;
  day.name = notify::one_line(form.text("nama"));
  day.decree = notify::one_line(form.text("dasar"));
  if (day.make_up) day.hours = hours_in(form.text("jam"));
  if (!is_civil_date(day.date)) return "Tanggal wajib diisi.";
  if (day.name.empty() || notify::characters(day.name) > kNameMax)
    return "Nama hari wajib diisi, paling banyak 100 huruf.";
  if (day.decree.empty() || notify::characters(day.decree) > kDecreeMax)
    return "Dasar penetapan (nomor keputusan) wajib diisi, paling banyak 200 huruf.";
  if (day.make_up && day.hours.empty())
    return "Hari kerja pengganti memerlukan jam kerja, misalnya 07:30-12:00, 13:00-16:00.";
  return "";
}

std::string instant_words(const Calendar& calendar, const std::optional<Instant>& t) {
  return t ? notify::short_moment(calendar.local_end(*t)) : "–";
}

Html change_cell(const Calendar& calendar, const std::optional<Instant>& before,
                 const std::optional<Instant>& after) {
  if (before == after) return html("{}", instant_words(calendar, before));
  return html("{}<br><strong>menjadi {}</strong>", instant_words(calendar, before),
              instant_words(calendar, after));
}

Html moves_table(const std::vector<office::PermitMove>& moves, const Calendar& calendar) {
  Html rows;
  std::size_t moved = 0;
  for (const office::PermitMove& move : moves) {
    if (!move.moves() || ++moved > kMovesShown) continue;
    rows += html(
        "<tr><th scope=\"row\"><a href=\"/permohonan/{}\">{}</a></th><td>{}</td><td>{}</td></tr>",
        move.permit, move.number, change_cell(calendar, move.due_before, move.due_after),
        change_cell(calendar, move.case_before, move.case_after));
  }
  if (moved == 0) return html("<p>Tidak ada batas waktu yang bergeser.</p>");
  return html(
      "<div class=\"gulir\" tabindex=\"0\" role=\"region\" aria-label=\"Batas yang bergeser\">"
      "<table><thead><tr><th scope=\"col\">Permohonan</th><th scope=\"col\">Batas tahap</th>"
      "<th scope=\"col\">Batas layanan</th></tr></thead><tbody>{}</tbody></table></div>{}",
      rows,
      moved > kMovesShown ? html("<p class=\"halus\">dan {} permohonan lain.</p>",
                                 notify::number(static_cast<std::int64_t>(moved - kMovesShown)))
                          : Html());
}

std::string summary_of(const std::vector<office::PermitMove>& moves) {
  std::int64_t moved = 0, added = 0, removed = 0;
  for (const office::PermitMove& move : moves) {
    if (move.moves()) ++moved;
    added += move.breaches_added;
    removed += move.breaches_removed;
  }
  return fmt::format(
      "{} dari {} permohonan terbuka bergeser; keterlambatan bertambah {}, berkurang {}.",
      notify::number(moved), notify::number(static_cast<std::int64_t>(moves.size())), added,
      removed);
}

// Where one calendar is shown and changed.
std::string path_of(const Calendar& calendar) {
  return "/kalender?kalender=" + query_encoded(calendar.id());
}

// To the other calendars of the SOPs in force, where there are several.
Html calendar_links(const std::set<std::string>& ids, const std::string& shown) {
  if (ids.size() < 2) return {};
  Html links;
  for (const std::string& id : ids)
    links += id == shown ? html("<strong aria-current=\"page\">{}</strong> ", readable(id))
                         : html("<a href=\"/kalender?kalender={}\">{}</a> ", query_encoded(id),
                                readable(id));
  return html("<nav class=\"sebaris\" aria-label=\"Kalender\">{}</nav>", links);
}

// "2026-04-08", a make-up day's "2026-05-09+": which day a form is to change.
std::string taken_words(const office::TakenDay& day) { return day.date + (day.make_up ? "+" : ""); }
std::optional<office::TakenDay> taken_in(std::string text) {
  office::TakenDay day;
  day.make_up = text.ends_with('+');
  if (day.make_up) text.pop_back();
  if (!is_civil_date(text)) return std::nullopt;
  day.date = std::move(text);
  return day;
}
std::optional<DecreedDay> find_day(const Calendar& calendar, const office::TakenDay& day) {
  for (const DecreedDay& one : calendar.decreed_days())
    if (one.make_up == day.make_up && calendar.format(one.begins).starts_with(day.date)) return one;
  return std::nullopt;
}

// Taken already by an entry of the same kind?
bool is_taken(const Calendar& calendar, const office::NewDay& day,
              const std::optional<office::TakenDay>& takes) {
  if (takes && takes->date == day.date && takes->make_up == day.make_up) return false;
  return find_day(calendar, {day.date, day.make_up}).has_value();
}

// What a day is changed to, or that it falls away; why stands with it either way.
// `kind`: of the day as it stands.
Html change_form(const Calendar& calendar, const office::TakenDay& day, const std::string& kind,
                 const http::Form& typed, const FormKeys& keys) {
  const std::string path = path_of(calendar);
  const std::optional<DecreedDay> known = find_day(calendar, day);
  if (!known) return message("Hari ini tidak ada lagi dalam kalender.", true);
  const bool again = typed.text("ganti") == taken_words(day);
  const auto shown = [&](const char* name, const std::string& otherwise) {
    return again ? typed.text(name) : otherwise;
  };
  Html kinds;
  for (const KindOfDay& one : kKinds)
    if (one.id != kMakeUp) kinds += option(one.id, one.words, one.id == shown("jenis", kind));
  const Html of_kind = day.make_up
                           ? html("<input type=\"hidden\" name=\"jenis\" value=\"{}\">", kMakeUp)
                           : html(
                                 "<label for=\"u-jenis\">Jenis</label><select id=\"u-jenis\" "
                                 "name=\"jenis\">{}</select>",
                                 kinds);
  return html(
      "<section class=\"kartu\" aria-label=\"Ubah hari\"><h2>Ubah: {}</h2><form method=\"post\" "
      "action=\"{}\">{}<input type=\"hidden\" name=\"ganti\" value=\"{}\">{}"
      "<label for=\"u-tanggal\">Tanggal</label><input type=\"date\" id=\"u-tanggal\" "
      "name=\"tanggal\" value=\"{}\" required><label for=\"u-nama\">Nama hari</label>"
      "<input type=\"text\" id=\"u-nama\" name=\"nama\" maxlength=\"100\" value=\"{}\" required>"
      "<label for=\"u-dasar\">Dasar perubahan</label><input type=\"text\" id=\"u-dasar\" "
      "name=\"dasar\" maxlength=\"200\" value=\"{}\" required>{}<div class=\"sebaris\">"
      "<button class=\"utama\" name=\"aksi\" value=\"pratinjau\">Pratinjau perubahan</button>"
      "<button class=\"bahaya\" name=\"aksi\" value=\"pratinjau-hapus\">Pratinjau penghapusan"
      "</button><a class=\"tombol\" href=\"{}\">Batal</a></div></form></section>",
      known->name, path, hidden_fields(keys), taken_words(day), of_kind, shown("tanggal", day.date),
      shown("nama", known->name), shown("dasar", known->decree),
      day.make_up ? html("<label for=\"u-jam\">Jam kerja</label><input type=\"text\" id=\"u-jam\" "
                         "name=\"jam\" maxlength=\"100\" value=\"{}\" placeholder=\"07:30-12:00, "
                         "13:00-16:00\">",
                         shown("jam", ""))
                  : Html(),
      path);
}

Html day_form(const std::string& path, const http::Form& typed, const FormKeys& keys) {
  Html kinds;
  const std::string chosen = typed.text("jenis");
  for (const KindOfDay& kind : kKinds) kinds += option(kind.id, kind.words, kind.id == chosen);
  return html(
      "<form method=\"post\" action=\"{}\">{}"
      "<label for=\"jenis\">Jenis</label><select id=\"jenis\" name=\"jenis\">{}</select>"
      "<label for=\"tanggal\">Tanggal</label>"
      "<input type=\"date\" id=\"tanggal\" name=\"tanggal\" value=\"{}\" required>"
      "<label for=\"nama\">Nama hari</label><input type=\"text\" id=\"nama\" name=\"nama\" "
      "maxlength=\"100\" value=\"{}\" required>"
      "<label for=\"dasar\">Dasar penetapan</label><input type=\"text\" id=\"dasar\" "
      "name=\"dasar\" "
      "maxlength=\"200\" value=\"{}\" required placeholder=\"Keputusan Wali Kota 123/2026\">"
      "<label for=\"jam\">Jam kerja <span class=\"halus\">(hanya untuk hari kerja pengganti)</span>"
      "</label><input type=\"text\" id=\"jam\" name=\"jam\" maxlength=\"100\" value=\"{}\" "
      "placeholder=\"07:30-12:00, 13:00-16:00\">"
      "<p><button class=\"utama\" name=\"aksi\" value=\"pratinjau\">Pratinjau</button></p></form>",
      path, hidden_fields(keys), kinds, typed.text("tanggal"), typed.text("nama"),
      typed.text("dasar"), typed.text("jam"));
}

// The button that puts the previewed day in force, with everything it was previewed with.
Html apply_form(const std::string& path, const http::Form& form, const std::string& seen,
                const FormKeys& keys) {
  Html fields;
  for (const char* name : {"jenis", "tanggal", "nama", "dasar", "jam", "ganti"})
    fields += html("<input type=\"hidden\" name=\"{}\" value=\"{}\">", name, form.text(name));
  return html(
      "<form method=\"post\" action=\"{}\">{}{}"
      "<input type=\"hidden\" name=\"dilihat\" value=\"{}\"><div class=\"sebaris\">"
      "<button class=\"utama\" name=\"aksi\" value=\"{}\">Terapkan</button>"
      "<a class=\"tombol\" href=\"{}\">Batal</a></div></form>",
      path, hidden_fields(keys), fields, seen,
      form.text("aksi") == "pratinjau-hapus" ? "terapkan-hapus" : "terapkan", path);
}

// Where something was refused, the form stands open.
Html add_section(bool folded, const Html& form) {
  constexpr std::string_view kWords = "Tambah hari libur atau hari kerja pengganti";
  return folded ? html("<details><summary>{}</summary>{}</details>", kWords, form)
                : html("<h2>{}</h2>{}", kWords, form);
}

Html days_table(const Html& rows, std::string_view label) {
  return html(
      "<div class=\"gulir\" tabindex=\"0\" role=\"region\" aria-label=\"{}\">"
      "<table><thead><tr><th scope=\"col\">Tanggal</th><th scope=\"col\">Hari</th>"
      "<th scope=\"col\">Dasar</th><th "
      "scope=\"col\">Ubah</th></tr></thead><tbody>{}</tbody></table>"
      "</div>",
      label, rows);
}

// Those to come; those of this year that are over are folded away.
Html days_of(const Calendar& calendar, Instant now) {
  Html coming, over;
  std::size_t shown = 0;
  const LocalTime today = calendar.local(now);
  const Instant midnight = calendar.midnight(today.year, today.month, today.day);
  for (const DecreedDay& day : calendar.decreed_days()) {
    const LocalTime local = calendar.local(day.begins);
    if (local.year < today.year || ++shown > kDaysShown) continue;
    (day.begins < midnight ? over : coming) += html(
        "<tr><th scope=\"row\">{}, {}</th><td>{}{}</td><td class=\"halus\">{}</td><td>"
        "<a class=\"sendiri\" href=\"{}&amp;ubah={}\" aria-label=\"Ubah {}\">Ubah</a></td></tr>",
        notify::weekday_name(local), notify::date(local), day.name,
        day.make_up ? html(" {}", badge(Tone::ok, "hari kerja pengganti")) : Html(), day.decree,
        path_of(calendar),
        query_encoded(taken_words({calendar.format(day.begins).substr(0, 10), day.make_up})),
        day.name);
  }
  Html all = coming.empty() ? html("<p>Belum ada hari yang ditetapkan sesudah hari ini.</p>")
                            : days_table(coming, "Hari yang akan datang");
  if (!over.empty())
    all += html("<details><summary>Yang sudah lewat tahun ini</summary>{}</details>",
                days_table(over, "Hari yang sudah lewat"));
  return all;
}

const store::RuleSet* calendar_in(const std::vector<store::RuleSet>& rules, const std::string& id) {
  for (const store::RuleSet& one : rules)
    if (one.kind == "calendar" && one.name == id) return &one;
  return nullptr;
}

// While it stands, nobody else previews or applies.
class OneAtATime {
 public:
  explicit OneAtATime(bool& taken) : taken_(taken) { taken_ = true; }
  OneAtATime(const OneAtATime&) = delete;
  OneAtATime& operator=(const OneAtATime&) = delete;
  ~OneAtATime() { taken_ = false; }

 private:
  bool& taken_;
};

class CalendarPages : public PageGroup {
 public:
  explicit CalendarPages(const PageParts& parts) : PageGroup(parts), pool_(parts.pool) {}
  awaitable<Response> working_calendar(PageCall call);
  awaitable<Response> working_calendar_act(PageCall call);
  awaitable<Response> working_calendar_file(PageCall call);

 private:
  std::set<std::string> calendars() const;  // ids, of the SOPs in force
  // The one the address asks for, else the first; null: there is none of that name.
  const Calendar* chosen_calendar(const PageCall& call) const;
  awaitable<Response> calendar_page(const PageCall& call, int status, std::string fault,
                                    Html preview);
  // Adds a day, changes one or takes it away; only shows what that would move, unless `write`.
  awaitable<Response> change_calendar(PageCall call, bool write);

  pg::Pool& pool_;
  bool calendar_under_way_ = false;  // one preview or change at a time
};

}  // namespace

std::set<std::string> CalendarPages::calendars() const {
  std::set<std::string> ids;
  for (const Sop* sop : rulebook_.sops_in_force()) ids.insert(sop->calendar);
  return ids;
}

const Calendar* CalendarPages::chosen_calendar(const PageCall& call) const {
  const std::string id(
      call.request.query.get("kalender").value_or(rulebook_.sops_in_force().front()->calendar));
  return calendars().contains(id) ? &rulebook_.calendar(id) : nullptr;
}

awaitable<Response> CalendarPages::calendar_page(const PageCall& call, int status,
                                                 std::string fault, Html preview) {
  auto reading = reader_.read({}, {});
  const Reading found = co_await std::move(reading);
  const Calendar* chosen = chosen_calendar(call);
  if (!chosen) co_return not_found(call);
  const Calendar calendar = *chosen;
  auto acquiring = pool_.acquire();
  pg::Pool::Lease lease = co_await std::move(acquiring);
  auto loading = store::rules_in_force(*lease);
  const std::vector<store::RuleSet> rules = co_await std::move(loading);
  Html files;
  const store::RuleSet* set = calendar_in(rules, calendar.id());
  if (set)
    for (const SourceFile& file : set->files)
      files += html("<li><a class=\"sendiri\" href=\"/kalender/berkas/{}?kalender={}\">{}</a></li>",
                    file.name, query_encoded(calendar.id()), file.name);
  Html notice;
  if (!fault.empty())
    notice = message(fault, true);
  else if (call.request.query.get("sudah"))
    notice = message("Kalender telah diterapkan.");
  std::string taken = call.form.text("ganti");
  if (taken.empty()) taken = call.request.query.get("ubah").value_or("");
  const std::optional<office::TakenDay> changes = taken_in(std::move(taken));
  Html body = html(
      "<h1>Kalender {}</h1>{}<p class=\"halus\">Hari libur ditetapkan sampai {}; sesudahnya batas "
      "waktu bersifat sementara.</p>{}{}{}<h2>Hari yang ditetapkan</h2>{}"
      "<details><summary>Berkas kalender yang berlaku</summary><p class=\"halus\">Samakan berkas "
      "di "
      "server dengan ini sebelum menjalankan <code>tenggat calendar apply</code> lagi.</p>"
      "<ul>{}</ul></details>",
      readable(calendar.id()), calendar_links(calendars(), calendar.id()),
      notify::date(calendar.local(calendar.covered_until() - std::chrono::seconds(1))), notice,
      preview,
      preview.empty() && changes
          ? change_form(calendar, *changes, set ? office::kind_of(*set, *changes) : "", call.form,
                        new_form_keys(call.who->visitor.csrf))
      : preview.empty() ? add_section(fault.empty() && !call.look,
                                      day_form(path_of(calendar), call.form,
                                               new_form_keys(call.who->visitor.csrf)))
                        : Html(),
      days_of(calendar, found.moment.now), files);
  co_return page(status, call, "Kalender", std::move(body));
}

awaitable<Response> CalendarPages::working_calendar(PageCall call) {
  auto showing = calendar_page(call, 200, "", {});
  co_return co_await std::move(showing);
}

awaitable<Response> CalendarPages::working_calendar_act(PageCall call) {
  if (call.look) {
    auto showing = calendar_page(call, call.look_status(), call.why, {});
    co_return co_await std::move(showing);
  }
  const std::string action = call.form.text("aksi");
  if (action != "pratinjau" && action != "terapkan" && action != "pratinjau-hapus" &&
      action != "terapkan-hapus")
    co_return stale_form(call);
  auto changing = change_calendar(std::move(call), action.starts_with("terapkan"));
  co_return co_await std::move(changing);
}

awaitable<Response> CalendarPages::change_calendar(PageCall call, bool write) {
  office::NewDay day;
  std::string fault(read_day(call.form, day));
  const bool removes = call.form.text("aksi").ends_with("-hapus");
  const std::optional<office::TakenDay> takes = taken_in(call.form.text("ganti"));
  if (removes && !takes) co_return stale_form(call);
  // What falls away needs no hours: its decree is all that is asked for.
  if (removes) {
    day.decree = notify::one_line(call.form.text("dasar"));
    fault = has_hidden_character(call.form.text("dasar")) ? kHiddenCharacter : "";
    if (day.decree.empty()) fault = "Dasar perubahan wajib diisi.";
  }
  const Calendar* chosen = chosen_calendar(call);
  if (!chosen) co_return not_found(call);
  const Calendar calendar = *chosen;
  if (fault.empty() && !removes && is_taken(calendar, day, takes))
    fault = "Tanggal ini sudah ditetapkan; lihat daftar di bawah.";
  if (fault.empty() && calendar_under_way_)
    fault = "Perubahan kalender lain sedang dikerjakan; coba lagi sebentar lagi.";
  if (!fault.empty()) {
    auto showing = calendar_page(call, 422, fault, {});
    co_return co_await std::move(showing);
  }
  const OneAtATime mine(calendar_under_way_);
  std::vector<office::PermitMove> moves;
  std::string seen, decree;
  {
    auto acquiring = pool_.acquire();
    pg::Pool::Lease lease = co_await std::move(acquiring);
    auto loading = store::rules_in_force(*lease);
    const std::vector<store::RuleSet> rules = co_await std::move(loading);
    const store::RuleSet* set = calendar_in(rules, calendar.id());
    if (!set) co_return not_found(call);
    seen = set->hash;
    auto changed =
        takes ? office::load_changed(*set, *takes, removes ? std::nullopt : std::optional(day))
              : office::load_with_day(*set, day);
    if (write && call.form.text("dilihat") != seen) {
      fault = "Kalender telah berubah sejak pratinjau; periksa sekali lagi.";
    } else if (!changed) {
      fault = "Kalender menolak isian ini (" + changed.error().front().indonesian + ").";
    } else {
      decree = office::reason_of_change(calendar, changed->calendar);
      if (removes) decree += " (" + day.decree + ")";
      office::CalendarChange asked{std::move(changed->rules), changed->calendar, by(call), decree,
                                   write};
      auto changing = office::change_calendar(*lease, rulebook_, std::move(asked));
      moves = co_await std::move(changing);
    }
  }
  if (!fault.empty()) {
    auto showing = calendar_page(call, write ? 409 : 422, fault, {});
    co_return co_await std::move(showing);
  }
  if (write) {
    log_event(Level::info, "calendar_changed", {{"by", call.who->officer.id}, {"about", decree}});
    co_return see_other(path_of(calendar) + "&sudah=ya");
  }
  Html preview = html(
      "<section class=\"kartu segera\" aria-label=\"Pratinjau\"><h2>Pratinjau</h2><p>{}.</p>"
      "<p><strong>{}</strong></p>{}<p class=\"halus\">Belum ada yang berubah. Saat diterapkan, "
      "pemohon yang tanggalnya bergeser diberi tahu satu kali dengan dasar ini.</p>{}</section>",
      decree, summary_of(moves), moves_table(moves, calendar),
      apply_form(path_of(calendar), call.form, seen, new_form_keys(call.who->visitor.csrf)));
  auto showing = calendar_page(call, 200, "", std::move(preview));
  co_return co_await std::move(showing);
}

awaitable<Response> CalendarPages::working_calendar_file(PageCall call) {
  const Calendar* chosen = chosen_calendar(call);
  if (!chosen) co_return not_found(call);
  const std::string id = chosen->id(), name = call.request.param("name");
  auto acquiring = pool_.acquire();
  pg::Pool::Lease lease = co_await std::move(acquiring);
  auto loading = store::rules_in_force(*lease);
  const std::vector<store::RuleSet> rules = co_await std::move(loading);
  const store::RuleSet* set = calendar_in(rules, id);
  if (set)
    for (const SourceFile& file : set->files)
      if (file.name == name) {
        Response response;
        response.content_type = "text/plain; charset=utf-8";
        response.body = file.text;
        response.headers.set("Content-Disposition", "attachment; filename=\"" + name + '"');
        response.headers.set("Content-Security-Policy", "sandbox; default-src 'none'");
        response.headers.set("Cache-Control", "no-store");
        co_return response;
      }
  co_return not_found(call);
}

std::vector<PageRoute> calendar_pages(const PageParts* parts) {
  static constexpr http::RowOf<CalendarPages, PageCall> kRows[] = {
      {"GET", "/kalender", "page_calendar", Who::administrator, In::none, Out::counted,
       &CalendarPages::working_calendar},
      {"POST", "/kalender", "page_calendar_act", Who::administrator, In::whole, Out::counted,
       &CalendarPages::working_calendar_act},
      {"GET", "/kalender/berkas/{name}", "page_calendar_file", Who::administrator, In::none,
       Out::counted, &CalendarPages::working_calendar_file},
  };
  return http::answered_by(parts, kRows);
}

}  // namespace tenggat::pages
