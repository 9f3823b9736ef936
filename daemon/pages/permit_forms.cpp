// What an officer may do about a permit, as forms of its page.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "daemon/pages/permit_view.h"
#include "daemon/pages/words.h"
#include "notifiers/words.h"

namespace tenggat::pages {
namespace {

constexpr int kDeficiencyRows = 3;

// What is wrong most often, ready to be ticked.
constexpr std::array kReasonsToApplicant = {
    "Dokumen belum lengkap", "Dokumen tidak terbaca atau terpotong",
    "Belum ditandatangani atau distempel", "Data tidak sesuai dengan dokumen pendukung",
    "Masa berlaku dokumen telah habis"};
constexpr std::array kReasonsWithin = {"Penulisan nama atau alamat keliru",
                                       "Nomor atau dasar hukum keliru", "Lampiran belum lengkap",
                                       "Isi tidak sesuai dengan rekomendasi"};

Html head_of_form(const PermitView& view, const std::string& step) {
  return html(
      "<form method=\"post\" action=\"{}\" enctype=\"multipart/form-data\">{}"
      "<input type=\"hidden\" name=\"langkah\" value=\"{}\">"
      "<input type=\"hidden\" name=\"versi\" value=\"{}\">",
      view.path(), hidden_fields(view.keys()), step, view.permit().version);
}

template <std::size_t N>
Html ready_reasons(const std::array<const char*, N>& reasons) {
  Html boxes;
  for (const char* reason : reasons)
    boxes +=
        html("<label><input type=\"checkbox\" name=\"alasan\" value=\"{}\"><span>{}</span></label>",
             reason, reason);
  return html("<fieldset class=\"pilihan\"><legend>Alasan</legend>{}</fieldset>", boxes);
}

Html deficiency_rows(const PermitView& view, const std::string& id) {
  Html kinds;
  for (const Document& document : view.permit().documents)
    if (document.counts() && document.file)
      kinds += html("<option value=\"{}\"></option>", readable(document.kind));
  Html rows;
  for (int i = 1; i <= kDeficiencyRows; ++i)
    rows += html(
        "<label for=\"{}-d{}\">Kekurangan {}: dokumen</label>"
        "<input type=\"text\" id=\"{}-d{}\" name=\"dokumen\" list=\"{}-daftar\" maxlength=\"60\">"
        "<label for=\"{}-k{}\">Yang perlu diperbaiki</label>"
        "<input type=\"text\" id=\"{}-k{}\" name=\"kekurangan\" maxlength=\"500\">",
        id, i, i, id, i, id, id, i, id, i);
  return html("<datalist id=\"{}-daftar\">{}</datalist>{}", id, kinds, rows);
}

Html outcome_choice(Outcome known) {
  const auto choice = [&](Outcome outcome, const char* words) {
    return known == outcome || (known == Outcome::none && outcome == Outcome::grant)
               ? html(
                     "<label><input type=\"radio\" name=\"hasil\" value=\"{}\" checked><span>{}"
                     "</span></label>",
                     to_string(outcome), words)
               : html(
                     "<label><input type=\"radio\" name=\"hasil\" value=\"{}\"><span>{}</span>"
                     "</label>",
                     to_string(outcome), words);
  };
  return html("<fieldset class=\"pilihan\"><legend>Isi keputusan</legend>{}{}</fieldset>",
              choice(Outcome::grant, "Mengabulkan permohonan"),
              choice(Outcome::refusal, "Menolak permohonan"));
}

Html note_field(const std::string& id, ActionRule::Note note) {
  if (note == ActionRule::Note::optional)
    return html(
        "<label for=\"{}\">Catatan <span class=\"halus\">(opsional)</span></label>"
        "<textarea id=\"{}\" name=\"catatan\" maxlength=\"2000\"></textarea>",
        id, id);
  return html(
      "<label for=\"{}\">Penjelasan</label>"
      "<textarea id=\"{}\" name=\"catatan\" maxlength=\"2000\"></textarea>",
      id, id);
}

Html action_form(const PermitView& view, const Visit& visit, const ActionRule& action, bool main) {
  const std::string id = visit.step + "-" + action.id;
  Html inside = head_of_form(view, visit.step), hint;
  for (const Output& output : action.outputs) {
    if (!output.file || action.backward) continue;
    hint = upload_hint();
    inside += upload_input(id + "-" + output.kind, output.kind, "", readable(output.kind), true);
    if (output.numbered)
      inside += html(
          "<label for=\"{}-nomor\">Nomor {}</label><input type=\"text\" id=\"{}-nomor\" "
          "name=\"nomor.{}\" required maxlength=\"100\">",
          id, notify::readable_within(output.kind), id, output.kind);
  }
  inside += hint;
  if (action.chooses_outcome) inside += outcome_choice(view.permit().outcome);
  const bool to_applicant = action.state == PermitState::returned;
  if (action.note != ActionRule::Note::optional && action.backward)
    inside += to_applicant ? ready_reasons(kReasonsToApplicant) : ready_reasons(kReasonsWithin);
  if (action.note == ActionRule::Note::note_or_deficiencies) inside += deficiency_rows(view, id);
  inside += note_field(id + "-catatan", action.note);
  inside +=
      html("<p><button class=\"{} penuh\" name=\"aksi\" value=\"act.{}\">{}</button></p></form>",
           main ? "utama" : "", action.id, action_words(action.id));
  if (main) return html("<h3>{}</h3>{}", action_words(action.id), inside);
  return html("<details><summary>{}</summary>{}</details>", action_words(action.id), inside);
}

Html pause_form(const PermitView& view, const Visit& visit) {
  Html reasons;
  for (const PauseReason& reason : view.context.sop.pauses)
    reasons += html("<option value=\"{}\">{}</option>", reason.id, readable(reason.name));
  return html(
      "<details><summary>Jeda waktu</summary>{}"
      "<label for=\"{}-jeda\">Alasan jeda</label><select id=\"{}-jeda\" name=\"jeda\">{}</select>"
      "<label for=\"{}-jeda-catatan\">Keterangan <span class=\"halus\">(wajib bila menunggu "
      "pemohon: "
      "inilah yang dibaca pemohon)</span></label>"
      "<textarea id=\"{}-jeda-catatan\" name=\"catatan\" maxlength=\"2000\"></textarea>"
      "<p><button class=\"penuh\" name=\"aksi\" value=\"pause\">Jeda</button></p></form></details>",
      head_of_form(view, visit.step), visit.step, visit.step, reasons, visit.step, visit.step);
}

Html obstacle_form(const PermitView& view, const Visit& visit) {
  Html causes;
  for (const Obstacle& obstacle : view.context.sop.obstacles)
    causes += html("<option value=\"{}\">{}</option>", obstacle.id, readable(obstacle.name));
  if (causes.empty()) return {};
  return html(
      "<details><summary>Catat kendala</summary>{}"
      "<p class=\"halus\">Waktu tetap berjalan. Pengingat berulang berhenti, lalu kami tanyakan "
      "lagi. Kendala tercantum dalam laporan.</p>"
      "<label for=\"{}-kendala\">Kendala</label><select id=\"{}-kendala\" name=\"kendala\">{}"
      "</select>{}<p><button class=\"penuh\" name=\"aksi\" value=\"acknowledge\">Catat kendala"
      "</button></p></form></details>",
      head_of_form(view, visit.step), visit.step, visit.step, causes,
      note_field(visit.step + "-kendala-catatan", ActionRule::Note::optional));
}

Html escalation_form(const PermitView& view, const Visit& visit) {
  const std::vector<std::string> chain = view.context.sop.chain(visit.role);
  if (chain.empty()) return {};
  return html(
      "<details><summary>Minta arahan atasan</summary>{}"
      "<p class=\"halus\">Atasan terdekat, {}, segera diberi tahu; bila diminta lagi, atasan "
      "berikutnya.</p>{}<p><button class=\"penuh\" name=\"aksi\" value=\"escalate\">Kirim kepada "
      "atasan</button></p></form></details>",
      head_of_form(view, visit.step), role_words(view.context.sop, chain.front()),
      note_field(visit.step + "-arahan", ActionRule::Note::optional));
}

// By a superior, to somebody who is on duty today and does not have it yet.
Html assignment_form(const PermitView& view, const Visit& visit) {
  const Context& context = view.context;
  if (!superior_duty_for(view.who.officer.id, visit, context.sop, context.people, context.today()))
    return {};
  Html officers;
  for (const Officer& officer : context.people.officers)
    if (officer.id != visit.assignee && context.people.present(officer, context.today()) &&
        duty_for(officer.id, visit, context.sop, context.people, context.today()))
      officers += html("<option value=\"{}\">{}</option>", officer.id, officer.name);
  if (officers.empty()) return {};
  return html(
      "<details><summary>Tugaskan kepada petugas</summary>{}"
      "<label for=\"{}-petugas\">Petugas</label><select id=\"{}-petugas\" name=\"petugas\">{}"
      "</select>{}<p><button class=\"penuh\" name=\"aksi\" value=\"assign\">Tugaskan</button></p>"
      "</form></details>",
      head_of_form(view, visit.step), visit.step, visit.step, officers,
      note_field(visit.step + "-petugas-catatan", ActionRule::Note::optional));
}

Html button_form(const PermitView& view, const std::string& step, const char* action,
                 const char* words, bool main = false) {
  return html("{}<button class=\"{}\" name=\"aksi\" value=\"{}\">{}</button></form>",
              head_of_form(view, step), main ? "utama" : "", action, words);
}

}  // namespace

Html visit_forms(const PermitView& view, const Visit& visit) {
  const Sop& sop = view.context.sop;
  if (sop.is_applicant(visit.role)) return html("<p>Berkas sedang pada pemohon.</p>");
  const auto duty =
      duty_for(view.who.officer.id, visit, sop, view.context.people, view.context.today());
  if (!duty)
    return html("<p class=\"halus\">Tahap ini dikerjakan oleh {}.</p>{}",
                role_words(sop, visit.role), assignment_form(view, visit));
  if (view.permit().open_pause(visit.id))
    return html("<div class=\"sebaris\">{}</div>{}",
                button_form(view, visit.step, "resume", "Lanjutkan waktu", true),
                assignment_form(view, visit));
  const bool mine = visit.assignee == view.who.officer.id;
  Html forms = html("<div class=\"sebaris\">{}</div>",
                    mine ? button_form(view, visit.step, "release", "Lepaskan tugas")
                         : button_form(view, visit.step, "claim", "Ambil tugas"));
  bool main = true;
  for (const ActionRule& action : sop.step(visit.step).actions) {
    if (action.only_for != Outcome::none && action.only_for != view.permit().outcome) continue;
    forms += action_form(view, visit, action, main);
    main = false;
  }
  return html("{}{}{}{}{}", forms, pause_form(view, visit), obstacle_form(view, visit),
              escalation_form(view, visit), assignment_form(view, visit));
}

Html undo_card(const PermitView& view) {
  const Permit& permit = view.permit();
  const auto& last = permit.last_action;
  if (!last || is_terminal(permit.state) || last->by != "officer:" + view.who.officer.id) return {};
  const Instant until = last->recorded_at + view.context.send.undo_window;
  const Visit* closed = permit.find_visit(last->closed_visit);
  const Visit* opened = permit.find_visit(last->opened_visit);
  if (view.context.now >= until || !closed || !opened || !opened->open() ||
      !opened->assignee.empty())
    return {};
  return html(
      "<section class=\"kartu\" aria-label=\"Batalkan tindakan\"><p>Tindakan terakhir Anda: "
      "<strong>{}"
      "</strong>. Dapat dibatalkan sampai pukul {}.</p><div class=\"sebaris\">{}</div></section>",
      action_done_words(closed->action), notify::clock_time(view.context.calendar.local(until)),
      button_form(view, closed->step, "undo", "Batalkan tindakan"));
}

}  // namespace tenggat::pages
