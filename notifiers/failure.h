// What every channel makes of an exchange that brought no answer.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "notifiers/message.h"
#include "notifiers/transfer.h"

namespace tenggat::notify {

// `detail` is made one line of at most 300 characters.
SendResult result(Outcome outcome, std::string_view reason, std::string_view detail);

// Nothing where there is an answer to judge (Failure::none, and Failure::auth, which has a reply).
std::optional<SendResult> classify_failure(const CurlResponse& response);

}  // namespace tenggat::notify
