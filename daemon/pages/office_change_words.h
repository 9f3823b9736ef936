// What the office's record says of one value: what was and what is, as people say it.
#pragma once
#include <string>
#include <vector>

#include "daemon/store/office_event.h"
#include "rules/calendar/calendar.h"
#include "rules/permit/people.h"
#include "rules/sop/sop.h"

namespace tenggat::pages {

struct ChangeContext {
  std::vector<const Sop*> sops;
  const People& people;
  const Calendar& calendar;
};

// "peran: Front Office, menjadi Front Office, Pengelola sistem". Of what is personal no more than
// that it was changed: "alamat email diubah".
std::string change_words(const store::OfficeChange& change, const ChangeContext& context);

}  // namespace tenggat::pages
