// What rapidcheck draws for the properties of the clock: calendars, and questions to put to them.
// A calendar costs milliseconds and a question a microsecond, so many questions are put to each.
#pragma once
#include <rapidcheck.h>

#include <cstdint>
#include <iosfwd>
#include <vector>

#include "tests/rules/written_calendar.h"

namespace tenggat::testing {

// A calendar and the dates on which it is looked at second by second: there lie its days off, its
// ranges and make-up days, and as a rule a change of its zone's clocks.
struct RandomCalendar {
  WrittenCalendar written;
  Date first;
};
inline constexpr int kDates = 14;
std::ostream& operator<<(std::ostream& out, const RandomCalendar& calendar);

// Numbers without a meaning of their own: the property makes instants and budgets of them.
struct Question {
  std::uint32_t place = 0, other_place = 0, third_place = 0, fourth_place = 0;
  std::uint32_t days = 0, hours = 0, minutes = 0, choice = 0;
};
struct Questions {
  std::vector<Question> all;
};
std::ostream& operator<<(std::ostream& out, const Questions& questions);

rc::Gen<RandomCalendar> random_calendar();
// They do not shrink: a smaller calendar tells more than a smaller question, of which a failure
// prints one.
rc::Gen<Questions> random_questions(int count);

}  // namespace tenggat::testing

namespace rc {
template <>
struct Arbitrary<tenggat::testing::RandomCalendar> {
  static Gen<tenggat::testing::RandomCalendar> arbitrary() {
    return tenggat::testing::random_calendar();
  }
};
}  // namespace rc
