// load_calendar takes any bytes: it answers with a calendar that counts, or with faults. What
// follows a NUL byte is the list of days off beside it, libur.tsv.
#include <cstddef>
#include <cstdint>

#include "rules/calendar/load_calendar.h"
#include "tests/fuzz/check.h"

namespace tenggat {
namespace {

using fuzz::check;

void use(const Calendar& calendar) {
  const Seconds time = std::chrono::hours{3} + std::chrono::minutes{7};
  for (const Instant from : {calendar.covered_until() - std::chrono::hours{24 * 200},
                             calendar.covered_until() - std::chrono::hours{24},
                             calendar.covered_until() + std::chrono::hours{24 * 365 * 20}}) {
    const Instant due = calendar.deadline(from, Budget{0, 3, 7}).due;
    check(calendar.worked(from, due) == time, "worked is the inverse of deadline");
    check(calendar.worked(from, due - Seconds{1}) == time - Seconds{1}, "the due is the earliest");
    const Instant later = calendar.deadline(from, Budget{2, 3, 7}).due;
    check(due <= later, "a larger budget is not due earlier");

    // The proof of years without working time would be long, and is not what is tried here.
    const Instant to = std::min(later, from + std::chrono::hours{24 * 60});
    Seconds proved{};
    Instant reached = from;
    for (const DayProof& day : calendar.explain(from, to)) {
      proved += day.counted;
      for (const Span& span : day.spans) {
        check(span.from == reached && span.to > reached, "the proof has no gap");
        reached = span.to;
      }
    }
    check(reached == to, "the proof reaches the end");
    check(proved == calendar.worked(from, to), "the proof sums to the answer");
    check(parse_instant(calendar.format(due)).has_value(), "an instant is RFC 3339");
  }
  for (const DecreedDay& day : calendar.decreed_days()) {
    check(!day.name.empty() && !day.decree.empty(), "a decreed day has its name and its decree");
  }
}

}  // namespace
}  // namespace tenggat

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  const std::size_t end = std::min(text.find('\0'), text.size());
  const std::string list = text.substr(std::min(end + 1, text.size()));
  const auto calendar =
      tenggat::load_calendar({"calendar.yaml", text.substr(0, end)}, {{"libur.tsv", list}});
  if (calendar) {
    tenggat::use(*calendar);
  } else {
    tenggat::fuzz::check_faults(calendar.error(), {"calendar.yaml", "libur.tsv"});
  }
  return 0;
}
