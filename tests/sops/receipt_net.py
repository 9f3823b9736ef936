"""A service's steps as a net and one file as tokens on it: forks and joins of an SOP, without any of the daemon's code."""
from __future__ import annotations

import pathlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml


@dataclass(frozen=True)
class Entry:
    """One step that an action may open, and the one kind of condition known here: a field is more than a number."""
    step: str
    field: str = ''
    more_than: int = 0

    def holds(self, fields: dict[str, int]) -> bool:
        return not self.field or self.field in fields and fields[self.field] > self.more_than


@dataclass(frozen=True)
class Action:
    id: str
    entries: tuple[Entry, ...] = ()  # none: it ends the permit
    fork: bool = False
    chosen: bool = False  # `ke_pilihan`
    state: str = 'active'
    cancels: bool = False

    def targets(self) -> list[str]:
        return [entry.step for entry in self.entries]


@dataclass(frozen=True)
class Step:
    id: str
    activity: str
    role: str
    standard: str
    join: bool
    stops_case: bool
    ladder: str
    actions: dict[str, Action]


@dataclass(frozen=True)
class Rung:
    at: str
    times: int
    to: tuple[str, ...]


Home = tuple[str, ...]  # the branches that a step lies in, outermost first, each by its first step


class Sop:
    def __init__(self, path: pathlib.Path):
        content = yaml.safe_load(path.read_text(encoding='utf-8'))
        self.roles: dict[str, dict] = content['pelaksana']
        self.case: dict = content['layanan']
        self.ladders = {name: self._rungs(rungs) for name, rungs in content['eskalasi'].items()}
        self.case_ladder = self._rungs(content['eskalasi_layanan'])
        self.steps = {one['id']: self._step(one) for one in content['langkah']}
        self.first = next(iter(self.steps))
        self.by_activity = {step.activity: step.id for step in self.steps.values()}
        self.home: dict[str, Home] = {}
        self._lay_out(self.first, ())

    @staticmethod
    def _rungs(rungs: list[dict]) -> list[Rung]:
        return [Rung(rung['pada'], rung.get('kali', 1), tuple(rung['kepada'])) for rung in rungs]

    def _step(self, one: dict) -> Step:
        return Step(one['id'], one['kegiatan'], one['pelaksana'], one['waktu'], one.get('gabung', False),
                    one.get('hentikan_layanan', False), one.get('tangga', ''),
                    {key: self._action(key, value) for key, value in one['aksi'].items()})

    @staticmethod
    def _action(key: str, one: dict) -> Action:
        def entry(to: str | dict) -> Entry:
            if isinstance(to, str):
                return Entry(to)
            [(name, comparison)] = to['bila'].items()
            return Entry(to['langkah'], name, comparison['lebih_dari'])
        to = one.get('ke_pilihan', one.get('ke', []))
        fork = isinstance(to, list)
        return Action(key, tuple(entry(one) for one in (to if fork else [to])), fork and bool(to), 'ke_pilihan' in one,
                      one.get('status', 'active'), one.get('batalkan_cabang', False))

    def service(self, role: str) -> bool:
        return self.roles[role].get('layanan', False)

    def chain(self, role: str) -> list[str]:
        chain: list[str] = []
        while role := self.roles[role].get('atasan', ''):
            chain.append(role)
        return chain

    def within(self, step: str) -> list[Action]:
        """The actions that do not leave the step's block."""
        return [action for action in self.steps[step].actions.values() if not action.cancels]

    def joins(self, start: str) -> set[str]:
        """Where the branch that begins with this step can arrive: sound are those with one."""
        found, seen, ahead = set(), set(), [start]
        while ahead:
            step = ahead.pop()
            if step in seen:
                continue
            seen.add(step)
            for action in self.within(step):
                for to in {self.join_of(action)} if action.fork else action.targets():
                    if self.steps[to].join and not action.fork:
                        found.add(to)
                    else:
                        ahead.append(to)
        return found

    def join_of(self, fork: Action) -> str:
        joins = set().union(*(self.joins(step) for step in fork.targets()))
        if len(joins) != 1:
            raise ValueError(f'{fork.id} opens branches that arrive at {sorted(joins)}')
        return joins.pop()

    def _lay_out(self, step: str, home: Home) -> None:
        if step in self.home:
            if self.home[step] != home:
                raise ValueError(f'{step} lies in two branches: {self.home[step]} and {home}')
            return
        self.home[step] = home
        for action in self.within(step):
            if action.fork:
                for to in action.targets():
                    self._lay_out(to, (*home, to))
                self._lay_out(self.join_of(action), home)
            elif action.entries and not self.steps[action.targets()[0]].join:
                self._lay_out(action.targets()[0], home)


