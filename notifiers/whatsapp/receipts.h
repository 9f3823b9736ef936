// Receipts of every WhatsApp provider: whether a request comes from it, and what it says. Pure; the
// route is in daemon/http.
#pragma once
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "notifiers/receipt.h"

namespace tenggat::notify {

// Of docs/reference.md, Configuration: whatsapp.provider, app_secret_file, verify_token_file. An
// empty secret lets nobody in.
struct ReceiptConfig {
  std::string provider;
  std::string secret;  // Meta, WAHA, webhook: key of the signature; Fonnte, Wablas: of the path
  std::string verify_token;  // Meta's challenge
};

// The header a provider signs in; empty for those that sign nothing and know a secret path instead.
std::string_view signature_header(std::string_view provider);
// Over the raw bytes of the body. `signature` is the header's value, or the secret of the path.
bool is_from_provider(const ReceiptConfig& config, std::string_view raw_body,
                      std::string_view signature);

// What Meta's subscription asks for: `challenge` may be echoed to whoever knows the token.
bool is_subscription(const ReceiptConfig& config, std::string_view mode, std::string_view token);

// Nothing where the body is no JSON. What says nothing of a message of ours is left out.
std::optional<std::vector<Receipt>> read_receipts(std::string_view provider,
                                                  std::string_view raw_body);

// For the adapters: an instant in seconds or milliseconds since 1970, as number or digits; nothing
// where it is neither.
std::optional<Instant> receipt_time(const boost::json::value* value);

}  // namespace tenggat::notify
