// One permit as an officer sees it: what they may do now on top, then documents, clock and history.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>

#include "daemon/http/api_bodies.h"
#include "daemon/http/view.h"
#include "daemon/pages/page_calls.h"
#include "daemon/pages/proof.h"
#include "daemon/pages/words.h"
#include "notifiers/utf8.h"
#include "notifiers/words.h"

namespace tenggat::pages {
namespace {

constexpr std::size_t kEventsShown = 60;
constexpr int kDeficiencyRows = 3;

// What is wrong most often, ready to be ticked.
constexpr std::array kReasonsToApplicant = {
    "Dokumen belum lengkap", "Dokumen tidak terbaca atau terpotong",
    "Belum ditandatangani atau distempel", "Data tidak sesuai dengan dokumen pendukung",
    "Masa berlaku dokumen telah habis"};
constexpr std::array kReasonsWithin = {"Penulisan nama atau alamat keliru",
                                       "Nomor atau dasar hukum keliru", "Lampiran belum lengkap",
                                       "Isi tidak sesuai dengan rekomendasi"};

// Everything the page is made from.
struct View {
  const store::StoredPermit& stored;
  const Context& context;  // of the permit's SOP, at `now`
  const std::vector<store::StoredEvent>& events;
  const std::vector<store::StoredNote>& notes;
  const SignedIn& who;

