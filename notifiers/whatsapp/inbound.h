// What people write to the office over WhatsApp, of every provider. Who sent the request is proven
// before (receipts.h). Pure.
#pragma once
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/time.h"

namespace tenggat::notify {

struct Inbound {
  std::string provider_id;  // a repeat of it is the same message; may be empty
  std::string from;         // as normalise_phone() gives it
  std::string text;         // printable, of at most kLongestInbound characters; never empty
  std::optional<Instant> at{};
  bool operator==(const Inbound&) const = default;
};

inline constexpr std::size_t kLongestInbound = 2000;  // characters
inline constexpr std::size_t kInboundAtOnce = 20;     // of one request

// Left out are groups, what we have sent ourselves, numbers of other countries and hidden ones, and
// what provider and body say nothing of. What is no text (a picture, a voice) is said to be that.
std::vector<Inbound> read_inbound(std::string_view provider, std::string_view raw_body);

}  // namespace tenggat::notify
