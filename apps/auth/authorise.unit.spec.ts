import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryRecords } from '@tallystick/views/memory/index';
import {
  AuthUnderTest,
  CALLBACK,
  CHALLENGE,
  type Client,
  Clock,
  LOGIN,
  PASSPHRASE,
  tokensOf,
  USER,
  VERIFIER,
} from './auth-under-test.suite.js';

const CODE = expect.stringMatching(/^tally_ac_[A-Za-z0-9_-]{43}$/);

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

const page = (query: string) => auth.ask('GET', `/oauth2/authorise?${query}`);
const asked = (more = '', uri = encodeURIComponent(CALLBACK)) =>
  `client_id=${client.id}&redirect_uri=${uri}&response_type=code${more}`;

/** What a browser sends when the person has filled the page in. */
async function filledIn(query: string) {
  const { status, text } = await page(query);
  expect([status, text]).toEqual([200, text]);
  const hidden = [...text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)];
  const fields = hidden.map(([, name = '', value = '']) => [name, unescaped(value)]);
  const all = { ...Object.fromEntries(fields), login_name: LOGIN, passphrase: PASSPHRASE };
  return (await auth.form('/oauth2/authorise', all)).headers.get('location') ?? '';
}

function unescaped(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

describe('the authorise page', () => {
  it('leads back with a code, and the state as it stood in the link', async () => {
    for (const state of ['abc', 'a+b%20c', '%7B%22a%22%3A1%7D', 'a=b!(c)', '']) {
      const location = await filledIn(asked(`&state=${state}`));
      expect(location.startsWith(`${CALLBACK}?code=tally_ac_`)).toBe(true);
      expect(location.endsWith(`&state=${state}`)).toBe(true);
    }
    const { searchParams } = new URL(await filledIn(asked()));
    expect(Object.fromEntries(searchParams)).toEqual({ code: CODE });
  });

  it('lets nothing of the link into the page, the headers or another address', async () => {
    const { text, headers } = await page(asked(`&state=${encodeURIComponent('"><script>alert(1)</script>')}`));
    expect(text).toContain('Pots &lt;Co&gt;');
    expect(text).not.toContain('<script');
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self' https:\/\/app\.example; frame-ancestors 'none'; base-uri 'none'$/,
    );
    expect(headers.get('cache-control')).toBe('no-store');
    const split = await auth.logIn(client, { state: 'a\r\nset-cookie: b=c"<>é&code=mine#x' });
    expect(split.headers.get('set-cookie')).toBeNull();
    expect(split.headers.get('location')).toMatch(/&state=a%0D%0Aset-cookie:%20b=c%22%3C%3E%E9%26code=mine%23x$/);
  });

  it('takes a redirect URI that is not encoded, with a query of its own', async () => {
    const uri = 'https://app.example/cb?a=1&b=x+y';
    const picky = await auth.client([CALLBACK, uri, 'https://app.example/cb?a=1']);
    for (const written of [uri, encodeURIComponent(uri)]) {
      const query = `redirect_uri=${written}&client_id=${picky.id}&response_type=code&state=s`;
      const location = await filledIn(query);
      expect(location).toMatch(/^https:\/\/app\.example\/cb\?a=1&b=x\+y&code=tally_ac_[^&]+&state=s$/);
      const code = new URL(location).searchParams.get('code') ?? '';
      tokensOf(await auth.exchange(picky, code, { redirect_uri: uri }));
    }
  });

  it('serves the scheme of an app', async () => {
    const app = await auth.client(['potsapp://login'], false);
    const query = `client_id=${app.id}&redirect_uri=potsapp://login&response_type=code&code_challenge=${CHALLENGE}&code_challenge_method=S256`;
    expect((await page(query)).headers.get('content-security-policy')).toContain("form-action 'self' potsapp:;");
    expect(await filledIn(query)).toMatch(/^potsapp:\/\/login\?code=tally_ac_/);
  });

  it.each([
    ['an unknown client', () => 'client_id=oauth2client_0000Nobody&redirect_uri=https://app.example/cb'],
    ['no client', () => `redirect_uri=${CALLBACK}`],
    ['no redirect URI', () => `client_id=${client.id}&response_type=code`],
    ['one that is not registered', () => asked('', 'https://evil.example/cb')],
    ['one that begins like a registered one', () => asked('', `${CALLBACK}/../evil`)],
    ['one in other letters', () => asked('', 'https://app.example/CB')],
  ])('redirects nobody for %s', async (_, query) => {
    const { status, headers, text } = await page(query());
    expect([status, headers.get('location')]).toEqual([400, null]);
    expect(text).toContain('role="alert"');
  });

  it.each([
    ['another response type', (): Client => client, 'response_type=token', 'unsupported_response_type'],
    ['a plain challenge', () => client, `response_type=code&code_challenge=${CHALLENGE}`, 'invalid_request'],
    [
      'a broken challenge',
      () => client,
      'response_type=code&code_challenge=x&code_challenge_method=S256',
      'invalid_request',
    ],
  ])('tells the client of %s', async (_, who, query, error) => {
    const { status, headers } = await page(`client_id=${who().id}&redirect_uri=${CALLBACK}&state=s&${query}`);
    const { searchParams } = new URL(headers.get('location') ?? '');
    expect([status, searchParams.get('error'), searchParams.get('state')]).toEqual([302, error, 's']);
  });

  it('asks a public client for a challenge', async () => {
    const app = await auth.client([CALLBACK], false);
    const { headers } = await page(`client_id=${app.id}&redirect_uri=${CALLBACK}&response_type=code`);
    expect(headers.get('location')).toMatch(/\?error=invalid_request&/);
    expect((await auth.logIn(app)).headers.get('location')).toMatch(/\?error=invalid_request&/);
  });

  it('stands at the root of a host of its own, where one is named', async () => {
    expect((await auth.ask('GET', `/?${asked()}`)).status).toBe(404);
    const records = new MemoryRecords();
    for (const [rootHost, status] of [
      ['127.0.0.1', 400],
      ['*', 400],
      ['auth.example', 404],
    ] as const) {
      const other = await AuthUnderTest.start(records, clock, { rootHost });
      expect((await other.ask('GET', '/?client_id=x')).status).toBe(status);
      await other.stop();
    }
  });
});

