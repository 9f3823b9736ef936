// "Pegawai": who works here, in which roles, who is away and who stands in. For administrators.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "daemon/http/api_bodies.h"
#include "daemon/log.h"
#include "daemon/office/observers.h"
#include "daemon/pages/page_calls.h"
#include "daemon/pages/words.h"
#include "daemon/store/people.h"
#include "notifiers/phone.h"
#include "notifiers/words.h"
#include "rules/utf8.h"

namespace tenggat::pages {
namespace {

namespace json = boost::json;

constexpr std::size_t kShown = 60;
constexpr const char* kGone = "Pegawai ini tidak ada.";

// --- words ---------------------------------------------------------------------------------------

std::string period_words(const CivilDate& start, const CivilDate& end) {
  return start == end ? notify::date(start)
                      : fmt::format("{} s.d. {}", notify::date(start), notify::date(end));
}

std::string kind_words(const std::string& kind) { return kind == "plt" ? "Plt." : "Plh."; }

// What a reader of bodies has against a field, for who filled in the form.
std::string fault_words(const http::FieldFaults& faults, const http::Form& form) {
  constexpr std::pair<std::string_view, std::string_view> kWords[] = {
      {"/id", "Kode pegawai: 1 sampai 40 huruf kecil, angka, titik, atau garis, tanpa spasi."},
      {"/name", "Nama wajib diisi, paling banyak 120 huruf."},
      {"/email", "Alamat email ini tidak dikenali."},
      {"/whatsapp", "Nomor WhatsApp ini bukan nomor seluler Indonesia (0812…, +62812…)."},
      {"/start", "Tanggal mulai wajib diisi."},
      {"/end", "Tanggal akhir wajib diisi dan tidak boleh sebelum tanggal mulai."},
      {"/to", "Pilih pegawai lain sebagai pelaksana."},
      {"/kind", "Pilih Plh. atau Plt."},
      {"/letter", "Nomor surat perintah wajib diisi, paling banyak 100 huruf."},
      {"/ended_on", "Tanggal ini tidak dikenali."},
  };
  std::string all;
  for (const http::FieldFault& fault : faults) {
    std::string words = "Isian ini tidak dapat diterima.";
    for (const auto& [pointer, said] : kWords)
      if (fault.pointer == pointer) words = said;
    if (fault.pointer == "/whatsapp" && notify::is_foreign_phone(form.text("whatsapp")))
      words = kForeignPhone;
    const std::string typed = fault.pointer == "/name" ? "nama" : "surat";
    if ((fault.pointer == "/name" || fault.pointer == "/letter") &&
        has_hidden_character(form.text(typed)))
      words = kHiddenCharacter;
    if (all.find(words) == std::string::npos) all += (all.empty() ? "" : " ") + words;
  }
  return all;
}

// --- roles ---------------------------------------------------------------------------------------

struct NamedRole {
  std::string id, name;
};

// What an officer may hold: the roles of all SOPs in force but the applicants', and the
// administrator's.
std::vector<NamedRole> roles_to_hold(const std::vector<const Sop*>& sops) {
  std::vector<NamedRole> roles;
  const auto known = [&](const std::string& id) {
    return std::any_of(roles.begin(), roles.end(),
                       [&](const NamedRole& one) { return one.id == id; });
  };
  for (const Sop* sop : sops)
    for (const Role& role : sop->roles)
      if (!role.applicant && !known(role.id)) roles.push_back({role.id, role.name});
  const std::string administrator(store::kAdministratorRole);
  roles.push_back({administrator, role_words(*sops.front(), administrator)});
  return roles;
}

std::string name_of(const std::vector<NamedRole>& roles, const std::string& id) {
  for (const NamedRole& role : roles)
    if (role.id == id) return role.name;
  return readable(id);
}

Html role_boxes(const std::vector<NamedRole>& roles, const std::vector<std::string>& held) {
  Html boxes;
  for (const NamedRole& role : roles) {
    const bool has = std::find(held.begin(), held.end(), role.id) != held.end();
    boxes += has ? html(
                       "<label><input type=\"checkbox\" name=\"peran\" value=\"{}\" checked>"
                       "<span>{}</span></label>",
                       role.id, role.name)
                 : html(
                       "<label><input type=\"checkbox\" name=\"peran\" value=\"{}\">"
                       "<span>{}</span></label>",
                       role.id, role.name);
  }
  return html("<fieldset class=\"pilihan\"><legend>Peran</legend>{}</fieldset>", boxes);
}

// --- parts of the pages --------------------------------------------------------------------------

Html address_fields(const std::string& name, const std::string& email,
                    const std::string& whatsapp) {
  return html(
      "<label for=\"nama\">Nama</label><input type=\"text\" id=\"nama\" name=\"nama\" required "
      "maxlength=\"120\" value=\"{}\">"
      "<label for=\"email\">Email</label><input type=\"text\" id=\"email\" name=\"email\" "
      "inputmode=\"email\" maxlength=\"254\" value=\"{}\">"
      "<label for=\"whatsapp\">Nomor WhatsApp</label><input type=\"text\" id=\"whatsapp\" "
      "name=\"whatsapp\" inputmode=\"tel\" maxlength=\"32\" value=\"{}\">",
      name, email, whatsapp);
}

Html date_field(std::string_view id, std::string_view label, std::string_view value = "") {
  return html(
      "<span><label for=\"{}\">{}</label><input type=\"date\" id=\"{}\" name=\"{}\" value=\"{}\" "
      "required></span>",
      id, label, id, id.substr(id.rfind('-') + 1), value);
}

// What keeps them away, or gives their work to another, from today on.
Html remarks_of(const Officer& officer, const People& people, const CivilDate& today) {
  Html remarks;
  if (!officer.ended.empty())
    remarks +=
        html("<br>{}", badge(Tone::neutral, officer.ended <= today
                                                ? "tidak bertugas lagi"
                                                : "berhenti " + notify::date(officer.ended)));
  for (const Leave& leave : officer.leaves)
    if (leave.end >= today)
      remarks +=
          html("<br>{}", badge(Tone::paused, (leave.start <= today ? "tidak masuk " : "cuti ") +
                                                 period_words(leave.start, leave.end)));
  for (const Delegation& one : people.delegations) {
    const Officer* to = people.find(one.to);
    if (one.from == officer.id && one.end >= today && to)
      remarks += html("<br><span class=\"halus\">{} {}, {}</span>", kind_words(one.kind), to->name,
                      period_words(one.start, one.end));
  }
  return remarks;
}

Html officer_item(const Officer& officer, const People& people, const std::vector<NamedRole>& roles,
                  const CivilDate& today) {
  std::string held;
  for (const std::string& role : officer.roles)
    held += (held.empty() ? "" : " · ") + name_of(roles, role);
  std::string reached = officer.whatsapp;
  if (!officer.email.empty()) reached += (reached.empty() ? "" : " · ") + officer.email;
  return html(
      "<li><a href=\"/pegawai/{}\"><strong>{}</strong></a> <span class=\"halus\">({})</span><br>{}"
      "<br><span class=\"halus\">{}</span>{}</li>",
      officer.id, officer.name, officer.id, held.empty() ? "tanpa peran" : held,
      reached.empty() ? "tanpa saluran: tidak menerima pesan" : reached,
      remarks_of(officer, people, today));
}

// What a form of an officer's page is made from.
struct OfficerForm {
  std::string path, csrf;
  const http::Form& form;  // that came; empty where the page is only looked at
  std::string fault;       // why it was not done
  CivilDate today;

