#!/usr/bin/env python3
"""Drives every operation of a running daemon from its own openapi.json, with valid and invalid input.

    fuzz.py URL SECONDS LEAST SETTING.json [SEED]

Each answer must be one the document has: its status, its problem type, its schema. None may be a
5xx. Each operation must have succeeded LEAST times. SETTING.json holds the tokens by owner and the
ids of dead messages; the daemon is expected to be in nobody else's use.
"""
import hashlib
import hmac
import http.client
import json
import os
import random
import re
import string
import sys
import time
import urllib.parse

import jsonschema

sys.dont_write_bytecode = True  # beside the sources
from closed import closed

ROLES = {
    'front_office': 'fo', 'back_office': 'bo', 'dinas_teknis': 'dt', 'kabid_perizinan': 'kb',
    'sekretaris': 's', 'kepala_dinas': 'kd', 'kepala_dinas_teknis': 'kdt',
}
# Answers of the server itself, before any operation is known; its problems name no operation.
SERVERS_OWN = {408, 413, 431}
# The daemon's provider signs: nobody knows a path. What is said of a late entry wants time to pass first, and of a signer's
# new address a second administrator.
REFUSED = {'whatsapp_receipt_by_path', 'permit_confirm', 'permit_correct', 'permit_respond', 'officer_change_confirm', 'officer_change_stop'}
KEPT = 300  # permits and the like that are remembered, of each kind


class Fault(Exception):
    pass


class Api:
    """One connection, and the document."""

    def __init__(self, url):
        self.host = urllib.parse.urlsplit(url)
        self.connection = None
        answer = self.send('GET', '/api/v1/openapi.json', {}, None)
        self.document = json.loads(answer[2])
        self.base = self.document['servers'][0]['url']
        self.operations = {}
        for path, methods in self.document['paths'].items():
            for method, operation in methods.items():
                operation['path'], operation['method'] = path, method.upper()
                self.operations[operation['operationId']] = operation
        resolver = jsonschema.RefResolver('', {**self.document, 'components': closed(self.document['components'])})
        self.validators = {}
        for name, operation in self.operations.items():
            for status, answer in operation['responses'].items():
                schema = answer.get('content', {}).get('application/json', {}).get('schema')
                if schema:
                    self.validators[name, int(status)] = jsonschema.Draft202012Validator(schema, resolver=resolver)
        self.problem = jsonschema.Draft202012Validator({'$ref': '#/components/schemas/Problem'}, resolver=resolver)

    def resolve(self, schema):
        while '$ref' in schema:
            found = self.document
            for part in schema['$ref'][2:].split('/'):
                found = found[part]
            schema = found
        return schema

    def send(self, method, target, headers, body):
        for attempt in (1, 2):
            if self.connection is None:
                self.connection = http.client.HTTPConnection(self.host.hostname, self.host.port, timeout=60)
            try:
                self.connection.request(method, target, body, headers)
                answer = self.connection.getresponse()
                found = answer.status, answer.headers, answer.read()
                if answer.headers.get('Connection') == 'close':
                    self.connection.close()
                    self.connection = None
                return found
            except (http.client.HTTPException, OSError):
                # An idle connection may be closed under us, once.
                self.connection.close()
                self.connection = None
                if attempt == 2:
                    raise
        raise AssertionError

    def judge(self, name, status, headers, body):
        """What is wrong with this answer, or None."""
        operation = self.operations[name]
        if status >= 500:
            return 'a 5xx'
        if str(status) not in operation['responses']:
            return 'an answer that is not documented'
        kind = (headers.get('Content-Type') or '').split(';')[0]
        if status == 304 or status == 204:
            return None if not body else 'a body where there is none'
        if not headers.get('X-Request-Id'):
            return 'no request id'
        if status >= 400:
            if kind != 'application/problem+json':
                return f'a refusal as {kind}'
            problem = json.loads(body)
            errors = list(self.problem.iter_errors(problem))
            if errors:
                return f'a problem of another shape: {errors[0].message}'
            code = problem['type'].rsplit('/', 1)[-1]
            own = status in SERVERS_OWN or code == 'malformed_request'
            if not own and code not in operation.get('x-problems', []):
                return f'problem {code}, which is not documented'
            if status in (429, 503) and not headers.get('Retry-After'):
                return 'no Retry-After'
            return None
        validator = self.validators.get((name, status))
        if validator is None:
            return None
        if kind != 'application/json':
            return f'{kind} instead of JSON'
        errors = list(validator.iter_errors(json.loads(body)))
        return f'{errors[0].json_path}: {errors[0].message}' if errors else None


