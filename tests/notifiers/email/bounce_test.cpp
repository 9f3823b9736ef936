// Reports of mail servers, as they write them, and anything else that arrives at a return path.
#include "notifiers/email/bounce.h"

#include <gtest/gtest.h>

#include "notifiers/email/email.h"
#include "tests/notifiers/sample.h"

namespace tenggat::notify::email {
namespace {

TEST(Bounce, TheReturnPathNamesItsMessage) {
  EXPECT_EQ(return_path_of("izin@example.go.id", "417"), "izin+m417@example.go.id");
  EXPECT_EQ(return_path_of("izin@example.go.id", ""), "izin@example.go.id");
  EXPECT_EQ(return_path_of("izin@example.go.id", "4\r\n"), "izin@example.go.id");
}

TEST(Bounce, AMailLeavesByAReturnPathOfItsOwn) {
  const auto sender = [](auto change) {
    EmailConfig config;
    config.url = "smtp://mail.example.go.id";
    config.from = "Perizinan <izin@example.go.id>";
    change(config);
    return build_request(sample_message(Channel::email), config, {})->mail_from;
  };
  EXPECT_EQ(sender([](EmailConfig&) {}), "izin+m72057594037927937@example.go.id");
  EXPECT_EQ(sender([](EmailConfig& c) { c.return_path = "pantul@kantor.go.id"; }),
            "pantul+m72057594037927937@kantor.go.id");
  // A server that knows its users by their address takes none but that.
  EXPECT_EQ(sender([](EmailConfig& c) { c.user = c.password = "izin"; }), "izin@example.go.id");
  EXPECT_EQ(sender([](EmailConfig& c) {
              c.user = c.password = "izin";
              c.return_path = "pantul@kantor.go.id";
            }),
            "pantul+m72057594037927937@kantor.go.id");
  const std::string longest(60, 'a');
  EXPECT_EQ(sender([&](EmailConfig& c) { c.return_path = longest + "@kantor.go.id"; }),
            longest + "@kantor.go.id");
}

struct Report {
  std::string to = "izin+m417@example.go.id";
  std::string action = "failed", status = "5.1.1";
  std::string returned = "To: Siti <Siti@Contoh.example>\nMessage-ID: <417@example.go.id>\n";
};

// As Postfix writes it.
std::string postfix(const Report& r) {
  return "Return-Path: <>\nDelivered-To: " + r.to +
         "\nDate: Fri,  3 Apr 2026 07:06:40 +0000 (UTC)\n"
         "From: MAILER-DAEMON@mx.example.go.id (Mail Delivery System)\n"
         "Subject: Undelivered Mail Returned to Sender\nTo: " +
         r.to +
         "\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n"
         "Content-Type: multipart/report; report-type=delivery-status;\n"
         "\tboundary=\"9C1B12A.1775200000/mx.example.go.id\"\n"
         "Message-Id: <20260403070640.AAA@mx.example.go.id>\n\n"
         "This is a MIME-encapsulated message.\n\n"
         "--9C1B12A.1775200000/mx.example.go.id\nContent-Description: Notification\n"
         "Content-Type: text/plain; charset=us-ascii\n\n"
         "I'm sorry to have to inform you that your message could not be delivered.\n\n"
         "--9C1B12A.1775200000/mx.example.go.id\nContent-Description: Delivery report\n"
         "Content-Type: message/delivery-status\n\n"
         "Reporting-MTA: dns; mx.example.go.id\nX-Postfix-Queue-ID: 9C1B12A\n"
         "Arrival-Date: Fri,  3 Apr 2026 07:06:39 +0000 (UTC)\n\n"
         "Final-Recipient: rfc822; siti@contoh.example\n"
         "Original-Recipient: rfc822;siti@contoh.example\n"
         "Action: " +
         r.action + "\nStatus: " + r.status +
         "\nRemote-MTA: dns; mx.contoh.example\n"
         "Diagnostic-Code: smtp; 550 5.1.1 <siti@contoh.example>: Recipient address\n"
         "    rejected: User unknown\n\n"
         "--9C1B12A.1775200000/mx.example.go.id\nContent-Description: Undelivered Message Headers\n"
         "Content-Type: text/rfc822-headers\n\n" +
         r.returned + "\n--9C1B12A.1775200000/mx.example.go.id--\n";
}

std::string with_crlf(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '\n' ? "\r\n" : std::string(1, c);
  return out;
}

TEST(Bounce, AReportTellsWhichMailCameBackAndWhy) {
  for (const std::string& mail : {postfix({}), with_crlf(postfix({}))}) {
    const auto bounce = read_bounce(mail);
    ASSERT_TRUE(bounce);
    EXPECT_EQ(bounce->state, Receipt::State::failed);
    EXPECT_EQ(bounce->message, "417");
    EXPECT_EQ(bounce->to, "siti@contoh.example");
    EXPECT_EQ(bounce->reason, reason::bad_address);
    EXPECT_EQ(bounce->detail,
              "5.1.1: smtp; 550 5.1.1 <s****@contoh.example>: Recipient address rejected: User "
              "unknown");
  }
}

TEST(Bounce, TheEnhancedCodeGivesTheReason) {
  const std::pair<const char*, std::string_view> cases[] = {
      {"5.1.1", reason::bad_address},  {"5.1.10", reason::bad_address},
      {"5.2.1", reason::bad_address},  {"5.2.2", reason::mailbox_full},
      {"4.2.2", reason::mailbox_full}, {"4.4.7", reason::timeout},
      {"5.7.1", reason::rejected},     {"", reason::rejected},
      {"nonsense", reason::rejected}};
  for (const auto& [status, reason] : cases) {
    Report report;
    report.status = status;
    const auto bounce = read_bounce(postfix(report));
    ASSERT_TRUE(bounce) << status;
    EXPECT_EQ(bounce->reason, reason) << status;
  }
}

TEST(Bounce, OnlyAFailureIsOne) {
  for (const char* action : {"delayed", "delivered", "relayed", "expanded", ""}) {
    Report report;
    report.action = action;
    EXPECT_FALSE(read_bounce(postfix(report))) << action;
  }
}

// Where the mail server rewrites or cannot do return paths with a name.
TEST(Bounce, WithoutAReturnPathTheReturnedMessageIdTells) {
  Report report;
  report.to = "izin@example.go.id";
  EXPECT_EQ(read_bounce(postfix(report))->message, "417");
  EXPECT_EQ(read_bounce(postfix(report), "pantul+m9@example.go.id")->message, "9");
  report.returned = "Message-ID: <CAF=abc@mail.example>\n";
  EXPECT_FALSE(read_bounce(postfix(report)));
  report.returned = "";
  EXPECT_FALSE(read_bounce(postfix(report)));
}

TEST(Bounce, WhoWasMeantIsWhomTheReturnedMailNames) {
  Report report;
  report.returned = "To: =?UTF-8?B?U2l0aQ==?=\n <asal@contoh.example>\n";  // forwarded since
  EXPECT_EQ(read_bounce(postfix(report))->to, "asal@contoh.example");
  report.returned = "";
  EXPECT_EQ(read_bounce(postfix(report))->to, "siti@contoh.example");
}

TEST(Bounce, TheStatusAloneIsEnoughWhereTheRecipientIsSaid) {
  const std::string status =
      "Reporting-MTA: dns; mx.example.go.id\n\nFinal-Recipient: rfc822; <siti@contoh.example>\n"
      "Action: Failed\nStatus: 5.2.2 (full)\n";
  EXPECT_EQ(read_bounce(status, "izin+m417@example.go.id")->reason, reason::mailbox_full);
  EXPECT_FALSE(read_bounce(status));
  const std::string typed = "Content-Type: Message/Delivery-Status\n\n" + status;
  EXPECT_EQ(read_bounce(typed, "<izin+m417@example.go.id>")->message, "417");
}

// Within a signed or forwarded whole, with a boundary that is no quoted string, cut off at the end.
TEST(Bounce, MultipartsMayNestAndEndEarly) {
  const std::string report = postfix({});
  const std::string nested =
      "To: izin+m417@example.go.id\nContent-Type: multipart/mixed; boundary=a\n"
      "\n--a\n" +
      report.substr(report.find("Content-Type")) + "\n--a--\n";
  EXPECT_EQ(read_bounce(nested)->message, "417");
  const std::string cut = report.substr(0, report.find("--9C1B12A", report.find("Diagnostic")));
  EXPECT_EQ(read_bounce(cut)->message, "417");
  std::string deep = "To: izin+m417@example.go.id\n";
  for (int i = 0; i < 1000; ++i)
    deep += "Content-Type: multipart/mixed; boundary=b" + std::to_string(i) + "\n\n--b" +
            std::to_string(i) + "\n";
  EXPECT_FALSE(read_bounce(deep + report));
}

TEST(Bounce, AnythingElseIsNone) {
  for (const std::string& mail :
       {std::string(), std::string("\n"), std::string("halo"), std::string(100'000, '\n'),
        std::string(100'000, 'a'), std::string("To: izin+m417@example.go.id\n\nSaya sedang cuti."),
        std::string("Content-Type: multipart/report; boundary=\"\n\n--\n--\n"),
        std::string("Content-Type: multipart/report; boundary=\n\n--\nAction: failed\n--\n"),
        std::string("To: a+m@b\nAction: failed\n\nReporting-MTA: x\n\nAction: failed\n")})
    EXPECT_FALSE(read_bounce(mail)) << mail.substr(0, 80);
  EXPECT_FALSE(read_bounce(postfix({"izin+m4x@example.go.id", "failed", "5.1.1", ""})));
}

}  // namespace
}  // namespace tenggat::notify::email
