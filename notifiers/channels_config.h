// The channels' configuration, as plain values: what the adapters read, without the network that
// Outgoing brings along.
#pragma once
#include <string>
#include <vector>

#include "notifiers/transfer.h"

namespace tenggat::notify {

// The keys of docs/reference.md, Configuration, secrets already read from their files.
struct EmailConfig {
  std::string url;       // smtp://HOST:PORT, smtps://HOST:PORT, file:DIR; empty: no email
  std::string from;      // "Perizinan <izin@example.go.id>"; needed unless url is file:
  std::string reply_to;  // empty: none
  std::string user, password;
  Tls tls = Tls::required;  // required or none; required is relaxed for a loopback host
  // Where bounces go, each to a name of its own (VERP); empty: to `from`, by name only where nobody
  // logs in, since a server with accounts takes no other sender.
  std::string return_path;
  // Where people find the office: the foot of each mail says so. Either may be empty.
  std::string office_address{}, office_phone{};
};

struct WhatsappConfig {
  std::string provider = "meta";      // meta, fonnte, wablas, waha, webhook
  std::string url;                    // replaces the provider's own address, or file:DIR
  std::string version = "v23.0";      // Meta
  std::string phone_number_id;        // Meta
  std::string token;                  // all but webhook need one
  std::string server;                 // Wablas: the name before .wablas.com
  std::string session;                // WAHA; empty means "default"
  std::string business_account_id{};  // Meta; whose templates are asked for

  // Something says where to send.
  bool enabled() const { return !url.empty() || !token.empty() || !phone_number_id.empty(); }
};

struct ChannelsConfig {
  EmailConfig email;
  WhatsappConfig whatsapp;

  // Every fault at once, each "email.url: what is wrong and what would be right"; empty: fine.
  std::vector<std::string> validate() const;
};

}  // namespace tenggat::notify
