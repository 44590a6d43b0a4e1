import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryRecordStore, MemoryRecords } from '@tallystick/views/memory/index';
import { AuthUnderTest, type Client, Clock, tokensOf, USER } from './auth-under-test.suite.js';

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

const BAD = 'unauthorized.bad_access_token';

/** How each kind of token comes about, and what is answered to it: a code of 401, or undefined for 200. */
const KINDS: readonly [string, () => Promise<string>, string | undefined][] = [
  ['a malformed token', async () => 'nonsense', BAD],
  ['an unknown token', async () => `tally_at_${'A'.repeat(43)}`, BAD],
  ['a refresh token', async () => (await auth.tokens(client)).refresh, BAD],
  ['an unapproved token', async () => (await auth.tokens(client)).access, undefined],
  ['an approved token', async () => approved(), undefined],
  [
    'an expired token',
    async () => {
      const { access } = await auth.tokens(client);
      clock.pass(21_600);
      return access;
    },
    `${BAD}.expired`,
  ],
  [
    'a token that a newer login evicted',
    async () => {
      const { access } = await auth.tokens(client);
      await auth.tokens(client);
      return access;
    },
    `${BAD}.evicted`,
  ],
  [
    'a token that was refreshed',
    async () => {
      const { access, refresh } = await auth.tokens(client);
      tokensOf(await auth.refresh(client, refresh));
      return access;
    },
    `${BAD}.evicted`,
  ],
  [
    'the token that a refresh gave',
    async () => tokensOf(await auth.refresh(client, (await auth.tokens(client)).refresh)).access,
    undefined,
  ],
  [
    'the token that lives while a spent refresh token was used again',
    async () => {
      const { refresh } = await auth.tokens(client);
      const { access } = tokensOf(await auth.refresh(client, refresh));
      expect((await auth.refresh(client, refresh)).status).toBe(401);
      return access;
    },
    undefined,
  ],
  [
    'a token that was logged out',
    async () => {
      const { access } = await auth.tokens(client);
      expect((await auth.logout(access)).text).toBe('{}');
      return access;
    },
    BAD,
  ],
  [
    'a token that the user denied',
    async () => {
      const { access } = await auth.tokens(client);
      await auth.decide(client, 'deny');
      return access;
    },
    BAD,
  ],
];

async function approved(): Promise<string> {
  const { access } = await auth.tokens(client);
  expect((await auth.decide(client, 'approve')).status).toBe(200);
  return access;
}

describe.each(KINDS)('%s', (_, make, code) => {
  it('is answered by whoami', async () => {
    const answered = await auth.whoami(await make());
    const who = { authenticated: true, client_id: client.id, user_id: USER };
    expect([answered.status, answered.body]).toEqual(code === undefined ? [200, who] : [401, refusal(code)]);
  });

  it('is answered by logout, after which it is not known', async () => {
    const token = await make();
    const answered = await auth.logout(token);
    expect([answered.status, answered.body]).toEqual(code === undefined ? [200, {}] : [401, refusal(code)]);
    expect((await auth.whoami(token)).body).toEqual(refusal(code ?? BAD));
  });

  it('is answered over the contract', async () => {
    const { known, refused } = await auth.authenticate(await make());
    const reason = code === BAD ? 'unknown' : (code?.split('.').at(-1) ?? null);
    expect([known === null, refused]).toEqual([code !== undefined, reason]);
  });
});

function refusal(code: string) {
  return {
    code,
    message: expect.any(String),
    params: {},
    retryable: {},
    error: 'invalid_token',
    error_description: expect.any(String),
  };
}

describe('no token', () => {
  it('is refused where one is needed, and not missed by ping', async () => {
    for (const [method, path] of [
      ['GET', '/ping/whoami'],
      ['POST', '/oauth2/logout'],
      ['POST', '/ping/logout'],
    ] as const) {
      const { status, body } = await auth.ask(method, path);
      expect([status, body]).toEqual([401, refusal('unauthorized.auth_required')]);
    }
    expect((await auth.ask('GET', '/ping')).body).toEqual({ ping: 'pong' });
  });

  it('is asked for with slashes at either end, too', async () => {
    expect((await auth.ask('GET', '/ping/')).body).toEqual({ ping: 'pong' });
    expect((await auth.ask('GET', '//ping/whoami/')).status).toBe(401);
  });
});

describe('a logout', () => {
  it.each(['application/json', 'application/x-www-form-urlencoded', 'text/plain'])(
    'needs no body where its type is %s',
    async (type) => {
      const { access, refresh } = await auth.tokens(client);
      const headers = { authorization: `Bearer ${access}`, 'content-type': type };
      const answered = await auth.ask('POST', '/ping/logout', { headers });
      expect([answered.status, answered.text]).toEqual([200, '{}']);
      expect((await auth.refresh(client, refresh)).body.code).toBe('unauthorized.bad_refresh_token');
    },
  );

  it('ends no newer session', async () => {
    const { access } = await auth.tokens(client);
    const newer = await auth.tokens(client);
    expect((await auth.logout(access)).status).toBe(401);
    expect((await auth.whoami(newer.access)).status).toBe(200);
  });
});

describe('another instance', () => {
  it('sees a logout within a second', async () => {
    const other = await AuthUnderTest.start(new MemoryRecords(store), clock);
    try {
      const { access } = await auth.tokens(client);
      expect((await other.authenticate(access)).refused).toBeNull();
      await auth.logout(access);
      const since = performance.now();
      while ((await other.authenticate(access)).refused === null) {
        expect(performance.now() - since).toBeLessThan(1_000);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    } finally {
      await other.stop();
    }
  });
});

describe('another instance that knows an earlier token', () => {
  it('takes the newer one at once', async () => {
    const other = await AuthUnderTest.start(new MemoryRecords(store), clock);
    try {
      for (let i = 0; i < 5; i++) {
        const { access } = await auth.tokens(client);
        expect((await other.authenticate(access)).refused).toBeNull();
      }
    } finally {
      await other.stop();
    }
  });
});

describe('a week after it ended', () => {
  it('a token is forgotten, and one that lives is kept', async () => {
    const old = await auth.tokens(client);
    const newer = await auth.tokens(client);
    const count = () => store.collections.get('oauth-tokens')?.size;
    expect(count()).toBe(4);
    clock.pass(21_600 + 6 * 86_400);
    await auth.auth.sweep.sweep();
    expect([count(), (await auth.whoami(old.access)).body.code]).toEqual([4, `${BAD}.evicted`]);
    clock.pass(8 * 86_400);
    await auth.auth.sweep.sweep();
    expect([count(), store.collections.get('oauth-codes')?.size]).toEqual([1, 0]);
    tokensOf(await auth.refresh(client, newer.refresh));
  });
});
