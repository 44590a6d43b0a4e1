import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { contextsOf } from '@tallystick/transport';
import { MemoryRecordStore, MemoryRecords } from '@tallystick/views/memory/index';
import {
  AuthUnderTest,
  type Client,
  Clock,
  LOGIN,
  OPERATOR,
  PASSPHRASE,
  tokensOf,
  USER,
  VERIFIER,
} from './auth-under-test.suite.js';

let clock: Clock;
let store: MemoryRecordStore;
let auth: AuthUnderTest;
let client: Client;

beforeEach(async () => {
  clock = new Clock();
  store = new MemoryRecordStore();
  const limits = { attemptsPerName: 3, attemptsPerAddress: 6, proxies: 1 };
  auth = await AuthUnderTest.start(new MemoryRecords(store), clock, limits);
  client = await auth.client();
  await auth.customer();
});

afterEach(() => auth.stop());

const wrong = (login = LOGIN, address = '192.0.2.1') =>
  auth.logIn(client, { login_name: login, passphrase: 'wrong wrong' }, { 'x-forwarded-for': `10.0.0.1, ${address}` });
const right = (address = '192.0.2.1') => auth.logIn(client, {}, { 'x-forwarded-for': address });

describe('a wrong login', () => {
  it('is told without saying what is wrong', async () => {
    const [passphrase, name] = [await wrong(), await wrong('nobody@example.com')];
    expect([passphrase.status, name.status]).toEqual([401, 401]);
    expect(name.text).toBe(passphrase.text);
    expect(passphrase.text).toContain('The login name or the passphrase is wrong.');
    expect(passphrase.text).not.toContain('wrong wrong');
    expect((await auth.logIn(client, { login_name: '', passphrase: '' })).status).toBe(401);
  });

  it('is tried so often by name, known or not, and then no more, from anywhere', async () => {
    for (const login of [LOGIN, 'nobody@example.com']) {
      for (let i = 0; i < 3; i++) expect((await wrong(login, `192.0.2.${i}`)).status).toBe(401);
      const { status, headers, text } = await wrong(login, '192.0.2.9');
      expect([status, headers.get('retry-after')]).toEqual([429, '900']);
      expect(text).toContain('Too many attempts: try again later.');
    }
    expect((await right('192.0.2.7')).status).toBe(429);
    clock.pass(900);
    expect((await right()).status).toBe(302);
  });

  it('is tried so often by address, and others still log in', async () => {
    for (let i = 0; i < 6; i++) expect((await wrong(`nobody${i}`)).status).toBe(401);
    expect((await right()).status).toBe(429);
    expect((await right('192.0.2.2')).status).toBe(302);
  });

  it('gets no further by being tried many times at once', async () => {
    const statuses = (await Promise.all(Array.from({ length: 12 }, (_, i) => wrong(LOGIN, `192.0.2.${i}`)))).map(
      ({ status }) => status,
    );
    expect(statuses.filter((status) => status === 401)).toHaveLength(3);
  });

  it('is forgotten for the name once one was right, and costs an address nothing more', async () => {
    for (let i = 0; i < 2; i++) {
      for (let j = 0; j < 2; j++) await wrong();
      expect((await right()).status).toBe(302);
    }
    for (let i = 0; i < 10; i++) expect((await right('192.0.2.3')).status).toBe(302);
  });

  it('is limited for approvals, too', async () => {
    const answers = [];
    for (let i = 0; i < 4; i++)
      answers.push(await auth.json('/oauth2/approvals', { login_name: LOGIN, passphrase: 'x' }));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 429]);
    expect(answers[3]?.body.code).toBe('too_many_requests');
    expect(answers[3]?.headers.get('retry-after')).toBe('900');
  });
});

describe("a user's credentials", () => {
  it('are replaced as a whole, and the old name is free for another', async () => {
    await auth.customer(USER, 'lovelace', 'a new passphrase');
    expect((await right()).status).toBe(401);
    const login = { login_name: 'Lovelace', passphrase: 'a new passphrase' };
    expect((await auth.logIn(client, login)).status).toBe(302);
    await auth.customer('user_0000Adam', LOGIN, PASSPHRASE);
    expect((await right()).status).toBe(302);
  });

  it('share no login name', async () => {
    const body = { login_name: ' ADA@example.com', passphrase: PASSPHRASE };
    const { status, body: answer } = await auth.staff('/staff/users/user_0000Adam/credentials', body);
    expect([status, answer.code]).toEqual([409, 'conflict.login_name_taken']);
  });
});

