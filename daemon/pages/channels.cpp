// "Saluran pesan": by which way and in which language an officer wants to be told, which they
// choose for themselves. Where they are reached an administrator enters (officers.cpp).
#include <algorithm>
#include <array>
#include <functional>

#include "daemon/base/log.h"
#include "daemon/office/officer_changes.h"
#include "daemon/office/templates.h"
#include "daemon/pages/page_calls.h"
#include "daemon/pages/words.h"
#include "daemon/store/people.h"
#include "notifiers/speech.h"

namespace tenggat::pages {
namespace {

struct Choice {
  const char *id, *words;
  std::vector<std::string> channels;
};
const std::array<Choice, 4>& choices() {
  static const std::array<Choice, 4> kChoices{
      {{"wa-surel", "WhatsApp; bila tidak sampai, surel", {"whatsapp", "email"}},
       {"surel-wa", "Surel; bila tidak sampai, WhatsApp", {"email", "whatsapp"}},
       {"wa", "WhatsApp saja", {"whatsapp"}},
       {"surel", "Surel saja", {"email"}}}};
  return kChoices;
}

bool can_be_reached(const Officer& officer, const Choice& choice) {
  return std::all_of(choice.channels.begin(), choice.channels.end(), [&](const std::string& one) {
    return !(one == "email" ? officer.email : officer.whatsapp).empty();
  });
}

// None: as it is by itself, WhatsApp first.
bool is_chosen(const Officer& officer, const Choice& choice) {
  return officer.channels.empty() ? choice.id == choices().front().id
                                  : officer.channels == choice.channels;
}

class ChannelPages : public PageGroup {
 public:
  explicit ChannelPages(const PageParts& parts)
      : PageGroup(parts), pool_(parts.pool), templates_(parts.templates) {}
  awaitable<Response> channels(PageCall call);
  awaitable<Response> channels_act(PageCall call);

 private:
  Response channels_page(const PageCall& call, int status, const std::string& fault);
  awaitable<std::string> choose(const PageCall& call, pg::Connection& db);

  // There is no choice where the texts are in one language only.
  bool has_english() const { return templates_.texts().in("en").language() == "en"; }
  Html languages(const PageCall& call) const;

  pg::Pool& pool_;
  const office::Templates& templates_;
};

}  // namespace

Html ChannelPages::languages(const PageCall& call) const {
  if (!has_english()) return {};
  const std::string typed = call.form.text("bahasa");
  const std::string chosen = typed.empty() ? call.who->officer.tongue : typed;
  return html(
      "<fieldset class=\"pilihan\"><legend>Bahasa pesan</legend>{}{}<p class=\"halus\">Nama tahap "
      "dan apa yang ditulis orang tetap seperti aslinya. Halaman petugas selalu dalam bahasa "
      "Indonesia.</p></fieldset>",
      radio_button("bahasa", "id", "Bahasa Indonesia", chosen != "en"),
      radio_button("bahasa", "en", "Bahasa Inggris (English)", chosen == "en"));
}

Response ChannelPages::channels_page(const PageCall& call, int status, const std::string& fault) {
  const Officer& officer = call.who->officer;
  const std::string typed = call.form.text("saluran");
  Html options, notice;
  std::vector<const Choice*> possible;
  for (const Choice& one : choices())
    if (can_be_reached(officer, one)) possible.push_back(&one);
  // Who asked for a channel by which they cannot be reached is reached by the first that there is.
  const Choice* now = possible.empty() ? nullptr : possible.front();
  for (const Choice* one : possible)
    if (typed.empty() ? is_chosen(officer, *one) : typed == one->id) now = one;
  for (const Choice* one : possible)
    options += radio_button("saluran", one->id, one->words, one == now);
  if (!fault.empty())
    notice = message(fault, true);
  else if (call.request.query.get("sudah"))
    notice = message("Tersimpan. Pesan berikutnya dikirim lewat saluran dan dalam bahasa ini.");
  const Html form = html(
      "<form method=\"post\" action=\"/saluran\">{}<fieldset class=\"pilihan\"><legend>Kirim pesan "
      "kepada saya lewat</legend>{}</fieldset>{}<p><button class=\"utama\" name=\"aksi\" "
      "value=\"pilih\">Simpan</button></p></form>",
      hidden_fields(new_form_keys(call.who->visitor.csrf)), options, languages(call));
  Html facts;
  if (!officer.whatsapp.empty()) facts += html("<dt>WhatsApp</dt><dd>{}</dd>", officer.whatsapp);
  if (!officer.email.empty()) facts += html("<dt>Surel</dt><dd>{}</dd>", officer.email);
  Html body = html(
      "<h1>Saluran pesan</h1>{}<div class=\"kartu\"><dl class=\"fakta\">{}</dl>{}"
      "<p class=\"halus\">Alamat dan nomor diubah oleh pengelola sistem. Tautan masuk selalu "
      "dikirim "
      "ke alamat yang Anda ketik.</p></div>",
      notice, facts,
      options.empty() ? html("<p>Belum ada alamat yang tercatat untuk Anda.</p>") : form);
  return page(status, call, "Saluran pesan", std::move(body));
}

awaitable<Response> ChannelPages::channels(PageCall call) {
  co_return channels_page(call, 200, "");
}

awaitable<std::string> ChannelPages::choose(const PageCall& call, pg::Connection& db) {
  const Officer& officer = call.who->officer;
  const std::string chosen = call.form.text("saluran");
  store::OfficerEdit edit;
  bool known = false;
  for (const Choice& one : choices()) {
    if (one.id != chosen || !can_be_reached(officer, one)) continue;
    known = true;
    if (!is_chosen(officer, one)) edit.channels = one.channels;
  }
  const std::string language = call.form.text("bahasa");
  const bool is_said = language == "en" || !officer.tongue.empty();  // Indonesian goes without
  if (is_said && notify::tongue_of(language) && has_english()) edit.tongue = language;
  // Who is told as it is by itself may choose a language alone.
  if (!known && (!chosen.empty() || !edit.tongue)) co_return "Pilih salah satu saluran.";
  auto editing = store::edit_officer(db, by(call), officer.id, std::move(edit),
                                     office::roles_in_person(rulebook_));
  const store::OfficerChange change = co_await std::move(editing);
  if (!change.done()) co_return "Belum tersimpan; silakan coba lagi.";
  log_event(Level::info, "officer_changed", {{"by", officer.id}, {"about", officer.id}});
  co_return "";
}

awaitable<Response> ChannelPages::channels_act(PageCall call) {
  std::string fault = call.why;
  if (!call.look) {
    auto changing = change_once(pool_, call, std::bind_front(&ChannelPages::choose, this));
    fault = co_await std::move(changing);
    if (fault.empty()) co_return see_other("/saluran?sudah=ya");
  }
  co_return channels_page(call, call.look ? call.look_status() : 422, fault);
}

std::vector<PageRoute> channel_pages(const PageParts* parts) {
  static constexpr http::RowOf<ChannelPages, PageCall> kRows[] = {
      {"GET", "/saluran", "page_channels", Who::officer, In::none, Out::counted,
       &ChannelPages::channels},
      {"POST", "/saluran", "page_channels_act", Who::officer, In::whole, Out::counted,
       &ChannelPages::channels_act},
  };
  return http::answered_by(parts, kRows);
}

}  // namespace tenggat::pages
