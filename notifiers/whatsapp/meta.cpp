#include "notifiers/whatsapp/meta.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "notifiers/failure.h"
#include "notifiers/receipt.h"
#include "notifiers/utf8.h"
#include "notifiers/whatsapp/answer.h"
#include "notifiers/whatsapp/receipts.h"

namespace tenggat::notify::meta {
namespace json = boost::json;
namespace {

constexpr std::string_view kBase = "https://graph.facebook.com";
constexpr std::chrono::seconds kPairInterval{6};  // "about one per 6 s to the same person"
constexpr int kTemplatesOfAPage = 100;
constexpr std::size_t kTemplatePageBytes = 256 * 1024;
constexpr std::chrono::seconds kTemplatePageTime{15};
constexpr std::string_view kTemplateUpdate = "message_template_status_update";
constexpr std::size_t kLongestWord = 512;  // a template's name, as Meta takes it
constexpr std::size_t kLongestCursor = 1024;

struct Judgement {
  std::int64_t code;
  Outcome outcome;
  std::string_view reason;
};
// Error codes. Source: docs/domain.md, Meta Cloud API.
constexpr std::array<Judgement, 34> kJudgements{{
    {130429, Outcome::retry, reason::rate_limited},
    {131056, Outcome::retry, reason::rate_limited},  // this pair of sender and person
    {4, Outcome::retry, reason::rate_limited},
    {80007, Outcome::retry, reason::rate_limited},
    {131026, Outcome::permanent_for_person, reason::bad_address},
    {131047, Outcome::permanent, reason::template_missing},  // only a template would go through
    {190, Outcome::channel_stopped, reason::auth_failed},
    {131048, Outcome::channel_stopped, reason::account_blocked},
    {131042, Outcome::channel_stopped, reason::account_blocked},  // payment
    // What is wrong with a template is wrong with every message of its text, and with no other.
    {132000, Outcome::text_stopped, reason::template_missing},  // approved with other parameters
    {132001, Outcome::text_stopped, reason::template_missing},  // not there, or not approved
    {132007, Outcome::text_stopped, reason::template_missing},  // its content breaks the policy
    {132012, Outcome::text_stopped, reason::template_missing},  // approved with other parameters
    {132015, Outcome::text_stopped, reason::template_missing},  // paused
    {132016, Outcome::text_stopped, reason::template_missing},  // disabled
    {1, Outcome::retry, reason::server_error},
    {2, Outcome::retry, reason::server_error},
    {131000, Outcome::retry, reason::server_error},
    {131016, Outcome::retry, reason::server_error},
    {131057, Outcome::retry, reason::server_error},
    {133004, Outcome::retry, reason::server_error},
    {131021, Outcome::permanent_for_person, reason::bad_address},  // the sender itself
    {131030, Outcome::permanent_for_person, reason::bad_address},  // not on a test number's list
    {131049, Outcome::permanent_for_person, reason::rejected},
    {131050, Outcome::permanent_for_person, reason::rejected},
    {100, Outcome::permanent, reason::rejected},
    {131008, Outcome::permanent, reason::rejected},
    {131009, Outcome::permanent, reason::rejected},
    {132005, Outcome::permanent, reason::rejected},  // too long, as this message fills it
    {132018, Outcome::permanent, reason::rejected},  // line break, tab or blanks in a parameter
    {131005, Outcome::channel_stopped, reason::auth_failed},
    {368, Outcome::channel_stopped, reason::account_blocked},
    {131031, Outcome::channel_stopped, reason::account_blocked},
    {133010, Outcome::channel_stopped, reason::account_blocked},
}};

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// A name or a code of Meta's.
bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= kLongestWord &&
         std::ranges::all_of(text, is_word_character);
}

// What can stand in an address as it is.
bool is_cursor(std::string_view text) {
  return !text.empty() && text.size() <= kLongestCursor && std::ranges::all_of(text, [](char c) {
    return is_word_character(c) || c == '-' || c == '=';
  });
}

std::string accepted_id(const json::value& answer) {
  const json::value* messages = at(&answer, "messages");
  if (messages == nullptr || !messages->is_array() || messages->as_array().empty()) return {};
  const std::string_view id = text(at(&messages->as_array().front(), "id"));
  return is_receipt_id(id) ? std::string(id) : std::string();
}

// Of an error in an answer or a receipt: its message or title, and what it says of this case.
std::string words_of(const json::value* error) {
  std::string_view message = text(at(error, "message"));
  if (message.empty()) message = text(at(error, "title"));
  if (message.starts_with("(#")) message.remove_prefix(message.find(')') + 1);  // the code again
  while (message.starts_with(' ')) message.remove_prefix(1);
  const std::string_view details = text(at(at(error, "error_data"), "details"));
  if (message.empty() || details.find(message) != std::string_view::npos)
    return std::string(details);
  return details.empty() ? std::string(message) : fmt::format("{}: {}", message, details);
}

SendResult refusal(const CurlResponse& response, const json::value& answer) {
  const json::value* error = at(&answer, "error");
  std::string detail = words_of(error);
  const std::string status_words = fmt::format("HTTP {}", response.status);
  if (detail.empty()) detail = status_words;
  const json::value* code = at(error, "code");
  SendResult made = by_status(response.status, detail);
  if (code != nullptr && code->is_int64()) {
    const auto known = std::ranges::find(kJudgements, code->as_int64(), &Judgement::code);
    const std::string with_code = fmt::format("{}: {}", code->as_int64(), detail);
    if (known != kJudgements.end()) {
      made = result(known->outcome, known->reason, with_code);
    } else {
      made = by_status(response.status, with_code);
    }
    if (code->as_int64() == 131056) made.retry_after = kPairInterval;
  }
  if (made.outcome == Outcome::retry) {
    if (const auto wish = retry_after(response.lines)) made.retry_after = wish;
  }
  return made;
}

Receipt status_of(const json::value& status) {
  Receipt receipt;
  receipt.provider_id = text(at(&status, "id"));
  receipt.message = text(at(&status, "biz_opaque_callback_data"));
  receipt.to = text(at(&status, "recipient_id"));
  receipt.at = receipt_time(at(&status, "timestamp"));
  const std::string_view word = text(at(&status, "status"));
  if (word == "delivered") receipt.state = Receipt::State::delivered;
  if (word == "read" || word == "played") receipt.state = Receipt::State::read;
  if (word != "failed") return receipt;
  const std::vector<const json::value*> errors = items(at(&status, "errors"));
  const json::value* error = errors.empty() ? nullptr : errors.front();
  const std::string detail = words_of(error);
  const std::string code = id_text(at(error, "code"));
  const auto known = std::ranges::find_if(
      kJudgements, [&](const Judgement& one) { return std::to_string(one.code) == code; });
  fail(receipt, known == kJudgements.end() ? reason::rejected : known->reason,
       code.empty() ? detail : fmt::format("{}: {}", code, detail));
  return receipt;
}

}  // namespace

