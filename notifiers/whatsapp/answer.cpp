#include "notifiers/whatsapp/answer.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "notifiers/failure.h"
#include "notifiers/phone.h"
#include "notifiers/receipt.h"

namespace tenggat::notify {
namespace json = boost::json;

std::string lower(std::string_view words) {
  std::string text(words);
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

std::optional<SendResult> refuse_number(const Message& message) {
  if (normalise_phone(message.to) == message.to) return std::nullopt;
  return result(Outcome::permanent_for_person, reason::bad_address,
                "not an Indonesian mobile number");
}

std::string base_of(const WhatsappConfig& config, std::string_view own) {
  std::string_view base = config.url.empty() ? own : std::string_view(config.url);
  while (base.ends_with('/')) base.remove_suffix(1);
  return std::string(base);
}

const json::value* at(const json::value* value, std::string_view key) {
  if (value == nullptr || !value->is_object()) return nullptr;
  for (const auto& member : value->as_object())
    if (lower(member.key()) == lower(key)) return &member.value();
  return nullptr;
}

std::string_view text(const json::value* value) {
  return value != nullptr && value->is_string() ? std::string_view(value->as_string())
                                                : std::string_view();
}

std::string id_text(const json::value* value) {
  std::string id(text(value));
  if (value != nullptr && (value->is_int64() || value->is_uint64())) id = json::serialize(*value);
  return is_receipt_id(id) ? id : std::string();
}

std::vector<const json::value*> items(const json::value* value) {
  std::vector<const json::value*> all;
  if (value != nullptr && value->is_array())
    for (const json::value& one : value->as_array()) all.push_back(&one);
  return all;
}

std::optional<json::value> json_of(const CurlResponse& response) {
  boost::system::error_code error;
  json::value answer = json::parse(response.body, error);
  if (error) return std::nullopt;
  return answer;
}

std::optional<std::chrono::seconds> retry_after(const std::vector<std::string>& lines) {
  constexpr std::string_view kName = "retry-after:";
  for (const std::string& line : lines) {
    const bool matches =
        line.size() > kName.size() &&
        std::equal(kName.begin(), kName.end(), line.begin(), [](char a, char b) {
          return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
        });
    if (!matches) continue;
    const std::size_t start = std::min(line.find_first_not_of(' ', kName.size()), line.size());
    std::int64_t seconds = 0;
    const auto [end, error] =
        std::from_chars(line.data() + start, line.data() + line.size(), seconds);
    if (error == std::errc() && end == line.data() + line.size() && seconds >= 0 &&
        seconds <= 86400) {
      return std::chrono::seconds(seconds);
    }
  }
  return std::nullopt;
}

SendResult by_status(int status, std::string_view detail) {
  if (status >= 500) return result(Outcome::retry, reason::server_error, detail);
  if (status == 429) return result(Outcome::retry, reason::rate_limited, detail);
  if (status == 401 || status == 403) {
    return result(Outcome::channel_stopped, reason::auth_failed, detail);
  }
  // A redirect or a missing path is the address of the provider, not this message.
  if (status < 400 || status == 404)
    return result(Outcome::channel_stopped, reason::rejected, detail);
  return result(Outcome::permanent, reason::rejected, detail);
}

std::optional<SendResult> by_words(std::string_view words,
                                   std::initializer_list<Meaning> meanings) {
  const std::string said = lower(words);
  for (const Meaning& meaning : meanings)
    if (said.find(meaning.part) != std::string::npos)
      return result(meaning.outcome, meaning.reason, words);
  return std::nullopt;
}

}  // namespace tenggat::notify
