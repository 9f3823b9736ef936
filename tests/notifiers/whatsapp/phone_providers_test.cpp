// Fonnte, Wablas, WAHA and a gateway of one's own: the request to the letter, and what each answer
// of the provider leads to.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "notifiers/whatsapp/fonnte.h"
#include "notifiers/whatsapp/gateway.h"
#include "notifiers/whatsapp/meta.h"
#include "notifiers/whatsapp/wablas.h"
#include "notifiers/whatsapp/waha.h"
#include "tests/notifiers/sample.h"

namespace tenggat::notify {
namespace {

namespace json = boost::json;
const Instant kNow{};
using Headers = std::vector<std::string>;

Message message() {
  Message one = sample_message(Channel::whatsapp);
  one.body = "Yth. Siti, lengkap & {sah}.\nPantau: https://a.example/x?y=1";
  return one;
}

WhatsappConfig config() {
  WhatsappConfig c;
  c.token = "rahasia";
  c.server = "solo";
  return c;
}

TEST(PhoneProviders, FonntesRequest) {
  const auto request = fonnte::build_request(message(), config(), kNow);
  EXPECT_EQ(request->url, "https://api.fonnte.com/send");
  EXPECT_EQ(request->headers,
            (Headers{"Authorization: rahasia", "Content-Type: application/x-www-form-urlencoded"}));
  EXPECT_EQ(request->body,
            "target=6281234567890&message=Yth.+Siti%2C+lengkap+%26+%28sah%29.%0APantau%3A+"
            "https%3A%2F%2Fa.example%2Fx%3Fy%3D1&countryCode=62");
  EXPECT_FALSE(request->allow_private);
}

TEST(PhoneProviders, WablasRequest) {
  const auto request = wablas::build_request(message(), config(), kNow);
  EXPECT_EQ(request->url, "https://solo.wablas.com/api/v2/send-message");
  EXPECT_EQ(request->headers,
            (Headers{"Authorization: rahasia", "Content-Type: application/json"}));
  EXPECT_EQ(json::parse(request->body),
            (json::value{{"data", json::array{json::object{{"phone", "6281234567890"},
                                                           {"message", message().body},
                                                           {"isGroup", false}}}}}));
}

TEST(PhoneProviders, WahasRequest) {
  WhatsappConfig c = config();
  c.url = "https://waha.example/";
  const auto request = waha::build_request(message(), c, kNow);
  EXPECT_EQ(request->url, "https://waha.example/api/sendText");
  EXPECT_EQ(request->headers, (Headers{"X-Api-Key: rahasia", "Content-Type: application/json"}));
  EXPECT_EQ(json::parse(request->body), (json::value{{"session", "default"},
                                                     {"chatId", "6281234567890@c.us"},
                                                     {"text", message().body}}));
  c.session = "loket";
  EXPECT_EQ(json::parse(waha::build_request(message(), c, kNow)->body).at("session"), "loket");
}

TEST(PhoneProviders, TheGatewaysRequest) {
  WhatsappConfig c = config();
  c.url = "https://gateway.example/kirim";
  const auto request = gateway::build_request(message(), c, kNow);
  EXPECT_EQ(request->url, c.url);
  EXPECT_EQ(request->headers,
            (Headers{"Content-Type: application/json", "Idempotency-Key: 72057594037927937",
                     "Authorization: Bearer rahasia"}));
  const json::value body = json::parse(request->body);
  EXPECT_EQ(body.at("id"), "72057594037927937");
  EXPECT_EQ(body.at("to"), "6281234567890");
  EXPECT_EQ(body.at("text").as_string(), message().body);
  EXPECT_EQ(body.at("template"), "lengkap");
  EXPECT_EQ(body.at("case"), "PAUD-2026-00417");
  EXPECT_EQ(body.at("fields").at(0),
            (json::value{{"name", "nama_pemohon"}, {"value", "Siti Aminah"}}));
}

TEST(PhoneProviders, OnlyOneDigitsOnlyNumberIsSentTo) {
  for (const char* to : {"081234567890", "6281234567890,6281234567891", "6281234567890|a", "",
                         "6281234567890@g.us", "12025550100"}) {
    Message one = message();
    one.to = to;
    for (const auto build : {fonnte::build_request, wablas::build_request, waha::build_request,
                             gateway::build_request}) {
      const auto request = build(one, config(), kNow);
      ASSERT_TRUE(request.has_error()) << to;
      EXPECT_EQ(request.error().reason, reason::bad_address);
    }
  }
}

struct Case {
  SendResult (*classify)(const CurlResponse&);
  int status;
  const char* body;
  Outcome outcome;
  std::string_view reason;
  const char* provider_id = "";
};

// PostgreSQL keeps no NUL: the outcome could not be written, and the message would go out again.
TEST(PhoneProviders, AnIdThatCannotBeKeptIsNone) {
  const std::string long_id(600, 'a');
  for (const std::string& id : {std::string("a\\u0000b"), std::string("a b"), long_id}) {
    CurlResponse response;
    response.status = 200;
    const auto id_of = [&](SendResult (*classify)(const CurlResponse&), const std::string& body) {
      response.body = body;
      return classify(response).provider_id;
    };
    EXPECT_EQ(id_of(meta::classify, R"({"messages":[{"id":")" + id + R"("}]})"), "") << id;
    EXPECT_EQ(id_of(fonnte::classify, R"({"status":true,"id":[")" + id + R"("]})"), "") << id;
    EXPECT_EQ(
        id_of(wablas::classify, R"({"status":true,"data":{"messages":[{"id":")" + id + R"("}]}})"),
        "")
        << id;
    EXPECT_EQ(id_of(waha::classify, R"({"id":")" + id + R"("})"), "") << id;
    EXPECT_EQ(id_of(gateway::classify, R"({"id":")" + id + R"("})"), "") << id;
  }
}

TEST(PhoneProviders, EachAnswerLeadsWhereItShould) {
  using O = Outcome;
  namespace r = reason;
  const Case cases[] = {
      {fonnte::classify, 200,
       R"({"detail":"success!","id":["80367170"],"process":"pending","status":true,"target":["6281234567890"]})",
       O::accepted, r::accepted, "80367170"},
      {fonnte::classify, 200, R"({"Status":true,"id":[7]})", O::accepted, r::accepted, "7"},
      {fonnte::classify, 200, R"({"Status":false,"reason":"invalid token"})", O::channel_stopped,
       r::auth_failed},
      {fonnte::classify, 200,
       R"({"status":false,"reason":"request invalid on disconnected device"})", O::channel_stopped,
       r::account_blocked},
      {fonnte::classify, 200, R"({"status":false,"reason":"insufficient quota"})",
       O::channel_stopped, r::account_blocked},
      {fonnte::classify, 200, R"({"status":false,"reason":"target invalid"})",
       O::permanent_for_person, r::bad_address},
      {fonnte::classify, 200, R"({"status":false,"reason":"rate limit"})", O::retry,
       r::rate_limited},
      {fonnte::classify, 200, R"({"status":false,"reason":"file format not supported"})",
       O::permanent, r::rejected},
      {fonnte::classify, 200, "<html>", O::unknown, r::server_error},
      {fonnte::classify, 500, "<html>", O::retry, r::server_error},
      {wablas::classify, 200,
       R"({"status":true,"message":"ok","data":{"messages":[{"id":"b3d0","phone":"6281234567890","status":"pending"}]}})",
       O::accepted, r::accepted, "b3d0"},
      {wablas::classify, 200, R"({"status":false,"message":"token invalid or device expired"})",
       O::channel_stopped, r::auth_failed},
      {wablas::classify, 200, R"({"status":false,"message":"your device is disconnected"})",
       O::channel_stopped, r::account_blocked},
      {wablas::classify, 200, R"({"status":false,"message":"phone number is not valid"})",
       O::permanent_for_person, r::bad_address},
      {wablas::classify, 403, R"({"status":false,"message":"Access denied"})", O::channel_stopped,
       r::auth_failed},
      {wablas::classify, 200, R"({"data":{}})", O::unknown, r::server_error},
      {waha::classify, 201, R"({"id":"true_6281234567890@c.us_3EB0","timestamp":1})", O::accepted,
       r::accepted, "3EB0"},
      {waha::classify, 201, R"({"id":{"fromMe":true,"_serialized":"true_62_A"}})", O::accepted,
       r::accepted, "A"},
      {waha::classify, 201, R"({"key":{"id":"3EB0"}})", O::accepted, r::accepted, "3EB0"},
      {waha::classify, 201, "", O::unknown, r::server_error},
      {waha::classify, 401, R"({"message":"Unauthorized"})", O::channel_stopped, r::auth_failed},
      {waha::classify, 422,
       R"({"error":"Session status is not as expected. Try again later or restart the session","session":"default","status":"SCAN_QR_CODE"})",
       O::channel_stopped, r::account_blocked},
      {waha::classify, 500, R"({"message":"number is not registered on WhatsApp"})",
       O::permanent_for_person, r::bad_address},
      {waha::classify, 500, R"({"message":"boom"})", O::retry, r::server_error},
      {gateway::classify, 202, R"({"id":"g-1"})", O::accepted, r::accepted, "g-1"},
      {gateway::classify, 204, "", O::accepted, r::accepted},
      {gateway::classify, 422, "", O::permanent_for_person, r::bad_address},
      {gateway::classify, 404, "", O::channel_stopped, r::rejected},
      {gateway::classify, 503, "", O::retry, r::server_error},
  };
  for (const Case& one : cases) {
    CurlResponse response;
    response.status = one.status;
    response.body = one.body;
    const SendResult result = one.classify(response);
    EXPECT_EQ(name(result.outcome), name(one.outcome)) << one.status << ' ' << one.body;
    EXPECT_EQ(result.reason, one.reason) << one.body;
    EXPECT_EQ(result.provider_id, one.provider_id) << one.body;
  }
}

}  // namespace
}  // namespace tenggat::notify
