// What is no request is refused before any handler: made by tables and by putting every bad byte
// into every place. Each is followed by a good request on the same connection, which must not be
// served either: what could be read two ways is not read on. Source: RFC 9112.
#include <gtest/gtest.h>
#include <spdlog/fmt/fmt.h>

#include <set>
#include <vector>

#include "tests/daemon/http/running_server.h"

namespace tenggat::http {
namespace {

struct Malformed {
  std::string what, bytes;
  std::set<int> statuses = {400};
};

std::string with_fields(const std::string& fields, const std::string& first = "GET / HTTP/1.1") {
  return first + "\r\nHost: a\r\n" + fields + "\r\n\r\n";
}
std::string post_with(const std::string& fields, const std::string& body = "hello") {
  return with_fields(fields, "POST / HTTP/1.1") + body;
}
std::string target(const std::string& text) {
  return "GET " + text + " HTTP/1.1\r\nHost: a\r\n\r\n";
}
std::string chunked(const std::string& body) {
  return post_with("Transfer-Encoding: chunked", body);
}
std::string byte(int value) { return std::string(1, static_cast<char>(value)); }

class Requests {
 public:
  void add(const std::string& what, std::string bytes, std::set<int> statuses = {400}) {
    all_.push_back({what, std::move(bytes), std::move(statuses)});
  }
  const std::vector<Malformed>& all() const { return all_; }

