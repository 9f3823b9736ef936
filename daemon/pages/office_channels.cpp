// "Saluran": whether the channels take messages, which templates their provider has refused, and a
// message to oneself that shows whether one works. For administrators.
#include <fmt/format.h>

#include "daemon/base/log.h"
#include "daemon/office/signing_in.h"
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
  explicit OfficeChannelPages(const PageParts& parts) : PageGroup(parts) {}
  awaitable<Response> channels(PageCall call);
  awaitable<Response> channels_act(PageCall call);

 private:
  awaitable<Response> channels_page(const PageCall& call, int status, std::string fault);
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
        "<li><strong>{}</strong> <span class=\"halus\">(templat {})</span><br>ditolak penyedia: {} "
        "{}</li>",
        readable(one.text), one.text_template, notify::delivery_words(one.reason), one.detail);
  return texts.empty() ? html("<li>Tidak ada templat yang ditolak.</li>") : texts;
}

}  // namespace

// What the provider has said of the channels and of each text's template, as far as it has said
// anything: it tells of a template only by refusing it.
awaitable<Response> OfficeChannelPages::channels_page(const PageCall& call, int status,
                                                      std::string fault) {
  pg::Pipeline looking;
  const auto outages = store::add_channels_down(looking);
  const auto stopped = store::add_stopped_texts(looking);
  const auto tried = store::add_channel_trials(looking, call.who->officer.id);
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
  Html body = html(
      "{}<h1>Saluran kantor</h1>{}<div class=\"kartu\"><ul class=\"polos\">{}</ul></div>"
      "<p class=\"halus\">Pesan uji adalah tautan masuk kepada Anda sendiri; paling banyak lima "
      "dalam 15 menit.</p><h2>Templat WhatsApp</h2><p class=\"halus\">Meta memberi tahu keadaan "
      "sebuah templat saat templat itu dipakai. Yang tidak tercantum di sini belum pernah "
      "ditolak.</p><div class=\"kartu\"><ul class=\"polos\">{}</ul></div>"
      "<p><a class=\"sendiri\" href=\"/pesan\">Pesan yang tidak sampai</a></p>",
      keeping_links("/saluran-kantor"), notice, items, stopped_list(found.results[stopped]));
  co_return page(status, call, "Saluran kantor", std::move(body));
}

awaitable<Response> OfficeChannelPages::channels(PageCall call) {
  auto showing = channels_page(call, 200, "");
  co_return co_await std::move(showing);
}

awaitable<Response> OfficeChannelPages::channels_act(PageCall call) {
  const std::string action = call.form.text("aksi");
  std::string fault = call.why;
  for (const Channel& channel : kChannels) {
    if (call.look || action != "uji-" + std::string(channel.id)) continue;
    office::SigningIn::Request asked{call.who->officer.*channel.address, "/saluran-kantor"};
    if (asked.address.empty()) {
      fault = channel.none;
      break;
    }
    auto sending = signing_in_.send_link(std::move(asked));
    co_await std::move(sending);
    log_event(Level::info, "channel_tried", {{"by", call.who->officer.id}, {"about", channel.id}});
    co_return see_other("/saluran-kantor?uji=ya");
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
