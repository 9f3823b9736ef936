// "/": where is my file? A citizen gives the number of an application and the phone or address it
// was made with, and the link goes to what is on record; the answer is the same whatever was typed,
// and takes the same time. Below, what each service asks for and how long it takes: the limit
// beside what it really took.
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/pages/citizen.h"
#include "daemon/pages/field_inputs.h"
#include "daemon/pages/page_calls.h"
#include "daemon/pages/words.h"
#include "daemon/store/permits.h"
#include "notifiers/phone.h"
#include "rules/ascii.h"

namespace tenggat::pages {
namespace {

using notify::Speech;

constexpr std::size_t kNumberMax = 60, kAddressMax = 254, kQueryMax = 100, kCodeMax = 400;
constexpr std::size_t kListed = 40;      // services; of more, those that are looked for
constexpr std::size_t kUnfolded = 5;     // of so many what they ask for stands on the page itself
constexpr std::int64_t kSentAnHour = 3;  // links of one permit; more than that helps nobody
// What each question for a lost link takes: one that is found is written down, one that is not is
// soon looked for. Where the database needs longer, a multiple of it.
constexpr std::chrono::milliseconds kBeat{300};

Html form_to_find(const Speech& speech) {
  return html(
      "<form method=\"post\" action=\"/lacak\" class=\"kartu\">"
      "<label for=\"nomor\">{}</label><p class=\"halus\" id=\"nomor-petunjuk\">{}</p>"
      "<input type=\"text\" id=\"nomor\" name=\"nomor\" required maxlength=\"{}\" "
      "autocapitalize=\"characters\" spellcheck=\"false\" autocomplete=\"off\" "
      "aria-describedby=\"nomor-petunjuk\">"
      "<label for=\"kontak\">{}</label><p class=\"halus\" id=\"kontak-petunjuk\">{}</p>"
      "<input type=\"text\" id=\"kontak\" name=\"kontak\" required maxlength=\"{}\" "
      "autocapitalize=\"none\" spellcheck=\"false\" autocomplete=\"email\" "
      "aria-describedby=\"kontak-petunjuk\">"
      "<p><button class=\"utama\">{}</button></p><p class=\"halus\">{}</p></form>",
      speech.say("Nomor permohonan", "Number of the application"),
      speech.say("Tertulis pada pesan WhatsApp atau email dari kami.",
                 "It stands in our WhatsApp message or mail."),
      kNumberMax, speech.say("Nomor WhatsApp atau email", "WhatsApp number or email"),
      speech.say("Yang Anda berikan saat mengajukan permohonan.",
                 "The one you gave when you applied."),
      kAddressMax, speech.say("Kirim tautan lacak", "Send me the link"),
      speech.say(
          "Tautan dikirim ke nomor dan email yang tercatat pada permohonan. Demi keamanan, "
          "halaman ini tidak memberi tahu apakah permohonan itu ada.",
          "The link goes to the number and address on record. For your safety this page does "
          "not say whether there is such an application."));
}

Html form_to_check(const Speech& speech) {
  return html(
      "<h2>{}</h2><form method=\"get\" action=\"/cek\" class=\"kartu\"><label "
      "for=\"kode\">{}</label>"
      "<p class=\"halus\" id=\"kode-petunjuk\">{}</p><div class=\"sebaris cari\">"
      "<input type=\"text\" id=\"kode\" name=\"kode\" required maxlength=\"{}\" "
      "autocapitalize=\"none\" spellcheck=\"false\" autocomplete=\"off\" "
      "aria-describedby=\"kode-petunjuk\"><button>{}</button></div></form>",
      speech.say("Periksa keaslian dokumen", "Check a document"),
      speech.say("Kode keaslian", "Code"),
      speech.say("Pada kode QR dokumen atau halaman lacak; tautannya juga diterima.",
                 "From the QR code of the document or of its page; the link is taken, too."),
      kCodeMax, speech.say("Periksa", "Check"));
}

std::vector<std::string> asked_by(const Sop& sop) {
  std::vector<std::string> all;
  for (const std::string& kind : sop.steps.front().needs)
    all.push_back(document_words(kind, "", sop));
  const auto checked = std::find_if(sop.steps.begin(), sop.steps.end(),
                                    [](const Step& step) { return !step.requirements.empty(); });
  if (checked != sop.steps.end())
    for (const Requirement& one : checked->requirements) all.push_back(one.text);
  for (const Field* field : fields_asked(sop)) all.push_back(field->label);
  return all;
}

Html requirements_of(const Sop& sop, const Speech& speech) {
  Html items;
  for (const std::string& one : asked_by(sop)) items += html("<li>{}</li>", one);
  return items.empty()
             ? html("<p>{}</p>", speech.say("Tidak ada yang disyaratkan.", "Nothing is asked for."))
             : html("<ol lang=\"id\">{}</ol>", items);
}

// Limit beside what it really took, also where that is worse.
Html row_of(const Sop& sop, const office::CaseTimes* times, const Speech& speech) {
  const Counting counting = counting_of(sop.case_standard);
  const std::string too_few = speech.say("belum cukup data", "not enough data yet");
  const char* names[] = {
      speech.say("Batas", "Limit"), speech.say("Separuh selesai dalam", "Half are done in"),
      speech.say("9 dari 10 selesai dalam", "9 of 10 are done in"), speech.say("Jumlah", "Number")};
  return html(
      "<tr><th scope=\"row\"><a class=\"sentuh\" href=\"/syarat/{}\" lang=\"id\">{}</a></th>"
      "<td data-nama=\"{}\">{}</td><td data-nama=\"{}\"><strong>{}</strong></td>"
      "<td data-nama=\"{}\"><strong>{}</strong></td><td data-nama=\"{}\" "
      "class=\"angka\">{}</td></tr>",
      sop.id, sop.title, names[0], speech.budget(sop.case_standard), names[1],
      times ? speech.span(times->p50, counting) : too_few, names[2],
      times ? speech.span(times->p90, counting) : too_few, names[3],
      times ? speech.number(times->count) : std::string("–"));
}

Html table_of(const std::vector<const Sop*>& sops, const office::Board* board,
              const Speech& speech) {
  Html rows;
  for (const Sop* sop : sops) rows += row_of(*sop, times_of(board, *sop), speech);
  return html(
      "<table class=\"layanan kartu\"><thead><tr><th scope=\"col\">{}</th><th scope=\"col\">{}</th>"
      "<th scope=\"col\">{}</th><th scope=\"col\">{}</th><th scope=\"col\" "
      "class=\"angka\">{}</th></tr>"
      "</thead><tbody>{}</tbody></table>",
      speech.say("Layanan dan syaratnya", "Service, and what it asks for"),
      speech.say("Batas", "Limit"), speech.say("Separuh selesai dalam", "Half are done in"),
      speech.say("9 dari 10 selesai dalam", "9 of 10 are done in"), speech.say("Jumlah", "Number"),
      rows);
}

// What citizens can apply for; an objection is raised from the refusal it is of.
std::vector<const Sop*> services_of(const office::Rulebook& rulebook) {
  const std::vector<const Sop*> all = rulebook.sops_in_force();
  std::vector<const Sop*> services;
  for (const Sop* sop : all)
    if (!rulebook.is_retired(sop->id) &&
        std::none_of(all.begin(), all.end(), [&](const Sop* other) {
          return other->objection && other->objection->sop == sop->id;
        }))
      services.push_back(sop);
  std::sort(services.begin(), services.end(),
            [](const Sop* a, const Sop* b) { return a->title < b->title; });
  return services;
}

// As it is stored: a phone in its one form, a mail address as typed.
std::string address_of(std::string_view typed) {
  if (typed.find('@') != std::string_view::npos) return std::string(typed);
  return notify::normalise_phone(typed).value_or("");
}

class FrontPages : public PageGroup {
 public:
  explicit FrontPages(const PageParts& parts)
      : PageGroup(parts),
        committer_(parts.committer),
        board_(parts.board),
        public_url_(parts.public_url) {}
  awaitable<Response> front(PageCall call);
  awaitable<Response> find(PageCall call);
  awaitable<Response> requirements(PageCall call);
  awaitable<Response> find_receipt(PageCall call);

