"""Working time as docs/reference.md (Working time, Clocks) has it, once more and without any of the daemon's code. An
instant is a whole number of seconds since 1970."""
from __future__ import annotations

import pathlib
import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import yaml

WEEKDAYS = ('senin', 'selasa', 'rabu', 'kamis', 'jumat', 'sabtu', 'minggu')


@dataclass(frozen=True)
class Budget:
    """`Nd Nh Nm` of working time, or `Nk`, `Nk geser` in calendar days."""
    days: int = 0
    seconds: int = 0
    calendar_days: int = 0
    shifts: bool = False

    @staticmethod
    def parse(text: str) -> Budget:
        if calendar := re.fullmatch(r'([1-9]\d{0,3})k( geser)?', text):
            return Budget(calendar_days=int(calendar[1]), shifts=calendar[2] is not None)
        count = r'(?:([1-9]\d{0,3})%s ?)?'
        parts = re.fullmatch(count % 'd' + count % 'h' + count % 'm', text)
        if not text or text.endswith(' ') or not parts:
            raise ValueError(f'no budget: {text!r}')
        days, hours, minutes = (int(part or 0) for part in parts.groups())
        return Budget(days, hours * 3600 + minutes * 60)

    def __mul__(self, times: int) -> Budget:
        return Budget(self.days * times, self.seconds * times, self.calendar_days * times, self.shifts)


class Calendar:
    """Weekly hours and days off, laid out for the years that its file covers and three to either side."""

    def __init__(self, path: pathlib.Path):
        content = yaml.safe_load(path.read_text(encoding='utf-8'))
        if content.keys() & {'periode', 'libur_tambahan', 'hari_pengganti'}:
            raise ValueError(f'{path}: knows weekly hours and lists of days off alone')
        self.zone = ZoneInfo(content['zona'])
        week = [[interval.split('-') for interval in content['jam_kerja'].get(day, [])] for day in WEEKDAYS]
        off = {line.split('\t')[0] for name in content['hari_libur']
               for line in path.with_name(name).read_text(encoding='utf-8').splitlines() if not line.startswith('#')}
        self.spans: list[tuple[int, int]] = []  # of working time, in order
        self.days: list[date] = []  # that are worked
        self._of_day: dict[date, list[tuple[int, int]]] = {}
        day, end = date(min(content['tahun']) - 3, 1, 1), date(max(content['tahun']) + 4, 1, 1)
        while day < end:
            if day.isoformat() not in off and week[day.weekday()]:
                self._of_day[day] = [(self.instant(day, a), self.instant(day, b)) for a, b in week[day.weekday()]]
                self.spans += self._of_day[day]
                self.days.append(day)
            day += timedelta(days=1)
        self._closes = [b for _, b in self.spans]
        self._worked = [0]  # before each span
        for a, b in self.spans:
            self._worked.append(self._worked[-1] + b - a)

    def instant(self, day: date, wall: str = '00:00') -> int:
        """The first of that wall time; one that does not exist is refused, since no office hours of ours are so."""
        hour, minute = map(int, wall.split(':'))
        local = datetime.combine(day + timedelta(days=hour == 24), time(hour % 24, minute), self.zone)
        found = int(local.timestamp())
        if datetime.fromtimestamp(found, self.zone).replace(tzinfo=None) != local.replace(tzinfo=None):
            raise ValueError(f'{local} does not exist')
        return found

    def day(self, t: int) -> date:
        return datetime.fromtimestamp(t, self.zone).date()

    def show(self, t: int) -> str:
        return datetime.fromtimestamp(t, self.zone).isoformat()

    def _since_begin(self, t: int) -> int:
        at = bisect_right(self._closes, t)
        return self._worked[at] + max(0, t - self.spans[at][0])

    def worked(self, a: int, b: int) -> int:
        return self._since_begin(b) - self._since_begin(a)

    def after(self, t: int, working: int) -> int:
        """The earliest x >= t with worked(t, x) == working."""
        if working == 0:
            return t
        target = self._since_begin(t) + working
        at = bisect_left(self._worked, target) - 1
        return self.spans[at][0] + target - self._worked[at]

    def deadline(self, t: int, budget: Budget) -> int:
        if budget.calendar_days:
            last = self.day(t) + timedelta(days=budget.calendar_days)
            if not budget.shifts or last in self._of_day:
                return self.instant(last, '24:00')
            return self._of_day[self.days[bisect_left(self.days, last)]][-1][1]
        return self.after(self._after_days(t, budget.days) if budget.days else t, budget.seconds)

    def _after_days(self, t: int, n: int) -> int:
        at = bisect_right(self._closes, t)
        first = max(t, self.spans[at][0])  # the next working instant
        number = bisect_left(self.days, self.day(first))
        before = sum(max(0, min(first, b) - a) for a, b in self._of_day[self.days[number]])
        if before == 0:
            return self._of_day[self.days[number + n - 1]][-1][1]
        day = self._of_day[self.days[number + n]]
        return self.after(day[0][0], min(before, sum(b - a for a, b in day)))


@dataclass
class Clock:
    """What runs from `opened` to `closed` and may stand once, from its opening on."""
    calendar: Calendar
    budget: Budget
    opened: int
    closed: int | None = None
    stands: bool = False
    resumed: int | None = None  # none while it stands
    due: int | None = field(init=False)
    total: int = field(init=False)

    def __post_init__(self) -> None:
        due = self.calendar.deadline(self.opened, self.budget)
        self.total = self._counted(self.opened, due)
        self.due = due if not self.stands else self._reached(self.total)

    def _counted(self, a: int, b: int) -> int:
        return b - a if self.budget.calendar_days else self.calendar.worked(a, b)

    def _reached(self, consumed: int) -> int | None:
        start = self.resumed if self.stands else self.opened
        if start is None:
            return None
        return start + consumed if self.budget.calendar_days else self.calendar.after(start, consumed)

    def consumed(self, until: int) -> int:
        start = self.resumed if self.stands else self.opened
        return 0 if start is None or until <= start else self._counted(start, until)

    def verdict(self) -> str | None:
        if self.closed is None:
            return None
        return 'met' if self.due is None or self.closed <= self.due else 'missed'

    def rung(self, at: str, k: int) -> int | None:
        """The k-th instant of `start`, `N%`, `due` or `+B`; none while the clock stands before it."""
        if at == 'start':
            return self.opened
        if at.endswith('%'):
            return self._reached(-(-self.total * int(at[:-1]) // 100))
        if at == 'due' or self.due is None:
            return self.due
        return self.calendar.deadline(self.due, Budget.parse(at[1:]) * k)


def write_days_off(path: pathlib.Path, years: range) -> None:
    """The list of days off that the calendar file names, from the package `holidays`."""
    import holidays
    lines = ['# Days off of the Netherlands as the package `holidays` of PyPI has them, written by',
             '# `receipt_replay.py --days-off`. Columns: date, kind, name, decree.']
    for day, name in sorted(holidays.country_holidays('NL', years=years, language='en_US').items()):
        lines.append(f'{day}\tpublic_holiday\t{name}\tholidays {holidays.__version__}')
    path.write_text('\n'.join(lines) + '\n', encoding='utf-8')
