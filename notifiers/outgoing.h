// Sends one message over the channel it names. Knows no retry, no database, no order of channels:
// those are the dispatcher's.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <vector>

#include "notifiers/curl_client.h"
#include "notifiers/message.h"
#include "notifiers/transfer.h"

namespace tenggat::notify {

// The keys of contract section 4, secrets already read from their files.
struct EmailConfig {
  std::string url;       // smtp://HOST:PORT, smtps://HOST:PORT, file:DIR; empty: no email
  std::string from;      // "Perizinan <izin@example.go.id>"; needed unless url is file:
  std::string reply_to;  // empty: none
  std::string user, password;
  Tls tls = Tls::required;  // required or none; required is relaxed for a loopback host
  // Where bounces go, each to a name of its own (VERP); empty: to `from`, by name only where nobody
  // logs in, since a server with accounts takes no other sender.
  std::string return_path;
};

struct WhatsappConfig {
  std::string provider = "meta";  // meta, fonnte, wablas, waha, webhook
  std::string url;                // replaces the provider's own address, or file:DIR
  std::string version = "v23.0";  // Meta
  std::string phone_number_id;    // Meta
  std::string token;              // all but webhook need one
  std::string server;             // Wablas: the name before .wablas.com
  std::string session;            // WAHA; empty means "default"

  // Something says where to send.
  bool enabled() const { return !url.empty() || !token.empty() || !phone_number_id.empty(); }
};

struct ChannelsConfig {
  EmailConfig email;
  WhatsappConfig whatsapp;

  // Every fault at once, each "email.url: what is wrong and what would be right"; empty: fine.
  std::vector<std::string> validate() const;
};

class Outgoing {
 public:
  // `real_now` gives real time for the mail's Date, also under a simulated clock (contract section
  // 3). Throws std::invalid_argument with all faults of an invalid configuration.
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
