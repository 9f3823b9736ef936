// "Saluran": whether the channels take messages, which templates their provider has refused, and a
// message to oneself that shows whether one works. For administrators.
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "daemon/base/log.h"
#include "daemon/office/signing_in.h"
#include "daemon/office/templates.h"
#include "daemon/pages/keeping.h"
#include "daemon/pages/words.h"
#include "daemon/store/channel_trials.h"
#include "daemon/store/sending.h"
#include "notifiers/words.h"

namespace tenggat::pages {
namespace {

struct Channel {
  std::string_view id, words, none;
  std::string Officer::*address;
};
constexpr Channel kChannels[] = {
    {"whatsapp", "WhatsApp", "Nomor WhatsApp Anda belum tercatat.", &Officer::whatsapp},
    {"email", "Surel", "Alamat surel Anda belum tercatat.", &Officer::email},
};

class OfficeChannelPages : public PageGroup {
 public:
  explicit OfficeChannelPages(const PageParts& parts)
      : PageGroup(parts), pool_(parts.pool), templates_(parts.templates) {}
  awaitable<Response> channels(PageCall call);
  awaitable<Response> channels_act(PageCall call);

 private:
  awaitable<Response> channels_page(const PageCall& call, int status, std::string fault);
  awaitable<Response> try_channel(const PageCall& call, const Channel& channel);
  awaitable<std::string> want_templates(const PageCall& call, pg::Connection& db);

