#!/usr/bin/python3
"""Types what the documents tell people to type, and says what does not work.

    typed.py ROOT OFFICE PROGRAMS URL ADMIN_URL DAEMON_PID PG_SOCKET PG_PROGRAMS

Commands are code between backticks and in indented blocks; of BLOCKS also each block of sh, whole, in the order of the
page, in one directory. A word in capitals stands for something: STANDS_FOR
says what. Stand-ins take the place of systemd's commands and of `useradd` alone, and take nothing but what names the
unit that ships. What is typed elsewhere: `./run`, `./test` and the tour's first block by run_test.sh, PHP by portal_test.
"""
import datetime
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import time
import urllib.request

ROOT, OFFICE, PROGRAMS, URL, ADMIN, PID, SOCKET, PG_PROGRAMS = sys.argv[1:9]
DOCUMENTS = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'dashboards/README.md', 'dashboards/runbooks.md', 'docs/metrics.md',
             'docs/portal.md', 'docs/receipts.md', 'docs/tour.md', 'docs/reference.md', 'docs/reports.md', 'docs/sop.md',
             'docs/README.md', 'docs/upgrade.md', 'docs/backup.md', 'docs/security.md', 'docs/privacy.md', 'docs/scaling.md',
             'docs/operations.md', 'docs/record.md', 'docs/forecast.md', 'docs/domain.md', 'docs/glossary.md']
BLOCKS = ['docs/import.md', 'docs/upgrade.md', 'docs/backup.md', 'docs/privacy.md', 'docs/security.md']
PROGRAMS_OF_OTHERS = ('systemctl', 'journalctl', 'pg_isready', 'psql', 'openssl', 'echo', 'useradd', 'printf', 'curl')
ELSEWHERE = ('./run', './test')
BOUNCE = ('To: izin+m1@example.go.id\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n'
          'Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n')

faults = []
typed = 0


def fault(where, what):
    faults.append(f'{where}: {what}')


def instant(days):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
    return at.strftime('%Y-%m-%dT%H:%M:%SZ')


class Document:
    def __init__(self, name):
        self.name = name
        self.text = pathlib.Path(ROOT, name).read_text(encoding='utf-8')
        self.prose = re.sub(r'^```.*?^```$', '', self.text, flags=re.S | re.M)

    def spans(self):
        return [re.sub(r'\s+', ' ', code) for code in re.findall(r'`([^`]+)`', self.prose)]

    def blocks(self):
        """Runs of indented lines, without what explains them beside."""
        found = [[]]
        for line in self.prose.split('\n'):
            if line.startswith('    '):
                found[-1].append(re.sub(r'(?<=\S)( {3,}.*| +# .*)$', '', line[4:]))
            elif found[-1]:
                found.append([])
        return [block for block in found if block]

    def sh_blocks(self):
        """Each with the text of the block before it where that is a file that it names."""
        found, before = [], None
        for kind, block in re.findall(r'^```(\w*)\n(.*?)^```$', self.text, flags=re.S | re.M):
            if kind == 'sh':
                found.append((block, before))
            before = block if kind == 'csv' else before
        return found

    def block(self, start):
        for block in self.blocks():
            if block[0].startswith(start):
                return block
        fault(self.name, f'no block begins with {start}')
        return ['']


def shell(command, **more):
    environment = {'PATH': f'{OFFICE}/bin:{PROGRAMS}/cli:{PROGRAMS}:{PG_PROGRAMS}:/usr/sbin:/usr/bin:/sbin:/bin',
                   'TENGGAT_CONFIG': f'{OFFICE}/tenggat.yaml', 'TENGGAT_URL': URL, 'PGHOST': SOCKET, 'PGUSER': 'tenggat',
                   'LC_ALL': 'C.UTF-8', **more}
    return subprocess.run(['bash', '-c', command], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60)


def must(command, **more):
    ran = shell(command, **more)
    if ran.returncode:
        sys.exit(f'{command}: {ran.returncode}\n{ran.stdout}{ran.stderr}')
    return ran.stdout


TOKENS = dict(line.split('=', 1) for line in pathlib.Path(OFFICE, 'tokens').read_text(encoding='utf-8').split())


