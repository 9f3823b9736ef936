#!/usr/bin/env python3
"""Puts what the API answered, and the examples of openapi.json, beside its schemas.

    answers.py OPENAPI.json ANSWERS.json SCHEMA.json

ANSWERS.json is one object, SCHEMA.json its schema, as openapi_test writes them.
"""
import json
import pathlib
import sys
import warnings

warnings.simplefilter('ignore', DeprecationWarning)
import jsonschema

sys.dont_write_bytecode = True  # beside the sources
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / 'api_fuzz'))
from closed import closed

METHODS = ('get', 'post')


def faults_of_examples(document):
    root = {**document, 'components': closed(document['components'])}
    resolver = jsonschema.RefResolver('', root)

    def judged(where, schema, value):
        validator = jsonschema.Draft202012Validator(schema, resolver=resolver)
        for error in validator.iter_errors(value):
            yield f'{where}: {error.json_path}: {error.message}'

    def of(media):
        found = [media['example']] if 'example' in media else []
        for one in media.get('examples', {}).values():
            found.append(resolver.resolve(one['$ref'])[1]['value'] if '$ref' in one else one['value'])
        return found

    for kind in ('paths', 'webhooks'):
        for path, item in document.get(kind, {}).items():
            for method, operation in ((m, item[m]) for m in METHODS if m in item):
                name = operation['operationId']
                media = [(f'{name} request', one) for one in operation.get('requestBody', {}).get('content', {}).values()]
                for status, answer in operation['responses'].items():
                    if status < '3':
                        media += [(f'{name} {status}', one) for one in answer.get('content', {}).values()]
                for where, one in media:
                    if not of(one):
                        yield f'{where}: has no example'
                    for value in of(one):
                        yield from judged(where, one['schema'], value)
                for one in operation.get('parameters', []):
                    if 'example' in one:
                        yield from judged(f'{name} {one["name"]}', one['schema'], one['example'])


def main():
    document, answers, schema = (json.load(open(name, encoding='utf-8')) for name in sys.argv[1:4])
    schema['components'] = closed(schema['components'])
    faults = [f'{error.json_path}: {error.message}'
              for error in jsonschema.Draft202012Validator(schema).iter_errors(answers)]
    faults += faults_of_examples(document)
    if document['info'].get('license', {}).get('identifier') != 'Apache-2.0':
        faults.append('info.license: is missing')
    schemas = document['components']['schemas']
    kinds = {*schemas['Event']['properties']['type']['enum'], schemas['SealEvent']['properties']['type']['const']}
    if set(document.get('webhooks', {})) != kinds:
        faults.append(f'webhooks: {sorted(kinds)} are posted')
    for name, one in document['components']['schemas'].items():
        in_answers = f'"#/components/schemas/{name}"' in json.dumps(
            [op['responses'] for item in document['paths'].values() for op in item.values()])
        if in_answers and one.get('additionalProperties') is False:
            faults.append(f'{name}: an answer may get further fields')
    for fault in faults[:50]:
        print(fault)
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main())
