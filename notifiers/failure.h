// What every channel makes of an exchange that brought no answer.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "notifiers/message.h"
#include "notifiers/transfer.h"

namespace tenggat::notify {

// What a provider said, for the record of an attempt and for the log: one line of at most 300
// characters, without anybody's number or address.
std::string provider_words(std::string_view words);

// `detail` becomes provider_words().
SendResult result(Outcome outcome, std::string_view reason, std::string_view detail);

// Nothing where there is an answer to judge (Failure::none, and Failure::auth, which has a reply).
std::optional<SendResult> classify_failure(const CurlResponse& response);

}  // namespace tenggat::notify