  pg::Pool& pool_;
  const office::Templates& templates_;
};

// "terkirim 2 April 2026 pukul 14.00, dibaca ..."
std::string trial_words(const store::ChannelTrial& trial, const Calendar& calendar) {
  const auto at = [&](Instant when) { return moment_words(calendar, when); };
  const std::string made = "Tautan terakhir kepada Anda dibuat " + at(trial.made_at) + ": ";
  if (trial.read_at) return made + "dibaca " + at(*trial.read_at);
  if (trial.delivered_at) return made + "sampai " + at(*trial.delivered_at);
  if (trial.undelivered_at || trial.state == "dead" || trial.state == "failed")
    return made + "tidak sampai (" +
           notify::delivery_words(trial.undelivered_reason.value_or(trial.reason)) + ")";
  if (trial.state == "trial") return made + "uji coba, tidak dikirim";
  if (trial.accepted_at) return made + "diterima penyedia " + at(*trial.accepted_at);
  return made + "menunggu dikirim";
}

Html channel_item(const Channel& channel, const PageCall& call,
                  const std::vector<store::ChannelDown>& down,
                  const std::vector<store::ChannelTrial>& trials, const Calendar& calendar) {
  Html state = badge(Tone::ok, "menerima pesan"), trial;
  for (const store::ChannelDown& one : down)
    if (one.channel == channel.id)
      state = html("{} {} <span class=\"halus\">sejak {}</span>", badge(Tone::late, "berhenti"),
                   notify::delivery_words(one.reason), moment_words(calendar, one.since));
  for (const store::ChannelTrial& one : trials)
    if (one.channel == channel.id)
      trial = html("<br><span class=\"halus\">{}</span>", trial_words(one, calendar));
  const bool reached = !(call.who->officer.*channel.address).empty();
  const Html button =
      reached
          ? html(
                "<form method=\"post\" action=\"/saluran-kantor\">{}<button name=\"aksi\" "
                "value=\"uji-{}\" aria-label=\"Kirim pesan uji lewat {}\">Kirim pesan uji</button>"
                "</form>",
                hidden_fields(new_form_keys(call.who->visitor.csrf)), channel.id, channel.words)
          : html("<span class=\"halus\">{}</span>", channel.none);
  return html("<li class=\"berdampingan\"><span><strong>{}</strong> {}{}</span>{}</li>",
              channel.words, state, trial, button);
}

Html stopped_list(const std::vector<store::TextOutage>& stopped) {
  Html texts;
  for (const store::TextOutage& one : stopped)
    texts += html(
        "<li><strong>{}</strong> <span class=\"halus\">(templat <code>{}</code>)</span><br>ditolak "
        "penyedia: {} "
        "{}</li>",
        readable(one.text), one.text_template, notify::delivery_words(one.reason), one.detail);
  return texts.empty() ? html("<li>Tidak ada templat yang ditolak.</li>") : texts;
}

Tone tone_of(office::TemplateStanding standing) {
  using office::TemplateStanding;
  if (standing == TemplateStanding::approved) return Tone::ok;
  if (standing == TemplateStanding::pending || standing == TemplateStanding::missing)
    return Tone::soon;
  return Tone::late;
}

constexpr std::size_t kShownOpen = 8;

std::string_view language_words(std::string_view code) {
  return code == "en" ? "bahasa Inggris" : "bahasa Indonesia";
}

Html template_item(const office::TemplateView& view, const Calendar& calendar) {
  std::string since;
  if (view.since) since = ", sejak " + moment_words(calendar, *view.since);
  return html("<li><strong>{}</strong> <span class=\"halus\">(<code>{}</code>{})</span></li>",
              readable(view.of.text), view.of.name, since);
}

// When it was looked at, or why it could not be.
Html look_words(const store::TemplateLook& look, const Calendar& calendar) {
  Html said;
  if (look.answered_at)
    said = html("<p class=\"halus\">Dilihat {}; dilihat lagi sejam sekali.</p>",
                moment_words(calendar, *look.answered_at));
  if (!look.refused.empty())
    said += html(
        "{}<p>Periksa <code>whatsapp.token_file</code> dan "
        "<code>whatsapp.business_account_id</code>.</p>",
        message("Meta tidak menjawab sebagaimana mestinya ketika ditanya " +
                    moment_words(calendar, *look.asked_at) + ": " +
                    notify::delivery_words(look.refused) + ".",
                true));
  if (!look.detail.empty())
    said += html("<p class=\"halus\">Jawaban Meta: <q>{}</q></p>", look.detail);
  if (look.waiting || !look.asked_at)
    said += html("<p>Meta sedang ditanya; muat ulang halaman ini sebentar lagi.</p>");
  return said;
}

// Those that stand alike, with what is to be done about it. What is well or long is folded.
Html templates_alike(const std::vector<office::TemplateView>& alike, const Calendar& calendar) {
  const office::TemplateView& first = alike.front();
  Html items;
  for (const office::TemplateView& view : alike) items += template_item(view, calendar);
  const Html words = html("{} {} templat {}", badge(tone_of(first.standing), standing_words(first)),
                          alike.size(), language_words(first.of.language));
  const std::string_view remedy = office::remedy_words(first.standing);
  Html todo = remedy.empty() ? Html() : html("<p>{}</p>", remedy);
  if (first.standing == office::TemplateStanding::missing)
    todo = html("<p>{} Isinya ditulis oleh perintah <code>tenggat texts meta</code>.</p>", remedy);
  const Html list = html("<ul class=\"polos\">{}</ul>", items);
  if (!first.well() && alike.size() <= kShownOpen)
    return html("<div class=\"kartu\"><p>{}</p>{}{}</div>", words, todo, list);
  return html("<details><summary>{}</summary>{}{}</details>", words, todo, list);
}

Html template_list(const std::vector<office::TemplateView>& views, const Calendar& calendar) {
  std::vector<std::vector<office::TemplateView>> groups;
  for (const office::TemplateView& view : views) {
    const auto same = std::ranges::find_if(groups, [&](const auto& group) {
      return standing_words(group.front()) == standing_words(view) &&
             group.front().of.language == view.of.language;
    });
    if (same == groups.end())
      groups.push_back({view});
    else
      same->push_back(view);
  }
  Html all;
  for (const auto& group : groups) all += templates_alike(group, calendar);
  return all;
}

// How they stand, as far as Meta can be asked.
Html templates_in_words(const office::Templates& templates, const store::TemplateLook& look,
                        const std::vector<store::TemplateState>& known, const PageCall& call,
                        const Calendar& calendar) {
  using Known = office::Templates::Known;
  if (templates.known() == Known::no_templates)
    return html("<p class=\"halus\">WhatsApp kantor ini tidak dikirim dengan templat Meta.</p>");
  if (templates.known() == Known::no_account)
    return html(
        "<p>Keadaan templat pada Meta belum diketahui. Isi "
        "<code>whatsapp.business_account_id</code> dalam "
        "konfigurasi dengan ID akun WhatsApp Business, seperti tercantum pada WhatsApp "
        "Manager.</p>");
  Html list;
  if (look.answered_at)
    list = template_list(office::templates_in_view(office::templates_of(templates.texts()), known),
                         calendar);
  return html(
      "{}{}<form method=\"post\" action=\"/saluran-kantor\">{}<p><button name=\"aksi\" "
      "value=\"lihat-templat\">Tanyakan kepada Meta sekarang</button></p></form>",
      look_words(look, calendar), list, hidden_fields(new_form_keys(call.who->visitor.csrf)));
}

}  // namespace

// What the provider has said of the channels and of each text's template: when it was asked, and
// when it refused one.
awaitable<Response> OfficeChannelPages::channels_page(const PageCall& call, int status,
                                                      std::string fault) {
  pg::Pipeline looking;
  const auto outages = store::add_channels_down(looking);
  const auto stopped = store::add_stopped_texts(looking);
  const auto tried = store::add_channel_trials(looking, call.who->officer.id);
  const auto look = store::add_template_look(looking);
  const auto templates = store::add_templates(looking);
  auto reading = reader_.read({}, std::move(looking));
  const Reading found = co_await std::move(reading);
  const Calendar& calendar = calendar_of(*rulebook_.sops_in_force().front());
  Html items, notice;
  for (const Channel& channel : kChannels)
    items += channel_item(channel, call, found.results[outages], found.results[tried], calendar);
  if (!fault.empty())
    notice = message(fault, true);
  else if (call.request.query.get("uji"))
    notice = message("Pesan uji diminta; muat ulang halaman ini untuk melihat sampai di mana.");
  else if (call.request.query.get("templat"))
    notice = message("Keadaan templat ditanyakan kepada Meta; paling sering sekali semenit.");
  Html body = html(
      "{}<h1>Saluran kantor</h1>{}<div class=\"kartu\"><ul class=\"polos\">{}</ul></div>"
      "<p class=\"halus\">Pesan uji adalah tautan masuk kepada Anda sendiri; paling banyak lima "
      "dalam 15 menit.</p><h2>Templat WhatsApp</h2>{}<h2>Ditolak saat mengirim</h2><div "
      "class=\"kartu\"><ul class=\"polos\">{}</ul></div>"
      "<p><a class=\"sendiri\" href=\"/pesan\">Pesan yang tidak sampai</a></p>",
      keeping_links("/saluran-kantor"), notice, items,
      templates_in_words(templates_, found.results[look], found.results[templates], call, calendar),
      stopped_list(found.results[stopped]));
  co_return page(status, call, "Saluran kantor", std::move(body));
}

awaitable<Response> OfficeChannelPages::channels(PageCall call) {
  auto showing = channels_page(call, 200, "");
  co_return co_await std::move(showing);
}

awaitable<Response> OfficeChannelPages::try_channel(const PageCall& call, const Channel& channel) {
  office::SigningIn::Request asked{call.who->officer.*channel.address, "/saluran-kantor"};
  if (asked.address.empty()) {
    auto showing = channels_page(call, 422, std::string(channel.none));
    co_return co_await std::move(showing);
  }
  auto sending = signing_in_.send_link(std::move(asked));
  co_await std::move(sending);
  log_event(Level::info, "channel_tried", {{"by", call.who->officer.id}, {"about", channel.id}});
  co_return see_other("/saluran-kantor?uji=ya");
}

awaitable<std::string> OfficeChannelPages::want_templates(const PageCall& call,
                                                          pg::Connection& db) {
  pg::Pipeline wanting;
  store::add_want_templates(wanting);
  co_await db.run(std::move(wanting));
  log_event(Level::info, "templates_wanted", {{"by", call.who->officer.id}});
  co_return "";
}

awaitable<Response> OfficeChannelPages::channels_act(PageCall call) {
  const std::string action = call.form.text("aksi");
  std::string fault = call.why;
  for (const Channel& channel : kChannels) {
    if (call.look || action != "uji-" + std::string(channel.id)) continue;
    auto trying = try_channel(call, channel);
    co_return co_await std::move(trying);
  }
  if (!call.look && action == "lihat-templat") {
    auto wanting =
        change_once(pool_, call, std::bind_front(&OfficeChannelPages::want_templates, this));
    fault = co_await std::move(wanting);
    if (fault.empty()) co_return see_other("/saluran-kantor?templat=ya");
  }
  if (!call.look && fault.empty()) co_return stale_form(call);
  auto showing = channels_page(call, call.look ? call.look_status() : 422, fault);
  co_return co_await std::move(showing);
}

std::vector<PageRoute> office_channel_pages(const PageParts* parts) {
  static constexpr http::RowOf<OfficeChannelPages, PageCall> kRows[] = {
      {"GET", "/saluran-kantor", "page_officer_channels", Who::administrator, In::none,
       Out::counted, &OfficeChannelPages::channels},
      {"POST", "/saluran-kantor", "page_officer_channels_act", Who::administrator, In::whole,
       Out::counted, &OfficeChannelPages::channels_act},
  };
  return http::answered_by(parts, kRows);
}

}  // namespace tenggat::pages
