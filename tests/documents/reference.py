#!/usr/bin/python3
"""Compares docs/reference.md with the program, table by table, and what comments cite with the sections there are.

    reference.py ROOT PROGRAMS

Each table is found by the section it stands in; its first cells in backticks are what is compared. Then one row after
the other is taken out of a copy of the document, or renamed, and each such fault must be found. Where the sources lie is
looked up by file name, so that a file may move.
"""
import json
import pathlib
import re
import subprocess
import sys

ROOT, PROGRAMS = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
REFERENCE = 'docs/reference.md'


def source(name, *folders):
    found = [file for folder in folders for file in sorted((ROOT / folder).rglob(name))]
    if not found:
        sys.exit(f'there is no {name} below {", ".join(folders)}')
    return found[0].read_text(encoding='utf-8')


def sources(folders, pattern='*.cpp'):
    found = [file for folder in folders for file in sorted((ROOT / folder).rglob(pattern))]
    return '\n'.join(file.read_text(encoding='utf-8') for file in found)


# --- what the program has ------------------------------------------------------------------------

def commands():
    said = subprocess.run([PROGRAMS / 'cli/tenggat', '--help'], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r'^  ([a-z]+(?: [a-z]+)*)  +\S', said, re.M))


def configuration():
    """Key and what takes it up, as config_keys.cpp has them."""
    rows = re.findall(r'\b(reloads|restarts|file)<[^;]*?>\(\s*"([a-z_.]+)",', source('config_keys.cpp', 'daemon'))
    return {(key, 'restart' if how == 'restarts' else 'reload') for how, key in rows}


def example_lacks(keys):
    """Of these, what systemd/tenggat.yaml does not show."""
    example = (ROOT / 'systemd/tenggat.yaml').read_text(encoding='utf-8')
    lacks = set()
    for key in keys:
        part, _, name = key.rpartition('.')
        where = re.search(rf'^{part}:.*\n(?:(?:[ #].*)?\n)*', example, re.M).group(0) if part else example
        if not re.search(rf'\b{name}:' if part else rf'^{name}:', where, re.M):
            lacks.add(key)
    return lacks


def openapi():
    return json.loads(source('openapi.json', 'daemon'))


def calls():
    return {f'{method.upper()} {path}' for path, operations in openapi()['paths'].items() for method in operations
            if method in ('get', 'post', 'put', 'patch', 'delete')}


def enumerated(name, field):
    values = openapi()['components']['schemas'][name]['properties'][field]['enum']
    return {value for value in values if value}


def maps():
    """The keys of each map that a reader of YAML takes, in the files of rules and of texts."""
    lists = re.findall(r'\.map\(\s*\{([^}]*)\}\)', sources(['rules', 'notifiers']))
    return {' '.join(sorted(re.findall(r'"([a-z_]+)"', one))) for one in lists}


def steps():
    """id, role, standard, needs, outputs and actions of paud.yaml, which keeps each step's keys on lines of their own."""
    rows = set()
    for step in re.split(r'^  - id: ', source('paud.yaml', 'rules').split('\npenarikan:')[0], flags=re.M)[1:]:
        def key(name, where=step):
            found = re.search(rf'^    {name}: (.*)$', where, re.M)
            return found.group(1) if found else ''
        outputs = re.findall(r'\{(\w+): (\w+)\}', key('output'))
        kinds = {'tanda': 'mark', 'berkas': 'file', 'berkas_bernomor': 'file with its number'}
        actions = re.findall(r'^      (\w+): \{(?:ke: (\w+)|status: (\w+))', step, re.M)
        rows.add((step.split('\n')[0], key('pelaksana'), key('waktu'), key('kelengkapan').strip('[]'),
                  ', '.join(f'{name} {kinds[kind]}' for name, kind in outputs),
                  ', '.join(f'{action} → {to or end}' for action, to, end in actions)))
    return rows


def cited():
    """Document and section, as comments name them: "docs/reference.md, Clocks". A comment may break in between."""
    folders = [folder for folder in ('rules', 'notifiers', 'daemon', 'dev', 'tests') if (ROOT / folder).is_dir()]
    text = '\n'.join(sources(folders, pattern) for pattern in ('*.cpp', '*.h', '*.sh', '*.py', 'CMakeLists.txt'))
    text = re.sub(r'\n[ \t]*(?://|#)[ \t]*', ' ', text)
    return set(re.findall(r'(?<!")(docs/(?:reference|domain)\.md), ([A-Z][^.,;:()"`\n]*)', text))


# --- what the document says ----------------------------------------------------------------------

def section(text, title):
    found = re.search(rf'^##+ [\d.]+ {title}$(.*?)(?=^##+ )', text + '\n## ', re.S | re.M)
    return found.group(1) if found else ''


def rows(text):
    """Of all tables there, without their heads."""
    found = []
    for table in re.findall(r'(?:^\|.*\n)+', text, re.M):
        lines = table.strip().split('\n')
        found += [[cell.strip() for cell in line.strip('|').split(' | ')] for line in lines[2:]]
    return found


def code(cell):
    return re.findall(r'`([^`]+)`', cell)


FILES = ('SOP files', 'Calendar files', 'Texts')


