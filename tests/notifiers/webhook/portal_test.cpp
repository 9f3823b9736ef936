#include "notifiers/webhook/portal.h"

#include <gtest/gtest.h>

#include "notifiers/base64.h"

namespace tenggat::notify::portal {
namespace {

// The example of Standard Webhooks' own reference library.
TEST(PortalWebhook, TheStandardsExampleHasItsSignature) {
  const Event event{"msg_p5jXN8AQM9LWM0D4loKWxJek", R"({"test": 2432232314})"};
  EXPECT_EQ(signatures(event, 1614265330, {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(PortalWebhook, TheRequestIsASignedPostThatFollowsNobody) {
  const Config config{
      "https://portal.example/webhook", {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}, false};
  const Event event{"e69cdbbc0-1-2", "{}"};
  const CurlRequest request = build_request(event, config, Instant(Seconds(1775200000)));
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, config.url);
  EXPECT_EQ(request.body, "{}");
  EXPECT_EQ(request.headers,
            (std::vector<std::string>{
                "Content-Type: application/json", "webhook-id: e69cdbbc0-1-2",
                "webhook-timestamp: 1775200000",
                "webhook-signature: " + signatures(event, 1775200000, config.secrets)}));
  EXPECT_FALSE(request.allow_private);
  EXPECT_EQ(request.deadline, std::chrono::seconds(15));
  EXPECT_LE(request.most_response_bytes, std::size_t{64 * 1024});
}

TEST(PortalWebhook, ASecretIsWhsecAndEnoughRandomBytes) {
  const auto faults = [](std::string url, std::vector<std::string> secrets) {
    return Config{std::move(url), std::move(secrets), true}.validate().size();
  };
  const std::string good = "whsec_" + base64(std::string(32, 'x'));
  EXPECT_EQ(faults("https://p.example/w", {good}), 0U);
  EXPECT_EQ(faults("https://p.example/w", {good, good}), 0U);
  EXPECT_EQ(faults("", {}), 0U);
  EXPECT_EQ(faults("https://p.example/w", {}), 1U);
  EXPECT_EQ(faults("https://u:p@p.example/w", {good}), 1U);
  EXPECT_EQ(faults("ftp://p.example/w", {good}), 1U);
  for (const std::string& bad :
       {std::string("rahasia"), std::string("whsec_"), "whsec_" + base64(std::string(23, 'x')),
        "whsec_" + base64(std::string(65, 'x')), good + "!", "whsec_ " + good.substr(6)})
    EXPECT_EQ(faults("https://p.example/w", {bad}), 1U) << bad;
}

TEST(PortalWebhook, TheScheduleEndsAfterTenAttempts) {
  std::vector<std::int64_t> waits;
  for (int attempts = 1; retry_in(attempts); ++attempts)
    waits.push_back(retry_in(attempts)->count());
  EXPECT_EQ(waits, (std::vector<std::int64_t>{5, 300, 1800, 7200, 18'000, 36'000, 50'400, 72'000,
                                              86'400}));
  EXPECT_FALSE(retry_in(0));
}

TEST(PortalWebhook, Base64IsReadAsItIsWritten) {
  for (const std::string& bytes : {std::string(), std::string("a"), std::string("ab"),
                                   std::string("abc"), std::string("\0\xff\x80", 3)})
    EXPECT_EQ(from_base64(base64(bytes)), bytes);
  EXPECT_EQ(from_base64("YQ"), "a");
  for (const char* bad : {"Y", "YR==", "YQ=", "YQ===", "Y Q=", "YQ==x", "_w=="})
    EXPECT_FALSE(from_base64(bad)) << bad;
}

}  // namespace
}  // namespace tenggat::notify::portal
