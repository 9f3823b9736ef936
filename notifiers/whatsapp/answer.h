// What the WhatsApp providers' adapters share: where a request goes and how an answer is taken
// apart.
#pragma once
#include <boost/json/value.hpp>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "notifiers/channels_config.h"
#include "notifiers/message.h"
#include "notifiers/transfer.h"

namespace tenggat::notify {

// bad_address where `to` is no normalised Indonesian mobile number: nothing else is ever put into a
// request.
std::optional<SendResult> refuse_number(const Message& message);
// The configured base address, else the provider's own; without a last slash.
std::string base_of(const WhatsappConfig& config, std::string_view own);

// A member of an object; null where there is none. Without regard to case, since providers change
// theirs, and the first of that name.
const boost::json::value* at(const boost::json::value* value, std::string_view key);
std::string_view text(const boost::json::value* value);  // empty where it is no string
// A string, or a number as it is written; empty where it could not be kept (is_receipt_id).
std::string id_text(const boost::json::value* value);
// Of an array; none where it is no array.
std::vector<const boost::json::value*> items(const boost::json::value* value);
std::string lower(std::string_view words);  // ASCII

// Nothing where the body is no JSON.
std::optional<boost::json::value> json_of(const CurlResponse& response);
// The provider's wish in seconds, up to a day.
std::optional<std::chrono::seconds> retry_after(const std::vector<std::string>& lines);

// What an HTTP status says where the body says nothing of ours.
SendResult by_status(int status, std::string_view detail);

// What a provider means by words: the first entry with one that is part of the answer's, in any
// case.
struct Meaning {
  std::string_view part;  // lower case
  Outcome outcome;
  std::string_view reason;
};
std::optional<SendResult> by_words(std::string_view words, std::initializer_list<Meaning> meanings);

}  // namespace tenggat::notify
