#include "daemon/base/network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace tenggat {
namespace {

constexpr int kMappedBits = 96;  // ::ffff:0:0/96 holds IPv4
constexpr std::size_t kLongestAddress = 45;

bool trusted(const AddressBits& address, const std::vector<Network>& proxies) {
  return std::any_of(proxies.begin(), proxies.end(),
                     [&](const Network& network) { return network.contains(address); });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Takes the last of a comma-separated list off it.
std::string_view take_last(std::string_view& list) {
  const std::size_t comma = list.rfind(',');
  const std::string_view last = comma == std::string_view::npos ? list : list.substr(comma + 1);
  list = comma == std::string_view::npos ? std::string_view{} : list.substr(0, comma);
  return trimmed(last);
}

}  // namespace

std::optional<AddressBits> parse_address(std::string_view text) {
  if (text.empty() || text.size() > kLongestAddress) return std::nullopt;
  const std::string name(text);  // inet_pton wants its end marked
  AddressBits bits{};
  if (inet_pton(AF_INET6, name.c_str(), bits.data()) == 1) return bits;
  bits = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0};
  if (inet_pton(AF_INET, name.c_str(), bits.data() + 12) == 1) return bits;
  return std::nullopt;
}

bool Network::contains(const AddressBits& one) const {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (!std::equal(one.begin(), one.begin() + static_cast<std::ptrdiff_t>(whole), address.begin()))
    return false;
  const int rest = bits % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xFF << (8 - rest));
  return ((one[whole] ^ address[whole]) & mask) == 0;
}

std::optional<Network> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  Network network{*address, 128};
  if (slash == std::string_view::npos) return network;
  const std::string_view length = text.substr(slash + 1);
  const bool mapped = text.substr(0, slash).find(':') == std::string_view::npos;
  int bits = -1;
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), bits);
  if (error != std::errc() || end != length.data() + length.size() || bits < 0 ||
      bits > (mapped ? 32 : 128))
    return std::nullopt;
  network.bits = mapped ? kMappedBits + bits : bits;
  return network;
}

std::string network_key(const std::string& address) {
  auto bits = parse_address(address);
  if (!bits) return address;
  if (Network{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, kMappedBits}.contains(*bits)) {
    std::array<char, INET_ADDRSTRLEN> text{};  // one key, however it was written
    return inet_ntop(AF_INET, bits->data() + kMappedBits / 8, text.data(), text.size());
  }
  std::fill(bits->begin() + 8, bits->end(), std::uint8_t{0});
  return {bits->begin(), bits->end()};
}

std::string client_address(const std::string& peer, std::string_view forwarded,
                           const std::vector<Network>& proxies) {
  std::string client = peer;
  auto bits = parse_address(peer);
  while (bits && trusted(*bits, proxies) && !forwarded.empty()) {
    const std::string_view named = take_last(forwarded);
    bits = parse_address(named);
    if (bits) client = std::string(named);
  }
  return client;
}

}  // namespace tenggat
