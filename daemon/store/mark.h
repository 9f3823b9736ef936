// The mark: what a database has given that it must not give again or bring to life again, kept
// outside of it by each daemon, in `state_dir`. A database that knows less than its mark was
// restored, or lost its last commits with its primary. Values and comparisons only; what reads the
// database is given.h, what writes the file is daemon/office/marker. Source: docs/operations.md.
//
// Numbers are marked ahead of being given, so that those past `reserved` were never given, whenever
// the daemon or its machine may have failed.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "rules/permit/batch.h"
#include "rules/time.h"

namespace tenggat::store {

// What a database knows of itself.
struct Given {
  std::string identity;       // random, made once; a copy has it as well
  std::int64_t restores = 0;  // how often what was lost has been accepted
  std::string incarnation;    // another after a promotion, and on another server
  NumberCounters numbers;
  std::map<std::string, std::int64_t> sequences;
  std::int64_t seal = 0, office_events = 0;  // the last of each
  std::set<std::string> revoked;             // hashes of tokens and of screens' links, hex
  std::map<std::string, CivilDate> ended;    // officers, and the first day they are out of service
  bool operator==(const Given&) const = default;
};

// An event of a permit that was acknowledged to somebody.
struct Witness {
  std::int64_t permit = 0, sequence = 0;
  Instant at{};
  bool operator==(const Witness&) const = default;
};
inline constexpr std::size_t kWitnesses = 64;  // the last ones

struct Mark {
  Given given;
  NumberCounters reserved;  // none beyond it was given
  std::deque<Witness> witnesses;
  bool exact = false;  // nothing was given since: the daemon has ended in order, or is this one
  bool operator==(const Mark&) const = default;

  void saw(const Witness& witness);
  // Grows by what the database knows by now. What was accepted as lost is forgotten.
  void take(const Given& found);
  // None beyond it may have been given.
  std::int64_t upper(const std::pair<std::string, int>& series) const;
};
std::string text_of(const Mark& mark);
// Throws std::runtime_error.
Mark mark_of(std::string_view text);

// What the database does not know any more, as far as the mark tells.
struct Loss {
  struct Numbers {
    std::string sop;
    int year = 0;
    std::int64_t found = 0, given = 0, upper = 0;
  };
  std::vector<Numbers> numbers;
  std::vector<Witness> events;     // of permits
  std::int64_t office_events = 0;  // how many, at least
  std::int64_t seals = 0;
  std::set<std::string> revived;  // revoked once, good again; hashes, hex
  bool unsure = false;            // the daemon was cut off, and the database has begun anew since

  bool any() const {
    return !numbers.empty() || !events.empty() || office_events > 0 || seals > 0 ||
           !revived.empty() || unsure;
  }
};
// `missing`: the mark's witnesses that are not there; `revived`: of its revoked ones those that are
// good there.
Loss loss_of(const Mark& mark, const Given& found, std::vector<Witness> missing,
             std::set<std::string> revived);
std::string words_of(const Loss& loss);  // one line, English

// Numbers that are given to nobody, of one service and year.
struct NumberGap {
  std::string sop;
  int year = 0;
  std::int64_t first = 0, last = 0;
  bool operator==(const NumberGap&) const = default;
};
// Once the numbers past the mark come next.
std::vector<NumberGap> gaps_of(const Mark& mark, const NumberCounters& found);
// "paud 2026: 413-432; pbg 2026: 7-7", as the office's record has it.
std::string text_of(const std::vector<NumberGap>& gaps);
// Throws std::runtime_error.
std::vector<NumberGap> number_gaps_of(std::string_view text);

// What a sequence goes on after: as many as could be drawn between two marks are left out.
inline constexpr std::int64_t kSequenceMargin = 10'000;

}  // namespace tenggat::store
