// The applicant's page: is it on time, who has it, must I do something?
#include <fmt/format.h>

#include <algorithm>

#include "daemon/http/api_bodies.h"
#include "daemon/http/view.h"
#include "daemon/pages/permit_view.h"
#include "daemon/pages/proof.h"
#include "daemon/pages/words.h"
#include "daemon/store/hash.h"
#include "daemon/store/letters.h"
#include "notifiers/utf8.h"
#include "notifiers/words.h"

namespace tenggat::pages {
namespace {

// What an answer is about may be anything: such a file has a kind of its own.
constexpr const char* kAnswerDocument = "lampiran_jawaban";
constexpr std::string_view kAnswer = "jawab", kUndo = "batal";
const Actor kApplicantHere{Actor::Kind::applicant, kSpeaksForApplicant, ""};

// Everything the page is made from.
struct View {
  const store::StoredPermit& stored;
  const Sop& sop;
  const Calendar& calendar;
  const std::vector<store::StoredNote>& notes;
  Instant now;
  std::string path;  // of the page itself
  FormKeys keys;
  const Context& context;
  const std::vector<Offer>& offers;  // on the permit as it is, also where it is shown as before
  const std::vector<Delegation>& letters;  // by which somebody acted for somebody else
  const http::Form& form;                  // that came; empty where the page is only looked at
  std::string_view fault;                  // why it was not done
  mutable bool answered = false;           // said beside the form it is of

