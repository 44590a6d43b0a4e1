// Attachments, as the customer API's contract says (section 9).
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { authorise } from '@tallystick/ledger-core/account/commands.suite';
import { ApiService, joint, mine, others, type Sent } from './api-service.suite.js';
import { begin, type Fields, PNG, upload } from './uploads.suite.js';

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

const register = (fields: Fields, how: Sent = {}) =>
  api.form('POST', '/attachment/register', { external_id: id, file_type: 'image/png', ...fields }, how);
const deregister = (attachment: string, how: Sent = {}) =>
  api.form('POST', '/attachment/deregister', { id: attachment }, how);

async function attachments(how: Sent = {}, transaction = id) {
  await api.fill();
  return (await api.get(`/transactions/${transaction}`, how)).body.transaction.attachments;
}

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
    const { file_url, upload_url } = await begin(api);
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

describe('files of a customer who was erased', () => {
  it('are gone, nothing breaks, and nothing new is kept', async () => {
    const { file_url, upload_url } = await begin(api);
    const waiting = await begin(api);
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
