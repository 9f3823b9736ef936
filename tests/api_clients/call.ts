// A portal's day by the types that openapi-typescript makes of openapi.json: handed in, found,
// acted on, refused, followed. Each line that is printed was answered by the daemon.
import createClient from 'openapi-fetch';
import type { components, paths, webhooks } from './api.js';

declare const process: { env: Record<string, string | undefined>; exitCode: number };
const base = process.env['TENGGAT_URL'] ?? '';
const token = process.env['TENGGAT_TOKEN'] ?? '';
const api = createClient<paths>({
  baseUrl: `${base}/api/v1`,
  headers: { Authorization: `Bearer ${token}` },
});

type Permit = components['schemas']['Permit'];
type Posted = webhooks['permit.changed']['post']['requestBody']['content']['application/json'];

function demand<T>(answer: { data?: T | undefined; error?: unknown; response: Response }): T {
  if (answer.data === undefined)
    throw new Error(`${answer.response.status}: ${JSON.stringify(answer.error)}`);
  return answer.data;
}

const stored = demand(
  await api.POST('/files', {
    body: '%PDF-1.7\n%%EOF\n',
    bodySerializer: (body) => body,
    headers: { 'Content-Type': 'application/pdf' },
  }),
);
const permit: Permit = demand(
  await api.POST('/permits', {
    params: { header: { 'Idempotency-Key': 'ts-1' } },
    body: {
      sop: 'paud',
      subject: 'PAUD Melati',
      applicant: { name: 'Siti Aminah', email: null },
      documents: [{ kind: 'persyaratan_izin_paud', uri: stored.uri }],
      external_id: 'ts-1',
    },
  }),
);
console.log('submitted', permit.state, permit.visits[0]?.step);

const path = { id: permit.id };
const page = demand(
  await api.GET('/permits', { params: { query: { q: 'Melati', state: 'active', limit: 5 } } }),
);
console.log('found', page.items.some((one) => one.id === permit.id));

const returned = demand(
  await api.POST('/permits/{id}/actions', {
    params: { path },
    body: {
      step: 'verifikasi',
      action: 'reject',
      deficiencies: [{ document: 'persyaratan_izin_paud', note: 'belum dilegalisasi' }],
      on_behalf_of: 'fo',
    },
  }),
);
console.log('acted', returned.state, returned.step);

const again = await api.POST('/permits/{id}/claim', {
  params: { path },
  body: { step: 'verifikasi', on_behalf_of: 'fo' },
});
if (again.error === undefined) throw new Error('a closed step was claimed');
console.log('refused', again.response.status, again.error.type, again.error.permit?.state);

const timeline = demand(await api.GET('/permits/{id}/timeline', { params: { path } }));
console.log('timeline', timeline.events.length > 0, timeline.proof.visits.length > 0);

let after: string | undefined;
let changes: Posted[] = [];
for (let tries = 0; tries < 150 && changes.length === 0; ++tries) {
  const events = demand(
    await api.GET('/events', { params: { query: after === undefined ? {} : { after } } }),
  );
  after = events.next_cursor ?? undefined;
  changes = events.items.filter((one) => one.data.permit === permit.id);
  if (changes.length === 0) await new Promise((done) => setTimeout(done, 200));
}
console.log('followed', changes[0]?.type, changes[0]?.data.action);
