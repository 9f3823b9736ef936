#include "daemon/http/server.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/daemon/http/running_server.h"

namespace tenggat::http {
namespace {

int status_of(const std::string& response) {
  return response.starts_with("HTTP/1.1 ") ? std::stoi(response.substr(9, 3)) : 0;
}

bool has(const std::string& response, std::string_view text) {
  return response.find(text) != std::string::npos;
}

std::string get(const std::string& path, const std::string& fields = "") {
  return "GET " + path + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

std::string post(const std::string& path, const std::string& fields, const std::string& body) {
  return "POST " + path + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body;
}

std::string post(const std::string& path, const std::string& body) {
  return post(path, "Content-Length: " + std::to_string(body.size()) + "\r\n", body);
}

struct Malformed {
  const char* why;
  std::string bytes;
  int status = 400;
};

std::vector<Malformed> malformed_requests() {
  using namespace std::string_literals;
  const std::string te = "Transfer-Encoding: ";
  const std::string chunks = "5\r\nhello\r\n0\r\n\r\n";
  return {
      {"encoding gzip", post("/", te + "gzip\r\n", chunks)},
      {"encoding gzip, chunked", post("/", te + "gzip, chunked\r\n", chunks)},
      {"encoding chunked, chunked", post("/", te + "chunked, chunked\r\n", chunks)},
      {"encoding identity", post("/", te + "identity\r\n", chunks)},
      {"encoding chunked, identity", post("/", te + "chunked, identity\r\n", chunks)},
      {"encoding Chunked", post("/", te + "Chunked\r\n", chunks)},
      {"encoding xchunked", post("/", te + "xchunked\r\n", chunks)},
      {"encoding quoted", post("/", te + "\"chunked\"\r\n", chunks)},
      {"encoding with parameter", post("/", te + "chunked;q=1\r\n", chunks)},
      {"encoding empty", post("/", te + "\r\n", chunks)},
      {"encoding twice", post("/", te + "chunked\r\n" + te + "chunked\r\n", chunks)},
      {"encoding with vertical tab", post("/", te + "\vchunked\r\n", chunks)},
      {"encoding and length", post("/", te + "chunked\r\nContent-Length: 5\r\n", chunks)},
      {"length and encoding", post("/", "Content-Length: 5\r\n" + te + "chunked\r\n", chunks)},
      {"encoding folded", post("/", "Transfer-Encoding:\r\n chunked\r\n", chunks)},
      {"length twice", post("/", "Content-Length: 5\r\nContent-Length: 5\r\n", "hello")},
      {"length twice, different", post("/", "Content-Length: 5\r\nContent-Length: 6\r\n", "hello")},
      {"length list", post("/", "Content-Length: 5, 5\r\n", "hello")},
      {"length signed", post("/", "Content-Length: +5\r\n", "hello")},
      {"length negative", post("/", "Content-Length: -5\r\n", "hello")},
      {"length hexadecimal", post("/", "Content-Length: 0x5\r\n", "hello")},
      {"length with a fraction", post("/", "Content-Length: 5.0\r\n", "hello")},
      {"length empty", post("/", "Content-Length:\r\n", "hello")},
      {"length with a word", post("/", "Content-Length: 5 x\r\n", "hello")},
      {"length over 64 bits", post("/", "Content-Length: 18446744073709551621\r\n", "hello")},
      {"folded by space", get("/", "X-A: b\r\n c\r\n")},
      {"folded by tab", get("/", "X-A: b\r\n\tc\r\n")},
      {"first field folded", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"},
      {"no host", "GET / HTTP/1.1\r\n\r\n"},
      {"two hosts", get("/", "Host: b\r\n")},
      {"two equal hosts", get("/", "Host: a\r\n")},
      {"empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n"},
      {"host list", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"},
      {"host with user", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"},
      {"host with path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"},
      {"1.0 without host", "GET / HTTP/1.0\r\n\r\n"},
      {"1.0 chunked", "POST / HTTP/1.0\r\nHost: a\r\n" + te + "chunked\r\n\r\n" + chunks},
      {"absolute target", get("http://a/")},
      {"asterisk target", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"authority target", get("a:80")},
      {"empty target", "GET  HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"double slash", get("//evil.example/x")},
      {"inner empty segment", get("/a//b")},
      {"dot segment", get("/a/./b")},
      {"dot dot segment", get("/a/../b")},
      {"last dot dot", get("/a/..")},
      {"encoded dot dot", get("/a/%2e%2E/b")},
      {"backslash", get("/a\\b")},
      {"encoded nul", get("/a%00")},
      {"encoded line end", get("/a%0d%0aX: y")},
      {"encoded nul in query", get("/?a=%00")},
      {"bad escape", get("/%zz")},
      {"cut escape", get("/%2")},
      {"lone percent", get("/?a=%")},
      {"escape not utf-8", get("/%ff")},
      {"overlong utf-8", get("/%c0%af")},
      {"surrogate in utf-8", get("/?a=%ed%a0%80")},
      {"fragment", get("/a#b")},
      {"quote in path", get("/a\"b")},
      {"angle in query", get("/?a=<b>")},
      {"raw byte in path", get("/\xc3\xa9")},
      {"control byte in path", get("/a\x01"
                                   "b")},
      {"nul in path", "GET /a\0b HTTP/1.1\r\nHost: a\r\n\r\n"s},
      {"tab in request line", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"two spaces", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"space at the end", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"},
      {"space at the front", " GET / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"line end at the front", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"no version", "GET /\r\nHost: a\r\n\r\n"},
      {"version in lower case", "GET / http/1.1\r\nHost: a\r\n\r\n"},
      {"version with a long number", "GET / HTTP/1.10\r\nHost: a\r\n\r\n"},
      {"version 2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
      {"version 1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505},
      {"http/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"method no token", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"method in lower case", "get / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"method unknown", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"method connect", "CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"method connect", "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"bare line feeds", "GET / HTTP/1.1\nHost: a\n\n"},
      {"one bare line feed", "GET / HTTP/1.1\r\nHost: a\nX-B: c\r\n\r\n"},
      {"bare line feed at the end", "GET / HTTP/1.1\r\nHost: a\r\n\n"},
      {"bare carriage return", "GET / HTTP/1.1\r\nHost: a\rX-B: c\r\n\r\n"},
      {"two carriage returns", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n"},
      {"raw byte in a field's name", get("/", "X-\xc3\xa9: a\r\n")},
      {"control byte in a field", get("/",
                                      "X-A: a\x01"
                                      "b\r\n")},
      {"nul in a field", "GET / HTTP/1.1\r\nHost: a\r\nX-A: a\0b\r\n\r\n"s},
      {"delete in a field", get("/",
                                "X-A: a\x7f"
                                "b\r\n")},
      {"space before the colon", get("/", "Content-Length : 0\r\n")},
      {"no colon", get("/", "X-A\r\n")},
      {"no name", get("/", ": x\r\n")},
      {"name no token", get("/", "X(A): x\r\n")},
      {"two authorizations", get("/", "Authorization: a\r\nAuthorization: b\r\n")},
      {"two keys", post("/", "Idempotency-Key: a\r\nIdempotency-Key: b\r\n", "")},
      {"two content types", get("/", "Content-Type: a/b\r\nContent-Type: c/d\r\n")},
      {"unknown expectation", post("/", "Expect: tea\r\nContent-Length: 1\r\n", "x"), 417},
      {"chunk size no number", post("/", te + "chunked\r\n", "x\r\nhello\r\n0\r\n\r\n")},
      {"chunk size prefixed", post("/", te + "chunked\r\n", "0x5\r\nhello\r\n0\r\n\r\n")},
      {"chunk size negative", post("/", te + "chunked\r\n", "-5\r\nhello\r\n0\r\n\r\n")},
      {"chunk size huge",
       post("/", te + "chunked\r\n", "ffffffffffffffffff\r\nhello\r\n0\r\n\r\n")},
      {"chunk without line end", post("/", te + "chunked\r\n", "5\r\nhello0\r\n\r\n")},
      {"chunk with bare line feeds", post("/", te + "chunked\r\n", "5\nhello\n0\n\n\r\n\r\n")},
      {"chunk size with endless extension",
       post("/", te + "chunked\r\n", "5;" + std::string(70000, 'x'))},
      {"tls hello", "\x16\x03\x01\x02\x00\x01\x00\x01"s},
  };
}

TEST(Server, NoMalformedRequestReachesAHandler) {
  RunningServer server;
  const std::vector<Malformed> requests = malformed_requests();
  EXPECT_GE(requests.size(), 60U);
  for (const Malformed& request : requests) {
    SCOPED_TRACE(request.why);
    Client client(server);
    // What follows must not be taken for a second request.
    client.send(request.bytes + get("/smuggled"));
    const std::string response = client.all();
    EXPECT_EQ(status_of(response), request.status) << response;
    EXPECT_TRUE(has(response, "Content-Type: application/problem+json")) << response;
    EXPECT_TRUE(has(response, "Connection: close")) << response;
    EXPECT_EQ(response.find("X-Request-Id"), response.rfind("X-Request-Id")) << response;
  }
  EXPECT_EQ(handled, 0);
}

TEST(Server, KeepsTheConnectionFromRequestToRequest) {
  RunningServer server;
  Client client(server);
  for (int i = 0; i < 3; ++i) {
    client.send(post("/a", "body"));
    const std::string response = client.response();
    EXPECT_EQ(status_of(response), 200);
    EXPECT_TRUE(has(response, "Connection: keep-alive"));
    EXPECT_TRUE(response.ends_with("POST /a body"));
  }
  EXPECT_EQ(server.connections(), 1U);
  client.send(get("/last", "Connection: close\r\n"));
  EXPECT_TRUE(has(client.all(), "Connection: close"));
}

TEST(Server, PipelinedRequestsAreAnsweredInTurn) {
  RunningServer server;
  Client client(server);
  client.send(get("/slow") + post("/b", "two") + get("/c"));
  EXPECT_TRUE(client.response().ends_with("GET /slow "));
  EXPECT_TRUE(client.response().ends_with("POST /b two"));
  EXPECT_TRUE(client.response().ends_with("GET /c "));
}

TEST(Server, ARequestMayComeByteByByte) {
  RunningServer server;
  Client client(server);
  for (const char byte : post("/a", "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n")) {
    client.send({&byte, 1});
  }
  EXPECT_TRUE(client.response().ends_with("POST /a abc"));
}

// Beast ends the process where it is given a first and last chunk in pieces.
TEST(Server, TheLastChunkMayComeInPieces) {
  RunningServer server;
  Client client(server), probe(server);
  client.send(post("/a", "Transfer-Encoding: chunked\r\n", "0\r\n"));
  for (const char* piece : {"\r", "\n"}) {
    probe.send(get("/b"));  // by its answer the client's bytes have been read
    EXPECT_TRUE(probe.response().ends_with("GET /b "));
    client.send(piece);
  }
  EXPECT_TRUE(client.response().ends_with("POST /a "));
}

TEST(Server, ChunkedBodiesAreJoinedAndTrailersDropped) {
  RunningServer server;
  Client client(server);
  client.send(post("/a", "Transfer-Encoding: chunked\r\n",
                   "5;x=y\r\nhello\r\n1\r\n \r\n5\r\nworld\r\n0\r\nAuthorization: b\r\n\r\n"));
  EXPECT_TRUE(client.response().ends_with("POST /a hello world"));
  client.send(get("/next"));
  EXPECT_TRUE(client.response().ends_with("GET /next "));
}

TEST(Server, EveryAnswerCarriesTheSecurityFieldsAndAnId) {
  RunningServer server;
  for (const std::string& request :
       {get("/a", "X-Request-Id: mine\r\n"), std::string("bad\r\n\r\n")}) {
    Client client(server);
    client.send(request);
    client.end_sending();
    const std::string response = client.all();
    EXPECT_TRUE(has(response, "X-Content-Type-Options: nosniff\r\n"));
    EXPECT_TRUE(has(response, "Cache-Control: no-store\r\n"));
    EXPECT_TRUE(has(response, "Referrer-Policy: no-referrer\r\n"));
    EXPECT_TRUE(has(response, "X-Request-Id: "));
    EXPECT_FALSE(has(response, "mine"));
  }
  Client client(server);
  client.send(get("/cached"));
  const std::string response = client.response();
  EXPECT_TRUE(has(response, "Cache-Control: max-age=60\r\n"));
  EXPECT_FALSE(has(response, "no-store"));
}

TEST(Server, HeadAndNoContentHaveNoBody) {
  RunningServer server;
  Client client(server);
  client.send("HEAD /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const std::string head = client.all();
  EXPECT_TRUE(has(head, "Content-Length: 8\r\n")) << head;
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
  Client second(server);
  second.send(get("/none", "Connection: close\r\n"));
  const std::string none = second.all();
  EXPECT_EQ(status_of(none), 204);
  EXPECT_FALSE(has(none, "Content-Length"));
  EXPECT_FALSE(has(none, "Content-Type: "));
  EXPECT_TRUE(none.ends_with("\r\n\r\n"));
}

TEST(Server, AStreamGoesOnAndEndsWithItsConnection) {
  RunningServer server;
  Client client(server);
  client.send(get("/stream"));
  const std::string answer = client.all();
  EXPECT_TRUE(has(answer, "Connection: close\r\n")) << answer;
  EXPECT_FALSE(has(answer, "Content-Length"));
  EXPECT_TRUE(answer.ends_with("GET /stream 1\n2\n3\n")) << answer;
  Client head(server);
  head.send("HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(head.all().ends_with("\r\n\r\n"));
}

TEST(Server, AStreamNobodyReadsIsNotAskedForMore) {
  RunningServer server;
  asked = 0;
  {
    Client client(server);
    client.send(get("/stream"));
    for (int i = 0; i < 500 && asked == 0; ++i) std::this_thread::sleep_for(1ms);
  }
  for (int i = 0; i < 500 && server.connections() > 0; ++i) std::this_thread::sleep_for(10ms);
  EXPECT_EQ(server.connections(), 0U);
  EXPECT_LE(asked, 3);
}

TEST(Server, OldClientsAreServed) {
  RunningServer server;
  Client client(server);
  client.send("GET /a HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_TRUE(has(client.response(), "Connection: keep-alive"));
  client.send("GET /a HTTP/1.0\r\nHost: a\r\n\r\n");
  EXPECT_EQ(status_of(client.all()), 200);
}

TEST(Server, AThrowingHandlerGivesAGeneralProblem) {
  RunningServer server;
  Client client(server);
  client.send(get("/throw", "Accept-Language: id\r\n"));
  const std::string response = client.response();
  EXPECT_EQ(status_of(response), 500);
  EXPECT_FALSE(has(response, "secret"));
  EXPECT_TRUE(has(response, "Terjadi kesalahan"));
  EXPECT_TRUE(has(response, "\"request_id\""));
  client.send(get("/split"));
  const std::string split = client.response();
  EXPECT_EQ(status_of(split), 500);
  EXPECT_FALSE(has(split, "Set-Cookie"));
  client.send(get("/a"));
  EXPECT_EQ(status_of(client.response()), 200);
}

TEST(Server, ABodyOverTheLimitIs413WhetherAnnouncedOrChunked) {
  RunningServer server({.body_bytes = 10, .file_bytes = 20});
  const auto ask = [&](const std::string& request) {
    Client client(server);
    client.send(request);
    return status_of(client.response());
  };
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  EXPECT_EQ(ask(post("/a", std::string(10, 'x'))), 200);
  EXPECT_EQ(ask(post("/a", std::string(11, 'x'))), 413);
  EXPECT_EQ(ask(post("/a", "Content-Length: 999999999999\r\n", "")), 413);
  EXPECT_EQ(ask(post("/a", chunked, "a\r\n0123456789\r\n0\r\n\r\n")), 200);
  EXPECT_EQ(ask(post("/a", chunked, "a\r\n0123456789\r\n1\r\nx\r\n0\r\n\r\n")), 413);
  EXPECT_EQ(ask(post("/a", chunked, "fffffff\r\n")), 413);
  EXPECT_EQ(ask(post("/api/v1/files", std::string(20, 'x'))), 200);
  EXPECT_EQ(ask(post("/api/v1/files", std::string(21, 'x'))), 413);
  EXPECT_EQ(handled, 3);
}

TEST(Server, TwentyMebibytesPassAndTheAnswerToTooMuchIsHeardWhileSending) {
  RunningServer server;
  Client client(server);
  client.send(post("/api/v1/files", std::string(20 * 1024 * 1024, 'x')));
  EXPECT_EQ(client.response().size() / (1024 * 1024), 20U);
  Client second(server);
  second.send(post("/a", std::string(2 * 1024 * 1024, 'x')));
  EXPECT_EQ(status_of(second.all()), 413);
}

TEST(Server, AStrangersBodyEndsWhereOneOfAKnownSenderGoesOn) {
  RunningServer server;
  const auto ask = [&](const std::string& request) {
    Client client(server);
    client.send(request);
    return status_of(client.response());
  };
  EXPECT_EQ(ask(post("/stranger", std::string(64 * 1024, 'x'))), 200);
  EXPECT_EQ(ask(post("/stranger", std::string(64 * 1024 + 1, 'x'))), 413);
  EXPECT_EQ(ask(post("/a", std::string(64 * 1024 + 1, 'x'))), 200);
  EXPECT_EQ(handled, 2);
}

// Whose it is is asked before a body is: who is refused on the head has sent nothing.
TEST(Server, ABodyIsReadOnlyWhereSomebodyReadsIt) {
  RunningServer server;
  const std::string large = "Content-Length: 20000000\r\n";
  for (const std::string& fields : {large, large + "Expect: 100-continue\r\n",
                                    std::string("Expect: 100-continue\r\nContent-Length: 5\r\n")}) {
    Client client(server);
    client.send(post("/closed", fields, ""));
    EXPECT_TRUE(client.response().starts_with("HTTP/1.1 401 "));
    EXPECT_TRUE(client.closed_by_server());
  }
  Client small(server);  // what has been read anyway keeps the connection
  small.send(post("/closed", "hello"));
  EXPECT_EQ(status_of(small.response()), 401);
  small.send(get("/a"));
  EXPECT_EQ(status_of(small.response()), 200);
}

TEST(Server, ABodyMayTakeAsLongAsItComesAtItsPace) {
  RunningServer server({.request_time = 300ms, .slowest_sender_bytes_per_second = 64 * 1024});
  Client steady(server);
  steady.send(post("/a", "Content-Length: 196608\r\n", ""));
  for (int i = 0; i < 12; ++i) {
    steady.send(std::string(16 * 1024, 'x'));
    std::this_thread::sleep_for(100ms);
  }
  EXPECT_EQ(status_of(steady.response()), 200);
  Client slow(server);
  slow.send(post("/a", "Content-Length: 196608\r\n", ""));
  for (int i = 0; i < 12; ++i) {
    slow.send("x");
    std::this_thread::sleep_for(50ms);
  }
  EXPECT_EQ(status_of(slow.all()), 408);
}

TEST(Server, AnAnswerThatGoesOnKeepsTheConnectionWhereItsLengthIsKnown) {
  RunningServer server;
  Client client(server);
  for (int i = 0; i < 2; ++i) {
    client.send(get("/length"));
    const std::string response = client.response();
    EXPECT_TRUE(has(response, "Content-Length: 14\r\n"));
    EXPECT_TRUE(response.ends_with("\r\n\r\nbegun moremore")) << response;
  }
  client.send(get("/short"));
  EXPECT_TRUE(client.all().ends_with("begun moremore"));  // and then it is closed
}

TEST(Server, BodiesTogetherAreBounded) {
  RunningServer server({.bodies_bytes = 100});
  Client holder(server);
  holder.send(post("/a", "Content-Length: 81\r\n", std::string(80, 'x')));
  Client probe(server);
  probe.send(get("/a"));  // by its answer the holder's bytes have been read
  EXPECT_EQ(status_of(probe.response()), 200);
  Client second(server);
  second.send(post("/a", std::string(30, 'x')));
  const std::string response = second.all();
  EXPECT_EQ(status_of(response), 503);
  EXPECT_TRUE(has(response, "Retry-After: "));
  holder.send("x");
  EXPECT_EQ(status_of(holder.response()), 200);
  Client third(server);
  third.send(post("/a", std::string(30, 'x')));
  EXPECT_EQ(status_of(third.response()), 200);
}

TEST(Server, AHeadOverTheLimitIs431) {
  RunningServer server;
  for (const std::string& request : {get("/" + std::string(16 * 1024, 'a')),
                                     get("/", "X-A: " + std::string(20000, 'a') + "\r\n"),
                                     "GET /" + std::string(17 * 1024, 'a')}) {
    Client client(server);
    client.send(request);
    EXPECT_EQ(status_of(client.all()), 431);
  }
  EXPECT_EQ(handled, 0);
  std::string fields, pairs;  // small, and each a hundred times as large in memory
  for (int i = 0; i < 300; ++i) {
    fields += "a:b\r\n";
    pairs += "a&";
  }
  for (const std::string& request : {get("/", fields), get("/?" + pairs)}) {
    Client client(server);
    client.send(request);
    EXPECT_EQ(status_of(client.all()), 431);
  }
  const std::string frame = get("/", "X-A: \r\n");
  Client exact(server);
  exact.send(get("/", "X-A: " + std::string(16 * 1024 - frame.size(), 'a') + "\r\n"));
  EXPECT_EQ(status_of(exact.response()), 200);
  Client over(server);
  over.send(get("/", "X-A: " + std::string(16 * 1024 - frame.size() + 1, 'a') + "\r\n"));
  EXPECT_EQ(status_of(over.response()), 431);
}

TEST(Server, ASlowHeadOrBodyIs408) {
  RunningServer server({.request_time = 200ms, .idle_time = 10s});
  for (const std::string& part : {std::string("G"), std::string("GET / HTTP/1.1\r\nHost: a\r\n"),
                                  post("/a", "Content-Length: 5\r\n", "he"),
                                  post("/a", "Transfer-Encoding: chunked\r\n", "5\r\nhe")}) {
    Client client(server);
    client.send(part);
    EXPECT_EQ(status_of(client.all()), 408) << part;
  }
  EXPECT_EQ(handled, 0);
}

TEST(Server, DrippingBytesDoesNotProlongARequest) {
  RunningServer server({.request_time = 300ms});
  Client client(server);
  client.send("GET / HTTP/1.1\r\nHost: a\r\n");
  for (int i = 0; i < 10; ++i) {
    client.send("X-A: b\r\n");
    std::this_thread::sleep_for(50ms);
  }
  EXPECT_EQ(status_of(client.all()), 408);
}

TEST(Server, ASilentConnectionIsClosedWithoutAWord) {
  RunningServer server({.idle_time = 100ms});
  Client fresh(server);
  EXPECT_TRUE(fresh.closed_by_server());
  Client used(server);
  used.send(get("/a"));
  EXPECT_EQ(status_of(used.response()), 200);
  EXPECT_TRUE(used.closed_by_server());
}

TEST(Server, TheTimeOfAHandlerIsItsOwn) {
  RunningServer server({.request_time = 100ms, .idle_time = 100ms});
  Client client(server);
  client.send(get("/slow"));
  EXPECT_EQ(status_of(client.response()), 200);
}

constexpr std::size_t kKiB = 1024, kMiB = 1024 * kKiB;

TEST(Server, AReaderThatStandsStillIsCutOff) {
  RunningServer server({.slow_reader_time = 300ms});
  Client client(server);
  client.send(get("/big"));
  for (int i = 0; i < 1000 && (handled == 0 || server.connections() > 0); ++i)
    std::this_thread::sleep_for(10ms);
  EXPECT_EQ(handled, 1);
  EXPECT_EQ(server.connections(), 0U);
}

// Takes 8 MiB at a pace; how much of it came.
std::size_t take_big(Client& client, std::size_t bytes_each, std::chrono::milliseconds wait) {
  client.send(get("/big"));
  std::size_t taken = 0;
  for (std::size_t got = bytes_each; got == bytes_each && taken < 8 * kMiB; taken += got) {
    std::this_thread::sleep_for(wait);
    got = client.read(bytes_each);
  }
  return taken;
}

// Both are far within what a whole answer would take at that rate.
TEST(Server, AReaderIsHeldToItsPaceInEveryWindowAndNotOnlyInTotal) {
  RunningServer server({.slowest_reader_bytes_per_second = 2 * kMiB, .slow_reader_time = 600ms});
  Client steady(server, "127.0.0.1", 32 * kKiB);
  EXPECT_GE(take_big(steady, 128 * kKiB, 10ms), 8 * kMiB);
  Client slow(server, "127.0.0.1", 32 * kKiB);
  EXPECT_LT(take_big(slow, 16 * kKiB, 20ms), 3 * kMiB);
  // Who hurried at first and stands still then is dropped as well.
  Client sleeper(server, "127.0.0.1", 32 * kKiB);
  sleeper.send(get("/big"));
  EXPECT_EQ(sleeper.read(6 * kMiB), 6 * kMiB);
  std::this_thread::sleep_for(1200ms);
  EXPECT_LT(sleeper.all().size(), kMiB);
}

TEST(Server, WhatAStreamWaitsForIsNotItsReadersFault) {
  RunningServer server({.slowest_reader_bytes_per_second = kMiB, .slow_reader_time = 6ms});
  Client client(server);
  client.send(get("/stream"));
  EXPECT_TRUE(client.all().ends_with("GET /stream 1\n2\n3\n"));
}

// Whether an answer has begun to come: then it is held.
bool begins(Client& client, const std::string& fields = "") {
  client.send(get("/big", fields));
  return client.read(12) == 12;
}

TEST(Server, AnswersTogetherAreBounded) {
  RunningServer server({.answers_bytes = 20 * kMiB});
  const std::string known = "X-Known: yes\r\n";
  Client first(server, "127.0.0.2", 32 * kKiB), second(server, "127.0.0.3", 32 * kKiB);
  ASSERT_TRUE(begins(first, known));
  ASSERT_TRUE(begins(second, known));
  Client third(server, "127.0.0.4");
  third.send(get("/big", known));
  const std::string refused = third.response();
  EXPECT_EQ(status_of(refused), 503);
  EXPECT_TRUE(has(refused, "Retry-After: "));
  third.send(get("/a"));  // a small one finds its way
  EXPECT_EQ(status_of(third.response()), 200);
  EXPECT_EQ(first.read(8 * kMiB), 8 * kMiB);
  third.send(get("/big", known));
  EXPECT_EQ(status_of(third.response()), 200);
}

TEST(Server, StrangersGetAPartOfTheRoomForAnswers) {
  RunningServer server({.answers_bytes = 20 * kMiB});
  Client stranger(server, "127.0.0.2");
  stranger.send(get("/big"));
  EXPECT_EQ(status_of(stranger.response()), 503);
  stranger.send(get("/big", "X-Known: yes\r\n"));
  EXPECT_EQ(status_of(stranger.response()), 200);
}

TEST(Server, AnAddressGetsAPartOfTheRoomForAnswers) {
  RunningServer server({.answers_bytes = 40 * kMiB, .connections_per_address = 9});
  const std::string known = "X-Known: yes\r\n";
  Client first(server, "127.0.0.2", 32 * kKiB);
  ASSERT_TRUE(begins(first, known));
  Client second(server, "127.0.0.2");
  second.send(get("/big", known));
  EXPECT_EQ(status_of(second.response()), 503);
  Client other(server, "127.0.0.3");
  other.send(get("/big", known));
  EXPECT_EQ(status_of(other.response()), 200);
}

TEST(Server, OneConnectionTooManyIsToldToComeBack) {
  RunningServer server({.connections = 2});
  Client first(server), second(server);
  first.send(get("/a"));
  second.send(get("/a"));
  EXPECT_EQ(status_of(first.response()), 200);
  EXPECT_EQ(status_of(second.response()), 200);
  {
    Client third(server);
    const std::string response = third.response();
    EXPECT_EQ(status_of(response), 503);
    EXPECT_TRUE(has(response, "Retry-After: 1\r\n"));
    EXPECT_TRUE(has(response, "/problems/overloaded"));
  }
  first.send(get("/a", "Connection: close\r\n"));
  EXPECT_EQ(status_of(first.all()), 200);
  while (server.connections() > 1) std::this_thread::sleep_for(5ms);
  Client fourth(server);
  fourth.send(get("/a"));
  EXPECT_EQ(status_of(fourth.response()), 200);
}

// Who sends a request at once is not kept out by a neighbour at the same address who does not.
TEST(Server, AnAddressThatHoldsItsShareLosesWhatWaitsLongest) {
  RunningServer server({.connections_per_address = 2});
  Client first(server, "127.0.0.2"), second(server, "127.0.0.2");
  first.send(get("/a"));
  EXPECT_EQ(status_of(first.response()), 200);
  second.send(post("/a", "Content-Length: 9\r\n", "half"));
  Client neighbour(server, "127.0.0.2");
  neighbour.send(get("/a"));
  EXPECT_EQ(status_of(neighbour.response()), 200);
  EXPECT_TRUE(first.closed_by_server());
  Client other(server, "127.0.0.3");
  other.send(get("/a"));
  EXPECT_EQ(status_of(other.response()), 200);
  EXPECT_EQ(server.connections(), 3U);
}

TEST(Server, AnAddressWhoseRequestsAreAllHandledIsToldToComeBack) {
  RunningServer server({.connections_per_address = 2});
  Client first(server, "127.0.0.2"), second(server, "127.0.0.2");
  first.send(get("/slow"));
  second.send(get("/slow"));
  while (handled < 2) std::this_thread::sleep_for(1ms);
  Client third(server, "127.0.0.2");
  const std::string refused = third.response();
  EXPECT_EQ(status_of(refused), 429);
  EXPECT_TRUE(has(refused, "Retry-After: 1\r\n"));
  Client other(server, "127.0.0.3");
  other.send(get("/a"));
  EXPECT_EQ(status_of(other.response()), 200);
  EXPECT_EQ(status_of(first.response()), 200);
}

TEST(Server, OneAddressMayBeRefusedAThousandTimesForOneLine) {
  testing::internal::CaptureStderr();
  {
    RunningServer server({.connections_per_address = 1});
    for (int i = 0; i < 50; ++i) {
      Client client(server, "127.0.0.2");
      client.send(get("/a"));
      client.response();
    }
    std::vector<std::unique_ptr<Client>> held;
    for (int i = 0; i < 50; ++i) held.push_back(std::make_unique<Client>(server, "127.0.0.2"));
    held.back()->send(get("/a"));
    EXPECT_EQ(status_of(held.back()->response()), 200);
  }
  const std::string log = testing::internal::GetCapturedStderr();
  const std::size_t first = log.find("address_refused");
  ASSERT_NE(first, std::string::npos) << log;
  EXPECT_TRUE(has(log, "127.0.0.2")) << log;
  EXPECT_EQ(log.find("address_refused", first + 1), std::string::npos) << log;
}

// As many as come through it, whoever they are; of one client so many requests at once.
TEST(Server, BehindAProxyTheShareIsOfItsClientsRequests) {
  RunningServer server({.connections_per_address = 2, .proxies = {*parse_network("127.0.0.9")}});
  const auto of = [](const std::string& client) { return "X-Forwarded-For: " + client + "\r\n"; };
  std::vector<std::unique_ptr<Client>> held;
  const auto connect = [&]() -> Client& {
    held.push_back(std::make_unique<Client>(server, "127.0.0.9"));
    return *held.back();
  };
  for (int i = 0; i < 5; ++i) {
    Client& one = connect();
    one.send(get("/a", of("10.0.0.1")));
    EXPECT_EQ(status_of(one.response()), 200);
  }
  Client &first = connect(), &second = connect(), &third = connect(), &other = connect();
  first.send(get("/slow", of("2001:db8::1")));
  second.send(get("/slow", of("2001:db8::2")));
  while (handled < 7) std::this_thread::sleep_for(1ms);
  third.send(get("/a", of("2001:db8::3")));  // the same /64
  EXPECT_EQ(status_of(third.response()), 429);
  other.send(get("/a", of("2001:db8:0:1::3")));
  EXPECT_EQ(status_of(other.response()), 200);
  EXPECT_EQ(status_of(first.response()), 200);
  EXPECT_EQ(status_of(second.response()), 200);
  for (auto& one : held) {
    if (one.get() == &third) continue;
    one->send(get("/a", of("2001:db8::1")));
    EXPECT_EQ(status_of(one->response()), 200);
  }
}

TEST(Server, ABodyThatWaitsForTheWordGetsIt) {
  RunningServer server({.body_bytes = 10});
  Client client(server);
  client.send(post("/a", "Expect: 100-continue\r\nContent-Length: 5\r\n", ""));
  EXPECT_EQ(client.response(), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hello");
  EXPECT_TRUE(client.response().ends_with("POST /a hello"));
  client.send(post("/a", "Expect: 100-continue\r\nContent-Length: 5\r\n", "hello"));
  EXPECT_TRUE(client.response().ends_with("POST /a hello"));
  client.send(post("/a", "Expect: 100-continue\r\nContent-Length: 11\r\n", ""));
  EXPECT_EQ(status_of(client.all()), 413);
}

TEST(Server, DrainingLetsTheRunningRequestFinishAndClosesTheIdle) {
  RunningServer server;
  Client idle(server), busy(server);
  idle.send(get("/a"));
  EXPECT_EQ(status_of(idle.response()), 200);
  busy.send(get("/slow") + get("/never"));
  while (handled < 2) std::this_thread::sleep_for(1ms);
  auto drained = server.drain(5s);
  EXPECT_TRUE(idle.closed_by_server());
  const std::string response = busy.all();
  EXPECT_EQ(status_of(response), 200);
  EXPECT_TRUE(has(response, "Connection: close"));
  EXPECT_FALSE(has(response, "/never"));
  EXPECT_EQ(drained.get(), 0U);
  EXPECT_EQ(handled, 2);
  EXPECT_THROW(Client{server}, boost::system::system_error);
}

TEST(Server, DrainingEndsAfterItsGraceAndSaysWhatStillRuns) {
  RunningServer server;
  Client half(server), busy(server);
  half.send("GET /half");
  busy.send(get("/slow"));
  while (handled < 1) std::this_thread::sleep_for(1ms);
  EXPECT_EQ(server.drain(1ms).get(), 1U);
  EXPECT_EQ(status_of(busy.all()), 0);
  EXPECT_EQ(status_of(half.all()), 0);
}

TEST(Server, AnIdleServerDrainsAtOnce) {
  RunningServer server;
  EXPECT_EQ(server.drain(5s).get(), 0U);
}

TEST(Server, AClientThatGoesAwayLeavesNothingBehind) {
  RunningServer server;
  for (int i = 0; i < 50; ++i) {
    Client client(server);
    client.send(i % 2 == 0 ? "GET /x" : get("/big"));
  }
  // Connections are accepted in turn: once this one is answered, all before it have been seen.
  Client last(server);
  last.send(get("/a"));
  EXPECT_EQ(status_of(last.response()), 200);
  for (int i = 0; i < 500 && server.connections() > 1; ++i) std::this_thread::sleep_for(10ms);
  EXPECT_EQ(server.connections(), 1U);
}

struct Seen {
  std::string method;
  int status;
  std::chrono::nanoseconds elapsed;
};

TEST(Server, EveryExchangeIsObserved) {
  std::vector<Seen> seen;
  {
    RunningServer server({}, [&](const Exchange& exchange) {
      seen.push_back({std::string(exchange.method), exchange.status, exchange.elapsed});
    });
    Client client(server);
    client.send(get("/none"));
    client.response();
    client.send("x\r\n\r\n");
    client.all();
  }
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].method, "GET");
  EXPECT_EQ(seen[0].status, 204);
  EXPECT_EQ(seen[1].method, "");
  EXPECT_EQ(seen[1].status, 400);
}

TEST(Server, APortThatIsTakenIsAnOutage) {
  RunningServer server;
  asio::io_context io;
  const tcp::endpoint taken(asio::ip::address_v4::loopback(), server.port());
  EXPECT_THROW(Server(io.get_executor(), taken, {}, echo), boost::system::system_error);
}

}  // namespace
}  // namespace tenggat::http
