#include "daemon/base/network.h"

#include <gtest/gtest.h>

namespace tenggat {
namespace {

bool holds(std::string_view network, std::string_view address) {
  return parse_network(network).value().contains(parse_address(address).value());
}

TEST(Network, HoldsTheAddressesOfItsBits) {
  EXPECT_TRUE(holds("10.0.0.0/8", "10.255.1.2"));
  EXPECT_FALSE(holds("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(holds("192.168.4.0/22", "192.168.7.255"));
  EXPECT_FALSE(holds("192.168.4.0/22", "192.168.8.0"));
  EXPECT_TRUE(holds("127.0.0.1", "::ffff:127.0.0.1"));
  EXPECT_FALSE(holds("127.0.0.1", "127.0.0.2"));
  EXPECT_TRUE(holds("fd00::/9", "fd7f::1"));
  EXPECT_FALSE(holds("fd00::/9", "fd80::1"));
  EXPECT_TRUE(holds("0.0.0.0/0", "8.8.8.8"));
  EXPECT_FALSE(holds("0.0.0.0/0", "2001:db8::1"));
}

TEST(Network, OnlyAddressesAreRead) {
  for (const char* text : {"", "localhost", "10.0.0", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/",
                           "::1/129", "10.0.0.1 ", "1.2.3.4:80", "10.0.0.0/8x"})
    EXPECT_FALSE(parse_network(text)) << text;
}

TEST(ClientAddress, IsThePeersUnlessThatIsOurProxy) {
  const std::vector<Network> proxies = {*parse_network("127.0.0.1"), *parse_network("10.0.0.0/8")};
  struct Row {
    const char *peer, *forwarded, *client;
  };
  const Row rows[] = {
      {"127.0.0.1", "", "127.0.0.1"},
      {"127.0.0.1", "203.0.113.9", "203.0.113.9"},
      {"127.0.0.1", "2001:db8::7", "2001:db8::7"},
      // What stands before the address our proxy saw was written by who came.
      {"127.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"},
      {"127.0.0.1", "203.0.113.9, 10.1.1.1 , 10.2.2.2", "203.0.113.9"},
      {"127.0.0.1", "10.1.1.1", "10.1.1.1"},
      // No address: who named it is as far as we can see.
      {"127.0.0.1", "203.0.113.9, unknown", "127.0.0.1"},
      {"127.0.0.1", "<script>, 10.1.1.1", "10.1.1.1"},
      // Nobody's proxy: its word counts for nothing.
      {"203.0.113.9", "127.0.0.1", "203.0.113.9"},
      {"203.0.113.9", "198.51.100.1", "203.0.113.9"},
  };
  for (const Row& row : rows)
    EXPECT_EQ(client_address(row.peer, row.forwarded, proxies), row.client)
        << row.peer << ' ' << row.forwarded;
  EXPECT_EQ(client_address("127.0.0.1", "203.0.113.9", {}), "127.0.0.1");
}

}  // namespace
}  // namespace tenggat
