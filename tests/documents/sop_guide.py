#!/usr/bin/python3
"""Puts each snippet of docs/sop.md into the small service that the document begins with: `tenggat check` must take it.

    sop_guide.py ROOT PROGRAMS

A snippet is a part of a file: its maps and lists add to the service's, an entry with an id changes the one of this id, and a
new step stands behind the one before it in the snippet. The document tells of every key of the JSON Schema, and a mistake
planted into each snippet is found.
"""
import copy
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import yaml

ROOT, PROGRAMS = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
TENGGAT = PROGRAMS / 'cli/tenggat'


def checked(folder, service):
    (folder / 'sop/reklame.yaml').write_text(yaml.safe_dump(service, allow_unicode=True, sort_keys=False, width=1000), encoding='utf-8')
    return subprocess.run([TENGGAT, 'check', folder, '--lang', 'id'], capture_output=True, text=True, check=False)


def with_steps(service, steps):
    place = 0
    for step in steps:
        known = [i for i, one in enumerate(service) if one['id'] == step['id']]
        if known:
            place = known[0]
            service[place] = {**service[place], **step}
        else:
            place += 1
            service.insert(place, step)


def put_in(service, snippet):
    whole = copy.deepcopy(service)
    for key, value in copy.deepcopy(snippet).items():
        if key == 'langkah':
            with_steps(whole['langkah'], value)
        elif isinstance(value, dict) and isinstance(whole.get(key), dict):
            whole[key].update(value)
        else:
            whole[key] = value
    return whole


def keys_of(schema):
    if isinstance(schema, dict):
        if schema.get('additionalProperties') is False:
            yield from schema['properties']
        for value in schema.values():
            yield from keys_of(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from keys_of(value)


def main():
    text = (ROOT / 'docs/sop.md').read_text(encoding='utf-8')
    snippets = [yaml.safe_load(one) for one in re.findall(r'^```yaml\n(.*?)^```$', text, re.S | re.M)]
    faults, planted = [], 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name, 'rules')
        shutil.copytree(ROOT / 'rules/office', folder)
        shutil.copy(ROOT / 'tests/sops/keberatan.yaml', folder / 'sop')
        for snippet in snippets:
            whole = snippet if snippet is snippets[0] else put_in(snippets[0], snippet)
            ran = checked(folder, whole)
            if ran.returncode:
                faults.append(f'{yaml.safe_dump(snippet, allow_unicode=True)}\n{ran.stderr}')
            for key in snippet:
                if isinstance(whole[key], dict):
                    wrong = {**whole, key: {**whole[key], 'kunci asing': 'x'}}
                elif isinstance(whole[key], list) and isinstance(whole[key][0], dict):
                    wrong = {**whole, key: [{**whole[key][0], 'kunci asing': 'x'}, *whole[key][1:]]}
                else:
                    continue
                planted += 1
                if not checked(folder, wrong).returncode:
                    faults.append(f'{key}: a key that nobody knows is let pass')
    schema = json.loads(subprocess.run([TENGGAT, 'check', '--schema'], capture_output=True, text=True, check=True).stdout)
    told = set(re.findall(r'\w+', text))
    faults += [f'the document does not tell of {key}' for key in sorted(set(keys_of(schema)) - told)]
    sections = set(re.findall(r'^##+ (.*)$', text, re.M))
    cited = set()
    for file in sorted((ROOT / 'rules').rglob('*.[ch]*')):
        code = re.sub(r'\n[ \t]*//[ \t]*', ' ', file.read_text(encoding='utf-8'))
        cited |= set(re.findall(r'docs/sop\.md, ([A-Z]\w*)', code))
    faults += [f'a comment cites docs/sop.md, {one}, and no section is called so' for one in sorted(cited - sections)]
    for fault in faults:
        print(fault)
    print(f'{len(snippets)} snippets, {planted} planted, {len(cited)} sections cited, {len(faults)} faults')
    return 1 if faults or len(snippets) < 18 or planted < 25 or not cited else 0


if __name__ == '__main__':
    sys.exit(main())
