// Attachments, as the customer API's contract says (section 9).
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { authorise } from '@tallystick/ledger-core/account/commands.suite';
import { ApiService, joint, mine, others, type Sent } from './api-service.suite.js';
import { CHUNKS, FILE_BYTES_MAX, FILES, UPLOADS } from './uploads.js';
import { UploadsSweep } from './uploads.process.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const REMOTE = 'https://files.example/receipts/1.png';

let api: ApiService;
let id: string;

beforeEach(async () => {
  api = await ApiService.start();
  await api.do(mine, authorise('coffee', 300n));
  id = (await api.get(`/transactions?account_id=${mine}`)).body.transactions.at(-1).id;
});

afterEach(async () => {
  await api.stop();
  expect(api.reported).toEqual([]);
});

type Fields = Readonly<Record<string, string>>;
const PNG = { file_name: 'Café “receipt”.png', file_type: 'image/png' };

async function begin(fields: Fields = PNG) {
  const { status, body } = await api.form('POST', '/attachment/upload', fields);
  expect(status).toBe(200);
  return body as { readonly file_url: string; readonly upload_url: string };
}

async function upload(url: string, body: string | Buffer, type: string | null = 'image/png', method = 'PUT') {
  const headers: Fields = type === null ? {} : { 'content-type': type };
  const response = await fetch(url, { method, body, headers });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

const register = (fields: Fields, how: Sent = {}) =>
  api.form('POST', '/attachment/register', { external_id: id, file_type: 'image/png', ...fields }, how);
const deregister = (attachment: string, how: Sent = {}) =>
  api.form('POST', '/attachment/deregister', { id: attachment }, how);

async function attachments(how: Sent = {}, transaction = id) {
  await api.fill();
  return (await api.get(`/transactions/${transaction}`, how)).body.transaction.attachments;
}

const bytesOf = (length: number) => Buffer.from(Uint8Array.from({ length }, (_, n) => (n * 31 + (n >> 8)) % 256));
const count = async (collection: string) => (await api.of.ledger.records.keys(collection, { limit: 10_000 })).length;
const sweep = () =>
  new UploadsSweep({ records: api.of.ledger.records, time: api.time, runs: true, report: () => undefined }).sweep();

describe('a file', () => {
  it.each(['PUT', 'POST'])('is uploaded by %s without a token, and served as it was declared', async (method) => {
    const { file_url, upload_url } = await begin();
    expect([file_url, upload_url].every((url) => url.startsWith(`${api.url}/attachment/`))).toBe(true);
    expect((await fetch(file_url)).status).toBe(404);
    // More than one chunk, and a last one that is not full.
    const bytes = bytesOf(600_001);
    expect(await upload(upload_url, bytes, 'image/PNG; x=y', method)).toEqual({ status: 200, body: {} });
    const response = await fetch(file_url);
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': '600001',
      'x-content-type-options': 'nosniff',
      'content-disposition': `attachment; filename="Caf_ _receipt_.png"; filename*=UTF-8''Caf%C3%A9%20%E2%80%9Creceipt%E2%80%9D.png`,
    });
    expect(response.headers.get('content-security-policy')).toContain('sandbox');
  });

  it('is uploaded once', async () => {
    const { file_url, upload_url } = await begin();
    expect((await upload(upload_url, 'first')).status).toBe(200);
    expect(await upload(upload_url, 'second')).toMatchObject({
      status: 403,
      body: { code: 'forbidden.bad_upload_url' },
    });
    expect(await (await fetch(file_url)).text()).toBe('first');
  });

  it('that is uploaded twice at the same moment is one of the two, whole', async () => {
    const { file_url, upload_url } = await begin();
    const files = [1, 2].map((seed) => Buffer.alloc(700_000, seed));
    const answers = await Promise.all(files.map((bytes) => upload(upload_url, bytes)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403]);
    const stored = Buffer.from(await (await fetch(file_url)).arrayBuffer());
    expect(stored.equals(files[answers.findIndex(({ status }) => status === 200)] ?? Buffer.alloc(0))).toBe(true);
  });

  it.each<[string, Fields, string | Buffer, string | null, number, string]>([
    ['of another type', PNG, 'x', 'text/html', 403, 'forbidden.upload_type_mismatch'],
    [
      'shorter than declared',
      { ...PNG, content_length: '5' },
      Buffer.from('four'),
      null,
      403,
      'forbidden.upload_length_mismatch',
    ],
    ['empty', PNG, '', 'image/png', 403, 'forbidden.upload_length_mismatch'],
    [
      'longer than declared',
      { ...PNG, content_length: '3' },
      Buffer.from('four'),
      null,
      413,
      'bad_request.body_too_large',
    ],
    [
      'longer than ten megabytes',
      PNG,
      Buffer.alloc(FILE_BYTES_MAX + 1),
      'image/png',
      413,
      'bad_request.body_too_large',
    ],
  ])('%s is refused, and the right one may come after it', async (_, declared, bytes, type, status, code) => {
    const { file_url, upload_url } = await begin(declared);
    const answer = await upload(upload_url, bytes, type);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect((await fetch(file_url)).status).toBe(404);
    const right = 'x'.repeat(Number(declared.content_length ?? 9));
    expect((await upload(upload_url, right)).status).toBe(200);
    expect(await (await fetch(file_url)).text()).toBe(right);
  });

  it('of ten megabytes is taken', async () => {
    const { file_url, upload_url } = await begin({ ...PNG, content_length: `${FILE_BYTES_MAX}` });
    const bytes = bytesOf(FILE_BYTES_MAX);
    expect((await upload(upload_url, bytes)).status).toBe(200);
    expect(Buffer.from(await (await fetch(file_url)).arrayBuffer()).equals(bytes)).toBe(true);
  });

  it('is taken for fifteen minutes, at the very URL that was told', async () => {
    const { upload_url } = await begin();
    const wrong = [
      upload_url.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a')),
      upload_url.replace(/\w+\/(\w+)$/, 'none/$1'),
    ];
    for (const url of wrong) expect((await upload(url, 'x')).body.code).toBe('forbidden.bad_upload_url');
    api.time.advance(15 * MINUTE_MS + 1);
    expect(await upload(upload_url, 'x')).toMatchObject({ status: 403, body: { code: 'forbidden.bad_upload_url' } });
    expect((await fetch(`${api.url}/attachment/files/none`)).status).toBe(404);
  });

  it.each<[Fields | object, string]>([
    [{ file_type: 'image/png' }, 'bad_request.missing_param.file_name'],
    [{ ...PNG, file_name: '' }, 'bad_request.missing_param.file_name'],
    [{ ...PNG, file_name: 'x'.repeat(256) }, 'bad_request.bad_param.file_name'],
    [{ ...PNG, file_name: '5555555555554444.png' }, 'bad_request.bad_param.file_name'],
    [{ file_name: 'a.png' }, 'bad_request.missing_param.file_type'],
    [{ ...PNG, file_type: 'png' }, 'bad_request.bad_param.file_type'],
    [{ ...PNG, file_type: 'image/png\r\nx: y' }, 'bad_request.bad_param.file_type'],
    [{ ...PNG, content_length: 0 }, 'bad_request.bad_param.content_length'],
    [{ ...PNG, content_length: 1.5 }, 'bad_request.bad_param.content_length'],
    [{ ...PNG, content_length: 'many' }, 'bad_request.bad_param.content_length'],
    [{ ...PNG, content_length: FILE_BYTES_MAX + 1 }, 'bad_request.bad_param.content_length'],
  ])('is not awaited as %p', async (fields, code) => {
    const answer = await api.json('POST', '/attachment/upload', fields);
    expect([answer.status, answer.body.code]).toEqual([400, code]);
  });

  it('has URLs of the host that is configured, where one is', async () => {
    const publicUrl = 'https://api.bank.example/';
    const behind = await ApiService.start({ rateLimit: undefined, historyDays: 90, settlingMs: 0, publicUrl });
    try {
      const { body } = await behind.form('POST', '/attachment/upload', PNG);
      expect(body.file_url).toMatch(/^https:\/\/api\.bank\.example\/attachment\/files\/[a-z]{32}$/);
      expect(body.upload_url).toMatch(/^https:\/\/api\.bank\.example\/attachment\/upload\/[a-z]{32}\/[a-z]{32}$/);
    } finally {
      await behind.stop();
    }
  });

  it('whose upload died half way is not there, and comes with the next try', async () => {
    const { file_url, upload_url } = await begin();
    const { records } = api.of.ledger;
    const { put } = records;
    let left = 2;
    records.put = async (...args) => {
      if (left-- === 0) throw new Error('killed');
      return put.apply(records, args);
    };
    expect((await upload(upload_url, bytesOf(1_500_000))).status).toBe(500);
    records.put = put;
    expect(api.reported.splice(0)).toHaveLength(1);
    expect((await fetch(file_url)).status).toBe(404);
    expect((await upload(upload_url, 'whole')).status).toBe(200);
    expect(await (await fetch(file_url)).text()).toBe('whole');
  });
});

