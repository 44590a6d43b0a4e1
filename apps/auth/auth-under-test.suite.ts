// The auth service over HTTP, on records that outlive it, with a clock that tests drive; and a client and a customer who use it.
import { createHash, randomBytes } from 'node:crypto';
import { expect } from '@jest/globals';
import { Module } from '@nestjs/common';
import { authContract, type ClientOf } from '@tallystick/contracts';
import { contextsOf, systemTime } from '@tallystick/transport';
import { inProcessTransport } from '@tallystick/transport/in-process';
import { CLOCK, ContractsModule, RECORDS, REPORT, RUNS_PROCESSES, SECRETS, TIME } from '@tallystick/transport/nest';
import { createService, type Secrets, type Service, staffTokenOf } from '@tallystick/transport/service';
import type { Records } from '@tallystick/views';
import { Registry } from 'prom-client';
import { Auth } from './auth.js';
import { AuthModule } from './auth.module.js';
import { type AuthConfiguration, defaultAuth } from './configuration.js';

const secret = { version: 1, bytes: new Uint8Array(32).fill(9) };
const secrets: Secrets = { current: () => secret, version: (_, version) => (version === 1 ? secret : undefined) };
export const OPERATOR = staffTokenOf(secrets);

export const MAY_FIRST_MS = Date.UTC(2026, 4, 1, 12);
export const USER = 'user_0000Ada';
export const LOGIN = 'Ada@example.com';
export const PASSPHRASE = 'correct horse <battery> staple';
export const CALLBACK = 'https://app.example/cb';
export const VERIFIER = 'a-verifier-of-at-least-forty-three-characters-1';
export const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');

export class Clock {
  nowMs = MAY_FIRST_MS;
  pass(seconds: number): void {
    this.nowMs += seconds * 1_000;
  }
}

export interface Answered {
  readonly status: number;
  // A spec knows what it asked for.
  readonly body: Readonly<Record<string, string>>;
  readonly text: string;
  readonly headers: Headers;
}

export type Fields = Readonly<Record<string, string>>;

export interface Client {
  readonly id: string;
  readonly secret: string;
}

export interface Tokens {
  readonly access: string;
  readonly refresh: string;
}

export class AuthUnderTest {
  /** Everything it answered, and told the operator. */
  readonly said: string[] = [];

  private constructor(
    readonly service: Service,
    readonly url: string,
    readonly contract: ClientOf<typeof authContract>,
    readonly reported: unknown[],
    readonly metrics: Registry,
  ) {}

  static async start(records: Records, clock: Clock, change: Partial<AuthConfiguration> = {}): Promise<AuthUnderTest> {
    const reported: unknown[] = [];
    const report = (error: unknown) => void reported.push(error);
    const provided: [symbol, unknown][] = [
      [RECORDS, records],
      [SECRETS, secrets],
      [CLOCK, () => BigInt(clock.nowMs) * 1_000n],
      [TIME, systemTime],
      [REPORT, report],
      [RUNS_PROCESSES, true],
    ];
    class Ports {}
    const ports = {
      module: Ports,
      global: true,
      providers: provided.map(([provide, useValue]) => ({ provide, useValue })),
      exports: provided.map(([provide]) => provide),
    };
    class Bank {}
    const transport = inProcessTransport({ mode: 'bytes', time: systemTime, random: randomBytes, report });
    const configuration = { ...defaultAuth, scryptCost: 1_024, ...change };
    const auth = AuthModule.with({ configuration, random: randomBytes });
    Module({ imports: [ports, ContractsModule.forRoot({ transport }), auth] })(Bank);
    const metrics = new Registry();
    const title = { title: 'Auth', version: '1' };
    const service = await createService({ module: Bank, title, host: '127.0.0.1', port: 0, metrics, report });
    return new AuthUnderTest(service, await service.start(), transport.client(authContract), reported, metrics);
  }

  get auth(): Auth {
    return this.service.app.get(Auth, { strict: false });
  }

  stop(): Promise<void> {
    return this.service.stop();
  }

  async ask(method: string, path: string, init: RequestInit = {}): Promise<Answered> {
    const response = await fetch(this.url + path, { ...init, method, redirect: 'manual' });
    const text = await response.text();
    this.said.push(text);
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    return { status: response.status, text, headers: response.headers, body: isJson ? JSON.parse(text) : {} };
  }

