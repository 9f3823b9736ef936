// Receipts of every provider: what each body says, and which signatures open the door.
#include "notifiers/whatsapp/receipts.h"

#include <gtest/gtest.h>

#include "notifiers/message.h"
#include "notifiers/signature.h"

namespace tenggat::notify {
namespace {

using State = Receipt::State;

Instant at(std::int64_t seconds) { return Instant(Seconds(seconds)); }

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    constexpr const char* kDigits = "0123456789abcdef";
    text += kDigits[static_cast<unsigned char>(c) >> 4];
    text += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

// https://waha.devlike.pro/docs/how-to/events/, "HMAC authentication".
TEST(Receipts, WahasPublishedVectorIsBelieved) {
  const std::string body = R"({"event":"message","session":"default","engine":"WEBJS"})";
  const std::string signature =
      "208f8a55dde9e05519e898b10b89bf0d0b3b0fdf11fdbf09b6b90476301b98d8"
      "097c462b2b17a6ce93b6b47a136cf2e78a33a63f6752c2c1631777076153fa89";
  const ReceiptConfig config{"waha", "my-secret-key", ""};
  EXPECT_EQ(signature_header("waha"), "X-Webhook-Hmac");
  EXPECT_TRUE(is_from_provider(config, body, signature));
  EXPECT_FALSE(is_from_provider(config, body + " ", signature));
  EXPECT_FALSE(is_from_provider({"waha", "my-secret-kez", ""}, body, signature));
}

TEST(Receipts, OnlyTheRightSignatureOfTheSameBytesIsBelieved) {
  const std::string body = "{\"entry\" : [ ] }\n";
  for (const std::string provider : {"meta", "webhook"}) {
    const ReceiptConfig config{provider, "kunci", ""};
    const std::string good = "sha256=" + hex(hmac(Digest::sha256, "kunci", body));
    EXPECT_TRUE(is_from_provider(config, body, good));
    std::string upper = good;
    for (std::size_t i = 7; i < upper.size(); ++i)
      upper[i] = static_cast<char>(std::toupper(static_cast<unsigned char>(upper[i])));
    EXPECT_TRUE(is_from_provider(config, body, upper));
    for (const std::string& bad :
         {std::string(), std::string("sha256="), good.substr(7), good + "0", good.substr(0, 70),
          "sha256=" + hex(hmac(Digest::sha256, "kunc", body)),
          "sha256=" + hex(hmac(Digest::sha256, "kunci", R"({"entry":[]})")),
          "sha512=" + hex(hmac(Digest::sha512, "kunci", body))})
      EXPECT_FALSE(is_from_provider(config, body, bad)) << bad;
    // Without a key of our own nobody is.
    EXPECT_FALSE(is_from_provider({provider, "", ""}, body,
                                  "sha256=" + hex(hmac(Digest::sha256, "", body))));
  }
}

TEST(Receipts, FonnteAndWablasKnowAPath) {
  for (const std::string provider : {"fonnte", "wablas"}) {
    EXPECT_EQ(signature_header(provider), "");
    EXPECT_TRUE(is_from_provider({provider, "jalan-rahasia", ""}, "{}", "jalan-rahasia"));
    EXPECT_FALSE(is_from_provider({provider, "jalan-rahasia", ""}, "{}", "jalan-rahasi"));
    EXPECT_FALSE(is_from_provider({provider, "jalan-rahasia", ""}, "{}", ""));
    EXPECT_FALSE(is_from_provider({provider, "", ""}, "{}", ""));
  }
  EXPECT_FALSE(is_from_provider({"twilio", "a", ""}, "{}", "a"));
}

TEST(Receipts, TheChallengeIsForWhoKnowsTheToken) {
  const ReceiptConfig config{"meta", "kunci", "token"};
  EXPECT_TRUE(is_subscription(config, "subscribe", "token"));
  EXPECT_FALSE(is_subscription(config, "unsubscribe", "token"));
  EXPECT_FALSE(is_subscription(config, "subscribe", "toke"));
  EXPECT_FALSE(is_subscription(config, "subscribe", ""));
  EXPECT_FALSE(is_subscription({"meta", "kunci", ""}, "subscribe", ""));
  EXPECT_FALSE(is_subscription({"waha", "kunci", "token"}, "subscribe", "token"));
}

Receipt receipt(State state, std::string id, std::optional<Instant> when = {},
                std::string_view reason = "", std::string detail = "") {
  return {state, std::move(id), "", "", "", when, std::string(reason), std::move(detail)};
}

struct Case {
  const char* provider;
  const char* body;
  std::vector<Receipt> receipts;
};

TEST(Receipts, EachShapeSaysWhatItSays) {
  const auto named = [](Receipt one, const char* message, const char* to) {
    one.message = message;
    one.to = to;
    return one;
  };
  const auto also = [](Receipt one, const char* alias) {
    one.alias = alias;
    return one;
  };
  const std::vector<Case> cases{
      // Meta: several in a body, from several entries; what says nothing new is left out.
      {"meta",
       R"({"object":"whatsapp_business_account","entry":[{"id":"0","changes":[{"field":"messages",
           "value":{"messaging_product":"whatsapp","metadata":{"phone_number_id":"1"},"statuses":[
             {"id":"wamid.A","status":"sent","timestamp":"1775200000","recipient_id":"628123"},
             {"id":"wamid.A","status":"delivered","timestamp":"1775200001","recipient_id":"628123",
              "biz_opaque_callback_data":"417"},
             {"id":"wamid.B","status":"read","timestamp":"1775200002","recipient_id":"628124"}]}}]},
           {"id":"0","changes":[{"field":"messages","value":{"statuses":[
             {"id":"wamid.C","status":"failed","timestamp":"1775200003","recipient_id":"628125",
              "errors":[{"code":131026,"title":"Message undeliverable",
                         "error_data":{"details":"Unable to deliver"}}]},
             {"id":"wamid.D","status":"failed","timestamp":"1775200003","errors":[
               {"code":131049,"title":"Not now"}]},
             {"id":"wamid.E","status":"failed"}]}}]}]})",
       {named(receipt(State::delivered, "wamid.A", at(1775200001)), "417", "628123"),
        named(receipt(State::read, "wamid.B", at(1775200002)), "", "628124"),
        named(receipt(State::failed, "wamid.C", at(1775200003), reason::bad_address,
                      "131026: Message undeliverable: Unable to deliver"),
              "", "628125"),
        receipt(State::failed, "wamid.D", at(1775200003), reason::rejected, "131049: Not now"),
        receipt(State::failed, "wamid.E", {}, reason::rejected)}},
      // Meta: somebody writes to the office; a status of another shape.
      {"meta",
       R"({"entry":[{"changes":[{"value":{"messages":[{"from":"628","id":"wamid.Z"}]}}]},
           {"changes":[{"value":{"statuses":[7,null,{"id":5},{"status":"read"},
             {"id":"a b","status":"read"},{"id":"wamid.é","status":"read"}]}}]},{"changes":{}},5]})",
       {}},
      // Fonnte's three.
      {"fonnte",
       R"({"device":"6281","id":"80367170","stateid":"3EB0","status":"sent","state":"delivered"})",
       {also(receipt(State::delivered, "80367170"), "3EB0")}},
      {"fonnte",
       R"({"device":"6281","id":80367170,"stateid":"3EB0","status":"sent","state":"sent"})",
       {also(receipt(State::sent, "80367170"), "3EB0")}},
      {"fonnte",
       R"({"device":"6281","id":"80367170","status":"invalid"})",
       {receipt(State::failed, "80367170", {}, reason::bad_address, "invalid")}},
      {"fonnte",
       R"({"device":"6281","id":"80367170","status":"Expired"})",
       {receipt(State::failed, "80367170", {}, reason::timeout, "expired")}},
      {"fonnte", R"({"id":"80367170","stateid":null,"status":"processing","state":null})", {}},
      {"fonnte",
       R"({"device":"6281","stateid":"3EB0","state":"read"})",
       {also(receipt(State::read, ""), "3EB0")}},
      // Wablas.
      {"wablas",
       R"({"id":"b3d0","phone":"628123","status":"delivered","note":""})",
       {receipt(State::delivered, "b3d0")}},
      {"wablas", R"({"id":"b3d0","status":"read"})", {receipt(State::read, "b3d0")}},
      {"wablas",
       R"({"id":"b3d0","status":"reject","note":"Number not registered"})",
       {receipt(State::failed, "b3d0", {}, reason::rejected, "reject: Number not registered")}},
      {"wablas", R"({"id":"b3d0","status":"pending"})", {}},
      // WAHA: its ack numbers; ids of its engines; what came in is not of ours.
      {"waha",
       R"({"id":"evt_1","event":"message.ack","timestamp":1775200004123,"session":"default",
           "payload":{"id":"true_6281234567890@c.us_3EB0","fromMe":true,"ack":2,"ackName":"DEVICE"}})",
       {receipt(State::delivered, "3EB0", at(1775200004))}},
      {"waha",
       R"({"event":"message.ack","payload":{"id":"true_123456@lid_3EB0","fromMe":true,"ack":3}})",
       {receipt(State::read, "3EB0")}},
      {"waha",
       R"({"event":"message.ack","payload":{"id":"3EB0","fromMe":true,"ack":4}})",
       {receipt(State::read, "3EB0")}},
      {"waha",
       R"({"event":"message.ack","payload":{"id":"3EB0","fromMe":true,"ack":-1}})",
       {receipt(State::failed, "3EB0", {}, reason::rejected, "ack -1")}},
      {"waha", R"({"event":"message.ack","payload":{"id":"3EB0","fromMe":true,"ack":0}})", {}},
      {"waha", R"({"event":"message.ack","payload":{"id":"3EB0","fromMe":true,"ack":1}})", {}},
      {"waha",
       R"({"event":"message.ack","payload":{"id":"false_62@c.us_3EB0","fromMe":false,"ack":3}})",
       {}},
      {"waha", R"({"event":"message","session":"default","engine":"WEBJS"})", {}},
      // A gateway of one's own.
      {"webhook",
       R"({"id":"g-1","status":"delivered","at":1775200005})",
       {receipt(State::delivered, "g-1", at(1775200005))}},
      {"webhook",
       R"({"receipts":[{"message":"417","status":"read"},
                       {"id":"g-2","status":"failed","reason":"nomor\ntidak aktif"},{"id":"g-3"}]})",
       {named(receipt(State::read, ""), "417", ""),
        receipt(State::failed, "g-2", {}, reason::rejected, "nomor tidak aktif")}},
  };
  for (const Case& one : cases) {
    const auto found = read_receipts(one.provider, one.body);
    ASSERT_TRUE(found) << one.body;
    EXPECT_EQ(*found, one.receipts) << one.provider << ' ' << one.body;
  }
}

TEST(Receipts, WhatIsNoJsonIsNoReceipt) {
  for (const char* provider : {"meta", "fonnte", "wablas", "waha", "webhook"}) {
    for (const char* body : {"", "{", "id=1&status=read", "\xff"})
      EXPECT_FALSE(read_receipts(provider, body)) << provider << body;
    for (const char* body : {"{}", "[]", "null", "7", R"({"entry":{},"receipts":{},"payload":[]})"})
      EXPECT_EQ(read_receipts(provider, body), std::vector<Receipt>{}) << provider << body;
  }
  EXPECT_FALSE(read_receipts("meta", std::string(100'000, '[')));
}

}  // namespace
}  // namespace tenggat::notify