describe('a file beside a transaction', () => {
  it('is shown to whoever sees the transaction, wherever it lies', async () => {
    expect(await attachments()).toBeNull();
    const { status, body, headers } = await register({ file_url: REMOTE });
    expect([status, body]).toEqual([
      200,
      {
        attachment: {
          id: expect.stringMatching(/^attach_0000[0-9A-Za-z]{18}$/),
          user_id: 'user_1',
          external_id: id,
          file_url: REMOTE,
          file_type: 'image/png',
          created: expect.stringMatching(/Z$/),
          url: REMOTE,
          type: 'image/png',
        },
      },
    ]);
    expect(headers.get('x-ledger-position')).toMatch(/^jrnl1\.\d+$/);
    expect(await attachments()).toEqual([body.attachment]);
    const list = (await api.get(`/transactions?account_id=${mine}`)).body.transactions;
    expect(list.at(-1).attachments).toEqual([body.attachment]);
    expect(list[0].attachments).toBeNull();
    const patched = await api.form('PATCH', `/transactions/${id}`, { 'metadata[a]': '1' });
    expect(patched.body.transaction.attachments).toEqual([body.attachment]);
  });

  it('that was uploaded here must have arrived', async () => {
    const { file_url, upload_url } = await begin();
    const early = await register({ file_url });
    expect([early.status, early.body.code]).toEqual([400, 'bad_request.bad_param.file_url']);
    await upload(upload_url, 'x');
    expect((await register({ file_url })).status).toBe(200);
    expect((await register({ file_url }, { token: 'token-of-2' })).status).toBe(404);
  });

  it('is one, however often it is registered, and comes again after it was taken away', async () => {
    const first = await register({ file_url: REMOTE });
    expect((await register({ file_url: REMOTE })).body).toEqual(first.body);
    const { id: attachment } = first.body.attachment;
    expect((await register({ file_url: REMOTE, file_type: 'image/gif' })).body.attachment.id).not.toBe(attachment);
    expect(await attachments()).toHaveLength(2);
    expect(await deregister(attachment)).toMatchObject({ status: 200, body: {} });
    expect(await attachments()).toHaveLength(1);
    api.of.world.now += 1_000_000n;
    const again = await register({ file_url: REMOTE });
    expect(again.body.attachment.id).toBe(attachment);
    expect((await attachments()).map(({ created }: { created: string }) => created)).toContain(
      again.body.attachment.created,
    );
  });

  it('is taken away by who registered it, once', async () => {
    const [{ id: shared }] = (await api.get(`/transactions?account_id=${joint}`)).body.transactions;
    const { body } = await register({ external_id: shared, file_url: REMOTE });
    const theirs = { token: 'token-of-2' };
    expect(await attachments(theirs, shared)).toEqual([body.attachment]);
    const foreign = await deregister(body.attachment.id, theirs);
    expect([foreign.status, foreign.body.code]).toEqual([404, 'not_found.attachment']);
    expect((await deregister(body.attachment.id)).status).toBe(200);
    expect(await attachments(theirs, shared)).toBeNull();
    for (const unknown of [body.attachment.id, 'attach_0000none', 'annotations-x', 'attach_000000VIK1ae8jCL7MX8oc']) {
      const answer = await deregister(unknown);
      expect([answer.status, answer.body]).toEqual([404, foreign.body]);
    }
  });

  it('has at most nineteen others', async () => {
    for (let n = 0; n < 20; n++) expect((await register({ file_url: `${REMOTE}?${n}` })).status).toBe(200);
    await api.fill();
    const answer = await register({ file_url: `${REMOTE}?20` });
    expect([answer.status, answer.body.code]).toEqual([400, 'bad_request.too_many_attachments']);
    expect((await register({ file_url: `${REMOTE}?7` })).status).toBe(200);
  });

  it.each<[Fields, number, string]>([
    [{ external_id: '' }, 400, 'bad_request.missing_param.external_id'],
    [{ external_id: 'tx_0000none' }, 404, 'not_found.transaction'],
    [{ file_url: '' }, 400, 'bad_request.missing_param.file_url'],
    [{ file_url: 'receipt.png' }, 400, 'bad_request.bad_param.file_url'],
    [{ file_url: 'javascript:alert(1)' }, 400, 'bad_request.bad_param.file_url'],
    [{ file_url: 'https://a b' }, 400, 'bad_request.bad_param.file_url'],
    [{ file_url: `https://x.example/${'x'.repeat(2_048)}` }, 400, 'bad_request.bad_param.file_url'],
    [{ file_url: 'https://x.example/5555555555554444' }, 400, 'bad_request.bad_param.file_url'],
    [{ file_type: '' }, 400, 'bad_request.missing_param.file_type'],
    [{ file_type: 'png' }, 400, 'bad_request.bad_param.file_type'],
  ])('is refused with %p', async (fields, status, code) => {
    const answer = await register({ file_url: REMOTE, ...fields });
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it('is refused without its fields, and beside another user’s transaction', async () => {
    expect((await api.json('POST', '/attachment/register', {})).body.code).toMatch(/^bad_request\.missing_param\./);
    expect((await api.form('POST', '/attachment/deregister', {})).body.code).toBe('bad_request.missing_param.id');
    const theirs = (await api.get(`/transactions?account_id=${others}`, { token: 'token-of-2' })).body.transactions[0];
    const answer = await register({ external_id: theirs.id, file_url: REMOTE });
    expect([answer.status, answer.body.code]).toEqual([404, 'not_found.transaction']);
  });
});

describe('what is left of uploads', () => {
  it('goes: broken ones after an hour, files that nobody registered after a day', async () => {
    await begin();
    const lost = await begin();
    await upload(lost.upload_url, 'x');
    const kept = await begin();
    await upload(kept.upload_url, 'y');
    await register({ file_url: kept.file_url });
    await sweep();
    expect([await count(UPLOADS), await count(FILES), await count(CHUNKS)]).toEqual([3, 2, 2]);
    api.time.advance(2 * 60 * MINUTE_MS);
    await sweep();
    expect([await count(UPLOADS), await count(FILES), await count(CHUNKS)]).toEqual([1, 2, 2]);
    api.time.advance(DAY_MS);
    await sweep();
    expect([await count(UPLOADS), await count(FILES), await count(CHUNKS)]).toEqual([0, 1, 1]);
    expect((await fetch(lost.file_url)).status).toBe(404);
    expect(await (await fetch(kept.file_url)).text()).toBe('y');
    expect((await register({ file_url: lost.file_url })).status).toBe(400);
    expect((await register({ file_url: kept.file_url })).status).toBe(200);
  });
});

describe('files of a customer who was erased', () => {
  it('are gone, nothing breaks, and nothing new is kept', async () => {
    const { file_url, upload_url } = await begin();
    const waiting = await begin();
    await upload(upload_url, 'x');
    const { body } = await register({ file_url });
    await api.of.keys.destroy(mine);
    await api.of.keys.destroy('user_1');
    expect(await attachments()).toBeNull();
    expect((await fetch(file_url)).status).toBe(404);
    const erased = [412, 'precondition_failed.customer_erased'];
    const again = await register({ file_url: REMOTE });
    expect([again.status, again.body.code]).toEqual(erased);
    const late = await upload(waiting.upload_url, 'x');
    expect([late.status, late.body.code]).toEqual(erased);
    const more = await api.form('POST', '/attachment/upload', PNG);
    expect([more.status, more.body.code]).toEqual(erased);
    expect((await deregister(body.attachment.id)).status).toBe(200);
  });
});
