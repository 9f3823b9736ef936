// Where an applicant is reached: an officer corrects a phone or an address, and has the tracking
// link sent once more. The audit keeps digests.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/base/clock.h"
#include "daemon/http/rate_limit.h"
#include "daemon/pages/page_calls.h"
#include "daemon/pages/words.h"
#include "notifiers/phone.h"
#include "rules/permit/offers.h"

namespace tenggat::pages {
namespace {

constexpr std::string_view kContact = "kontak", kLink = "tautan";
constexpr int kLinksAMinute = 3;  // of one permit

// As typed → as it is stored; what is wrong with it, or nothing.
std::string_view read_contact(const http::Form& form, CorrectContact& contact) {
  contact.email = form.text("email");
  contact.whatsapp = form.text("whatsapp");
  if (contact.email.empty() && contact.whatsapp.empty())
    return "Isi sekurangnya satu: email atau nomor WhatsApp.";
  if (!contact.email.empty() && !notify::is_mail_address(contact.email))
    return "Alamat email ini tidak dikenali.";
  if (contact.whatsapp.empty()) return "";
  if (notify::is_foreign_phone(contact.whatsapp)) return kForeignPhone;
  const auto number = notify::normalise_phone(contact.whatsapp);
  if (!number) return "Nomor WhatsApp ini bukan nomor seluler Indonesia (0812…, +62812…).";
  contact.whatsapp = *number;
  return "";
}

std::string path_of(const Permit& permit) { return "/permohonan/" + std::to_string(permit.id); }

class ApplicantPages : public PageGroup {
 public:
  explicit ApplicantPages(const PageParts& parts)
      : PageGroup(parts), committer_(parts.committer), links_(kLinksAMinute) {}
  awaitable<Response> applicant(PageCall call);
  awaitable<Response> applicant_act(PageCall call);

 private:
  awaitable<Response> applicant_page(const PageCall& call, std::int64_t id, int status,
                                     std::string fault);

