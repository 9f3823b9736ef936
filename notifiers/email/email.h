// Email over SMTP: one mail to one recipient (RFC 5322, 2045-2047, 3834; replies RFC 5321, 3463).
// Pure functions; the bytes travel through curl_client.h.
#pragma once
#include <boost/system/result.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "notifiers/channels_config.h"
#include "notifiers/message.h"
#include "notifiers/transfer.h"

namespace tenggat::notify::email {

// "Perizinan <izin@example.go.id>" or a bare address.
struct Mailbox {
  std::string display_name, address;
};
// Nothing where the address is none or a control byte is inside.
std::optional<Mailbox> parse_mailbox(std::string_view text);

// 127.0.0.0/8, ::1, localhost: where `tls: required` is relaxed.
bool is_loopback_url(const std::string& url);

// The same message always gives the same Message-ID.
std::string message_id(const Message& message, std::string_view from_address);

// The mail, or why there is none (bad_address where the recipient's address cannot be used,
// rejected where a header holds a control byte). `real_now` becomes Date.
boost::system::result<CurlRequest, SendResult> build_request(const Message& message,
                                                             const EmailConfig& config,
                                                             Instant real_now);

// 4xx is later, 5xx is never; 5.1.1 is the address, 5.2.2 the full mailbox. What the sender's own
// side did wrong (login, sender refused) stops the channel.
SendResult classify(const CurlResponse& response);

}  // namespace tenggat::notify::email
