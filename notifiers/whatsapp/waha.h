// WhatsApp through WAHA, a server of one's own that drives a paired phone.
// Source: docs/domain.md, WAHA.
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

namespace tenggat::notify::waha {

// The request, or bad_address where `to` is not a normalised Indonesian mobile number.
boost::system::result<CurlRequest, SendResult> build_request(const Message& message,
                                                             const WhatsappConfig& config,
                                                             Instant real_now);

SendResult classify(const CurlResponse& response);

// Event `message.ack` of a message of ours: ack -1 ERROR, 0 PENDING, 1 SERVER, 2 DEVICE, 3 READ,
// 4 PLAYED.
std::vector<Receipt> receipts(const boost::json::value& body);

}  // namespace tenggat::notify::waha
