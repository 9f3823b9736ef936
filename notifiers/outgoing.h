// Sends one message over the channel it names. Knows no retry, no database, no order of channels:
// those are the dispatcher's.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>
#include <functional>
#include <string>
#include <vector>

#include "notifiers/channels_config.h"
#include "notifiers/curl_client.h"
#include "notifiers/message.h"
#include "notifiers/whatsapp/meta.h"

namespace tenggat::notify {

class Outgoing {
 public:
  // `real_now` gives real time for the mail's Date, also under a simulated clock
  // (docs/reference.md, Simulated clock). Throws std::invalid_argument with all faults of an
  // invalid configuration.
  Outgoing(boost::asio::any_io_executor executor, ChannelsConfig config,
           std::function<Instant()> real_now);

  bool configured(Channel channel) const;

  // Never throws for what providers, networks or disks do. A channel that is not configured answers
  // channel_stopped, not_configured. Must outlive the coroutine, as members do.
  boost::asio::awaitable<SendResult> send(Message message);

  // Whether messages go by templates that their provider approves.
  bool sends_templates() const;
  // Whether it is known whom to ask how they stand.
  bool asks_of_templates() const;
  using Templates = boost::system::result<std::vector<meta::TemplateState>, SendResult>;
  // All of the account's, page by page; throws as little as send(). Not where !asks_of_templates().
  boost::asio::awaitable<Templates> templates();

 private:
  ChannelsConfig config_;
  std::function<Instant()> real_now_;
  CurlClient client_;
};

}  // namespace tenggat::notify