describe('the staff', () => {
  const clientBody = { name: 'x', redirect_uris: ['https://x.example'] };
  const list = (token: string) =>
    auth.ask('GET', '/staff/oauth-clients', { headers: { authorization: `Bearer ${token}` } });

  it('do what their role may', async () => {
    const reader = await auth.staff('/staff/staff-tokens', { name: 'Grace', role: 'reader' });
    const operator = await auth.staff('/staff/staff-tokens', { name: 'Barbara', role: 'operator' });
    const [read = '', operate = ''] = [reader.body.token, operator.body.token];
    expect([(await list(read)).status, (await list(operate)).status, (await list(OPERATOR)).status]).toEqual([
      200, 200, 200,
    ]);
    for (const [path, body] of [
      ['/staff/oauth-clients', clientBody],
      ['/staff/users/user_0000Adam/credentials', { login_name: 'x', passphrase: PASSPHRASE }],
      ['/staff/staff-tokens', { name: 'x', role: 'operator' }],
    ] as const) {
      const refused = await auth.staff(path, body, read);
      expect([refused.status, refused.body.code]).toEqual([403, 'forbidden.insufficient_permissions']);
      expect((await auth.staff(path, body, operate)).status).toBe(200);
      expect((await auth.staff(path, body, `${read}x`)).status).toBe(401);
      expect((await auth.staff(path, body, (await auth.tokens(client)).access)).status).toBe(401);
    }
    const headers = { authorization: `Bearer ${operate}` };
    await auth.ask('DELETE', `/staff/staff-tokens/${reader.body.id}`, { headers });
    expect((await list(read)).status).toBe(401);
  });

  it('register no client that could be led astray', async () => {
    for (const uri of [
      'javascript:alert(1)',
      'data:text/html,x',
      '/cb',
      'https://x.example/#f',
      'https://x.example/#',
      'https://u:p@x.example',
      'https://x;y/',
      'https://x.example/ y',
      'https://x.example/"',
    ]) {
      const { status, body } = await auth.staff('/staff/oauth-clients', { name: 'x', redirect_uris: [uri] });
      expect([uri, status, body.code]).toEqual([uri, 400, 'bad_request.bad_param.redirect_uris']);
    }
  });
});

describe('what is kept and told', () => {
  it('holds no token, secret or passphrase', async () => {
    const code = await auth.code(client);
    const first = tokensOf(await auth.exchange(client, code));
    const second = tokensOf(await auth.refresh(client, first.refresh));
    const listed = await auth.json('/oauth2/approvals', { login_name: LOGIN, passphrase: PASSPHRASE });
    const member = await auth.staff('/staff/staff-tokens', { name: 'Grace', role: 'reader' });
    const secrets = [client.secret, code, first.access, first.refresh, second.access, second.refresh, PASSPHRASE];
    secrets.push(listed.body.session ?? '', member.body.token ?? '', VERIFIER);
    auth.said.length = 0;
    await auth.exchange(client, code);
    await auth.exchange(client, code, { code_verifier: VERIFIER });
    await auth.refresh(client, first.refresh);
    await auth.whoami(first.access);
    await auth.logIn(client, { passphrase: `${PASSPHRASE}!` });
    await auth.json('/oauth2/approvals', { login_name: LOGIN, passphrase: `${PASSPHRASE}!` });
    await auth.staff('/staff/oauth-clients', {}, client.secret);
    const told = [...auth.said, ...auth.reported.map((error) => (error instanceof Error ? error.stack : error))].join(
      '\n',
    );
    const kept = [...store.collections].flatMap(([name, records]) =>
      [...records].map(([key, { value }]) => `${name} ${key} ${Buffer.from(value).toString('latin1')}`),
    );
    expect(kept.length).toBeGreaterThan(10);
    expect(auth.reported.length).toBeGreaterThan(1);
    const everything = [told, ...kept, await auth.metrics.metrics()].join('\n');
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(20);
      expect(everything).not.toContain(secret);
      expect(everything).not.toContain(Buffer.from(secret).toString('base64').slice(0, 24));
    }
    expect(everything).not.toContain('example.com');
  });

  it('is counted', async () => {
    const { refresh, access } = await auth.tokens(client);
    await auth.refresh(client, refresh);
    await auth.refresh(client, refresh);
    await auth.whoami(access);
    await auth.issue(client.id, 60);
    await wrong();
    const metrics = await auth.metrics.metrics();
    for (const line of [
      'oauth_tokens_issued_total{grant="authorization_code"} 1',
      'oauth_tokens_issued_total{grant="refresh_token"} 1',
      'oauth_tokens_issued_total{grant="operator"} 1',
      'oauth_refusals_total{code="unauthorized.bad_refresh_token"} 1',
      'oauth_refusals_total{code="unauthorized.bad_access_token.evicted"} 1',
      'oauth_refusals_total{code="unauthorized.bad_credentials"} 1',
    ])
      expect(metrics).toContain(line);
  });
});

describe('a user who is forgotten', () => {
  it('logs in no more, holds no token and no session, and leaves the login name to others', async () => {
    const { access, refresh } = await auth.tokens(client);
    await auth.decide(client, 'approve');
    const code = await auth.code(client);
    const session = JSON.parse(
      (await auth.json('/oauth2/approvals', { login_name: LOGIN, passphrase: PASSPHRASE })).text,
    );
    for (let n = 0; n < 2; n++) await auth.forget();
    expect((await auth.authenticate(access)).known).toBeNull();
    expect((await auth.refresh(client, refresh)).status).toBe(401);
    expect(await auth.isApproved(client.id)).toEqual({ approved: false });
    expect((await right()).status).toBe(401);
    expect((await auth.exchange(client, code)).body).toMatchObject({ code: 'bad_request.invalid_grant' });
    const [asking] = session.clients;
    const decision = { session: session.session, client_id: client.id, request: asking.request, decision: 'approve' };
    expect((await auth.json('/oauth2/approvals', decision)).status).toBe(401);
    await auth.customer('user_0000other');
    expect((await right()).status).toBe(302);
  });

  it('may be given a login again, which stays, whoever forgets the user once more', async () => {
    await auth.forget();
    await auth.customer();
    await auth.forget();
    expect((await right()).status).toBe(302);
  });

  it('leaves others as they are', async () => {
    await auth.contract.forget({ userId: 'user_0000' }, contextsOf('spec')('spec', 'spec'));
    expect((await right()).status).toBe(302);
  });
});