def stand_in(name, script):
    file = pathlib.Path(OFFICE, 'bin', name)
    file.parent.mkdir(exist_ok=True)
    file.write_text('#!/bin/bash\nset -eu\n' + script, encoding='utf-8')
    file.chmod(0o755)


def stand_ins():
    stand_in('systemctl', 'case $1 in status|restart|reload|edit) ;; *) exit 1 ;; esac\n'
             f'test $# -eq 2 && test -e {ROOT}/systemd/$2.service\n'
             f'if [ $1 = reload ]; then kill -HUP {PID}; fi\n')
    stand_in('journalctl', 'while getopts u:p:n:g: option; do case $option in\n'
             f'  u) test -e {ROOT}/systemd/$OPTARG.service ;;\n  [png]) test -n "$OPTARG" ;;\n  *) exit 1 ;;\nesac; done\n'
             'test $((OPTIND - 1)) -eq $#\n')
    stand_in('useradd', 'test "${*: -1}" = tenggat-bounce\n')
    stand_in('runuser', 'test $1 = -u -a $2 = postgres -a $3 = --\nshift 3; exec "$@"\n')
    # install -o: the user that useradd would have made is nobody here, where there is one to become.
    stand_in('install', 'exec /usr/bin/install "${@/tenggat-bounce/nobody}"\n' if os.geteuid() == 0 else
             'shift 2; exec /usr/bin/install "$@"\n')


def submit():
    return json.loads(must('tenggat permit submit --sop paud --name Siti --subject "PAUD Melati" --json --whatsapp '
                           '0812-5000-2001 --document '
                           'persyaratan_izin_paud=https://berkas.example/1', TENGGAT_TOKEN=TOKENS['PORTAL']))


# What a word in capitals stands for, where a command has it; a pattern of the command first.
STANDS_FOR = [
    (r'permit migrate|sop (diff|retire|restore)', {'ID': 'paud'}),
    (r'token revoke', {'ID': '1'}),
    (r'officer edit', {'ID': 'siti', 'ROLE': 'front_office'}),
    (r'journalctl', {'ID': '1f2e3d4c-1'}),
    (r'permit pause', {'STEP': 'verifikasi', 'REASON': 'kunjungan_lapangan', 'INSTANT': instant(1)}),
    (r'portal replay', {'INSTANT': instant(-1), 'INSTANT ': instant(0)}),
    (r'calendar', {'FILE': f'{OFFICE}/rules/calendar/banjarbaru.yaml'}),
    (r'', {'PERMIT': None, 'PAUD-2026-00417': None}),
]


def filled(command, permit):
    for pattern, words in STANDS_FOR:
        if re.search(pattern, command):
            for word, value in words.items():
                command = re.sub(rf'(?<![\w-]){word.strip()}(?![\w-])', value or permit, command,
                                 count=1 if word.endswith(' ') or f'{word} ' in words else 0)
    # The office's own places; what is made beside the documents is made in the office.
    command = command.replace('/etc/tenggat', OFFICE).replace('http://127.0.0.1:8080', URL)
    command = command.replace('/var/backups', f'{OFFICE}/backups')
    return re.sub(r'> (\w+\.(?:html|svg))', rf'> {OFFICE}/\1', command)


def command_paths():
    return set(re.findall(r'^  ([a-z]+(?: [a-z]+)?)  ', must('tenggat --help'), re.M))


def as_command(code, paths):
    """What is typed; None where the code is none of it."""
    first = code.split(' ')[0]
    if first in ('tenggat', 'tenggatd') and code != first or first in PROGRAMS_OF_OTHERS and code != 'psql':
        return code
    if ' '.join(code.split(' ')[:2]) in paths and ' ' in code:
        return 'tenggat ' + code
    return None


