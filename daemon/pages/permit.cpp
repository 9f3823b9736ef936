// One permit as an officer sees it: what they may do now on top, then documents, clock and history.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/api/view.h"
#include "daemon/pages/field_inputs.h"
#include "daemon/pages/permit_asked.h"
#include "daemon/pages/permit_view.h"
#include "daemon/pages/proof.h"
#include "daemon/pages/words.h"
#include "daemon/store/letters.h"
#include "notifiers/words.h"

namespace tenggat::pages {

std::string officer_words(const std::string& id, const People& people) {
  const Officer* officer = people.find(id);
  return officer ? officer->name : id;
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

// Who acts here reads their own visit first.
std::vector<const Visit*> visits_shown(const PermitView& view) {
  std::vector<const Visit*> open =
      http::by_urgency(view.permit(), view.context.sop, view.context.calendar, view.context.now);
  std::stable_partition(open.begin(), open.end(), [&](const Visit* visit) {
    return !offers_at(view.offers, visit->id, Offer::What::act).empty();
  });
  return open;
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

Html visit_card(const PermitView& view, const Visit& visit) {
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
    for (const store::StoredNote& note : store::last_notes(view.notes, visit.id, {"pause"}))
      said += html("<br>{}", lines(note.text));
    facts +=
        html("<dt>Dijeda</dt><dd>{}{}, sejak {}{}</dd>", reason ? reason->name : pause->reason,
             about_words(*pause, sop), near_words(calendar, pause->from, view.context.now), said);
  }
  return html(
      "<section class=\"kartu {}\" aria-label=\"Tahap yang berjalan\"><p>{}</p>"
      "<h2>{}. {}</h2><dl class=\"fakta\">{}</dl>{}</section>",
      class_of(standing.tone), badge(standing.tone, standing.words), step.number, step.short_name,
      facts, visit_forms(view, visit));
}

Html facts_of(const PermitView& view) {
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
  facts += related_facts(permit, view.beside);
  facts += html("<dt>Waktu layanan</dt><dd>{}{}</dd>",
                service.status ? badge(standing.tone, standing.words)
                               : html("belum berjalan: berkas belum dinyatakan lengkap"),
                service.due_at && !is_terminal(permit.state)
                    ? html(" {} {}", *service.status == SlaStatus::overdue ? "sejak" : "sampai",
                           notify::plain_moment(calendar.local_end(*service.due_at)))
                    : Html());
  if (const auto ledger = legal_ledger(permit, view.context.sop); ledger && !ledger->closed)
    if (const auto due = Replay(*ledger, calendar).due())
      facts += html("<dt>Batas menurut hukum</dt><dd>{}{} <span class=\"halus\">({})</span></dd>",
                    view.context.now > *due ? "terlewati " : "", end_words(calendar, *due),
                    view.context.sop.legal.basis);
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

Html documents_of(const PermitView& view) {
  Html current, former;
  for (const Document& document : view.permit().documents) {
    if (!document.file) continue;
    Html item = html("<li>{}{}<br><span class=\"halus\">{} · {}</span></li>",
                     document_link(document, view.path() + "/dokumen/", view.context.sop),
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
  for (const Visit* visit : open) cards += visit_card(view, *visit);
  Html notice = said;
  if (!view.answered) {
    if (!view.fault.empty()) notice = message(view.fault, true);
    notice += typed_values(view.form);
  }
  if (cards.empty())
    cards = html("<div class=\"kartu\"><p>{}</p></div>",
                 badge(Tone::neutral, state_words(permit.state)));
  return html("<p class=\"halus\">Nomor {} · {} · {}</p><h1>{}</h1>{}{}{}{}{}{}{}{}{}",
              permit.number, view.context.sop.title, state_words(permit.state), permit.subject,
              legal_notice(view), notice, undo, cards, facts_of(view), form_of(view),
              documents_of(view), proofs_of(view), history_of(view));
}

class PermitPages : public PageGroup {
 public:
  explicit PermitPages(const PageParts& parts)
      : PageGroup(parts), committer_(parts.committer), uploads_(parts.uploads) {}
  awaitable<Response> permit(PageCall call);
  awaitable<Response> permit_act(PageCall call);
  awaitable<Response> permit_document(PageCall call);

 private:
  awaitable<Response> permit_page(const PageCall& call, std::int64_t id, int status,
                                  std::string fault);
  awaitable<PermitForm> asked_by(const PageCall& call, std::int64_t id);

  office::Committer& committer_;
  http::Uploads& uploads_;
};

}  // namespace

awaitable<Response> PermitPages::permit_page(const PageCall& call, std::int64_t id, int status,
                                             std::string fault) {
  pg::Pipeline more;
  const auto its_events = store::add_events(more, id);
  const auto its_notes = store::add_notes(more, id);
  const auto its_letters = store::add_letters(more, id);
  const auto its_related = store::add_related(more, id);
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
  Html said;
  if (call.request.query.get("sudah")) said = message("Tersimpan.");
  const PermitView view{stored,    context, offered, events,    notes,
                        *call.who, beside,  letters, call.form, std::move(fault)};
  co_return page(status, call, "Permohonan " + stored.permit.number, body_of(view, said));
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
  auto reading = reader_.read({id}, {});
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

awaitable<Response> PermitPages::permit_document(PageCall call) {
  auto finding = reader_.id_of(call.request.param("id"), call.request.trace);
  const auto id = co_await std::move(finding);
  const auto number = http::parse_id(call.request.param("document"));
  if (!id || !number) co_return not_found(call);
  auto reading = reader_.read({*id}, {});
  const Reading found = co_await std::move(reading);
  const auto permit = found.permits.find(*id);
  if (permit == found.permits.end()) co_return not_found(call);
  for (const Document& document : permit->second.permit.documents) {
    const auto hash = uploaded_hash(document.uri);
    if (document.id != *number || !hash) continue;
    auto sending = send_document(uploads_, call, permit->second.permit, document);
    co_return co_await std::move(sending);
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
