// WhatsApp through Meta's Cloud API: template messages only.
// Source: docs/domain.md, Meta Cloud API.
#pragma once
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <boost/system/result.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "notifiers/channels_config.h"
#include "notifiers/message.h"
#include "notifiers/receipt.h"
#include "notifiers/text.h"
#include "notifiers/transfer.h"

namespace tenggat::notify::meta {

// Meta refuses a parameter with a line break, a tab or more than four blanks in a row (error
// 132018). They become single blanks; other control characters go; an empty value becomes "-".
std::string parameter(std::string_view value);

// The message's own id travels as biz_opaque_callback_data: Meta gives it back in each receipt, and
// a repeat can be told by it.
//
// The request, or bad_address where `to` is not a normalised Indonesian mobile number.
boost::system::result<CurlRequest, SendResult> build_request(const Message& message,
                                                             const WhatsappConfig& config,
                                                             Instant real_now);

SendResult classify(const CurlResponse& response);

// A text as Meta's `message_templates` call takes it, to be approved: {name, language, category,
// components}, its fields numbered in their order, with samples.
boost::json::object template_request(const Text& text, std::string_view language);

// How one template stands in one language, in Meta's words.
struct TemplateState {
  std::string name, language;
  std::string status;  // APPROVED, PENDING, IN_APPEAL, REJECTED, PAUSED, DISABLED, ...
  std::string reason;  // of a refusal, "INVALID_FORMAT"; empty where Meta gives none
  bool operator==(const TemplateState&) const = default;
};
struct TemplatePage {
  std::vector<TemplateState> templates;
  std::string after;  // where the next page begins; empty: this is the last
};
// A page of the account's templates: GET /{version}/{account}/message_templates. The next one is
// asked for by its cursor at our own address, never at one that an answer names.
CurlRequest templates_request(const WhatsappConfig& config, std::string_view after);
// The page, or why there is none. What is no template of ours by its form is left out.
boost::system::result<TemplatePage, SendResult> templates_answer(const CurlResponse& response);

// Whether Meta posts that a template has come to stand otherwise: a change whose `field` is
// message_template_status_update. What it says is not taken: it is asked for.
bool tells_of_templates(std::string_view raw_body);

// `entry[].changes[].value.statuses[]`, any number in a body. A status names our own id, too, where
// it was given along; `sent` says nothing new.
std::vector<Receipt> receipts(const boost::json::value& body);

}  // namespace tenggat::notify::meta
