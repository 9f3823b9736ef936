// WhatsApp through WAHA, a server of one's own that drives a paired phone.
// Source: domain facts, "WhatsApp providers": POST /api/sendText, X-Api-Key.
#pragma once
#include <boost/system/result.hpp>
#include <string>
#include <string_view>

#include "notifiers/message.h"
#include "notifiers/outgoing.h"
#include "notifiers/transfer.h"

namespace tenggat::notify::waha {

// The request, or bad_address where `to` is not a normalised Indonesian mobile number.
boost::system::result<CurlRequest, SendResult> build_request(const Message& message,
                                                             const WhatsappConfig& config,
                                                             Instant real_now);

SendResult classify(const CurlResponse& response);

}  // namespace tenggat::notify::waha
