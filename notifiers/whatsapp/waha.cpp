#include "notifiers/whatsapp/waha.h"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>

#include "notifiers/failure.h"
#include "notifiers/whatsapp/answer.h"
#include "notifiers/whatsapp/receipts.h"

namespace tenggat::notify::waha {
namespace json = boost::json;
namespace {

// Its engines answer each in their own way: "id", {"id": {"_serialized"}}, {"key": {"id"}}.
std::string accepted_id(const json::value& answer) {
  const json::value* id = at(&answer, "id");
  if (std::string whole = id_text(id); !whole.empty()) return whole;
  if (std::string serialized = id_text(at(id, "_serialized")); !serialized.empty())
    return serialized;
  return id_text(at(at(&answer, "key"), "id"));
}

SendResult refusal(const CurlResponse& response, const json::value& answer) {
  std::string_view words = text(at(&answer, "message"));
  if (words.empty()) words = text(at(&answer, "error"));
  const std::string status = fmt::format("HTTP {}", response.status);
  // The phone was logged out, or nobody has scanned the code yet: it comes as 422 or as 500.
  if (auto known =
          by_words(words, {{"session", Outcome::channel_stopped, reason::account_blocked},
                           {"not registered", Outcome::permanent_for_person, reason::bad_address},
                           {"no lid", Outcome::permanent_for_person, reason::bad_address},
                           {"chatid", Outcome::permanent_for_person, reason::bad_address}}))
    return *known;
  SendResult made = by_status(response.status, words.empty() ? status : std::string(words));
  if (made.outcome == Outcome::retry) made.retry_after = retry_after(response.lines);
  return made;
}

// "true_6281234567890@c.us_3EB0" is "3EB0" in the answer of one engine and the whole in that of
// another; and the middle changes when WhatsApp hides the number. The last part is the message's.
std::string key_of(std::string id) {
  if (!id.starts_with("true_")) return id;
  const std::size_t chat = id.find('_', std::string_view("true_").size());
  return chat == std::string::npos ? id : id.substr(chat + 1);
}

}  // namespace

boost::system::result<CurlRequest, SendResult> build_request(const Message& message,
                                                             const WhatsappConfig& config,
                                                             Instant) {
  if (auto refusal = refuse_number(message)) return *std::move(refusal);
  const json::value body{{"session", config.session.empty() ? "default" : config.session},
                         {"chatId", message.to + "@c.us"},
                         {"text", message.body}};
  CurlRequest request;
  request.url = base_of(config, "") + "/api/sendText";
  request.headers = {"X-Api-Key: " + config.token, "Content-Type: application/json"};
  request.body = json::serialize(body);
  request.allow_private = true;  // it stands in the office's own network
  return request;
}

SendResult classify(const CurlResponse& response) {
  if (auto failed = classify_failure(response)) return *failed;
  const auto answer = json_of(response);
  if (response.status < 200 || response.status >= 300)
    return refusal(response, answer.value_or(json::value()));
  const std::string id = answer ? accepted_id(*answer) : std::string();
  if (id.empty()) return result(Outcome::unknown, reason::server_error, "accepted without an id");
  SendResult made = result(Outcome::accepted, reason::accepted, "");
  made.provider_id = key_of(id);
  return made;
}

std::vector<Receipt> receipts(const json::value& body) {
  if (text(at(&body, "event")) != "message.ack") return {};
  const json::value* payload = at(&body, "payload");
  const json::value* ours = at(payload, "fromMe");
  if (ours != nullptr && ours->is_bool() && !ours->as_bool()) return {};
  Receipt receipt;
  receipt.provider_id = key_of(id_text(at(payload, "id")));
  receipt.at = receipt_time(at(&body, "timestamp"));
  const std::string ack = id_text(at(payload, "ack"));
  if (ack == "2") receipt.state = Receipt::State::delivered;
  if (ack == "3" || ack == "4") receipt.state = Receipt::State::read;
  if (ack == "-1") fail(receipt, reason::rejected, "ack -1");
  return {receipt};
}

}  // namespace tenggat::notify::waha