  Typed typed(std::string_view mark) const { return {form, mark}; }
  // The form's head; beside what was typed into it stands what is wrong with it.
  Html head(std::string_view mark) const {
    return html("<form method=\"post\" action=\"{}\">{}{}{}", path,
                hidden_fields(new_form_keys(csrf)), form_mark(mark),
                typed(mark) && !fault.empty() ? message(fault, true) : Html());
  }
};

Html leave_section(const Officer& officer, const OfficerForm& form) {
  const auto& [path, csrf, came, fault, today] = form;
  const Typed typed = form.typed("cuti");
  Html items;
  for (const Leave& leave : officer.leaves) {
    if (leave.end < today) continue;
    items += html(
        "<li class=\"berdampingan\"><span>{}</span><form method=\"post\" action=\"{}\">{}"
        "<input type=\"hidden\" name=\"mulai\" value=\"{}\"><button name=\"aksi\" "
        "value=\"batal-cuti\" aria-label=\"Batalkan cuti {}\">Batalkan</button></form></li>",
        period_words(leave.start, leave.end), path, hidden_fields(new_form_keys(csrf)), leave.start,
        period_words(leave.start, leave.end));
  }
  return html(
      "<h2>Cuti dan tidak masuk</h2><p class=\"halus\">Selama itu pesan dialihkan kepada petugas "
      "pengganti; waktu tetap berjalan.</p>{}{}<div class=\"sebaris\">{}{}</div>"
      "<p><button name=\"aksi\" value=\"cuti\">Catat cuti</button></p></form>",
      items.empty() ? Html()
                    : html("<div class=\"kartu\"><ul class=\"polos\">{}</ul></div>", items),
      form.head("cuti"), date_field("cuti-mulai", "Hari pertama", typed.text("mulai", today)),
      date_field("cuti-sampai", "Hari terakhir", typed.text("sampai", today)));
}

Html delegation_section(const Officer& officer, const People& people, const OfficerForm& form) {
  const auto& [path, csrf, came, fault, today] = form;
  const Typed typed = form.typed("tunjuk");
  Html items, others;
  for (const Delegation& one : people.delegations) {
    if (one.from != officer.id || one.end < today) continue;
    const Officer* to = people.find(one.to);
    items += html(
        "<li class=\"berdampingan\"><span><strong>{} oleh {}</strong><br><span class=\"halus\">{} "
        "· "
        "surat perintah {}</span></span><form method=\"post\" action=\"{}\">{}"
        "<input type=\"hidden\" name=\"penunjukan\" value=\"{}\"><button name=\"aksi\" "
        "value=\"akhiri\" aria-label=\"Akhiri penunjukan {}\">Akhiri</button></form></li>",
        kind_words(one.kind), to ? to->name : one.to, period_words(one.start, one.end), one.letter,
        path, hidden_fields(new_form_keys(csrf)), std::int64_t{one.id}, to ? to->name : one.to);
  }
  for (const Officer& other : people.officers)
    if (other.id != officer.id && (other.ended.empty() || other.ended > today))
      others += option(other.id, other.name, typed.text("kepada") == other.id);
  const Html appoint = html(
      "{}<label for=\"kepada\">Pelaksana</label><select id=\"kepada\" name=\"kepada\">{}</select>"
      "<label for=\"jenis\">Jenis</label><select id=\"jenis\" name=\"jenis\">"
      "{}{}</select><div class=\"sebaris\">{}{}</div>"
      "<label for=\"surat\">Nomor surat perintah</label><input type=\"text\" id=\"surat\" "
      "name=\"surat\" required maxlength=\"100\" value=\"{}\">"
      "<p><button class=\"utama\" name=\"aksi\" value=\"tunjuk\">Tunjuk</button></p></form>",
      form.head("tunjuk"), others,
      option("plh", "Plh. (pejabat berhalangan sementara)", typed.text("jenis") == "plh"),
      option("plt", "Plt. (jabatan kosong)", typed.text("jenis") == "plt"),
      date_field("tunjuk-mulai", "Hari pertama", typed.text("mulai", today)),
      date_field("tunjuk-sampai", "Hari terakhir", typed.text("sampai")), typed.text("surat"));
  return html("<h2>Pelaksana (Plh., Plt.)</h2>{}{}",
              items.empty() ? html("<p class=\"halus\">Tidak ada pelaksana.</p>")
                            : html("<div class=\"kartu\"><ul class=\"polos\">{}</ul></div>", items),
              folded("Tunjuk pelaksana", appoint, bool(typed)));
}

Html end_section(const Officer& officer, const OfficerForm& form) {
  const Typed typed = form.typed("berhenti");
  if (!officer.ended.empty())
    return html(
        "<h2>Berhenti</h2>{}<p>Tidak bertugas lagi mulai "
        "{}.</p>"
        "<p><button name=\"aksi\" value=\"kembali\">Tetap bertugas</button></p></form>",
        form.head("kembali"), notify::date(officer.ended));
  return html(
      "<h2>Berhenti</h2>{}",
      folded("Akhiri masa tugas",
             html("{}<div class=\"sebaris\">{}</div><p class=\"halus\">Riwayatnya tetap tersimpan; "
                  "sesi dan tokennya tidak berlaku lagi.</p><p><button class=\"bahaya\" "
                  "name=\"aksi\" value=\"berhenti\">Akhiri</button></p></form>",
                  form.head("berhenti"),
                  date_field("berhenti-mulai", "Hari pertama tidak bertugas",
                             typed.text("mulai", form.today))),
             bool(typed)));
}

json::array texts_of(const http::Form& form, std::string_view name) {
  json::array texts;
  for (const std::string& text : form.texts(name)) texts.emplace_back(text);
  return texts;
}

Officer officer_in(const http::Form& form, http::FieldFaults& faults) {
  return http::read_officer(json::object{{"id", form.text("id")},
                                         {"name", form.text("nama")},
                                         {"email", form.text("email")},
                                         {"whatsapp", form.text("whatsapp")},
                                         {"roles", texts_of(form, "peran")}},
                            faults);
}

store::OfficerEdit edit_in(const http::Form& form, http::FieldFaults& faults) {
  return http::read_officer_edit(json::object{{"name", form.text("nama")},
                                              {"email", form.text("email")},
                                              {"whatsapp", form.text("whatsapp")},
                                              {"roles", texts_of(form, "peran")}},
                                 faults);
}

Leave leave_in(const http::Form& form, http::FieldFaults& faults) {
  return http::read_leave(json::object{{"start", form.text("mulai")}, {"end", form.text("sampai")}},
                          faults)
      .leave;
}

Delegation delegation_in(const http::Form& form, const std::string& from,
                         http::FieldFaults& faults) {
  return http::read_delegation(json::object{{"from", from},
                                            {"to", form.text("kepada")},
                                            {"kind", form.text("jenis")},
                                            {"start", form.text("mulai")},
                                            {"end", form.text("sampai")},
                                            {"letter", form.text("surat")}},
                               faults);
}

bool all_known(const std::vector<std::string>& held, const std::vector<NamedRole>& roles) {
  return std::all_of(held.begin(), held.end(), [&](const std::string& id) {
    return std::any_of(roles.begin(), roles.end(),
                       [&](const NamedRole& role) { return role.id == id; });
  });
}

// Empty: nobody else has it.
std::string shared_words(const store::OfficerChange& change, const People& people) {
  if (!change.shared()) return "";
  const Officer* other = people.find(change.other);
  const bool email = change.kind == store::OfficerChange::Kind::shared_email;
  return fmt::format(
      "{} ini dipakai {}, yang masih bertugas. Setiap pegawai memerlukan alamat sendiri.",
      email ? "Alamat email" : "Nomor WhatsApp", other ? other->name : change.other);
}

void log_change(const char* event, const PageCall& call, std::string_view about) {
  log_event(Level::info, event, {{"by", call.who->officer.id}, {"about", about}});
}

class OfficerPages : public PageGroup {
 public:
  explicit OfficerPages(const PageParts& parts) : PageGroup(parts), pool_(parts.pool) {}
  awaitable<Response> officers(PageCall call);
  awaitable<Response> officers_act(PageCall call);
  awaitable<Response> officer(PageCall call);
  awaitable<Response> officer_act(PageCall call);