  form(path: string, fields: Fields, headers: Fields = {}): Promise<Answered> {
    return this.ask('POST', path, { body: new URLSearchParams(fields), headers });
  }

  json(path: string, body: unknown, headers: Fields = {}): Promise<Answered> {
    const all = { 'content-type': 'application/json', ...headers };
    return this.ask('POST', path, { body: JSON.stringify(body), headers: all });
  }

  staff(path: string, body: unknown, token = OPERATOR): Promise<Answered> {
    return this.json(path, body, { authorization: `Bearer ${token}` });
  }

  async client(redirectUris: readonly string[] = [CALLBACK], confidential = true): Promise<Client> {
    const made = await this.staff('/staff/oauth-clients', {
      name: 'Pots <Co>',
      redirect_uris: redirectUris,
      confidential,
    });
    expect([made.status, made.text]).toEqual([200, made.text]);
    return { id: made.body.client_id ?? '', secret: made.body.client_secret ?? '' };
  }

  async customer(userId = USER, login = LOGIN, passphrase = PASSPHRASE): Promise<void> {
    const set = await this.staff(`/staff/users/${userId}/credentials`, { login_name: login, passphrase });
    expect([set.status, set.text]).toEqual([200, set.text]);
  }

  logIn(client: Client, fields: Fields = {}, headers: Fields = {}): Promise<Answered> {
    const asked = { client_id: client.id, redirect_uri: CALLBACK, response_type: 'code' };
    return this.form('/oauth2/authorise', { ...asked, login_name: LOGIN, passphrase: PASSPHRASE, ...fields }, headers);
  }

  async code(client: Client, fields: Fields = {}): Promise<string> {
    const { status, headers, text } = await this.logIn(client, fields);
    expect([status, text]).toEqual([302, '']);
    return new URL(headers.get('location') ?? '').searchParams.get('code') ?? '';
  }

  exchange(client: Client, code: string, fields: Fields = {}): Promise<Answered> {
    const proof = { client_id: client.id, client_secret: client.secret, redirect_uri: CALLBACK };
    return this.form('/oauth2/token', { grant_type: 'authorization_code', ...proof, code, ...fields });
  }

  async tokens(client: Client): Promise<Tokens> {
    return tokensOf(await this.exchange(client, await this.code(client)));
  }

  refresh(client: Client, refresh: string, fields: Fields = {}): Promise<Answered> {
    const proof = { client_id: client.id, client_secret: client.secret };
    return this.form('/oauth2/token', { grant_type: 'refresh_token', ...proof, refresh_token: refresh, ...fields });
  }

  async decide(client: Client, decision: 'approve' | 'deny'): Promise<Answered> {
    const listed = await this.json('/oauth2/approvals', { login_name: LOGIN, passphrase: PASSPHRASE });
    const list: { session: string; clients: { client_id: string; request: string }[] } = JSON.parse(listed.text);
    const asking = list.clients.find(({ client_id }) => client_id === client.id);
    const chosen = { session: list.session, client_id: client.id, request: asking?.request, decision };
    return this.json('/oauth2/approvals', chosen);
  }

  whoami(token: string): Promise<Answered> {
    return this.ask('GET', '/ping/whoami', { headers: { authorization: `Bearer ${token}` } });
  }

  logout(token: string): Promise<Answered> {
    return this.ask('POST', '/oauth2/logout', { headers: { authorization: `Bearer ${token}` } });
  }

  authenticate(token: string) {
    return this.contract.authenticate({ token }, contextsOf('spec')('spec', 'spec'));
  }

  isApproved(clientId: string) {
    return this.contract.isApproved({ userId: USER, clientId }, contextsOf('spec')('spec', 'spec'));
  }

  forget() {
    return this.contract.forget({ userId: USER }, contextsOf('spec')('spec', 'spec'));
  }

  issue(clientId: string, lifetimeSeconds: number) {
    return this.contract.issue({ userId: USER, clientId, lifetimeSeconds }, contextsOf('spec')('spec', 'spec'));
  }
}

export function tokensOf({ status, body, text }: Answered): Tokens {
  expect([status, text]).toEqual([200, text]);
  return { access: body.access_token ?? '', refresh: body.refresh_token ?? '' };
}
