// An applicant objects to a refusal: the page says how and until when, asks for what the service of
// objections asks for, and opens a permit there.
#include "daemon/pages/objection.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>

#include "daemon/api/api_bodies.h"
#include "daemon/pages/field_inputs.h"
#include "daemon/pages/track_view.h"
#include "daemon/pages/words.h"
#include "notifiers/utf8.h"
#include "notifiers/words.h"

namespace tenggat::pages {

const Sop* objection_service(const Sop& sop, const office::Rulebook& rulebook) {
  if (!sop.objection || sop.objection->sop.empty()) return nullptr;
  const Sop* service = rulebook.sop_in_force(sop.objection->sop);
  return service && !rulebook.is_retired(service->id) ? service : nullptr;
}

std::optional<Refusal> refuse_objection(const Permit& permit, const Beside& beside,
                                        const Sop& service, const Context& context) {
  const bool another =
      std::any_of(beside.begin(), beside.end(), [&](const store::RelatedPermit& one) {
        return one.related == permit.id && is_under_way(one, context);
      });
  return tenggat::refuse_objection(permit, service.id, another, context);
}

namespace {

// Whether whoever reads the one permit's tracking page may be led to the other's.
bool is_same_applicants(const StoredPermit& stored, const store::RelatedPermit& other) {
  const StoredPermit::Applicant &one = stored.applicant, &two = other.applicant;
  const std::string& raised_by =
      other.related == stored.permit.id ? other.created_by : stored.permit.created_by;
  return raised_by == kSpeaksForApplicant ||
         ((!one.email.empty() || !one.whatsapp.empty()) && one.email == two.email &&
          one.whatsapp == two.whatsapp);
}

Html link_to(const StoredPermit& stored, const store::RelatedPermit& other, const LinkKeys& links) {
  if (!is_same_applicants(stored, other)) return html("{}", other.number);
  return html("<a href=\"/lacak/{}\">{}</a>",
              links.secret(LinkKeys::Opens::tracking, other.tracking_seed), other.number);
}

// Everything the page is made from.
struct ObjectionView {
  const StoredPermit& stored;  // the refused one, as it is known outside
  const Context& context;      // of its SOP
  const Sop& service;
  std::string back;  // its tracking page
  FormKeys keys;
  const http::Form& form;
  std::string_view fault;
  const notify::Speech& speech;
};

Html uploads_of(const Sop& service, notify::Tongue tongue) {
  Html inputs;
  int number = 0;
  for (const std::string& need : service.steps.front().needs)
    inputs += upload_input(fmt::format("berkas{}", ++number), need, "",
                           document_words(need, "", service), true);
  return inputs.empty() ? Html() : html("{}{}", inputs, upload_hint(tongue));
}

Html form_of(const ObjectionView& view) {
  const Typed typed(view.form, kObjected);
  const Step& first = view.service.steps.front();
  const FieldValues none;
  const std::vector<const Field*> fields = fields_asked(view.service);
  return html(
      "<form method=\"post\" action=\"{}/keberatan\" enctype=\"multipart/form-data\">{}{}{}"
      "<label for=\"catatan\">{}</label>"
      "<textarea id=\"catatan\" name=\"catatan\" maxlength=\"2000\" required>{}</textarea>{}{}"
      "<p><button class=\"utama penuh\" name=\"aksi\" value=\"{}\">{}</button></p></form>",
      view.back, hidden_fields(view.keys), form_mark(kObjected),
      field_inputs({fields, none}, "isian", typed),
      view.speech.say("Alasan keberatan", "Why you object"), typed.text("catatan"),
      typed.files_are_lost(view.speech.tongue()), uploads_of(view.service, view.speech.tongue()),
      kObjected, action_words(view.service, first.id, first.actions.front().id));
}

Html body_of(const ObjectionView& view) {
  const Permit& permit = view.stored.permit;
  const Calendar& calendar = view.context.calendar;
  const auto until = objection_until(permit, view.context.sop, calendar);
  return in_tongue(
      view.speech.tongue(),
      "<p class=\"halus\"><a href=\"{}\">Permohonan {}</a></p><h1>Ajukan keberatan</h1>{}"
      "<div class=\"kartu\"><p class=\"besar\">Keberatan atas penolakan ini dapat diajukan {} "
      "paling lambat <strong>{}</strong>.</p><p>Layanan: {}. Pemohon: {}. Kabar tentang keberatan "
      "dikirim ke alamat yang sama dengan permohonan ini.</p></div>{}",
      "<p class=\"halus\"><a href=\"{}\">Application {}</a></p><h1>Raise an objection</h1>{}"
      "<div class=\"kartu\"><p class=\"besar\">You can object to this refusal {} until "
      "<strong>{}</strong>.</p><p>Service: {}. Applicant: {}. News of the objection goes to the "
      "same address as that of this application.</p></div>{}",
      view.back, permit.number, view.fault.empty() ? Html() : message(view.fault, true),
      view.context.sop.objection->how,
      until ? (view.speech.english() ? view.speech.date(calendar.local_end(*until))
                                     : notify::date(calendar.local_end(*until)))
            : std::string(),
      view.service.title, view.stored.applicant.name, form_of(view));
}

// What keeps the form from being sent on; empty: nothing.
std::string fault_in(const http::Form& form, const FieldsRead& fields) {
  const std::string reason = form.text("catatan");
  if (notify::characters(reason) > http::BodyLimits::note)
    return "Alasan terlalu panjang; paling banyak 2.000 huruf.";
  if (reason.empty()) return "Tuliskan alasan keberatan terlebih dahulu.";
  return fields.fault;
}

class ObjectionPages : public PageGroup {
 public:
  explicit ObjectionPages(const PageParts& parts)
      : PageGroup(parts), committer_(parts.committer), public_url_(parts.public_url) {}
  awaitable<Response> objection(PageCall call);
  awaitable<Response> objection_act(PageCall call);

