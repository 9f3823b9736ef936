// Signing in without a password: who asks gets the same answer whatever was typed, the link goes to
// the officer's own channel, and only the button behind it opens a session, once.
#include <algorithm>

#include "daemon/base/log.h"
#include "daemon/pages/page_calls.h"
#include "daemon/pages/sessions.h"
#include "daemon/store/sessions.h"

namespace tenggat::pages {
namespace {

constexpr std::size_t kAddressMax = 254;

Html form_to_ask(const std::string& return_to) {
  return html(
      "<h1>Masuk</h1><p>Halaman ini untuk petugas. Tautan masuk dikirim ke email atau nomor "
      "WhatsApp "
      "yang terdaftar; tidak ada kata sandi.</p>"
      "<form method=\"post\" action=\"/masuk\"><input type=\"hidden\" name=\"ke\" value=\"{}\">"
      "<label for=\"alamat\">Email atau nomor WhatsApp</label>"
      "<input type=\"text\" id=\"alamat\" name=\"alamat\" required maxlength=\"254\" "
      "autocomplete=\"email\" autocapitalize=\"none\" spellcheck=\"false\">"
      "<p><button class=\"utama penuh\">Kirim tautan masuk</button></p></form>",
      return_to);
}

// A cookie that is kept to our own pages is not sent along with a link from elsewhere; a click here
// is from our own page.
Html already_signed_in(const std::string& return_to) {
  return html(
      "<p class=\"halus\">Sudah masuk di perangkat ini? <a href=\"{}\">Lanjutkan ke halaman yang "
      "dituju</a>.</p>",
      return_to);
}

class SignInPages : public PageGroup {
 public:
  explicit SignInPages(const PageParts& parts)
      : PageGroup(parts), pool_(parts.pool), public_url_(parts.public_url) {}
  awaitable<Response> sign_in(PageCall call);
  awaitable<Response> sign_in_ask(PageCall call);
  awaitable<Response> sign_in_link(PageCall call);
  awaitable<Response> sign_in_use(PageCall call);
  awaitable<Response> sign_out(PageCall call);

 private:
  awaitable<bool> is_usable_link(const Request& request);
  Response no_such_link(const PageCall& call) const;

