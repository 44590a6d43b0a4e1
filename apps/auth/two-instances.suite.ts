// A customer's program from registration to logout, over two instances and a restart: the same on every engine's records.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Records } from '@tallystick/views';
import { AuthUnderTest, CHALLENGE, Clock, tokensOf, USER, VERIFIER } from './auth-under-test.suite.js';

/** A store of an engine, empty, for one test. */
export interface StoreUnderTest {
  /** Records as another process opens them. */
  open(): Promise<Records>;
  /** After the records were closed. */
  dispose(): Promise<void>;
  /** All that the store has written, as far as it can be read from outside. */
  written(): string;
}

/** Of a customer's requests while others evict and refresh. */
const SEEN_WITHIN_MS = 1_000;

export function twoInstancesSuite(engine: string, create: () => Promise<StoreUnderTest>): void {
  let store: StoreUnderTest;
  let clock: Clock;
  let closing: (() => Promise<void>)[];

  const start = async (records: Records) => {
    const auth = await AuthUnderTest.start(records, clock);
    closing.push(() => auth.stop());
    return auth;
  };
  const open = async () => {
    const records = await store.open();
    closing.push(() => records.close());
    return records;
  };
  const stop = async () => {
    for (const close of closing.splice(0).reverse()) await close();
  };

  beforeEach(async () => {
    closing = [];
    store = await create();
    clock = new Clock();
  });

  afterEach(async () => {
    await stop();
    await store.dispose();
  });

  describe(`two instances on one store (${engine})`, () => {
    it('serve one client as one, and go on where they were after a restart', async () => {
      const records = await open();
      const [one, two] = [await start(records), await start(records)];
      const client = await one.client();
      await two.customer();
      const code = await one.code(client, { code_challenge: CHALLENGE, code_challenge_method: 'S256' });
      const first = tokensOf(await two.exchange(client, code, { code_verifier: VERIFIER }));
      expect((await one.authenticate(first.access)).known?.approved).toBe(false);
      expect((await two.decide(client, 'approve')).status).toBe(200);
      const second = tokensOf(await one.refresh(client, first.refresh));
      expect((await two.authenticate(second.access)).known).toMatchObject({ userId: USER, approved: true });
      await stop();
      for (const secret of [client.secret, code, ...Object.values(first), ...Object.values(second)])
        expect(store.written()).not.toContain(secret);

      const again = await open();
      const [three, four] = [await start(again), await start(again)];
      const me = { authenticated: true, client_id: client.id, user_id: USER };
      expect((await three.whoami(second.access)).body).toEqual(me);
      expect((await three.whoami(first.access)).body.code).toBe('unauthorized.bad_access_token.evicted');
      const used = await three.exchange(client, code, { code_verifier: VERIFIER });
      expect(used.body.code).toBe('bad_request.invalid_grant');
      expect((await four.whoami(second.access)).status).toBe(200);
      expect((await three.logout(second.access)).text).toBe('{}');
      const since = performance.now();
      while ((await four.whoami(second.access)).status === 200)
        expect(performance.now() - since).toBeLessThan(SEEN_WITHIN_MS);
      expect((await four.refresh(client, second.refresh)).body.code).toBe('unauthorized.bad_refresh_token');
    });

    it('keep one live token, whoever logs in and refreshes at once', async () => {
      const records = await open();
      const [one, two] = [await start(records), await start(records)];
      const client = await one.client();
      await one.customer();
      const given: string[] = [];
      const use = async (auth: AuthUnderTest) => {
        const tokens = await auth.tokens(client);
        given.push(tokens.access);
        const refreshed = await auth.refresh(client, tokens.refresh);
        if (refreshed.status === 200) given.push(tokensOf(refreshed).access);
        else expect(refreshed.body.code).toBe('unauthorized.bad_refresh_token.evicted');
      };
      await Promise.all([one, two, one, two].map(use));
      const fresh = await start(records);
      const answers = await Promise.all(given.map((token) => fresh.whoami(token)));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    });

    it('give one pair to those who race with a refresh token', async () => {
      const records = await open();
      const [one, two] = [await start(records), await start(records)];
      const client = await one.client();
      await one.customer();
      const { refresh } = await one.tokens(client);
      const answers = await Promise.all([one, two, one, two].map((auth) => auth.refresh(client, refresh)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401]);
    });
  });
}
