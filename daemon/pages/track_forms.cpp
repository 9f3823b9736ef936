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

std::string replace_words(const TrackView& view, const Slot& slot) {
  return view.say("Ganti ", "Replace ") + document_words_within(slot.kind, slot.name, view.sop);
}

std::string can_be_undone(const TrackView& view) {
  const Seconds window = view.context.send.undo_window;
  if (window.count() == 0)
    return view.say("Penarikan tidak dapat dibatalkan.", "This cannot be taken back.");
  return fmt::format(
      "{} {}.",
      view.say("Penarikan hanya dapat dibatalkan dalam", "This can be taken back only within"),
      view.speech.duration(window));
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
    inputs += upload_input(fmt::format("berkas{}", ++number), slot.kind, slot.name,
                           slot.named ? words + view.say(" (perlu diperbaiki)", " (needs mending)")
                                      : replace_words(view, slot),
                           false);
  }
  const std::string& action = (*again)->action->id;
  const Typed typed = view.typed(action);
  // Whoever has the link may mend what is personal, but not read it.
  Html fields = field_inputs({(*again)->wanted.fields, view.permit().fields, true}, "isian", typed);
  const bool personal = std::any_of((*again)->wanted.fields.begin(), (*again)->wanted.fields.end(),
                                    [](const Field* field) { return field->personal; });
  if (personal)
    fields = in_tongue(
        view.tongue(),
        "<p class=\"halus\">Data pribadi tidak ditampilkan; isi hanya bila berubah.</p>{}",
        "<p class=\"halus\">Personal data is not shown; fill in only what has changed.</p>{}",
        fields);
  return html(
      "{}{}{}{}<p class=\"halus\">{}</p>{}<label for=\"catatan\">{} "
      "<span class=\"halus\">{}</span></label>"
      "<textarea id=\"catatan\" name=\"catatan\" maxlength=\"2000\">{}</textarea>"
      "<p><button class=\"utama penuh\" name=\"aksi\" value=\"{}\">{}</button></p></form>",
      head_of_form(view, action, visit.step), fields, typed.files_are_lost(view.tongue()), inputs,
      view.say("Berkas yang tidak Anda ganti tetap berlaku.",
               "Files that you do not replace stay as they are."),
      upload_hint(view.tongue()), view.say("Catatan untuk petugas", "A note to the officer"),
      view.say("(opsional)", "(optional)"), typed.text("catatan"), action,
      view.say("Kirim perbaikan", "Send the corrections"));
}

Html form_to_answer(const TrackView& view, const Visit& visit) {
  if (!view.may(Offer::What::answer, visit.id)) return {};
  Html inputs = upload_input("berkas0", kAnswerDocument, "",
                             view.say("Lampiran jawaban", "Attachment"), false);
  int number = 0;
  for (const Slot& slot : upload_slots(view, {}))
    if (slot.kind != kAnswerDocument)
      inputs += upload_input(fmt::format("berkas{}", ++number), slot.kind, slot.name,
                             replace_words(view, slot), false);
  const Typed typed = view.typed(kAnswer);
  return html(
      "{}{}<label for=\"catatan\">{}</label>"
      "<textarea id=\"catatan\" name=\"catatan\" maxlength=\"2000\">{}</textarea>"
      "<details><summary>{}</summary>{}{}</details><p class=\"halus\">{}</p>"
      "<p><button class=\"utama penuh\" name=\"aksi\" value=\"{}\">{}</button></p></form>",
      head_of_form(view, kAnswer, visit.step), typed.files_are_lost(view.tongue()),
      view.say("Jawaban Anda", "Your answer"), typed.text("catatan"),
      view.say("Sertakan berkas", "Attach files"), inputs, upload_hint(view.tongue()),
      view.say("Setelah jawaban dikirim, waktu layanan berjalan kembali dan jawaban tidak dapat "
               "ditarik.",
               "Once it is sent, the time for our decision runs again, and the answer cannot be "
               "taken back."),
      kAnswer, view.say("Kirim jawaban", "Send the answer"));
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
        html("{}<label for=\"catatan\">{}</label>"
             "<textarea id=\"catatan\" name=\"catatan\" maxlength=\"2000\" required>{}</textarea>"
             "<p><button name=\"aksi\" value=\"{}\">{}</button></p></form>",
             head, view.say("Apa yang keliru?", "What is wrong?"), typed.text("catatan"), action.id,
             view.say("Kirim laporan", "Send the report")),
        bool(typed));
  }
  return forms;
}

Html form_to_withdraw(const TrackView& view) {
  if (!view.may(Offer::What::withdraw)) return {};
  const std::string words =
      view.speech.english() ? "Withdraw the application" : action_words(view.sop, "", kWithdrawal);
  const Html inside = html(
      "<p>{} {}</p>{}<div class=\"pilihan\">"
      "<label><input type=\"checkbox\" name=\"yakin\" value=\"ya\" required>"
      "<span>{} {}</span></label></div>"
      "<p><button class=\"bahaya\" name=\"aksi\" value=\"{}\">{}</button></p></form>",
      view.say("Permohonan yang ditarik tidak diproses lagi.",
               "A withdrawn application is not gone on with."),
      can_be_undone(view), head_of_form(view, kWithdrawal, ""),
      view.say("Ya, saya menarik permohonan", "Yes, I withdraw application"), view.permit().number,
      kWithdrawal, words);
  return folded(words, inside, bool(view.typed(kWithdrawal)));
}

Html undo_card(const TrackView& view) {
  const auto offered = offers_at(view.offers, 0, Offer::What::undo);
  if (offered.empty() || !view.permit().last_action) return {};
  const Visit* closed = view.permit().find_visit(view.permit().last_action->closed_visit);
  return html(
      "<section class=\"kartu\" aria-label=\"{}\"><p>{} <strong>{}</strong>. {} {}.</p>{}"
      "<p><button name=\"aksi\" value=\"{}\">{}</button></p></form></section>",
      view.say("Batalkan tindakan", "Take it back"),
      view.say("Tindakan terakhir Anda:", "What you did last:"),
      view.own(action_done_words(view.sop, closed ? closed->step : "",
                                 closed ? closed->action : kWithdrawal)),
      view.say("Dapat dibatalkan sampai pukul", "It can be taken back until"),
      view.speech.clock(view.calendar.local(*offered.front()->until)),
      head_of_form(view, kTakenBack, ""), kTakenBack,
      view.say("Batalkan tindakan", "Take it back"));
}

Html form_of_tongue(const TrackView& view) {
  if (view.stored.applicant.email.empty() && view.stored.applicant.whatsapp.empty()) return {};
  const bool told_in_english = view.told_in == notify::Tongue::english;
  const char* now = told_in_english ? view.say("bahasa Inggris", "English")
                                    : view.say("bahasa Indonesia", "Indonesian");
  const char* other = told_in_english
                          ? view.say("Kirim pesan dalam bahasa Indonesia", "Write in Indonesian")
                          : view.say("Kirim pesan dalam bahasa Inggris", "Write to me in English");
  return html(
      "{}<input type=\"hidden\" name=\"pesan_dalam\" value=\"{}\"><p class=\"halus\">{} {}.</p>"
      "<p><button name=\"aksi\" value=\"{}\">{}</button></p></form>",
      head_of_form(view, kTongueOfMessages, ""), told_in_english ? "id" : "en",
      view.say("Pesan kepada Anda ditulis dalam", "Messages to you are written in"), now,
      kTongueOfMessages, other);
}

}  // namespace tenggat::pages
