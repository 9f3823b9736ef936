// WhatsApp through Wablas, which drives a paired phone: the text itself is sent, no template.
// Source: docs/domain.md, Wablas.
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

namespace tenggat::notify::wablas {

// The request, or bad_address where `to` is not a normalised Indonesian mobile number.
boost::system::result<CurlRequest, SendResult> build_request(const Message& message,
                                                             const WhatsappConfig& config,
                                                             Instant real_now);

SendResult classify(const CurlResponse& response);

// One a body, of its "tracking" webhook: {id, phone, status, note}.
std::vector<Receipt> receipts(const boost::json::value& body);

}  // namespace tenggat::notify::wablas