  office::Committer& committer_;
  http::RateLimit links_;  // tracking links sent once more, by permit
};

}  // namespace

awaitable<Response> ApplicantPages::applicant_page(const PageCall& call, std::int64_t id,
                                                   int status, std::string fault) {
  auto reading = reader_.read({id}, {});
  const Reading found = co_await std::move(reading);
  const auto permit = found.permits.find(id);
  if (permit == found.permits.end()) co_return not_found(call);
  const store::StoredPermit& stored = permit->second;
  const std::string path = path_of(stored.permit) + "/pemohon";
  const Context context =
      rulebook_.context(rulebook_.sop_version(stored.permit.sop_version), found.moment.now);
  const std::vector<Offer> offered =
      offers(stored.permit, {Actor::Kind::officer, call.who->officer.id, ""}, context);
  const bool reachable = !stored.applicant.email.empty() || !stored.applicant.whatsapp.empty();
  Html notice;
  if (!fault.empty()) {
    notice = message(fault, true);
  } else if (const auto done = call.request.query.get("sudah")) {
    notice = message(*done == kLink ? "Tautan lacak sedang dikirim." : "Kontak telah diperbaiki.");
  }
  const Offer& reach = *std::find_if(offered.begin(), offered.end(), [](const Offer& one) {
    return one.what == Offer::What::reach_applicant;
  });
  // What was typed stays where it was refused.
  const Typed typed(call.form, kContact);
  const std::string email = typed.text("email", stored.applicant.email);
  const std::string whatsapp = typed.text("whatsapp", stored.applicant.whatsapp);
  const Html again_form =
      reachable
          ? html(
                "<form method=\"post\" action=\"{}\">{}<p>Tautan dikirim ke alamat di atas sebagai "
                "pesan resmi.</p><p><button name=\"aksi\" value=\"{}\">Kirim ulang tautan lacak"
                "</button></p></form>",
                path, hidden_fields(new_form_keys(call.who->visitor.csrf)), kLink)
          : html("<p>Belum ada alamat pemohon; isi dahulu di atas.</p>");
  const Html forms = html(
      "<form method=\"post\" action=\"{}\">{}{}"
      "<label for=\"whatsapp\">Nomor WhatsApp</label>"
      "<input type=\"text\" id=\"whatsapp\" name=\"whatsapp\" inputmode=\"tel\" maxlength=\"32\" "
      "value=\"{}\"><label for=\"email\">Email</label>"
      "<input type=\"text\" id=\"email\" name=\"email\" inputmode=\"email\" maxlength=\"254\" "
      "value=\"{}\"><div class=\"pilihan\">{}</div>"
      "<p class=\"halus\">Perubahan tercatat dalam riwayat tanpa nomor dan alamatnya.</p>"
      "<p><button class=\"utama\" name=\"aksi\" value=\"{}\">Simpan kontak</button></p></form>"
      "<h2>Tautan lacak</h2>{}",
      path, hidden_fields(new_form_keys(call.who->visitor.csrf)), form_mark(kContact), whatsapp,
      email, tick_box("kirim", "ya", "Kirim tautan lacak ke alamat baru", typed.has("kirim", "ya")),
      kContact, again_form);
  Html body = html("<p class=\"halus\"><a href=\"{}\">Permohonan {}</a></p><h1>Kontak {}</h1>{}{}",
                   path_of(stored.permit), stored.permit.number, stored.applicant.name, notice,
                   reach.stands() ? forms : html("<p>{}</p>", refusal_words(*reach.why_not)));
  co_return page(status, call, "Kontak pemohon " + stored.permit.number, std::move(body));
}

awaitable<Response> ApplicantPages::applicant(PageCall call) {
  auto finding = reader_.id_of(call.request.param("id"), call.request.trace);
  const auto id = co_await std::move(finding);
  if (!id) co_return not_found(call);
  auto showing = applicant_page(call, *id, 200, "");
  co_return co_await std::move(showing);
}

awaitable<Response> ApplicantPages::applicant_act(PageCall call) {
  auto finding = reader_.id_of(call.request.param("id"), call.request.trace);
  const auto id = co_await std::move(finding);
  if (!id) co_return not_found(call);
  if (call.look) {
    auto showing = applicant_page(call, *id, call.look_status(), call.why);
    co_return co_await std::move(showing);
  }
  auto reading = reader_.read({*id}, {});
  const Reading found = co_await std::move(reading);
  const auto permit = found.permits.find(*id);
  if (permit == found.permits.end()) co_return not_found(call);
  const store::StoredPermit::Applicant known = permit->second.applicant;
  const std::string path = path_of(permit->second.permit) + "/pemohon?sudah=";

  const std::string action = call.form.text("aksi");
  CorrectContact contact;
  std::string fault;
  bool changed = false, send = action == kLink;
  if (action == kContact) {
    fault = read_contact(call.form, contact);
    changed = contact.email != known.email || contact.whatsapp != known.whatsapp;
    send = call.form.text("kirim") == "ya";
    if (fault.empty() && !changed && !send) fault = "Kontak ini sama dengan yang sudah tercatat.";
  } else if (!send) {
    co_return stale_form(call);
  }
  if (fault.empty() && send && links_.ask(std::to_string(*id), Clock::monotonic()).count() > 0)
    fault = "Tautan baru saja dikirim; tunggu sebentar sebelum mengirimnya lagi.";
  Outcomes outcome{fault.empty(), 422, fault};
  if (outcome.done && changed) {
    Asked asked;
    asked.permit = *id;
    asked.actor = {Actor::Kind::officer, call.who->officer.id, ""};
    asked.token = call.who->principal.token;
    asked.command = contact;
    auto submitting = submit(committer_, call, std::move(asked));
    outcome = co_await std::move(submitting);
  }
  if (outcome.done && send) {
    Asked asked;
    asked.permit = *id;
    asked.actor = {Actor::Kind::officer, call.who->officer.id, ""};
    asked.token = call.who->principal.token;
    asked.part = " tautan";
    asked.command = SendLink{};
    auto submitting = submit(committer_, call, std::move(asked));
    outcome = co_await std::move(submitting);
  }
  if (outcome.done) co_return see_other(path + std::string(action));
  auto showing = applicant_page(call, *id, outcome.status, outcome.words);
  co_return co_await std::move(showing);
}

std::vector<PageRoute> applicant_pages(const PageParts* parts) {
  static constexpr http::RowOf<ApplicantPages, PageCall> kRows[] = {
      {"GET", "/permohonan/{id}/pemohon", "page_applicant", Who::officer, In::none, Out::small,
       &ApplicantPages::applicant},
      {"POST", "/permohonan/{id}/pemohon", "page_applicant_act", Who::officer, In::whole,
       Out::small, &ApplicantPages::applicant_act},
  };
  return http::answered_by(parts, kRows);
}

}  // namespace tenggat::pages
