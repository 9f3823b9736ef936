#!/usr/bin/env bash
# The properties can fail: mistakes that others have made in working time, planted one by one into a
# copy of a file of rules/. With each, rules_property_test must fail, and each of its properties must
# have failed with one of them.
#   tests/rules/planted_mistakes_test.sh SOURCE_DIR BUILD_DIR [HOW_MANY]
#
# HOW_MANY plants the first ones only; that every mistake still finds its place is checked always.
# Nothing is built but the file with the mistake: it is linked before the library that has it without.
set -euo pipefail
export LC_ALL=C
usage='usage: planted_mistakes_test.sh SOURCE_DIR BUILD_DIR [HOW_MANY]'
source=$(cd "${1:?$usage}" && pwd -P)
build=$(cd "${2:?$usage}" && pwd -P)
how_many=${3:-1000}

# The same cases each time, and none made smaller: what is asked is whether one fails.
export RC_PARAMS='seed=20260402 noshrink=1' TENGGAT_PROPERTY_CASES=${TENGGAT_PROPERTY_CASES:-40000}

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT

link=$(ninja -C "$build" -t commands rules_property_test | tail -n 1)
[[ $link == *' -o tests/rules/rules_property_test '* ]] || { echo "not the command that links: $link"; exit 1; }

# with_file FILE: the properties' program with $copy/FILE.cpp in the place of rules/FILE.cpp.
with_file() {
  local command
  command=$(jq -r --arg file "$source/rules/$1.cpp" '.[] | select(.file == $file) | .command' "$build/compile_commands.json")
  command=${command/" -o "*" -c "/" -w -o $copy/mistaken.o -c "}
  command=${command/"$source/rules/$1.cpp"/"$copy/$1.cpp"}
  (cd "$build" && eval "$command" && eval "${link/" -o tests/rules/rules_property_test "/" $copy/mistaken.o -o $copy/properties "}")
}

faults=0 planted=0 listed=0
declare -A caught_by=()  # property -> the last mistake it caught
fault() {
  printf '%s\n' "$*"
  faults=$((faults + 1))
}

