import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Records } from '@tallystick/views';
import { MemoryRecordStore, MemoryRecords } from '@tallystick/views/memory/index';
import { AuthUnderTest, type Client, Clock, type Tokens, tokensOf } from './auth-under-test.suite.js';

const BAD = 'unauthorized.bad_refresh_token';

let clock: Clock;
let store: MemoryRecordStore;
let auth: AuthUnderTest;
let client: Client;

beforeEach(async () => {
  clock = new Clock();
  store = new MemoryRecordStore();
  auth = await AuthUnderTest.start(new MemoryRecords(store), clock);
  client = await auth.client();
  await auth.customer();
});

afterEach(() => auth.stop());

async function refused(refresh: string, code: string, who = client): Promise<void> {
  const { status, body } = await auth.refresh(who, refresh);
  expect([status, body.code, body.error]).toEqual([401, code, 'invalid_token']);
}

describe('a refresh token', () => {
  it('gives a new pair of six fields, once; a second use is told to the operator and ends nothing', async () => {
    const first = await auth.tokens(client);
    const answered = await auth.refresh(client, first.refresh);
    expect(Object.keys(answered.body)).toHaveLength(6);
    const second = tokensOf(answered);
    await refused(first.refresh, BAD);
    expect(auth.reported).toHaveLength(1);
    expect((await auth.whoami(second.access)).status).toBe(200);
    const third = tokensOf(await auth.refresh(client, second.refresh));
    expect((await auth.whoami(third.access)).status).toBe(200);
  });

  it('works after the access token has expired', async () => {
    const { access, refresh } = await auth.tokens(client);
    clock.pass(86_400 * 30);
    expect((await auth.whoami(access)).body.code).toBe('unauthorized.bad_access_token.expired');
    tokensOf(await auth.refresh(client, refresh));
  });

  it('is refused where it is unknown, replaced, of another client, or ended', async () => {
    await refused('nonsense', BAD);
    await refused(`tally_rt_${'A'.repeat(43)}`, BAD);
    const old = await auth.tokens(client);
    await refused(old.access, BAD);
    await refused(old.refresh, BAD, await auth.client());
    const newer = await auth.tokens(client);
    await refused(old.refresh, `${BAD}.evicted`);
    await auth.logout(newer.access);
    await refused(newer.refresh, BAD);
    expect(auth.reported).toEqual([]);
  });

  it('gives one pair to those who race, at several instances', async () => {
    const other = await AuthUnderTest.start(new MemoryRecords(store), clock);
    try {
      const { refresh } = await auth.tokens(client);
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? auth : other).refresh(client, refresh)),
      );
      const [won, ...more] = answers.filter(({ status }) => status === 200);
      expect(more).toEqual([]);
      expect(answers.filter(({ body }) => body.code === BAD)).toHaveLength(9);
      expect((await auth.whoami(won?.body.access_token ?? '')).status).toBe(200);
    } finally {
      await other.stop();
    }
  });
});

/** Records of a process that dies at its nth write: before it, or after it, when it no longer can say so. */
class Dying extends MemoryRecords {
  writes = 0;

  constructor(
    store: MemoryRecordStore,
    private readonly diesAt: number,
    private readonly after: boolean,
  ) {
    super(store);
  }

  override insertIfAbsent(...args: Parameters<Records['insertIfAbsent']>): Promise<boolean> {
    return this.write(() => super.insertIfAbsent(...args));
  }

  override compareAndSet(...args: Parameters<Records['compareAndSet']>): Promise<boolean> {
    return this.write(() => super.compareAndSet(...args));
  }

  private async write(write: () => Promise<boolean>): Promise<boolean> {
    const number = ++this.writes;
    if (number > this.diesAt || (number === this.diesAt && !this.after)) throw new Error('killed');
    const written = await write();
    if (number === this.diesAt) throw new Error('killed');
    return written;
  }
}

describe.each([
  [1, false],
  [1, true],
  [2, false],
  [2, true],
  [3, false],
  [3, true],
])('a process killed at its write number %i (after it: %s)', (diesAt, after) => {
  async function dying(use: (auth: AuthUnderTest) => Promise<{ status: number }>): Promise<void> {
    const records = new Dying(store, diesAt, after);
    const killed = await AuthUnderTest.start(records, clock);
    try {
      expect((await use(killed)).status).toBe(500);
      expect(records.writes).toBeGreaterThanOrEqual(diesAt);
    } finally {
      await killed.stop();
    }
  }

  /** How many access tokens of the store are live. */
  async function live(): Promise<number> {
    const grants = [...(store.collections.get('oauth-grants')?.values() ?? [])];
    return grants.filter(({ value }) => JSON.parse(Buffer.from(value).toString()).access !== null).length;
  }

  it('leaves a code good, or its login to be made again, and one token at most', async () => {
    const code = await auth.code(client);
    await dying((killed) => killed.exchange(client, code));
    const committed = diesAt === 3 && after;
    expect(await live()).toBe(committed ? 1 : 0);
    const again = await auth.exchange(client, code);
    expect(again.status).toBe(committed ? 400 : 200);
    const { access }: Tokens = committed ? await auth.tokens(client) : tokensOf(again);
    expect([(await auth.whoami(access)).status, await live()]).toEqual([200, 1]);
  });

  it('leaves a refresh token good, or a new pair in its place', async () => {
    const { access, refresh } = await auth.tokens(client);
    await dying((killed) => killed.refresh(client, refresh));
    const committed = diesAt === 3 && after;
    expect((await auth.refresh(client, refresh)).status).toBe(committed ? 401 : 200);
    expect((await auth.whoami(access)).status).toBe(401);
    tokensOf(await auth.exchange(client, await auth.code(client)));
    expect(await live()).toBe(1);
  });
});