std::string parameter(std::string_view value) {
  std::string line = one_line(value);
  return line.empty() ? "-" : line;
}

boost::system::result<CurlRequest, SendResult> build_request(const Message& message,
                                                             const WhatsappConfig& config,
                                                             Instant) {
  if (auto refusal = refuse_number(message)) return *std::move(refusal);
  json::array parameters;
  // What was rendered before there were parameters had its fields approved.
  for (const std::string& value : message.parameters.empty() ? message.fields : message.parameters)
    parameters.push_back(json::object{{"type", "text"}, {"text", parameter(value)}});
  json::array components;
  if (!parameters.empty()) {
    components.push_back(json::object{{"type", "body"}, {"parameters", std::move(parameters)}});
  }
  const std::string template_name =
      message.template_name.empty() ? "tenggat_" + message.text_id : message.template_name;
  json::object body{
      {"messaging_product", "whatsapp"},
      {"to", message.to},
      {"type", "template"},
      {"biz_opaque_callback_data", message.id},
      {"template", json::object{{"name", template_name},
                                {"language", json::object{{"code", message.language}}},
                                {"components", std::move(components)}}}};
  // Within a day of what the person wrote no template is needed.
  if (message.free_text) {
    body.erase("template");
    body["type"] = "text";
    body["text"] = json::object{{"preview_url", false}, {"body", message.body}};
  }
  CurlRequest request;
  request.url = fmt::format("{}/{}/{}/messages", base_of(config, kBase), config.version,
                            config.phone_number_id);
  request.headers = {"Authorization: Bearer " + config.token, "Content-Type: application/json"};
  request.body = json::serialize(body);
  request.allow_private = !config.url.empty();
  return request;
}

