// Addresses and networks of the Internet Protocol, as text and as bits.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenggat {

// IPv4 as its IPv6-mapped form, so that 127.0.0.1 is one address however a socket reports it.
using AddressBits = std::array<std::uint8_t, 16>;
std::optional<AddressBits> parse_address(std::string_view text);

struct Network {
  AddressBits address{};
  int bits = 128;  // of `address` that count
  bool contains(const AddressBits& one) const;
  bool operator==(const Network&) const = default;
};
// "127.0.0.1", "10.0.0.0/8", "::1", "fd00::/8".
std::optional<Network> parse_network(std::string_view text);

// Who a request comes from: `peer`, or where that is one of our own `proxies`, whom the nearest
// proxy that is not names last in X-Forwarded-For (`forwarded`: its fields joined by commas).
// What a client writes there itself counts for nothing, nor what is no address.
std::string client_address(const std::string& peer, std::string_view forwarded,
                           const std::vector<Network>& proxies);

// One key for whoever holds a whole network of IPv6 addresses, as every household does: its first
// 64 bits. An IPv4 address is its own.
std::string network_key(const std::string& address);

}  // namespace tenggat
