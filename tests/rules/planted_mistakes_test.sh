#!/usr/bin/env bash
# The properties can fail: mistakes that others have made in working time. Each of the properties must
# have failed with one of them.
#   tests/rules/planted_mistakes_test.sh SOURCE_DIR BUILD_DIR [HOW_MANY]
set -euo pipefail
# shellcheck source=tests/support/planting.sh
source "$(dirname "${BASH_SOURCE[0]}")/../support/planting.sh" rules_property_test tests/rules "$@"

# The same cases each time, and none made smaller: what is asked is whether one fails.
export RC_PARAMS='seed=20260402 noshrink=1' TENGGAT_PROPERTY_CASES=${TENGGAT_PROPERTY_CASES:-40000}

declare -A caught_by=()  # property -> the last mistake it caught
judge() {
  local property caught=()
  mapfile -t caught < <(sed -n '/ FAILED TEST/q; s/^\[  FAILED  \] \([A-Za-z.]*\)[ ,].*/\1/p' "$copy/log" | sort -u)
  if ((${#caught[@]} == 0)); then
    ends_otherwise "$1"
    return
  fi
  printf 'caught by %2d: %s\n' "${#caught[@]}" "$1"
  for property in "${caught[@]}"; do caught_by[$property]=$1; done
}

passes_unharmed rules/calendar/calendar.cpp
mapfile -t properties < <(sed -n 's/^\[       OK \] \([A-Za-z.]*\) .*/\1/p' "$copy/log")

plant 'a day is 86,400 s long' rules/calendar/timetable.cpp \
  'const Instant next_midnight = clock.midnight(day + 1);' \
  'const Instant next_midnight = row.begin + Seconds{86400};'
plant 'percentages from gross, not net, time' rules/permit/ledger.cpp \
  'return calendar_->after(span.from, needed - span.before, counting_).due;' \
  'return calendar_->after(opened_, needed).due;'
plant 'closes a second early' rules/calendar/timetable.cpp \
  'clock.instant(day, Seconds{interval.close})};' \
  'clock.instant(day, Seconds{interval.close - 1})};'
plant 'closes a second late' rules/calendar/timetable.cpp \
  'clock.instant(day, Seconds{interval.close})};' \
  'clock.instant(day, Seconds{interval.close + 1})};'
plant 'consumed is gross, not net, of pauses' rules/permit/ledger.cpp \
  'calendar_->counted(span.from, span.to ? std::min(now, *span.to) : now, counting_);' \
  'calendar_->counted(opened_, span.to ? std::min(now, *span.to) : now, counting_) - span.before;'
plant 'working time is rounded to minutes' rules/calendar/calendar.cpp \
  'return timetable_->worked_before(b) - timetable_->worked_before(a);' \
  'return std::chrono::round<std::chrono::minutes>(timetable_->worked_before(b) - timetable_->worked_before(a));'
plant 'a due is rounded to minutes' rules/calendar/calendar.cpp \
  'if (found) return *found;' \
  'if (found) return std::chrono::ceil<std::chrono::minutes>(*found);'
plant 'the closing counts as working time' rules/calendar/calendar.cpp \
  'if (t < stretch.close) return' \
  'if (t <= stretch.close) return'
plant 'a day too short for the time worked is not cut to its total' rules/calendar/calendar.cpp \
  'last.when_worked(std::min(before, last.total))' \
  'last.when_worked(before)'
plant "a start before opening does not use its day up" rules/calendar/calendar.cpp \
  'working_day_after(start.day, n - 1)' \
  'working_day_after(start.day, n)'
plant 'days are hours of a nominal day' rules/calendar/calendar.cpp \
  'due = end_of_days(days, due, budget.days)' \
  'due = when_worked(*timetable_, days, from, budget.days * content_->nominal_day)'
plant 'due at the next opening instead of at the closing' rules/calendar/calendar.cpp \
  'due = when_worked(*timetable_, days, due, rest);' \
  'due = next_working_instant(days, when_worked(*timetable_, days, due, rest)).at;'
plant 'the hours of a mixed budget come before its days' rules/calendar/calendar.cpp \
  'due = when_worked(*timetable_, days, due, rest);' \
  'due = budget.days > 0 ? end_of_days(days, when_worked(*timetable_, days, from, rest), budget.days) : when_worked(*timetable_, days, from, rest);'
plant 'a day off stands above a make-up day' rules/calendar/timetable.cpp \
  'if (const MakeUpDay* worked = make_up_on(day)) return worked->hours;
  if (day_off_on(day)) return none;' \
  'if (day_off_on(day)) return none;
  if (const MakeUpDay* worked = make_up_on(day)) return worked->hours;'
plant 'a date range stands above a day off' rules/calendar/timetable.cpp \
  'if (day_off_on(day)) return none;' \
  'if (day_off_on(day) && !period_on(day)) return none;'
plant 'a weekday a date range does not list keeps its weekly hours' rules/calendar/timetable.cpp \
  'return (period ? period->hours : weekly)[weekday_of(day)];' \
  'return (period && !period->hours[weekday_of(day)].empty() ? period->hours : weekly)[weekday_of(day)];'
plant 'a date range ends the day before' rules/calendar/timetable.cpp \
  'return p.last < d;' \
  'return p.last <= d;'
plant 'a wall time that does not exist is moved by the offset' rules/calendar/zone.cpp \
  'return std::max(as_if_utc - period->utc_offset, period->begin);' \
  'return as_if_utc - period->utc_offset;'
plant 'of a wall time that exists twice the second counts' rules/calendar/zone.cpp \
  'return std::max(as_if_utc - period->utc_offset, period->begin);' \
  'const OffsetPeriod now = *period, next = zone_->offset_at(period->end);
  if (as_if_utc - next.utc_offset >= next.begin) return as_if_utc - next.utc_offset;
  return std::max(as_if_utc - now.utc_offset, now.begin);'
plant 'clocks change no more after 2037' rules/calendar/zone.cpp \
  'return first_of_last_year <= info.begin && info.begin < kSpeltOutUntil && info.end > never;' \
  'return false;'
plant 'a percentage is rounded down' rules/permit/ledger.cpp \
  '(total_.count() * percent + 99) / 100' \
  '(total_.count() * percent) / 100'
plant 'a pause cures lateness' rules/permit/ledger.cpp \
  'if (stop.from >= *due_) break;' \
  ''
plant 'a pause at the very due moves it' rules/permit/ledger.cpp \
  'if (stop.from >= *due_) break;' \
  'if (stop.from > *due_) break;'
plant 'a pause of no length is one' rules/permit/ledger.cpp \
  'if (stop.to && *stop.to == stop.from) continue;' \
  ''
plant 'what remains at a pause is wall time' rules/permit/ledger.cpp \
  'const Seconds remaining = calendar.counted(stop.from, *due_, counting_);' \
  'const Seconds remaining = *due_ - stop.from;'
plant 'a resume moves the due by the wall time of the pause' rules/permit/ledger.cpp \
  'due_ = moved.due;' \
  'due_ = *due_ + (*stop.to - stop.from);'
plant 'paused time is wall time' rules/permit/ledger.cpp \
  'sum += calendar_->counted(stop.from, stop.to ? std::min(now, *stop.to) : now, counting_);' \
  'sum += (stop.to ? std::min(now, *stop.to) : now) - stop.from;'
plant 'a closed clock runs on' rules/permit/ledger.cpp \
  'if (closed_) now = std::min(now, *closed_);' \
  ''
plant 'backwards is not negative' rules/calendar/calendar.cpp \
  'if (timetable_->holds(a) && timetable_->holds(b)) {' \
  'if (a > b) return worked(b, a);
  if (timetable_->holds(a) && timetable_->holds(b)) {'
plant 'provisional looks at the start alone' rules/calendar/calendar.cpp \
  'due = when_worked(*timetable_, days, due, rest);
  return {due, !content_->covers(days.day_of(from), days.day_of(due))};' \
  'due = when_worked(*timetable_, days, due, rest);
  return {due, !content_->covers(days.day_of(from), days.day_of(from))};'
plant 'the proof calls a break the time before opening' rules/calendar/calendar_proof.cpp \
  'idle = Span::Kind::lunch_break;' \
  ''
plant 'the proof calls every named day off one, though it was made up' rules/calendar/calendar_proof.cpp \
  'content_->day_off_on(number) && !content_->make_up_on(number)' \
  'content_->day_off_on(number) == nullptr'
plant 'the proof leaves its last day out' rules/calendar/calendar_proof.cpp \
  'const CivilDay last = days.day_of(to - Seconds{1});' \
  'const CivilDay last = days.day_of(to - Seconds{86400});'
plant 'a claim asks not whether its officer is there' rules/permit/transition.cpp \
  'const auto by = may_.claim(**visit);' \
  'const auto by = may_.acknowledge(**visit);'
plant 'a pause is extended as often as one likes' rules/permit/transition.cpp \
  'if (auto refusal = extends ? may_.refuse_extension(**visit, *reason)' \
  'if (auto refusal = extends ? std::nullopt'
plant 'a task is assigned to anybody' rules/permit/transition.cpp \
  'if (auto refusal = may_.refuse_assignee(**visit, assign.officer)) return refusal;' \
  ''
plant 'a pause of the applicant is refused otherwise than it is offered' rules/permit/transition.cpp \
  'const auto by = may_.pause(**visit, reason);' \
  'const auto by = may_.acknowledge(**visit);'
plant 'a late entry makes a verdict met by itself' rules/permit/draft.cpp \
  'const bool waits = visit.late && visit.late->turned_step;' \
  'const bool waits = false;'
plant 'a file gives way to that of another role' rules/permit/draft.cpp \
  'earlier.name == document.name && earlier.role == role &&' \
  'earlier.name == document.name &&'
plant 'who entered it late confirms it' rules/permit/preconditions_late.cpp \
  'if (officer && (is_own_entry(actor_.id, visit) ||' \
  'if (officer && (false ||'
plant 'an end date of a pause may be the one it has' rules/permit/preconditions.cpp \
  'if (*command.until <= after)' \
  'if (*command.until < after)'
plant 'an offer does not ask for its note' rules/permit/offers.cpp \
  'offer.wanted.note = rule.note;' \
  ''
plant 'an offer does not ask for its files' rules/permit/offers.cpp \
  '(may_.has_come(visit, rule, output) ? offer.wanted.brought : offer.wanted.files)
              .push_back(output);' \
  '{}'
plant 'what is offered was so when the permit was stored' rules/permit/offers.cpp \
  'return Listing(caught_up(permit, context), actor, context).all();' \
  'return Listing(Draft(permit, context), actor, context).all();'
plant 'an offer says not that it changes nothing' rules/permit/offers.cpp \
  'claim.is_so_already = claim.stands() && may_.is_claimed_by(visit, actor_.id);' \
  ''
plant 'an undo is said to end at another instant' rules/permit/offers.cpp \
  'undo.until = draft_.permit().last_action->recorded_at + context_.send.undo_window;' \
  'undo.until = context_.now + context_.send.undo_window / 2;'

# Calendar days.
plant 'the start counts as the first of the calendar days' rules/calendar/calendar.cpp \
  'days.day(days.day_of(from) + budget.calendar_days)' \
  'days.day(days.day_of(from) + budget.calendar_days - 1)'
plant 'calendar days end with their beginning' rules/calendar/calendar.cpp \
  '? last.end' \
  '? last.begin'
plant 'geser is passed over' rules/calendar/calendar.cpp \
  '!budget.shifts || last.working()' \
  'true'
plant 'geser ends at the opening' rules/calendar/calendar.cpp \
  ': days.next_working(last.number).stretches.back().close;' \
  ': days.next_working(last.number).stretches.front().open;'
plant 'a clock of calendar days counts working time' rules/permit/ledger.cpp \
  'counting_(counting_of(ledger.budget)),' \
  'counting_(Counting::working),'

# Blocks and conditions.
plant 'the first branch to arrive opens the join' rules/permit/route.cpp \
  'if (!permit.has_joined(visit.fork, visit.id)) return route;' \
  ''
plant 'a join is opened within the branch that arrives last' rules/permit/route.cpp \
  'left = 1;' \
  'left = 0;'
plant 'a branch that is the join itself is opened beside the others' rules/permit/route.cpp \
  'std::erase_if(route.opens, [&](const Step* one) { return one->id == rule.join; });' \
  ''
plant 'who leaves a block leaves its other branches open' rules/permit/route.cpp \
  '(fork && is_within(permit, other, *fork))' \
  'false'
plant 'who leaves an inner block ends the outer one' rules/permit/route.cpp \
  '(fork && is_within(permit, other, *fork))' \
  'true'
plant 'branches of an action are all one branch' rules/permit/draft_act.cpp \
  'if (route.fork == done.visit) ++branch;' \
  ''
plant 'a return voids what other branches brought' rules/permit/draft.cpp \
  'if (step.number >= first.number && !sop_.are_siblings(step, first))' \
  'if (step.number >= first.number)'
plant 'where a fork leads is asked before its fields are set' rules/permit/route.cpp \
  'branches_holding(rule, fields_after(permit, act),' \
  'branches_holding(rule, permit.fields,'
plant 'of several comparisons one is enough' rules/sop/condition.cpp \
  'return std::all_of(all.begin(), all.end(),' \
  'return std::any_of(all.begin(), all.end(),'
plant 'what is not there differs from nothing' rules/sop/condition.cpp \
  'if (!value) return comparison.how == How::differs;' \
  'if (!value) return false;'
plant 'more is as much, too' rules/sop/condition.cpp \
  'return *value > other;' \
  'return *value >= other;'
plant 'the branches to choose among are not offered' rules/permit/offers.cpp \
  'offer.wanted.branches = may_.choices(rule);' \
  ''

if ((planted == listed)); then
  for property in "${properties[@]}"; do
    [[ -n ${caught_by[$property]:-} ]] || fault "$property has caught none"
  done
fi
say_planted