SendResult classify(const CurlResponse& response) {
  if (auto failed = classify_failure(response)) return *failed;
  boost::system::error_code error;
  const json::value answer = json::parse(response.body, error);
  if (response.status < 200 || response.status >= 300) {
    return refusal(response, error ? json::value() : answer);
  }
  const std::string id = error ? std::string() : accepted_id(answer);
  if (id.empty() && !error && at(&answer, "error") != nullptr) return refusal(response, answer);
  if (id.empty()) return result(Outcome::unknown, reason::server_error, "accepted without an id");
  SendResult made = result(Outcome::accepted, reason::accepted, "");
  made.provider_id = id;
  return made;
}

json::object template_request(const Text& text, std::string_view language) {
  const TemplateBody body = template_body(text.body, sample_fields());
  json::array samples;
  for (const std::string& value : body.parameters) samples.emplace_back(parameter(value));
  json::object component{{"type", "BODY"}, {"text", body.text}};
  if (!samples.empty())
    component["example"] = json::object{{"body_text", json::array{std::move(samples)}}};
  return {{"name", text.template_name},
          {"language", language},
          {"category", "UTILITY"},
          {"components", json::array{std::move(component)}}};
}

CurlRequest templates_request(const WhatsappConfig& config, std::string_view after) {
  CurlRequest request;
  request.method = "GET";
  request.url = fmt::format(
      "{}/{}/{}/message_templates?fields=name,language,status,category,rejected_reason"
      "&limit={}",
      base_of(config, kBase), config.version, config.business_account_id, kTemplatesOfAPage);
  if (!after.empty()) request.url += fmt::format("&after={}", after);
  request.headers = {"Authorization: Bearer " + config.token};
  request.most_response_bytes = kTemplatePageBytes;
  request.deadline = kTemplatePageTime;
  request.allow_private = !config.url.empty();
  return request;
}

boost::system::result<TemplatePage, SendResult> templates_answer(const CurlResponse& response) {
  if (auto failed = classify_failure(response)) return *std::move(failed);
  boost::system::error_code error;
  const json::value answer = json::parse(response.body, error);
  const json::value* data = error ? nullptr : at(&answer, "data");
  const bool refused = response.status < 200 || response.status >= 300;
  if (refused || (!error && at(&answer, "error") != nullptr))
    return refusal(response, error ? json::value() : answer);
  if (data == nullptr || !data->is_array())
    return result(Outcome::unknown, reason::server_error, "an answer without templates");
  TemplatePage page;
  for (const json::value* one : items(data)) {
    TemplateState state{std::string(text(at(one, "name"))), std::string(text(at(one, "language"))),
                        std::string(text(at(one, "status"))),
                        std::string(text(at(one, "rejected_reason")))};
    if (state.reason == "NONE") state.reason.clear();
    if (is_word(state.name) && is_word(state.language) && is_word(state.status) &&
        (state.reason.empty() || is_word(state.reason)))
      page.templates.push_back(std::move(state));
  }
  const json::value* paging = at(&answer, "paging");
  const std::string_view after = text(at(at(paging, "cursors"), "after"));
  if (at(paging, "next") != nullptr && is_cursor(after)) page.after = after;
  return page;
}

bool tells_of_templates(std::string_view raw_body) {
  if (raw_body.find(kTemplateUpdate) == std::string_view::npos) return false;
  boost::system::error_code error;
  const json::value body = json::parse(raw_body, error);
  if (error) return false;
  for (const json::value* entry : items(at(&body, "entry")))
    for (const json::value* change : items(at(entry, "changes")))
      if (text(at(change, "field")) == kTemplateUpdate) return true;
  return false;
}

std::vector<Receipt> receipts(const json::value& body) {
  std::vector<Receipt> all;
  for (const json::value* entry : items(at(&body, "entry")))
    for (const json::value* change : items(at(entry, "changes")))
      for (const json::value* status : items(at(at(change, "value"), "statuses")))
        all.push_back(status_of(*status));
  return all;
}

}  // namespace tenggat::notify::meta
