// What was decided to tell whom about one permit, and all that came of it. Read only.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/pg/connection.h"
#include "rules/permit/notice.h"

namespace tenggat::store {

struct ToldAttempt {
  Instant started_at{};                // machine clock, as the next two
  std::optional<Instant> finished_at;  // none: under way, or lost with its daemon
  std::string outcome, reason;
  std::string detail;  // in the provider's words
};
struct ToldMessage {
  std::int64_t id = 0;
  std::string recipient, acting_for, why, channel, text, state, reason;
  Instant rendered_at{};               // the office's clock
  std::optional<Instant> accepted_at;  // machine clock
  std::string provider_id;             // the provider's receipt for it
  std::optional<std::int64_t> falls_back_from;
  std::optional<Instant> delivered_at, read_at, undelivered_at;  // machine clock
  std::string undelivered_reason, undelivered_detail;
  std::vector<ToldAttempt> attempts;
};
struct ToldNotice {
  std::int64_t id = 0;
  Notice notice;
  std::string state, state_reason;  // pending, rendered, dropped
  std::optional<Instant> state_at;
  Instant send_at{};  // of a pending one: when it is looked at next
  std::vector<ToldMessage> messages;
};

// In the order they were raised, messages in the order they were made.
class ToldAbout {
 public:
  ToldAbout(pg::Pipeline& pipeline, std::int64_t permit);
  std::vector<ToldNotice> read(const pg::Results& results) const;

 private:
  pg::Slot<std::vector<ToldNotice>> notices_;
  pg::Slot<std::map<std::int64_t, std::vector<ToldAttempt>>> attempts_;  // by message
};

}  // namespace tenggat::store