 private:
  awaitable<Response> officers_page(const PageCall& call, int status, std::string fault);
  awaitable<Response> officer_page(const PageCall& call, int status, std::string fault);
  awaitable<std::string> add_officer(const PageCall& call, pg::Connection& db);
  awaitable<std::string> change_officer(const PageCall& call, pg::Connection& db);
  awaitable<std::string> change_duties(const PageCall& call, pg::Connection& db);

  pg::Pool& pool_;
};

}  // namespace

// --- all of them ---------------------------------------------------------------------------------

awaitable<Response> OfficerPages::officers_page(const PageCall& call, int status,
                                                std::string fault) {
  auto reading = reader_.read({}, {});
  const Reading found = co_await std::move(reading);
  const std::vector<const Sop*> sops = rulebook_.sops_in_force();
  const Context context = rulebook_.context(*sops.front(), found.moment.now);
  const People& people = rulebook_.people();
  const std::vector<NamedRole> roles = roles_to_hold(sops);
  const CivilDate today = context.today();
  // Those in service first, by name; a page shows so many.
  std::vector<const Officer*> all;
  for (const Officer& officer : people.officers) all.push_back(&officer);
  std::sort(all.begin(), all.end(), [&](const Officer* a, const Officer* b) {
    const bool a_out = !a->ended.empty() && a->ended <= today;
    const bool b_out = !b->ended.empty() && b->ended <= today;
    return a_out != b_out ? b_out : a->name < b->name;
  });
  const std::size_t first = std::min(
      all.size(),
      kShown * static_cast<std::size_t>(std::min<std::int64_t>(
                   1000, http::parse_id(call.request.query.get("hal").value_or("0")).value_or(0))));
  Html items;
  for (std::size_t i = first; i < std::min(all.size(), first + kShown); ++i)
    items += officer_item(*all[i], people, roles, today);
  const Html more =
      first + kShown < all.size()
          ? html("<p><a href=\"/pegawai?hal={}\">Berikutnya</a></p>", first / kShown + 1)
          : Html();
  Html notice, fault_beside;
  if (!fault.empty())
    fault_beside = message(fault, true);
  else if (call.request.query.get("sudah"))
    notice = message("Pegawai ditambahkan.");
  const Typed typed(call.form, "tambah");
  const Html form = html(
      "<form method=\"post\" action=\"/pegawai\">{}{}"
      "<label for=\"id\">Kode pegawai <span class=\"halus\">(huruf kecil, tidak dapat "
      "diubah)</span>"
      "</label><input type=\"text\" id=\"id\" name=\"id\" required maxlength=\"40\" "
      "autocapitalize=\"none\" spellcheck=\"false\" value=\"{}\">{}{}{}"
      "<p><button class=\"utama\" name=\"aksi\" value=\"tambah\">Tambah</button></p></form>",
      hidden_fields(new_form_keys(call.who->visitor.csrf)), form_mark("tambah"), typed.text("id"),
      address_fields(typed.text("nama"), typed.text("email"), typed.text("whatsapp")),
      role_boxes(roles, typed.texts("peran")), fault_beside);
  Html body = html("<h1>Pegawai</h1>{}<div class=\"kartu\"><ul class=\"polos\">{}</ul></div>{}{}",
                   notice, items, more, folded("Tambah pegawai", form, typed || !fault.empty()));
  co_return page(status, call, "Pegawai", std::move(body), true);
}

awaitable<Response> OfficerPages::officers(PageCall call) {
  auto showing = officers_page(call, 200, "");
  co_return co_await std::move(showing);
}

awaitable<std::string> OfficerPages::add_officer(const PageCall& call, pg::Connection& db) {
  http::FieldFaults faults;
  Officer officer = officer_in(call.form, faults);
  if (!faults.empty()) co_return fault_words(faults, call.form);
  if (!all_known(officer.roles, roles_to_hold(rulebook_.sops_in_force())))
    co_return "Salah satu peran tidak dikenal.";
  const std::string id = officer.id;
  officer.ended = office::end_of_service(officer, rulebook_, call.who->now);
  auto adding = store::add_officer(db, std::move(officer));
  const store::OfficerChange added = co_await std::move(adding);
  if (added.shared()) co_return shared_words(added, rulebook_.people());
  if (!added.done()) co_return "Kode pegawai ini sudah dipakai pegawai lain.";
  log_change("officer_added", call, id);
  co_return "";
}

awaitable<Response> OfficerPages::officers_act(PageCall call) {
  if (call.look) {
    auto showing = officers_page(call, call.look_status(), call.why);
    co_return co_await std::move(showing);
  }
  auto changing = change_once(pool_, call, std::bind_front(&OfficerPages::add_officer, this));
  const std::string fault = co_await std::move(changing);
  if (fault.empty()) co_return see_other("/pegawai?sudah=ya");
  auto showing = officers_page(call, 422, fault);
  co_return co_await std::move(showing);
}

// --- one of them ---------------------------------------------------------------------------------

awaitable<Response> OfficerPages::officer_page(const PageCall& call, int status,
                                               std::string fault) {
  auto reading = reader_.read({}, {});
  const Reading found = co_await std::move(reading);
  const std::vector<const Sop*> sops = rulebook_.sops_in_force();
  const Context context = rulebook_.context(*sops.front(), found.moment.now);
  const People& people = rulebook_.people();
  const Officer* officer = people.find(call.request.param("id"));
  if (!officer) co_return not_found(call);
  const std::string path = "/pegawai/" + officer->id;
  const std::string& csrf = call.who->visitor.csrf;
  const CivilDate today = context.today();
  const OfficerForm form{path, csrf, call.form, fault, today};
  const Typed typed = form.typed("ubah");
  Html notice;
  if (!fault.empty() && call.form.text("formulir").empty())
    notice = message(fault, true);
  else if (call.request.query.get("sudah"))
    notice = message("Tersimpan.");
  Html body = html(
      "<p class=\"halus\"><a href=\"/pegawai\">Pegawai</a></p><h1>{}</h1>"
      "<p class=\"halus\">Kode pegawai: {}{}</p>{}{}{}{}"
      "<p><button class=\"utama\" name=\"aksi\" value=\"ubah\">Simpan</button></p></form>{}{}{}",
      officer->name, officer->id, remarks_of(*officer, people, today), notice, form.head("ubah"),
      address_fields(typed.text("nama", officer->name), typed.text("email", officer->email),
                     typed.text("whatsapp", officer->whatsapp)),
      role_boxes(roles_to_hold(sops), typed ? typed.texts("peran") : officer->roles),
      leave_section(*officer, form), delegation_section(*officer, people, form),
      end_section(*officer, form));
  co_return page(status, call, officer->name, std::move(body));
}

awaitable<Response> OfficerPages::officer(PageCall call) {
  auto showing = officer_page(call, 200, "");
  co_return co_await std::move(showing);
}

// Name, channels, roles, and whether they serve at all.
awaitable<std::string> OfficerPages::change_officer(const PageCall& call, pg::Connection& db) {
  const std::string id = call.request.param("id"), action = call.form.text("aksi");
  const bool oneself = id == call.who->officer.id;
  http::FieldFaults faults;
  store::OfficerChange change;
  if (action == "ubah") {
    store::OfficerEdit edit = edit_in(call.form, faults);
    if (!faults.empty()) co_return fault_words(faults, call.form);
    if (!all_known(*edit.roles, roles_to_hold(rulebook_.sops_in_force())))
      co_return "Salah satu peran tidak dikenal.";
    const auto& roles = *edit.roles;
    if (oneself && std::find(roles.begin(), roles.end(), store::kAdministratorRole) == roles.end())
      co_return "Peran pengelola sistem tidak dapat Anda cabut dari diri sendiri.";
    office::end_observers_stay(edit, id, rulebook_, call.who->now);
    auto editing = store::edit_officer(db, id, std::move(edit));
    change = co_await std::move(editing);
  } else {
    const std::string day = action == "kembali" ? "" : call.form.text("mulai");
    if (action == "berhenti" && !is_civil_date(day)) co_return "Tanggal ini tidak dikenali.";
    if (action == "berhenti" && oneself)
      co_return "Masa tugas sendiri diakhiri oleh pengelola lain.";
    auto ending = store::end_officer(db, id, day);
    change = co_await std::move(ending);
  }
  if (change.shared()) co_return shared_words(change, rulebook_.people());
  if (!change.done()) co_return kGone;
  log_change("officer_changed", call, id);
  co_return "";
}

// Leave, and who stands in.
awaitable<std::string> OfficerPages::change_duties(const PageCall& call, pg::Connection& db) {
  const std::string id = call.request.param("id"), action = call.form.text("aksi");
  http::FieldFaults faults;
  if (action == "cuti") {
    Leave leave = leave_in(call.form, faults);
    if (!faults.empty()) co_return fault_words(faults, call.form);
    auto adding = store::add_leave(db, id, std::move(leave));
    const store::LeaveAnswer added = co_await std::move(adding);
    if (added.kind == store::LeaveAnswer::Kind::overlaps)
      co_return fmt::format(
          "Sudah tercatat cuti {}, yang bertumpukan dengan ini. Batalkan dahulu yang itu.",
          period_words(added.with.start, added.with.end));
    if (!added.done()) co_return kGone;
    log_change("leave_entered", call, id);
  } else if (action == "batal-cuti") {
    const std::string start = call.form.text("mulai");
    if (!is_civil_date(start)) co_return "Tanggal ini tidak dikenali.";
    auto cancelling = store::cancel_leave(db, id, start);
    if (!co_await std::move(cancelling)) co_return "Cuti ini sudah tidak ada.";
    log_change("leave_cancelled", call, id);
  } else if (action == "tunjuk") {
    const Delegation delegation = delegation_in(call.form, id, faults);
    if (!faults.empty()) co_return fault_words(faults, call.form);
    auto adding = store::add_delegation(db, delegation);
    const store::DelegationAnswer added = co_await std::move(adding);
    if (added.kind == store::DelegationAnswer::Kind::overlaps)
      co_return "Pegawai ini sudah ditunjuk pada sebagian hari itu. Akhiri dahulu penunjukan itu.";
    if (!added.done()) co_return "Pelaksana yang dipilih tidak ada.";
    log_change("delegation_added", call, delegation.from + " to " + delegation.to);
  } else {
    const auto number = http::parse_id(call.form.text("penunjukan"));
    if (!number) co_return "Penunjukan ini sudah tidak ada.";
    auto ending = store::end_delegation(db, *number);
    if (!co_await std::move(ending)) co_return "Penunjukan ini sudah tidak ada.";
    log_change("delegation_ended", call, std::to_string(*number));
  }
  co_return "";
}

awaitable<Response> OfficerPages::officer_act(PageCall call) {
  if (call.look) {
    auto showing = officer_page(call, call.look_status(), call.why);
    co_return co_await std::move(showing);
  }
  const std::string action = call.form.text("aksi");
  constexpr std::string_view kOfPerson[] = {"ubah", "berhenti", "kembali"};
  constexpr std::string_view kOfDuties[] = {"cuti", "batal-cuti", "tunjuk", "akhiri"};
  const auto is_one_of = [&](const auto& actions) {
    return std::find(std::begin(actions), std::end(actions), action) != std::end(actions);
  };
  if (!is_one_of(kOfPerson) && !is_one_of(kOfDuties)) co_return stale_form(call);
  const auto work =
      is_one_of(kOfPerson) ? &OfficerPages::change_officer : &OfficerPages::change_duties;
  auto changing = change_once(pool_, call, std::bind_front(work, this));
  const std::string fault = co_await std::move(changing);
  if (fault.empty())
    co_return see_other("/pegawai/" + query_encoded(call.request.param("id")) + "?sudah=ya");
  auto showing = officer_page(call, 422, fault);
  co_return co_await std::move(showing);
}

std::vector<PageRoute> officer_pages(const PageParts* parts) {
  static constexpr http::RowOf<OfficerPages, PageCall> kRows[] = {
      {"GET", "/pegawai", "page_officers", Who::administrator, In::none, Out::counted,
       &OfficerPages::officers},
      {"POST", "/pegawai", "page_officers_act", Who::administrator, In::whole, Out::counted,
       &OfficerPages::officers_act},
      {"GET", "/pegawai/{id}", "page_officer", Who::administrator, In::none, Out::counted,
       &OfficerPages::officer},
      {"POST", "/pegawai/{id}", "page_officer_act", Who::administrator, In::whole, Out::counted,
       &OfficerPages::officer_act},
  };
  return http::answered_by(parts, kRows);
}

}  // namespace tenggat::pages