  const Permit& permit() const { return stored.permit; }
  Typed typed(std::string_view mark) const { return {form, mark}; }
  bool may(Offer::What what, int visit = 0) const {
    return !offers_at(offers, visit, what).empty();
  }
};

// The start of a form; what kept it from being done stands in it.
Html head_of_form(const View& view, std::string_view mark, const std::string& step) {
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

// "Plh. Kepala Dinas" where that is who has it today, else "Kepala Dinas".
std::string holder_title(const View& view, const Visit& visit) {
  const Context& context = view.context;
  const std::vector<Recipient> holders =
      resolve_holder(visit, context.sop, context.people, context.today());
  const bool deputies =
      !holders.empty() && std::all_of(holders.begin(), holders.end(), [&](const Recipient& one) {
        return one.role == visit.role && !one.kind.empty();
      });
  return (deputies ? std::string(notify::acting_prefix(holders.front().kind)) : std::string()) +
         role_words(context.sop, visit.role);
}

const Visit* open_applicant_visit(const View& view) {
  for (const Visit& visit : view.permit().visits)
    if (visit.open() && is_applicants(visit, view.sop)) return &visit;
  return nullptr;
}

// A pause that waits for the applicant's answer.
const Pause* pause_for_applicant(const Permit& permit, const Sop& sop) {
  for (const Pause& pause : permit.pauses) {
    const PauseReason* reason = rule_of(pause, sop);
    const Visit* visit = permit.find_visit(pause.visit);
    if (!pause.to && visit && visit->open() && reason && reason->tells_applicant) return &pause;
  }
  return nullptr;
}

const Visit* most_urgent(const View& view) {
  const auto open = http::by_urgency(view.permit(), view.sop, view.calendar, view.now);
  return open.empty() ? nullptr : open.front();
}

// The version that a document came under: a kind that the office brings may be no kind of the
// version in use.
const Sop& sop_of(const Document& document, const Permit& permit, const Sop& sop) {
  const Visit* visit = permit.find_visit(document.visit);
  return visit ? sop_of(*visit, sop) : sop;
}

// What is handed to the applicant: what their steps need, and what an end of the permit brings (the
// letter of refusal). What they handed in themselves is not given out again: the link may have
// wandered, and it holds more than a name.
bool for_applicant(const Document& document, const Permit& permit, const Sop& of_permit) {
  const Sop& sop = sop_of(document, permit, of_permit);
  if (!document.counts() || !document.file || !sop.brings(document.kind)) return false;
  for (const Step& step : sop.steps) {
    if (sop.is_applicant(step.role) &&
        std::find(step.needs.begin(), step.needs.end(), document.kind) != step.needs.end())
      return true;
    for (const ActionRule& action : step.actions)
      for (const Output& output : action.outputs)
        if (action.to.empty() && output.file && output.kind == document.kind) return true;
  }
  return false;
}

// --- forms ---------------------------------------------------------------------------------------

struct Slot {
  std::string kind, name;
  bool named = false;  // by a deficiency
};

// Where files can be put: first what was found wanting, then what is there already.
std::vector<Slot> upload_slots(const View& view, const std::vector<store::StoredNote>& wanting) {
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

// What is mended is handed in again; that it lapses is nothing to press.
Html form_to_mend(const View& view, const Visit& visit,
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
  return html(
      "{}{}{}<p class=\"halus\">Berkas yang tidak Anda ganti tetap berlaku.</p>{}"
      "<label for=\"catatan\">Catatan untuk petugas <span class=\"halus\">(opsional)</span>"
      "</label><textarea id=\"catatan\" name=\"catatan\" maxlength=\"2000\">{}</textarea>"
      "<p><button class=\"utama penuh\" name=\"aksi\" value=\"{}\">Kirim perbaikan</button></p>"
      "</form>",
      head_of_form(view, action, visit.step), typed.files_are_lost(), inputs, upload_hint(),
      typed.text("catatan"), action);
}

Html form_to_answer(const View& view, const Visit& visit) {
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

Html form_of_receipt(const View& view, const Visit& visit) {
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

std::string can_be_undone(const View& view) {
  const Seconds window = view.context.send.undo_window;
  if (window.count() == 0) return "Penarikan tidak dapat dibatalkan.";
  return fmt::format("Penarikan hanya dapat dibatalkan dalam {}.", notify::duration(window));
}

Html form_to_withdraw(const View& view) {
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

// Their own last action on this page, while it can be taken back.
Html undo_card(const View& view) {
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

// --- what stands on top --------------------------------------------------------------------------

Html card(Tone tone, std::string_view word, const Html& inside) {
  return html("<section class=\"kartu {}\" aria-label=\"Keadaan permohonan\"><p>{}</p>{}</section>",
              class_of(tone), badge(tone, word), inside);
}

constexpr const char* kNothingToDo = "Anda tidak perlu melakukan apa pun sekarang.";

Html returned_card(const View& view, const Visit& visit) {
  const Visit* returning = returning_visit(view.permit(), visit, view.sop);
  std::vector<store::StoredNote> wanting;
  if (returning) wanting = store::last_notes(view.notes, returning->id, {"deficiency", "note"});
  Html list;
  for (const store::StoredNote& note : wanting)
    list += note.document.empty() ? html("<li>{}</li>", lines(note.text))
                                  : html("<li><strong>{}</strong>: {}</li>",
                                         readable(note.document, view.sop), lines(note.text));
  const Html inside = html(
      "<h2>Yang perlu diperbaiki</h2><ul>{}</ul>"
      "<p>Dikembalikan {}. Waktu layanan dihitung setelah berkas dinyatakan lengkap.</p>{}",
      list, moment_words(view.calendar, visit.opened_at), form_to_mend(view, visit, wanting));
  return card(Tone::soon, "Perlu Anda lengkapi", inside);
}

Html question_card(const View& view, const Pause& pause, const Visit& visit) {
  Html question;
  for (const store::StoredNote& note : store::last_notes(view.notes, visit.id, {"pause"}))
    question += html("<p class=\"besar\">{}</p>", lines(note.text));
  const Html inside = html(
      "<h2>Kami memerlukan keterangan Anda</h2>{}"
      "<p class=\"halus\">Ditanyakan {}. Waktu layanan berhenti sampai jawaban Anda kami "
      "terima.</p>{}",
      question, moment_words(view.calendar, pause.from), form_to_answer(view, visit));
  return card(Tone::paused, "Menunggu jawaban Anda", inside);
}

Html decree_lines(const View& view) {
  Html found;
  for (const Document& document : view.permit().documents) {
    if (!for_applicant(document, view.permit(), view.sop)) continue;
    found += html("<p class=\"besar\">{}{}</p>",
                  document_link(document, view.path + "/dokumen/", view.sop),
                  document.number.empty() ? std::string() : ", nomor " + document.number);
  }
  return found;
}

Html receipt_card(const View& view, const Visit& visit) {
  Html automatic;
  for (const ActionRule& action : view.sop.step(visit.step).actions)
    if (action.automatic_after)
      automatic =
          html("<p class=\"halus\">Tanpa tindakan Anda, penerimaan tercatat sendiri pada {}.</p>",
               moment_words(view.calendar,
                            view.calendar.deadline(visit.opened_at, *action.automatic_after).due));
  const Html inside = html(
      "<h2>Izin telah terbit</h2>{}<p>Periksa isinya, lalu konfirmasikan penerimaan atau laporkan "
      "kesalahan.</p>{}{}",
      decree_lines(view), automatic, form_of_receipt(view, visit));
  return card(Tone::ok, "Telah terbit", inside);
}

Html how_to_object(const View& view) {
  const auto until = objection_until(view.permit(), view.sop, view.calendar);
  if (!until) return {};
  return html(" Keberatan dapat diajukan {} paling lambat {}.", view.sop.objection->how,
              notify::date(view.calendar.local(*until)));
}

Html ended_card(const View& view) {
  const Permit& permit = view.permit();
  const std::string when = moment_words(view.calendar, ended_at(permit));
  switch (permit.state) {
    case PermitState::issued:
      return card(Tone::ok, "Selesai: telah terbit",
                  html("{}<p>Diterima {}. {}</p>", decree_lines(view), when, kNothingToDo));
    case PermitState::rejected:
      return card(Tone::late, "Tidak dapat dikabulkan",
                  html("{}<p>Diputuskan {}.{}</p>", decree_lines(view), when, how_to_object(view)));
    case PermitState::withdrawn:
      return card(
          Tone::neutral, "Ditarik",
          html("<p>Permohonan ini ditarik oleh pemohon {} dan tidak diproses lagi.</p>", when));
    default:
      return card(Tone::neutral, "Gugur", html("<p>Permohonan ini dinyatakan gugur {}.</p>", when));
  }
}

Html under_way_card(const View& view, const Visit& visit) {
  const Sop& sop = view.sop;
  const Step& step = sop.step(visit.step);
  const Sla sla = case_sla(view.permit(), sop, view.calendar, view.now);
  Html where = html("<p class=\"besar\"><strong>Tahap {} dari {}: {} oleh {}.</strong></p>",
                    step.number, sop.steps.size(), step.short_name, holder_title(view, visit));
  if (!sla.status) {
    where += html(
        "<p>Batas waktu ditetapkan setelah berkas dinyatakan lengkap; layanan ini paling lama "
        "{}.</p>"
        "<p class=\"halus\">{}</p>",
        budget_words(sop.case_standard), kNothingToDo);
    return card(Tone::neutral, "Menunggu verifikasi", where);
  }
  const std::int64_t total = sla.elapsed.count() + sla.remaining->count();
  const std::int64_t percent = total > 0 ? 100 * sla.elapsed.count() / total : 100;
  const Html bar = progress_bar(*sla.status == SlaStatus::overdue ? 100 : percent);
  const auto due = sla.due_at ? moment_words(view.calendar, *sla.due_at) : std::string();
  switch (*sla.status) {
    case SlaStatus::paused:
      where += html(
          "<p>Waktu layanan sedang berhenti; tanggal selesai kami beritahukan setelah berjalan "
          "kembali.</p>{}<p class=\"halus\">{}</p>",
          bar, kNothingToDo);
      return card(Tone::paused, "Dijeda", where);
    case SlaStatus::overdue:
      where += html(
          "<p>Mohon maaf, batas waktu {} telah terlewati. Hal ini sudah dilaporkan kepada "
          "pimpinan.</p>"
          "<p class=\"besar\">Perkiraan selesai: <strong>{}</strong>.</p>{}<p "
          "class=\"halus\">{}</p>",
          due,
          moment_words(view.calendar, told_estimate(view.permit(), sop, view.calendar, view.now)),
          bar, kNothingToDo);
      return card(Tone::late, "Terlambat", where);
    default:
      break;
  }
  const bool soon = *sla.status == SlaStatus::due_soon;
  where += html(
      "<p class=\"besar\">Selesai paling lambat <strong>{}</strong>.</p>{}"
      "<p class=\"halus\">Sisa waktu kerja {}, dari {} sejak berkas lengkap. {}</p>",
      due, bar, notify::working_duration(*sla.remaining, view.calendar.nominal_day()),
      budget_words(sop.case_standard), kNothingToDo);
  return card(soon ? Tone::soon : Tone::ok, soon ? "Mendekati batas waktu" : "Sesuai jadwal",
              where);
}

Html top_of(const View& view) {
  if (is_terminal(view.permit().state)) return ended_card(view);
  if (const Visit* own = open_applicant_visit(view))
    return own->returned ? returned_card(view, *own) : receipt_card(view, *own);
  if (const Pause* pause = pause_for_applicant(view.permit(), view.sop))
    return question_card(view, *pause, *view.permit().find_visit(pause->visit));
  const Visit* visit = most_urgent(view);
  return visit ? under_way_card(view, *visit) : Html();
}

// --- the way of the file -------------------------------------------------------------------------

const Visit* last_visit(const Permit& permit, const std::string& step) {
  const Visit* last = nullptr;
  for (const Visit& visit : permit.visits)
    if (visit.step == step && !visit.undone) last = &visit;
  return last;
}

// What was done at a closed visit, as far as its applicant has been told: neither what the review
// recommended nor how the draft fared on its way to the head is theirs to read from the way.
std::string done_words(const View& view, const Visit& visit) {
  const ActionRule* rule = action_of(visit, view.sop);
  const bool told = rule && (!rule->tells_applicant.empty() || is_applicants(visit, view.sop));
  return told ? action_done_words(sop_of(visit, view.sop), visit.step, visit.action)
              : std::string("selesai");
}

std::string who_has(const Sop& sop, const std::string& role) {
  return sop.is_applicant(role) ? "Anda" : role_words(sop, role);
}

// As the version called it that the file passed it under.
Html passed(const View& view, const Visit& visit) {
  const Sop& sop = sop_of(visit, view.sop);
  std::string who = who_has(sop, visit.role);
  if (!visit.closed_for.empty())
    who = stand_in_title({visit.closed_by, visit.closed_for, visit.role, *visit.closed_at},
                         view.letters, view.context);
  return html(
      "<li class=\"selesai\"><span class=\"nomor\" aria-hidden=\"true\">✓</span>"
      "<strong>{}</strong><br><span class=\"halus\">{} · {} · {}</span></li>",
      sop.step_name(visit.step), notify::short_moment(view.calendar.local(*visit.closed_at)), who,
      done_words(view, visit));
}

// Of the steps that the version in use has no longer, the last time each was passed.
std::vector<const Visit*> passed_before(const View& view) {
  std::vector<const Visit*> visits;
  for (const Visit& visit : view.permit().visits)
    if (visit.closed_at && !visit.undone && !view.sop.find_step(visit.step) &&
        last_visit(view.permit(), visit.step) == &visit)
      visits.push_back(&visit);
  return visits;
}

Html journey(const View& view) {
  const Permit& permit = view.permit();
  const Visit* current = most_urgent(view);
  const int reached = current ? view.sop.step(current->step).number : 0;
  const std::vector<const Visit*> before = passed_before(view);
  auto former = before.begin();
  // Once a file has passed steps of another version, what was never opened lies behind it too.
  int behind = reached;
  for (const Step& step : view.sop.steps)
    if (reached == 0 && last_visit(permit, step.id)) behind = step.number;
  Html items;
  for (const Step& step : view.sop.steps) {
    const Visit* visit = last_visit(permit, step.id);
    if (!visit && !before.empty() && step.number < behind) continue;
    for (; former != before.end() && (!visit || visit->id > (*former)->id); ++former)
      items += passed(view, **former);
    std::string who = who_has(view.sop, step.role);
    if (visit && visit->open() && !view.sop.is_applicant(step.role))
      who = holder_title(view, *visit);
    if (visit && visit->open()) {
      const Sla sla = visit_sla(permit, *visit, view.sop, view.calendar, view.now);
      const std::string until =
          sla.due_at ? " · " + due_words(view.calendar, *sla.due_at, view.now, "paling lambat")
                     : "";
      items += html(
          "<li class=\"kini\" aria-current=\"step\"><span "
          "class=\"nomor\">{}</span><strong>{}</strong>"
          "<br><span class=\"halus\">{} · {}{}</span></li>",
          step.number, step.short_name,
          view.sop.is_applicant(step.role) ? "Menunggu Anda" : "Sedang berjalan", who, until);
    } else if (visit && visit->closed_at && (reached == 0 || step.number < reached)) {
      items += passed(view, *visit);
    } else {
      items += html("<li><span class=\"nomor\">{}</span>{}<br><span class=\"halus\">{}</span></li>",
                    step.number, step.short_name, who);
    }
  }
  for (; former != before.end(); ++former) items += passed(view, **former);
  return html("<h2>Perjalanan berkas</h2><ol class=\"jalan\">{}</ol>", items);
}

Html documents_of(const View& view) {
  Html items;
  for (const Document& document : view.permit().documents) {
    if (!document.counts() || !document.file ||
        sop_of(document, view.permit(), view.sop).brings(document.kind))
      continue;
    items += html("<li>{} <span class=\"halus\">diterima {}</span></li>",
                  document_words(document.kind, document.name, view.sop),
                  notify::short_moment(view.calendar.local(document.added_at)));
  }
  if (items.empty()) return {};
  return html("<h2>Berkas yang Anda serahkan</h2><ul class=\"polos\">{}</ul>", items);
}

Html body_of(const View& view, const Html& said) {
  const Permit& permit = view.permit();
  const Html undo = undo_card(view);
  const Html top = top_of(view);
  const Html withdrawal = form_to_withdraw(view);
  Html notice = said;
  if (!view.answered) {
    if (!view.fault.empty()) notice = message(view.fault, true);
    notice += typed_values(view.form);
  }
  Html proof = proof_of_case(permit, view.sop, view.calendar, view.now, For::applicant);
  if (!proof.empty())
    proof = html("<details><summary>Bagaimana tanggal ini dihitung?</summary>{}</details>", proof);
  return html(
      "<p class=\"halus\">Nomor {} · {}</p><h1>{}</h1><p class=\"halus\">Pemohon: {} · diajukan "
      "{}</p>"
      "{}{}{}{}{}{}{}",
      permit.number, view.sop.title, permit.subject, view.stored.applicant.name,
      notify::short_moment(view.calendar.local(permit.submitted_at)), notice, undo, top,
      journey(view), documents_of(view), proof, withdrawal);
}

// For what was done last: an action of a step of theirs, or one of this page's own.
std::string_view thanks_for(std::string_view what, const Sop& sop) {
  if (what == kUndo) return "Tindakan telah dibatalkan.";
  if (what == kAnswer) return "Terima kasih, jawaban Anda telah kami terima.";
  if (what == kWithdrawal) return "Permohonan telah ditarik.";
  for (const Step& step : sop.steps) {
    const ActionRule* rule = sop.is_applicant(step.role) ? step.find_action(what) : nullptr;
    if (rule && rule->ends_permit()) return "Terima kasih, penerimaan telah dicatat.";
    if (rule && rule->backward) return "Laporan kesalahan telah kami terima dan sedang diperiksa.";
  }
  return "Terima kasih, berkas Anda telah kami terima.";
}

class TrackPages : public PageGroup {
 public:
  explicit TrackPages(const PageParts& parts)
      : PageGroup(parts), committer_(parts.committer), uploads_(parts.uploads) {}
  awaitable<Response> track(PageCall call);
  awaitable<Response> track_act(PageCall call);
  awaitable<Response> track_document(PageCall call);

 private:
  store::StoredPermit as_decided(store::StoredPermit stored, Instant now) const;
  awaitable<Response> track_again(const PageCall& call, std::int64_t id, Outcomes outcome);
  awaitable<bool> is_returned(std::int64_t id, std::string step);

  office::Committer& committer_;
  http::Uploads& uploads_;
};

}  // namespace

// As its applicant sees it: without a decision that can still be taken back.
store::StoredPermit TrackPages::as_decided(store::StoredPermit stored, Instant now) const {
  const Sop& sop = rulebook_.sop_version(stored.permit.sop_version);
  stored.permit = tenggat::as_decided(stored.permit, rulebook_.context(sop, now));
  return stored;
}

awaitable<Response> TrackPages::track(PageCall call) {
  auto finding = tracked_permit(call.request);
  const auto id = co_await std::move(finding);
  if (!id) co_return missed(call, not_found(call));
  const Outcomes asked{false, 200, ""};
  auto showing = track_again(call, *id, asked);
  co_return co_await std::move(showing);
}

awaitable<Response> TrackPages::track_again(const PageCall& call, std::int64_t id,
                                            Outcomes outcome) {
  pg::Pipeline more;
  const auto its_notes = store::add_notes(more, id);
  const auto its_letters = store::add_letters(more, id);
  auto asking = reader_.read({id}, std::move(more));
  const Reading reading = co_await std::move(asking);
  if (!reading.permits.contains(id)) co_return not_found(call);
  const store::StoredPermit stored = as_decided(reading.permits.at(id), reading.moment.now);
  const Sop& sop = rulebook_.sop_version(stored.permit.sop_version);
  const std::vector<store::StoredNote> notes = reading.results[its_notes];
  const std::string& secret = call.request.param("secret");
  const std::vector<Delegation> letters = reading.results[its_letters];
  const Instant now = std::max(reading.moment.now, stored.permit.changed_at);
  const Context context = rulebook_.context(sop, now);
  const std::vector<Offer> offered = offers(reading.permits.at(id).permit, kApplicantHere,
                                            rulebook_.context(sop, reading.moment.now));
  const View view{stored,
                  sop,
                  calendar_of(sop),
                  notes,
                  now,
                  "/lacak/" + secret,
                  new_form_keys(csrf_token(secret, "lacak")),
                  context,
                  offered,
                  letters,
                  call.form,
                  outcome.words};
  Html said;
  if (const auto done = call.request.query.get("sudah")) said = message(thanks_for(*done, sop));
  co_return page(outcome.status, call, "Permohonan " + stored.permit.number, body_of(view, said));
}

awaitable<bool> TrackPages::is_returned(std::int64_t id, std::string step) {
  auto reading = reader_.read({id}, {});
  const Reading found = co_await std::move(reading);
  const auto permit = found.permits.find(id);
  const Visit* visit =
      permit == found.permits.end() ? nullptr : permit->second.permit.open_visit(step);
  co_return visit && visit->returned;
}

awaitable<Response> TrackPages::track_act(PageCall call) {
  const std::string secret = call.request.param("secret");
  auto finding = tracked_permit(call.request);
  const auto id = co_await std::move(finding);
  if (!id) co_return missed(call, not_found(call));
  if (!call.look && !equal_in_constant_time(call.form.text("token"), csrf_token(secret, "lacak")))
    co_return stale_form(call);
  const std::string action = call.form.text("aksi"), step = call.form.text("langkah");
  const std::string note = call.form.text("catatan");
  Outcomes refused{false, 422, ""};
  if (call.look) {
    refused.status = 200;
    auto showing = track_again(call, *id, refused);
    co_return co_await std::move(showing);
  }
  if (notify::characters(note) > http::BodyLimits::note)
    refused.words = "Catatan terlalu panjang; paling banyak 2.000 huruf.";
  else if (action == kAnswer && note.empty() && call.form.files.empty())
    refused.words = "Tuliskan jawaban Anda atau sertakan berkasnya terlebih dahulu.";
  else if (action == kWithdrawal && call.form.text("yakin") != "ya")
    refused.words = "Beri tanda pada kotak persetujuan sebelum menarik permohonan.";
  if (refused.words.empty()) refused = upload_fault(call.form).value_or(refused);
  std::vector<NewDocument> documents = uploaded(call.form);
  if (refused.words.empty() && documents.empty() && note.empty()) {
    auto asking = is_returned(*id, step);
    if (co_await std::move(asking)) refused.words = "Belum ada berkas atau catatan yang dikirim.";
  }
  if (!refused.words.empty()) {
    auto showing = track_again(call, *id, refused);
    co_return co_await std::move(showing);
  }

  Asked asked;
  asked.permit = *id;
  asked.actor = kApplicantHere;
  asked.token = -*id;
  if (action == kUndo) {
    asked.command = Undo{};
  } else if (action == kAnswer) {
    ResumeVisit answer;
    answer.step = step;
    answer.note = note;
    answer.documents = std::move(documents);
    asked.command = std::move(answer);
  } else {
    Act act;
    act.documents = std::move(documents);
    act.step = step;
    act.action = action;
    act.note = note;
    asked.command = std::move(act);
  }
  auto submitting = submit(committer_, call, std::move(asked));
  const Outcomes outcome = co_await std::move(submitting);
  if (outcome.done) co_return see_other("/lacak/" + secret + "?sudah=" + query_encoded(action));
  auto showing = track_again(call, *id, outcome);
  co_return co_await std::move(showing);
}

awaitable<Response> TrackPages::track_document(PageCall call) {
  auto finding = tracked_permit(call.request);
  const auto id = co_await std::move(finding);
  if (!id) co_return missed(call, not_found(call));
  const auto number = http::parse_id(call.request.param("id"));
  if (!number) co_return not_found(call);
  auto reading = reader_.read({*id}, {});
  const Reading found = co_await std::move(reading);
  const auto permit = found.permits.find(*id);
  if (permit == found.permits.end()) co_return not_found(call);
  const Sop& sop = rulebook_.sop_version(permit->second.permit.sop_version);
  const store::StoredPermit stored = as_decided(permit->second, found.moment.now);
  for (const Document& document : stored.permit.documents) {
    const auto hash = http::uploaded_hash(document.uri);
    if (document.id != *number || !hash || !for_applicant(document, stored.permit, sop)) continue;
    auto sending = send_document(uploads_, call, stored.permit, document);
    co_return co_await std::move(sending);
  }
  co_return not_found(call);
}

std::vector<PageRoute> track_pages(const PageParts* parts) {
  static constexpr http::RowOf<TrackPages, PageCall> kRows[] = {
      {"GET", "/lacak/{secret}", "page_track", Who::anyone, In::none, Out::counted,
       &TrackPages::track},
      {"POST", "/lacak/{secret}", "page_track_act", Who::anyone, In::file, Out::counted,
       &TrackPages::track_act},
      {"GET", "/lacak/{secret}/dokumen/{id}", "page_track_document", Who::anyone, In::none,
       Out::file, &TrackPages::track_document},
  };
  return http::answered_by(parts, kRows);
}

}  // namespace tenggat::pages
