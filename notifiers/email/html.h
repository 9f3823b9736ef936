// The HTML part of a mail: one column, the permit, the step, the deadline, one button. It says what
// the plain text says, in the pages' restraint; no picture, no script, nothing loaded from
// elsewhere.
#pragma once
#include <string>

#include "notifiers/message.h"

namespace tenggat::notify::email {

std::string html_part(const Message& message);

}  // namespace tenggat::notify::email
