#!/usr/bin/python3
"""A Dutch city's building permits sent through receipt.yaml: what to do, and what must come of it.

    receipt_replay.py LOG.tsv DIRECTORY   writes commands, officers and expected.jsonl there, prints the figures
    receipt_replay.py --days-off          writes receipt-days-off.tsv anew (needs the package `holidays`)

The log is that of the CoSeLoG project (4TU.ResearchData), a line an event: case, start, deadline, end, activity, at,
resource. It is no part of the project. None of the daemon's code is used. README.md here says how a case becomes
commands and what the files hold.
"""
from __future__ import annotations

import json
import pathlib
import sys
from collections import Counter, defaultdict
from datetime import datetime

from receipt_expected import Expected
from receipt_net import NotEnabled, Permit, Sop
from receipt_plan import SYSTEM, Case, Inexpressible, Line, Planned, Planner, in_order, read_log
from working_time import Calendar, write_days_off

HERE = pathlib.Path(__file__).parent
AFTERWARDS = 7 * 24 * 3600  # the clock runs on after the last command


def play(sop: Sop, commands: list[Line], officers: set[tuple[str, str]]) -> dict[str, Permit]:
    """From the commands alone, in their order; NotEnabled where one does not hold."""
    permits: dict[str, Permit] = {}
    now = 0
    for line in commands:
        at, case, step = line['at'], line['case'], line['step']
        by = line.get('officer') or line.get('service') or ''
        if at < now:
            raise NotEnabled(f'{case}: time runs back')
        now = at
        if line['op'] == 'submit':
            permits[case] = Permit(sop, line['fields'], at)
        role = sop.steps[step].role
        if line['op'] != 'submit' and not (by == role == SYSTEM or (by, role) in officers):
            raise NotEnabled(f'{case}: {by} is no {role}')
        if permits[case].find_open(step).number != line['visit']:
            raise NotEnabled(f'{case}: another visit of {step} is open')
        if line['op'] == 'claim':
            permits[case].claim(step, by, at)
        else:
            permits[case].act(step, line['action'], line.get('to', []), by, at)
    return permits


def report(cases: list[Case], refused: dict[str, str], expected: list[Line], commands: list[Line]) -> None:
    share = 100 * len(expected) / len(cases)
    print(f'receipt.yaml expresses {len(expected)} of {len(cases)} cases ({share:.1f} %) '
          f'in {len(commands)} commands: {dict(Counter(line["op"] for line in commands))}')
    for case, reason in refused.items():
        print(f'  not {case}: {reason}')
    visits = [visit for one in expected for visit in one['visits']]
    print('files by state:', dict(Counter(one['state'] for one in expected)))
    print(f'{len(visits)} visits:', dict(Counter(str(visit['result']) for visit in visits)),
          'verdicts:', dict(Counter(str(visit['verdict']) for visit in visits)),
          'claimed:', sum(visit['claimed'] is not None for visit in visits))
    print('case verdicts:', dict(Counter(str(one['case_clock']['verdict']) for one in expected)))
    dues = Counter(compare_due(one) for one in expected)
    print('the case due and the recorded deadline:', ', '.join(f'{count} {how}' for how, count in dues.most_common()))
    judged = [one for one in expected if one['recorded']['verdict']]
    print(f'verdicts as by the recorded deadline: {sum(agrees(one, one["case_clock"]["verdict"]) for one in judged)} of '
          f'{len(judged)}; by the eight weeks alone, without the term that is taken from the deadline: '
          f'{sum(agrees(one, one["recorded"]["unmoved"]) for one in judged)}')
    for one in expected:
        ours, recorded = one['case_clock']['verdict'], one['recorded']['verdict']
        if ours != recorded:
            print(f'  verdict of {one["case"]}: {ours} by the clock (due {one["case_clock"]["due"]}), '
                  f'{recorded} by the recorded {one["recorded"]["deadline"]}')
    rungs = Counter((('case ' if rung['step'] is None else 'visit ') + rung['rung'], rung['k'])
                    for one in expected for rung in one['escalations'])
    print(f'{sum(rungs.values())} escalations:')
    for (rung, k), count in sorted(rungs.items()):
        print(f'  {rung}{f" ({k})" if k > 1 else ""}: {count}')
    months = Counter(rung['at'][:7] for one in expected for rung in one['escalations'])
    print('by month:', ', '.join(f'{month}: {count}' for month, count in sorted(months.items())))


def agrees(one: Line, verdict: str | None) -> bool:
    return verdict == one['recorded']['verdict']


def compare_due(one: Line) -> str:
    due, deadline = one['case_clock']['due'], one['recorded']['deadline']
    if due is None or deadline is None:
        return 'closed while the clock stood' if deadline else 'without a deadline'
    seconds = (datetime.fromisoformat(deadline) - datetime.fromisoformat(due)).total_seconds()
    if seconds == 0:
        return 'the same to the second'
    return 'on one day, the deadline at a later hour' if 0 < seconds < 24 * 3600 else \
        'the deadline is earlier' if seconds < 0 else 'the decision came within the added term'


def main(arguments: list[str]) -> int:
    if arguments == ['--days-off']:
        write_days_off(HERE / 'receipt-days-off.tsv', range(2010, 2014))
        return 0
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    log, folder = map(pathlib.Path, arguments)
    sop, calendar = Sop(HERE / 'receipt.yaml'), Calendar(HERE / 'receipt-calendar.yaml')
    cases = read_log(log)
    plans: list[Planned] = []
    refused: dict[str, str] = {}
    for case in cases:
        try:
            plans.append(Planner(sop, calendar, case).plan())
        except (Inexpressible, NotEnabled) as reason:
            refused[case.id] = str(reason)
    commands = in_order(plans)
    officers = {one for plan in plans for one in plan.officers}
    horizon = commands[-1]['at'] + AFTERWARDS
    permits = play(sop, commands, officers)
    expecting = Expected(sop, calendar, horizon)
    expected = [expecting.of(plan.case, permits[plan.case.id]) for plan in plans]

    def write(name: str, lines: list[Line]) -> None:
        text = ''.join(json.dumps(line, ensure_ascii=False) + '\n' for line in lines)
        (folder / name).write_text(text, encoding='utf-8')
    folder.mkdir(parents=True, exist_ok=True)
    write('commands.jsonl', [{**line, 'at': calendar.show(line['at'])} for line in commands] +
          [{'at': calendar.show(horizon), 'op': 'end'}])
    roles: dict[str, list[str]] = defaultdict(list)
    for officer, role in sorted(officers):
        roles[officer].append(role)
    superiors = {role: [role] for role in ('team_lead', 'head_of_department')}
    write('officers.jsonl', [{'id': officer, 'roles': held} for officer, held in {**roles, **superiors}.items()])
    write('expected.jsonl', expected)
    report(cases, refused, expected, commands)
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
