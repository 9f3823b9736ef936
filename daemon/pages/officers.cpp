// "Pegawai": who works here, in which roles, who is away and who stands in. For administrators.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/base/log.h"
#include "daemon/office/observers.h"
#include "daemon/office/officer_changes.h"
#include "daemon/pages/officer_change.h"
#include "daemon/pages/officer_forms.h"
#include "daemon/pages/page_calls.h"
#include "daemon/pages/words.h"
#include "daemon/store/people.h"
#include "notifiers/words.h"

namespace tenggat::pages {
namespace {

constexpr std::size_t kShown = 60;
constexpr const char* kGone = "Pegawai ini tidak ada.";
constexpr const char* kWaitsAlready =
    "Perubahan lain atas alamat atau peran pegawai ini masih menunggu. Setujui atau hentikan "
    "dahulu "
    "perubahan itu.";

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
      html("{}{}", address_fields(typed.text("nama"), typed.text("email"), typed.text("whatsapp")),
           nip_field(typed.text("nip"))),
      role_boxes(roles, typed.texts("peran")), fault_beside);
  Html body = html(
      "<h1>Pegawai</h1><p><a class=\"sendiri\" href=\"/kehadiran\">Siapa yang tidak masuk dua "
      "minggu ini</a></p>{}<div class=\"kartu\"><ul class=\"polos\">{}</ul></div>{}{}",
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
  if (!faults.empty()) co_return officer_fault_words(faults, call.form);
  if (!all_known(officer.roles, roles_to_hold(rulebook_.sops_in_force())))
    co_return "Salah satu peran tidak dikenal.";
  const auto nip = nip_in(call.form);
  if (!nip) co_return kBadNip;
  officer.nip = *nip;
  const std::string id = officer.id;
  officer.ended = office::end_of_service(officer, rulebook_, call.who->now);
  auto adding =
      store::add_officer(db, by(call), std::move(officer), office::roles_in_person(rulebook_));
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
  pg::Pipeline looking;
  const auto waiting_slot = store::add_waiting_changes(looking, call.request.param("id"));
  auto reading = reader_.read({}, std::move(looking));
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
  const Calendar& calendar = calendar_of(*sops.front());
  for (const store::WaitingChange& one : found.results[waiting_slot])
    notice += waiting_notice(one, calendar);
  Html body = html(
      "<p class=\"halus\"><a class=\"sendiri\" href=\"/pegawai\">Pegawai</a></p><h1>{}</h1>"
      "<p class=\"halus\">Kode pegawai: {} · <a href=\"{}/sesi\">Sesi</a>{}</p>{}{}{}{}"
      "<p><button class=\"utama\" name=\"aksi\" value=\"ubah\">Simpan</button></p></form>{}{}{}",
      officer->name, officer->id, path, remarks_of(*officer, people, today), notice,
      form.head("ubah"),
      html("{}{}",
           address_fields(typed.text("nama", officer->name), typed.text("email", officer->email),
                          typed.text("whatsapp", officer->whatsapp)),
           nip_field(typed.text("nip", officer->nip))),
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
    if (!faults.empty()) co_return officer_fault_words(faults, call.form);
    if (!all_known(*edit.roles, roles_to_hold(rulebook_.sops_in_force())))
      co_return "Salah satu peran tidak dikenal.";
    edit.nip = nip_in(call.form);
    if (!edit.nip) co_return kBadNip;
    const auto& roles = *edit.roles;
    if (oneself && std::find(roles.begin(), roles.end(), store::kAdministratorRole) == roles.end())
      co_return "Peran pengelola sistem tidak dapat Anda cabut dari diri sendiri.";
    office::end_observers_stay(edit, id, rulebook_, call.who->now);
    auto editing =
        store::edit_officer(db, by(call), id, std::move(edit), office::roles_in_person(rulebook_));
    change = co_await std::move(editing);
  } else {
    const std::string day = action == "kembali" ? "" : call.form.text("mulai");
    if (action == "berhenti" && !is_civil_date(day)) co_return "Tanggal ini tidak dikenali.";
    if (action == "berhenti" && oneself)
      co_return "Masa tugas sendiri diakhiri oleh pengelola lain.";
    auto ending = store::end_officer(db, by(call), id, day);
    change = co_await std::move(ending);
  }
  if (change.shared()) co_return shared_words(change, rulebook_.people());
  if (change.kind == store::OfficerChange::Kind::waits_already) co_return kWaitsAlready;
  if (!change.done()) co_return kGone;
  log_change(change.waiting ? "officer_change_proposed" : "officer_changed", call, id);
  co_return "";
}

// Leave, and who stands in.
awaitable<std::string> OfficerPages::change_duties(const PageCall& call, pg::Connection& db) {
  const std::string id = call.request.param("id"), action = call.form.text("aksi");
  http::FieldFaults faults;
  if (action == "cuti") {
    Leave leave = leave_in(call.form, faults);
    if (!faults.empty()) co_return officer_fault_words(faults, call.form);
    auto adding = store::add_leave(db, by(call), id, std::move(leave));
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
    auto cancelling = store::cancel_leave(db, by(call), id, start);
    if (!co_await std::move(cancelling)) co_return "Cuti ini sudah tidak ada.";
    log_change("leave_cancelled", call, id);
  } else if (action == "tunjuk") {
    const Delegation delegation = delegation_in(call.form, id, faults);
    if (!faults.empty()) co_return officer_fault_words(faults, call.form);
    auto adding = store::add_delegation(db, by(call), delegation);
    const store::DelegationAnswer added = co_await std::move(adding);
    if (added.kind == store::DelegationAnswer::Kind::overlaps)
      co_return "Pegawai ini sudah ditunjuk pada sebagian hari itu. Akhiri dahulu penunjukan itu.";
    if (!added.done()) co_return "Pelaksana yang dipilih tidak ada.";
    log_change("delegation_added", call, delegation.from + " to " + delegation.to);
  } else {
    const auto number = http::parse_id(call.form.text("penunjukan"));
    if (!number) co_return "Penunjukan ini sudah tidak ada.";
    auto ending = store::end_delegation(db, by(call), *number);
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
  std::vector<PageRoute> all = http::answered_by(parts, kRows);
  for (PageRoute& route : officer_change_pages(parts)) all.push_back(std::move(route));
  return all;
}

}  // namespace tenggat::pages
