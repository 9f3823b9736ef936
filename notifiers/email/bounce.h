// What a mail server says of a mail it could not deliver: a report as RFC 3461, 3464 and 6522 have
// it. Read only as far as it tells which mail of ours, and why.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "notifiers/receipt.h"

namespace tenggat::notify::email {

// The return path that names its message (VERP): "izin@example.go.id" -> "izin+m417@example.go.id".
std::string return_path_of(std::string_view address, std::string_view message_id);

// A multipart/report, or message/delivery-status alone; any bytes. Nothing where it does not say
// that delivery failed for good, or of which mail of ours: that is told by the return path it was
// sent to, else by the Message-ID of what is returned. `recipient` is whom it was sent to, where
// the mail server says so; else the headers do.
//
// Anybody can write to a return path: `to` is whom the mail was for, and must be what the message
// says.
std::optional<Receipt> read_bounce(std::string_view mail, std::string_view recipient = "");

}  // namespace tenggat::notify::email
