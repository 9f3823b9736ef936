// The applicant's page: is it on time, who has it, must I do something?
#include <fmt/format.h>

#include <algorithm>

#include "daemon/clock.h"
#include "daemon/http/api_bodies.h"
#include "daemon/http/view.h"
#include "daemon/pages/page_calls.h"
#include "daemon/pages/proof.h"
#include "daemon/pages/words.h"
#include "daemon/store/hash.h"
#include "notifiers/utf8.h"
#include "notifiers/words.h"

namespace tenggat::pages {
namespace {

// Of what comes through this page, in the audit and with its documents. No service can have a name
// with a space.
constexpr const char* kSpeaksForApplicant = "halaman lacak";
// What an answer is about may be anything: such a file has a kind of its own.
constexpr const char* kAnswerDocument = "lampiran_jawaban";

// Everything the page is made from.
struct View {
  const store::StoredPermit& stored;
  const Sop& sop;
  const Calendar& calendar;
  const std::vector<store::StoredNote>& notes;
  Instant now;
  std::string path;  // of the page itself
  FormKeys keys;

  const Permit& permit() const { return stored.permit; }
};

const Visit* open_applicant_visit(const View& view) {
  for (const Visit& visit : view.permit().visits)
    if (visit.open() && view.sop.is_applicant(visit.role)) return &visit;
  return nullptr;
}

// A pause that waits for the applicant's answer.
const Pause* pause_for_applicant(const Permit& permit, const Sop& sop) {
  for (const Pause& pause : permit.pauses) {
    const PauseReason* reason = sop.find_pause(pause.reason);
    const Visit* visit = permit.find_visit(pause.visit);
    if (!pause.to && visit && visit->open() && reason && reason->tells_applicant) return &pause;
  }
  return nullptr;
}

const Visit* most_urgent(const View& view) {
  const auto open = http::by_urgency(view.permit(), view.sop, view.calendar, view.now);
  return open.empty() ? nullptr : open.front();
}

// The visit whose rejection gave the file back.
const Visit* rejecting_visit(const Permit& permit, const Sop& sop) {
  const Visit* found = nullptr;
  for (const Visit& visit : permit.visits) {
    const ActionRule* rule =
        visit.closed_at && !visit.undone ? sop.step(visit.step).find_action(visit.action) : nullptr;
    if (rule && rule->state == PermitState::returned) found = &visit;
  }
  return found;
}

bool may_withdraw(const Permit& permit, const Sop& sop) {
  if (!sop.withdrawal || is_terminal(permit.state) || !sop.is_applicant(sop.withdrawal->role))
    return false;
  return std::none_of(permit.visits.begin(), permit.visits.end(), [&](const Visit& visit) {
    return visit.step == sop.withdrawal->until_step_opens && !visit.undone;
  });
}

bool is_output(const Sop& sop, const std::string& kind) {
  const auto brings = [&](const std::vector<Output>& outputs) {
    return std::any_of(outputs.begin(), outputs.end(),
                       [&](const Output& output) { return output.kind == kind; });
  };
  return std::any_of(sop.steps.begin(), sop.steps.end(), [&](const Step& step) {
    return brings(step.outputs) ||
           std::any_of(step.actions.begin(), step.actions.end(),
                       [&](const ActionRule& action) { return brings(action.outputs); });
  });
}

// What is handed to the applicant: what their steps need, and what an end of the permit brings (the
// letter of refusal). What they handed in themselves is not given out again: the link may have
// wandered, and it holds more than a name.
bool for_applicant(const Document& document, const Sop& sop) {
  if (!document.counts() || !document.file || !is_output(sop, document.kind)) return false;
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
    if (!note.document.empty() && !is_output(view.sop, note.document))
      add({note.document, "", true});
  for (const Document& document : view.permit().documents)
    if (document.counts() && document.file && !is_output(view.sop, document.kind))
      add({document.kind, document.name, false});
  for (const std::string& need : view.sop.steps.front().needs)
    if (std::none_of(slots.begin(), slots.end(), [&](const Slot& one) { return one.kind == need; }))
      add({need, "", false});
  return slots;
}

Html form_to_mend(const View& view, const Visit& visit,
                  const std::vector<store::StoredNote>& wanting) {
  Html inputs;
  int number = 0;
  for (const Slot& slot : upload_slots(view, wanting)) {
    const std::string words = document_words(slot.kind, slot.name);
    inputs += upload_input(fmt::format("berkas{}", ++number), slot.kind, slot.name,
                           slot.named ? words + " (perlu diperbaiki)" : "Ganti " + words, false);
  }
  return html(
      "<form method=\"post\" action=\"{}\" enctype=\"multipart/form-data\">{}"
      "<input type=\"hidden\" name=\"langkah\" value=\"{}\">{}"
      "<p class=\"halus\">Berkas yang tidak Anda ganti tetap berlaku. Ukuran seluruhnya paling "
      "besar "
      "20 MB.</p>"
      "<label for=\"catatan\">Catatan untuk petugas <span class=\"halus\">(boleh kosong)</span>"
      "</label><textarea id=\"catatan\" name=\"catatan\" maxlength=\"2000\"></textarea>"
      "<p><button class=\"utama penuh\" name=\"aksi\" value=\"{}\">Kirim perbaikan</button></p>"
      "</form>",
      view.path, hidden_fields(view.keys), visit.step, inputs,
      view.sop.step(visit.step).actions.front().id);
}

Html form_to_answer(const View& view, const Visit& visit) {
  Html inputs = upload_input("berkas0", kAnswerDocument, "", "Lampiran jawaban", false);
  int number = 0;
  for (const Slot& slot : upload_slots(view, {}))
    if (slot.kind != kAnswerDocument)
      inputs += upload_input(fmt::format("berkas{}", ++number), slot.kind, slot.name,
                             "Ganti " + document_words(slot.kind, slot.name), false);
  return html(
      "<form method=\"post\" action=\"{}\" enctype=\"multipart/form-data\">{}"
      "<input type=\"hidden\" name=\"langkah\" value=\"{}\">"
      "<label for=\"catatan\">Jawaban Anda</label>"
      "<textarea id=\"catatan\" name=\"catatan\" maxlength=\"2000\"></textarea>"
      "<details><summary>Sertakan berkas</summary>{}<p class=\"halus\">Ukuran seluruhnya paling "
      "besar 20 MB.</p></details>"
      "<p class=\"halus\">Setelah jawaban dikirim, waktu layanan berjalan kembali dan jawaban "
      "tidak "
      "dapat ditarik.</p>"
      "<p><button class=\"utama penuh\" name=\"aksi\" value=\"jawab\">Kirim jawaban</button></p>"
      "</form>",
      view.path, hidden_fields(view.keys), visit.step, inputs);
}

Html form_of_receipt(const View& view, const Visit& visit) {
  Html forms;
  for (const ActionRule& action : view.sop.step(visit.step).actions) {
    const bool asks_note = action.note != ActionRule::Note::optional;
    const Html head = html(
        "<form method=\"post\" action=\"{}\">{}<input type=\"hidden\" name=\"langkah\" "
        "value=\"{}\">",
        view.path, hidden_fields(view.keys), visit.step);
    if (!asks_note) {
      forms += html(
          "{}<p><button class=\"utama penuh\" name=\"aksi\" value=\"{}\">{}</button></p></form>",
          head, action.id, action_words(action.id));
      continue;
    }
    forms += html(
        "<details><summary>{}</summary>{}<label for=\"catatan\">Apa yang keliru?</label>"
        "<textarea id=\"catatan\" name=\"catatan\" maxlength=\"2000\" required></textarea>"
        "<p><button name=\"aksi\" value=\"{}\">Kirim laporan</button></p></form></details>",
        action_words(action.id), head, action.id);
  }
  return forms;
}

Html form_to_withdraw(const View& view) {
  return html(
      "<details><summary>Menarik permohonan</summary>"
      "<p>Permohonan yang ditarik tidak diproses lagi dan tidak dapat dibuka kembali.</p>"
      "<form method=\"post\" action=\"{}\">{}<div class=\"pilihan\">"
      "<label><input type=\"checkbox\" name=\"yakin\" value=\"ya\" required>"
      "<span>Ya, saya menarik permohonan {}</span></label></div>"
      "<p><button class=\"bahaya\" name=\"aksi\" value=\"withdraw\">Tarik permohonan</button></p>"
      "</form></details>",
      view.path, hidden_fields(view.keys), view.permit().number);
}

// --- what stands on top --------------------------------------------------------------------------

Html card(Tone tone, std::string_view word, const Html& inside) {
  return html("<section class=\"kartu {}\" aria-label=\"Keadaan permohonan\"><p>{}</p>{}</section>",
              class_of(tone), badge(tone, word), inside);
}

constexpr const char* kNothingToDo = "Anda tidak perlu melakukan apa pun sekarang.";

Html returned_card(const View& view, const Visit& visit) {
  const Visit* rejecting = rejecting_visit(view.permit(), view.sop);
  std::vector<store::StoredNote> wanting;
  if (rejecting) wanting = last_notes(view.notes, rejecting->id, {"deficiency", "note"});
  Html list;
  for (const store::StoredNote& note : wanting)
    list += note.document.empty() ? html("<li>{}</li>", lines(note.text))
                                  : html("<li><strong>{}</strong>: {}</li>",
                                         readable(note.document), lines(note.text));
  const Html inside = html(
      "<h2>Yang perlu diperbaiki</h2><ul>{}</ul>"
      "<p>Dikembalikan {}. Waktu layanan dihitung setelah berkas dinyatakan lengkap.</p>{}",
      list, moment_words(view.calendar, visit.opened_at), form_to_mend(view, visit, wanting));
  return card(Tone::soon, "Perlu Anda lengkapi", inside);
}

Html question_card(const View& view, const Pause& pause, const Visit& visit) {
  Html question;
  for (const store::StoredNote& note : last_notes(view.notes, visit.id, {"pause"}))
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
    if (!for_applicant(document, view.sop)) continue;
    found += html("<p class=\"besar\">{}{}</p>", document_link(document, view.path + "/dokumen/"),
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

Html ended_card(const View& view) {
  const Permit& permit = view.permit();
  switch (permit.state) {
    case PermitState::issued:
      return card(Tone::ok, "Selesai: telah terbit",
                  html("{}<p>Diterima {}. {}</p>", decree_lines(view),
                       moment_words(view.calendar, permit.changed_at), kNothingToDo));
    case PermitState::rejected:
      return card(Tone::late, "Tidak dapat dikabulkan",
                  html("{}<p>Diputuskan {}. Keberatan dapat diajukan secara tertulis dalam 21 hari "
                       "kerja sejak pemberitahuan.</p>",
                       decree_lines(view), moment_words(view.calendar, permit.changed_at)));
    case PermitState::withdrawn:
      return card(Tone::neutral, "Ditarik",
                  html("<p>Permohonan ini ditarik oleh pemohon {} dan tidak diproses lagi.</p>",
                       moment_words(view.calendar, permit.changed_at)));
    default:
      return card(Tone::neutral, "Gugur",
                  html("<p>Permohonan ini dinyatakan gugur {}.</p>",
                       moment_words(view.calendar, permit.changed_at)));
  }
}

Html under_way_card(const View& view, const Visit& visit) {
  const Sop& sop = view.sop;
  const Step& step = sop.step(visit.step);
  const Sla sla = case_sla(view.permit(), sop, view.calendar, view.now);
  Html where = html("<p class=\"besar\"><strong>Tahap {} dari {}: {} oleh {}.</strong></p>",
                    step.number, sop.steps.size(), step.short_name, role_words(sop, step.role));
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
          due, moment_words(view.calendar, estimate(view.permit(), sop, view.calendar, view.now)),
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

Html journey(const View& view) {
  const Permit& permit = view.permit();
  const Visit* current = most_urgent(view);
  const int reached = current ? view.sop.step(current->step).number : 0;
  Html items;
  for (const Step& step : view.sop.steps) {
    const Visit* visit = last_visit(permit, step.id);
    const std::string who =
        view.sop.is_applicant(step.role) ? "Anda" : role_words(view.sop, step.role);
    if (visit && visit->open()) {
      const Sla sla = visit_sla(permit, *visit, view.sop, view.calendar, view.now);
      const std::string until =
          sla.due_at ? " · paling lambat " + near_words(view.calendar, *sla.due_at, view.now) : "";
      items += html(
          "<li class=\"kini\" aria-current=\"step\"><span "
          "class=\"nomor\">{}</span><strong>{}</strong>"
          "<br><span class=\"halus\">{} · {}{}</span></li>",
          step.number, step.short_name,
          view.sop.is_applicant(step.role) ? "Menunggu Anda" : "Sedang berjalan", who, until);
    } else if (visit && visit->closed_at && (reached == 0 || step.number < reached)) {
      items += html(
          "<li class=\"selesai\"><span class=\"nomor\" "
          "aria-hidden=\"true\">✓</span><strong>{}</strong>"
          "<br><span class=\"halus\">{} · {} · {}</span></li>",
          step.short_name, notify::short_moment(view.calendar.local(*visit->closed_at)), who,
          action_done_words(visit->action));
    } else {
      items += html("<li><span class=\"nomor\">{}</span>{}<br><span class=\"halus\">{}</span></li>",
                    step.number, step.short_name, who);
    }
  }
  return html("<h2>Perjalanan berkas</h2><ol class=\"jalan\">{}</ol>", items);
}

Html documents_of(const View& view) {
  Html items;
  for (const Document& document : view.permit().documents) {
    if (!document.counts() || !document.file || is_output(view.sop, document.kind)) continue;
    items += html("<li>{} <span class=\"halus\">diterima {}</span></li>",
                  document_words(document.kind, document.name),
                  notify::short_moment(view.calendar.local(document.added_at)));
  }
  if (items.empty()) return {};
  return html("<h2>Berkas yang Anda serahkan</h2><ul class=\"polos\">{}</ul>", items);
}

Html body_of(const View& view, const Html& notice) {
  const Permit& permit = view.permit();
  Html proof = proof_of_case(permit, view.sop, view.calendar, view.now, For::applicant);
  if (!proof.empty())
    proof = html("<details><summary>Bagaimana tanggal ini dihitung?</summary>{}</details>", proof);
  return html(
      "<p class=\"halus\">Nomor {} · {}</p><h1>{}</h1><p class=\"halus\">Pemohon: {} · diajukan "
      "{}</p>"
      "{}{}{}{}{}{}",
      permit.number, view.sop.title, permit.subject, view.stored.applicant.name,
      notify::short_moment(view.calendar.local(permit.submitted_at)), notice, top_of(view),
      journey(view), documents_of(view), proof,
      may_withdraw(permit, view.sop) ? form_to_withdraw(view) : Html());
}

bool is_tracking_secret(std::string_view text) {
  return text.size() == 32 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::string_view done_words(std::string_view what) {
  if (what == "jawab") return "Terima kasih, jawaban Anda telah kami terima.";
  if (what == "withdraw") return "Permohonan telah ditarik.";
  if (what == "receive") return "Terima kasih, penerimaan telah dicatat.";
  if (what == "report_error") return "Laporan kesalahan telah kami terima dan sedang diperiksa.";
  return "Terima kasih, berkas Anda telah kami terima.";
}

}  // namespace

// The request stands in the calling coroutine.
awaitable<std::optional<std::int64_t>> Pages::tracked_permit(const Request& request) {
  const std::string& secret = request.param("secret");
  if (!is_tracking_secret(secret)) co_return std::nullopt;
  pg::Pipeline looking;
  store::add_find_by_tracking(looking, secret);
  auto reading = reader_.read({}, std::move(looking));
  const Reading found = co_await std::move(reading);
  const std::vector<std::int64_t> ids = store::ids_of(found.results.at(found.first));
  if (ids.empty()) co_return std::nullopt;
  request.trace->actor = "applicant";
  request.trace->note_permit(ids.front());
  co_return ids.front();
}

Response Pages::track_page(const PageCall& call, const Reading& reading, std::int64_t id,
                           int status, std::string_view fault) const {
  const store::StoredPermit& stored = reading.permits.at(id);
  const Sop& sop = parts_.rulebook.sop_version(stored.permit.sop_version);
  const std::vector<store::StoredNote> notes = store::notes_of(reading.results.at(reading.first));
  const std::string& secret = call.request.param("secret");
  const View view{stored,
                  sop,
                  calendar_of(sop),
                  notes,
                  std::max(reading.moment.now, stored.permit.changed_at),
                  "/lacak/" + secret,
                  new_form_keys(csrf_token(secret, "lacak"))};
  Html notice;
  if (!fault.empty())
    notice = message(fault, true);
  else if (const auto done = call.request.query.get("sudah"))
    notice = message(done_words(*done));
  return page(status, call, "Permohonan " + stored.permit.number, body_of(view, notice));
}

awaitable<Response> Pages::track(PageCall call) {
  const std::string& address = call.request.remote_address;
  if (misses_.wait(address, Clock::monotonic()).count() > 0)
    co_return refusal_page(429, call, "Terlalu banyak percobaan",
                           "Terlalu banyak alamat yang tidak dikenal. Silakan coba lagi nanti.");
  auto finding = tracked_permit(call.request);
  const auto id = co_await std::move(finding);
  if (!id) {
    misses_.ask(address, Clock::monotonic());
    co_return not_found(call);
  }
  pg::Pipeline more;
  store::add_notes(more, *id);
  auto reading = reader_.read({*id}, std::move(more));
  const Reading found = co_await std::move(reading);
  if (!found.permits.contains(*id)) co_return not_found(call);
  co_return track_page(call, found, *id, 200, "");
}

awaitable<Response> Pages::track_again(const PageCall& call, std::int64_t id, Outcomes outcome) {
  pg::Pipeline more;
  store::add_notes(more, id);
  auto reading = reader_.read({id}, std::move(more));
  const Reading found = co_await std::move(reading);
  if (!found.permits.contains(id)) co_return not_found(call);
  co_return track_page(call, found, id, outcome.status, outcome.words);
}

awaitable<Response> Pages::track_act(PageCall call) {
  const std::string secret = call.request.param("secret");
  auto finding = tracked_permit(call.request);
  const auto id = co_await std::move(finding);
  if (!id) {
    misses_.ask(call.request.remote_address, Clock::monotonic());
    co_return not_found(call);
  }
  if (!equal_in_constant_time(call.form.text("token"), csrf_token(secret, "lacak")))
    co_return stale_form(call);
  const std::string action = call.form.text("aksi"), step = call.form.text("langkah");
  const std::string note = call.form.text("catatan");
  Outcomes refused{false, 422, ""};
  if (notify::characters(note) > http::BodyLimits::note)
    refused.words = "Catatan terlalu panjang; paling banyak 2.000 huruf.";
  else if (action == "jawab" && note.empty() && call.form.files.empty())
    refused.words = "Tuliskan jawaban Anda atau sertakan berkasnya terlebih dahulu.";
  else if (action == "withdraw" && call.form.text("yakin") != "ya")
    refused.words = "Beri tanda pada kotak persetujuan sebelum menarik permohonan.";
  if (!refused.words.empty()) {
    auto showing = track_again(call, *id, refused);
    co_return co_await std::move(showing);
  }

  Asked asked;
  asked.permit = *id;
  asked.actor = {Actor::Kind::applicant, kSpeaksForApplicant, ""};
  asked.token = -*id;
  auto storing = store_uploads(call, kSpeaksForApplicant);
  std::vector<NewDocument> documents = co_await std::move(storing);
  if (action == "jawab") {
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
    if (act.action == "submit" && act.documents.empty() && note.empty()) {
      refused.words = "Belum ada berkas atau catatan yang dikirim.";
      auto showing = track_again(call, *id, refused);
      co_return co_await std::move(showing);
    }
    asked.command = std::move(act);
  }
  auto submitting = submit(call, std::move(asked));
  const Outcomes outcome = co_await std::move(submitting);
  if (outcome.done) co_return see_other("/lacak/" + secret + "?sudah=" + query_encoded(action));
  auto showing = track_again(call, *id, outcome);
  co_return co_await std::move(showing);
}

awaitable<Response> Pages::track_document(PageCall call) {
  auto finding = tracked_permit(call.request);
  const auto id = co_await std::move(finding);
  const auto number = http::parse_id(call.request.param("id"));
  if (!id || !number) co_return not_found(call);
  auto reading = reader_.read({*id}, {});
  const Reading found = co_await std::move(reading);
  const auto permit = found.permits.find(*id);
  if (permit == found.permits.end()) co_return not_found(call);
  const Sop& sop = parts_.rulebook.sop_version(permit->second.permit.sop_version);
  for (const Document& document : permit->second.permit.documents) {
    const auto hash = http::uploaded_hash(document.uri);
    if (document.id != *number || !hash || !for_applicant(document, sop)) continue;
    auto sending = send_document(call, *hash, document.kind);
    co_return co_await std::move(sending);
  }
  co_return not_found(call);
}

}  // namespace tenggat::pages
