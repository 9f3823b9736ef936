// A notice that is still to become a message, and what a round makes of it.
#pragma once
#include <cstdint>
#include <string>

#include "rules/permit/notice.h"

namespace tenggat {

struct PendingNotice {
  std::int64_t id = 0;
  std::int64_t permit = 0;
  Notice notice;
  Instant send_at{};       // when it was to be looked at
  std::string unreadable;  // why its row cannot be read; `notice` says nothing then
};

struct NoticeOutcome {
  std::int64_t permit = 0, notice = 0;
  enum class Kind { rendered, dropped, later } kind = Kind::rendered;
  Reason reason = Reason::rung_due;  // of a drop, or of the delay
  Instant at{};                      // now; for `later` when to look again
};

}  // namespace tenggat
