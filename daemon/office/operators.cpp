#include "daemon/office/operators.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/base/log.h"
#include "daemon/store/commands.h"
#include "daemon/store/outbox.h"
#include "notifiers/words.h"

namespace tenggat::office {
namespace asio = boost::asio;
namespace {

constexpr const char* kText = "kanal_terganggu";

std::string_view spoken(notify::Channel channel) {
  return channel == notify::Channel::email ? "email" : "WhatsApp";
}

struct Outage {
  notify::Channel channel;
  std::string reason;
  std::string refused{}, detail{};  // a text's template, and what the provider says of it

  std::string what(bool english) const {
    const std::string named(spoken(channel));
    if (refused.empty()) return named;
    return fmt::format("{} ({} {})", named, english ? "template" : "templat", refused);
  }
  std::string why(bool english) const {
    return detail.empty() ? notify::delivery_words(reason, english) : detail;
  }
};

// Nothing where the administrator has no other channel that takes messages.
std::optional<store::NewMessage> alert(const Officer& admin, const Outage& outage,
                                       const AlertSettings& settings, const UsableChannel& usable) {
  const std::vector<ChannelAddress> order = addresses_of(admin);
  const auto way = std::ranges::find_if(order, [&](const ChannelAddress& one) {
    const auto channel = notify::channel_from_name(one.channel);
    return *channel != outage.channel && usable(*channel);
  });
  if (way == order.end()) return std::nullopt;
  store::NewMessage message;
  message.recipient = "officer:" + admin.id;
  message.channel = *notify::channel_from_name(way->channel);
  message.address = way->address;
  message.name = admin.name;
  message.text = kText;
  const notify::Texts& texts = texts_for(*settings.texts, &admin);
  const bool english = tongue_of(texts) == Tongue::english;
  message.rendered = notify::render(texts, kText,
                                    {{"nama_petugas", admin.name},
                                     {"kanal", outage.what(english)},
                                     {"alasan", outage.why(english)},
                                     {"tautan", settings.office.public_url + "/pesan"},
                                     {"instansi", settings.office.name}});
  return message;
}

int tell(pg::Pipeline& writes, const store::Administrators& admins, const Outage& outage,
         const AlertSettings& settings, const UsableChannel& usable) {
  int told = 0;
  for (const Officer& admin : admins.officers) {
    auto message = alert(admin, outage, settings, usable);
    if (!message) continue;
    message->rendered_at = admins.now;
    store::add_message(writes, *message);
    ++told;
  }
  if (told > 0) store::add_notify(writes);
  return told;
}

}  // namespace

asio::awaitable<void> record_channel(pg::Connection& connection, notify::Channel channel, bool down,
                                     std::string reason, AlertSettings settings,
                                     UsableChannel usable) {
  pg::Transaction transaction(connection);
  pg::Pipeline pipeline;
  if (!down) {
    const pg::Slot<bool> up = store::add_channel_up(pipeline, channel);
    const pg::Results ended = co_await transaction.commit(std::move(pipeline));
    if (ended[up]) log_event(Level::info, "channel_up", {{"channel", notify::name(channel)}});
    co_return;
  }
  const pg::Slot<bool> first = store::add_channel_down(pipeline, channel, reason);
  const auto admins = store::add_administrators(pipeline);
  const pg::Results results = co_await transaction.run(std::move(pipeline));
  pg::Pipeline writes;
  int told = 0;
  if (results[first] && settings.texts) {
    const Outage outage{channel, reason};
    told = tell(writes, results[admins], outage, settings, usable);
    log_event(told > 0 ? Level::warning : Level::error,
              told > 0 ? "operators_told" : "operators_not_told",
              {{"channel", notify::name(channel)}, {"administrators", told}});
  }
  co_await transaction.commit(std::move(writes));
}

asio::awaitable<void> record_text(pg::Connection& connection, store::TextOutage text, bool stopped,
                                  AlertSettings settings, UsableChannel usable) {
  pg::Transaction transaction(connection);
  pg::Pipeline pipeline;
  if (!stopped) {
    store::add_text_works(pipeline, text.channel, text.text_template);
    co_await transaction.commit(std::move(pipeline));
    log_event(Level::info, "text_works",
              {{"channel", notify::name(text.channel)}, {"template", text.text_template}});
    co_return;
  }
  const pg::Slot<bool> first = store::add_text_stopped(pipeline, text);
  const auto admins = store::add_administrators(pipeline);
  const pg::Results results = co_await transaction.run(std::move(pipeline));
  pg::Pipeline writes;
  if (results[first] && settings.texts) {
    const Outage outage{text.channel, text.reason, text.text_template, text.detail};
    const int told = tell(writes, results[admins], outage, settings, usable);
    log_event(told > 0 ? Level::warning : Level::error,
              told > 0 ? "operators_told" : "operators_not_told",
              {{"channel", notify::name(text.channel)},
               {"template", text.text_template},
               {"administrators", told}});
  }
  co_await transaction.commit(std::move(writes));
}

}  // namespace tenggat::office
