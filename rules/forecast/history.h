// What is known of files, as the forecast reads it. Source: docs/forecast.md.
//
// Every moment is seconds on one axis of the caller's: working time since some instant, or UTC. On
// an axis of working time a night is nothing, so that a step takes what it is worked on. Whoever
// asks says until when they know; what a file holds after that moment is not read.
#pragma once
#include <optional>
#include <span>
#include <vector>

#include "rules/time.h"

namespace tenggat::forecast {

struct Event {
  Seconds at{};
  int step = 0;     // what the file is in from then on: 0 .. Steps::group.size() - 1
  int person = -1;  // who did it; -1: nobody's
};

struct File {
  Seconds opened{};
  Seconds due{};                 // later than `opened`
  std::optional<Seconds> ended;  // none: open
  std::vector<Event> events;     // in order of `at`
  int family = 0;                // its kind, by which steps differ: 0 .. Steps::families - 1
  std::vector<int> traits;  // what else is known of it from its opening: 0 .. Steps::traits - 1

  Seconds standard() const { return due - opened; }
  bool is_open_at(Seconds t) const { return opened <= t && (!ended || *ended > t); }
  // What came of it. To be asked once its due has passed: then also of one that is open, it is
  // known.
  bool is_late() const { return !ended || *ended > due; }
};
using Files = std::span<const File>;

struct Steps {
  std::vector<int> group;  // of each step the coarser one it belongs to, from 0 on
  int families = 1;
  int traits = 0;

  int count() const { return static_cast<int>(group.size()); }
};

// How long a file was in one step. A file begins in `Steps::count()`, the state before any event.
struct Stay {
  int step = 0;
  Seconds from{};
};

// The stays until `known`: of events within one `unit` the last counts, since some offices write a
// day's work up at once.
std::vector<Stay> stays(const File& file, const Steps& steps, Seconds known, Seconds unit);

}  // namespace tenggat::forecast
