// Files that an office moves in with: begun before this program was there, open or ended, at their
// true times. What happened is done again by the same changes that a command makes (draft.h), each
// at its instant; then what time alone has brought about until now. Of all that nothing is told and
// nothing counted, and one event says what there is. Source: docs/import.md.
#pragma once
#include <boost/system/result.hpp>
#include <optional>
#include <string>
#include <vector>

#include "rules/permit/transition.h"

namespace tenggat {

// What closed a visit and when; one without `closed_at` is open. Where `opened_at` is left out it
// was opened by what came before it, where `action` is, what came next tells it.
struct PastVisit {
  std::string step;
  std::optional<Instant> opened_at{}, claimed_at{}, closed_at{};
  std::string action{};
  std::string by{};               // who had it, by id or name
  std::vector<std::string> to{};  // the branches chosen (`ke_pilihan`)
  Outcome outcome = Outcome::none;
};

struct PastPause {
  std::string step, reason;
  Instant from{};
  std::optional<Instant> to{}, until{};
  std::string by{};
};

struct PastFile {
  NewPermit permit;  // id, number and digest as in a submission's
  Instant submitted_at{};
  std::optional<Instant> accepted_at{};  // where its history does not say it
  // Where it is: by id or name; of one that has ended the step that ended it.
  std::string step{};
  std::optional<Instant> step_opened_at{};
  std::optional<PermitState> state{};  // as what it ended
  std::optional<Instant> ended_at{};
  std::string assignee{};
  Outcome outcome = Outcome::none;
  // The whole of its history after the submission; without it only where the file is is known, and
  // no visit stands for the steps before.
  std::vector<PastVisit> visits{};
  std::vector<PastPause> pauses{};
  std::string former_number{};  // where it gets another
  std::int64_t import = 0;
};

// `at` names the value as PastFile does: "step", "visits/2/action".
struct PastFault {
  std::string at;
  Said what;
};
using PastFaults = std::vector<PastFault>;
[[noreturn]] void throw_exception_from_error(const PastFaults& faults,
                                             const boost::source_location& where);

// The permit as it is by the context's now. All faults at once, as far as one does not hide others.
boost::system::result<Decision, PastFaults> import_file(const PastFile& past,
                                                        const Context& context);

// Of one whose times cannot be read: which other names are wrong.
PastFaults faults_of_names(const PastFile& past, const Context& context);

}  // namespace tenggat