 private:
  std::vector<Malformed> all_;
};

void add_framing(Requests& requests) {
  for (const char* coding : {"",
                             "identity",
                             "gzip",
                             "deflate",
                             "compress",
                             "gzip, chunked",
                             "chunked, gzip",
                             "chunked,",
                             ", chunked",
                             "chunked, chunked",
                             "chunked,chunked",
                             "chunked;q=1",
                             "\"chunked\"",
                             "chunked chunked",
                             "chunkedx",
                             "xchunked",
                             "chu nked",
                             "trailers",
                             "chunked, identity",
                             "identity, chunked",
                             "x",
                             "0",
                             "chunked\t,"})
    requests.add(fmt::format("Transfer-Encoding: {}", coding),
                 post_with(fmt::format("Transfer-Encoding: {}", coding), "0\r\n\r\n"));
  for (const char* length : {"0", "5", "05", "99"}) {
    requests.add("both lengths",
                 post_with(fmt::format("Content-Length: {}\r\nTransfer-Encoding: chunked", length),
                           "0\r\n\r\n"));
    requests.add("both lengths",
                 post_with(fmt::format("Transfer-Encoding: chunked\r\nContent-Length: {}", length),
                           "0\r\n\r\n"));
  }
  requests.add("chunked twice",
               post_with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n"));
  requests.add("chunked and identity",
               post_with("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "0\r\n\r\n"));
  for (const char* name : {"Transfer-Encoding ", "Transfer-Encoding\t", " Transfer-Encoding",
                           "Content-Length ", "\tContent-Length"})
    requests.add(fmt::format("a space beside '{}'", name), post_with(std::string(name) + ": 5"));
  requests.add("chunked in HTTP/1.0",
               "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  for (const char* length :
       {"", "5, 5", "5,", "+5", "-5", "-0", "0x5", "5 5", "5;", "1e3", "5.0", "five",
        "99999999999999999999", "18446744073709551616", "18446744073709551621", "5\t5", "\"5\""})
    requests.add(fmt::format("Content-Length: {}", length),
                 post_with(fmt::format("Content-Length: {}", length)), {400, 413});
  for (const char* second : {"5", "6", "0"})
    requests.add("Content-Length twice",
                 post_with(fmt::format("Content-Length: 5\r\nContent-Length: {}", second)));
  for (const char* body : {"x\r\n", "-1\r\n", "+1\r\na\r\n", "0x5\r\nhello\r\n0\r\n\r\n", "\r\n",
                           " 5\r\nhello\r\n0\r\n\r\n", "5\nhello\n0\n\n", "5\r\nhelloXX0\r\n\r\n",
                           "5\r\nhello0\r\n\r\n", "FFFFFFFFFFFFFFFFF\r\n", "10000000000000000\r\n",
                           "5,5\r\nhello\r\n", "g\r\n", "0\r\nX\r\n\r\n"})
    requests.add(fmt::format("a chunk '{}'", body), chunked(body), {400, 413});
  requests.add("a chunk extension without end", chunked("5;" + std::string(100'000, 'x')));
  requests.add("a body over the limit", post_with("Content-Length: 1048577"), {413});
  requests.add("a chunk over the limit", chunked("200000\r\n" + std::string(0x200000, 'x')), {413});
}

void add_lines(Requests& requests) {
  for (const char* method : {"", "get", "Get", "G ET", "GET\t", " GET", "GE(T", "G@T", "FOO",
                             "CONNECT", "PROPFIND", "GETGET"})
    requests.add(fmt::format("method '{}'", method),
                 std::string(method) + " / HTTP/1.1\r\nHost: a\r\n\r\n", {400, 501});
  for (const char* version :
       {"HTTP/2.0", "HTTP/1.2", "HTTP/1.11", "http/1.1", "HTTP/0.9", "HTTP/1", "HTTP/1.1 x", "",
        "HTTPS/1.1", "HTTP /1.1", "HTTP/ 1.1", "HTTP/1,1", "HTTP/01.1", "HTTP/3", "FTP/1.1"})
    requests.add(fmt::format("version '{}'", version),
                 "GET / " + std::string(version) + "\r\nHost: a\r\n\r\n", {400, 505});
  for (const char* fields :
       {"X: a\r\n b", "X: a\r\n\tb", "X:\r\n a", "X: a\r\n b\r\n c", "Content-Length: 0\r\n 5",
        "Transfer-Encoding:\r\n chunked", "Authorization: Bearer\r\n x", "X: a\r\n ", "X: a\r\n\t"})
    requests.add("a folded field", with_fields(fields));
  requests.add("a folded Host", "GET / HTTP/1.1\r\nHost:\r\n a\r\n\r\n");
  requests.add("a fold after the request line", "GET / HTTP/1.1\r\n Host: a\r\n\r\n");
  requests.add("no Host", "GET / HTTP/1.1\r\n\r\n");
  requests.add("no Host but another field", "GET / HTTP/1.1\r\nX: a\r\n\r\n");
  for (const char* host : {"a\r\nHost: a",
                           "a\r\nHost: b",
                           "a\r\nX: y\r\nhost: a",
                           "",
                           "a b",
                           "a,b",
                           "a/b",
                           "u@a",
                           "a?b",
                           "a#b",
                           "http://a",
                           "a\\b",
                           "[::1",
                           "[::1]a",
                           "[]",
                           "a:b",
                           "a::1",
                           "a:123456",
                           ":80",
                           "a]",
                           "[a",
                           "a:8 0"})
    requests.add(fmt::format("Host: {}", host),
                 fmt::format("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", host));
  for (const char* line : {"X", "X a", ":", ": a", "X\r\n", "=a", "\"X\": a"})
    requests.add(fmt::format("a line '{}'", line), with_fields(line));
  for (const char bad : std::string("(),/;<=>?@[\\]{}\" "))
    requests.add(fmt::format("'{}' in a name", bad), with_fields(fmt::format("X{}Y: a", bad)));
  for (const char* name : {"Authorization", "Content-Type", "Idempotency-Key"})
    requests.add(fmt::format("{} twice", name), with_fields(fmt::format("{0}: a\r\n{0}: a", name)));
  for (const char* expect : {"100-continue, x", "x", "200-ok", ""})
    requests.add(fmt::format("Expect: {}", expect),
                 post_with(fmt::format("Expect: {}\r\nContent-Length: 5", expect)), {400, 417});
  for (const char* bytes :
       {"GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\nHost: a\n\r\n",
        "GET / HTTP/1.1\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\n",
        "GET / HTTP/1.1\rHost: a\r\r", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n",
        "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nX: a\rb\r\nHost: a\r\n\r\n", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /  HTTP/1.1\r\nHost: a\r\n\r\n", "GET\r\n/ HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /\r\nHost: a\r\n\r\n", "GET\r\n\r\n", "\r\n\r\n", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n",
        "GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n"})
    requests.add("line ends and spaces", bytes, {400, 501, 505});
  requests.add("the start of TLS", "\x16\x03\x01\x02");
  requests.add("HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 501, 505});
}

void add_targets(Requests& requests) {
  for (const char* text :
       {"http://a/", "https://a/", "*",       "a",         "?q",         "#",
        "//",        "//a",        "/a//b",   "/./",       "/../a",      "/a/./b",
        "/a/../b",   "/a/..",      "/a/.",    "/%2e%2e/a", "/%2E",       "/a/%2e%2E/b",
        "/.%2e/",    "/%",         "/%1",     "/%zz",      "/%1g",       "/%%31",
        "/a%",       "/%00",       "/%0a",    "/%0D%0A",   "/%1f",       "/%7f",
        "/%c3",      "/%c3%28",    "/%ff",    "/%fe",      "/%ed%a0%80", "/%f5%80%80%80",
        "/%c0%af",   "/%e0%80%80", "/a#b",    "/a b",      "/\"",        "/<",
        "/a\\b",     "/?q=%",      "/?q=%zz", "/?q=%1",    "/?%zz=1",    "/?q=%c3%28",
        "/?q=%ff",   "/?q=%00",    "/?q=a#b", "a:80"})
    requests.add(fmt::format("target {}", text), target(text));
}

// Every byte that is no text, in every place of a head.
void add_bytes(Requests& requests) {
  for (int value = 0; value < 256; ++value) {
    const bool text =
        (value >= 0x20 && value < 0x7f) || value == '\t' || value == '\r' || value == '\n';
    if (text || (value > 0x82 && value < 0xfd)) continue;
    const std::string bad = byte(value);
    const std::string name = fmt::format("byte {:#04x} in", value);
    requests.add(name + " a method", "GE" + bad + "T / HTTP/1.1\r\nHost: a\r\n\r\n");
    requests.add(name + " a target", target("/a" + bad + "b"));
    requests.add(name + " a version", "GET / HTTP/1.1" + bad + "\r\nHost: a\r\n\r\n");
    requests.add(name + " a name", with_fields("X" + bad + "Y: a"));
    // Opaque in a value, whatever it means to who set it. RFC 9110, 5.5.
    if (value < 0x80) requests.add(name + " a value", with_fields("X: a" + bad + "b"));
    requests.add(name + " a Host", "GET / HTTP/1.1\r\nHost: a" + bad + "\r\n\r\n");
  }
}

void add_heads(Requests& requests) {
  requests.add("a long target", target('/' + std::string(17 * 1024, 'a')), {431});
  requests.add("a long query", target("/?q=" + std::string(17 * 1024, 'a')), {431});
  requests.add("a long field", with_fields("X: " + std::string(17 * 1024, 'a')), {431});
  requests.add("a long name", with_fields(std::string(17 * 1024, 'X') + ": a"), {431});
  requests.add("a long method", std::string(17 * 1024, 'G') + " / HTTP/1.1\r\nHost: a\r\n\r\n",
               {400, 431, 501});
  std::string many;
  for (int i = 0; i < 4000; ++i) many += fmt::format("X{}: a\r\n", i);
  requests.add("many fields", with_fields(many + "Y: a"), {431});
  requests.add("a head that never ends",
               "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(40 * 1024, 'a'), {431});
}

TEST(MalformedRequests, AreRefusedBeforeAnyHandler) {
  Requests requests;
  add_framing(requests);
  add_lines(requests);
  add_targets(requests);
  add_bytes(requests);
  add_heads(requests);
  EXPECT_GE(requests.all().size(), 200U);
  const RunningServer server;
  const std::string good = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
  for (const Malformed& one : requests.all()) {
    Client client(server);
    client.send(one.bytes + good + good);
    client.end_sending();
    const std::string answer = client.all();
    const int status = answer.starts_with("HTTP/1.1 ") ? std::stoi(answer.substr(9, 3)) : 0;
    EXPECT_TRUE(one.statuses.contains(status)) << one.what << ": " << answer.substr(0, 300);
    EXPECT_EQ(answer.find("}HTTP/1.1 "), std::string::npos) << one.what << ": answered twice";
    EXPECT_NE(answer.find("Connection: close"), std::string::npos) << one.what;
    EXPECT_NE(answer.find("application/problem+json"), std::string::npos) << one.what;
    ASSERT_EQ(handled, 0) << one.what << ": a handler ran";
  }
  RecordProperty("requests", static_cast<int>(requests.all().size()));
  // The server is none the worse for it.
  Client client(server);
  client.send(good);
  EXPECT_TRUE(client.response().starts_with("HTTP/1.1 200"));
  EXPECT_EQ(handled, 1);
}

}  // namespace
}  // namespace tenggat::http
