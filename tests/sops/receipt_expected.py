"""What must come of the commands: clocks, verdicts, escalations, as docs/reference.md has them."""
from __future__ import annotations

import re

from receipt_net import Permit, Rung, Sop, Visit
from receipt_plan import Case, Line
from working_time import Budget, Calendar, Clock


class Expected:
    def __init__(self, sop: Sop, calendar: Calendar, horizon: int):
        self.sop, self.calendar, self.horizon = sop, calendar, horizon

    def of(self, case: Case, permit: Permit) -> Line:
        clock = self.case_clock(permit)
        closed = clock.closed if clock.closed is not None else self.horizon
        rungs = [rung for visit in permit.visits for rung in self._visit_rungs(visit)]
        rungs += self._raised(clock, self.sop.case_ladder, '', 0)
        return {
            'case': case.id, 'state': permit.state,
            'working': self.calendar.worked(case.start, closed),
            'case_clock': {**self._instants(opened=clock.opened, closed=clock.closed, due=clock.due),
                           'consumed': clock.consumed(closed), 'verdict': clock.verdict()},
            'recorded': {**self._instants(deadline=case.deadline, end=case.end), 'verdict': self.recorded(case, clock),
                         'unmoved': self.unmoved(clock)},
            'visits': [self._visit(visit) for visit in permit.visits],
            'escalations': [{**rung, 'at': self.calendar.show(rung['at'])}
                            for rung in sorted(rungs, key=lambda rung: rung['at'])],
        }

    def case_clock(self, permit: Permit) -> Clock:
        ended = [permit.acted[end] for end in self.sop.case['selesai'] if end in permit.acted]
        term = next((visit for visit in permit.visits if visit.step.stops_case), None)
        resumed = None if not term or term.cancelled else term.closed
        return Clock(self.calendar, Budget.parse(self.sop.case['waktu']), permit.acted[self.sop.case['mulai']],
                     min(ended, default=None), term is not None, resumed)

    @staticmethod
    def recorded(case: Case, clock: Clock) -> str | None:
        if clock.closed is None or case.deadline is None:
            return None
        return 'met' if clock.closed <= case.deadline else 'missed'

    def unmoved(self, clock: Clock) -> str | None:
        """The verdict had the deadline never been moved."""
        return Clock(self.calendar, clock.budget, clock.opened, clock.closed).verdict()

    def _instants(self, **of: int | None) -> Line:
        return {name: None if at is None else self.calendar.show(at) for name, at in of.items()}

    def _clock(self, visit: Visit) -> Clock | None:
        """The applicant's own steps have none."""
        if self.sop.roles[visit.step.role].get('pemohon'):
            return None
        return Clock(self.calendar, Budget.parse(visit.step.standard), visit.opened, visit.closed)

    def _visit(self, visit: Visit) -> Line:
        clock, until = self._clock(visit), visit.closed if visit.closed is not None else self.horizon
        elapsed = clock.consumed(until) if clock else self.calendar.worked(visit.opened, until)
        waiting = clock.consumed(visit.claimed) if clock and visit.claimed is not None else None
        return {
            'step': visit.step.id, 'visit': visit.number, 'by': visit.officer or visit.author or None,
            'result': 'cancelled' if visit.cancelled else 'open' if visit.closed is None else 'done',
            **self._instants(opened=visit.opened, claimed=visit.claimed, closed=visit.closed,
                             due=clock.due if clock else None),
            'elapsed': elapsed, 'waiting': waiting, 'handling': None if waiting is None else elapsed - waiting,
            'verdict': None if visit.cancelled or not clock else clock.verdict(),
        }

    def _visit_rungs(self, visit: Visit) -> list[Line]:
        clock = self._clock(visit)
        if not clock or not visit.step.ladder:
            return []
        rungs = self._raised(clock, self.sop.ladders[visit.step.ladder], visit.step.role, visit.number, visit.step.id)
        if visit.author:
            for rung in rungs:
                rung['to'] = list(dict.fromkeys('holder' if to == f'role:{visit.step.role}' else to for to in rung['to']))
        return rungs

    def _raised(self, clock: Clock, ladder: list[Rung], role: str, number: int, step: str | None = None) -> list[Line]:
        """The rungs whose instant came while it was open, its last instant included."""
        until = clock.closed if clock.closed is not None else self.horizon
        raised: list[Line] = []
        for rung in ladder:
            for k in range(1, rung.times + 1):
                at = clock.rung(rung.at, k)
                if at is not None and at <= until:
                    raised.append({'step': step, 'visit': number, 'rung': rung.at, 'k': k, 'at': at,
                                   'to': list(dict.fromkeys(self._told(to, role) for to in rung.to))})
        return raised

    def _told(self, to: str, role: str) -> str:
        """Who holds the duty: whoever has the task, or a role."""
        if to == 'assignee':
            return 'holder'
        if to == 'role':
            return f'role:{role}'
        if superior := re.fullmatch(r'superior(?:\((\d)\))?', to):
            chain = self.sop.chain(role)
            return f'role:{chain[min(int(superior[1] or 1), len(chain)) - 1]}'
        return f'role:{to}'