class NotEnabled(Exception):
    """A command that the net does not take where it stands."""


@dataclass
class Block:
    join: str
    around: Block | None
    missing: int  # branches that have not arrived


@dataclass
class Visit:
    step: Step
    number: int  # of the step's visits
    opened: int
    block: Block | None
    closed: int | None = None
    cancelled: bool = False
    claimed: int | None = None
    officer: str = ''
    author: str = ''  # who did this step last, where it has come back from a later one

    def name(self) -> str:
        return f'{self.step.id}#{self.number}'


@dataclass
class Permit:
    """One file: what is open, what was, and how it stands."""
    sop: Sop
    fields: dict[str, int]
    opened: int
    state: str = 'active'
    visits: list[Visit] = field(default_factory=list)
    acted: dict[str, int] = field(default_factory=dict)  # "step.action": when it was first taken

    def __post_init__(self) -> None:
        self._open(self.sop.first, None, self.opened)

    def open_visits(self) -> Iterator[Visit]:
        return (visit for visit in self.visits if visit.closed is None)

    def find_open(self, step: str) -> Visit:
        for visit in self.open_visits():
            if visit.step.id == step:
                return visit
        opened = ', '.join(one.step.id for one in self.open_visits())
        raise NotEnabled(f'{step} is not open; open: {opened or f"none, the permit is {self.state}"}')

    def claim(self, step: str, officer: str, at: int) -> None:
        visit = self.find_open(step)
        if visit.claimed is not None or at < visit.opened:
            raise NotEnabled(f'{visit.name()} cannot be claimed')
        visit.claimed, visit.officer = at, officer

    def act(self, step: str, action_id: str, chosen: list[str], officer: str, at: int) -> Visit:
        visit = self.find_open(step)
        action = visit.step.actions.get(action_id)
        if not action or at < visit.opened or visit.officer not in ('', officer):
            raise NotEnabled(f'{visit.name()} does not take {action_id} by {officer}')
        if chosen and not action.chosen or not set(chosen) <= set(action.targets()):
            raise NotEnabled(f'{visit.name()}: {action_id} does not open {chosen}')
        visit.closed, visit.officer = at, officer
        self.acted.setdefault(f'{step}.{action_id}', at)
        if not action.entries:
            self._end(action, at)
        elif action.fork:
            opened = chosen if action.chosen else [one.step for one in action.entries if one.holds(self.fields)]
            self._fork(action, opened, visit.block, at)
        else:
            self._move(action.targets()[0], visit.block, at, step)
        return visit

    def _open(self, step: str, block: Block | None, at: int, by: str | None = None) -> None:
        earlier = [visit for visit in self.visits if visit.step.id == step]
        done = [visit for visit in earlier if visit.closed is not None and not visit.cancelled]
        order = list(self.sop.steps)
        came_back = (by is not None and order.index(step) <= order.index(by) and done
                     and not self.sop.service(self.sop.steps[step].role))
        self.visits.append(Visit(self.sop.steps[step], len(earlier) + 1, at, block,
                                 author=done[-1].officer if came_back else ''))

    def _fork(self, action: Action, opened: list[str], around: Block | None, at: int) -> None:
        if not opened:
            raise NotEnabled(f'{action.id} opens nothing')
        block = Block(self.sop.join_of(action), around, len(opened))
        for step in opened:
            self._move(step, block, at)

    def _move(self, step: str, block: Block | None, at: int, by: str | None = None) -> None:
        if not self.sop.steps[step].join:
            return self._open(step, block, at, by)
        if not block or block.join != step:
            raise NotEnabled(f'{step} is not the join of this branch')
        block.missing -= 1
        if block.missing == 0:
            self._open(step, block.around, at)

    def _end(self, action: Action, at: int) -> None:
        others = list(self.open_visits())
        if others and not action.cancels:
            raise NotEnabled(f'{action.id} ends a permit of which {others[0].name()} is open')
        for visit in others:
            visit.closed, visit.cancelled = at, True
        self.state = action.state
