#!/usr/bin/env python3
"""Holds what openapi.json says of the texts in bodies to what the program takes.

    texts.py OPENAPI.json TEXTS.json

TEXTS.json is written by texts_test: which code points each way of reading a text refuses, and by
which way each text of a body is read.
"""
import json
import re
import sys
import warnings

warnings.simplefilter('ignore', DeprecationWarning)
import jsonschema

# All that JSON can hold.
CHARACTERS = [chr(code) for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF]
# What ECMA-262 with its `u` flag, as JSON Schema asks for, and Python's `re` read alike. A character beyond U+FFFF
# stands for itself: \u{e0001} is unknown to Python, and \udb40\udc01 two characters to it.
ESCAPES = re.compile(r'\\(?:u(?!d[89a-f])[0-9a-f]{4}|[tnr]|[\^$\\.*+?()\[\]{}|/-])')
NOT_ALIKE = re.compile(r'\\|\(\?')


def in_python(pattern):
    """The same for Python, whose `$` also stands before a last newline."""
    return re.sub(r'\$$', r'\\Z', pattern)


def each_schema(value, where=''):
    if isinstance(value, dict):
        yield where, value
        for name, one in value.items():
            yield from each_schema(one, f'{where}/{name}')
    elif isinstance(value, list):
        for i, one in enumerate(value):
            yield from each_schema(one, f'{where}/{i}')


class Document:
    def __init__(self, document):
        self.document = document
        for _, one in each_schema(document):
            if isinstance(one.get('pattern'), str):
                one['pattern'] = in_python(one['pattern'])
        self.resolver = jsonschema.RefResolver('', document)
        self.bodies = {self.resolver.resolve(schema['$ref'])[0].rsplit('/', 1)[-1]
                       for schema in (operation['requestBody']['content'].get('application/json', {}).get('schema', {})
                                      for item in document['paths'].values() for operation in item.values()
                                      if 'requestBody' in operation) if '$ref' in schema}

    def takes(self, schema, value):
        return jsonschema.Draft202012Validator(
            schema, resolver=self.resolver, format_checker=jsonschema.FormatChecker()).is_valid(value)

    def applying(self, schema, value):
        """The schemas that speak of `value`, of those that `schema` is put together from."""
        if '$ref' in schema:
            yield from self.applying(self.resolver.resolve(schema['$ref'])[1], value)
            return
        yield schema
        for one in schema.get('allOf', []):
            yield from self.applying(one, value)
        if 'if' in schema:
            branch = schema.get('then' if self.takes(schema['if'], value) else 'else')
            if branch:
                yield from self.applying(branch, value)

    def at(self, name, body, pointer):
        """The schemas that speak of what stands at `pointer` in `body`."""
        schemas = list(self.applying(self.document['components']['schemas'][name], body))
        for part in pointer[1:].split('/'):
            body = body[int(part)] if isinstance(body, list) else body[part]
            schemas = [deeper for schema in schemas
                       for below in ([schema['items']] if part.isdigit() and 'items' in schema
                                     else [schema['properties'][part]] if part in schema.get('properties', {}) else [])
                       for deeper in self.applying(below, body)]
        return schemas

    def texts(self, schema, pointer=''):
        """Pointers to all texts that a body of this schema may have; of a list, to its first."""
        if '$ref' in schema:
            schema = self.resolver.resolve(schema['$ref'])[1]
        types = schema.get('type', [])
        if 'string' in ([types] if isinstance(types, str) else types) or 'anyOf' in schema:
            yield pointer
        for name, one in schema.get('properties', {}).items():
            yield from self.texts(one, f'{pointer}/{name}')
        if 'items' in schema:
            yield from self.texts(schema['items'], pointer + '/0')


def changed(value, pointer, change):
    """A copy of `value` with another text at `pointer`."""
    if not pointer:
        return change(value)
    part, _, rest = pointer[1:].partition('/')
    rest = '/' + rest if rest else ''
    if isinstance(value, list):
        return [changed(one, rest, change) if str(i) == part else one for i, one in enumerate(value)]
    return {name: changed(one, rest, change) if name == part else one for name, one in value.items()}


def named(characters):
    found = [f'U+{ord(one):04X}' for one in sorted(characters)]
    return ' '.join(found[:8]) + (f' and {len(found) - 8} more' if len(found) > 8 else '')


def faults_of_patterns(patterns, way, refused):
    """What these patterns, all of which hold, say otherwise than the program's way of reading."""
    compiled = [re.compile(one) for one in patterns]

    def takes(text):
        return all(one.search(text) for one in compiled)

    inside = refused[way.replace('required_', '')]
    for what, wrong in [
            ('refuses, and the program takes,', [c for c in CHARACTERS if c not in refused[way] and not takes(c)]),
            ('takes, and the program refuses,', [c for c in CHARACTERS if c in refused[way] and takes(c)]),
            ('refuses in a text, and the program takes,',
             [c for c in CHARACTERS if c not in inside and not takes(f'a{c}a')]),
            ('takes in a text, and the program refuses,',
             [c for c in inside if takes(f'a{c}a') or takes(f'{c}a') or takes(f'a{c}')])]:
        if wrong:
            yield f'{what} {named(wrong)}'


def main():
    document = Document(json.load(open(sys.argv[1], encoding='utf-8')))
    read = json.load(open(sys.argv[2], encoding='utf-8'))
    refused = {way: {chr(code) for first, last in ranges for code in range(first, last + 1)}
               for way, ranges in read['refused'].items()}
    faults, places = [], {}  # by patterns and way: where they are read so
    for where, one in each_schema(document.document):
        if isinstance(one.get('pattern'), str):
            rest = ESCAPES.sub('', one['pattern'].replace(r'\Z', ''))
            if NOT_ALIKE.search(rest):
                faults.append(f'{where}: {one["pattern"]} is not read alike by ECMA-262 and by Python')
    if faults:
        sys.exit('\n'.join(faults))
    asked = {(one['schema'], one['pointer']) for one in read['texts']}
    for name in sorted(document.bodies):
        for pointer in document.texts(document.document['components']['schemas'][name]):
            if (name, pointer) not in asked:
                faults.append(f'{name}{pointer}: the program was not asked how it reads it')
    for one in read['texts']:
        name, body, pointer, way = one['schema'], one['body'], one['pointer'], one['way']
        schema = {'$ref': f'#/components/schemas/{name}'}
        if not document.takes(schema, body):
            faults.append(f'{name}: refuses {json.dumps(body)}')
        if way == 'part_of_line':
            wrong = [c for c in sorted(refused['line'])
                     if any(document.takes(schema, changed(body, pointer, change))
                            for change in (lambda text: text + c, lambda text: c + text, lambda _: c))]
            if wrong:
                faults.append(f'{name}{pointer}: takes, and the program refuses, {named(wrong)}')
        elif way:
            patterns = tuple(sorted({p['pattern'] for p in document.at(name, body, pointer) if 'pattern' in p}))
            places.setdefault((patterns, way), []).append(f'{name}{pointer}')
    for (patterns, way), where in places.items():
        faults += [f'{", ".join(where)}: {fault}' for fault in faults_of_patterns(patterns, way, refused)]
    for fault in faults[:60]:
        print(fault)
    if not places:
        print('no text was judged')
    return 1 if faults or not places else 0


if __name__ == '__main__':
    sys.exit(main())
