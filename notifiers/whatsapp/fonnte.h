// WhatsApp through Fonnte, which drives a paired phone: the text itself is sent, no template.
// Source: docs/domain.md, Fonnte.
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

namespace tenggat::notify::fonnte {

// Fonnte substitutes {name} in a message; braces that came from outside become parentheses.
std::string plain(std::string_view text);

// The request, or bad_address where `to` is not a normalised Indonesian mobile number.
boost::system::result<CurlRequest, SendResult> build_request(const Message& message,
                                                             const WhatsappConfig& config,
                                                             Instant real_now);

SendResult classify(const CurlResponse& response);

// One a body, in three shapes: {id, stateid, status, state}, {id, status} and {stateid, state},
// where `stateid` is the id's alias from the first on.
std::vector<Receipt> receipts(const boost::json::value& body);

}  // namespace tenggat::notify::fonnte
