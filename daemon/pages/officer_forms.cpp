#include "daemon/pages/officer_forms.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "daemon/api/api_bodies.h"
#include "daemon/pages/words.h"
#include "notifiers/phone.h"
#include "notifiers/words.h"
#include "rules/utf8.h"

namespace tenggat::pages {
namespace {

namespace json = boost::json;

std::string kind_words(const std::string& kind) { return kind == "plt" ? "Plt." : "Plh."; }

std::string name_of(const std::vector<NamedRole>& roles, const std::string& id) {
  for (const NamedRole& role : roles)
    if (role.id == id) return role.name;
  return readable(id);
}

Html date_field(std::string_view id, std::string_view label, std::string_view value = "") {
  return html(
      "<span><label for=\"{}\">{}</label><input type=\"date\" id=\"{}\" name=\"{}\" value=\"{}\" "
      "required></span>",
      id, label, id, id.substr(id.rfind('-') + 1), value);
}

json::array texts_of(const http::Form& form, std::string_view name) {
  json::array texts;
  for (const std::string& text : form.texts(name)) texts.emplace_back(text);
  return texts;
}

}  // namespace

std::string period_words(const CivilDate& start, const CivilDate& end) {
  return start == end ? notify::date(start)
                      : fmt::format("{} s.d. {}", notify::date(start), notify::date(end));
}

std::string officer_fault_words(const http::FieldFaults& faults, const http::Form& form) {
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

std::string shared_words(const store::OfficerChange& change, const People& people) {
  if (!change.shared()) return "";
  const Officer* other = people.find(change.other);
  const bool email = change.kind == store::OfficerChange::Kind::shared_email;
  return fmt::format(
      "{} ini dipakai {}, yang masih bertugas. Setiap pegawai memerlukan alamat sendiri.",
      email ? "Alamat email" : "Nomor WhatsApp", other ? other->name : change.other);
}

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

bool all_known(const std::vector<std::string>& held, const std::vector<NamedRole>& roles) {
  return std::all_of(held.begin(), held.end(), [&](const std::string& id) {
    return std::any_of(roles.begin(), roles.end(),
                       [&](const NamedRole& role) { return role.id == id; });
  });
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

Html nip_field(const std::string& nip) {
  return html(
      "<label for=\"nip\">NIP <span class=\"halus\">(18 angka; kosongkan bila bukan ASN)</span>"
      "</label><input type=\"text\" id=\"nip\" name=\"nip\" inputmode=\"numeric\" "
      "maxlength=\"24\" value=\"{}\">",
      nip);
}

std::optional<std::string> nip_in(const http::Form& form) {
  std::string digits;
  for (const char c : form.text("nip"))
    if (c >= '0' && c <= '9')
      digits += c;
    else if (c != ' ' && c != '.' && c != '-')
      return std::nullopt;
  if (!digits.empty() && digits.size() != 18) return std::nullopt;
  return digits;
}

std::string leave_kind_words(std::string_view kind) {
  for (const LeaveKind& one : kLeaveKinds)
    if (one.id == kind) return one.words;
  return "tidak masuk";
}

Html leave_kind_field(std::string_view id, std::string_view chosen) {
  Html kinds = option("", "tidak disebut", chosen.empty());
  for (const LeaveKind& kind : kLeaveKinds) kinds += option(kind.id, kind.words, kind.id == chosen);
  return html("<label for=\"{}\">Jenis</label><select id=\"{}\" name=\"jenis_cuti\">{}</select>",
              id, id, kinds);
}

Html leave_list(const Officer& officer, const std::string& path, const std::string& csrf,
                const CivilDate& today) {
  Html items;
  for (const Leave& leave : officer.leaves) {
    if (leave.end < today) continue;
    const std::string period = period_words(leave.start, leave.end);
    items += html(
        "<li class=\"berdampingan\"><span>{} <span class=\"halus\">· {}</span></span>"
        "<form method=\"post\" action=\"{}\">{}"
        "<input type=\"hidden\" name=\"mulai\" value=\"{}\"><button name=\"aksi\" "
        "value=\"batal-cuti\" aria-label=\"Batalkan cuti {}\">Batalkan</button></form></li>",
        period, leave_kind_words(leave.kind), path, hidden_fields(new_form_keys(csrf)), leave.start,
        period);
  }
  return items.empty() ? Html()
                       : html("<div class=\"kartu\"><ul class=\"polos\">{}</ul></div>", items);
}

Html leave_fields(const Typed& typed, const CivilDate& today) {
  return html("<div class=\"sebaris\">{}{}</div>{}",
              date_field("cuti-mulai", "Hari pertama", typed.text("mulai", today)),
              date_field("cuti-sampai", "Hari terakhir", typed.text("sampai", today)),
              leave_kind_field("cuti-jenis", typed.text("jenis_cuti")));
}

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

Html leave_section(const Officer& officer, const OfficerForm& form) {
  return html(
      "<h2>Cuti dan tidak masuk</h2><p class=\"halus\">Selama itu pesan dialihkan kepada petugas "
      "pengganti; waktu tetap berjalan.</p>{}{}{}"
      "<p><button name=\"aksi\" value=\"cuti\">Catat cuti</button></p></form>",
      leave_list(officer, form.path, form.csrf, form.today), form.head("cuti"),
      leave_fields(form.typed("cuti"), form.today));
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
  Leave leave =
      http::read_leave(json::object{{"start", form.text("mulai")}, {"end", form.text("sampai")}},
                       faults)
          .leave;
  for (const LeaveKind& kind : kLeaveKinds)
    if (kind.id == form.text("jenis_cuti")) leave.kind = kind.id;
  return leave;
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

}  // namespace tenggat::pages
