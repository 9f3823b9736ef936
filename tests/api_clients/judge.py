#!/usr/bin/env python3
"""Runs schemathesis against a daemon and judges what it found.

    judge.py SCHEMATHESIS OPENAPI.json URL TOKEN SECONDS DIRECTORY [SEED]

A failure that known.json does not list, with its reason, is a fault; so is a run that ended early or
reached too little.
"""
import base64
import json
import pathlib
import random
import re
import subprocess
import sys
import os

HERE = pathlib.Path(__file__).resolve().parent


def run(schemathesis, document, url, token, seconds, directory, seed):
    report = pathlib.Path(directory) / 'schemathesis.ndjson'
    report.unlink(missing_ok=True)
    environment = {**os.environ, 'PYTHONPATH': str(HERE), 'SCHEMATHESIS_HOOKS': 'hooks', 'NO_COLOR': '1',
                   'PYTHONDONTWRITEBYTECODE': '1'}
    said = subprocess.run(
        [schemathesis, 'run', document, '-u', url, '-H', f'Authorization: Bearer {token}', '--workers', '1',
         '--checks', 'all', '--max-time', seconds, '--continue-on-failure', '--no-shrink', '--seed', seed,
         '--report', 'ndjson', '--report-ndjson-path', str(report)],
        cwd=directory, env=environment, capture_output=True, text=True, timeout=float(seconds) + 240)
    # 1: failures were found, which are judged below.
    if said.returncode not in (0, 1) or not report.exists():
        sys.exit(f'schemathesis ended with {said.returncode}\n{said.stdout[-3000:]}{said.stderr[-3000:]}')
    with open(report, encoding='utf-8') as lines:
        return [json.loads(line) for line in lines]


def problem_of(response):
    """Its type, and its words as one text; ('', '') where it is none."""
    try:
        body = json.loads(base64.b64decode(response['content']['$base64']))
        words = [body.get('detail', '')] + [f'{one["pointer"]} {one["message"]}' for one in body.get('errors', [])]
        return body['type'].rsplit('/', 1)[-1], '; '.join(words)
    except (KeyError, TypeError, ValueError):
        return '', ''


def failures(events):
    for event in events:
        recorder = event.get('ScenarioFinished', {}).get('recorder')
        if not recorder:
            continue
        for case, checks in recorder.get('checks', {}).items():
            for check in checks:
                if check['status'] != 'failure':
                    continue
                interaction = recorder.get('interactions', {}).get(case) or {}
                response = interaction.get('response') or {}
                value = recorder['cases'][case]['value']
                code, words = problem_of(response)
                yield {'check': check['name'], 'operation': f'{value["method"]} {value["path"]}',
                       'status': response.get('status_code', 0), 'problem': code, 'words': words,
                       'request': (interaction.get('request') or {}).get('uri'),
                       'body': json.dumps(value.get('body'))[:500],
                       'failure': json.dumps(check.get('failure'))[:600]}


def fits(known, failure):
    return all(re.search(known[name], str(failure[name])) for name in known if name != 'because')


def main():
    schemathesis, document, url, token, seconds, directory = sys.argv[1:7]
    seed = sys.argv[7] if len(sys.argv) > 7 else str(random.randrange(2**32))
    print('seed', seed)
    events = run(schemathesis, document, url, token, seconds, directory, seed)
    known = json.loads((HERE / 'known.json').read_text(encoding='utf-8'))
    used = [0] * len(known)
    faults = []
    for failure in failures(events):
        places = [i for i, one in enumerate(known) if fits(one, failure)]
        for i in places[:1]:
            used[i] += 1
        if not places and len(faults) < 400:
            faults.append(failure)
    for one, times in zip(known, used):
        print(f'{times:6} {one["because"]}')
    calls = sum(len(event['ScenarioFinished']['recorder'].get('interactions', {})) for event in events
                if event.get('ScenarioFinished', {}).get('recorder'))
    errors = [event for event in events if 'NonFatalError' in event or 'FatalError' in event]
    for error in errors[:5]:
        print('error:', json.dumps(error)[:1500])
    for fault in faults[:400]:
        print('fault:', json.dumps(fault, ensure_ascii=False, indent=1))
    print(f'{calls} calls, {len(faults)} faults')
    return 1 if faults or errors or calls < float(seconds) else 0


if __name__ == '__main__':
    sys.exit(main())
