// What goes out, and what came of it. Plain values; no network, no database, no clock.
#pragma once
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/time.h"

namespace tenggat::notify {

enum class Channel { whatsapp, email };

std::string_view name(Channel channel);  // "whatsapp", "email"
std::optional<Channel> channel_from_name(std::string_view name);

// Of a message that lists several permits, one of them: what a mail shows of it.
struct ListItem {
  std::string title;         // whose it is: "TK Cahaya Ilmu"
  std::string number, step;  // of the permit
  std::string state;         // "Terlambat 2 hari kerja 1 jam, sejak Selasa 14 April, 09.18 WITA"
  bool late = false;
  std::string responsible;  // of an escalation: "Dewi Lestari", "belum ada"; else empty
  std::string link;         // to the permit
  bool operator==(const ListItem&) const = default;
};

// One rendered message to one person over one channel. Once tried it never changes, so a retry
// sends the same bytes under the same id and a receiver can drop the repeat (docs/reference.md,
// Notices and messages).
struct Message {
  std::string id;  // stable, from the database; Message-ID and file names derive from it
  Channel channel = Channel::whatsapp;
  std::string to;  // a phone as normalise_phone() gives it (62...), or a mail address
  std::string recipient_name;
  std::string subject;
  std::string body;                 // plain text, rendered
  std::string text_id;              // "tugas_baru"
  std::string template_name;        // Meta's name of the approved text; empty: "tenggat_" + text_id
  std::vector<std::string> fields;  // in the template's order
  std::vector<std::string>
      field_names;  // beside `fields`; may be empty: the HTML part then shows less
  std::vector<std::string> parameters;  // of Meta's template; none: `fields`
  std::vector<ListItem> items;          // what the field `daftar` or `daftar_…` says at length
  bool free_text = false;               // answers what the person wrote: no template is needed
  std::string language = "id";          // of the template
  std::string thread;                   // the case number, groups mails; may be empty
  Instant decided_at{};                 // the office's time (simulated or not), never sent as Date
};

enum class Outcome {
  accepted,              // the provider has it
  retry,                 // nothing was delivered; the same message may be sent later
  permanent_for_person,  // this address will not work: next channel for this person
  permanent,             // this message will not be taken, another might
  text_stopped,          // no message of this text will be taken until a person mends it
  channel_stopped,       // nothing will go out over this channel until a person mends it: alert
  unknown,  // cut after everything was sent: it may have arrived, a retry may repeat it
};
std::string_view name(Outcome outcome);

// The closed list of reasons; the words are metric labels, so none carries anything personal.
namespace reason {
inline constexpr std::string_view accepted = "accepted";
inline constexpr std::string_view rate_limited = "rate_limited";
inline constexpr std::string_view bad_address = "bad_address";
inline constexpr std::string_view mailbox_full = "mailbox_full";
inline constexpr std::string_view template_missing = "template_missing";
inline constexpr std::string_view auth_failed = "auth_failed";
inline constexpr std::string_view timeout = "timeout";
inline constexpr std::string_view connection_failed = "connection_failed";
inline constexpr std::string_view connection_lost = "connection_lost";  // after something was sent
inline constexpr std::string_view tls_failed = "tls_failed";
inline constexpr std::string_view server_error = "server_error";
inline constexpr std::string_view rejected = "rejected";
inline constexpr std::string_view account_blocked = "account_blocked";
inline constexpr std::string_view private_address = "private_address";
inline constexpr std::string_view not_configured = "not_configured";
inline constexpr std::string_view storage_failed = "storage_failed";  // file: channel only
inline constexpr std::array all = {
    accepted,         rate_limited,    bad_address,    mailbox_full,
    template_missing, auth_failed,     timeout,        connection_failed,
    connection_lost,  tls_failed,      server_error,   rejected,
    account_blocked,  private_address, not_configured, storage_failed};
}  // namespace reason

struct SendResult {
  Outcome outcome = Outcome::unknown;
  std::string reason;  // one of reason::all
  std::string
      detail;  // the provider's own words, one line, for the attempt's record; never a label
  std::string provider_id;  // what receipts will name; empty where the provider gives none
  std::optional<std::chrono::seconds> retry_after;  // the provider's own wish

  bool operator==(const SendResult&) const = default;
};

}  // namespace tenggat::notify