class Fuzz:
    def __init__(self, api, setting, seed):
        self.api, self.random = api, random.Random(seed)
        self.tokens, self.dead = setting['tokens'], list(setting['dead_messages'])
        self.key, self.verify_token = setting['receipts_key'].encode(), setting['verify_token']
        self.successes = {name: 0 for name in api.operations}
        self.answers, self.faults = {}, []
        self.permits, self.known = [], {}  # ids of open permits; the last seen state of each
        self.hashes, self.officers, self.delegations, self.cursors = [], [], [], []
        self.made = 0
        sop = json.loads(self.ask('sop_show', {'id': 'paud'}, token='fo')[2])
        self.steps = {step['id']: step for step in sop['steps']}
        self.pauses = [pause['id'] for pause in sop['pauses']]

    # --- asking ---------------------------------------------------------------------------------

    def ask(self, name, path=None, query=None, body=None, token=None, headers=None):
        operation = self.api.operations[name]
        target = self.api.base + operation['path']
        for key, value in (path or {}).items():
            target = target.replace('{' + key + '}', urllib.parse.quote(str(value), safe=''))
        target = re.sub(r'\{[^}]*\}', '1', target)
        if query:
            target += '?' + urllib.parse.urlencode(query)
        sent = {'Accept-Language': self.random.choice(['id', 'en', 'id-ID,en;q=0.5', ''])}
        if token:
            sent['Authorization'] = 'Bearer ' + self.tokens.get(token, token)
        if body is not None and not isinstance(body, (bytes, str)):
            body, sent['Content-Type'] = json.dumps(body), 'application/json'
        elif body is not None:
            sent['Content-Type'] = 'application/json'
        sent.update(headers or {})
        if isinstance(body, str):
            body = body.encode('utf-8', 'surrogatepass')
        status, answered, content = self.api.send(operation['method'], target, sent, body)
        fault = self.api.judge(name, status, answered, content)
        if fault and len(self.faults) < 20:
            self.faults.append(f'{name}: {status}: {fault}\n  {operation["method"]} {target} {sent}\n'
                               f'  {(body or b"")[:500]!r}\n  {content[:500]!r}')
        if status < 300:
            self.successes[name] += 1
        self.answers[name, status] = self.answers.get((name, status), 0) + 1
        return status, answered, content

    def learn(self, answer):
        """The permit an answer shows, remembered while it is open."""
        status, _, content = answer
        if status in (200, 201, 409):
            permit = json.loads(content)
            permit = permit.get('permit', permit) if status == 409 else permit
            if isinstance(permit, dict) and 'visits' in permit:
                self.known[permit['id']] = permit
                if permit['visits'] and permit['id'] not in self.permits:
                    self.permits.append(permit['id'])
                if not permit['visits'] and permit['id'] in self.permits:
                    self.permits.remove(permit['id'])
                if len(self.permits) > KEPT:
                    self.known.pop(self.permits.pop(0), None)
        return answer

    # --- values ---------------------------------------------------------------------------------

    def word(self, length=12):
        return ''.join(self.random.choice(string.ascii_lowercase) for _ in range(length))

    def text(self, longest=60):
        alphabet = string.ascii_letters + string.digits + ' .,-/()\'"<>&%éß字🙂'
        return 'a' + ''.join(self.random.choice(alphabet) for _ in range(self.random.randint(0, longest - 1)))

    def date(self, year=2031):
        return f'{year + self.random.randint(0, 40)}-{self.random.randint(1, 12):02}-{self.random.randint(1, 28):02}'

    def value(self, schema, depth=0):
        """Anything of this schema, more or less."""
        schema = self.api.resolve(schema)
        if 'const' in schema:
            return schema['const']
        if 'enum' in schema:
            return self.random.choice(schema['enum'])
        kind = schema.get('type', 'string')
        kind = self.random.choice(kind) if isinstance(kind, list) else kind
        if kind == 'object':
            wanted = schema.get('required', [])
            return {name: self.value(of, depth + 1) for name, of in schema.get('properties', {}).items()
                    if name in wanted or (depth < 3 and self.random.random() < 0.5)}
        if kind == 'array':
            return [self.value(schema.get('items', {}), depth + 1) for _ in range(self.random.randint(0, 3))]
        if kind == 'integer':
            return self.random.choice([0, 1, -1, 2**31, 2**53, 2**63, self.random.randint(0, 100)])
        if kind == 'number':
            return self.random.random()
        if kind == 'boolean':
            return self.random.random() < 0.5
        if kind == 'null':
            return None
        if schema.get('format') == 'date-time':
            return self.date(2000) + 'T10:00:00+08:00'
        if schema.get('format') == 'date':
            return self.date(2000)
        return self.random.choice([self.word(), self.text(), '', '0', '2026-11-25', 'verifikasi', 'fo'])

    def document(self, kind, numbered=False):
        document = {'kind': kind, 'uri': 'https://berkas.example/' + self.word()}
        if self.hashes and self.random.random() < 0.3:
            document['uri'] = 'tenggat:' + self.random.choice(self.hashes)
        if numbered:
            document['number'] = '800/' + self.word(4)
        return document

    def permit(self):
        if not self.permits or self.random.random() < 0.1:
            self.permit_create()
        return self.random.choice(self.permits)

    # At its first step of the office.
    def fresh(self):
        answer = self.permit_create()
        return json.loads(answer[2])['id']

    # --- valid calls, by operation ----------------------------------------------------------------

    def permit_create(self):
        self.made += 1
        body = {'sop': 'paud', 'subject': self.text(), 'applicant': {'name': self.text()},
                'documents': [self.document('persyaratan_izin_paud')]}
        if self.random.random() < 0.5:
            body['external_id'] = f'web-{self.made}'
            body['fields'] = {self.word(): self.random.choice([1, None, self.text(), [True]])}
            body['applicant']['email'] = self.word() + '@example.id'
        if self.random.random() < 0.3:
            body['applicant']['whatsapp'] = '0812' + str(self.random.randint(10000000, 99999999))
        if self.random.random() < 0.2:
            body['started_at'] = '2026-01-05T10:00:00+08:00'
        return self.learn(self.ask('permit_create', body=body, token='portal'))

    def permit_list(self):
        query = {name: value for name, value in
                 {'sop': 'paud', 'state': 'active', 'step': 'verifikasi', 'role': 'front_office',
                  'sla': self.random.choice(['on_track', 'overdue', 'met']), 'q': 'a', 'external_id': 'web-1',
                  'updated_after': '2026-01-01T00:00:00+08:00',
                  'limit': self.random.randint(1, 20)}.items() if self.random.random() < 0.3}
        query.setdefault('limit', 5)
        answer = self.ask('permit_list', query=query, token=self.random.choice(['dasbor', 'fo', 'portal']))
        cursor = json.loads(answer[2]).get('next_cursor')
        if cursor:
            self.ask('permit_list', query={**query, 'cursor': cursor}, token='dasbor')

    def permit_show(self):
        answer = self.learn(self.ask('permit_show', {'id': self.permit()}, token='fo'))
        number = json.loads(answer[2])['number']
        self.ask('permit_show', {'id': number}, token='dasbor',
                 headers={'If-None-Match': answer[1]['ETag']} if self.random.random() < 0.5 else {})

    def permit_timeline(self):
        self.ask('permit_timeline', {'id': self.permit()}, token=self.random.choice(['kd', 'dasbor']))

    def permit_action(self):
        permit = self.known[self.permit()]
        if not permit['visits']:
            return
        step = self.steps[permit['step']]
        rules = [one for one in step['actions'] if one['only_for'] in (None, permit['outcome'])]
        rule = self.random.choice(rules)
        body = {'step': step['id'], 'action': rule['id'], 'note': self.text()}
        if rule['note'] == 'note_or_deficiencies' and self.random.random() < 0.5:
            body['deficiencies'] = [{'document': 'persyaratan_izin_paud', 'note': self.text()}]
        body['documents'] = [self.document(one['kind'], one['numbered']) for one in rule['outputs'] if one['file']]
        if rule['chooses_outcome'] and self.random.random() < 0.5:
            body['outcome'] = self.random.choice(['grant', 'refusal'])
        if self.random.random() < 0.3:
            body['version'] = permit['version']
        self.learn(self.act(permit, body, step['role'], rule['in_person']))

    # What is taken in person no service takes in anybody's name.
    def act(self, permit, body, role, in_person):
        path, who = {'id': permit['id']}, ROLES.get(role)
        if who is None:
            return self.ask('permit_action', path, body=body, token='portal')
        if in_person or self.random.random() < 0.5:
            return self.ask('permit_action', path, body=body, token=who)
        return self.ask('permit_action', path, body={**body, 'on_behalf_of': who}, token='meja')

    def permit_undo(self):
        fresh = self.fresh()
        self.ask('permit_action', {'id': fresh}, body={'step': 'verifikasi', 'action': 'accept'}, token='fo')
        self.learn(self.ask('permit_undo', {'id': fresh}, body={}, token='fo'))

    def permit_claim(self):
        fresh = self.fresh()
        self.learn(self.ask('permit_claim', {'id': fresh}, body={'step': 'verifikasi'}, token='fo'))
        return fresh

    def permit_release(self):
        self.ask('permit_release', {'id': self.permit_claim()}, token='fo',
                 body={'step': 'verifikasi', 'reason': self.text()})

    def permit_pause(self):
        fresh = self.fresh()
        self.ask('permit_pause', {'id': fresh}, token='fo',
                 body={'step': 'verifikasi', 'reason': 'klarifikasi_pemohon', 'note': self.text()})
        return fresh

    def permit_resume(self):
        self.learn(self.ask('permit_resume', {'id': self.permit_pause()}, body={'step': 'verifikasi'},
                            token=self.random.choice(['fo', 'portal'])))

    def permit_assign(self):
        self.learn(self.ask('permit_assign', {'id': self.fresh()}, token='kb',
                            body={'step': 'verifikasi', 'officer': 'fo', 'reason': self.text()}))

    def permit_escalate(self):
        self.learn(self.ask('permit_escalate', {'id': self.fresh()}, token='fo',
                            body={'step': 'verifikasi', 'note': self.text()}))

    def permit_acknowledge(self):
        self.learn(self.ask('permit_acknowledge', {'id': self.fresh()}, token='fo',
                            body={'step': 'verifikasi', 'reason': 'beban_kerja'}))

    def permit_direct(self):
        self.learn(self.ask('permit_direct', {'id': self.fresh()}, token='kb',
                            body={'step': 'verifikasi', 'note': 'dahulukan ' + self.text()}))

    def event_list(self):
        query = {'limit': self.random.randint(1, 200)}
        if self.cursors and self.random.random() < 0.7:
            query['after'] = self.random.choice(self.cursors)
        answer = self.ask('event_list', query=query, token=self.random.choice(['dasbor', 'portal']))
        cursor = json.loads(answer[2]).get('next_cursor')
        if cursor:
            self.cursors = (self.cursors + [cursor])[-KEPT:]

    def file_create(self):
        # What it is called does not matter; what it is does.
        start = self.random.choice([b'%PDF-1.7\n', b'\xff\xd8\xff\xe0', b'\x89PNG\r\n\x1a\n', b'', b'PK\x03\x04'])
        content = start + os.urandom(self.random.choice([1, 10, 1000, 100_000]))
        answer = self.ask('file_create', body=content, token=self.random.choice(['portal', 'meja', 'fo']),
                          headers={'Content-Type': self.random.choice(['application/pdf', 'text/html', 'x'])})
        if answer[0] < 300:
            self.hashes = (self.hashes + [json.loads(answer[2])['sha256']])[-KEPT:]

    def file_show(self):
        while not self.hashes:
            self.file_create()
        self.ask('file_show', {'sha256': self.random.choice(self.hashes)}, token='fo')

    # As many as an office has: the whole list comes with each look at it.
    def officer_create(self):
        if self.successes['officer_create'] > KEPT:
            return
        self.made += 1
        officer = f'p{self.made}'
        body = {'id': officer, 'name': self.text(), 'roles': self.random.sample(['sekretaris'], self.random.randint(0, 1))}
        if self.random.random() < 0.5:
            body['email'] = self.word() + '@example.id'
        self.ask('officer_create', body=body, token='pengurus')
        self.officers = (self.officers + [officer])[-KEPT:]

    def officer(self):
        if not self.officers or self.random.random() < 0.02:
            self.officer_create()
        return self.random.choice(self.officers)

    def officer_edit(self):
        self.ask('officer_edit', {'id': self.officer()}, token='pengurus',
                 body={name: value for name, value in
                       {'name': self.text(), 'email': self.word() + '@example.id', 'whatsapp': '',
                        'ended_on': self.date()}.items() if self.random.random() < 0.5})

    def officer_leave(self):
        start = self.date()
        self.ask('officer_leave', {'id': self.officer()}, token='pengurus',
                 body={'start': start, 'end': '2099-01-01', 'replace': self.random.random() < 0.8})

    def delegation_create(self):
        if self.successes['delegation_create'] > KEPT:
            return
        day = self.date()
        answer = self.ask('delegation_create', token='pengurus',
                          body={'from': 'kd', 'to': self.officer(), 'kind': self.random.choice(['plh', 'plt']),
                                'start': day, 'end': day, 'letter': self.text()})
        if answer[0] < 300:  # else it overlaps another
            self.delegations.append(json.loads(answer[2])['id'])

    def delegation_end(self):
        if not self.delegations:
            self.delegation_create()
        if self.delegations:
            self.ask('delegation_end', {'id': self.delegations.pop()}, body={}, token='pengurus')

    def notice_list(self):
        query = self.random.choice([{'state': 'dead'}, {'state': 'pending', 'limit': 5}, {'permit': self.permit()}])
        self.ask('notice_list', query=query, token='pengurus')

    def message_retry(self):
        if self.dead:
            self.ask('message_retry', {'id': self.dead.pop()}, body={}, token='pengurus')

    def message_discard(self):
        if self.dead:
            self.ask('message_discard', {'id': self.dead.pop()}, body={}, token='pengurus')

    def receipt(self):
        status = {'id': self.random.choice(['wamid.' + self.word(), self.text(), 7]),
                  'status': self.random.choice(['sent', 'delivered', 'read', 'failed', self.word()]),
                  'timestamp': self.random.choice(['1775200000', 1775200000, '0', '9' * 30, self.text()]),
                  'recipient_id': '6281234567890', 'biz_opaque_callback_data': str(self.random.randint(-1, 5000))}
        if self.random.random() < 0.3:
            status['errors'] = [{'code': 131026, 'error_data': {'details': self.text()}}]
        return {'entry': [{'changes': [{'value': {'statuses': [status]}}]}]}

    def whatsapp_receipt(self):
        body = json.dumps(self.receipt() if self.random.random() < 0.8 else self.mutated(self.receipt())).encode()
        signature = 'sha256=' + hmac.new(self.key, body, hashlib.sha256).hexdigest()
        self.ask('whatsapp_receipt', {'provider': 'meta'}, body=body, headers={'X-Hub-Signature-256': signature})

    def whatsapp_challenge(self):
        self.ask('whatsapp_challenge', {'provider': 'meta'},
                 {'hub.mode': 'subscribe', 'hub.challenge': self.word(), 'hub.verify_token': self.verify_token})

    def email_bounce(self):
        to = f'izin+m{self.random.randint(0, 5000)}@example.go.id'
        report = (f'To: {to}\nContent-Type: multipart/report; boundary=a\n\n--a\n'
                  f'Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n'
                  f'Final-Recipient: rfc822; fo@b.example\nAction: failed\nStatus: 5.1.1\n'
                  f'Diagnostic-Code: {self.text()}\n--a--\n').encode()
        cut = self.random.choice([len(report), self.random.randint(0, len(report))])
        self.ask('email_bounce', body=report[:cut], token='surat', headers={'Content-Type': 'message/rfc822'})

    def any_other(self, name):
        """An operation without a recipe of its own: what its document says, by who may ask."""
        operation = self.api.operations[name]
        path = {'id': 'paud' if operation['path'].startswith('/sops/') else self.permit()}
        body = {} if operation['method'] == 'POST' else None
        content = operation.get('requestBody', {}).get('content', {}).get('application/json')
        if content:
            body = self.value(content['schema'])
        for token in self.random.sample(['fo', 'kb', 'dasbor', 'portal', 'pengurus', 'meja'], 6):
            if self.ask(name, path, body=body, token=token)[0] not in (401, 403):
                return

    def valid(self, name):
        recipe = getattr(self, name, None)
        if recipe:
            recipe()
        else:
            self.any_other(name)

    # --- invalid calls ----------------------------------------------------------------------------

    def broken(self, body):
        """JSON with one thing wrong, as text or bytes."""
        text = json.dumps(body)
        return self.random.choice([
            lambda: '', lambda: text[:-1], lambda: text + text, lambda: '[' * 5000, lambda: '{"a":' * 100 + '1' + '}' * 100,
            lambda: '{"step":"a","step":"b"}', lambda: '{"step":"\\u0000"}', lambda: '{"step":"\\ud800"}',
            lambda: b'{"step":"\xff\xfe"}', lambda: '{"step":1e999}', lambda: 'null', lambda: '[]', lambda: '"x"',
            lambda: '{"step":"' + 'x' * 100_000 + '"}', lambda: '{step:1}', lambda: '\ufeff' + text,
            lambda: json.dumps({f'k{i}': i for i in range(1000)}),
        ])()

    def mutated(self, body):
        body = dict(body) if isinstance(body, dict) else {}
        for _ in range(self.random.randint(1, 2)):
            name = self.random.choice(list(body) + [self.word()])
            body[name] = self.random.choice([
                None, 1, -1, 2**64, 1.5, True, [], {}, '', ' ', self.text(), 'x' * 5000, [None], {'a': 1},
                'a\tb', '\x01', '../../etc', '2026-13-45', '2026-11-25T10:00:00', '2026-11-25T25:00:00+08:00',
                '9999-12-31T23:59:59+14:00', '0001-01-01T00:00:00-12:00', 'javascript:alert(1)'])
        return body

    def invalid(self, name):
        operation = self.api.operations[name]
        path = {'id': self.random.choice([self.permit(), '0', '-1', '9' * 30, 'PAUD-2026-99999', self.text(20), 'fo']),
                'provider': self.random.choice(['meta', 'fonnte', self.text(10)]), 'secret': self.text(20),
                'sha256': self.random.choice(['0' * 64, 'x', self.text(20)])}
        query = {}
        if self.random.random() < (0.6 if operation['method'] == 'GET' else 0.1):
            names = [one['name'] for one in operation.get('parameters', []) if one.get('in') == 'query'] + [self.word()]
            query = {self.random.choice(names): self.random.choice(
                ['', '0', '-1', '201', 'x', '%', self.text(), 'x' * 2000, 'k' + '0' * 16, 'k' + 'f' * 16, 'e1-2-3',
                 'e7fffffffffffffff-1-1', '2026-11-25T10:00:00+08:00', '9999-12-31T23:59:59+08:00'])
                for _ in range(self.random.randint(1, 2))}
        headers = {}
        body = None
        if operation['method'] == 'POST':
            content = operation.get('requestBody', {}).get('content', {}).get('application/json')
            body = self.value(content['schema']) if content else {}
            body = self.random.choice([lambda: body, lambda: self.mutated(body), lambda: self.broken(body)])()
            if self.random.random() < 0.1:
                headers['Content-Type'] = self.random.choice(['text/plain', 'application/xml', ''])
            if self.random.random() < 0.3:
                headers['Idempotency-Key'] = self.random.choice(['a', 'a b', '', 'x' * 256, self.word()])
        token = self.random.choice(list(self.tokens) + [None, 'tgt_' + '0' * 64, 'x'])
        self.ask(name, path, query, body, token, headers)

    # --- the whole --------------------------------------------------------------------------------

    def run(self, seconds, least):
        names = sorted(self.api.operations)
        until = time.monotonic() + seconds
        while time.monotonic() < until and len(self.faults) < 20:
            name = self.random.choice(names)
            for _ in range(2):
                self.invalid(name)
            self.valid(name)
        # Whatever chance has left out.
        for name in names:
            for _ in range(20 * least):
                if self.successes[name] >= least or name in REFUSED or self.faults:
                    break
                self.valid(name)

    def report(self, least):
        for name in sorted(self.successes):
            answers = ' '.join(f'{status}:{count}' for (of, status), count in sorted(self.answers.items()) if of == name)
            print(f'{self.successes[name]:6} {name:20} {answers}')
        for fault in self.faults:
            print('fault:', fault)
        missed = [name for name, count in self.successes.items() if count < least and name not in REFUSED]
        if missed:
            print(f'did not succeed {least} times:', ' '.join(missed))
        print(f'{sum(self.answers.values())} answers, {len(self.faults)} faults')
        return not self.faults and not missed


def main():
    url, seconds, least, setting = sys.argv[1:5]
    seed = sys.argv[5] if len(sys.argv) > 5 else 'random'
    if seed == 'random':
        seed = str(random.randrange(2**32))
    print('seed', seed)
    with open(setting, encoding='utf-8') as file:
        fuzz = Fuzz(Api(url), json.load(file), seed)
    fuzz.run(float(seconds), int(least))
    return 0 if fuzz.report(int(least)) else 1


if __name__ == '__main__':
    sys.exit(main())
