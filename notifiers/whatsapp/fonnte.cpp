#include "notifiers/whatsapp/fonnte.h"

#include <fmt/format.h>

#include "notifiers/failure.h"
#include "notifiers/whatsapp/answer.h"
#include "notifiers/whatsapp/receipts.h"

namespace tenggat::notify::fonnte {
namespace json = boost::json;
namespace {

constexpr std::string_view kBase = "https://api.fonnte.com";

// application/x-www-form-urlencoded, with every byte escaped that is not plain.
std::string form_encoded(std::string_view value) {
  std::string encoded;
  for (const char c : value) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_';
    if (plain)
      encoded += c;
    else if (c == ' ')
      encoded += '+';
    else
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

SendResult refusal(const json::value& answer) {
  std::string_view words = text(at(&answer, "reason"));
  if (words.empty()) words = text(at(&answer, "detail"));
  if (auto known =
          by_words(words, {{"token", Outcome::channel_stopped, reason::auth_failed},
                           {"disconnected", Outcome::channel_stopped, reason::account_blocked},
                           {"quota", Outcome::channel_stopped, reason::account_blocked},
                           {"limit", Outcome::retry, reason::rate_limited},
                           {"too many", Outcome::retry, reason::rate_limited},
                           {"target", Outcome::permanent_for_person, reason::bad_address},
                           {"not registered", Outcome::permanent_for_person, reason::bad_address}}))
    return *known;
  return result(Outcome::permanent, reason::rejected, words);
}

}  // namespace

std::string plain(std::string_view text) {
  std::string safe(text);
  for (char& c : safe) {
    if (c == '{') c = '(';
    if (c == '}') c = ')';
  }
  return safe;
}

boost::system::result<CurlRequest, SendResult> build_request(const Message& message,
                                                             const WhatsappConfig& config,
                                                             Instant) {
  if (auto refusal = refuse_number(message)) return *std::move(refusal);
  CurlRequest request;
  request.url = base_of(config, kBase) + "/send";
  request.headers = {"Authorization: " + config.token,
                     "Content-Type: application/x-www-form-urlencoded"};
  request.body = fmt::format("target={}&message={}&countryCode=62", message.to,
                             form_encoded(plain(message.body)));
  request.allow_private = !config.url.empty();
  return request;
}

SendResult classify(const CurlResponse& response) {
  if (auto failed = classify_failure(response)) return *failed;
  const auto answer = json_of(response);
  const json::value* status = answer ? at(&*answer, "status") : nullptr;
  if (status != nullptr && status->is_bool() && !status->as_bool()) return refusal(*answer);
  if (response.status < 200 || response.status >= 300) {
    SendResult made = by_status(response.status, fmt::format("HTTP {}", response.status));
    if (made.outcome == Outcome::retry) made.retry_after = retry_after(response.lines);
    return made;
  }
  if (status == nullptr || !status->is_bool())
    return result(Outcome::unknown, reason::server_error, "an answer without a status");
  SendResult made = result(Outcome::accepted, reason::accepted, "");
  const json::value* ids = at(&*answer, "id");
  made.provider_id = ids != nullptr && ids->is_array() && !ids->as_array().empty()
                         ? id_text(&ids->as_array().front())
                         : id_text(ids);
  return made;
}

std::vector<Receipt> receipts(const json::value& body) {
  Receipt receipt;
  receipt.provider_id = id_text(at(&body, "id"));
  receipt.alias = id_text(at(&body, "stateid"));
  const std::string state = lower(text(at(&body, "state")));
  const std::string status = lower(text(at(&body, "status")));
  if (state == "delivered") receipt.state = Receipt::State::delivered;
  if (state == "read" || state == "played") receipt.state = Receipt::State::read;
  if (receipt.state != Receipt::State::sent) return {receipt};
  // What did not leave Fonnte has a status alone.
  if (status.starts_with("invalid")) fail(receipt, reason::bad_address, status);
  if (status.starts_with("expired")) fail(receipt, reason::timeout, status);
  if (status.starts_with("failed") || status.starts_with("url") || state == "failed")
    fail(receipt, reason::rejected, status.empty() ? state : status);
  return {receipt};
}

}  // namespace tenggat::notify::fonnte