describe('a code', () => {
  it('gives exactly six fields', async () => {
    const { body, headers } = await auth.exchange(client, await auth.code(client));
    expect(body).toEqual({
      access_token: expect.stringMatching(/^tally_at_/),
      client_id: client.id,
      expires_in: 21_600,
      refresh_token: expect.stringMatching(/^tally_rt_/),
      token_type: 'Bearer',
      user_id: USER,
    });
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('is taken as JSON, with the client in HTTP Basic, and whatever bearer token comes along', async () => {
    const basic = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`;
    const fields = { grant_type: 'authorization_code', redirect_uri: CALLBACK };
    const asJson = { ...fields, client_id: client.id, client_secret: client.secret };
    tokensOf(await auth.json('/oauth2/token', { ...asJson, code: await auth.code(client), extra: [1] }));
    tokensOf(await auth.form('/oauth2/token/', { ...fields, code: await auth.code(client) }, { authorization: basic }));
    const code = await auth.code(client);
    const again = { ...asJson, code };
    tokensOf(await auth.form('/oauth2/token', again, { authorization: 'Bearer tally_at_expired' }));
  });

  it('works once, in ten minutes, for its client and redirect URI', async () => {
    const invalid = [400, 'bad_request.invalid_grant'];
    const refused = async (who: Client, code: string, fields = {}) => {
      const { status, body } = await auth.exchange(who, code, fields);
      expect([status, body.code]).toEqual(invalid);
    };
    const other = await auth.client();
    const code = await auth.code(client);
    await refused(other, code);
    await refused(client, code, { redirect_uri: `${CALLBACK}/` });
    await refused(
      client,
      code.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
    );
    const { access } = tokensOf(await auth.exchange(client, code));
    await refused(client, code);
    expect(auth.reported).toHaveLength(1);
    expect((await auth.whoami(access)).status).toBe(200);
    const late = await auth.code(client);
    clock.pass(600);
    await refused(client, late);
  });

  it('gives one pair to those who race', async () => {
    const code = await auth.code(client);
    const answers = await Promise.all(Array.from({ length: 8 }, () => auth.exchange(client, code)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(400)]);
    const [won] = answers.filter(({ status }) => status === 200);
    expect((await auth.whoami(won?.body.access_token ?? '')).status).toBe(200);
  });

  it('with a challenge needs its verifier, and one without takes none', async () => {
    const challenge = { code_challenge: CHALLENGE, code_challenge_method: 'S256' };
    const code = await auth.code(client, challenge);
    const codeOf = async (fields: Record<string, string>) => (await auth.exchange(client, code, fields)).body.code;
    expect(await codeOf({})).toBe('bad_request.missing_param.code_verifier');
    expect(await codeOf({ code_verifier: `${VERIFIER}x` })).toBe('bad_request.invalid_grant');
    expect(await codeOf({ code_verifier: CHALLENGE })).toBe('bad_request.invalid_grant');
    tokensOf(await auth.exchange(client, code, { code_verifier: VERIFIER }));
    const plain = await auth.exchange(client, await auth.code(client), { code_verifier: VERIFIER });
    expect(plain.body.code).toBe('bad_request.invalid_grant');
  });

  it('of a public client gives no refresh token', async () => {
    const app = await auth.client([CALLBACK], false);
    const code = await auth.code(app, { code_challenge: CHALLENGE, code_challenge_method: 'S256' });
    const fields = { grant_type: 'authorization_code', client_id: app.id, redirect_uri: CALLBACK, code };
    const { status, body } = await auth.form('/oauth2/token', { ...fields, code_verifier: VERIFIER });
    expect([status, Object.keys(body).sort()]).toEqual([
      200,
      ['access_token', 'client_id', 'expires_in', 'token_type', 'user_id'],
    ]);
  });
});

describe('a request for a token', () => {
  const whole = () => ({
    grant_type: 'authorization_code',
    client_id: client.id,
    client_secret: client.secret,
    redirect_uri: CALLBACK,
    code: 'x',
  });

  it.each(['grant_type', 'client_id', 'client_secret', 'redirect_uri', 'code'] as const)('needs %s', async (name) => {
    const { [name]: _, ...rest } = whole();
    const { status, body } = await auth.form('/oauth2/token', rest);
    expect([status, body.code]).toEqual([400, `bad_request.missing_param.${name}`]);
  });

  it.each(['password', 'client_credentials', 'urn:x'])('is refused with the grant type %s', async (grant_type) => {
    const { status, body } = await auth.form('/oauth2/token', { ...whole(), grant_type });
    expect([status, body.code]).toEqual([400, 'bad_request.bad_param.grant_type']);
  });

  it.each([
    ['another secret', () => ({ client_secret: 'wrong' })],
    ['an unknown client', () => ({ client_id: 'oauth2client_0000Nobody' })],
  ])('is refused with %s', async (_, change) => {
    const { status, body } = await auth.form('/oauth2/token', { ...whole(), ...change() });
    expect([status, body.code, body.error]).toEqual([401, 'unauthorized.bad_client', 'invalid_token']);
  });

  it.each([
    ['nothing', undefined, undefined, 'bad_request.missing_param.grant_type'],
    ['a text', 'hello', 'text/plain', 'bad_request.missing_param.grant_type'],
    ['a list', '[]', 'application/json', 'bad_request.bad_body'],
    ['no JSON', '{', 'application/json', 'bad_request.invalid_json'],
    ['a number as code', '{"grant_type":1}', 'application/json', 'bad_request.bad_param.grant_type'],
  ])('is refused as %s', async (_, body, type, code) => {
    const init = body === undefined ? {} : { body, headers: { 'content-type': type ?? '' } };
    const answered = await auth.ask('POST', '/oauth2/token', init);
    expect([answered.status, answered.body.code]).toEqual([400, code]);
  });
});
