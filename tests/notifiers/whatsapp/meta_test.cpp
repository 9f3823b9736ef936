#include "notifiers/whatsapp/meta.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/notifiers/sample.h"

namespace tenggat::notify::meta {
namespace {

const Instant kNow{};

WhatsappConfig config() {
  WhatsappConfig c;
  c.phone_number_id = "109876543210";
  c.token = "rahasia";
  return c;
}

TEST(Meta, TheRequestIsExactlyMetas) {
  const auto request = build_request(sample_message(Channel::whatsapp, "tahap"), config(), kNow);
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->url, "https://graph.facebook.com/v23.0/109876543210/messages");
  EXPECT_EQ(request->method, "POST");
  EXPECT_EQ(request->headers, (std::vector<std::string>{"Authorization: Bearer rahasia",
                                                        "Content-Type: application/json"}));
  EXPECT_FALSE(request->allow_private);
  EXPECT_EQ(boost::json::parse(request->body), boost::json::parse(R"({
    "messaging_product": "whatsapp", "to": "6281234567890", "type": "template",
    "biz_opaque_callback_data": "72057594037927937", "template": {"name": "tenggat_tahap_v2", "language": {"code": "id"}, "components": [
      {"type": "body", "parameters": [
        {"type": "text", "text": "Siti Aminah"}, {"type": "text", "text": "PAUD-2026-00417"},
        {"type": "text", "text": "Kajian Teknis"},
        {"type": "text", "text": "Rabu, 15 April 2026 pukul 13.55 WITA"},
        {"type": "text", "text": "DPMPTSP Kota Banjarbaru"}]}]}})"));
}

TEST(Meta, TheBaseAddressCanBeReplaced) {
  WhatsappConfig c = config();
  c.url = "http://127.0.0.1:9/";
  const auto request = build_request(sample_message(Channel::whatsapp), c, kNow);
  EXPECT_EQ(request->url, "http://127.0.0.1:9/v23.0/109876543210/messages");
  EXPECT_TRUE(request->allow_private);
}

// As POST /{business account}/message_templates takes it.
TEST(Meta, ATextIsItsTemplate) {
  EXPECT_EQ(boost::json::value(template_request(*shipped_texts().find("tahap"), "id")),
            boost::json::parse(R"({
    "name": "tenggat_tahap_v2", "language": "id", "category": "UTILITY", "components": [{
      "type": "BODY",
      "text": "Yth. Bapak/Ibu {{1}}, permohonan {{2}} saat ini berada pada tahap {{3}}. Batas waktu penyelesaian: {{4}}. Pesan resmi {{5}}.",
      "example": {"body_text": [["Siti Aminah", "PAUD-2026-00417", "Kajian Teknis",
        "Rabu, 15 April 2026 pukul 13.55 WITA", "DPMPTSP Kota Banjarbaru"]]}}]})"));
}

// Each variable once, in its order, touching no other: what Meta's review asks for.
TEST(Meta, EveryTextThatShipsNumbersItsVariablesAsMetaReadsThem) {
  for (const Text& text : shipped_texts().all()) {
    const auto request = template_request(text, "id");
    const std::string body(request.at("components").at(0).at("text").as_string());
    const auto& samples = request.at("components").at(0).at("example").at("body_text").at(0);
    std::string left = body, filled;
    std::size_t variables = 0;
    for (auto at = left.find('{'); at != std::string::npos; at = left.find('{')) {
      const std::string number = "{{" + std::to_string(variables + 1) + "}}";
      EXPECT_EQ(left.substr(at, number.size()), number) << text.id;
      EXPECT_NE(left.substr(0, at).find_first_not_of(' '), std::string::npos) << text.id;
      filled += left.substr(0, at);
      filled += std::string(samples.as_array().at(variables++).as_string());
      left.erase(0, at + number.size());
    }
    EXPECT_EQ(samples.as_array().size(), variables) << text.id;
    // What an applicant reads on WhatsApp is what the mail says.
    const Message message = sample_message(Channel::whatsapp, text.id);
    EXPECT_EQ(filled + left, message.body);
    EXPECT_EQ(message.parameters.size(), variables) << text.id;
  }
}

TEST(Meta, ParametersHoldNothingMetaRefuses) {
  EXPECT_EQ(parameter("a\nb\tc\r\n      d"), "a b c d");
  EXPECT_EQ(parameter("\"}],\"x\":\""), "\"}],\"x\":\"");
  EXPECT_EQ(parameter(" \n"), "-");
  Message message = sample_message(Channel::whatsapp, "tahap");
  message.fields[0] = "\"}],\"to\":\"6280000000000";
  const auto body = boost::json::parse(build_request(message, config(), kNow)->body);
  EXPECT_EQ(body.at("to").as_string(), "6281234567890");
}

TEST(Meta, OnlyNormalisedMobileNumbersAreSentTo) {
  for (const char* to : {"081234567890", "+6281234567890", "", "12025550100", "6281234567890\n"}) {
    Message message = sample_message(Channel::whatsapp);
    message.to = to;
    const auto request = build_request(message, config(), kNow);
    ASSERT_TRUE(request.has_error()) << to;
    EXPECT_EQ(request.error().outcome, Outcome::permanent_for_person);
    EXPECT_EQ(request.error().reason, reason::bad_address);
  }
}

CurlResponse answer(int status, std::string body) {
  CurlResponse response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

CurlResponse error(int status, int code) {
  return answer(status, R"({"error":{"message":"m","code":)" + std::to_string(code) +
                            R"(,"error_data":{"details":"rinci"}}})");
}

struct Case {
  int status, code;
  Outcome outcome;
  std::string_view reason;
};

TEST(Meta, ErrorCodesHaveTheirOutcome) {
  const std::vector<Case> cases{
      {400, 130429, Outcome::retry, reason::rate_limited},
      {400, 131056, Outcome::retry, reason::rate_limited},
      {400, 4, Outcome::retry, reason::rate_limited},
      {400, 80007, Outcome::retry, reason::rate_limited},
      {500, 131000, Outcome::retry, reason::server_error},
      {503, 424242, Outcome::retry, reason::server_error},
      {400, 131026, Outcome::permanent_for_person, reason::bad_address},
      {400, 131047, Outcome::permanent, reason::template_missing},
      {401, 190, Outcome::channel_stopped, reason::auth_failed},
      {400, 131048, Outcome::channel_stopped, reason::account_blocked},
      {400, 131042, Outcome::channel_stopped, reason::account_blocked},
      {400, 132000, Outcome::text_stopped, reason::template_missing},
      {404, 132001, Outcome::text_stopped, reason::template_missing},
      {400, 132007, Outcome::text_stopped, reason::template_missing},
      {400, 132012, Outcome::text_stopped, reason::template_missing},
      {400, 132015, Outcome::text_stopped, reason::template_missing},
      {400, 132016, Outcome::text_stopped, reason::template_missing},
      {400, 132005, Outcome::permanent, reason::rejected},
      {400, 132018, Outcome::permanent, reason::rejected},
      {400, 424242, Outcome::permanent, reason::rejected},
      {401, 424242, Outcome::channel_stopped, reason::auth_failed},
      {429, 424242, Outcome::retry, reason::rate_limited},
  };
  for (const Case& c : cases) {
    const SendResult result = classify(error(c.status, c.code));
    EXPECT_EQ(name(result.outcome), name(c.outcome)) << c.code;
    EXPECT_EQ(result.reason, c.reason) << c.code;
    EXPECT_EQ(result.detail, std::to_string(c.code) + ": m: rinci");
  }
}

TEST(Meta, ItsWordsAreKeptWithoutAnybodysNumber) {
  const SendResult refused = classify(answer(
      400,
      R"({"error":{"message":"(#131030) Recipient phone number not in allowed list","code":131030,)"
      R"("error_data":{"details":"Add +62 812-3456-7890\n(6281234567890) to the list."}}})"));
  EXPECT_EQ(refused.detail,
            "131030: Recipient phone number not in allowed list: Add 62812****890 (62812****890) to"
            " the list.");
}

TEST(Meta, AnAnswerThatIsNoJsonIsJudgedByItsStatus) {
  EXPECT_EQ(classify(answer(502, "<html>")).outcome, Outcome::retry);
  EXPECT_EQ(classify(answer(302, "")).outcome, Outcome::channel_stopped);
  EXPECT_EQ(classify(answer(404, "[1,2")).outcome, Outcome::channel_stopped);
  EXPECT_EQ(classify(answer(400, R"({"error":{"code":"190"}})")).outcome, Outcome::permanent);
  EXPECT_EQ(classify(answer(400, "[]")).outcome, Outcome::permanent);
}

TEST(Meta, AcceptedNeedsAnId) {
  const SendResult taken = classify(answer(200, R"({"messages":[{"id":"wamid.X"}]})"));
  EXPECT_EQ(taken.outcome, Outcome::accepted);
  EXPECT_EQ(taken.provider_id, "wamid.X");
  for (const char* body :
       {"", "{}", R"({"messages":[]})", R"({"messages":[{"id":5}]})", "{\"mess"}) {
    EXPECT_EQ(classify(answer(200, body)).outcome, Outcome::unknown) << body;
  }
}

TEST(Meta, TheProvidersWishToWaitIsKept) {
  CurlResponse response = error(429, 130429);
  response.lines = {"HTTP/1.1 429 Too Many", "Retry-After: 37"};
  EXPECT_EQ(classify(response).retry_after, std::chrono::seconds(37));
  response.lines = {"retry-after: 99999999999"};
  EXPECT_EQ(classify(response).retry_after, std::nullopt);
  EXPECT_EQ(classify(error(400, 131056)).retry_after, std::chrono::seconds(6));
}

TEST(Meta, ACutAfterSendingIsUnknown) {
  CurlResponse response;
  response.failure = Failure::cut_after_sending;
  EXPECT_EQ(classify(response).outcome, Outcome::unknown);
}

// GET /{business account}/message_templates, Graph API.
TEST(MetaTemplates, AreAskedForPageByPageAtOurOwnAddress) {
  WhatsappConfig c = config();
  c.business_account_id = "102290129340398";
  const CurlRequest first = templates_request(c, "");
  EXPECT_EQ(first.method, "GET");
  EXPECT_EQ(first.url,
            "https://graph.facebook.com/v23.0/102290129340398/message_templates"
            "?fields=name,language,status,category,rejected_reason&limit=100");
  EXPECT_EQ(first.headers, (std::vector<std::string>{"Authorization: Bearer rahasia"}));
  EXPECT_FALSE(first.allow_private);
  EXPECT_TRUE(templates_request(c, "QVFI").url.ends_with("&limit=100&after=QVFI"));

  const auto page = templates_answer(answer(200, R"({"data":[
    {"name":"tenggat_tahap_v2","language":"id","status":"APPROVED","category":"UTILITY",
     "rejected_reason":"NONE","id":"594425479261596"},
    {"name":"tenggat_terbit_v2","language":"id","status":"REJECTED","category":"UTILITY",
     "rejected_reason":"INVALID_FORMAT","id":"1"},
    {"name":"nama\u202e","language":"id","status":"APPROVED"},{"status":"APPROVED"},7],
    "paging":{"cursors":{"before":"MAZDZD","after":"QVFI_-="},
              "next":"http://169.254.169.254/latest"}})"));
  ASSERT_TRUE(page.has_value());
  EXPECT_EQ(page->templates, (std::vector<TemplateState>{
                                 {"tenggat_tahap_v2", "id", "APPROVED", ""},
                                 {"tenggat_terbit_v2", "id", "REJECTED", "INVALID_FORMAT"}}));
  EXPECT_EQ(page->after, "QVFI_-=");
}

TEST(MetaTemplates, TheLastPageNamesACursorAndNoNextOne) {
  const char* last = R"({"data":[],"paging":{"cursors":{"before":"a","after":"b"}}})";
  EXPECT_EQ(templates_answer(answer(200, last))->after, "");
  EXPECT_EQ(templates_answer(answer(200, R"({"data":[]})"))->after, "");
  // What is no cursor never gets into an address.
  const char* odd = R"({"data":[],"paging":{"cursors":{"after":"b&access_token=x"},"next":"h"}})";
  EXPECT_EQ(templates_answer(answer(200, odd))->after, "");
}

// developers.facebook.com, WhatsApp Business Platform, Webhooks, message_template_status_update.
TEST(MetaTemplates, ThatOneHasChangedIsHeard) {
  EXPECT_TRUE(tells_of_templates(R"({"object":"whatsapp_business_account","entry":[{
    "id":"102290129340398","time":1751247548,"changes":[{"value":{"event":"REJECTED",
    "message_template_id":1689556908129832,"message_template_name":"tenggat_tahap_v2",
    "message_template_language":"id","reason":"INVALID_FORMAT"},
    "field":"message_template_status_update"}]}]})"));
  EXPECT_FALSE(tells_of_templates(R"({"entry":[{"changes":[{"field":"messages","value":{
    "messages":[{"text":{"body":"message_template_status_update"}}]}}]}]})"));
  EXPECT_FALSE(tells_of_templates("message_template_status_update"));
}

TEST(MetaTemplates, ARefusalSaysWhy) {
  const char* token = R"({"error":{"message":"Error validating access token: Session has expired",
    "type":"OAuthException","code":190,"fbtrace_id":"A"}})";
  const auto refused = templates_answer(answer(401, token));
  ASSERT_TRUE(refused.has_error());
  EXPECT_EQ(refused.error().reason, reason::auth_failed);
  EXPECT_EQ(refused.error().detail, "190: Error validating access token: Session has expired");
  EXPECT_EQ(templates_answer(answer(200, "<html>")).error().reason, reason::server_error);
  EXPECT_EQ(templates_answer(answer(200, R"({"data":{}})")).error().reason, reason::server_error);
  CurlResponse away;
  away.failure = Failure::not_connected;
  EXPECT_EQ(templates_answer(away).error().reason, reason::connection_failed);
}

}  // namespace
}  // namespace tenggat::notify::meta
