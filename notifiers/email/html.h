// The HTML part of a mail: one column, the permit, the step, the deadline, one button. It says what
// the plain text says, in the pages' restraint; no picture but a receipt's QR code, which comes
// along; no script, nothing loaded from elsewhere.
#pragma once
#include <string>
#include <string_view>

#include "notifiers/email/list.h"
#include "notifiers/message.h"

namespace tenggat::notify::email {

// Where the receipt is checked that the message brings ({tautan_bukti}); empty: it brings none.
std::string_view receipt_link(const Message& message);

// A part of the same mail; no id: there is none.
struct Picture {
  std::string id;
  int side = 0;  // pixels
};
// In the message's language; at its foot where the office is found.
std::string html_part(const Message& message, const Picture& qr_code, const OfficeFoot& foot = {});

}  // namespace tenggat::notify::email
