// The portal's webhook as Standard Webhooks has it (standardwebhooks.com, specification 1.0): one
// event a POST, signed with every secret there is. Pure functions; the bytes travel through
// curl_client.h.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "notifiers/transfer.h"
#include "rules/time.h"

namespace tenggat::notify::portal {

// The keys of docs/reference.md, Configuration, secrets read from their files.
struct Config {
  // https, http to a private address, or file:DIR, where each event is written; empty: no portal.
  std::string url;
  // "whsec_" and base64 of 24 to 64 bytes; several while one takes another's place.
  std::vector<std::string> secrets;
  bool allow_private = false;

  bool enabled() const { return !url.empty(); }
  std::vector<std::string> validate() const;  // every fault, none quotes a secret
};

// The same id and body at every attempt.
struct Event {
  std::string id;  // without a full stop
  std::string body;
};

// "v1,<base64>", one for each secret, with blanks between. `sent_at` in seconds since 1970.
std::string signatures(const Event& event, std::int64_t sent_at,
                       const std::vector<std::string>& secrets);
CurlRequest build_request(const Event& event, const Config& config, Instant real_now);

struct Answer {
  enum class Kind {
    taken,  // 2xx
    later,
    gone,  // 410: never again, until a person says so
  };
  Kind kind = Kind::later;
  std::string reason;  // one of reason::all
  std::string detail;  // one line
  std::optional<std::chrono::seconds> retry_after;
};
Answer classify(const CurlResponse& response);

// After so many attempts in vain; nothing once the last of the schedule has been made.
std::optional<std::chrono::seconds> retry_in(int attempts);

}  // namespace tenggat::notify::portal
