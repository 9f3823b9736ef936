// WhatsApp through a gateway of the office's own (`provider: webhook`): we POST what is to be sent
// as JSON {id, to, text, template, fields: [{name, value}], case}, with the message's id as
// Idempotency-Key, so that a repeat can be dropped.
// Source: ours. The gateway answers 2xx when it has the message, with its own `id` if receipts will
// name one; 422 when this number cannot be reached; 429 or 503 with Retry-After to be asked later.
#pragma once
#include <boost/json/value.hpp>
#include <boost/system/result.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "notifiers/channels_config.h"
#include "notifiers/message.h"
#include "notifiers/receipt.h"
#include "notifiers/transfer.h"

namespace tenggat::notify::gateway {

// The request, or bad_address where `to` is not a normalised Indonesian mobile number.
boost::system::result<CurlRequest, SendResult> build_request(const Message& message,
                                                             const WhatsappConfig& config,
                                                             Instant real_now);

SendResult classify(const CurlResponse& response);

// One {id?, message?, to?, status: delivered | read | failed, at?, reason?}, or {"receipts": [...]}
// of them. `id` is the gateway's own, as it answered; or `message` is ours and `to` whom it was
// for. `at` is seconds since 1970.
std::vector<Receipt> receipts(const boost::json::value& body);

}  // namespace tenggat::notify::gateway
