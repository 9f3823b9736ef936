// What people write, as each provider's documentation has it.
#include "notifiers/whatsapp/inbound.h"

#include <gtest/gtest.h>

namespace tenggat::notify {
namespace {

using All = std::vector<Inbound>;

Instant at(std::int64_t seconds) { return Instant(Seconds(seconds)); }

// developers.facebook.com, WhatsApp Business Platform, Webhooks, messages.
TEST(Inbound, MetasTextIsRead) {
  const char* body = R"({"object":"whatsapp_business_account","entry":[{"id":"102290129340398",
    "changes":[{"value":{"messaging_product":"whatsapp",
      "metadata":{"display_phone_number":"15550783881","phone_number_id":"106540352242922"},
      "contacts":[{"profile":{"name":"Norhayati"},"wa_id":"6281250001001"}],
      "messages":[{"from":"6281250001001","id":"wamid.HBgLMTY1","timestamp":"1749416383",
        "type":"text","text":{"body":"Berkas saya\nsudah sampai mana?"}}]},"field":"messages"}]}]})";
  EXPECT_EQ(
      read_inbound("meta", body),
      (All{{"wamid.HBgLMTY1", "6281250001001", "Berkas saya sudah sampai mana?", at(1749416383)}}));
}

TEST(Inbound, OfMetasOthersItIsSaidWhatTheyAreAndGroupsAndReactionsSayNothing) {
  const auto body = [](const std::string& message) {
    return R"({"entry":[{"changes":[{"value":{"messages":[)" + message + "]}}]}]}";
  };
  const std::string from = R"({"from":"6281250001001","id":"wamid.1","timestamp":"1749416383",)";
  EXPECT_EQ(
      read_inbound("meta", body(from + R"("type":"image","image":{"id":"1","caption":"KTP"}})"))
          .at(0)
          .text,
      "[gambar, tidak disimpan] KTP");
  EXPECT_EQ(
      read_inbound("meta", body(from + R"("type":"button","button":{"text":"Ya"}})")).at(0).text,
      "Ya");
  EXPECT_TRUE(
      read_inbound("meta", body(from + R"("type":"reaction","reaction":{"emoji":"👍"}})")).empty());
  EXPECT_TRUE(
      read_inbound("meta", body(from + R"("group_id":"g","type":"text","text":{"body":"a"}})"))
          .empty());
  EXPECT_TRUE(read_inbound("meta", R"({"entry":[{"changes":[{"value":{"statuses":[{"id":"w",
    "status":"read","timestamp":"1749416383","recipient_id":"6281250001001"}]}}]}]})")
                  .empty());
}

// waha.devlike.pro, Events, message.
TEST(Inbound, WahasMessageIsReadUnlessItIsOursAGroupsOrHidden) {
  const auto body = [](const std::string& from, const char* more) {
    return R"({"id":"evt_1","session":"default","engine":"WEBJS","event":"message","payload":{
      "id":"false_6281250001001@c.us_AAA","timestamp":1667561485,"from":")" +
           from + R"(","to":"11111111111@c.us","participant":null,"body":"Halo","hasMedia":false)" +
           more + "}}";
  };
  EXPECT_EQ(read_inbound("waha", body("6281250001001@c.us", R"(,"fromMe":false)")),
            (All{{"false_6281250001001@c.us_AAA", "6281250001001", "Halo", at(1667561485)}}));
  EXPECT_TRUE(read_inbound("waha", body("6281250001001@c.us", R"(,"fromMe":true)")).empty());
  EXPECT_TRUE(read_inbound("waha", body("12036340083577@g.us", "")).empty());
  EXPECT_TRUE(read_inbound("waha", body("123123@lid", "")).empty());
}

// docs.fonnte.com, Webhook.
TEST(Inbound, FonntesMessageIsReadAndItsReceiptsAreNone) {
  EXPECT_EQ(read_inbound("fonnte", R"({"quick":false,"device":"6287787505413","pesan":"Halo",
      "pengirim":"6281250001001","member":"","message":"Halo","text":"non-button message",
      "sender":"6281250001001","name":"Norhayati","location":"","url":"","type":"text",
      "extension":"","filename":"","inboxid":77,"isgroup":false,"isforwarded":false})"),
            (All{{"77", "6281250001001", "Halo", std::nullopt}}));
  EXPECT_TRUE(read_inbound("fonnte", R"({"sender":"120363400835772540@g.us","message":"Halo",
      "isgroup":true})")
                  .empty());
  EXPECT_TRUE(read_inbound("fonnte", R"({"id":"80367170","stateid":"1","status":"sent",
      "state":"read"})")
                  .empty());
}

// wablas.com, Documentation, Webhook.
TEST(Inbound, WablasMessageIsReadAndItsTrackingIsNone) {
  EXPECT_EQ(read_inbound("wablas", R"({"id":"A5EBC","pushName":"Norhayati","isGroup":false,
      "group":{"subject":"","owner":"","desc":""},"message":"Halo","phone":"6281250001001",
      "messageType":"text","file":"","mimeType":"","sender":6287787505413,
      "timestamp":1749416383})"),
            (All{{"A5EBC", "6281250001001", "Halo", at(1749416383)}}));
  EXPECT_TRUE(read_inbound("wablas", R"({"id":"A5EBC","phone":"6281250001001","status":"read",
      "note":"","message":"Halo"})")
                  .empty());
}

TEST(Inbound, AGatewaysMessagesAreReadAndNoneOfAnotherCountry) {
  EXPECT_EQ(
      read_inbound("webhook", R"({"messages":[{"id":"m1","from":"0812-5000-1001","text":"Halo",
      "at":1749416383},{"id":"m2","from":"+65 8123 4567","text":"Hello"},{"from":"6281250001001",
      "text":"   "}]})"),
      (All{{"m1", "6281250001001", "Halo", at(1749416383)}}));
}

TEST(Inbound, IsBoundedAndAnythingElseIsNothing) {
  std::string many = R"({"messages":[)";
  for (int i = 0; i < 40; ++i)
    many += std::string(i ? "," : "") + R"({"from":"6281250001001","text":")" +
            std::string(5000, 'a') + "\"}";
  const All all = read_inbound("webhook", many + "]}");
  EXPECT_EQ(all.size(), kInboundAtOnce);
  EXPECT_EQ(all.front().text.size(), kLongestInbound);
  for (const char* body : {"", "{", "[]", "null", R"({"messages":{}})", R"({"entry":[[]]})"})
    for (const char* provider : {"meta", "waha", "fonnte", "wablas", "webhook", "lain"})
      EXPECT_TRUE(read_inbound(provider, body).empty()) << provider << " " << body;
}

}  // namespace
}  // namespace tenggat::notify