# plant NAME FILE RIGHT WRONG: RIGHT stands in rules/FILE.cpp, once.
plant() {
  local name=$1 file=$2 right=$3 wrong=$4 text without property caught=()
  listed=$((listed + 1))
  text=$(<"$source/rules/$file.cpp")
  without=${text/"$right"/}
  if [[ $without == "$text" || ${without/"$right"/} != "$without" ]]; then
    fault "stale: $name: this is not in rules/$file.cpp once: $right"
    return
  fi
  ((listed <= how_many)) || return 0
  printf '%s\n' "${text/"$right"/"$wrong"}" >"$copy/$file.cpp"
  if ! with_file "$file" >"$copy/log" 2>&1; then
    fault "does not compile: $name"
    cat "$copy/log"
    return
  fi
  planted=$((planted + 1))
  if timeout 300 "$copy/properties" >"$copy/log" 2>&1; then
    fault "survives: $name"
    return
  fi
  mapfile -t caught < <(sed -n '/ FAILED TEST/q; s/^\[  FAILED  \] \([A-Za-z.]*\)[ ,].*/\1/p' "$copy/log" | sort -u)
  # What ends otherwise, by a signal or by taking for ever, tells nothing of the properties.
  if ((${#caught[@]} == 0)); then
    fault "ends without a failed property: $name"
    tail -n 5 "$copy/log"
    return
  fi
  printf 'caught by %2d: %s\n' "${#caught[@]}" "$name"
  for property in "${caught[@]}"; do caught_by[$property]=$name; done
}

# The way there is sound: a copy without a mistake passes.
cp "$source/rules/calendar.cpp" "$copy/"
with_file calendar
"$copy/properties" >"$copy/log" 2>&1 || { cat "$copy/log"; fault 'fails without a mistake'; }
mapfile -t properties < <(sed -n 's/^\[       OK \] \([A-Za-z.]*\) .*/\1/p' "$copy/log")

plant 'a day is 86,400 s long' timetable \
  'const Instant next_midnight = clock.midnight(day + 1);' \
  'const Instant next_midnight = row.begin + Seconds{86400};'
plant 'percentages from gross, not net, time' ledger \
  'return calendar_->after(span.from, needed - span.before).due;' \
  'return calendar_->after(opened_, needed).due;'
plant 'closes a second early' timetable \
  'clock.instant(day, Seconds{interval.close})};' \
  'clock.instant(day, Seconds{interval.close - 1})};'
plant 'closes a second late' timetable \
  'clock.instant(day, Seconds{interval.close})};' \
  'clock.instant(day, Seconds{interval.close + 1})};'
plant 'consumed is gross, not net, of pauses' ledger \
  'sum = span.before + calendar_->worked(span.from, ' \
  'sum = calendar_->worked(opened_, '
plant 'working time is rounded to minutes' calendar \
  'return timetable_->worked_before(b) - timetable_->worked_before(a);' \
  'return std::chrono::round<std::chrono::minutes>(timetable_->worked_before(b) - timetable_->worked_before(a));'
plant 'a due is rounded to minutes' calendar \
  'if (found) return *found;' \
  'if (found) return std::chrono::ceil<std::chrono::minutes>(*found);'
plant 'the closing counts as working time' calendar \
  'if (t < stretch.close) return' \
  'if (t <= stretch.close) return'
plant 'a day too short for the time worked is not cut to its total' calendar \
  'last.when_worked(std::min(before, last.total))' \
  'last.when_worked(before)'
plant "a start before opening does not use its day up" calendar \
  'working_day_after(start.day, n - 1)' \
  'working_day_after(start.day, n)'
plant 'days are hours of a nominal day' calendar \
  'budget.days > 0 ? end_of_days(days, from, budget.days) : from' \
  'when_worked(*timetable_, days, from, budget.days * content_->nominal_day)'
plant 'due at the next opening instead of at the closing' calendar \
  'const Instant due = when_worked(*timetable_, days, days_end, rest);' \
  'const Instant due = next_working_instant(days, when_worked(*timetable_, days, days_end, rest)).at;'
plant 'the hours of a mixed budget come before its days' calendar \
  'const Instant due = when_worked(*timetable_, days, days_end, rest);' \
  'const Instant due = budget.days > 0 ? end_of_days(days, when_worked(*timetable_, days, from, rest), budget.days) : when_worked(*timetable_, days, from, rest);'
plant 'a day off stands above a make-up day' timetable \
  'if (const MakeUpDay* worked = make_up_on(day)) return worked->hours;
  if (day_off_on(day)) return none;' \
  'if (day_off_on(day)) return none;
  if (const MakeUpDay* worked = make_up_on(day)) return worked->hours;'
plant 'a date range stands above a day off' timetable \
  'if (day_off_on(day)) return none;' \
  'if (day_off_on(day) && !period_on(day)) return none;'
plant 'a weekday a date range does not list keeps its weekly hours' timetable \
  'return (period ? period->hours : weekly)[weekday_of(day)];' \
  'return (period && !period->hours[weekday_of(day)].empty() ? period->hours : weekly)[weekday_of(day)];'
plant 'a date range ends the day before' timetable \
  'return p.last < d;' \
  'return p.last <= d;'
plant 'a wall time that does not exist is moved by the offset' zone \
  'return std::max(as_if_utc - period->utc_offset, period->begin);' \
  'return as_if_utc - period->utc_offset;'
plant 'of a wall time that exists twice the second counts' zone \
  'return std::max(as_if_utc - period->utc_offset, period->begin);' \
  'const OffsetPeriod now = *period, next = zone_->offset_at(period->end);
  if (as_if_utc - next.utc_offset >= next.begin) return as_if_utc - next.utc_offset;
  return std::max(as_if_utc - now.utc_offset, now.begin);'
plant 'clocks change no more after 2037' zone \
  'return first_of_last_year <= info.begin && info.begin < kSpeltOutUntil && info.end > never;' \
  'return false;'
plant 'a percentage is rounded down' ledger \
  '(total_.count() * percent + 99) / 100' \
  '(total_.count() * percent) / 100'
plant 'a pause cures lateness' ledger \
  'if (stop.from >= *due_) break;' \
  ''
plant 'a pause at the very due moves it' ledger \
  'if (stop.from >= *due_) break;' \
  'if (stop.from > *due_) break;'
plant 'a pause of no length is one' ledger \
  'if (stop.to && *stop.to == stop.from) continue;' \
  ''
plant 'what remains at a pause is wall time' ledger \
  'const Seconds remaining = calendar.worked(stop.from, *due_);' \
  'const Seconds remaining = *due_ - stop.from;'
plant 'a resume moves the due by the wall time of the pause' ledger \
  'due_ = moved.due;' \
  'due_ = *due_ + (*stop.to - stop.from);'
plant 'paused time is wall time' ledger \
  'sum += calendar_->worked(stop.from, stop.to ? std::min(now, *stop.to) : now);' \
  'sum += (stop.to ? std::min(now, *stop.to) : now) - stop.from;'
plant 'a closed clock runs on' ledger \
  'if (closed_) now = std::min(now, *closed_);' \
  ''
plant 'backwards is not negative' calendar \
  'if (timetable_->holds(a) && timetable_->holds(b)) {' \
  'if (a > b) return worked(b, a);
  if (timetable_->holds(a) && timetable_->holds(b)) {'
plant 'provisional looks at the start alone' calendar \
  'const Instant due = when_worked(*timetable_, days, days_end, rest);
  return {due, !content_->covers(days.day_of(from), days.day_of(due))};' \
  'const Instant due = when_worked(*timetable_, days, days_end, rest);
  return {due, !content_->covers(days.day_of(from), days.day_of(from))};'
plant 'the proof calls a break the time before opening' calendar_proof \
  'idle = Span::Kind::lunch_break;' \
  ''
plant 'the proof calls every named day off one, though it was made up' calendar_proof \
  'content_->day_off_on(number) && !content_->make_up_on(number)' \
  'content_->day_off_on(number) == nullptr'
plant 'the proof leaves its last day out' calendar_proof \
  'const CivilDay last = days.day_of(to - Seconds{1});' \
  'const CivilDay last = days.day_of(to - Seconds{86400});'

if ((planted == listed)); then
  for property in "${properties[@]}"; do
    [[ -n ${caught_by[$property]:-} ]] || fault "$property has caught none"
  done
fi
echo "planted mistakes: $planted of $listed planted, $faults faults"
((faults == 0))
