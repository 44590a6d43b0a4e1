// An edge of its own, over records in memory, with people's tokens; what stands behind it is the spec's.
import { Module } from '@nestjs/common';
import { authContract, defineContract, type ResponseOf } from '@tallystick/contracts';
import { pooledRandom, systemTime } from '@tallystick/transport';
import { inProcessTransport } from '@tallystick/transport/in-process';
import { ContractsModule, RANDOM, RECORDS, REPORT, SECRETS, TIME } from '@tallystick/transport/nest';
import {
  createService,
  customerTokenOf,
  type Secrets,
  type Service,
  staffTokenOf,
} from '@tallystick/transport/service';
import type { Records } from '@tallystick/views';
import { MemoryRecords } from '@tallystick/views/memory/index';
import { Registry } from 'prom-client';
import { defaultEdge, type EdgeConfiguration } from './configuration.js';
import { EdgeProxy, EdgeProxyModule, type Stacks } from './edge-proxy.module.js';

export type Authenticated = ResponseOf<(typeof authContract)['methods']['authenticate']>;

export const secrets: Secrets = {
  current: (name) => ({ version: 1, bytes: new TextEncoder().encode(`the secret ${name}`) }),
  version: (name, version) => ({ version, bytes: new TextEncoder().encode(`the secret ${name}`) }),
};
export const staffToken = staffTokenOf(secrets);
export const feedToken = customerTokenOf(secrets, 'user_1');

const known = (userId: string): Authenticated => ({
  known: { userId, clientId: 'oauth2client_spec', approved: true, wholeHistoryUntil: 0n },
  refused: null,
});

const UNKNOWN: Authenticated = { known: null, refused: 'unknown' };
const TOKENS: Readonly<Record<string, Authenticated>> = {
  'token-of-1': known('user_1'),
  'token-of-2': known('user_2'),
  expired: { known: null, refused: 'expired' },
  evicted: { known: null, refused: 'evicted' },
};

export interface EdgeUnderTestOptions {
  readonly configuration?: Partial<EdgeConfiguration>;
  readonly records?: Records;
  readonly pages?: Readonly<Record<string, string>>;
}

export class EdgeUnderTest {
  private constructor(
    readonly service: Service,
    /** The public door. */
    readonly url: string,
    /** Where the staff ask. */
    readonly staffUrl: string,
    readonly reported: readonly unknown[],
  ) {}

  static async start(stacks: Stacks, options: EdgeUnderTestOptions = {}): Promise<EdgeUnderTest> {
    const reported: unknown[] = [];
    const report = (error: unknown) => void reported.push(error);
    const transport = inProcessTransport({ mode: 'direct', time: systemTime, random: pooledRandom(), report });
    // As much of the contract as is asked here.
    const { authenticate } = authContract.methods;
    transport.answer(defineContract('auth', { authenticate }), {
      authenticate: async ({ token }) => TOKENS[token] ?? UNKNOWN,
    });
    const provided: [symbol, unknown][] = [
      [RECORDS, options.records ?? new MemoryRecords()],
      [TIME, systemTime],
      [RANDOM, pooledRandom()],
      [SECRETS, secrets],
      [REPORT, report],
    ];
    class Ports {}
    const ports = {
      module: Ports,
      global: true,
      providers: provided.map(([provide, useValue]) => ({ provide, useValue })),
      exports: provided.map(([provide]) => provide),
    };
    const configuration = { ...defaultEdge, port: 0, drainMs: 0, switchPollMs: 20, ...options.configuration };
    const edge = EdgeProxyModule.with({ configuration, stacks, ...(options.pages ? { pages: options.pages } : {}) });
    class Bank {}
    Module({ imports: [ports, ContractsModule.forRoot({ transport }), edge] })(Bank);
    const service = await createService({
      module: Bank,
      title: { title: 'Edge', version: '1' },
      host: '127.0.0.1',
      port: 0,
      metrics: new Registry(),
      report,
    });
    const staffUrl = await service.start();
    const { url } = service.app.get(EdgeProxy, { strict: false });
    return new EdgeUnderTest(service, url, staffUrl, reported);
  }

  stop(): Promise<void> {
    return this.service.stop();
  }

  async get(path: string, token: string | null = 'token-of-1', headers: Readonly<Record<string, string>> = {}) {
    return await this.send('GET', path, { token, headers });
  }

  async send(
    method: string,
    path: string,
    how: {
      readonly token?: string | null;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | Uint8Array;
    } = {},
  ) {
    const { token = 'token-of-1', headers = {}, body } = how;
    const response = await fetch(this.url + path, {
      method,
      redirect: 'manual',
      headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: text.startsWith('{') ? JSON.parse(text) : {},
    };
  }

  /** Asks the staff's side. */
  async staff(method: string, path: string, body?: unknown, token: string | null = staffToken) {
    const response = await fetch(this.staffUrl + path, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, text, body: text.startsWith('{') ? JSON.parse(text) : {} };
  }

  async metric(name: string): Promise<number> {
    const { text } = await this.staff('GET', '/metrics');
    const line = text.split('\n').find((each) => each.startsWith(`${name} `));
    return Number(line?.split(' ').at(-1) ?? 0);
  }
}
