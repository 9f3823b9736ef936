// The applicant's page: is it on time, who has it, must I do something?
#include <fmt/format.h>

#include <algorithm>

#include "daemon/api/api_bodies.h"
#include "daemon/office/permit_receipts.h"
#include "daemon/pages/field_inputs.h"
#include "daemon/pages/forecast_words.h"
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

// What they sent in, also what has been replaced since.
Html documents_of(const TrackView& view) {
  Html items;
  int count = 0;
  for (const Document& document : view.permit().documents) {
    if (!document.file || document.voided_event != 0 ||
        sop_of(document, view.permit(), view.sop).brings(document.kind))
      continue;
    ++count;
    items += html("<li>{} <span class=\"halus\">{} {}{}</span></li>",
                  view.own(document_words(document.kind, document.name, view.sop)),
                  view.say("diterima", "received"), view.speech.brief(document.added_at),
                  document.superseded_event == 0
                      ? ""
                      : view.say(", sudah diganti dengan yang baru", ", replaced since"));
  }
  if (items.empty()) return {};
  return html("<details><summary>{} ({})</summary><ul class=\"polos\">{}</ul></details>",
              view.say("Berkas yang Anda serahkan", "What you sent in"), count, items);
}

// Whoever has the link reads what is not personal.
Html form_of(const TrackView& view) {
  const Html fields = field_facts(view.sop, view.permit().fields, false);
  return fields.empty() ? Html()
                        : html("<details><summary>{}</summary>{}</details>",
                               view.say("Isian permohonan", "What you filled in"), fields);
}

Html receipt_of(const TrackView& view) {
  if (view.receipt.empty()) return {};
  const bool decree = office::decree_in_force(view.permit(), view.sop) != nullptr;
  const Html what = in_tongue(
      view.tongue(),
      "Siapa pun dapat memindai kode ini untuk memeriksa {} permohonan ini pada catatan kami. Data "
      "pribadi tidak ditampilkan.",
      "Anybody can scan this code to check {} of this application against our records. No personal "
      "data is shown.",
      decree ? view.say("izin dari", "the permit") : view.say("batas waktu", "the date"));
  return html(
      "<h2>{}</h2><div class=\"kartu\">{}<p>{}</p>"
      "<p><a class=\"sentuh\" href=\"{}\">{}</a></p></div>",
      decree ? view.say("Kode keaslian", "Proof of authenticity")
             : view.say("Tanda bukti", "Receipt"),
      qr_code(view.receipt), what, view.receipt, view.say("Buka tanda bukti", "Open the receipt"));
}

// Once it is issued; the survey comes after what they came for.
Html survey_of(const TrackView& view) {
  if (view.office.survey_url.empty() || view.permit().signings == 0 ||
      view.permit().outcome == Outcome::refusal)
    return {};
  return html(
      "<h2>{}</h2><div class=\"kartu\"><p>{}</p><p><a class=\"tombol\" href=\"{}\" "
      "rel=\"noreferrer\">{}</a></p></div>",
      view.say("Bagaimana pelayanan kami?", "How did we do?"),
      view.say("Survei Kepuasan Masyarakat.", "The survey of public satisfaction."),
      view.office.survey_url, view.say("Isi survei", "Take the survey"));
}

// What it took others lately; beside the date, which is a promise, this is none.
Html usual_times(const TrackView& view) {
  if (!view.times || is_terminal(view.permit().state)) return {};
  const Counting counting = counting_of(view.sop.case_standard);
  return in_tongue(
      view.tongue(),
      "<p>Biasanya: separuh permohonan layanan ini selesai dalam <strong>{}</strong>, 9 dari 10 "
      "dalam <strong>{}</strong> ({} permohonan yang selesai dalam 90 hari terakhir).</p>",
      "<p>Usually: half of the applications for this service are done in <strong>{}</strong>, 9 of "
      "10 in <strong>{}</strong> ({} that were done in the last 90 days).</p>",
      view.speech.span(view.times->p50, counting), view.speech.span(view.times->p90, counting),
      view.speech.number(view.times->count));
}

