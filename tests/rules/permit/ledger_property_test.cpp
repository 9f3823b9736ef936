// What must hold of a clock on any calendar, whatever its pauses. Source: docs/reference.md,
// Clocks.
#include <algorithm>

#include "rules/permit/ledger.h"
#include "tests/rules/properties.h"

namespace tenggat::testing {
namespace {

constexpr int kPercents[] = {1, 10, 33, 50, 67, 80, 99, 100};

struct ClockQuestion {
  int opened = 0;
  Budget budget;
  std::vector<CountedStop> stops;
};

// A clock that ends within the dates laid out; two pauses, often at an edge or a second beside one,
// at times without an end.
ClockQuestion clock_of(const BothCalendars& c, const Question& question) {
  ClockQuestion clock;
  clock.opened = c.place(question.place) / 2;
  int places[] = {c.place(question.other_place), c.place(question.third_place),
                  c.place(question.fourth_place), c.place(question.choice)};
  for (int& place : places) place = std::max(place, clock.opened);
  std::sort(std::begin(places), std::end(places));
  clock.budget = {static_cast<int>(question.days % 2 == 0 ? 0 : question.days / 2 % 5),
                  static_cast<int>(question.hours % 12), static_cast<int>(question.minutes % 60)};
  if (question.minutes / 60 % 4 == 0)
    clock.budget = {0, 0, 0, 1 + static_cast<int>(question.days % 12), question.hours % 2 == 0};
  if (question.days % 5 != 0) clock.stops.push_back({places[0], places[1]});
  if (question.days % 3 != 0) clock.stops.push_back({places[2], places[3]});
  if (question.hours / 16 % 4 == 0 && !clock.stops.empty()) clock.stops.back().to.reset();
  while (!CountedClock::run(c.model, clock.opened, clock.budget, clock.stops)) {
    if (clock.budget == Budget{}) {
      clock.stops.clear();
    } else {
      clock.budget = halved(clock.budget);
    }
  }
  return clock;
}

Ledger ledger_of(const BothCalendars& c, const ClockQuestion& clock) {
  Ledger ledger{c.model.instant(clock.opened), clock.budget, {}, std::nullopt};
  for (const CountedStop& stop : clock.stops) {
    std::optional<Instant> to;
    if (stop.to) to = c.model.instant(*stop.to);
    ledger.stops.push_back({c.model.instant(stop.from), to});
  }
  return ledger;
}

std::string about(const BothCalendars& c, const Ledger& ledger) {
  std::string text =
      fmt::format("{} from {}", ledger.budget.to_string(), c.calendar.format(ledger.opened));
  for (const Standstill& stop : ledger.stops) {
    text += fmt::format(", stands {} to {}", c.calendar.format(stop.from),
                        stop.to ? c.calendar.format(*stop.to) : "no end");
  }
  return text;
}

std::int64_t seconds_of(const BothCalendars& c, std::optional<Instant> t) {
  return t ? c.since_begin(*t).count() : -1;
}

TEST(LedgerProperty, EveryClockEqualsCountingSecondsOneByOne) {
  for_any_calendar(both, [](const BothCalendars& c, const Question& question) {
    const ClockQuestion asked = clock_of(c, question);
    const CountedClock counted =
        *CountedClock::run(c.model, asked.opened, asked.budget, asked.stops);
    Ledger ledger = ledger_of(c, asked);
    const std::string text = about(c, ledger);
    const Replay replay(ledger, c.calendar);
    must_equal(seconds_of(c, replay.due()), counted.due().value_or(-1), "due", text);
    must_equal(replay.total().count(), counted.total(), "total", text);
    must_equal(replay.stops(), counted.stops(), "pauses", text);

    const int now = c.place(question.minutes);
    const Instant at = c.model.instant(now);
    const std::string then = text + ", at " + c.calendar.format(at);
    must_equal(replay.consumed(at).count(), counted.consumed(now), "consumed", then);
    must_equal(replay.remaining(at).count(), counted.total() - counted.consumed(now), "remaining",
               then);
    must_equal(replay.paused_working(at).count(), counted.paused_working(now), "paused", then);

    const int percent = kPercents[question.hours / 64 % std::size(kPercents)];
    must_equal(seconds_of(c, replay.at_percent(percent)), counted.at_percent(percent).value_or(-1),
               "the instant of a percentage", fmt::format("{} % of {}", percent, text));

    // Closed, it consumes no more.
    const int closed = std::max(asked.opened, c.place(question.place / 3));
    ledger.closed = c.model.instant(closed);
    must_equal(Replay(ledger, c.calendar).consumed(at).count(),
               counted.consumed(std::min(now, closed)), "consumed of a closed clock", then);
  });
}

// The clock with one more stop must be the clock without it.
void must_change_nothing(const BothCalendars& c, const Ledger& ledger, Standstill stop, int now,
                         int percent) {
  Ledger with = ledger;
  const auto later = std::find_if(with.stops.begin(), with.stops.end(),
                                  [&](const Standstill& other) { return stop.from < other.from; });
  with.stops.insert(later, stop);
  const Replay before(ledger, c.calendar), after(with, c.calendar);
  const std::string text = about(c, with);
  must_equal(seconds_of(c, after.due()), seconds_of(c, before.due()), "due", text);
  must_equal(after.total().count(), before.total().count(), "total", text);
  must_equal(after.stops(), before.stops(), "pauses", text);
  must_equal(after.provisional(), before.provisional(), "provisional", text);
  const Instant at = c.model.instant(now);
  must_equal(after.consumed(at).count(), before.consumed(at).count(), "consumed", text);
  must_equal(after.paused_working(at).count(), before.paused_working(at).count(), "paused", text);
  must_equal(seconds_of(c, after.at_percent(percent)), seconds_of(c, before.at_percent(percent)),
             "the instant of a percentage", text);
}

TEST(LedgerProperty, APauseOfNoLengthChangesNothing) {
  for_any_calendar(both, [](const BothCalendars& c, const Question& question) {
    ClockQuestion asked = clock_of(c, question);
    // It must not lie within another; before the first is always free, and so is after the last.
    int at = std::max(asked.opened, c.place(question.choice / 5));
    if (!asked.stops.empty() && at > asked.stops.front().from) {
      at = asked.stops.back().to ? std::max(at, *asked.stops.back().to) : asked.stops.front().from;
    }
    must_change_nothing(c, ledger_of(c, asked), {c.model.instant(at), c.model.instant(at)},
                        c.place(question.minutes),
                        kPercents[question.hours % std::size(kPercents)]);
  });
}

TEST(LedgerProperty, APauseAtOrAfterTheDueChangesNothing) {
  for_any_calendar(both, [](const BothCalendars& c, const Question& question) {
    ClockQuestion asked = clock_of(c, question);
    if (!asked.stops.empty() && !asked.stops.back().to) asked.stops.pop_back();
    const Ledger ledger = ledger_of(c, asked);
    const Instant due = *Replay(ledger, c.calendar).due();
    Instant from = due + Seconds{question.choice % 3 == 0 ? 0 : question.choice % 100'000};
    for (const Standstill& stop : ledger.stops) from = std::max(from, *stop.to);
    Standstill stop{from, std::nullopt};
    if (question.choice / 3 % 2 == 0) stop.to = from + Seconds{question.choice / 6 % 100'000};
    must_change_nothing(c, ledger, stop, c.place(question.minutes),
                        kPercents[question.hours % std::size(kPercents)]);
  });
}

}  // namespace
}  // namespace tenggat::testing
