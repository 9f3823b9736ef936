// What an applicant may do about their permit, as forms of its page.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/pages/field_inputs.h"
#include "daemon/pages/track_view.h"
#include "daemon/pages/words.h"
#include "notifiers/words.h"

namespace tenggat::pages {
namespace {

// What an answer is about may be anything: such a file has a kind of its own.
constexpr const char* kAnswerDocument = "lampiran_jawaban";

// The start of a form; what kept it from being done stands in it.
Html head_of_form(const TrackView& view, std::string_view mark, const std::string& step) {
  Html fault;
  if (view.typed(mark)) {
    view.answered = true;
    if (!view.fault.empty()) fault = message(view.fault, true);
  }
  return html(
      "<form method=\"post\" action=\"{}\" enctype=\"multipart/form-data\">{}{}"
      "<input type=\"hidden\" name=\"langkah\" value=\"{}\">{}",
      view.path, hidden_fields(view.keys), form_mark(mark), step, fault);
}

struct Slot {
  std::string kind, name;
  bool named = false;  // by a deficiency
};

// Where files can be put: first what was found wanting, then what is there already.
std::vector<Slot> upload_slots(const TrackView& view,
                               const std::vector<store::StoredNote>& wanting) {
  std::vector<Slot> slots;
  const auto add = [&slots](Slot slot) {
    for (const Slot& one : slots)
      if (one.kind == slot.kind && one.name == slot.name) return;
    slots.push_back(std::move(slot));
  };
  for (const store::StoredNote& note : wanting)
    if (!note.document.empty() && !view.sop.brings(note.document)) add({note.document, "", true});
  for (const Document& document : view.permit().documents)
    if (document.counts() && document.file &&
        !sop_of(document, view.permit(), view.sop).brings(document.kind))
      add({document.kind, document.name, false});
  for (const std::string& need : view.sop.steps.front().needs)
    if (std::none_of(slots.begin(), slots.end(), [&](const Slot& one) { return one.kind == need; }))
      add({need, "", false});
  return slots;
}

std::string can_be_undone(const TrackView& view) {
  const Seconds window = view.context.send.undo_window;
  if (window.count() == 0) return "Penarikan tidak dapat dibatalkan.";
  return fmt::format("Penarikan hanya dapat dibatalkan dalam {}.", notify::duration(window));
}

}  // namespace

// What is mended is handed in again; that it lapses is nothing to press.
Html form_to_mend(const TrackView& view, const Visit& visit,
                  const std::vector<store::StoredNote>& wanting) {
  const auto offered = offers_at(view.offers, visit.id, Offer::What::act);
  const auto again = std::find_if(offered.begin(), offered.end(), [](const Offer* offer) {
    return !offer->action->automatic_after;
  });
  if (again == offered.end()) return {};
  Html inputs;
  int number = 0;
  for (const Slot& slot : upload_slots(view, wanting)) {
    const std::string words = document_words(slot.kind, slot.name, view.sop);
    inputs +=
        upload_input(fmt::format("berkas{}", ++number), slot.kind, slot.name,
                     slot.named ? words + " (perlu diperbaiki)"
                                : "Ganti " + document_words_within(slot.kind, slot.name, view.sop),
                     false);
  }
  const std::string& action = (*again)->action->id;
  const Typed typed = view.typed(action);
  // Whoever has the link may mend what is personal, but not read it.
  Html fields = field_inputs({(*again)->wanted.fields, view.permit().fields, true}, "isian", typed);
  const bool personal = std::any_of((*again)->wanted.fields.begin(), (*again)->wanted.fields.end(),
                                    [](const Field* field) { return field->personal; });
  if (personal)
    fields = html(
        "<p class=\"halus\">Data pribadi tidak ditampilkan; isi hanya bila berubah.</p>{}", fields);
  return html(
      "{}{}{}{}<p class=\"halus\">Berkas yang tidak Anda ganti tetap berlaku.</p>{}"
      "<label for=\"catatan\">Catatan untuk petugas <span class=\"halus\">(opsional)</span>"
      "</label><textarea id=\"catatan\" name=\"catatan\" maxlength=\"2000\">{}</textarea>"
      "<p><button class=\"utama penuh\" name=\"aksi\" value=\"{}\">Kirim perbaikan</button></p>"
      "</form>",
      head_of_form(view, action, visit.step), fields, typed.files_are_lost(), inputs, upload_hint(),
      typed.text("catatan"), action);
}

Html form_to_answer(const TrackView& view, const Visit& visit) {
  if (!view.may(Offer::What::answer, visit.id)) return {};
  Html inputs = upload_input("berkas0", kAnswerDocument, "", "Lampiran jawaban", false);
  int number = 0;
  for (const Slot& slot : upload_slots(view, {}))
    if (slot.kind != kAnswerDocument)
      inputs +=
          upload_input(fmt::format("berkas{}", ++number), slot.kind, slot.name,
                       "Ganti " + document_words_within(slot.kind, slot.name, view.sop), false);
  const Typed typed = view.typed(kAnswer);
  return html(
      "{}{}<label for=\"catatan\">Jawaban Anda</label>"
      "<textarea id=\"catatan\" name=\"catatan\" maxlength=\"2000\">{}</textarea>"
      "<details><summary>Sertakan berkas</summary>{}{}</details>"
      "<p class=\"halus\">Setelah jawaban dikirim, waktu layanan berjalan kembali dan jawaban "
      "tidak "
      "dapat ditarik.</p>"
      "<p><button class=\"utama penuh\" name=\"aksi\" value=\"{}\">Kirim jawaban</button></p>"
      "</form>",
      head_of_form(view, kAnswer, visit.step), typed.files_are_lost(), typed.text("catatan"),
      inputs, upload_hint(), kAnswer);
}

Html form_of_receipt(const TrackView& view, const Visit& visit) {
  Html forms;
  for (const Offer* offer : offers_at(view.offers, visit.id, Offer::What::act)) {
    const ActionRule& action = *offer->action;
    const std::string words = action_words(view.sop, visit.step, action.id);
    const bool asks_note = offer->wanted.note != ActionRule::Note::optional;
    const Typed typed = view.typed(action.id);
    const Html head = head_of_form(view, action.id, visit.step);
    if (!asks_note) {
      forms += html(
          "{}<p><button class=\"utama penuh\" name=\"aksi\" value=\"{}\">{}</button></p></form>",
          head, action.id, words);
      continue;
    }
    forms += folded(
        words,
        html("{}<label for=\"catatan\">Apa yang keliru?</label>"
             "<textarea id=\"catatan\" name=\"catatan\" maxlength=\"2000\" required>{}</textarea>"
             "<p><button name=\"aksi\" value=\"{}\">Kirim laporan</button></p></form>",
             head, typed.text("catatan"), action.id),
        bool(typed));
  }
  return forms;
}

Html form_to_withdraw(const TrackView& view) {
  if (!view.may(Offer::What::withdraw)) return {};
  const std::string words = action_words(view.sop, "", kWithdrawal);
  const Html inside = html(
      "<p>Permohonan yang ditarik tidak diproses lagi. {}</p>"
      "{}<div class=\"pilihan\">"
      "<label><input type=\"checkbox\" name=\"yakin\" value=\"ya\" required>"
      "<span>Ya, saya menarik permohonan {}</span></label></div>"
      "<p><button class=\"bahaya\" name=\"aksi\" value=\"{}\">{}</button></p></form>",
      can_be_undone(view), head_of_form(view, kWithdrawal, ""), view.permit().number, kWithdrawal,
      words);
  return folded(words, inside, bool(view.typed(kWithdrawal)));
}

Html undo_card(const TrackView& view) {
  const auto offered = offers_at(view.offers, 0, Offer::What::undo);
  if (offered.empty() || !view.permit().last_action) return {};
  const Visit* closed = view.permit().find_visit(view.permit().last_action->closed_visit);
  return html(
      "<section class=\"kartu\" aria-label=\"Batalkan tindakan\"><p>Tindakan terakhir Anda: "
      "<strong>{}</strong>. Dapat dibatalkan sampai pukul {}.</p>{}"
      "<p><button name=\"aksi\" value=\"{}\">Batalkan tindakan</button></p></form></section>",
      action_done_words(view.sop, closed ? closed->step : "",
                        closed ? closed->action : kWithdrawal),
      notify::clock_time(view.calendar.local(*offered.front()->until)),
      head_of_form(view, kUndo, ""), kUndo);
}

Html how_to_object(const Permit& permit, const Sop& sop, const Sop& service, const LocalTime& until,
                   const std::string& back) {
  Html needed;
  for (const std::string& kind : service.steps.front().needs)
    needed += html("<li>{}</li>", document_name(kind, service));
  for (const Field& field : service.fields)
    if (field.required) needed += html("<li>{}</li>", field.label);
  return html(
      "<p class=\"halus\"><a href=\"{}\">Permohonan {}</a></p><h1>Ajukan keberatan</h1>"
      "<div class=\"kartu\"><p class=\"besar\">Keberatan atas penolakan ini dapat diajukan {} "
      "paling "
      "lambat <strong>{}</strong>.</p><p>Layanan: {}. Sebutkan nomor permohonan {}.</p></div>"
      "<h2>Yang perlu disiapkan</h2><ul>{}</ul>",
      back, permit.number, sop.objection->how, notify::date(until), service.title, permit.number,
      needed);
}

}  // namespace tenggat::pages
