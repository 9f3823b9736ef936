// What the two languages of a notice's words share. Part of the wording; nothing else includes it.
#pragma once
#include <optional>

#include "rules/permit/ladder.h"
#include "rules/permit/permit.h"

namespace tenggat::office {

// What is said where nobody wrote a reason, or nobody is known to have.
inline constexpr const char* kInTheLetter = "sebagaimana tercantum dalam surat penolakan";
inline constexpr const char* kOnThePage = "sebagaimana tercantum pada halaman permohonan";
inline constexpr const char* kSomeSuperior = "atasan";

// The open visit whose due comes first; null where none is open.
const Visit* most_urgent(const Permit& permit, const Sop& sop, const Calendar& calendar,
                         Instant now);

}  // namespace tenggat::office
