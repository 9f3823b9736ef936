#!/usr/bin/python3
"""Holds the JSON Schema that `tenggat check --schema` prints to the program and to the SOPs there are.

    sop_schema.py ROOT TENGGAT

Each map of an SOP that the program reads has its keys in the schema and no others, and each key says in Indonesian what it
is. The SOPs that ship and those of the tests are valid; with a key that nobody knows, at any depth, none is.
"""
import copy
import json
import pathlib
import re
import subprocess
import sys

import jsonschema
import yaml

ROOT, TENGGAT = pathlib.Path(sys.argv[1]), sys.argv[2]


class Loader(yaml.SafeLoader):
    """As editors read YAML 1.2: a date is a text, and so is `ya`."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in all_of if tag != 'tag:yaml.org,2002:timestamp']
    for first, all_of in yaml.SafeLoader.yaml_implicit_resolvers.items()}


def maps_of_the_program():
    text = '\n'.join(file.read_text(encoding='utf-8') for file in sorted((ROOT / 'rules/sop').glob('load_*.cpp')))
    return {frozenset(re.findall(r'"([a-z_0-9]+)"', one)) for one in re.findall(r'\.map\(\s*\{([^}]*)\}\)', text)}


def objects(schema):
    if isinstance(schema, dict):
        if schema.get('additionalProperties') is False:
            yield schema
        for value in schema.values():
            yield from objects(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from objects(value)


def maps_in(value, path=()):
    """Where a key could be planted: every map with keys of the language, not of the author's choice."""
    if isinstance(value, dict):
        yield path
        for key, part in value.items():
            yield from maps_in(part, path + (key,))
    elif isinstance(value, list):
        for i, part in enumerate(value):
            yield from maps_in(part, path + (i,))


OWN_NAMES = ('pelaksana', 'dokumen', 'jeda', 'kendala', 'eskalasi', 'aksi', 'pilihan', 'bila')


def has_names_of_its_own(path):
    return path and (path[-1] in OWN_NAMES and not isinstance(path[-1], int)) or len(path) > 1 and path[-2] in ('output', 'bila')


def main():
    printed = subprocess.run([TENGGAT, 'check', '--schema'], capture_output=True, text=True, check=True).stdout
    schema = json.loads(printed)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    faults = []
    said = {frozenset(one['properties']) for one in objects(schema)}
    there = maps_of_the_program()
    comparisons = {frozenset(re.findall(r'"([a-z_]+)"', (ROOT / 'rules/sop/condition.cpp').read_text(encoding='utf-8')))}
    faults += [f'the program reads a map that the schema has not: {sorted(one)}' for one in there - said]
    faults += [f'the schema has a map that the program reads not: {sorted(one)}' for one in said - there - comparisons]
    described = 0
    for one in objects(schema):
        for key, value in one['properties'].items():
            described += 1
            if not re.search(r'[a-z]{3}.*[.:;)]', value.get('description', '')):
                faults.append(f'{key} is not described')
    planted = 0
    files = sorted([*(ROOT / 'rules/office/sop').glob('*.yaml'), *(ROOT / 'tests/sops').glob('*.yaml')])
    for file in files:
        sop = yaml.load(file.read_text(encoding='utf-8'), Loader)
        if 'sop' not in sop:
            continue
        faults += [f'{file.name}: {"/".join(map(str, error.absolute_path))}: {error.message}'
                   for error in validator.iter_errors(sop)]
        for path in maps_in(sop):
            if has_names_of_its_own(path):
                continue
            changed = copy.deepcopy(sop)
            place = changed
            for part in path:
                place = place[part]
            place['kunci_asing'] = 'x'
            planted += 1
            if validator.is_valid(changed):
                faults.append(f'{file.name}: an unknown key is let pass at {"/".join(map(str, path)) or "the top"}')
    for fault in faults:
        print(fault)
    print(f'{described} keys described, {len(files)} files, {planted} unknown keys planted, {len(faults)} faults')
    return 1 if faults or described < 90 or planted < 300 else 0


if __name__ == '__main__':
    sys.exit(main())
