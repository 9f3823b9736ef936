// A mail has room for what a WhatsApp message says in one line: where a message lists several
// permits, each of them stands by itself in it.
#pragma once
#include <string>
#include <string_view>

#include "notifiers/message.h"

namespace tenggat::notify::email {

// The body around the field that lists them; `after` empty and `found` false where it has none.
struct AroundList {
  bool found = false;
  std::string before, after;
};
AroundList around_list(const Message& message);

// The plain text of a mail: the message's body, with its list line by line.
std::string plain_body(const Message& message);

}  // namespace tenggat::notify::email
