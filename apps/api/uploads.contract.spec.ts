// Uploads and files, as the customer API's contract says (section 9).
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ApiService, mine } from './api-service.suite.js';
import { CHUNKS, FILE_BYTES_MAX, FILES, UPLOADS } from './uploads.js';
import { UploadsSweep } from './uploads.process.js';
import { begin, type Fields, PNG, upload } from './uploads.suite.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

let api: ApiService;

beforeEach(async () => {
  api = await ApiService.start();
});

afterEach(async () => {
  await api.stop();
  expect(api.reported).toEqual([]);
});

async function register(file_url: string) {
  const [{ id }] = (await api.get(`/transactions?account_id=${mine}`)).body.transactions;
  return await api.form('POST', '/attachment/register', { external_id: id, file_type: 'image/png', file_url });
}

const bytesOf = (length: number) => Buffer.from(Uint8Array.from({ length }, (_, n) => (n * 31 + (n >> 8)) % 256));
const count = async (collection: string) => (await api.of.ledger.records.keys(collection, { limit: 10_000 })).length;
const sweep = () =>
  new UploadsSweep({ records: api.of.ledger.records, time: api.time, runs: true, report: () => undefined }).sweep();

describe('a file', () => {
  it.each(['PUT', 'POST'])('is uploaded by %s without a token, and served as it was declared', async (method) => {
    const { file_url, upload_url } = await begin(api);
    expect([file_url, upload_url].every((url) => url.startsWith(`${api.url}/attachments/`))).toBe(true);
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
    const { file_url, upload_url } = await begin(api);
    expect((await upload(upload_url, 'first')).status).toBe(200);
    expect(await upload(upload_url, 'second')).toMatchObject({
      status: 403,
      body: { code: 'forbidden.bad_upload_url' },
    });
    expect(await (await fetch(file_url)).text()).toBe('first');
  });

  it('that is uploaded twice at the same moment is one of the two, whole', async () => {
    const { file_url, upload_url } = await begin(api);
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
    const { file_url, upload_url } = await begin(api, declared);
    const answer = await upload(upload_url, bytes, type);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect((await fetch(file_url)).status).toBe(404);
    const right = 'x'.repeat(Number(declared.content_length ?? 9));
    expect((await upload(upload_url, right)).status).toBe(200);
    expect(await (await fetch(file_url)).text()).toBe(right);
  });

  it('of ten megabytes is taken', async () => {
    const { file_url, upload_url } = await begin(api, { ...PNG, content_length: `${FILE_BYTES_MAX}` });
    const bytes = bytesOf(FILE_BYTES_MAX);
    expect((await upload(upload_url, bytes)).status).toBe(200);
    expect(Buffer.from(await (await fetch(file_url)).arrayBuffer()).equals(bytes)).toBe(true);
  });

  it('is taken for fifteen minutes, at the very URL that was told', async () => {
    const { upload_url } = await begin(api);
    const wrong = [
      upload_url.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a')),
      upload_url.replace(/\w+\/(\w+)$/, 'none/$1'),
    ];
    for (const url of wrong) expect((await upload(url, 'x')).body.code).toBe('forbidden.bad_upload_url');
    api.time.advance(15 * MINUTE_MS + 1);
    expect(await upload(upload_url, 'x')).toMatchObject({ status: 403, body: { code: 'forbidden.bad_upload_url' } });
    expect((await fetch(`${api.url}/attachments/files/none`)).status).toBe(404);
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
      expect(body.file_url).toMatch(/^https:\/\/api\.bank\.example\/attachments\/files\/[a-z]{32}$/);
      expect(body.upload_url).toMatch(/^https:\/\/api\.bank\.example\/attachments\/upload\/[a-z]{32}\/[a-z]{32}$/);
    } finally {
      await behind.stop();
    }
  });

  it('whose upload died half way is not there, and comes with the next try', async () => {
    const { file_url, upload_url } = await begin(api);
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

describe('what is left of uploads', () => {
  it('goes: broken ones after an hour, files that nobody registered after a day', async () => {
    await begin(api);
    const lost = await begin(api);
    await upload(lost.upload_url, 'x');
    const kept = await begin(api);
    await upload(kept.upload_url, 'y');
    await register(kept.file_url);
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
    expect((await register(lost.file_url)).status).toBe(400);
    expect((await register(kept.file_url)).status).toBe(200);
  });
});

describe('what a user uploads in a day', () => {
  const MIB = 1024 * 1024;
  const HOUR_MS = 60 * MINUTE_MS;
  const ask = (more: Fields = {}, token = 'token-of-1') =>
    api.form('POST', '/attachment/upload', { ...PNG, ...more }, { token });

  beforeEach(async () => {
    await api.stop();
    api = await ApiService.start({ rateLimit: undefined, historyDays: 90, settlingMs: 0, uploadBytesPerDay: 20 * MIB });
  });

  it('ends somewhere, for that user alone, and begins again a day later', async () => {
    const half = { content_length: String(10 * MIB) };
    expect((await ask(half)).status).toBe(200);
    api.time.advance(2 * HOUR_MS);
    expect((await ask(half)).status).toBe(200);
    const refused = await ask({ content_length: '1' });
    expect([refused.status, refused.body.code]).toEqual([429, 'too_many_requests.upload_bytes']);
    const waitSeconds = Number(refused.headers.get('retry-after'));
    expect(waitSeconds).toBeGreaterThan(21 * 3_600);
    expect((await ask(half, 'token-of-2')).status).toBe(200);
    api.time.advance(waitSeconds * 1_000 - 1);
    expect((await ask({ content_length: '1' })).status).toBe(429);
    api.time.advance(1);
    expect((await ask(half)).status).toBe(200);
    expect((await ask({ content_length: '1' })).status).toBe(429);
  });

  it('has room again when as much as is asked for was a day ago', async () => {
    expect((await ask({ content_length: '1' })).status).toBe(200);
    api.time.advance(20 * HOUR_MS);
    for (const content_length of [String(10 * MIB), String(10 * MIB - 1)])
      expect((await ask({ content_length })).status).toBe(200);
    const refused = await ask({ content_length: '2' });
    api.time.advance(Number(refused.headers.get('retry-after')) * 1_000);
    expect((await ask({ content_length: '2' })).status).toBe(200);
  });

  it('counts as the largest where nobody said how large it is, until it has come', async () => {
    const { upload_url } = (await ask()).body;
    expect((await ask()).status).toBe(200);
    expect((await ask()).status).toBe(429);
    expect((await upload(upload_url, 'small')).status).toBe(200);
    expect((await ask({ content_length: String(10 * MIB - 5) })).status).toBe(200);
    expect((await ask({ content_length: '1' })).status).toBe(429);
  });

  it('is counted once, whoever asks at the same time', async () => {
    const all = await Promise.all(Array.from({ length: 25 }, () => ask({ content_length: String(MIB) })));
    expect(all.filter(({ status }) => status === 200)).toHaveLength(20);
  });
});