Html head_of(const TrackView& view) {
  const Permit& permit = view.permit();
  return html("<p class=\"halus\">{} {} · {}</p><h1>{}</h1><p class=\"halus\">{} {} · {} {}</p>",
              view.say("Nomor", "Number"), permit.number, view.own(view.sop.title), permit.subject,
              view.say("Pemohon:", "Applicant:"), view.stored.applicant.name,
              view.say("diajukan", "submitted"), view.speech.brief(permit.submitted_at));
}

Html body_of(const TrackView& view, const Html& said) {
  const Permit& permit = view.permit();
  const Html undo = undo_card(view);
  const Html top = standing_card(view);
  const Html withdrawal = form_to_withdraw(view);
  const Html tongue = form_of_tongue(view);
  Html notice = said;
  if (!view.answered) {
    if (!view.fault.empty()) notice = message(view.fault, true);
    notice += typed_values(view.form);
  }
  Html proof = proof_of_case(permit, view.sop, view.speech, view.now, For::applicant);
  if (!proof.empty())
    proof = html("<details><summary>{}</summary>{}</details>",
                 view.say("Bagaimana tanggal ini dihitung?", "How is this date counted?"), proof);
  const bool ended = is_terminal(permit.state);
  const Html receipt = receipt_of(view), survey = survey_of(view);
  return html("{}{}{}{}{}{}{}{}{}{}{}{}{}{}{}", head_of(view),
              objected_to(view.stored, view.beside, view.links), notice, undo, top,
              ended ? html("{}{}", receipt, survey) : Html(),
              html("{}{}", forecast_range(view.forecast, permit, view.context, view.speech),
                   usual_times(view)),
              ended ? Html() : proof, journey(view), form_of(view), documents_of(view),
              ended ? Html() : html("{}{}", receipt, survey), ended ? proof : Html(), withdrawal,
              tongue);
}

// For what was done last: an action of a step of theirs, or one of this page's own.
const char* thanks_for(std::string_view what, const Sop& sop, const notify::Speech& speech) {
  if (what == kTakenBack)
    return speech.say("Tindakan telah dibatalkan.", "It has been taken back.");
  if (what == kAnswer)
    return speech.say("Terima kasih, jawaban Anda telah kami terima.",
                      "Thank you, we have received your answer.");
  if (what == kWithdrawal)
    return speech.say("Permohonan telah ditarik.", "The application is withdrawn.");
  if (what == kObjected)
    return speech.say("Terima kasih, keberatan Anda telah kami terima.",
                      "Thank you, we have received your objection.");
  if (what == kTongueOfMessages)
    return speech.say("Bahasa pesan telah diganti.", "The language of messages is changed.");
  for (const Step& step : sop.steps) {
    const ActionRule* rule = sop.is_applicant(step.role) ? step.find_action(what) : nullptr;
    if (rule && rule->ends_permit())
      return speech.say("Terima kasih, penerimaan telah dicatat.",
                        "Thank you, the receipt is recorded.");
    if (rule && rule->backward)
      return speech.say("Laporan kesalahan telah kami terima dan sedang diperiksa.",
                        "We have received your report of an error and are looking into it.");
  }
  return speech.say("Terima kasih, berkas Anda telah kami terima.",
                    "Thank you, we have received your files.");
}

class TrackPages : public PageGroup {
 public:
  explicit TrackPages(const PageParts& parts)
      : PageGroup(parts),
        committer_(parts.committer),
        pool_(parts.pool),
        board_(parts.board),
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

  awaitable<Response> track_tongue(const PageCall& call, std::int64_t id);

