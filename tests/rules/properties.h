// How a property of the clock is checked: on calendars drawn by rapidcheck, with many questions to
// each. The environment's TENGGAT_PROPERTY_CASES says how many in all; RC_PARAMS, which rapidcheck
// prints where a property fails, has it drawn again.
#pragma once
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>
#include <utility>

#include "rules/calendar/load_calendar.h"
#include "tests/rules/calendar_generators.h"
#include "tests/rules/second_by_second.h"

namespace tenggat::testing {

inline constexpr int kQuestions = 1000;  // to a calendar

// For a question that leads beyond the dates laid out.
inline Budget halved(const Budget& budget) {
  return {budget.days / 2, budget.hours / 2, budget.minutes / 2, budget.calendar_days / 2,
          budget.calendar_days > 1 && budget.shifts};
}

inline int calendars_wanted() {
  const char* cases = std::getenv("TENGGAT_PROPERTY_CASES");
  return std::max(1, (cases ? std::atoi(cases) : 40'000) / kQuestions);
}

// The calendar, read by the code under test from its text.
inline Calendar read(const RandomCalendar& calendar) {
  auto loaded = load_calendar({"acak.yaml", calendar.written.text()}, {});
  if (!loaded) RC_FAIL(loaded.error().front().to_string());
  return std::move(*loaded);
}

// `property` fails by RC_FAIL.
template <class Property>
void must_hold(const Property& property, int times) {
  const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
  rc::detail::TestParams params = rc::detail::configuration().testParams;
  params.maxSuccess = times;
  const auto result = rc::detail::checkTestable(
      property, rc::detail::TestMetadata{test->name(), test->name()}, params);
  std::ostringstream told;
  rc::detail::printResultMessage(result, told);
  ASSERT_TRUE(result.template is<rc::detail::SuccessResult>()) << told.str();
}

// `answer` is called as answer(calendar, question) and fails the case by RC_FAIL. `make` turns what
// was drawn into what the questions are put to.
template <class Make, class Answer>
void for_any_calendar(Make make, Answer answer) {
  std::int64_t cases = 0;
  const auto property = [&](const RandomCalendar& random) {
    const Questions questions = *random_questions(kQuestions);
    const auto calendar = make(random);
    for (const Question& question : questions.all) {
      answer(calendar, question);
      ++cases;
    }
  };
  must_hold(property, calendars_wanted());
  if (::testing::Test::HasFatalFailure()) return;
  ASSERT_EQ(cases, std::int64_t{calendars_wanted()} * kQuestions);
  fmt::print("{} cases, on {} calendars\n", cases, calendars_wanted());
}

// The calendar under test beside the model of it.
struct BothCalendars {
  Calendar calendar;
  SecondBySecond model;

  Seconds since_begin(Instant t) const { return t - model.begin(); }
  // An instant within the dates laid out; every other one at an edge, or a second beside it.
  int place(std::uint32_t number) const {
    if (number % 2 == 0) return static_cast<int>((number / 2) % length());
    const auto& edges = model.edges();
    const int edge = edges[number / 2 % edges.size()];
    const int beside = static_cast<int>(number / 2 / edges.size() % 3) - 1;
    return std::clamp(edge + beside, 0, model.length() - 1);
  }
  std::uint32_t length() const { return static_cast<std::uint32_t>(model.length()); }
};
inline BothCalendars both(const RandomCalendar& random) {
  return {read(random), SecondBySecond(random.written, random.first, kDates)};
}

template <class Under, class Model>
void must_equal(const Under& answer, const Model& counted, const char* what,
                const std::string& about) {
  if (answer == counted) return;
  std::ostringstream told;
  told << what << ", " << about << ": " << answer << ", counted " << counted;
  RC_FAIL(told.str());
}

}  // namespace tenggat::testing
