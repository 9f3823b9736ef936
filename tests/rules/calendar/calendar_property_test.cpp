// What must hold of working time on any calendar. Source: docs/reference.md, Working time.
#include <algorithm>

#include "tests/rules/properties.h"

namespace tenggat::testing {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

Seconds time_of(const Budget& budget) { return hours{budget.hours} + minutes{budget.minutes}; }

// A budget whose due the model knows: halved until it lies within the dates laid out.
Budget answerable(const SecondBySecond& model, int from, const Question& question) {
  Budget budget{static_cast<int>(question.days % 3 == 0 ? 0 : question.days % 8),
                static_cast<int>(question.hours % 40), static_cast<int>(question.minutes % 100)};
  if (question.minutes / 100 % 4 == 0)
    budget = {0, 0, 0, 1 + static_cast<int>(question.days % 20), question.hours % 2 == 0};
  while (!model.deadline(from, budget)) budget = halved(budget);
  return budget;
}

TEST(CalendarProperty, WorkedEqualsCountingSecondsOneByOne) {
  for_any_calendar(both, [](const BothCalendars& c, const Question& question) {
    const int a = c.place(question.place), b = c.place(question.other_place);
    const Instant from = c.model.instant(a), to = c.model.instant(b);
    const std::string about =
        fmt::format("from {} to {}", c.calendar.format(from), c.calendar.format(to));
    const int counted = a <= b ? c.model.worked(a, b) : -c.model.worked(b, a);
    must_equal(c.calendar.worked(from, to).count(), counted, "worked", about);
    must_equal(c.calendar.is_working(from), c.model.works(a), "is working", about);
    must_equal(c.calendar.same_working_day(from, to), c.model.date_of(a) == c.model.date_of(b),
               "same day", about);
    if (const auto next = c.model.next_working(a)) {
      must_equal(c.since_begin(c.calendar.next_working(from)).count(), *next, "next working",
                 about);
    }
  });
}

TEST(CalendarProperty, DeadlineEqualsCountingSecondsOneByOne) {
  for_any_calendar(both, [](const BothCalendars& c, const Question& question) {
    const int a = c.place(question.place);
    const Instant from = c.model.instant(a);
    const Budget budget = answerable(c.model, a, question);
    const std::string about =
        fmt::format("{} from {}", budget.to_string(), c.calendar.format(from));
    const int due = *c.model.deadline(a, budget);
    const Deadline answer = c.calendar.deadline(from, budget);
    must_equal(c.since_begin(answer.due).count(), due, "due", about);
    must_equal(answer.provisional, c.model.provisional(a, due), "provisional", about);

    const int left = c.model.worked(a, c.model.length());
    const int working =
        left == 0 ? 0 : static_cast<int>(question.choice % static_cast<unsigned>(left + 1));
    must_equal(c.since_begin(c.calendar.after(from, Seconds{working}).due).count(),
               *c.model.after(a, working), "after", fmt::format("{} s of {}", working, about));
  });
}

// Each span lies on its date, whole dates are told whole, and each second is said to be what it is.
void must_explain(const BothCalendars& c, int from, int to, const std::string& about) {
  using Kind = Span::Kind;
  const SecondBySecond& model = c.model;
  const auto fail = [&](const std::string& what) { RC_FAIL(what + ", " + about); };
  Seconds sum{};
  int reached = from;
  for (const DayProof& day : c.calendar.explain(model.instant(from), model.instant(to))) {
    const std::size_t date = model.date_of(reached);
    const int midnight = model.midnights()[date], end = model.midnights()[date + 1];
    if (day.date != model.date_text(date)) fail("the date is " + model.date_text(date));
    int counted = 0;
    for (const Span& span : day.spans) {
      const int begins = static_cast<int>(c.since_begin(span.from).count());
      const int ends = static_cast<int>(c.since_begin(span.to).count());
      if (begins != reached || ends <= begins || ends > std::min(end, to)) fail("a part is wrong");
      const int worked = model.worked(begins, ends);
      if (worked != (span.kind == Kind::counted ? ends - begins : 0)) fail("a kind is wrong");
      if (span.kind == Kind::counted) counted += worked;
      Kind idle = Kind::lunch_break;
      if (model.worked(midnight, begins) == 0) idle = Kind::before_opening;
      if (model.worked(ends, end) == 0) idle = Kind::after_closing;
      if (model.total_of(date) == 0)
        idle = model.named_day_off(date) ? Kind::day_off : Kind::weekend;
      if (worked == 0 && span.kind != idle) fail("another reason");
      reached = ends;
    }
    if (reached != std::min(end, to)) fail("the date is not told to its end");
    if (day.counted.count() != counted) fail("the date's sum is wrong");
    sum += day.counted;
  }
  if (reached != std::max(from, to)) fail("the end is not reached");
  if (sum != c.calendar.worked(model.instant(from), model.instant(to))) fail("the sum is wrong");
}

TEST(CalendarProperty, ExplainSumsToTheAnswerAndItsSpansPartitionEachDay) {
  for_any_calendar(both, [](const BothCalendars& c, const Question& question) {
    int a = c.place(question.place), b = c.place(question.other_place);
    if (a > b) std::swap(a, b);
    // Two dates as a rule, all of them now and then.
    if (question.choice % 16 != 0) b = std::min(b, a + static_cast<int>(question.choice % 200'000));
    must_explain(c, a, b,
                 fmt::format("from {} to {}", c.calendar.format(c.model.instant(a)),
                             c.calendar.format(c.model.instant(b))));
  });
}

// --- without a model, over years instead of days
// ---------------------------------------------------

struct ManyYears {
  Calendar calendar;
  Instant covered;  // the begin of its covered years

  // As a rule within what is laid out in advance, from two years before to twelve after, and a
  // month before that; now and then, since every day is walked there, years beyond.
  Instant instant(std::uint32_t number) const {
    const bool far = number % 512 == 0;
    const Seconds before =
        far ? Seconds{std::chrono::years{20}} : std::chrono::years{2} + std::chrono::days{30};
    const Seconds span = std::chrono::years{far ? 50 : 10};
    return covered - before + Seconds{number % span.count()};
  }
};
ManyYears many_years(const RandomCalendar& random) {
  const std::chrono::year first{random.written.years.front()};
  return {read(random), Date{first / 1 / 1}};
}
Budget some_budget(const Question& question) {
  return {static_cast<int>(question.days % (question.choice % 64 == 0 ? 400 : 12)),
          static_cast<int>(question.hours % 60), static_cast<int>(question.minutes % 200)};
}

TEST(CalendarProperty, WorkedIsTheInverseOfDeadlineForTimeBudgets) {
  for_any_calendar(many_years, [](const ManyYears& c, const Question& question) {
    const Instant from = c.instant(question.place);
    Budget budget = some_budget(question);
    budget.days = 0;
    const Instant due = c.calendar.deadline(from, budget).due;
    const std::string about =
        fmt::format("{} from {}", budget.to_string(), c.calendar.format(from));
    must_equal(c.calendar.worked(from, due).count(), time_of(budget).count(), "worked", about);
    if (due == from) return;
    must_equal(c.calendar.worked(from, due - Seconds{1}).count(), time_of(budget).count() - 1,
               "worked a second before the earliest instant", about);
  });
}

TEST(CalendarProperty, ALargerBudgetIsNeverDueEarlier) {
  for_any_calendar(many_years, [](const ManyYears& c, const Question& question) {
    const Instant from = c.instant(question.place);
    const Budget budget = some_budget(question);
    Budget larger = budget;
    if (question.choice % 3 == 0) larger.days += static_cast<int>(question.choice / 3 % 9);
    if (question.choice % 3 == 1) larger.hours += static_cast<int>(question.choice / 3 % 30);
    if (question.choice % 3 == 2) larger.minutes += static_cast<int>(question.choice / 3 % 90);
    if (c.calendar.deadline(from, larger).due < c.calendar.deadline(from, budget).due) {
      RC_FAIL(fmt::format("{} before {} from {}", larger.to_string(), budget.to_string(),
                          c.calendar.format(from)));
    }
  });
}

TEST(CalendarProperty, ALaterStartIsNeverDueEarlier) {
  for_any_calendar(many_years, [](const ManyYears& c, const Question& question) {
    const Instant from = c.instant(question.place);
    // Mostly the same day or the next, where the rule on days changes its mind.
    const std::uint32_t most = question.choice % 8 == 0 ? 100'000'000 : 120'000;
    const Instant later = from + Seconds{question.other_place % most};
    const Budget budget = some_budget(question);
    if (c.calendar.deadline(later, budget).due < c.calendar.deadline(from, budget).due) {
      RC_FAIL(fmt::format("{} from {} before {}", budget.to_string(), c.calendar.format(later),
                          c.calendar.format(from)));
    }
  });
}

TEST(CalendarProperty, WorkedIsAdditiveOverSplitIntervals) {
  for_any_calendar(many_years, [](const ManyYears& c, const Question& question) {
    const Instant a = c.instant(question.place), b = c.instant(question.other_place),
                  middle = c.instant(question.third_place);
    const std::string about = fmt::format("{} to {} by {}", c.calendar.format(a),
                                          c.calendar.format(b), c.calendar.format(middle));
    must_equal((c.calendar.worked(a, middle) + c.calendar.worked(middle, b)).count(),
               c.calendar.worked(a, b).count(), "the parts", about);
  });
}

}  // namespace
}  // namespace tenggat::testing