  const Permit& permit() const { return stored.permit; }
  std::string path() const { return "/permohonan/" + stored.permit.number; }
  FormKeys keys() const { return new_form_keys(who.visitor.csrf); }
};

std::string officer_words(const std::string& id, const People& people) {
  const Officer* officer = people.find(id);
  return officer ? officer->name : id;
}

// "officer:siti", "applicant", "system" of an event.
std::string actor_words(const std::string& actor, const People& people) {
  constexpr std::string_view kOfficer = "officer:";
  if (actor.starts_with(kOfficer)) return officer_words(actor.substr(kOfficer.size()), people);
  return actor == "applicant" ? "Pemohon" : "Sistem";
}

// --- forms ---------------------------------------------------------------------------------------

Html head_of_form(const View& view, const std::string& step) {
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

Html deficiency_rows(const View& view, const std::string& id) {
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
        "<label for=\"{}\">Catatan <span class=\"halus\">(boleh kosong)</span></label>"
        "<textarea id=\"{}\" name=\"catatan\" maxlength=\"2000\"></textarea>",
        id, id);
  return html(
      "<label for=\"{}\">Penjelasan</label>"
      "<textarea id=\"{}\" name=\"catatan\" maxlength=\"2000\"></textarea>",
      id, id);
}

Html action_form(const View& view, const Visit& visit, const ActionRule& action, bool main) {
  const std::string id = visit.step + "-" + action.id;
  Html inside = head_of_form(view, visit.step);
  for (const Output& output : action.outputs) {
    if (!output.file || action.backward) continue;
    inside += upload_input(id + "-" + output.kind, output.kind, "", readable(output.kind), true);
    if (output.numbered)
      inside += html(
          "<label for=\"{}-nomor\">Nomor {}</label><input type=\"text\" id=\"{}-nomor\" "
          "name=\"nomor.{}\" required maxlength=\"100\">",
          id, readable(output.kind), id, output.kind);
  }
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

Html pause_form(const View& view, const Visit& visit) {
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

Html button_form(const View& view, const std::string& step, const char* action, const char* words,
                 bool main = false) {
  return html("{}<button class=\"{}\" name=\"aksi\" value=\"{}\">{}</button></form>",
              head_of_form(view, step), main ? "utama" : "", action, words);
}

// Forms for what this officer may do on the visit today.
Html visit_actions(const View& view, const Visit& visit) {
  const Sop& sop = view.context.sop;
  if (sop.is_applicant(visit.role)) return html("<p>Berkas sedang pada pemohon.</p>");
  const auto duty =
      duty_for(view.who.officer.id, visit, sop, view.context.people, view.context.today());
  if (!duty)
    return html("<p class=\"halus\">Tahap ini dikerjakan oleh {}.</p>",
                role_words(sop, visit.role));
  if (view.permit().open_pause(visit.id))
    return html("<div class=\"sebaris\">{}</div>",
                button_form(view, visit.step, "resume", "Lanjutkan waktu", true));
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
  return html("{}{}", forms, pause_form(view, visit));
}

Html undo_card(const View& view) {
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

// --- what is known -------------------------------------------------------------------------------

Html visit_card(const View& view, const Visit& visit) {
  const Sop& sop = view.context.sop;
  const Calendar& calendar = view.context.calendar;
  const Step& step = sop.step(visit.step);
  const Sla sla = visit_sla(view.permit(), visit, sop, calendar, view.context.now);
  const Standing standing = standing_of(sla, calendar);
  Html facts;
  if (sla.due_at) facts += html("<dt>Waktu tahap</dt><dd>{}</dd>", until_words(sla, calendar));
  facts +=
      html("<dt>Standar</dt><dd>{}</dd><dt>Petugas</dt><dd>{}</dd>", budget_words(step.standard),
           visit.assignee.empty() ? role_words(sop, visit.role) + " (belum diambil)"
                                  : officer_words(visit.assignee, view.context.people));
  if (const Pause* pause = view.permit().open_pause(visit.id)) {
    const PauseReason* reason = sop.find_pause(pause->reason);
    Html said;
    for (const store::StoredNote& note : last_notes(view.notes, visit.id, {"pause"}))
      said += html("<br>{}", lines(note.text));
    facts += html("<dt>Dijeda</dt><dd>{}, sejak {}{}</dd>", reason ? reason->name : pause->reason,
                  near_words(calendar, pause->from, view.context.now), said);
  }
  return html(
      "<section class=\"kartu {}\" aria-label=\"Tahap yang berjalan\"><p>{}</p>"
      "<h2>{}. {}</h2><dl class=\"fakta\">{}</dl>{}</section>",
      class_of(standing.tone), badge(standing.tone, standing.words), step.number, step.short_name,
      facts, visit_actions(view, visit));
}

Html facts_of(const View& view) {
  const Permit& permit = view.permit();
  const Calendar& calendar = view.context.calendar;
  const auto& applicant = view.stored.applicant;
  const Sla service = case_sla(permit, view.context.sop, calendar, view.context.now);
  const Standing standing = standing_of(service, calendar);
  Html facts = html("<dt>Pemohon</dt><dd>{}</dd>", applicant.name);
  if (!applicant.whatsapp.empty())
    facts += html("<dt>WhatsApp</dt><dd>{}</dd>", applicant.whatsapp);
  if (!applicant.email.empty()) facts += html("<dt>Email</dt><dd>{}</dd>", applicant.email);
  facts += html("<dt>Diajukan</dt><dd>{}</dd>", moment_words(calendar, permit.submitted_at));
  facts += html("<dt>Waktu layanan</dt><dd>{}{}</dd>",
                service.status ? badge(standing.tone, standing.words)
                               : html("belum berjalan: berkas belum dinyatakan lengkap"),
                service.due_at && !is_terminal(permit.state)
                    ? html(" {} {}", *service.status == SlaStatus::overdue ? "sejak" : "sampai",
                           notify::plain_moment(calendar.local(*service.due_at)))
                    : Html());
  if (const auto ledger = legal_ledger(permit, view.context.sop); ledger && !ledger->closed)
    if (const auto due = Replay(*ledger, calendar).due())
      facts += html("<dt>Batas menurut hukum</dt><dd>{} <span class=\"halus\">({})</span></dd>",
                    moment_words(calendar, *due), view.context.sop.legal.basis);
  return html(
      "<h2>Permohonan</h2><div class=\"kartu\"><dl class=\"fakta\">{}</dl>"
      "<p><a href=\"{}/pemohon\">Perbaiki kontak atau kirim ulang tautan lacak</a></p></div>",
      facts, view.path());
}

Html documents_of(const View& view) {
  Html current, former;
  for (const Document& document : view.permit().documents) {
    if (!document.file) continue;
    Html item = html("<li>{}{}<br><span class=\"halus\">{} · {}</span></li>",
                     document_link(document, view.path() + "/dokumen/"),
                     document.number.empty() ? std::string() : ", nomor " + document.number,
                     near_words(view.context.calendar, document.added_at, view.context.now),
                     officer_words(document.added_by, view.context.people));
    (document.counts() ? current : former) += item;
  }
  Html all = html("<h2>Dokumen</h2><div class=\"kartu\"><ul class=\"polos\">{}</ul></div>",
                  current.empty() ? html("<li>Belum ada dokumen.</li>") : current);
  if (!former.empty())
    all += html(
        "<details><summary>Dokumen yang sudah diganti</summary><ul "
        "class=\"polos\">{}</ul></details>",
        former);
  return all;
}

Html proofs_of(const View& view) {
  const Permit& permit = view.permit();
  const Sop& sop = view.context.sop;
  Html all;
  const Html whole =
      proof_of_case(permit, sop, view.context.calendar, view.context.now, For::officer);
  if (!whole.empty())
    all += html("<details><summary>Perhitungan waktu layanan</summary>{}</details>", whole);
  for (const Visit& visit : permit.visits) {
    if (!visit.open()) continue;
    const Html one = proof_of_visit(permit, visit, sop, view.context.calendar, view.context.now);
    if (!one.empty())
      all += html("<details><summary>Perhitungan waktu tahap {}</summary>{}</details>",
                  sop.step(visit.step).short_name, one);
  }
  return all;
}

std::string field_of(const store::StoredEvent& event, std::string_view name) {
  boost::json::error_code error;
  const boost::json::value fields = boost::json::parse(event.fields_json, error);
  if (error || !fields.is_object()) return {};
  const boost::json::value* value = fields.as_object().if_contains(name);
  return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

// "start", "50%", "due", "+1d" of a ladder.
std::string rung_words(const std::string& rung) {
  if (rung == "start") return "petugas diberi tahu";
  if (rung == "due") return "batas waktu tiba, diberitahukan";
  if (rung.starts_with('+')) return "keterlambatan dilaporkan kepada atasan";
  return "pengingat pada " + rung + " waktu";
}

std::string event_words(const View& view, const store::StoredEvent& stored) {
  const std::string& type = stored.event.type;
  const Visit* visit = view.permit().find_visit(stored.event.visit);
  const std::string step =
      (visit ? view.context.sop.step(visit->step).short_name : std::string("Layanan")) + ": ";
  const auto pause_name = [&] {
    const std::string id = field_of(stored, "pause");
    const PauseReason* reason = view.context.sop.find_pause(id);
    return reason ? reason->name : readable(id);
  };
  if (type == "submitted") return "Permohonan diajukan";
  if (type == "acted") return step + action_done_words(field_of(stored, "action"));
  if (type == "undone")
    return step + "tindakan dibatalkan (" + action_done_words(field_of(stored, "action")) + ")";
  if (type == "claimed") return step + "tugas diambil";
  if (type == "released") return step + "tugas dilepas";
  if (type == "paused") return step + "waktu dijeda (" + pause_name() + ")";
  if (type == "resumed") return step + "waktu berjalan kembali";
  if (type == "rung_raised") return step + rung_words(field_of(stored, "rung"));
  if (type == "deadline_missed") return step + "batas waktu terlewati";
  if (type == "reminder_raised")
    return step + (field_of(stored, "rung") == "kendala" ? "petugas ditanyai lagi soal kendalanya"
                                                         : "pemohon diingatkan");
  if (type == "assigned")
    return step + "tugas diberikan kepada " +
           officer_words(field_of(stored, "officer"), view.context.people);
  if (type == "escalated") return step + "arahan atasan diminta";
  if (type == "acknowledged") {
    const Obstacle* obstacle = view.context.sop.find_obstacle(field_of(stored, "obstacle"));
    return step + "kendala dicatat (" +
           (obstacle ? obstacle->name : readable(field_of(stored, "obstacle"))) + ")";
  }
  if (type == "contact_corrected") return "Kontak pemohon diperbaiki";
  if (type == "link_sent") return "Tautan lacak dikirim ulang kepada pemohon";
  if (type == "calendar_applied") return "Kalender kerja berubah: " + field_of(stored, "decree");
  return readable(type);
}

Html history_of(const View& view) {
  Html items;
  std::size_t shown = 0;
  for (auto stored = view.events.rbegin(); stored != view.events.rend(); ++stored) {
    if (++shown > kEventsShown) break;
    Html said;
    for (const store::StoredNote& note : view.notes)
      if (note.event == stored->event.sequence)
        said += html("<br>{}{}", note.document.empty() ? "" : readable(note.document) + ": ",
                     lines(note.text));
    const std::string for_whom =
        stored->event.acting_for.empty()
            ? ""
            : " untuk " + officer_words(stored->event.acting_for, view.context.people);
    items +=
        html("<li>{}{}<br><span class=\"halus\">{} · {}{}</span></li>", event_words(view, *stored),
             said, notify::short_moment(view.context.calendar.local(stored->event.at)),
             actor_words(stored->event.actor, view.context.people), for_whom);
  }
  return html("<h2>Riwayat</h2><div class=\"kartu\"><ul class=\"polos\">{}</ul></div>", items);
}

Html body_of(const View& view, const Html& notice) {
  const Permit& permit = view.permit();
  Html cards;
  for (const Visit* visit :
       http::by_urgency(permit, view.context.sop, view.context.calendar, view.context.now))
    cards += visit_card(view, *visit);
  if (cards.empty())
    cards = html("<div class=\"kartu\"><p>{}</p></div>",
                 badge(Tone::neutral, state_words(permit.state)));
  return html("<p class=\"halus\">Nomor {} · {} · {}</p><h1>{}</h1>{}{}{}{}{}{}{}", permit.number,
              view.context.sop.title, state_words(permit.state), permit.subject, notice,
              undo_card(view), cards, facts_of(view), documents_of(view), proofs_of(view),
              history_of(view));
}

// A document as a person names it, as the kind that rules know: "Denah ruang" → "denah_ruang".
std::string kind_of(std::string_view words) {
  std::string kind;
  for (const char c : words) {
    if (c >= 'A' && c <= 'Z')
      kind += static_cast<char>(c - 'A' + 'a');
    else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
      kind += c;
    else if (!kind.empty() && kind.back() != '_')
      kind += '_';
  }
  while (kind.ends_with('_')) kind.pop_back();
  return kind.substr(0, http::BodyLimits::word);
}

// What was ticked and what was written, as one text.
std::string note_of(const http::Form& form) {
  std::string note;
  for (const std::string& reason : form.texts("alasan"))
    note += (note.empty() ? "" : "; ") + reason;
  const std::string written = form.text("catatan");
  if (!written.empty()) note += (note.empty() ? "" : "; ") + written;
  return note;
}

std::vector<Deficiency> deficiencies_of(const http::Form& form) {
  const std::vector<std::string> documents = form.texts("dokumen"),
                                 wanting = form.texts("kekurangan");
  std::vector<Deficiency> found;
  for (std::size_t i = 0; i < std::min(documents.size(), wanting.size()); ++i) {
    const std::string kind = kind_of(documents[i]);
    const std::string text = notify::one_line(wanting[i]);
    if (kind.empty() && text.empty()) continue;
    found.push_back({kind, text.empty() ? "perlu diperbaiki" : text});
  }
  return found;
}

}  // namespace

awaitable<Response> Pages::permit_page(const PageCall& call, std::int64_t id, int status,
                                       std::string fault) {
  pg::Pipeline more;
  store::add_events(more, id);
  store::add_notes(more, id);
  auto reading = reader_.read({id}, std::move(more));
  const Reading found = co_await std::move(reading);
  const auto permit = found.permits.find(id);
  if (permit == found.permits.end()) co_return not_found(call);
  const store::StoredPermit& stored = permit->second;
  const Sop& sop = parts_.rulebook.sop_version(stored.permit.sop_version);
  const Context context =
      parts_.rulebook.context(sop, std::max(found.moment.now, stored.permit.changed_at));
  const auto events = store::events_of(found.results.at(found.first));
  const auto notes = store::notes_of(found.results.at(found.first + 1));
  Html notice;
  if (!fault.empty())
    notice = message(fault, true);
  else if (call.request.query.get("sudah"))
    notice = message("Tersimpan.");
  const View view{stored, context, events, notes, *call.who};
  co_return page(status, call, "Permohonan " + stored.permit.number, body_of(view, notice));
}

awaitable<Response> Pages::permit(PageCall call) {
  auto finding = reader_.id_of(call.request.param("id"));
  const auto id = co_await std::move(finding);
  if (!id) co_return not_found(call);
  auto showing = permit_page(call, *id, 200, "");
  co_return co_await std::move(showing);
}

awaitable<Response> Pages::permit_act(PageCall call) {
  auto finding = reader_.id_of(call.request.param("id"));
  const auto id = co_await std::move(finding);
  if (!id) co_return not_found(call);
  const std::string action = call.form.text("aksi"), step = call.form.text("langkah");
  const std::string note = note_of(call.form);
  if (notify::characters(note) > http::BodyLimits::note) {
    auto showing =
        permit_page(call, *id, 422, "Catatan terlalu panjang; paling banyak 2.000 huruf.");
    co_return co_await std::move(showing);
  }
  Asked asked;
  asked.permit = *id;
  asked.actor = {Actor::Kind::officer, call.who->officer.id, ""};
  asked.token = call.who->principal.token;
  if (action == "claim") {
    asked.command = Claim{step};
  } else if (action == "release") {
    asked.command = Release{step, note};
  } else if (action == "undo") {
    asked.command = Undo{};
  } else if (action == "resume") {
    asked.command = ResumeVisit{step, note};
  } else if (action == "pause") {
    asked.command = PauseVisit{step, call.form.text("jeda"), note, std::nullopt};
  } else if (action.starts_with("act.")) {
    auto storing = store_uploads(call, call.who->officer.id);
    Act act;
    act.documents = co_await std::move(storing);
    for (NewDocument& document : act.documents)
      document.number = notify::one_line(call.form.text("nomor." + document.kind))
                            .substr(0, http::BodyLimits::document_number);
    act.step = step;
    act.action = action.substr(4);
    act.note = note;
    act.deficiencies = deficiencies_of(call.form);
    act.outcome = parse_outcome(call.form.text("hasil")).value_or(Outcome::none);
    act.version = http::parse_id(call.form.text("versi"));
    asked.command = std::move(act);
  } else {
    co_return stale_form(call);
  }
  auto submitting = submit(call, std::move(asked));
  const Outcomes outcome = co_await std::move(submitting);
  if (outcome.done)
    co_return see_other("/permohonan/" + query_encoded(call.request.param("id")) + "?sudah=ya");
  auto showing = permit_page(call, *id, outcome.status, outcome.words);
  co_return co_await std::move(showing);
}

awaitable<Response> Pages::permit_document(PageCall call) {
  auto finding = reader_.id_of(call.request.param("id"));
  const auto id = co_await std::move(finding);
  const auto number = http::parse_id(call.request.param("document"));
  if (!id || !number) co_return not_found(call);
  auto reading = reader_.read({*id}, {});
  const Reading found = co_await std::move(reading);
  const auto permit = found.permits.find(*id);
  if (permit == found.permits.end()) co_return not_found(call);
  for (const Document& document : permit->second.permit.documents) {
    const auto hash = http::uploaded_hash(document.uri);
    if (document.id != *number || !hash) continue;
    auto sending = send_document(call, *hash, document.kind);
    co_return co_await std::move(sending);
  }
  co_return not_found(call);
}

}  // namespace tenggat::pages
