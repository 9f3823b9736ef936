// The applicant's page: is it on time, who has it, must I do something?
#include <fmt/format.h>

#include <algorithm>

#include "daemon/api/api_bodies.h"
#include "daemon/office/permit_receipts.h"
#include "daemon/pages/field_inputs.h"
#include "daemon/pages/permit_view.h"
#include "daemon/pages/proof.h"
#include "daemon/pages/track_view.h"
#include "daemon/pages/words.h"
#include "daemon/store/hash.h"
#include "daemon/store/letters.h"
#include "notifiers/utf8.h"
#include "notifiers/words.h"

namespace tenggat::pages {

const Sop& sop_of(const Document& document, const Permit& permit, const Sop& sop) {
  const Visit* visit = permit.find_visit(document.visit);
  return visit ? sop_of(*visit, sop) : sop;
}

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

namespace {

const Actor kApplicantHere{Actor::Kind::applicant, kSpeaksForApplicant, ""};

Html documents_of(const TrackView& view) {
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

// Whoever has the link reads what is not personal.
Html form_of(const TrackView& view) {
  const Html fields = field_facts(view.sop, view.permit().fields, false);
  return fields.empty() ? Html() : html("<h2>Isian permohonan</h2>{}", fields);
}

Html receipt_of(const TrackView& view) {
  if (view.receipt.empty()) return {};
  return html(
      "<h2>Tanda bukti</h2><div class=\"kartu\">{}<p>Siapa pun dapat memindai kode ini untuk "
      "memeriksa {} permohonan ini pada catatan kami. Data pribadi tidak ditampilkan.</p>"
      "<p><a href=\"{}\">Buka tanda bukti</a></p></div>",
      qr_code(view.receipt),
      office::decree_in_force(view.permit(), view.sop) ? "izin dari" : "batas waktu", view.receipt);
}

Html body_of(const TrackView& view, const Html& said) {
  const Permit& permit = view.permit();
  const Html undo = undo_card(view);
  const Html top = standing_card(view);
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
      "{}{}{}{}{}{}{}{}{}{}",
      permit.number, view.sop.title, permit.subject, view.stored.applicant.name,
      notify::short_moment(view.calendar.local(permit.submitted_at)),
      objected_to(view.stored, view.beside, view.links), notice, undo, top, journey(view),
      form_of(view), documents_of(view), receipt_of(view), proof, withdrawal);
}

// For what was done last: an action of a step of theirs, or one of this page's own.
std::string_view thanks_for(std::string_view what, const Sop& sop) {
  if (what == kUndo) return "Tindakan telah dibatalkan.";
  if (what == kAnswer) return "Terima kasih, jawaban Anda telah kami terima.";
  if (what == kWithdrawal) return "Permohonan telah ditarik.";
  if (what == kObjected) return "Terima kasih, keberatan Anda telah kami terima.";
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
      : PageGroup(parts),
        committer_(parts.committer),
        uploads_(parts.uploads),
        receipt_keys_(parts.receipt_keys),
        public_url_(parts.public_url) {}
  awaitable<Response> track(PageCall call);
  awaitable<Response> track_act(PageCall call);
  awaitable<Response> track_document(PageCall call);

 private:
  store::StoredPermit as_decided(store::StoredPermit stored, Instant now) const;
  awaitable<Response> track_again(const PageCall& call, std::int64_t id, Outcomes outcome);
  // What a step of the applicant's takes from the form: its fields, and whether it was returned.
  struct TheirStep {
    bool returned = false;
    FieldsRead fields;
  };
  awaitable<TheirStep> their_step(const PageCall& call, std::int64_t id);

  office::Committer& committer_;
  http::Uploads& uploads_;
  const office::ReceiptKeys& receipt_keys_;
  const std::string public_url_;
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
  const auto its_related = store::add_related(more, id);
  auto asking = reader_.read({id}, std::move(more));
  const Reading reading = co_await std::move(asking);
  if (!reading.permits.contains(id)) co_return not_found(call);
  const store::StoredPermit stored = as_decided(reading.permits.at(id), reading.moment.now);
  const Sop& sop = rulebook_.sop_version(stored.permit.sop_version);
  const std::vector<store::StoredNote> notes = reading.results[its_notes];
  const std::string& secret = call.request.param("secret");
  const std::vector<Delegation> letters = reading.results[its_letters];
  const Beside beside = reading.results[its_related];
  const Instant now = std::max(reading.moment.now, stored.permit.changed_at);
  const Context context = rulebook_.context(sop, now);
  const Permit& as_it_is = reading.permits.at(id).permit;
  const Context at_once = rulebook_.context(sop, reading.moment.now);
  const std::vector<Offer> offered = offers(as_it_is, kApplicantHere, at_once);
  const Sop* objections = objection_service(sop, rulebook_);
  const std::string receipt =
      office::receipt_link(reading.permits.at(id), context, receipt_keys_, public_url_);
  const TrackView view{stored,
                       sop,
                       calendar_of(sop),
                       notes,
                       now,
                       "/lacak/" + secret,
                       new_form_keys(csrf_token(secret, "lacak")),
                       context,
                       offered,
                       beside,
                       objections && !refuse_objection(as_it_is, beside, *objections, at_once),
                       letters,
                       call.form,
                       outcome.words,
                       receipt,
                       links()};
  Html said;
  if (const auto done = call.request.query.get("sudah")) said = message(thanks_for(*done, sop));
  co_return page(outcome.status, call, "Permohonan " + stored.permit.number, body_of(view, said));
}

awaitable<TrackPages::TheirStep> TrackPages::their_step(const PageCall& call, std::int64_t id) {
  auto reading = reader_.read({id}, {});
  const Reading found = co_await std::move(reading);
  TheirStep read;
  const auto stored = found.permits.find(id);
  if (stored == found.permits.end()) co_return read;
  const Permit& permit = stored->second.permit;
  const Visit* visit = permit.open_visit(call.form.text("langkah"));
  if (!visit) co_return read;
  read.returned = visit->returned;
  const Sop& sop = rulebook_.sop_version(permit.sop_version);
  if (!is_applicants(*visit, sop)) co_return read;
  std::vector<const Field*> fields;
  for (const std::string& field : sop.step(visit->step).fields)
    fields.push_back(sop.find_field(field));
  read.fields = read_fields({fields, permit.fields, true}, call.form);
  co_return read;
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
  auto asking = their_step(call, *id);
  TheirStep theirs = co_await std::move(asking);
  if (refused.words.empty()) refused.words = theirs.fields.fault;
  if (refused.words.empty() && documents.empty() && note.empty() && theirs.returned &&
      theirs.fields.changed.empty())
    refused.words = "Belum ada berkas atau catatan yang dikirim.";
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
    act.fields = std::move(theirs.fields.changed);
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
    const auto hash = uploaded_hash(document.uri);
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