 private:
  awaitable<Response> objection_page(const PageCall& call, std::int64_t id, Outcomes outcome);
  Response refused(const PageCall& call, const Permit& permit, const Outcomes& outcome) const;
  awaitable<Response> lead_to(const PageCall& call, std::string answer);
  static std::string back_from(const PageCall& call) {
    return "/lacak/" + call.request.param("secret");
  }

  office::Committer& committer_;
  const std::string public_url_;
};

}  // namespace

Html objected_to(const StoredPermit& stored, const Beside& beside, const LinkKeys& links) {
  for (const store::RelatedPermit& one : beside)
    if (one.id == stored.permit.related)
      return html("<p>Keberatan atas permohonan {}.</p>", link_to(stored, one, links));
  return {};
}

Html objections_to(const StoredPermit& stored, const Beside& beside, const LinkKeys& links) {
  Html all;
  for (const store::RelatedPermit& one : beside)
    if (one.related == stored.permit.id)
      all += html("<p>Keberatan telah diajukan: permohonan {}.</p>", link_to(stored, one, links));
  return all;
}

Html related_facts(const Permit& permit, const Beside& beside) {
  Html facts;
  for (const store::RelatedPermit& one : beside) {
    const Html link = html("<a href=\"/permohonan/{}\">{}</a>", one.id, one.number);
    facts += one.related == permit.id
                 ? html("<dt>Keberatan</dt><dd>{}, {}</dd>", link, state_words(one.state))
                 : html("<dt>Keberatan atas</dt><dd>{}</dd>", link);
  }
  return facts;
}

awaitable<Response> ObjectionPages::objection(PageCall call) {
  auto finding = tracked_permit(call.request);
  const auto id = co_await std::move(finding);
  if (!id) co_return missed(call, not_found(call));
  const Outcomes asked{false, 200, ""};
  auto showing = objection_page(call, *id, asked);
  co_return co_await std::move(showing);
}

awaitable<Response> ObjectionPages::objection_page(const PageCall& call, std::int64_t id,
                                                   Outcomes outcome) {
  pg::Pipeline more;
  const auto its_related = store::add_related(more, id);
  const auto its_tongue = store::add_tongue_of(more, id);
  auto reading = reader_.read({id}, std::move(more));
  const Reading found = co_await std::move(reading);
  const auto permit = found.permits.find(id);
  if (permit == found.permits.end()) co_return not_found(call);
  store::StoredPermit stored = permit->second;
  const Beside beside = found.results[its_related];
  const Sop& sop = rulebook_.sop_version(stored.permit.sop_version);
  const Context context = rulebook_.context(sop, found.moment.now);
  const Sop* service = objection_service(sop, rulebook_);
  const std::optional<Refusal> why_not =
      service ? refuse_objection(stored.permit, beside, *service, context) : std::nullopt;
  if (!service || why_not) {
    if (!outcome.words.empty()) co_return refused(call, stored.permit, outcome);
    if (why_not && why_not->reason() == Reason::objection_under_way)
      co_return see_other(back_from(call));
    co_return not_found(call);
  }
  stored.permit = as_decided(stored.permit, context);
  const std::optional<std::string> chosen = found.results[its_tongue];
  const notify::Speech speech(tongue_for(call.request, notify::tongue_of(chosen.value_or(""))),
                              context.calendar);
  const std::string fault = outcome.in(speech.tongue());
  const ObjectionView view{stored,
                           context,
                           *service,
                           back_from(call),
                           new_form_keys(csrf_token(call.request.param("secret"), "lacak")),
                           call.form,
                           fault,
                           speech};
  Page page;
  page.title = speech.say("Ajukan keberatan", "Raise an objection");
  page.office = signing_in_.office_name();
  page.tongue = speech.tongue();
  page.other_tongue = other_tongue_of(call.request, speech.tongue());
  page.foot = contact_foot(signing_in_.office(), speech, found.moment.now);
  page.body = body_of(view);
  Response response = page_response(outcome.status, page);
  keep_tongue(call.request, public_url_, response);
  co_return response;
}

// There is no form any more to say it in; the reason was the work of writing it.
Response ObjectionPages::refused(const PageCall& call, const Permit& permit,
                                 const Outcomes& outcome) const {
  const std::string reason = call.form.text("catatan");
  const Html typed =
      reason.empty() ? Html() : html("<h2>Alasan yang Anda tulis</h2><p>{}</p>", lines(reason));
  return page(outcome.status, call, "Keberatan tidak diajukan",
              html("<h1>Keberatan tidak diajukan</h1><div class=\"kartu\"><p>{}</p><p>"
                   "<a href=\"{}\">Lihat permohonan {}</a></p></div>{}",
                   outcome.words, back_from(call), permit.number, typed));
}

awaitable<Response> ObjectionPages::objection_act(PageCall call) {
  const std::string secret = call.request.param("secret");
  auto finding = tracked_permit(call.request);
  const auto id = co_await std::move(finding);
  if (!id) co_return missed(call, not_found(call));
  if (!call.look && !equal_in_constant_time(call.form.text("token"), csrf_token(secret, "lacak")))
    co_return stale_form(call);
  auto reading = reader_.read({*id}, {});
  const Reading found = co_await std::move(reading);
  const auto stored = found.permits.find(*id);
  const Sop* service =
      stored == found.permits.end()
          ? nullptr
          : objection_service(rulebook_.sop_version(stored->second.permit.sop_version), rulebook_);
  if (!service) co_return not_found(call);
  const std::vector<const Field*> fields = fields_asked(*service);
  const FieldValues none;
  FieldsRead read = read_fields({fields, none}, call.form);
  Outcomes outcome{false, call.look ? 200 : 422, call.look ? "" : fault_in(call.form, read)};
  if (!call.look && outcome.words.empty()) outcome = upload_fault(call.form).value_or(outcome);
  if (!call.look && outcome.words.empty()) {
    Submission submission;
    submission.sop = service->id;
    submission.applicant = stored->second.applicant;
    submission.permit.subject =
        "Keberatan atas penolakan permohonan " + stored->second.permit.number;
    submission.permit.created_by = kSpeaksForApplicant;
    submission.permit.documents = uploaded(call.form);
    submission.permit.fields = std::move(read.changed);
    submission.permit.related = *id;
    submission.permit.note = call.form.text("catatan");
    Asked asked;
    asked.actor = {Actor::Kind::applicant, kSpeaksForApplicant, ""};
    asked.token = -*id;
    asked.command = std::move(submission);
    auto submitting = submit(committer_, call, std::move(asked));
    outcome = co_await std::move(submitting);
  }
  if (outcome.done) {
    auto leading = lead_to(call, std::move(outcome.answer));
    co_return co_await std::move(leading);
  }
  auto showing = objection_page(call, *id, outcome);
  co_return co_await std::move(showing);
}

// To the tracking page of what was opened, as the answer names it.
awaitable<Response> ObjectionPages::lead_to(const PageCall& call, std::string answer) {
  const boost::json::value opened = boost::json::parse(answer);
  const std::int64_t id = http::parse_id(opened.at("id").as_string()).value_or(0);
  auto reading = reader_.read({id}, {});
  const Reading found = co_await std::move(reading);
  const auto stored = found.permits.find(id);
  if (stored == found.permits.end()) co_return not_found(call);
  co_return see_other(fmt::format(
      "/lacak/{}?sudah={}", links().secret(LinkKeys::Opens::tracking, stored->second.tracking_seed),
      kObjected));
}

std::vector<PageRoute> objection_pages(const PageParts* parts) {
  static constexpr http::RowOf<ObjectionPages, PageCall> kRows[] = {
      {"GET", "/lacak/{secret}/keberatan", "page_track_objection", Who::anyone, In::none,
       Out::counted, &ObjectionPages::objection},
      {"POST", "/lacak/{secret}/keberatan", "page_track_objection_act", Who::anyone, In::file,
       Out::counted, &ObjectionPages::objection_act},
  };
  return http::answered_by(parts, kRows);
}

}  // namespace tenggat::pages
