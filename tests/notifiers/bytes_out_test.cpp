// What must never leave the house, and where it must never go: each refusal has a name, and the
// server that listens hears nothing. Source: docs/domain.md, Mail.
#include <arpa/inet.h>
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <netdb.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

#include "notifiers/curl_client.h"
#include "notifiers/failure.h"
#include "tests/notifiers/sample.h"
#include "tests/support/scripted_server.h"

namespace {

// What a name means, one answer a lookup; the last one stays. Empty: the machine's own resolver.
std::vector<std::string> g_answers;
std::atomic<int> g_lookups{0};
constexpr std::string_view kTurningName = "berganti.example";

}  // namespace

// libcurl's lookups come here first: a name of ours changes from one lookup to the next, as an
// attacker's would. Everything else goes to the C library.
extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints,
                           addrinfo** result) {
  using Lookup = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto real = reinterpret_cast<Lookup>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  if (name == nullptr || name != kTurningName || g_answers.empty())
    return real(name, service, hints, result);
  const auto at =
      std::min<std::size_t>(static_cast<std::size_t>(g_lookups++), g_answers.size() - 1);
  return real(g_answers[at].c_str(), service, hints, result);
}

namespace tenggat::notify {
namespace {

using namespace std::chrono_literals;

CurlResponse exchange(CurlClient& client, boost::asio::io_context& io, CurlRequest request) {
  return run(io, client.perform(std::move(request)));
}
CurlResponse exchange(CurlRequest request) {
  boost::asio::io_context io;
  CurlClient client(io.get_executor());
  return exchange(client, io, std::move(request));
}

// The word an attempt would be recorded with.
std::string reason_of(const CurlResponse& response) {
  const auto failed = classify_failure(response);
  return failed ? failed->reason : "answered";
}

CurlRequest outside(std::string url) {
  CurlRequest request;
  request.url = std::move(url);
  request.body = "{}";
  request.deadline = 3s;
  request.connect_timeout = 400ms;
  return request;
}

// The hosts of a machine's own, of its network, of its cloud, and of nobody, as URLs spell them.
constexpr std::string_view kInternal[] = {
    // loopback
    "127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "2130706433", "0x7f000001", "0x7F.1",
    "0x7f.0x0.0x0.0x1", "017700000001", "0177.0.0.1", "0177.0.0.01", "00000177.0.0.1", "localhost",
    "LOCALHOST", "%31%32%37.0.0.1", "127.0.0%2e1", "[::1]", "[0:0:0:0:0:0:0:1]", "[0000::0001]",
    "[::127.0.0.1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::FFFF:7F00:0001]",
    "[0:0:0:0:0:ffff:7f00:1]", "[64:ff9b::7f00:1]", "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]",
    "[2002:7f00:0001::1]",
    // this host, nobody
    "0", "0.0.0.0", "0.0.0.1", "0x0", "00000000000", "[::]", "[::0]", "255.255.255.255",
    "4294967295",
    // private networks
    "10.0.0.1", "10.255.255.255", "167772161", "0x0a000001", "012.0.0.1", "172.16.0.1",
    "172.31.255.255", "192.168.0.1", "192.168.1.254", "0xc0a80001", "3232235521",
    "[::ffff:10.0.0.1]", "[::ffff:192.168.0.1]", "[fc00::1]", "[fd12:3456:789a::1]",
    // link-local, clouds' metadata
    "169.254.169.254", "2852039166", "0xA9FEA9FE", "0251.0376.0251.0376",
    "[::ffff:169.254.169.254]", "[fe80::1]", "[fd00:ec2::254]",
    // shared, benchmarking, multicast, reserved
    "100.64.0.1", "100.127.255.255", "198.18.0.1", "192.0.0.1", "224.0.0.1", "239.255.255.255",
    "240.0.0.1", "[ff02::1]", "[64:ff9b::a00:1]", "[2002:a00:1::]",
    // a user that looks like a host
    "intanbjb.example@127.0.0.1", "127.0.0.1#@intanbjb.example", "intanbjb.example:80@127.0.0.1"};

TEST(BytesOut, NoSpellingOfAnInternalAddressIsConnectedTo) {
  std::atomic<int> connections = 0;
  const test::ScriptedServer server([&connections](std::iostream& peer) {
    ++connections;
    test::read_line(peer);
  });
  EXPECT_GE(std::size(kInternal), 60U);
  const std::string port = std::to_string(server.port());
  for (const std::string_view host : kInternal) {
    std::string authority(host);
    const std::size_t fragment = authority.find('#');
    authority.insert(std::min(fragment, authority.size()), ":" + port);
    for (const std::string scheme : {"http", "https"}) {
      const std::string reason = reason_of(exchange(outside(scheme + "://" + authority + "/")));
      EXPECT_TRUE(reason == reason::private_address || reason == reason::rejected)
          << scheme << ' ' << host << ": " << reason;
    }
  }
  EXPECT_EQ(connections, 0);
}

// A name is judged by the address that is connected to, not by one that was looked up before.
TEST(BytesOut, ANameThatTurnsToLoopbackAtItsSecondLookupIsNotFollowed) {
  std::atomic<int> connections = 0;
  const test::ScriptedServer server([&connections](std::iostream& peer) {
    ++connections;
    test::read_line(peer);
  });
  g_answers = {"192.0.2.1", "127.0.0.1"};  // the first is documentation's: nothing answers there
  g_lookups = 0;
  const std::string url =
      "http://" + std::string(kTurningName) + ':' + std::to_string(server.port()) + '/';
  EXPECT_EQ(exchange(outside(url)).failure, Failure::not_connected);
  EXPECT_EQ(reason_of(exchange(outside(url))), reason::private_address);
  EXPECT_GE(g_lookups, 2);
  EXPECT_EQ(connections, 0);
  g_answers.clear();
}

TEST(BytesOut, ControlBytesAreRefusedWhereverTheyStand) {
  std::atomic<int> connections = 0;
  const test::ScriptedServer server([&connections](std::iostream& peer) {
    ++connections;
    test::read_line(peer);
  });
  const std::string http = server.url("http"), smtp = server.url("smtp");
  const auto refused = [](CurlRequest request) {
    request.allow_private = true;
    request.tls = Tls::none;
    EXPECT_EQ(reason_of(exchange(std::move(request))), reason::rejected);
  };
  for (const std::string& bytes :
       {std::string("\r\n"), std::string("\n"), std::string("\r"), std::string("\0", 1),
        std::string("\x1b"), std::string("\x7f"), std::string("\t")}) {
    CurlRequest post = outside(http + "/" + bytes + "x");
    refused(post);
    post = outside(http);
    post.headers = {"webhook-id: a" + bytes + "X-Evil: 1"};
    refused(post);
    CurlRequest mail = outside(smtp);
    mail.mail_from = "a@b.id";
    mail.mail_to = "c@d.id>" + bytes + "RCPT TO:<x@y.id";
    refused(mail);
    std::swap(mail.mail_from, mail.mail_to);
    refused(mail);
    mail.mail_from = "a@b.id";
    mail.user = "izin" + bytes;
    mail.password = "rahasia";
    refused(mail);
    std::swap(mail.user, mail.password);
    refused(mail);
  }
  EXPECT_EQ(connections, 0);
}

// What one server reads as the end of a line and the next does not would smuggle a mail of its own.
TEST(BytesOut, AMailWhoseLinesDoNotAllEndAlikeIsRefusedByName) {
  std::atomic<int> connections = 0;
  const test::ScriptedServer server([&connections](std::iostream& peer) {
    ++connections;
    test::read_line(peer);
  });
  struct Case {
    std::string body;
    const char* named;
  };
  for (const Case& one : {Case{"Subject: a\r\n\r\nb\n.\nMAIL FROM:<x@y.id>\r\n", "line feed"},
                          Case{"Subject: a\r\n\r\nb\r.\rc\r\n", "carriage return"},
                          Case{"Subject: a\r\n\r\nb\r\n.\r\r\nc\r\n", "carriage return"},
                          Case{"Subject: a\r\n\r\nb\r", "carriage return"},
                          Case{"\nSubject: a\r\n\r\nb\r\n", "line feed"},
                          Case{std::string("Subject: a\r\n\r\nb\0c\r\n", 18), "NUL"}}) {
    CurlRequest mail = outside(server.url("smtp"));
    mail.mail_from = "a@b.id";
    mail.mail_to = "c@d.id";
    mail.body = one.body;
    mail.allow_private = true;
    mail.tls = Tls::none;
    const CurlResponse refused = exchange(std::move(mail));
    EXPECT_EQ(reason_of(refused), reason::rejected) << one.named;
    EXPECT_NE(refused.error.find(one.named), std::string::npos) << refused.error;
  }
  EXPECT_EQ(connections, 0);
}

}  // namespace
}  // namespace tenggat::notify
