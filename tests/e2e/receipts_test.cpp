// Raised, accepted, delivered, read: what a running office shows of a message's way.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "notifiers/signature.h"
#include "tests/e2e/office.h"

namespace tenggat::test {
namespace {

int receive(Office& office, const std::string& id, const std::string& status, int second,
            const std::string& more = "") {
  const std::string body = fmt::format(
      R"({{"entry":[{{"changes":[{{"value":{{"statuses":[{{"id":"{}","status":"{}","timestamp":"{}"{}}}]}}}}]}}]}})",
      id, status, 1775109600 + second, more);
  std::string signature;
  for (const char c : notify::hmac(notify::Digest::sha256, kReceiptKey, body))
    signature += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return office
      .exchange(fmt::format("POST /api/v1/hooks/whatsapp/meta HTTP/1.1\r\nHost: izin.example\r\n"
                            "X-Hub-Signature-256: sha256={}\r\nContent-Length: {}\r\n\r\n{}",
                            signature, body.size(), body))
      .status;
}

TEST(Receipts, AnOfficeSeesHowFarEachMessageCame) {
  Office office("2026-04-02T14:00:00");
  const auto submitted =
      office.json({"permit", "submit", "--sop", "paud", "--name", "Siti", "--subject",
                   "PAUD Melati", "--whatsapp", "0812 7777 0001", "--document",
                   "persyaratan_izin_paud=https://intanbjb.example/berkas/7"},
                  "portal");
  const std::string number(submitted.at("number").as_string());
  office.advance("2026-04-02T14:05:00");
  const auto taken = office.meta().taken(2);
  ASSERT_EQ(taken.size(), 2U);
  const std::string to_applicant = taken[0].to == "6281277770001" ? taken[0].id : taken[1].id;
  const std::string to_officer = taken[0].to == "6281277770001" ? taken[1].id : taken[0].id;
  ASSERT_TRUE(office.becomes("SELECT count(*) FROM message WHERE state = 'accepted'", "2"));

  EXPECT_EQ(receive(office, to_applicant, "delivered", 1), 200);
  EXPECT_EQ(receive(office, to_applicant, "read", 2), 200);
  EXPECT_EQ(receive(office, to_officer, "failed", 3,
                    R"(,"errors":[{"code":131026,"error_data":{"details":"Unable to deliver"}}])"),
            200);
  const std::string why = office.tenggat({"why", number}, "kb").out;
  EXPECT_NE(why.find("2026-04-02 14:00:01 delivered"), std::string::npos) << why;
  EXPECT_NE(why.find("2026-04-02 14:00:02 read"), std::string::npos) << why;
  EXPECT_NE(why.find("NOT delivered: bad_address 131026: Unable to deliver"), std::string::npos)
      << why;
  const CommandResult listed = office.tenggat({"message", "list"});
  const std::string list = listed.out + listed.err;
  EXPECT_NE(list.find("read 2026-04-02T14:00:02+08:00"), std::string::npos) << list;
  EXPECT_NE(list.find("undelivered bad_address"), std::string::npos) << list;
  // As long ago as the simulated office is, the metric would not look back so far.
  office.query("UPDATE message SET undelivered_at = now() WHERE undelivered_at IS NOT NULL");
  EXPECT_TRUE(office.metric_becomes(R"(tenggat_messages_undelivered{channel="whatsapp"} 1)"));
  office.stop_daemon();
}

// The mail server's own report of a mail that left through it, handed over as its pipe would.
TEST(Receipts, AMailThatComesBackIsKnownByItsReturnPath) {
  Office office("2026-04-02T14:00:00");
  const auto submitted =
      office.json({"permit", "submit", "--sop", "paud", "--name", "Siti", "--subject",
                   "PAUD Melati", "--email", "siti@contoh.example", "--document",
                   "persyaratan_izin_paud=https://intanbjb.example/berkas/7"},
                  "portal");
  office.advance("2026-04-02T14:05:00");
  const auto mails = office.smtp().messages(1);
  ASSERT_EQ(mails.size(), 1U);
  const std::size_t path = mails[0].find("Return-Path: <izin+m");
  ASSERT_NE(path, std::string::npos) << mails[0];
  const std::string return_path = mails[0].substr(path + 14, mails[0].find('>', path) - path - 14);
  const std::string headers =
      mails[0].substr(mails[0].find("Date: "), mails[0].find("\n\n") - mails[0].find("Date: "));
  const std::string report = fmt::format(
      "To: {}\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n"
      "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.go.id\n\n"
      "Final-Recipient: rfc822; siti@contoh.example\nAction: failed\nStatus: 5.1.1\n"
      "Diagnostic-Code: smtp; 550 5.1.1 user unknown\n\n--b\nContent-Type: text/rfc822-headers\n\n"
      "{}\n\n--b--\n",
      return_path, headers);
  const std::string token = office.daemon().new_token({"--service", "surat", "--scope", "bounce"});
  EXPECT_EQ(
      office.exchange(http_request("POST", "/api/v1/hooks/email/bounce", token, "", report)).body,
      R"({"taken":1})");
  EXPECT_EQ(office.query("SELECT undelivered_reason || ' ' || undelivered_detail FROM message"
                         " WHERE address = 'siti@contoh.example'"),
            "bad_address 5.1.1: smtp; 550 5.1.1 user unknown");
  const std::string why =
      office.tenggat({"why", std::string(submitted.at("number").as_string())}, "kb").out;
  EXPECT_NE(why.find("NOT delivered: bad_address 5.1.1"), std::string::npos) << why;
  office.stop_daemon();
}

// Front Office has WhatsApp alone and it takes nothing for her: whoever stands above her is told.
TEST(Receipts, WhatReachesAnOfficerOverNoChannelIsToldToTheSuperiorAndWhySaysSo) {
  Office office("2026-04-02T14:00:00");
  const auto submitted =
      office.json({"permit", "submit", "--sop", "paud", "--name", "Siti", "--subject",
                   "PAUD Melati", "--email", "siti@contoh.example", "--document",
                   "persyaratan_izin_paud=https://intanbjb.example/berkas/7"},
                  "portal");
  office.meta().answer_next(400, 131026);  // undeliverable: permanent for this person
  office.advance("2026-04-02T14:05:00");
  EXPECT_TRUE(office.becomes(
      "SELECT string_agg(recipient || ' ' || why || ' ' || channel || ' ' || state, ', '"
      " ORDER BY id) FROM message WHERE text = 'tugas_baru'",
      "officer:fo on_duty whatsapp dead, officer:kb nobody_reachable email accepted"))
      << office.query(
             "SELECT string_agg(recipient || ' ' || why || ' ' || channel || ' ' || state, ', '"
             " ORDER BY id) FROM message WHERE text = 'tugas_baru'");
  EXPECT_EQ(office.smtp().messages(2).size(), 2U);  // to the applicant, and to the superior
  EXPECT_EQ(office.query("SELECT count(*) FROM notice WHERE state = 'pending'"), "0");
  const std::string why =
      office.tenggat({"why", std::string(submitted.at("number").as_string())}, "kb").out;
  const auto dead = why.find("to officer:fo [on_duty]: tugas_baru by whatsapp, dead, bad_address");
  ASSERT_NE(dead, std::string::npos) << why;
  EXPECT_NE(why.find("to officer:kb [nobody_reachable]: tugas_baru by email, accepted", dead),
            std::string::npos)
      << why;
  EXPECT_TRUE(office.metric_becomes("tenggat_messages_dead{channel=\"whatsapp\"} 1"));
  office.stop_daemon();
}

}  // namespace
}  // namespace tenggat::test
