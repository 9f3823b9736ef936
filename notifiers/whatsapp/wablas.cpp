#include "notifiers/whatsapp/wablas.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "notifiers/failure.h"
#include "notifiers/whatsapp/answer.h"
#include "notifiers/whatsapp/receipts.h"

namespace tenggat::notify::wablas {
namespace json = boost::json;
namespace {

SendResult refusal(std::string_view words) {
  if (auto known =
          by_words(words, {{"token", Outcome::channel_stopped, reason::auth_failed},
                           {"secret", Outcome::channel_stopped, reason::auth_failed},
                           {"denied", Outcome::channel_stopped, reason::auth_failed},
                           {"disconnect", Outcome::channel_stopped, reason::account_blocked},
                           {"expired", Outcome::channel_stopped, reason::account_blocked},
                           {"quota", Outcome::channel_stopped, reason::account_blocked},
                           {"limit", Outcome::retry, reason::rate_limited},
                           {"not registered", Outcome::permanent_for_person, reason::bad_address},
                           {"phone", Outcome::permanent_for_person, reason::bad_address}}))
    return *known;
  return result(Outcome::permanent, reason::rejected, words);
}

// {"data": {"messages": [{"id": ...}]}}
std::string accepted_id(const json::value& answer) {
  const json::value* messages = at(at(&answer, "data"), "messages");
  if (messages == nullptr || !messages->is_array() || messages->as_array().empty()) return {};
  return id_text(at(&messages->as_array().front(), "id"));
}

}  // namespace

boost::system::result<CurlRequest, SendResult> build_request(const Message& message,
                                                             const WhatsappConfig& config,
                                                             Instant) {
  if (auto refusal = refuse_number(message)) return *std::move(refusal);
  const json::value body{
      {"data", json::array{json::object{
                   {"phone", message.to}, {"message", message.body}, {"isGroup", false}}}}};
  CurlRequest request;
  request.url =
      base_of(config, fmt::format("https://{}.wablas.com", config.server)) + "/api/v2/send-message";
  request.headers = {"Authorization: " + config.token, "Content-Type: application/json"};
  request.body = json::serialize(body);
  request.allow_private = !config.url.empty();
  return request;
}

SendResult classify(const CurlResponse& response) {
  if (auto failed = classify_failure(response)) return *failed;
  const auto answer = json_of(response);
  const json::value* status = answer ? at(&*answer, "status") : nullptr;
  if (status != nullptr && status->is_bool() && !status->as_bool())
    return refusal(text(at(&*answer, "message")));
  if (response.status < 200 || response.status >= 300) {
    SendResult made = by_status(response.status, fmt::format("HTTP {}", response.status));
    if (made.outcome == Outcome::retry) made.retry_after = retry_after(response.lines);
    return made;
  }
  if (status == nullptr || !status->is_bool())
    return result(Outcome::unknown, reason::server_error, "an answer without a status");
  SendResult made = result(Outcome::accepted, reason::accepted, "");
  made.provider_id = accepted_id(*answer);
  return made;
}

std::vector<Receipt> receipts(const json::value& body) {
  Receipt receipt;
  receipt.provider_id = id_text(at(&body, "id"));
  const std::string status = lower(text(at(&body, "status")));
  if (status == "delivered" || status == "received") receipt.state = Receipt::State::delivered;
  if (status == "read") receipt.state = Receipt::State::read;
  if (status == "reject" || status == "cancel" || status == "failed") {
    const std::string_view note = text(at(&body, "note"));
    fail(receipt, reason::rejected, note.empty() ? status : fmt::format("{}: {}", status, note));
  }
  return {receipt};
}

}  // namespace tenggat::notify::wablas
