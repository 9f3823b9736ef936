"""From the log's cases to commands for receipt.yaml. README.md here says how."""
from __future__ import annotations

import csv
import pathlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from receipt_net import Action, NotEnabled, Permit, Sop, Step
from working_time import Budget, Calendar

SYSTEM = 'case_system'
AT_ONCE = ('external_in', 'advice_in', 'archive')  # the case system closes these as they open
LONGEST_BEFORE = timedelta(days=2 * 365)  # from a start to the first event
Line = dict[str, Any]


class Inexpressible(Exception):
    """A case that receipt.yaml cannot express, and why."""


@dataclass(frozen=True)
class Event:
    activity: str
    at: int
    officer: str
    busy_until: int | None  # when this officer's event before this one was, in the whole log


@dataclass(frozen=True)
class Case:
    id: str
    start: int
    deadline: int | None
    end: int | None  # none: still open when the log was made
    events: list[Event]


@dataclass
class Planned:
    case: Case
    commands: list[Line]
    officers: set[tuple[str, str]]  # officer and role


def officer_ids(names: set[str]) -> dict[str, str]:
    """Small letters; where two names differ in nothing else, the later has a number."""
    ids: dict[str, str] = {}
    for name in sorted(names):
        same = sum(other.lower() == name.lower() for other in ids)
        ids[name] = name.lower() + (f'_{same + 1}' if same else '')
    return ids


def read_log(path: pathlib.Path) -> list[Case]:
    """Events of one instant keep the order of the file."""
    def seconds(text: str) -> int:
        return int(datetime.fromisoformat(text).timestamp())
    with path.open(encoding='utf-8', newline='') as file:
        rows = list(csv.DictReader(file, delimiter='\t', quoting=csv.QUOTE_NONE))
    ids = officer_ids({row['resource'] for row in rows})
    busy: dict[str, int] = {}
    events: dict[str, list[Event]] = defaultdict(list)
    heads: dict[str, dict[str, str]] = {}
    for row in sorted(rows, key=lambda row: seconds(row['at'])):
        at, officer = seconds(row['at']), ids[row['resource']]
        events[row['case']].append(Event(row['activity'], at, officer, busy.get(officer)))
        busy[officer] = at
        heads.setdefault(row['case'], row)
    def perhaps(text: str) -> int | None:
        return seconds(text) if text else None
    return [Case(id, seconds(head['start']), perhaps(head['deadline']), perhaps(head['end']), events[id])
            for id, head in heads.items()]


