// Sends one message over the channel it names. Knows no retry, no database, no order of channels:
// those are the dispatcher's.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <vector>

#include "notifiers/channels_config.h"
#include "notifiers/curl_client.h"
#include "notifiers/message.h"

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

 private:
  ChannelsConfig config_;
  std::function<Instant()> real_now_;
  CurlClient client_;
};

}  // namespace tenggat::notify