def type_all(documents, permit):
    global typed
    paths = command_paths()
    token = must('tenggat token create --service uji --scope bounce').split()[-1]
    for document in documents:
        lines = document.spans() + [line for block in document.blocks() for line in block]
        for code in dict.fromkeys(lines):
            command = as_command(code.strip(), paths)
            if command is None:
                continue
            typed += 1
            command = filled(command, permit)
            left = re.search(r'(?<![\w-])[A-Z]{2,}(?![\w-])', re.sub(r'"[^"]*"|\'[^\']*\'|-d tenggat', '', command))
            if left:
                fault(document.name, f'`{code}`: nobody says what {left.group()} stands for')
                continue
            if command.startswith('tenggat setup'):  # package_test types it, on a machine of its own
                command = 'tenggat setup --help'
            if command.startswith('tenggatd') and '--check' in command and '--config' not in command:  # which file: its unit says
                command += f' --config {OFFICE}/tenggat.yaml'
            if command.startswith('tenggat calendar'):
                next_year()
            if command.startswith('tenggat sop retire'):  # again, in another document
                shell(command.replace('retire', 'restore'))
            if command == 'tenggat portal enable':  # as after a 410
                must('psql -qd tenggat -c "UPDATE portal SET disabled_at = now()"')
            ran = shell(command, TENGGAT_TOKEN=TOKENS['FRONT_OFFICE'], TOKEN=token)
            if ran.returncode == 2 and re.fullmatch(r'tenggat( [a-z]+)+', command):
                ran = shell(command + ' --help')  # the command's name, as a sentence has it
            if ran.returncode and not (command == 'tenggat doctor' and ran.returncode == 1 and ran.stdout):
                fault(document.name, f'`{code}` ends with {ran.returncode}: {(ran.stdout + ran.stderr)[-400:]}')


def type_blocks(documents):
    """In this order: a backup is there before somebody looks at it. `doctor` may find something here."""
    global typed
    desk = pathlib.Path(OFFICE, 'desk')
    desk.mkdir()
    for document in documents:
        for block, file in document.sh_blocks():
            typed += block.count('\n')
            named = re.search(r'\b(\w+\.csv)\b', block)
            if file and named:
                (desk / named.group(1)).write_text(file, encoding='utf-8')
            script = filled(block, '').replace('tenggat doctor\n', 'tenggat doctor || test $? -eq 1\n')
            ran = shell(f'cd {desk}\nset -euo pipefail\n{script}')
            if ran.returncode:
                fault(document.name, f'this block ends with {ran.returncode}:\n{script}{(ran.stdout + ran.stderr)[-1500:]}')


def next_year():
    """As the runbook says: the year into `tahun:`, its days off into the list."""
    calendar = pathlib.Path(OFFICE, 'rules/calendar/banjarbaru.yaml')
    text = calendar.read_text(encoding='utf-8')
    if '2028' in text:
        return
    for name in ('`tahun:`', '`libur.tsv`'):
        if name not in Document('dashboards/runbooks.md').text:
            fault('dashboards/runbooks.md', f'TenggatCalendarEnds does not name {name}')
            return
    calendar.write_text(re.sub(r'^(tahun: \[.*)\]', r'\1, 2028]', text, flags=re.M), encoding='utf-8')
    days = pathlib.Path(OFFICE, 'rules/calendar/libur.tsv')
    line = days.read_text(encoding='utf-8').rstrip('\n').split('\n')[-1].split('\t')
    days.write_text(days.read_text(encoding='utf-8') + '\t'.join(['2028-01-01', *line[1:]]) + '\n', encoding='utf-8')


def calendar_is_covered():
    wanted = int(datetime.datetime(2029, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=8))).timestamp())
    os.kill(int(PID), 1)
    for _ in range(100):
        with urllib.request.urlopen(ADMIN + '/metrics') as answer:
            found = re.search(r'^tenggat_calendar_covered_until_timestamp_seconds\{.*\} (\S+)$', answer.read().decode(), re.M)
        if found and int(float(found.group(1))) == wanted:
            return
        time.sleep(0.1)
    fault('dashboards/runbooks.md', f'TenggatCalendarEnds goes on: the calendar ends at {found and found.group(1)}')