  pg::Pool& pool_;
  const std::string public_url_;
};

}  // namespace

awaitable<Response> SignInPages::sign_in(PageCall call) {
  const std::string return_to = safe_return(call.request.query.get("ke").value_or(""));
  co_return page(200, call, "Masuk",
                 html("{}{}", form_to_ask(return_to), already_signed_in(return_to)));
}

// Whatever is typed is answered by the same page and charged to nobody: a refusal after so many
// unknown addresses, here or elsewhere, would tell which are known. From one network it is done one
// at a time; what an officer is sent at most, store::kLinksAtMost says.
awaitable<Response> SignInPages::sign_in_ask(PageCall call) {
  office::SigningIn::Request asked;
  asked.address = call.form.text("alamat").substr(0, kAddressMax);
  asked.return_to = safe_return(call.form.text("ke"));
  auto waiting = door_.turn(call.request.remote_address, http::Doorkeeper::Line::always);
  const http::Doorkeeper::Turn turn = co_await std::move(waiting);
  auto sending = signing_in_.send_link(std::move(asked));
  co_await std::move(sending);
  co_return page(
      200, call, "Periksa pesan Anda",
      html(
          "<h1>Periksa pesan Anda</h1><div class=\"kartu\"><p>Apabila alamat itu terdaftar, tautan "
          "masuk sedang dikirim ke sana. Tautan berlaku 15 menit dan hanya untuk satu kali "
          "masuk.</p>"
          "<p class=\"halus\">Belum menerima apa pun? Periksa penulisannya dan <a "
          "href=\"/masuk\">minta lagi</a>, atau hubungi pengelola sistem.</p></div>"));
}

awaitable<bool> SignInPages::is_usable_link(const Request& request) {
  const auto seed = links().seed(LinkKeys::Opens::sign_in, request.param("secret"));
  if (!seed) co_return false;
  pg::Pipeline looking;
  const auto usable = store::add_find_link(looking, *seed);
  auto reading = look_up(request, std::move(looking));
  const Reading found = co_await std::move(reading);
  co_return found.results[usable];
}

Response SignInPages::no_such_link(const PageCall& call) const {
  return refusal_page(404, call, "Tautan tidak berlaku",
                      "Tautan masuk ini sudah dipakai, sudah lewat 15 menit, atau tidak lengkap. "
                      "Mintalah tautan baru di halaman Masuk.");
}

// What a preview, a forwarded message or a curious eye opens changes nothing and tells nothing.
awaitable<Response> SignInPages::sign_in_link(PageCall call) {
  const std::string secret = call.request.param("secret");
  auto looking = is_usable_link(call.request);
  if (!co_await std::move(looking)) co_return missed(call, no_such_link(call));
  co_return page(
      200, call, "Masuk",
      html("<h1>Masuk ke Tenggat</h1><p>Tekan tombol ini untuk masuk pada perangkat ini. Jangan "
           "lanjutkan bila bukan Anda yang meminta tautannya.</p>"
           "<form method=\"post\" action=\"/masuk/{}\">"
           "<input type=\"hidden\" name=\"token\" value=\"{}\">"
           "<p><button class=\"utama penuh\">Masuk</button></p></form>",
           secret, csrf_token(secret, "masuk")));
}

awaitable<Response> SignInPages::sign_in_use(PageCall call) {
  const std::string secret = call.request.param("secret");
  if (!equal_in_constant_time(call.form.text("token"), csrf_token(secret, "masuk")))
    co_return stale_form(call);
  const std::string session = store::new_session_secret();
  auto looking = is_usable_link(call.request);
  if (!co_await std::move(looking)) co_return missed(call, no_such_link(call));
  auto acquiring = pool_.acquire();
  pg::Pool::Lease lease = co_await std::move(acquiring);
  const std::string seed = links().seed(LinkKeys::Opens::sign_in, secret).value_or("");
  store::NewSession begun{seed, session, call.request.remote_address};
  auto opening = store::open_session(*lease, std::move(begun));
  const std::optional<store::OpenedSession> opened = co_await std::move(opening);
  if (!opened) co_return no_such_link(call);  // pressed twice at once
  call.request.trace->actor = "officer:" + opened->officer;
  log_event(Level::info, "signed_in",
            {{"officer", opened->officer},
             {"from", call.request.remote_address},
             {"request_id", call.request.request_id}});
  Response response = see_other(safe_return(opened->return_to));
  response.headers.set("Set-Cookie", session_cookie(public_url_, session, store::kSessionLives));
  co_return response;
}

awaitable<Response> SignInPages::sign_out(PageCall call) {
  if (call.look) co_return stale_form(call);
  auto acquiring = pool_.acquire();
  pg::Pool::Lease lease = co_await std::move(acquiring);
  pg::Pipeline ending;
  store::add_end_session(ending, call.who->session);
  auto running = lease->run(std::move(ending));
  co_await std::move(running);
  Response response = see_other("/masuk");
  response.headers.set("Set-Cookie", session_cookie(public_url_, "", std::chrono::seconds{0}));
  co_return response;
}

std::vector<PageRoute> sign_in_pages(const PageParts* parts) {
  static constexpr http::RowOf<SignInPages, PageCall> kRows[] = {
      {"GET", "/masuk", "page_sign_in", Who::anyone, In::none, Out::small, &SignInPages::sign_in},
      {"POST", "/masuk", "page_sign_in_ask", Who::anyone, In::small, Out::small,
       &SignInPages::sign_in_ask},
      {"GET", "/masuk/{secret}", "page_sign_in_link", Who::anyone, In::none, Out::small,
       &SignInPages::sign_in_link},
      {"POST", "/masuk/{secret}", "page_sign_in_use", Who::anyone, In::small, Out::small,
       &SignInPages::sign_in_use},
      {"POST", "/keluar", "page_sign_out", Who::officer, In::whole, Out::small,
       &SignInPages::sign_out},
  };
  std::vector<PageRoute> all = http::answered_by(parts, kRows);
  for (PageRoute& route : session_pages(parts)) all.push_back(std::move(route));
  return all;
}

}  // namespace tenggat::pages