  office::Committer& committer_;
  pg::Pool& pool_;
  office::BoardFeed& board_;
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
  const auto its_tongue = store::add_tongue_of(more, id);
  const auto its_files = store::add_files_of_permit(more, id);
  const auto its_forecast = store::add_forecast(more, id);
  auto asking = reader_.read({id}, std::move(more));
  const Reading reading = co_await std::move(asking);
  if (!reading.permits.contains(id)) co_return not_found(call);
  const store::StoredPermit stored = as_decided(reading.permits.at(id), reading.moment.now);
  const Sop& sop = rulebook_.sop_version(stored.permit.sop_version);
  const std::vector<store::StoredNote> notes = reading.results[its_notes];
  const std::string& secret = call.request.param("secret");
  const std::vector<Delegation> letters = reading.results[its_letters];
  const Beside beside = reading.results[its_related];
  const store::FilesOfPermit files = reading.results[its_files];
  const Instant now = std::max(reading.moment.now, stored.permit.changed_at);
  const Context context = rulebook_.context(sop, now);
  const Permit& as_it_is = reading.permits.at(id).permit;
  const Context at_once = rulebook_.context(sop, reading.moment.now);
  const std::vector<Offer> offered = offers(as_it_is, kApplicantHere, at_once);
  const Sop* objections = objection_service(sop, rulebook_);
  const std::string receipt =
      office::receipt_link(reading.permits.at(id), context, receipt_keys_, public_url_);
  const std::optional<std::string> chosen = reading.results[its_tongue];
  const auto told_in = notify::tongue_of(chosen.value_or(""));
  const notify::Speech speech(tongue_for(call.request, told_in), calendar_of(sop));
  const auto board = board_.current();
  const std::string fault = outcome.in(speech.tongue());
  const TrackView view{stored,
                       sop,
                       calendar_of(sop),
                       speech,
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
                       fault,
                       receipt,
                       links(),
                       signing_in_.office(),
                       files,
                       times_of(board.get(), sop),
                       reading.results[its_forecast],
                       told_in.value_or(notify::Tongue::indonesian)};
  Html said;
  if (const auto done = call.request.query.get("sudah"))
    said = message(thanks_for(*done, sop, speech));
  Page page;
  page.title = view.say("Permohonan ", "Application ") + stored.permit.number;
  page.office = signing_in_.office_name();
  page.tongue = speech.tongue();
  page.other_tongue = other_tongue_of(call.request, speech.tongue());
  page.foot = contact_foot(signing_in_.office(), speech, now);
  page.body = body_of(view, said);
  Response response = page_response(outcome.status, page);
  keep_tongue(call.request, public_url_, response);
  co_return response;
}

// What a reader wishes, and no part of the permit's record.
awaitable<Response> TrackPages::track_tongue(const PageCall& call, std::int64_t id) {
  const auto wanted = notify::tongue_of(call.form.text("pesan_dalam"));
  if (!wanted) co_return stale_form(call);
  auto acquiring = pool_.acquire();
  pg::Pool::Lease lease = co_await std::move(acquiring);
  pg::Pipeline keeping;
  store::add_keep_tongue(keeping, id, std::string(notify::code_of(*wanted)));
  auto running = lease->run(std::move(keeping));
  co_await std::move(running);
  co_return see_other("/lacak/" + call.request.param("secret") +
                      "?sudah=" + std::string(kTongueOfMessages));
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
  if (!call.look && action == kTongueOfMessages) {
    auto keeping = track_tongue(call, *id);
    co_return co_await std::move(keeping);
  }
  Outcomes refused{false, 422, ""};
  if (call.look) {
    refused.status = 200;
    auto showing = track_again(call, *id, refused);
    co_return co_await std::move(showing);
  }
  if (notify::characters(note) > http::BodyLimits::note)
    refused = {false, 422, "Catatan terlalu panjang; paling banyak 2.000 huruf.", "",
               "The note is too long; 2,000 characters at most."};
  else if (action == kAnswer && note.empty() && call.form.files.empty())
    refused = {false, 422, "Tuliskan jawaban Anda atau sertakan berkasnya terlebih dahulu.", "",
               "Write your answer, or attach a file, first."};
  else if (action == kWithdrawal && call.form.text("yakin") != "ya")
    refused = {false, 422, "Beri tanda pada kotak persetujuan sebelum menarik permohonan.", "",
               "Tick the box before you withdraw the application."};
  if (refused.words.empty()) refused = upload_fault(call.form).value_or(refused);
  std::vector<NewDocument> documents = uploaded(call.form);
  auto asking = their_step(call, *id);
  TheirStep theirs = co_await std::move(asking);
  if (refused.words.empty()) refused.words = theirs.fields.fault;
  if (refused.words.empty() && documents.empty() && note.empty() && theirs.returned &&
      theirs.fields.changed.empty())
    refused = {false, 422, "Belum ada berkas atau catatan yang dikirim.", "",
               "Neither a file nor a note was sent."};
  if (!refused.words.empty()) {
    auto showing = track_again(call, *id, refused);
    co_return co_await std::move(showing);
  }

  Asked asked;
  asked.permit = *id;
  asked.actor = kApplicantHere;
  asked.token = -*id;
  if (action == kTakenBack) {
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
