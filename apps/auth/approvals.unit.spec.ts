import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryRecords } from '@tallystick/views/memory/index';
import {
  AuthUnderTest,
  type Client,
  Clock,
  MAY_FIRST_MS,
  PASSPHRASE,
  tokensOf,
  USER,
} from './auth-under-test.suite.js';

let clock: Clock;
let auth: AuthUnderTest;
let client: Client;

beforeEach(async () => {
  clock = new Clock();
  auth = await AuthUnderTest.start(new MemoryRecords(), clock);
  client = await auth.client();
  await auth.customer();
});

afterEach(() => auth.stop());

async function approved(): Promise<string> {
  const { access } = await auth.tokens(client);
  expect((await auth.decide(client, 'approve')).status).toBe(200);
  return access;
}

describe('an approval', () => {
  const until = (seconds: number) => BigInt(MAY_FIRST_MS + seconds * 1_000) * 1_000n;

  it('gives permissions, and opens the whole history for five minutes', async () => {
    const { access } = await auth.tokens(client);
    expect((await auth.authenticate(access)).known).toMatchObject({ approved: false, wholeHistoryUntil: 0n });
    clock.pass(10);
    await auth.decide(client, 'approve');
    expect((await auth.authenticate(access)).known).toEqual({
      userId: USER,
      clientId: client.id,
      approved: true,
      wholeHistoryUntil: until(310),
    });
  });

  it('is kept by a refresh, which opens no history; a new approval does', async () => {
    const { access, refresh } = await auth.tokens(client);
    await auth.decide(client, 'approve');
    clock.pass(1_000);
    const next = tokensOf(await auth.refresh(client, refresh));
    expect((await auth.authenticate(next.access)).known).toMatchObject({
      approved: true,
      wholeHistoryUntil: until(300),
    });
    expect((await auth.authenticate(access)).refused).toBe('evicted');
    await auth.decide(client, 'approve');
    expect((await auth.authenticate(next.access)).known).toMatchObject({ wholeHistoryUntil: until(1_300) });
  });

  it('is not kept by a new login, and not given to one that came after the list was shown', async () => {
    await approved();
    const { access } = await auth.tokens(client);
    expect((await auth.authenticate(access)).known?.approved).toBe(false);
    const session = { login_name: 'ada@EXAMPLE.com ', passphrase: PASSPHRASE };
    const listed: { session: string; clients: { request: string }[] } = JSON.parse(
      (await auth.json('/oauth2/approvals', session)).text,
    );
    const newer = await auth.tokens(client);
    const refused = await auth.json('/oauth2/approvals', {
      session: listed.session,
      client_id: client.id,
      request: listed.clients[0]?.request,
      decision: 'approve',
    });
    expect([refused.status, refused.body.code]).toEqual([400, 'bad_request.bad_param.request']);
    expect((await auth.authenticate(newer.access)).known?.approved).toBe(false);
  });

  it("is the user's own: another sees no client of theirs, and a session ends", async () => {
    await auth.tokens(client);
    await auth.customer('user_0000Adam', 'adam', 'another passphrase');
    const listed = await auth.json('/oauth2/approvals', { login_name: 'adam', passphrase: 'another passphrase' });
    expect(JSON.parse(listed.text).clients).toEqual([]);
    clock.pass(300);
    const late = await auth.json('/oauth2/approvals', { session: listed.body.session });
    expect([late.status, late.body.code]).toEqual([401, 'unauthorized.bad_credentials']);
  });

  it('is given on a page, too', async () => {
    const { access } = await auth.tokens(client);
    expect((await auth.ask('GET', '/oauth2/approvals')).text).toContain('name="passphrase"');
    const page = await auth.form('/oauth2/approvals', {
      login_name: 'ada@example.com',
      passphrase: PASSPHRASE,
    });
    expect(page.text).toContain('Pots &lt;Co&gt;');
    const fields = Object.fromEntries(
      [...page.text.matchAll(/name="(session|client_id|request)" value="([^"]+)"/g)].map(([, name, value]) => [
        name,
        value,
      ]),
    );
    const answered = await auth.form('/oauth2/approvals', { ...fields, decision: 'approve' });
    expect(answered.status).toBe(200);
    expect((await auth.authenticate(access)).known?.approved).toBe(true);
  });
});

describe("an operator's token", () => {
  it('is approved, with the whole history until it expires, and the one live token of its client and user', async () => {
    const { access } = await auth.tokens(client);
    const { token } = await auth.issue(client.id, 3_600);
    expect((await auth.authenticate(access)).refused).toBe('evicted');
    expect((await auth.authenticate(token)).known).toMatchObject({
      approved: true,
      wholeHistoryUntil: BigInt(MAY_FIRST_MS + 3_600_000) * 1_000n,
    });
    clock.pass(3_600);
    expect((await auth.authenticate(token)).refused).toBe('expired');
  });
});

describe('that an approval stands', () => {
  const stands = async () => (await auth.isApproved(client.id)).approved;

  it('is so from the approval until the customer denies it, whatever becomes of tokens', async () => {
    expect(await stands()).toBe(false);
    const { refresh } = await auth.tokens(client);
    expect(await stands()).toBe(false);
    await auth.decide(client, 'approve');
    expect(await stands()).toBe(true);
    await auth.refresh(client, refresh);
    clock.pass(30 * 86_400);
    expect(await stands()).toBe(true);
    await auth.decide(client, 'deny');
    expect(await stands()).toBe(false);
    await approved();
    expect(await stands()).toBe(true);
  });

  it('is so no more once the client logs out, or logs in anew', async () => {
    await auth.logout(await approved());
    expect(await stands()).toBe(false);
    await approved();
    await auth.tokens(client);
    expect(await stands()).toBe(false);
  });
});
