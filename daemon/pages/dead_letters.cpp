// "Pesan gagal": what was given up, why, and what to do about it.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/base/log.h"
#include "daemon/pages/page_calls.h"
#include "daemon/pages/words.h"
#include "daemon/store/messages.h"
#include "notifiers/phone.h"
#include "notifiers/words.h"

namespace tenggat::pages {
namespace {

constexpr int kShown = 50;

std::string masked(const store::MessageRow& message) {
  return message.address.find('@') == std::string::npos ? notify::mask_phone(message.address)
                                                        : notify::mask_email(message.address);
}

Html pick_box(std::int64_t message, const http::Form& typed) {
  const std::vector<std::string> before = typed.texts("pesan");
  const bool ticked =
      std::find(before.begin(), before.end(), std::to_string(message)) != before.end();
  return ticked ? html(
                      "<input type=\"checkbox\" name=\"pesan\" value=\"{}\" aria-label=\"Pilih "
                      "pesan {}\" checked>",
                      message, message)
                : html(
                      "<input type=\"checkbox\" name=\"pesan\" value=\"{}\" aria-label=\"Pilih "
                      "pesan {}\">",
                      message, message);
}

Html message_item(const store::MessageRow& message, const Calendar& calendar,
                  const http::Form& typed) {
  const Html about = message.number.empty() ? Html()
                                            : html(" · <a href=\"/permohonan/{}\">{}</a>",
                                                   message.permit, message.number);
  return html(
      "<li class=\"gagal\"><span class=\"pilih\">{}</span>"
      "<span><strong>{}</strong><br><span class=\"halus\">{} · {} {}{}</span></span>"
      "<span>{} <span class=\"halus\">({} kali dicoba, disusun {})</span>"
      "<br><span class=\"halus\">{}</span></span></li>",
      pick_box(message.id, typed), message.subject, message.name,
      message.channel == "email" ? "email" : "WhatsApp", masked(message), about,
      badge(Tone::late, notify::delivery_words(message.reason)), message.attempts,
      notify::short_moment(calendar.local(message.rendered_at)),
      message.detail.empty() ? Html() : html("<q>{}</q>", message.detail));
}

class DeadLetterPages : public PageGroup {
 public:
  explicit DeadLetterPages(const PageParts& parts) : PageGroup(parts), pool_(parts.pool) {}
  awaitable<Response> dead_letters(PageCall call);
  awaitable<Response> dead_letters_act(PageCall call);

 private:
  awaitable<Response> dead_letters_page(const PageCall& call, int status, std::string fault);

  pg::Pool& pool_;
};

}  // namespace

awaitable<Response> DeadLetterPages::dead_letters_page(const PageCall& call, int status,
                                                       std::string fault) {
  auto acquiring = pool_.acquire();
  pg::Pool::Lease lease = co_await std::move(acquiring);
  store::MessageQuery query;
  query.state = "dead";
  query.limit = kShown + 1;
  auto listing = store::list_messages(*lease, std::move(query));
  std::vector<store::MessageRow> messages = co_await std::move(listing);
  const bool more = messages.size() > kShown;
  if (more) messages.resize(kShown);
  const Calendar& calendar = calendar_of(*rulebook_.sops_in_force().front());
  Html notice;
  if (!fault.empty())
    notice = message(fault, true);
  else if (const auto done = call.request.query.get("sudah"))
    if (const auto count = http::parse_id(*done))
      notice = message(fmt::format("{} pesan diurus.", *count));
  Html items;
  for (const store::MessageRow& one : messages) items += message_item(one, calendar, call.form);
  const Html list =
      items.empty()
          ? html("<div class=\"kartu\"><p>Tidak ada pesan yang gagal.</p></div>")
          : html(
                "<form method=\"post\" action=\"/pesan\">{}<div class=\"kartu\">"
                "<ul class=\"polos tugas\">{}</ul></div>{}"
                "<div class=\"sebaris\" role=\"group\" aria-label=\"Untuk pesan yang dipilih\">"
                "<button class=\"utama\" name=\"aksi\" value=\"ulang\">Kirim ulang yang dipilih"
                "</button><button class=\"bahaya\" name=\"aksi\" value=\"buang\">Hapus yang dipilih"
                "</button></div></form>",
                hidden_fields(new_form_keys(call.who->visitor.csrf)), items,
                more ? html("<p class=\"halus\">Ditampilkan {} yang terbaru.</p>", kShown)
                     : Html());
  Html body = html(
      "<h1>Pesan gagal</h1><p class=\"halus\">Pesan yang tidak dapat dikirim dan tidak dicoba lagi "
      "dengan sendirinya. Perbaiki dahulu sebabnya, lalu kirim ulang; yang dihapus tidak pernah "
      "dikirim.</p>{}{}",
      notice, list);
  co_return page(status, call, "Pesan gagal", std::move(body), true);
}

awaitable<Response> DeadLetterPages::dead_letters(PageCall call) {
  auto showing = dead_letters_page(call, 200, "");
  co_return co_await std::move(showing);
}

// Each by itself, and each names the state it must be in: sending the form twice changes nothing.
awaitable<Response> DeadLetterPages::dead_letters_act(PageCall call) {
  if (call.look) {
    auto showing = dead_letters_page(call, call.look_status(), call.why);
    co_return co_await std::move(showing);
  }
  const std::string action = call.form.text("aksi");
  if (action != "ulang" && action != "buang") co_return stale_form(call);
  int done = 0, gone = 0;
  for (const std::string& text : call.form.texts("pesan")) {
    const auto id = http::parse_id(text);
    if (!id) continue;
    auto acquiring = pool_.acquire();
    pg::Pool::Lease lease = co_await std::move(acquiring);
    auto changing = action == "ulang" ? store::retry_message(*lease, by(call), *id)
                                      : store::discard_message(*lease, by(call), *id);
    const store::MessageChange change = co_await std::move(changing);
    if (change != store::MessageChange::done) {
      ++gone;
      continue;
    }
    ++done;
    log_event(Level::info, action == "ulang" ? "message_retried" : "message_discarded",
              {{"by", call.who->officer.id}, {"about", *id}});
  }
  if (gone == 0 && done > 0) co_return see_other(fmt::format("/pesan?sudah={}", done));
  auto showing = dead_letters_page(
      call, gone > 0 ? 409 : 422,
      gone > 0 ? fmt::format("{} pesan diurus; {} sudah tidak gagal lagi.", done, gone)
               : "Pilih dahulu pesan yang hendak diurus.");
  co_return co_await std::move(showing);
}

std::vector<PageRoute> dead_letter_pages(const PageParts* parts) {
  static constexpr http::RowOf<DeadLetterPages, PageCall> kRows[] = {
      {"GET", "/pesan", "page_dead_letters", Who::administrator, In::none, Out::counted,
       &DeadLetterPages::dead_letters},
      {"POST", "/pesan", "page_dead_letters_act", Who::administrator, In::whole, Out::counted,
       &DeadLetterPages::dead_letters_act},
  };
  return http::answered_by(parts, kRows);
}

}  // namespace tenggat::pages
