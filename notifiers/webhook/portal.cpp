#include "notifiers/webhook/portal.h"

#include <fmt/format.h>

#include <array>

#include "notifiers/base64.h"
#include "notifiers/failure.h"
#include "notifiers/file.h"
#include "notifiers/signature.h"
#include "notifiers/whatsapp/answer.h"

namespace tenggat::notify::portal {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::chrono::milliseconds kDeadline{15'000};
constexpr std::size_t kMostResponseBytes = 16 * 1024;  // nothing of it is used
constexpr std::string_view kSecretPrefix = "whsec_";
constexpr std::size_t kShortestKey = 24, kLongestKey = 64;
// Before the second, third, ... attempt.
constexpr std::array<seconds, 9> kSchedule{seconds{5}, minutes{5}, minutes{30}, hours{2}, hours{5},
                                           hours{10},  hours{14},  hours{20},   hours{24}};

std::optional<std::string> key_of(std::string_view secret) {
  if (!secret.starts_with(kSecretPrefix)) return std::nullopt;
  auto key = from_base64(secret.substr(kSecretPrefix.size()));
  if (!key || key->size() < kShortestKey || key->size() > kLongestKey) return std::nullopt;
  return key;
}

}  // namespace

std::vector<std::string> Config::validate() const {
  std::vector<std::string> faults;
  if (!enabled() || file_directory(url)) return faults;
  const auto parts = url_parts(url);
  if (!parts || (parts->scheme != "https" && parts->scheme != "http"))
    faults.push_back("portal.url: is no https:// address");
  else if (parts->holds_user)
    faults.push_back("portal.url: holds a user; the signature says who sends");
  if (secrets.empty()) faults.push_back("portal.secret_files: names no secret");
  for (std::size_t i = 0; i < secrets.size(); ++i)
    if (!key_of(secrets[i]))
      faults.push_back(fmt::format(
          "portal.secret_files: number {} is not whsec_ and the base64 of 24 to 64 random bytes",
          i + 1));
  return faults;
}

std::string signatures(const Event& event, std::int64_t sent_at,
                       const std::vector<std::string>& secrets) {
  const std::string signed_bytes = fmt::format("{}.{}.{}", event.id, sent_at, event.body);
  std::string all;
  for (const std::string& secret : secrets)
    if (const auto key = key_of(secret))
      all += fmt::format("{}v1,{}", all.empty() ? "" : " ",
                         base64(hmac(Digest::sha256, *key, signed_bytes)));
  return all;
}

CurlRequest build_request(const Event& event, const Config& config, Instant real_now) {
  const std::int64_t sent_at = real_now.time_since_epoch().count();
  CurlRequest request;
  request.url = config.url;
  request.headers = {"Content-Type: application/json", "webhook-id: " + event.id,
                     fmt::format("webhook-timestamp: {}", sent_at),
                     "webhook-signature: " + signatures(event, sent_at, config.secrets)};
  request.body = event.body;
  request.allow_private = config.allow_private;
  request.deadline = kDeadline;
  request.most_response_bytes = kMostResponseBytes;
  return request;
}

Answer classify(const CurlResponse& response) {
  if (const auto failed = classify_failure(response))
    return {Answer::Kind::later, failed->reason, failed->detail, std::nullopt};
  const std::string said = fmt::format("HTTP {}", response.status);
  if (response.status >= 200 && response.status < 300)
    return {Answer::Kind::taken, std::string(reason::accepted), said, std::nullopt};
  if (response.status == 410)
    return {Answer::Kind::gone, std::string(reason::rejected), said, std::nullopt};
  // Whatever else it is, it may be mended at the portal within the schedule's days.
  const SendResult judged = by_status(response.status, said);
  return {Answer::Kind::later, judged.reason, said, retry_after(response.lines)};
}

std::optional<std::chrono::seconds> retry_in(int attempts) {
  const auto at = static_cast<std::size_t>(attempts - 1);
  if (attempts < 1 || at >= kSchedule.size()) return std::nullopt;
  return kSchedule[at];
}

}  // namespace tenggat::notify::portal
