// The proof of a count of working time: which parts of which dates counted, and why the others did
// not.
#include <fmt/format.h>

#include <algorithm>

#include "rules/calendar/calendar_data.h"

namespace tenggat {
namespace {

std::string name_and_decree(const std::string& name, const std::string& decree) {
  return decree.empty() ? name : fmt::format("{} ({})", name, decree);
}

// Why the hours of a date are what they are; empty on a date of weekly hours.
std::string reason_of(const CalendarData& content, CivilDay day) {
  if (const MakeUpDay* made_up = content.make_up_on(day)) {
    return name_and_decree(made_up->name, made_up->decree);
  }
  if (const DayOff* off = content.day_off_on(day)) return name_and_decree(off->name, off->decree);
  if (const HoursPeriod* period = content.period_on(day)) return period->name;
  return {};
}

class DayProofWriter {
 public:
  DayProofWriter(Instant from, Instant to, std::string why)
      : from_(from), to_(to), why_(std::move(why)) {}

  void add(Span::Kind kind, Instant from, Instant to) {
    from = std::max(from, from_);
    to = std::min(to, to_);
    if (from >= to) return;
    proof_.spans.push_back({kind, from, to, why_});
    if (kind == Span::Kind::counted) proof_.counted += to - from;
  }
  DayProof take(std::string date) {
    proof_.date = std::move(date);
    return std::move(proof_);
  }

 private:
  Instant from_, to_;  // nothing outside is written
  std::string why_;
  DayProof proof_;
};

}  // namespace

std::vector<DayProof> Calendar::explain(Instant from, Instant to, Counting counting) const {
  std::vector<DayProof> proofs;
  if (to <= from) return proofs;
  DayReader days(*content_, timetable_.get());
  const CivilDay last = days.day_of(to - Seconds{1});
  for (CivilDay number = days.day_of(from); number <= last; ++number) {
    const Day day = days.day(number);
    if (day.begin == day.end) continue;  // a date the zone skipped
    const bool whole = counting == Counting::elapsed;
    DayProofWriter writer(from, to, whole ? "" : reason_of(*content_, number));
    if (whole) {
      writer.add(Span::Kind::counted, day.begin, day.end);
    } else if (day.working()) {
      Instant reached = day.begin;
      Span::Kind idle = Span::Kind::before_opening;
      for (const Stretch& stretch : day.stretches) {
        writer.add(idle, reached, stretch.open);
        writer.add(Span::Kind::counted, stretch.open, stretch.close);
        reached = stretch.close;
        idle = Span::Kind::lunch_break;
      }
      writer.add(Span::Kind::after_closing, reached, day.end);
    } else {
      const bool named_off = content_->day_off_on(number) && !content_->make_up_on(number);
      writer.add(named_off ? Span::Kind::day_off : Span::Kind::weekend, day.begin, day.end);
    }
    const CivilDate date = civil_date(number);
    proofs.push_back(
        writer.take(fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day)));
  }
  return proofs;
}

}  // namespace tenggat