class Planner:
    """Walks one case through the net and notes each command."""

    def __init__(self, sop: Sop, calendar: Calendar, case: Case):
        self.sop, self.calendar, self.case = sop, calendar, case
        self.commands: list[Line] = []
        self.officers: set[tuple[str, str]] = set()
        first_due = calendar.deadline(case.start, Budget.parse(sop.case['waktu']))
        deadline = case.deadline if case.deadline is not None else first_due
        added_days = max(0, (calendar.day(deadline) - calendar.day(first_due)).days)
        self.term_ends = case.start + deadline - first_due if added_days else None
        self.permit = Permit(sop, {'tambahan_hari': added_days}, case.start)

    def plan(self) -> Planned:
        case = self.case
        waited = timedelta(seconds=case.events[0].at - case.start)
        if waited < timedelta(0):
            raise Inexpressible(f'its first event is {-waited} before its start')
        if waited > LONGEST_BEFORE:
            raise Inexpressible(f'its start, {self.calendar.show(case.start)}, is {waited.days} days before its first '
                                'event: a fault of the source')
        self.steps = []
        for event in case.events:
            if event.activity not in self.sop.by_activity:
                raise Inexpressible(f'no step is called "{event.activity}"')
            self.steps.append(self.sop.by_activity[event.activity])
        self._note(case.start, self.sop.first, 'submit', fields=self.permit.fields)
        for position, event in enumerate(case.events):
            self._expire_term(event.at)
            self._take(position, event)
        self._finish(case.events[-1].at)
        return Planned(case, self.commands, self.officers)

    def _take(self, position: int, event: Event) -> None:
        step = self.steps[position]
        try:
            visit = self.permit.find_open(step)
        except NotEnabled as why:
            after = self.case.events[position - 1].activity if position else 'the start'
            raise Inexpressible(f'"{event.activity}" after "{after}": {why}') from why
        last = position + 1 == len(self.case.events)
        if last and self._ends_early(visit.step):
            action, chosen = visit.step.actions['close'], list[str]()
        else:
            action, chosen = self._choose(position, visit.step)
        if event.busy_until is not None and visit.opened < event.busy_until:
            self._note(event.busy_until, step, '', event.officer)
        self._note(event.at, step, action.id, event.officer, to=chosen)
        self.officers.add((event.officer, visit.step.role))

    def _ends_early(self, step: Step) -> bool:
        """The city ended it, and this event does not complete what is under way."""
        others = [one for one in self.permit.open_visits() if one.step.id not in (step.id, 'extension')]
        completes = any('decision' in action.targets() for action in step.actions.values())
        return self.case.end is not None and (bool(others) or not completes)

    def _next(self, position: int) -> tuple[str, list[str]]:
        """The next event of the step's own branch or of one around it, and those in branches within, until then."""
        home, within = self.sop.home[self.steps[position]], list[str]()
        for step in self.steps[position + 1:]:
            other = self.sop.home[step]
            if home[:len(other)] == other:
                return step, within
            if other[:len(home)] == home:
                within.append(step)
        return '', within

    def _choose(self, position: int, step: Step) -> tuple[Action, list[str]]:
        """What must have been done, from what came next."""
        following, within = self._next(position)
        home = self.sop.home[step.id]
        actions = [one for one in step.actions.values() if one.entries]
        if within:
            entered = {self.sop.home[one][len(home)] for one in within}
            for action in actions:
                if action.fork and entered <= set(action.targets()):
                    return action, [to for to in action.targets() if to in entered] if action.chosen else []
        if following and self.sop.home[following] == home:
            for action in actions:
                if action.targets() == [following]:
                    return action, []
        elif arrives := [one for one in actions if not one.fork and self.sop.steps[one.targets()[0]].join]:
            return arrives[0], []
        return actions[0], []  # what comes next says why not

    def _expire_term(self, until: int) -> None:
        if self.term_ends is not None and self.term_ends <= until:
            self._note(self.term_ends, 'extension', 'expire', SYSTEM)
            self.term_ends = None

    def _finish(self, last: int) -> None:
        opened = [visit.step.id for visit in self.permit.open_visits()]
        if 'decision' in opened and self.case.end is not None:
            decided = max(last, self.case.end)
            self._expire_term(decided)
            if self.term_ends is not None:  # the decision ends it
                self.term_ends = decided
                self._expire_term(decided)
            self._note(decided, 'decision', 'decide', SYSTEM)
        elif opened and self.term_ends is not None:
            self._expire_term(self.term_ends)

    def _note(self, at: int, step: str, action: str, by: str = '', to: list[str] | None = None,
              fields: dict[str, int] | None = None) -> None:
        """An action, or without one a claim; then what the case system does at once."""
        visit = self.permit.find_open(step)
        who = {'service': by} if by == SYSTEM else {'officer': by} if by else {}
        does = {'op': 'submit'} if fields is not None else {'op': 'act'} if action else {'op': 'claim'}
        self.commands.append({'at': at, 'case': self.case.id, **does, **who, 'step': step, 'visit': visit.number,
                              **({'action': action} if action else {}), **({'to': to} if to else {}),
                              **({'fields': fields} if fields is not None else {})})
        if not action:
            return self.permit.claim(step, by, at)
        self.permit.act(step, action, to or [], by, at)
        for one in list(self.permit.open_visits()):
            if one.step.id in AT_ONCE:
                self._note(at, one.step.id, next(iter(one.step.actions)), SYSTEM)


def in_order(plans: list[Planned]) -> list[Line]:
    """All commands as they come; of one instant, as the log has the cases and each case its commands."""
    commands = [command for plan in plans for command in plan.commands]
    return sorted(commands, key=lambda command: command['at'])
