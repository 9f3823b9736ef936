#include <algorithm>
#include <stdexcept>

#include "rules/calendar/calendar_data.h"

namespace tenggat {
namespace {

// Files are submitted a little before the covered years and steps of theirs end a little after.
constexpr int kYearsBefore = 2, kYearsAfter = 12;
constexpr int kMostYears =
    100;  // a calendar that covers more is answered by the rules beyond these
constexpr std::int64_t kSecondsOfUsualDay = std::int64_t{24} * 60 * 60;
// date's years end at 32767. A budget never reaches this: 9999 weeks of hours end in its first
// part.
constexpr CivilDay kLastDay = 11'000'000;

template <class Entry>
const Entry* entry_on(const std::vector<Entry>& entries, CivilDay day) {
  const auto at = std::lower_bound(entries.begin(), entries.end(), day,
                                   [](const Entry& entry, CivilDay d) { return entry.day < d; });
  return at != entries.end() && at->day == day ? &*at : nullptr;
}

Seconds length(const Stretch& stretch) { return stretch.close - stretch.open; }

// Wall times that do not exist shrink an interval, down to nothing; times that exist twice stretch
// it.
void append_stretches(const Hours& hours, CivilDay day, WallClock& clock,
                      std::vector<Stretch>& stretches) {
  for (const Interval& interval : hours) {
    const Stretch stretch{clock.instant(day, Seconds{interval.open}),
                          clock.instant(day, Seconds{interval.close})};
    if (stretch.open < stretch.close) stretches.push_back(stretch);
  }
}

Seconds total_of(std::span<const Stretch> stretches) {
  Seconds total{};
  for (const Stretch& stretch : stretches) total += length(stretch);
  return total;
}

}  // namespace

const MakeUpDay* CalendarData::make_up_on(CivilDay day) const { return entry_on(make_up, day); }
const DayOff* CalendarData::day_off_on(CivilDay day) const { return entry_on(days_off, day); }

const HoursPeriod* CalendarData::period_on(CivilDay day) const {
  const auto at = std::lower_bound(periods.begin(), periods.end(), day,
                                   [](const HoursPeriod& p, CivilDay d) { return p.last < d; });
  return at != periods.end() && at->first <= day ? &*at : nullptr;
}

const Hours& CalendarData::hours_on(CivilDay day) const {
  static const Hours none;
  if (const MakeUpDay* worked = make_up_on(day)) return worked->hours;
  if (day_off_on(day)) return none;
  const HoursPeriod* period = period_on(day);
  return (period ? period->hours : weekly)[weekday_of(day)];
}

bool CalendarData::covers(CivilDay first, CivilDay last) const {
  const int last_year = civil_date(last).year;
  for (int year = civil_date(first).year; year <= last_year; ++year) {
    if (!std::binary_search(years.begin(), years.end(), year)) return false;
  }
  return true;
}

Seconds Day::worked_before(Instant t) const {
  Seconds worked{};
  for (const Stretch& stretch : stretches) {
    if (t <= stretch.open) break;
    worked += std::min(t, stretch.close) - stretch.open;
  }
  return worked;
}

Instant Day::when_worked(Seconds working) const {
  for (const Stretch& stretch : stretches) {
    if (working <= length(stretch)) return stretch.open + working;
    working -= length(stretch);
  }
  throw std::logic_error("asked for more working time than the day has");
}

Timetable::Timetable(const CalendarData& content)
    : first_day_(civil_day({content.years.front() - kYearsBefore, 1, 1})) {
  const int last_year =
      std::min(content.years.back(), content.years.front() + kMostYears) + kYearsAfter;
  const CivilDay end = civil_day({last_year + 1, 1, 1});
  rows_.reserve(static_cast<std::size_t>(end - first_day_) + 1);

  WallClock clock(content.zone);
  Row row;
  row.begin = clock.midnight(first_day_);
  for (CivilDay day = first_day_; day < end; ++day) {
    const Instant next_midnight = clock.midnight(day + 1);
    const Seconds offset = clock.utc_offset_at(row.begin);
    row.utc_offset = static_cast<std::int32_t>(offset.count());
    row.offset_changes =
        next_midnight > row.begin && clock.utc_offset_at(next_midnight - Seconds{1}) != offset;
    row.first_stretch = static_cast<std::uint32_t>(stretches_.size());
    rows_.push_back(row);

    append_stretches(content.hours_on(day), day, clock, stretches_);
    const Seconds total = total_of(std::span{stretches_}.subspan(row.first_stretch));
    row.worked_before += total;
    if (total > Seconds{0}) {
      ++row.worked_days_before;
      working_days_.push_back(day);
    }
    row.begin = next_midnight;
  }
  row.first_stretch = static_cast<std::uint32_t>(stretches_.size());
  rows_.push_back(row);
}

std::size_t Timetable::row_of(Instant t) const {
  const auto usual_days = (t - rows_.front().begin).count() / kSecondsOfUsualDay;
  std::size_t row = std::min(static_cast<std::size_t>(usual_days), rows_.size() - 2);
  // Changes of offset leave the guess a row off at most, a skipped civil date two.
  while (rows_[row].begin > t) --row;
  while (rows_[row + 1].begin <= t) ++row;
  return row;
}

std::span<const Stretch> Timetable::stretches_of(std::size_t row) const {
  const std::size_t first = rows_[row].first_stretch;
  return {stretches_.data() + first, rows_[row + 1].first_stretch - first};
}

CivilDay Timetable::day_of(Instant t) const {
  return first_day_ + static_cast<CivilDay>(row_of(t));
}

Day Timetable::day(CivilDay number) const {
  const auto row = static_cast<std::size_t>(number - first_day_);
  return {number, rows_[row].begin, rows_[row + 1].begin,
          rows_[row + 1].worked_before - rows_[row].worked_before, stretches_of(row)};
}

Seconds Timetable::worked_before(Instant t) const {
  const std::size_t row = row_of(t);
  Seconds worked = rows_[row].worked_before;
  for (const Stretch& stretch : stretches_of(row)) {
    if (t <= stretch.open) break;
    worked += std::min(t, stretch.close) - stretch.open;
  }
  return worked;
}

std::optional<Instant> Timetable::when_worked(Seconds since_begin) const {
  if (since_begin > rows_.back().worked_before) return std::nullopt;
  const auto after =
      std::lower_bound(rows_.begin() + 1, rows_.end(), since_begin,
                       [](const Row& row, Seconds worked) { return row.worked_before < worked; });
  const CivilDay found = first_day_ + static_cast<CivilDay>(after - rows_.begin()) - 1;
  return day(found).when_worked(since_begin - std::prev(after)->worked_before);
}

std::optional<CivilDay> Timetable::working_day_after(CivilDay from, int n) const {
  // The worked days up to and with `from` are exactly those counted before the next row.
  const std::size_t counted =
      rows_[static_cast<std::size_t>(from - first_day_) + 1].worked_days_before;
  const std::size_t wanted = counted + static_cast<std::size_t>(n);
  if (wanted == 0 || wanted > working_days_.size()) return std::nullopt;
  return working_days_[wanted - 1];
}

std::optional<Seconds> Timetable::utc_offset_at(Instant t) const {
  const Row& row = rows_[row_of(t)];
  if (row.offset_changes) return std::nullopt;
  return Seconds{row.utc_offset};
}

CivilDay DayReader::day_of(Instant t) {
  return timetable_->holds(t) ? timetable_->day_of(t) : clock_.day_of(t);
}

Day DayReader::day(CivilDay number) {
  if (timetable_->holds_day(number)) return timetable_->day(number);
  if (number > kLastDay || number < -kLastDay) {
    throw std::out_of_range("working time asked for beyond the years a calendar can name");
  }
  scratch_.clear();
  append_stretches(content_.hours_on(number), number, clock_, scratch_);
  return {number, clock_.midnight(number), clock_.midnight(number + 1), total_of(scratch_),
          scratch_};
}

Day DayReader::next_working(CivilDay number) {
  Day found = day(number);
  while (!found.working()) found = day(found.number + 1);
  return found;
}

Day DayReader::working_day_after(const Day& from, int n) {
  if (timetable_->holds_day(from.number)) {
    if (const auto found = timetable_->working_day_after(from.number, n)) return day(*found);
  }
  Day found = day(from.number);
  for (; n > 0; --n) found = next_working(found.number + 1);
  return found;
}

Instant DayReader::midnight(CivilDay number) {
  return timetable_->holds_day(number) ? timetable_->day(number).begin : clock_.midnight(number);
}

}  // namespace tenggat
