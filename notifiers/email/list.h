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

// Where people find the office. Each may be empty, and is left out then.
struct OfficeFoot {
  std::string address, phone;
};

// Of two words the one in the message's language.
std::string_view in_language(const Message& message, std::string_view indonesian,
                             std::string_view english);

// The plain text of a mail: the message's body, with its list line by line, and the office's foot.
std::string plain_body(const Message& message, const OfficeFoot& foot = {});

}  // namespace tenggat::notify::email
