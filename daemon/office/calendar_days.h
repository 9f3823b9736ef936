// A day off or a make-up day written into the calendar in force, as an operator would write it into
// the file. Pure: text in, text out; the loader judges it.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "daemon/store/rules.h"
#include "rules/calendar/calendar.h"
#include "rules/error.h"
#include "rules/permit/people.h"

namespace tenggat::office {

struct NewDay {
  CivilDate date;
  bool make_up = false;
  std::string kind = "libur_daerah";  // of a day off
  std::string name, decree;           // one line each
  std::vector<std::string> hours;     // of a make-up day: "07:30-12:00"
};

// One that was decreed, as the calendar has it.
struct TakenDay {
  CivilDate date;
  bool make_up = false;
};

// What kind of day off the files say it is, "libur_nasional"; of a make-up day, and where they do
// not say, the usual one.
std::string kind_of(const store::RuleSet& rules, const TakenDay& day);

// The calendar's files without the day, under a new hash. Nothing where its entry is not one line
// of its own.
std::optional<store::RuleSet> without_day(const store::RuleSet& rules, const TakenDay& day);

// The calendar's files with the day in the main one, under a new hash. Nothing where the list it
// belongs to is written in a way a line cannot be added to.
std::optional<store::RuleSet> with_day(const store::RuleSet& rules, const NewDay& day);

// The same, loaded. A fault of the loader, or one of ours where the day did not come out of it.
struct ChangedCalendar {
  store::RuleSet rules;
  Calendar calendar;
};
Loaded<ChangedCalendar> load_with_day(const store::RuleSet& rules, const NewDay& day);
// Without the one, and with the other in its place where there is one.
Loaded<ChangedCalendar> load_changed(const store::RuleSet& rules, const TakenDay& takes,
                                     const std::optional<NewDay>& adds);

}  // namespace tenggat::office
