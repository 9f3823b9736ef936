// One permit as an officer sees it: what they may do now on top, then documents, clock and history.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/api/view.h"
#include "daemon/base/log.h"
#include "daemon/pages/field_inputs.h"
#include "daemon/pages/permit_asked.h"
#include "daemon/pages/permit_view.h"
#include "daemon/pages/proof.h"
#include "daemon/pages/words.h"
#include "daemon/store/hash.h"
#include "daemon/store/letters.h"
#include "daemon/store/messages.h"
#include "notifiers/words.h"

namespace tenggat::pages {

std::string officer_words(const std::string& id, const People& people) {
  const Officer* officer = people.find(id);
  return officer ? officer->name : id;
}

std::vector<const Visit*> visits_shown(const PermitView& view) {
  std::vector<const Visit*> open =
      http::by_urgency(view.permit(), view.context.sop, view.context.calendar, view.context.now);
  std::stable_partition(open.begin(), open.end(), [&](const Visit* visit) {
    return !offers_at(view.offers, visit->id, Offer::What::act).empty();
  });
  return open;
}

namespace {

// "Budi Santoso, Plh. Kepala Bidang Perizinan"
std::string holder_words(const PermitView& view, const Visit& visit) {
  const Context& context = view.context;
  std::string words = officer_words(visit.assignee, context.people);
  const auto duty = duty_for(visit.assignee, visit, context.sop, context.people, context.today());
  if (duty && !duty->kind.empty())
    words += fmt::format(", {}{}", notify::acting_prefix(duty->kind),
                         role_words(context.sop, duty->role));
  return words;
}

// ": Bukti hak atas tanah", what a clarification is about; else nothing.
std::string about_words(const Pause& pause, const Sop& sop) {
  return pause.requirement.empty() ? "" : ": " + requirement_words(pause.requirement, sop);
}

// How far the branches are of a block that is under way: who works at the same time, and what has
// arrived already.
Html branches_of(const PermitView& view, const std::vector<const Visit*>& open) {
  const Sop& sop = view.context.sop;
  const Visit* inside = nullptr;
  for (const Visit* visit : open)
    if (visit->fork != 0 && !sop.step(visit->step).block().empty()) inside = visit;
  if (!inside) return {};
  std::string arrived;
  for (const Visit& visit : view.permit().visits)
    if (visit.fork == inside->fork && visit.joined && !visit.undone)
      arrived += (arrived.empty() ? "" : ", ") + step_name(visit, sop);
  const std::string join = sop.step_name(sop.step(inside->step).block());
  const std::string at_once =
      open.size() > 1 ? fmt::format("{} tahap dikerjakan bersamaan. ", open.size()) : "";
  return html("<p>{}{}{} dibuka setelah semuanya selesai.</p>", at_once,
              arrived.empty() ? "" : "Sudah selesai: " + arrived + ". ", join);
}

// How long the whole service has, and until when by law.
Html service_clock(const PermitView& view) {
  const Permit& permit = view.permit();
  const Calendar& calendar = view.context.calendar;
  const Sla service = case_sla(permit, view.context.sop, calendar, view.context.now);
  const Standing standing = standing_of(service, calendar);
  Html rows = html("<dt>Waktu layanan</dt><dd>{}{}</dd>",
                   service.status ? badge(standing.tone, standing.words)
                                  : html("belum berjalan: berkas belum dinyatakan lengkap"),
                   service.due_at && !is_terminal(permit.state)
                       ? html(" {} {}", *service.status == SlaStatus::overdue ? "sejak" : "sampai",
                              notify::plain_moment(calendar.local_end(*service.due_at)))
                       : Html());
  if (const auto ledger = legal_ledger(permit, view.context.sop); ledger && !ledger->closed)
    if (const auto due = Replay(*ledger, calendar).due())
      rows += html("<dt>Batas menurut hukum</dt><dd>{}{} <span class=\"halus\">({})</span></dd>",
                   view.context.now > *due ? "terlewati " : "", end_words(calendar, *due),
                   view.context.sop.legal.basis);
  return html("{}{}", rows, forecast_facts(view.forecast, permit, view.context));
}

// ", sampai Senin 20 April, 09.00 WITA"
std::string resumes_words(const PermitView& view, const Pause& pause) {
  const auto until = resumes_at(pause, view.context.sop, view.context.calendar);
  return until ? ", sampai " + notify::short_moment(view.context.calendar.local_end(*until)) : "";
}

// What a superior has said is to be done.
Html directive_words(const PermitView& view, const Visit& visit) {
  for (const store::StoredNote& one : store::last_notes(view.notes, visit.id, {"directive"}))
    return html("<dt>Arahan</dt><dd>{}<br><span class=\"halus\">{}</span></dd>", lines(one.text),
                officer_words(one.by, view.context.people));
  return {};
}

// What its officer said of the delay.
Html obstacle_words(const PermitView& view, const Visit& visit) {
  if (!visit.acknowledged) return {};
  const Obstacle* obstacle = obstacle_of(*visit.acknowledged, view.context.sop);
  return html("<dt>Kendala</dt><dd>{}, dicatat {}</dd>",
              obstacle ? obstacle->name : readable(visit.acknowledged->obstacle),
              near_words(view.context.calendar, visit.acknowledged->at, view.context.now));
}

Html visit_card(const PermitView& view, const Visit& visit, bool first) {
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
                                  : holder_words(view, visit));
  if (const Pause* pause = view.permit().open_pause(visit.id)) {
    const PauseReason* reason = rule_of(*pause, sop);
    Html said;
    for (const store::StoredNote& note : notes_of_last_pause(view, visit))
      said += html("<br>{}", lines(note.text));
    facts +=
        html("<dt>Dijeda</dt><dd>{}{}, sejak {}{}{}</dd>", reason ? reason->name : pause->reason,
             about_words(*pause, sop), near_words(calendar, pause->from, view.context.now),
             resumes_words(view, *pause), said);
  }
  if (visit.field_visit_at)
    facts += html("<dt>Kunjungan</dt><dd>{} (<a href=\"/agenda\">agenda</a>)</dd>",
                  moment_words(calendar, *visit.field_visit_at));
  facts += html("{}{}", directive_words(view, visit), obstacle_words(view, visit));
  if (first) facts += service_clock(view);
  return html(
      "<section class=\"kartu {}\" aria-label=\"Tahap yang berjalan: {}\"><p>{}</p>"
      "<h2>{}. {}</h2><dl class=\"fakta\">{}</dl></section>",
      class_of(standing.tone), step.short_name, badge(standing.tone, standing.words), step.number,
      step.short_name, facts);
}

// What can be done at each open visit; of several each under its name.
Html work_of(const PermitView& view, const std::vector<const Visit*>& open) {
  Html all;
  for (const Visit* visit : open) {
    const Html forms = visit_forms(view, *visit);
    if (forms.empty()) continue;
    const Html name = open.size() > 1
                          ? html("<h2>{}</h2>", view.context.sop.step(visit->step).short_name)
                          : html("<h2>Tindakan</h2>");
    all += html("<section class=\"kartu\" aria-label=\"Tindakan pada tahap {}\">{}{}</section>",
                view.context.sop.step(visit->step).short_name, name, forms);
  }
  return all;
}

Html facts_of(const PermitView& view, bool with_clock) {
  const Permit& permit = view.permit();
  const Calendar& calendar = view.context.calendar;
  const auto& applicant = view.stored.applicant;
  Html facts = html("<dt>Pemohon</dt><dd>{}</dd>", applicant.name);
  if (!applicant.whatsapp.empty())
    facts += html("<dt>WhatsApp</dt><dd>{}</dd>", applicant.whatsapp);
  if (!applicant.email.empty()) facts += html("<dt>Email</dt><dd>{}</dd>", applicant.email);
  facts += html("<dt>Diajukan</dt><dd>{}</dd>", moment_words(calendar, permit.submitted_at));
  facts += related_facts(permit, view.beside);
  if (with_clock) facts += service_clock(view);
  const Html reach =
      offers_at(view.offers, 0, Offer::What::reach_applicant).empty()
          ? Html()
          : html("<p><a href=\"{}/pemohon\">Perbaiki kontak atau kirim ulang tautan lacak</a></p>",
                 view.path());
  return html("<h2>Permohonan</h2><div class=\"kartu\"><dl class=\"fakta\">{}</dl>{}</div>", facts,
              reach);
}

// Officers read what is personal, too.
Html form_of(const PermitView& view) {
  const Html fields = field_facts(view.context.sop, view.permit().fields, true);
  return fields.empty() ? Html() : html("<h2>Isian</h2><div class=\"kartu\">{}</div>", fields);
}

Html proofs_of(const PermitView& view) {
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

Html legal_notice(const PermitView& view) {
  const Permit& permit = view.permit();
  if (!permit.legal_passed_at) return {};
  return html(
      "<p>{} <span class=\"halus\">sejak {}: permohonan dapat dianggap dikabulkan ({}).</span></p>",
      legal_mark(permit), moment_words(view.context.calendar, *permit.legal_passed_at),
      view.context.sop.legal.basis);
}

Html body_of(const PermitView& view, const Html& said) {
  const Permit& permit = view.permit();
  const Html undo = html("{}{}", undo_card(view), confirm_cards(view));
  const std::vector<const Visit*> open = visits_shown(view);
  Html cards = branches_of(view, open);
  for (const Visit* visit : open) cards += visit_card(view, *visit, visit == open.front());
  if (cards.empty())
    cards = html("<div class=\"kartu\"><p>{}</p></div>",
                 badge(Tone::neutral, state_words(permit.state)));
  const Html work = work_of(view, open), notes = notes_section(view);
  Html notice = said;
  if (!view.answered) {
    if (!view.fault.empty()) notice = message(view.fault, true);
    notice += typed_values(view.form);
  }
  return html(
      "<p class=\"halus\">Nomor {} · {} · {}</p><h1>{}</h1>{}{}{}<div class=\"meja {}\">"
      "<section aria-label=\"Keadaan\">{}{}</section>{}"
      "<section id=\"pekerjaan\" aria-label=\"Pekerjaan\">{}</section>"
      "<section class=\"perihal\" aria-label=\"Perihal\">{}{}{}{}{}{}</section></div>",
      permit.number, view.context.sop.title, state_words(permit.state), permit.subject,
      legal_notice(view), notice, undo, shows_document(view) ? "berdua" : "sendiri", cards,
      decision_card(view), documents_pane(view), work, facts_of(view, open.empty()), form_of(view),
      told_section(view), notes, history_of(view), proofs_of(view));
}

// The step at which this officer opens a document; empty: none is theirs.
std::string step_to_note(const PageCall& call, const Permit& permit, Instant now,
                         const office::Rulebook& rulebook) {
  const Context context = rulebook.context(rulebook.sop_version(permit.sop_version), now);
  const Actor self{Actor::Kind::officer, call.who->officer.id, ""};
  for (const Offer& offer : offers(permit, self, context))
    if (offer.what == Offer::What::open_document && offer.stands())
      return permit.find_visit(offer.visit)->step;
  return "";
}

// A page of ours may show it in itself, and nobody else's. It stays in its sandbox: no script runs.
void show_within_our_pages(Response& response) {
  if (response.status != 200) return;
  response.headers.set("Content-Security-Policy",
                       "sandbox; default-src 'none'; frame-ancestors 'self'");
  response.headers.set("X-Frame-Options", "SAMEORIGIN");
}

class PermitPages : public PageGroup {
 public:
  explicit PermitPages(const PageParts& parts)
      : PageGroup(parts), committer_(parts.committer), uploads_(parts.uploads), pool_(parts.pool) {}
  awaitable<Response> permit(PageCall call);
  awaitable<Response> permit_act(PageCall call);
  awaitable<Response> permit_document(PageCall call);

 private:
  awaitable<Response> permit_page(const PageCall& call, std::int64_t id, int status,
                                  std::string fault);
  awaitable<PermitForm> asked_by(const PageCall& call, std::int64_t id);
  awaitable<Response> send_again(const PageCall& call, std::int64_t id);
  // That this officer has opened it, once: where the step is theirs. An outage leaves it
  // unrecorded.
  awaitable<void> record_opened(const PageCall& call, const Permit& permit, int document,
                                std::string step);

  office::Committer& committer_;
  http::Uploads& uploads_;
  pg::Pool& pool_;
};

}  // namespace

awaitable<Response> PermitPages::permit_page(const PageCall& call, std::int64_t id, int status,
                                             std::string fault) {
  pg::Pipeline more;
  const auto its_events = store::add_events(more, id);
  const auto its_notes = store::add_notes(more, id);
  const auto its_letters = store::add_letters(more, id);
  const auto its_related = store::add_related(more, id);
  const store::ToldAbout its_told(more, id);
  const auto its_files = store::add_files_of_permit(more, id);
  const ForecastAbout its_forecast(more, id);
  auto reading = reader_.read({id}, std::move(more));
  const Reading found = co_await std::move(reading);
  const auto permit = found.permits.find(id);
  if (permit == found.permits.end()) co_return not_found(call);
  const store::StoredPermit& stored = permit->second;
  const Sop& sop = rulebook_.sop_version(stored.permit.sop_version);
  const Context context =
      rulebook_.context(sop, std::max(found.moment.now, stored.permit.changed_at));
  const Actor self{Actor::Kind::officer, call.who->officer.id, ""};
  const std::vector<Offer> offered =
      offers(stored.permit, self, rulebook_.context(sop, found.moment.now));
  const auto events = found.results[its_events];
  const auto notes = found.results[its_notes];
  const auto letters = found.results[its_letters];
  const auto beside = found.results[its_related];
  const std::vector<store::ToldNotice> told = its_told.read(found.results);
  const store::FilesOfPermit files = found.results[its_files];
  const OpenedDocuments opened = opened_by(call.who->officer.id, id, events);
  const auto asked = http::parse_id(call.request.query.get("dokumen").value_or(""));
  Html said;
  if (call.request.query.get("sudah"))
    said = html(
        "<p class=\"pesan\" role=\"status\">Tersimpan. <a href=\"/tugas/berikutnya?sesudah={}\">Ke "
        "tugas berikutnya</a></p>",
        id);
  const PermitView view{stored,
                        context,
                        offered,
                        events,
                        notes,
                        *call.who,
                        beside,
                        letters,
                        told,
                        files,
                        opened,
                        its_forecast.read(found.results),
                        static_cast<int>(std::min<std::int64_t>(asked.value_or(0), 1 << 20)),
                        call.form,
                        std::move(fault)};
  co_return page_in(Page::Frame::file, status, call, "Permohonan " + stored.permit.number,
                    body_of(view, said));
}

awaitable<Response> PermitPages::permit(PageCall call) {
  auto finding = reader_.id_of(call.request.param("id"), call.request.trace);
  const auto id = co_await std::move(finding);
  if (!id) co_return not_found(call);
  auto showing = permit_page(call, *id, 200, "");
  co_return co_await std::move(showing);
}

// Read against the permit as it is, so that what is wrong stands at its field.
awaitable<PermitForm> PermitPages::asked_by(const PageCall& call, std::int64_t id) {
  pg::Pipeline more;
  const auto its_events = store::add_events(more, id);
  auto reading = reader_.read({id}, std::move(more));
  const Reading found = co_await std::move(reading);
  const auto stored = found.permits.find(id);
  PermitForm asked;
  if (stored == found.permits.end()) co_return asked;
  const Permit& permit = stored->second.permit;
  const Context context =
      rulebook_.context(rulebook_.sop_version(permit.sop_version), found.moment.now);
  const Actor self{Actor::Kind::officer, call.who->officer.id, ""};
  const std::vector<Offer> offered = offers(permit, self, context);
  asked = read_permit_form(call.form, permit, offered, context);
  Act* act = asked.command ? std::get_if<Act>(&*asked.command) : nullptr;
  const Visit* visit = act ? permit.open_visit(act->step) : nullptr;
  if (visit) {
    const std::vector<store::StoredEvent> events = found.results[its_events];
    const OpenedDocuments opened = opened_by(call.who->officer.id, id, events);
    act->unopened = unopened_kinds(permit, *visit, context.sop, opened);
  }
  co_return asked;
}

awaitable<Response> PermitPages::permit_act(PageCall call) {
  auto finding = reader_.id_of(call.request.param("id"), call.request.trace);
  const auto id = co_await std::move(finding);
  if (!id) co_return not_found(call);
  if (call.look) {
    auto showing = permit_page(call, *id, call.look_status(), call.why);
    co_return co_await std::move(showing);
  }
  if (call.form.text("aksi") == kSendAgain) {
    auto sending = send_again(call, *id);
    co_return co_await std::move(sending);
  }
  if (const std::string other = proposed_in(call.form); !other.empty()) {
    for (http::FormField& field : call.form.fields)
      if (field.name == "formulir") field.value = other;
  }
  auto reading = asked_by(call, *id);
  PermitForm form = co_await std::move(reading);
  if (!form.wanting.empty()) {
    auto showing = permit_page(call, *id, 422, form.wanting);
    co_return co_await std::move(showing);
  }
  if (auto fault = upload_fault(call.form)) {
    auto showing = permit_page(call, *id, fault->status, std::move(fault->words));
    co_return co_await std::move(showing);
  }
  if (!form.command) co_return stale_form(call);
  Asked asked;
  asked.permit = *id;
  asked.actor = {Actor::Kind::officer, call.who->officer.id, ""};
  asked.token = call.who->principal.token;
  asked.command = *std::move(form.command);
  auto submitting = submit(committer_, call, std::move(asked));
  const Outcomes outcome = co_await std::move(submitting);
  if (outcome.done) co_return see_other(fmt::format("/permohonan/{}?sudah=ya", *id));
  auto showing = permit_page(call, *id, outcome.status, outcome.words);
  co_return co_await std::move(showing);
}

// Each names the state it must be in: sending the form twice changes nothing.
awaitable<Response> PermitPages::send_again(const PageCall& call, std::int64_t id) {
  pg::Pipeline more;
  const store::ToldAbout its_told(more, id);
  auto reading = reader_.read({id}, std::move(more));
  const Reading found = co_await std::move(reading);
  const auto stored = found.permits.find(id);
  const auto message_id = http::parse_id(call.form.text("pesan"));
  if (stored == found.permits.end() || !message_id) co_return not_found(call);
  const Permit& permit = stored->second.permit;
  const Context context =
      rulebook_.context(rulebook_.sop_version(permit.sop_version), found.moment.now);
  const Actor self{Actor::Kind::officer, call.who->officer.id, ""};
  const std::vector<Offer> offered = offers(permit, self, context);
  const std::vector<store::ToldNotice> told = its_told.read(found.results);
  if (!may_send_again(told, *message_id, offered, call.who->visitor)) co_return stale_form(call);
  auto acquiring = pool_.acquire();
  pg::Pool::Lease lease = co_await std::move(acquiring);
  auto changing = store::retry_message(*lease, by(call), *message_id);
  const store::MessageChange change = co_await std::move(changing);
  if (change == store::MessageChange::done) {
    log_event(Level::info, "message_retried",
              {{"by", call.who->officer.id}, {"about", *message_id}});
    co_return see_other(fmt::format("/permohonan/{}?sudah=ya", id));
  }
  auto showing = permit_page(call, id, 409, "Pesan ini sudah tidak gagal lagi.");
  co_return co_await std::move(showing);
}

awaitable<void> PermitPages::record_opened(const PageCall& call, const Permit& permit, int document,
                                           std::string step) {
  CommandRequest request;
  request.permit = permit.id;
  request.actor = {Actor::Kind::officer, call.who->officer.id, ""};
  request.command = OpenDocument{std::move(step), document};
  request.idempotency.token = call.who->principal.token;
  request.idempotency.key = fmt::format("halaman dibuka {}/{}", permit.id, document);
  request.idempotency.request = store::sha256(request.idempotency.key);
  auto submitting = committer_.submit(std::move(request));
  const CommandAnswer answer = co_await std::move(submitting);
  if (answer.kind == CommandAnswer::Kind::busy || answer.kind == CommandAnswer::Kind::failed)
    log_event(Level::warning, "opening_unrecorded",
              {{"by", call.who->officer.id}, {"permit", permit.number}});
}

awaitable<Response> PermitPages::permit_document(PageCall call) {
  auto finding = reader_.id_of(call.request.param("id"), call.request.trace);
  const auto id = co_await std::move(finding);
  const auto number = http::parse_id(call.request.param("document"));
  if (!id || !number) co_return not_found(call);
  pg::Pipeline more;
  const auto its_events = store::add_events(more, *id);
  auto reading = reader_.read({*id}, std::move(more));
  const Reading found = co_await std::move(reading);
  const auto stored = found.permits.find(*id);
  if (stored == found.permits.end()) co_return not_found(call);
  const Permit& permit = stored->second.permit;
  for (const Document& document : permit.documents) {
    const auto hash = uploaded_hash(document.uri);
    if (document.id != *number || !hash) continue;
    const std::vector<store::StoredEvent> events = found.results[its_events];
    const std::string step = step_to_note(call, permit, found.moment.now, rulebook_);
    const bool noted = opened_by(call.who->officer.id, *id, events).contains(document.id);
    if (!step.empty() && !noted && call.request.method == "GET") {
      auto recording = record_opened(call, permit, document.id, step);
      co_await std::move(recording);
    }
    auto sending = send_document(uploads_, call, permit, document);
    Response response = co_await std::move(sending);
    show_within_our_pages(response);
    co_return response;
  }
  co_return not_found(call);
}

std::vector<PageRoute> permit_pages(const PageParts* parts) {
  static constexpr http::RowOf<PermitPages, PageCall> kRows[] = {
      {"GET", "/permohonan/{id}", "page_permit", Who::officer, In::none, Out::counted,
       &PermitPages::permit},
      {"POST", "/permohonan/{id}", "page_permit_act", Who::officer, In::file, Out::counted,
       &PermitPages::permit_act},
      {"GET", "/permohonan/{id}/dokumen/{document}", "page_permit_document", Who::officer, In::none,
       Out::file, &PermitPages::permit_document},
  };
  return http::answered_by(parts, kRows);
}

}  // namespace tenggat::pages
