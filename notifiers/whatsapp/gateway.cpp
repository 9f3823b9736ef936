#include "notifiers/whatsapp/gateway.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "notifiers/failure.h"
#include "notifiers/whatsapp/answer.h"
#include "notifiers/whatsapp/receipts.h"

namespace tenggat::notify::gateway {
namespace json = boost::json;
namespace {

constexpr int kCannotBeReached = 422;

Receipt receipt_of(const json::value& body) {
  Receipt receipt;
  receipt.provider_id = id_text(at(&body, "id"));
  receipt.message = id_text(at(&body, "message"));
  receipt.to = text(at(&body, "to"));
  receipt.at = receipt_time(at(&body, "at"));
  const std::string_view status = text(at(&body, "status"));
  if (status == "delivered") receipt.state = Receipt::State::delivered;
  if (status == "read") receipt.state = Receipt::State::read;
  if (status == "failed") fail(receipt, reason::rejected, text(at(&body, "reason")));
  return receipt;
}

}  // namespace

boost::system::result<CurlRequest, SendResult> build_request(const Message& message,
                                                             const WhatsappConfig& config,
                                                             Instant) {
  if (auto refusal = refuse_number(message)) return *std::move(refusal);
  json::array fields;
  for (std::size_t i = 0; i < message.fields.size(); ++i)
    fields.push_back(json::object{
        {"name", i < message.field_names.size() ? message.field_names[i] : std::to_string(i + 1)},
        {"value", message.fields[i]}});
  const json::value body{{"id", message.id},
                         {"to", message.to},
                         {"text", message.body},
                         {"template", message.text_id},
                         {"fields", std::move(fields)},
                         {"case", message.thread}};
  CurlRequest request;
  request.url = config.url;
  request.headers = {"Content-Type: application/json", "Idempotency-Key: " + message.id};
  if (!config.token.empty()) request.headers.push_back("Authorization: Bearer " + config.token);
  request.body = json::serialize(body);
  request.allow_private = true;  // it stands in the office's own network
  return request;
}

SendResult classify(const CurlResponse& response) {
  if (auto failed = classify_failure(response)) return *failed;
  if (response.status == kCannotBeReached)
    return result(Outcome::permanent_for_person, reason::bad_address, "HTTP 422");
  if (response.status < 200 || response.status >= 300) {
    SendResult made = by_status(response.status, fmt::format("HTTP {}", response.status));
    if (made.outcome == Outcome::retry) made.retry_after = retry_after(response.lines);
    return made;
  }
  SendResult made = result(Outcome::accepted, reason::accepted, "");
  if (const auto answer = json_of(response)) made.provider_id = id_text(at(&*answer, "id"));
  return made;
}

std::vector<Receipt> receipts(const json::value& body) {
  const json::value* list = at(&body, "receipts");
  if (list == nullptr) return {receipt_of(body)};
  std::vector<Receipt> all;
  for (const json::value* one : items(list)) all.push_back(receipt_of(*one));
  return all;
}

}  // namespace tenggat::notify::gateway
