// Who is to be left in peace for a while: an officer, a step of an SOP, a permit. A silence holds
// notices back, it decides nothing: clocks run, rungs are raised, and what still holds when it ends
// leaves then, folded as ever. Applicants are never silenced: what they are told is owed to them.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/permit/notice.h"
#include "rules/permit/permit.h"

namespace tenggat {

struct Silence {
  enum class Kind { officer, step, permit };
  std::int64_t id = 0;
  Kind kind = Kind::officer;
  std::string subject;  // officer id; "paud.verifikasi"; permit id
  Instant from{}, until{};
  std::string by, why;  // who asked for it and what for
  bool operator==(const Silence&) const = default;
};
std::string_view to_string(Silence::Kind kind);
std::optional<Silence::Kind> parse_silence_kind(std::string_view text);

// The silence that holds this notice to this officer back at `now`; of several the one that lasts
// longest. Null: none. The case's notices are of no step. An empty officer asks about the notice as
// such, whoever is told.
const Silence* silenced(const Notice& notice, const Permit& permit, std::string_view officer,
                        const std::vector<Silence>& silences, Instant now);

// The silence of this officer alone, whatever they would be told.
const Silence* silenced(std::string_view officer, const std::vector<Silence>& silences,
                        Instant now);

}  // namespace tenggat
