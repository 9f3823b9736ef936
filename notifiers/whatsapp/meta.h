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

// `entry[].changes[].value.statuses[]`, any number in a body. A status names our own id, too, where
// it was given along; `sent` says nothing new.
std::vector<Receipt> receipts(const boost::json::value& body);

}  // namespace tenggat::notify::meta