 private:
  Speech speech_of(const PageCall& call) const {
    return {tongue_for(call.request), rulebook_.calendar(signing_in_.office_hours())};
  }
  awaitable<Instant> office_time(std::shared_ptr<const office::Board> board);
  Response citizens_page(const PageCall& call, const Speech& speech, std::string title, Html body,
                         Instant now) const;
  Html services(const PageCall& call, const Speech& speech, const office::Board* board) const;
  awaitable<void> send_lost_link(std::string number, std::string address);

  office::Committer& committer_;
  office::BoardFeed& board_;
  const std::string public_url_;
};

}  // namespace

// The board's clock is the office's, two seconds old at most; no query is needed for it.
awaitable<Instant> FrontPages::office_time(std::shared_ptr<const office::Board> board) {
  if (board) co_return board->at;
  auto reading = reader_.read({}, {});
  const Reading found = co_await std::move(reading);
  co_return found.moment.now;
}

Response FrontPages::citizens_page(const PageCall& call, const Speech& speech, std::string title,
                                   Html body, Instant now) const {
  Page page;
  page.title = std::move(title);
  page.office = signing_in_.office_name();
  page.frame = Page::Frame::wide;
  page.tongue = speech.tongue();
  page.other_tongue = other_tongue_of(call.request, speech.tongue());
  page.beside_name = html("<a href=\"/masuk\">{}</a>", speech.say("Masuk petugas", "For officers"));
  page.foot = contact_foot(signing_in_.office(), speech, now);
  page.body = std::move(body);
  Response response = page_response(200, page);
  keep_tongue(call.request, public_url_, response);
  return response;
}

Html FrontPages::services(const PageCall& call, const Speech& speech,
                          const office::Board* board) const {
  std::vector<const Sop*> all = services_of(rulebook_);
  const std::string asked =
      http::searched_words(call.request.query.get("q").value_or("").substr(0, kQueryMax));
  Html search;
  if (all.size() > kListed) {
    const std::string wanted = lowered(asked);
    std::erase_if(
        all, [&](const Sop* sop) { return lowered(sop->title).find(wanted) == std::string::npos; });
    search = html(
        "<form method=\"get\" action=\"/\" role=\"search\"><label for=\"q\">{}</label>"
        "<div class=\"sebaris cari\"><input type=\"search\" id=\"q\" name=\"q\" value=\"{}\" "
        "maxlength=\"{}\"><button>{}</button></div></form><p class=\"halus\" role=\"status\">{} "
        "{}</p>",
        speech.say("Nama layanan", "Name of a service"), asked, kQueryMax,
        speech.say("Cari", "Search"), all.size(), speech.say("layanan", "services"));
    all.resize(std::min(all.size(), kListed));
  }
  Html folds;
  if (all.size() <= kUnfolded)
    for (const Sop* sop : all)
      folds += html("<details><summary>{} {}</summary>{}</details>",
                    speech.say("Syarat", "What is asked for:"),
                    html("<span lang=\"id\">{}</span>", sop->title), requirements_of(*sop, speech));
  return html(
      "<h2>{}</h2><p class=\"halus\">{}</p>{}{}{}",
      speech.say("Layanan dan lamanya", "Services, and how long they take"),
      speech.say("Dihitung sejak berkas dinyatakan lengkap. Angka sebenarnya dari permohonan yang "
                 "selesai dalam 90 hari terakhir.",
                 "Counted from when the file is found complete. What it really took: applications "
                 "that were done in the last 90 days."),
      search,
      all.empty() ? html("<p>{}</p>", speech.say("Tidak ada layanan yang cocok.", "None fits."))
                  : table_of(all, board, speech),
      folds);
}

awaitable<Response> FrontPages::front(PageCall call) {
  const auto board = board_.current();
  auto asking = office_time(board);
  const Instant now = co_await std::move(asking);
  const Speech speech = speech_of(call);
  const std::string& apply = signing_in_.office().counter.apply_url;
  const Html where =
      apply.empty() ? Html()
                    : html("<p>{} <a class=\"sentuh\" href=\"{}\" rel=\"noreferrer\">{}</a></p>",
                           speech.say("Permohonan baru diajukan melalui", "Apply at"), apply,
                           apply.substr(apply.find("//") + 2));
  Html body = html(
      "<div class=\"dua\"><section><h1>{}</h1><p>{}</p>{}<p class=\"halus\">{}</p></section>"
      "<section><h2>{}</h2><div class=\"kartu\"><p>{}</p>{}</div></section></div>{}{}{}",
      speech.say("Lacak permohonan", "Follow your application"),
      speech.say("Lihat tahap berkas Anda, siapa yang memegangnya, dan kapan selesai.",
                 "See where your file is, who has it, and when it will be done."),
      form_to_find(speech),
      speech.say("Tidak menerima tautan dalam 15 menit, atau nomor Anda berganti? Hubungi kami "
                 "dengan menyebut nomor permohonan.",
                 "No link within 15 minutes, or another number since? Call us, with the number of "
                 "your application at hand."),
      speech.say("Kantor pelayanan", "The office"), open_now(speech, now),
      contact_facts(signing_in_.office(), speech, now), services(call, speech, board.get()), where,
      form_to_check(speech));
  co_return citizens_page(call, speech, speech.say("Lacak permohonan", "Follow your application"),
                          std::move(body), now);
}

awaitable<Response> FrontPages::requirements(PageCall call) {
  const std::vector<const Sop*> all = services_of(rulebook_);
  const auto found = std::find_if(
      all.begin(), all.end(), [&](const Sop* sop) { return sop->id == call.request.param("id"); });
  if (found == all.end()) co_return not_found(call);
  const auto board = board_.current();
  auto asking = office_time(board);
  const Instant now = co_await std::move(asking);
  const Speech speech = speech_of(call);
  const Sop& sop = **found;
  const std::vector<const Sop*> alone(1, &sop);
  Html body = html(
      "<p class=\"halus\"><a class=\"sentuh\" href=\"/\">{}</a></p>"
      "<h1 lang=\"id\">{}</h1>{}<h2>{}</h2><div class=\"kartu\">{}</div>",
      speech.say("Halaman depan", "Front page"), sop.title, table_of(alone, board.get(), speech),
      speech.say("Syarat", "What is asked for"), requirements_of(sop, speech));
  co_return citizens_page(call, speech, sop.title, std::move(body), now);
}

// To what is on record, never to what was typed.
awaitable<void> FrontPages::send_lost_link(std::string number, std::string address) {
  pg::Pipeline looking;
  const auto lost = store::add_find_lost_link(looking, number, address);
  auto reading = reader_.read({}, std::move(looking));
  const Reading found = co_await std::move(reading);
  const std::optional<store::LostLink> link = found.results[lost];
  if (!link || link->sent_lately >= kSentAnHour) co_return;
  CommandRequest request;
  request.permit = link->permit;
  request.actor = {Actor::Kind::system, kSpeaksForApplicant, ""};
  request.command = SendLink{};
  request.idempotency.token = -link->permit;
  request.idempotency.key = fmt::format("halaman depan {}", new_form_keys("").once);
  auto submitting = committer_.submit(std::move(request));
  co_await std::move(submitting);
}

// Charged to nobody and refused to nobody, as signing in is: a refusal after so many unknown ones
// would tell which are known. From one network it is done one at a time, a beat each.
awaitable<Response> FrontPages::find(PageCall call) {
  auto waiting = door_.turn(call.request.remote_address, http::Doorkeeper::Line::always);
  const http::Doorkeeper::Turn turn = co_await std::move(waiting);
  const auto began = Clock::monotonic();
  const std::string number(trimmed(call.form.text("nomor").substr(0, kNumberMax)));
  const std::string address = address_of(trimmed(call.form.text("kontak").substr(0, kAddressMax)));
  auto sending = send_lost_link(number, address);
  co_await std::move(sending);
  const auto spent = Clock::monotonic() - began;
  const auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::steady_timer beat(executor, kBeat - spent % kBeat);
  boost::system::error_code woken;
  co_await beat.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
  auto asking = office_time(board_.current());
  const Instant now = co_await std::move(asking);
  const Speech speech = speech_of(call);
  call.request.path = "/";  // in another language there is the question, not this answer
  Html body = html(
      "<h1>{}</h1><div class=\"kartu\"><p>{}</p><p class=\"halus\">{} <a class=\"sentuh\" "
      "href=\"/\">{}</a>.</p></div>",
      speech.say("Periksa pesan Anda", "Look at your messages"),
      speech.say(
          "Apabila permohonan dan kontak itu cocok, tautan lacak sedang dikirim ke nomor dan "
          "email yang tercatat.",
          "If the application and the contact fit, the link is on its way to the number and "
          "address on record."),
      speech.say("Belum menerima apa pun dalam 15 menit? Periksa penulisannya dan",
                 "Nothing within 15 minutes? Check what you typed and"),
      speech.say("minta lagi", "ask again"));
  co_return citizens_page(call, speech, speech.say("Periksa pesan Anda", "Look at your messages"),
                          std::move(body), now);
}

// Of a whole link only its code.
awaitable<Response> FrontPages::find_receipt(PageCall call) {
  std::string code(trimmed(call.request.query.get("kode").value_or("").substr(0, kCodeMax)));
  if (const auto slash = code.rfind('/'); slash != std::string::npos) code = code.substr(slash + 1);
  co_return see_other(code.empty() ? "/" : "/cek/" + query_encoded(code));
}

std::vector<PageRoute> citizen_pages(const PageParts* parts) {
  static constexpr http::RowOf<FrontPages, PageCall> kRows[] = {
      {"GET", "/", "page_front", Who::anyone, In::none, Out::small, &FrontPages::front},
      {"POST", "/lacak", "page_find", Who::anyone, In::small, Out::small, &FrontPages::find},
      {"GET", "/syarat/{id}", "page_requirements", Who::anyone, In::none, Out::small,
       &FrontPages::requirements},
      {"GET", "/cek", "page_find_receipt", Who::anyone, In::none, Out::small,
       &FrontPages::find_receipt},
  };
  return http::answered_by(parts, kRows);
}

}  // namespace tenggat::pages
