// What is counted, one struct a counter with what it is counted by. As which series each is shown
// says daemon/office/snapshot.cpp, how it is stored daemon/store/count_codec.cpp; a counter that
// lacks either does not compile. Source: docs/metrics.md.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "rules/permit/reason.h"
#include "rules/sop/sop.h"
#include "rules/time.h"

namespace tenggat {

struct PermitSubmitted {
  bool operator==(const PermitSubmitted&) const = default;
};
struct PermitClosed {
  PermitState state = PermitState::issued;  // issued counts when it is signed
  bool operator==(const PermitClosed&) const = default;
};
struct CaseMet {
  bool operator==(const CaseMet&) const = default;
};
struct CaseMissed {
  bool operator==(const CaseMissed&) const = default;
};
struct LegalLimitsPassed {
  bool operator==(const LegalLimitsPassed&) const = default;
};
struct StepCompleted {
  std::string step;
  bool operator==(const StepCompleted&) const = default;
};
struct StepMissed {
  std::string step;
  bool operator==(const StepMissed&) const = default;
};
struct StepReturned {
  std::string step;  // that sent it back
  bool operator==(const StepReturned&) const = default;
};
// A visit's working time: the smallest bound it is not above, of working_time_buckets.
struct WorkingTime {
  std::string step;
  std::optional<Seconds> up_to;  // none: it is above all of them
  bool operator==(const WorkingTime&) const = default;
};
// Its seconds are the amount.
struct WorkingSeconds {
  std::string step;
  bool operator==(const WorkingSeconds&) const = default;
};
// What a late entry made of a verdict that would have been missed.
enum class Turned { none, met };
constexpr std::string_view to_string(Turned turned) {
  return turned == Turned::met ? "met" : "none";
}
constexpr std::optional<Turned> parse_turned(std::string_view text) {
  if (text == "met") return Turned::met;
  return text == "none" ? std::optional(Turned::none) : std::nullopt;
}
struct EnteredLate {
  std::string step;
  Turned turned = Turned::none;
  bool operator==(const EnteredLate&) const = default;
};
inline constexpr const char* kAskedNow = "now";
struct SuperiorTold {
  std::string step;  // empty: the case
  std::string rung;  // kAskedNow: the step's officer did not wait for one
  bool operator==(const SuperiorTold&) const = default;
};
struct NoticeRedirected {
  std::string step;  // empty: the case
  Reason why = Reason::nobody_on_duty;
  bool operator==(const NoticeRedirected&) const = default;
};

using Counted = std::variant<PermitSubmitted, PermitClosed, CaseMet, CaseMissed, StepCompleted,
                             StepMissed, StepReturned, WorkingTime, WorkingSeconds, SuperiorTold,
                             NoticeRedirected, LegalLimitsPassed, EnteredLate>;

// A change of a counter, counted once `counted_from` has passed (the undo window).
struct CountDelta {
  Counted what;
  std::int64_t amount = 1;
  Instant counted_from{};
  std::int64_t cause = 0;  // the event it follows from
  bool operator==(const CountDelta&) const = default;
};

}  // namespace tenggat
