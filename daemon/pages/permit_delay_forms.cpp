// What can be done about a step's clock and its officer besides its actions, as forms of the
// permit's page: pauses, files ahead of the action, a visit to the place, obstacles, superiors.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/pages/permit_asked.h"
#include "daemon/pages/permit_view.h"
#include "daemon/pages/words.h"
#include "notifiers/words.h"

namespace tenggat::pages {
namespace {

// "2026-04-07", as a date field takes it.
std::string day_of(const Calendar& calendar, Instant at) {
  return calendar.format(at).substr(0, 10);
}

// A day, both included: the pause lasts to its end, or as long as it may.
Html until_field(const FormOf& form, Instant after, std::optional<Instant> until_latest,
                 bool required) {
  const Calendar& calendar = form.view.context.calendar;
  const std::string latest = until_latest ? day_of(calendar, *until_latest) : "";
  const std::string words =
      latest.empty() ? (required ? "" : " (opsional)") : ", paling lambat " + notify::date(latest);
  return html(
      "<label for=\"{}\">Sampai tanggal{}</label><input type=\"date\" id=\"{}\" name=\"sampai\" "
      "min=\"{}\" max=\"{}\" value=\"{}\">",
      form.id("sampai"), words, form.id("sampai"), day_of(calendar, after), latest,
      form.typed().text("sampai"));
}

// What a clarification is about; for other reasons it is left as it is.
Html subject_field(const FormOf& form) {
  const Typed typed = form.typed();
  Html subjects = option("", "– pilih –", typed.text(kAboutInput).empty());
  for (const auto& [id, words] : subjects_of_pause(form.view.context.sop))
    subjects += option(id, words, typed.text(kAboutInput) == id);
  return html(
      "<label for=\"{}\">Syarat atau dokumen yang dimaksud <span class=\"halus\">(wajib bila "
      "menunggu pemohon)</span></label><select id=\"{}\" name=\"{}\">{}</select>",
      form.id("syarat"), form.id("syarat"), kAboutInput, subjects);
}

// Each reason has a bound of its own: "kunjungan lapangan: paling lambat 13 April 2026, dapat
// diperpanjang 1 kali".
Html bounds_of(const PermitView& view, const std::vector<const Offer*>& offered) {
  Html items;
  for (const Offer* offer : offered) {
    const PauseReason& reason = *offer->pause;
    std::string words = readable(reason.name) + ": ";
    words += offer->wanted.until_latest
                 ? "paling lambat " +
                       notify::date(day_of(view.context.calendar, *offer->wanted.until_latest))
                 : std::string("tanpa batas terlama");
    if (reason.extensions > 0)
      words += fmt::format(", dapat diperpanjang {} kali", reason.extensions);
    if (offer->wanted.until == Wanted::Until::required) words += ", tanggal wajib diisi";
    items += html("<li>{}</li>", words);
  }
  return html("<ul class=\"halus\">{}</ul>", items);
}

Html pause_form(const PermitView& view, const Visit& visit) {
  const FormOf form{view, visit.step, "pause"};
  const Typed typed = form.typed();
  const std::vector<const Offer*> offered = offers_at(view.offers, visit.id, Offer::What::pause);
  if (offered.empty()) return {};
  Html reasons, subject;
  std::optional<Instant> latest = view.context.now;
  bool required = true;
  for (const Offer* offer : offered) {
    const PauseReason& reason = *offer->pause;
    reasons += option(reason.id, readable(reason.name), typed.text("jeda") == reason.id);
    required = required && offer->wanted.until == Wanted::Until::required;
    if (!offer->wanted.until_latest) latest.reset();
    if (latest) latest = std::max(*latest, *offer->wanted.until_latest);
    if (offer->wanted.requirement) subject = subject_field(form);
  }
  return folded(
      "Jeda waktu",
      html(
          "{}<label for=\"{}-jeda\">Alasan jeda</label><select id=\"{}-jeda\" name=\"jeda\">{}"
          "</select>{}{}{}<p class=\"halus\">Tanpa tanggal, waktu berjalan lagi dengan sendirinya "
          "pada batas terlama alasannya.</p><label for=\"{}-jeda-catatan\">Keterangan <span "
          "class=\"halus\">(wajib bila menunggu pemohon: inilah yang dibaca pemohon)</span></label>"
          "<textarea id=\"{}-jeda-catatan\" name=\"catatan\" maxlength=\"2000\">{}</textarea>"
          "<p><button class=\"penuh\" name=\"aksi\" value=\"pause\">Jeda</button></p></form>",
          head_of_form(form), form.step, form.step, reasons, subject,
          until_field(form, offered.front()->wanted.until_after,
                      offered.size() == 1 ? latest : std::nullopt, required),
          bounds_of(view, offered), form.step, form.step, typed.text("catatan")),
      bool(typed));
}

Html extension_form(const PermitView& view, const Visit& visit) {
  const auto offered = offers_at(view.offers, visit.id, Offer::What::extend);
  if (offered.empty()) return {};
  const FormOf form{view, visit.step, "extend"};
  const Wanted& wanted = offered.front()->wanted;
  return folded(
      "Perpanjang jeda",
      html("{}<input type=\"hidden\" name=\"jeda\" value=\"{}\">{}{}<p><button "
           "class=\"penuh\" name=\"aksi\" value=\"extend\">Perpanjang</button></p></form>",
           head_of_form(form), offered.front()->pause->id,
           until_field(form, wanted.until_after, wanted.until_latest, true),
           note_field(form, ActionRule::Note::optional)),
      bool(form.typed()));
}

Html obstacle_form(const PermitView& view, const Visit& visit) {
  const FormOf form{view, visit.step, "acknowledge"};
  const Typed typed = form.typed();
  Html causes;
  for (const Offer* offer : offers_at(view.offers, visit.id, Offer::What::acknowledge))
    causes += option(offer->obstacle->id, readable(offer->obstacle->name),
                     typed.text("kendala") == offer->obstacle->id);
  if (causes.empty()) return {};
  return folded(
      "Catat kendala",
      html("{}<p class=\"halus\">Waktu tetap berjalan. Pengingat berulang berhenti, lalu kami "
           "tanyakan "
           "lagi. Kendala tercantum dalam laporan.</p>"
           "<label for=\"{}-kendala\">Kendala</label><select id=\"{}-kendala\" name=\"kendala\">{}"
           "</select>{}<p><button class=\"penuh\" name=\"aksi\" value=\"acknowledge\">Catat kendala"
           "</button></p></form>",
           head_of_form(form), form.step, form.step, causes,
           note_field(form, ActionRule::Note::optional)),
      bool(typed));
}

// Whoever has no superior asks those who are told along.
std::string who_is_asked(const Sop& sop, const Role& role) {
  if (!role.superior.empty())
    return fmt::format(
        "Atasan terdekat, {}, segera diberi tahu; bila diminta lagi, atasan berikutnya.",
        role_words(sop, role.superior));
  return role_words(sop, role.copy.empty() ? role.id : role.copy) + " segera diberi tahu.";
}

Html escalation_form(const PermitView& view, const Visit& visit) {
  if (offers_at(view.offers, visit.id, Offer::What::escalate).empty()) return {};
  const Sop& sop = view.context.sop;
  const FormOf form{view, visit.step, "escalate"};
  return folded("Minta arahan atasan",
                html("{}<p class=\"halus\">{}</p>{}<p><button class=\"penuh\" name=\"aksi\" "
                     "value=\"escalate\">"
                     "Kirim kepada atasan</button></p></form>",
                     head_of_form(form), who_is_asked(sop, sop.role(visit.role)),
                     note_field(form, ActionRule::Note::optional)),
                bool(form.typed()));
}

Html assignment_form(const PermitView& view, const Visit& visit) {
  const FormOf form{view, visit.step, "assign"};
  const Typed typed = form.typed();
  Html officers;
  for (const Offer* offer : offers_at(view.offers, visit.id, Offer::What::assign))
    if (!offer->is_so_already)
      officers += option(offer->officer, officer_words(offer->officer, view.context.people),
                         typed.text("petugas") == offer->officer);
  if (officers.empty()) return {};
  return folded(
      "Tugaskan kepada petugas",
      html(
          "{}<label for=\"{}-petugas\">Petugas</label><select id=\"{}-petugas\" name=\"petugas\">{}"
          "</select>{}<p><button class=\"penuh\" name=\"aksi\" "
          "value=\"assign\">Tugaskan</button></p>"
          "</form>",
          head_of_form(form), visit.step, visit.step, officers,
          note_field(form, ActionRule::Note::optional)),
      bool(typed));
}

}  // namespace

Html delay_forms(const PermitView& view, const Visit& visit) {
  return html("{}{}{}{}{}", pause_form(view, visit), extension_form(view, visit),
              obstacle_form(view, visit), escalation_form(view, visit),
              assignment_form(view, visit));
}

Html bring_form(const PermitView& view, const Visit& visit) {
  const auto offered = offers_at(view.offers, visit.id, Offer::What::bring);
  if (offered.empty()) return {};
  const FormOf form{view, visit.step, std::string(kBring)};
  const Typed typed = form.typed();
  const Sop& sop = view.context.sop;
  Html inputs;
  for (const Output& output : offered.front()->wanted.files) {
    inputs +=
        upload_input(form.id(output.kind), output.kind, "", document_name(output.kind, sop), false);
    if (output.numbered)
      inputs += html(
          "<label for=\"{}-nomor\">Nomor {}</label><input type=\"text\" id=\"{}-nomor\" "
          "name=\"nomor.{}\" maxlength=\"100\" value=\"{}\">",
          form.id(output.kind), notify::document_name_within(output.kind, sop),
          form.id(output.kind), output.kind, typed.text("nomor." + output.kind));
  }
  return folded(
      "Simpan dokumen lebih dahulu",
      html("{}<p class=\"halus\">Tersimpan pada tahap ini tanpa mengakhirinya, juga selama "
           "waktu dijeda. Yang sudah disimpan tidak diminta lagi saat tahap ini "
           "diselesaikan.</p>{}{}{}<p><button class=\"penuh\" name=\"aksi\" "
           "value=\"{}\">Simpan dokumen</button></p></form>",
           head_of_form(form), inputs, upload_hint(), typed.files_are_lost(), kBring),
      bool(typed));
}

Html field_visit_form(const PermitView& view, const Visit& visit) {
  const auto offered = offers_at(view.offers, visit.id, Offer::What::plan_visit);
  if (offered.empty()) return {};
  const FormOf form{view, visit.step, std::string(kPlanVisit)};
  const Typed typed = form.typed();
  const Calendar& calendar = view.context.calendar;
  const std::string planned = visit.field_visit_at ? calendar.format(*visit.field_visit_at) : "";
  return folded(
      visit.field_visit_at ? "Ubah jadwal kunjungan" : "Jadwalkan kunjungan lapangan",
      html("{}<p class=\"halus\">Pemohon langsung diberi tahu, dan jadwalnya tercantum dalam "
           "agenda. "
           "Waktu tetap berjalan, kecuali dijeda.</p><label for=\"{}\">Tanggal</label>"
           "<input type=\"date\" id=\"{}\" name=\"tanggal\" min=\"{}\" value=\"{}\" required>"
           "<label for=\"{}\">Jam</label><input type=\"time\" id=\"{}\" name=\"jam\" "
           "value=\"{}\" required><p><button class=\"penuh\" name=\"aksi\" value=\"{}\">"
           "Jadwalkan dan beri tahu pemohon</button></p></form>",
           head_of_form(form), form.id("tanggal"), form.id("tanggal"),
           day_of(calendar, offered.front()->wanted.until_after),
           typed.text("tanggal", planned.substr(0, 10)), form.id("jam"), form.id("jam"),
           typed.text("jam", planned.size() > 16 ? planned.substr(11, 5) : ""), kPlanVisit),
      bool(typed));
}

}  // namespace tenggat::pages
