// What an SOP calls its parts, as rows for those who read the database alone.
#pragma once
#include <vector>

#include "daemon/store/words.h"
#include "rules/calendar/calendar.h"
#include "rules/sop/sop.h"

namespace tenggat::office {

std::vector<store::Word> words_of(const Sop& sop, const Calendar& calendar);

}  // namespace tenggat::office