def bounces(receipts):
    """The pipes of the mail servers, as the user that they name."""
    mail = pathlib.Path(OFFICE, 'bounce.eml')
    mail.write_text(BOUNCE, encoding='utf-8')
    mail.chmod(0o644)
    token = must('tenggat token create --service surat2 --scope bounce').split()[-1]
    for line in receipts.block('useradd'):
        ran = shell(filled(line, ''), TOKEN=token)
        if ran.returncode:
            fault(receipts.name, f'{line}: {ran.stderr}')
    postfix = ' '.join(receipts.block('tenggat-bounce unix'))
    argv = re.search(r'argv=(.*)$', postfix)
    mda = re.search(r'mda "([^"]+)"', ' '.join(receipts.block('action "bounce"')))
    user = 'user=tenggat-bounce' in postfix and '" user tenggat-bounce' in ' '.join(receipts.block('action "bounce"'))
    if not (argv and mda and user):
        fault(receipts.name, 'the pipes and their user are not there')
        return
    pipe = shlex.join(part.strip('{}') for part in re.findall(r'\{[^}]*\}|\S+', argv.group(1)))
    become = 'setpriv --reuid nobody --regid nogroup --clear-groups ' if os.geteuid() == 0 else ''
    for command in (pipe, mda.group(1)):
        ran = shell(f'{become}bash -c {shlex.quote(filled(command, ""))} < {mail}')
        if ran.returncode or '"taken":1' not in ran.stdout:
            fault(receipts.name, f'{command}: {ran.returncode} {ran.stdout}{ran.stderr}')


def hand_in(portal):
    """The application of docs/portal.md, as it is written there but for the file, which is one that was sent."""
    def post(path, body, kind):
        asked = urllib.request.Request(f'{URL}/api/v1{path}', body, {
            'Authorization': 'Bearer ' + TOKENS['PORTAL'], 'Content-Type': kind})
        with urllib.request.urlopen(asked) as answer:
            return answer.status, json.load(answer)
    block = portal.block('POST /api/v1/permits')
    _, stored = post('/files', b'%PDF-1.7\n%%EOF\n', 'application/pdf')
    body = re.sub(r'tenggat:9f86…', stored['uri'], '\n'.join(block[1:]))
    try:
        status, permit = post('/permits', body.encode(), 'application/json')
        if status != 201 or not {'id', 'number', 'tracking_url'} <= set(permit):
            fault(portal.name, f'the application: {status} {permit}')
    except (ValueError, OSError) as wrong:
        fault(portal.name, f'the application: {wrong} {getattr(wrong, "read", bytes)()}')


def configuration(portal):
    """The portal's line in a configuration of its own, its secret made as the document says."""
    line = portal.block('portal: {')[0]
    made = next(code for code in portal.spans() if code.startswith('echo whsec_'))
    folder = pathlib.Path(OFFICE, 'etc')
    folder.mkdir()
    (folder / 'portal_secret').write_text(must(made), encoding='utf-8')
    own = pathlib.Path(OFFICE, 'tenggat.yaml').read_text(encoding='utf-8')
    (folder / 'tenggat.yaml').write_text(re.sub(r'^portal:.*$', line, own, flags=re.M), encoding='utf-8')
    ran = shell(f'tenggatd --config {folder}/tenggat.yaml --check')
    if ran.returncode:
        fault(portal.name, f'{line}: {ran.stderr}')


def example_waits_long_enough():
    example = pathlib.Path(ROOT, 'docs/portal/example.php').read_text(encoding='utf-8')
    ships = pathlib.Path(ROOT, 'systemd/tenggat.yaml').read_text(encoding='utf-8')
    waits = re.search(r'LONGEST_WAIT = (\d+);', example)
    window = re.search(r'^undo_window: (\d+)m', ships, re.M)
    if not waits or int(waits.group(1)) < 2 * 60 * int(window.group(1)):
        fault('docs/portal/example.php', 'it gives up before the undo window that ships is over')


def main():
    stand_ins()
    documents = {name: Document(name) for name in DOCUMENTS}
    type_all(documents.values(), submit()['number'])
    type_blocks([Document(name) for name in BLOCKS])
    calendar_is_covered()
    bounces(documents['docs/receipts.md'])
    hand_in(documents['docs/portal.md'])
    configuration(documents['docs/portal.md'])
    example_waits_long_enough()
    for one in faults:
        print(one)
    print(f'{typed} commands typed, {len(faults)} faults')
    return 1 if faults or typed < 60 else 0


if __name__ == '__main__':
    sys.exit(main())