def said_maps(text):
    """The rows from one that says what they are in to the next."""
    said = []
    for title in FILES:
        for where, keys, *_ in rows(section(text, title)):
            if where or not said:
                said.append([])
            said[-1] += code(keys)
    return {' '.join(sorted(keys)) for keys in said}


def said_steps(text):
    said = set()
    for row in rows(section(text, 'PAUD')):
        if not row[0].isdigit():
            continue
        actions = re.findall(r'`(\w+)` → `?(\w+)`?', row[6])
        said.add((code(row[1])[0], code(row[2])[0], row[3], row[4].replace('`', ''), row[5].replace('`', ''),
                  ', '.join(f'{action} → {to}' for action, to in actions)))
    return said


def said_first(text, title, cells=1):
    return {tuple(re.sub('`', '', cell) for cell in row[:cells]) if cells > 1 else code(row[0])[0]
            for row in rows(section(text, title)) if row[0].startswith('`')}


def said_states(text, pattern):
    sentence = re.search(pattern, text, re.S)
    return set(code(sentence.group(0))) if sentence else set()


def titles(text):
    return re.findall(r'^##+ [\d.]+ (.*)$', text, re.M)


def said_refusals(text):
    return {name for row in rows(section(text, 'Requests and answers')) for name in code(row[1])
            if name not in ('permit', 'errors', 'missing', 'Retry-After')}


def faults_of(text, program):
    faults = []

    def compare(what, said, there):
        faults.extend(f'{what}: {one} is not in the program' for one in sorted(said - there))
        faults.extend(f'{what}: the document lacks {one}' for one in sorted(there - said))
    compare('Commands', said_first(text, 'Commands'), program['commands'])
    compare('Configuration', said_first(text, 'Configuration', 2), program['configuration'])
    compare('Calls', said_first(text, 'Calls'), program['calls'])
    compare('States', said_states(text, r'A permit is `active`.*?\.'), program['states'])
    compare('Statuses', said_states(text, r'The statuses are .*?\. '), program['statuses'])
    compare('Keys of a map', said_maps(text), program['maps'])
    compare('PAUD', said_steps(text), program['steps'])
    # One way: what the document names is there.
    faults.extend(f'Pages: no page is at {path}' for path in sorted(said_first(text, 'Pages') - program['quoted']))
    faults.extend(f'Requests and answers: nothing is refused as {name}'
                  for name in sorted(said_refusals(text) - program['quoted']))
    there = {REFERENCE: titles(text), 'docs/domain.md': program['domain']}
    faults.extend(f'a comment cites {document}, {place}, and no section begins so'
                  for document, place in sorted(program['cited']) if not place.startswith(tuple(there[document])))
    return faults


# --- it can fail ---------------------------------------------------------------------------------

COMPARED = ('Commands', 'Configuration', 'Calls', 'PAUD', *FILES)


def plants(text, program):
    """What is taken out or renamed, with the document that has it so."""
    for title in titles(text):
        if any(document == REFERENCE and place.startswith(title) for document, place in program['cited']):
            yield f'renamed: {title}', text.replace(f' {title}\n', f' Of {title}\n')
    for title in COMPARED:
        whole = section(text, title)
        for line in re.findall(r'^\|.*\n', whole, re.M):
            cells = [cell.strip() for cell in line.strip().strip('|').split(' | ')]
            named = code(cells[min(1, len(cells) - 1)] if title in FILES or title == 'PAUD' else cells[0])
            if not named or title == 'PAUD' and not cells[0].isdigit():  # ladders are told, not compared
                continue
            for other in ('', line.replace(f'`{named[0]}`', f'`{named[0]}_x`', 1)):
                yield line if other else f'without: {line}', text.replace(whole, whole.replace(line, other, 1), 1)


def main():
    program = {'commands': commands(), 'configuration': configuration(), 'calls': calls(), 'maps': maps(),
               'states': enumerated('Permit', 'state'), 'statuses': enumerated('Sla', 'status'), 'steps': steps(),
               'cited': cited(), 'domain': titles((ROOT / 'docs/domain.md').read_text(encoding='utf-8')),
               'quoted': set(re.findall(r'["(]([a-z0-9_./{}]+)["),]', sources(['daemon', 'rules'], '*.[ch]*')))}
    text = (ROOT / REFERENCE).read_text(encoding='utf-8')
    least = {'commands': 40, 'configuration': 40, 'calls': 30, 'maps': 15, 'states': 6, 'statuses': 6, 'steps': 9}
    faults = [f'read too little of the program: {len(program[what])} {what}'
              for what in least if len(program[what]) < least[what]]
    faults += [f'systemd/tenggat.yaml does not show {key}'
               for key in sorted(example_lacks({key for key, _ in program['configuration']}))]
    faults += faults_of(text, program)
    planted = 0
    if not faults:
        for what, changed in plants(text, program):
            planted += 1
            if not faults_of(changed, program):
                faults.append(f'not noticed: {what.strip()}')
    for one in faults:
        print(one)
    print(f'{REFERENCE}: {len(faults)} faults, {planted} plants')
    return 1 if faults or planted < 100 else 0


if __name__ == '__main__':
    sys.exit(main())
