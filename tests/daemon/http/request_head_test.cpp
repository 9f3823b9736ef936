#include "daemon/http/request_head.h"

#include <gtest/gtest.h>

#include <string>

namespace tenggat::http {
namespace {

RequestHead good(const std::string& head) {
  auto parsed = parse_head(head);
  EXPECT_TRUE(parsed) << head << ": " << (parsed ? "" : parsed.error().detail);
  return parsed ? *parsed : RequestHead{};
}

RequestHead good_target(const std::string& target) {
  return good("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
}

TEST(RequestHead, AWholeHeadIsTakenApart) {
  const RequestHead head = good(
      "POST /api/v1/permits/PAUD-2026-00417/actions?q=a+b&q=%C3%A9&flag HTTP/1.1\r\n"
      "Host: perizinan.example.go.id:8080\r\n"
      "content-length:  12 \t\r\n"
      "X-Empty:\r\n"
      "Expect: 100-Continue\r\n\r\n");
  EXPECT_EQ(head.method, "POST");
  EXPECT_EQ(head.path, "/api/v1/permits/PAUD-2026-00417/actions");
  EXPECT_EQ(head.segments,
            (std::vector<std::string>{"api", "v1", "permits", "PAUD-2026-00417", "actions"}));
  EXPECT_EQ(head.query.items(), (std::vector<std::pair<std::string, std::string>>{
                                    {"q", "a b"}, {"q", "é"}, {"flag", ""}}));
  EXPECT_EQ(head.query.get("q"), "a b");
  EXPECT_EQ(head.query.count("q"), 2U);
  EXPECT_EQ(head.headers.get("HOST"), "perizinan.example.go.id:8080");
  EXPECT_EQ(head.headers.get("x-empty"), "");
  EXPECT_EQ(head.headers.get("absent"), std::nullopt);
  EXPECT_EQ(head.content_length, 12U);
  EXPECT_FALSE(head.chunked);
  EXPECT_TRUE(head.expects_continue);
}

TEST(RequestHead, PathsAreDecodedOnce) {
  EXPECT_EQ(good_target("/").path, "/");
  EXPECT_TRUE(good_target("/").segments.empty());
  EXPECT_EQ(good_target("/a%20b").path, "/a b");
  EXPECT_EQ(good_target("/a+b").path, "/a+b");
  EXPECT_EQ(good_target("/%2561").path, "/%61");
  EXPECT_EQ(good_target("/a/").segments, (std::vector<std::string>{"a", ""}));
  EXPECT_EQ(good_target("/...").path, "/...");
  // A slash of a permit's number does not end its segment, and is no dot segment's.
  EXPECT_EQ(good_target("/a/503%2F0001%2fx/b").segments,
            (std::vector<std::string>{"a", "503/0001/x", "b"}));
  EXPECT_EQ(good_target("/a/503%2F0001%2fx/b").path, "/a/503%2F0001%2Fx/b");
  EXPECT_EQ(good_target("/..%2F..%2Fx").segments, std::vector<std::string>{"../../x"});
  EXPECT_EQ(good_target("/a%5Cb%23%3F%20%2525").segments, std::vector<std::string>{"a\\b#? %25"});
  EXPECT_EQ(good_target("/?").query.items().size(), 0U);
  EXPECT_EQ(good_target("/?&&a=&=b&").query.items(),
            (std::vector<std::pair<std::string, std::string>>{{"a", ""}, {"", "b"}}));
  EXPECT_EQ(good_target("/?a=b=c&d[]={x}|%26%2F").query.get("a"), "b=c");
  EXPECT_EQ(good_target("/?a=b=c&d[]={x}|%26%2F").query.get("d[]"), "{x}|&/");
}

TEST(RequestHead, FieldsOfOtherApplicationsMayHoldAnyText) {
  const RequestHead head =
      good("GET /?q=%0Aa%0D%0A%7F HTTP/1.1\r\nHost: a\r\nCookie: kota=Cémpaka; x=\xff\x80\r\n\r\n");
  EXPECT_EQ(head.headers.get("Cookie"), "kota=Cémpaka; x=\xff\x80");
  EXPECT_EQ(head.query.get("q"), "\na\r\n\x7f");
  // A name, a target and what frames the body are plain.
  for (const char* bytes :
       {"GET / HTTP/1.1\r\nHost: a\r\nK\xc3\xa9: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: \xc3\xa9\r\n\r\n", "GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /?q=%00 HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a%0A HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\xa0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\x85\r\n\r\n"})
    EXPECT_FALSE(parse_head(bytes)) << bytes;
}

TEST(RequestHead, AHeadThatIsStillArrivingIsWaitedFor) {
  const std::string head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  std::size_t checked = 0;
  for (std::size_t size = 1; size < head.size(); ++size) {
    const HeadScan scan = scan_head(head.substr(0, size), checked);
    ASSERT_EQ(scan.kind, HeadScan::Kind::incomplete) << size;
    checked = scan.bytes;
  }
  const HeadScan scan = scan_head(head + "GET", checked);
  EXPECT_EQ(scan.kind, HeadScan::Kind::complete);
  EXPECT_EQ(scan.bytes, head.size());
}

TEST(RequestHead, ABadByteIsSeenWhenItComes) {
  for (const char* bytes : {"GET / HTTP/1.1\n", "GET /\rx", "\n", "\x16\x03\x01", "GET /\x80"}) {
    EXPECT_EQ(scan_head(bytes, 0).kind, HeadScan::Kind::malformed) << bytes;
  }
}

TEST(RequestHead, WhatIsNoHeadIsRefusedWithoutReadingPastIt) {
  for (const char* bytes : {"", "\r\n", "GET", "GET / HTTP/1.1\r\n", "\r\n\r\n",
                            "GET / HTTP/1.1\r\nHost: a\r\n\r\nmore"}) {
    EXPECT_FALSE(parse_head(bytes)) << bytes;
  }
}

}  // namespace
}  // namespace tenggat::http
