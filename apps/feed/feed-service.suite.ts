// The feed's modules in a service of their own, over a ledger in memory.
import { Module } from '@nestjs/common';
import { EmbeddedBus } from '@tallystick/bus/embedded/index';
import { deriveId } from '@tallystick/events';
import type { AccountId } from '@tallystick/ledger-core';
import { authorise, fund, issue, open } from '@tallystick/ledger-core/account/commands.suite';
import { pooledRandom } from '@tallystick/transport';
import { ManualTime } from '@tallystick/transport/manual-time.suite';
import {
  BOOK_DATE,
  BUS,
  CLOCK,
  ContractsModule,
  FRESHNESS,
  JOURNAL,
  RANDOM,
  REPORT,
  SECRETS,
  TIME,
  VIEWS,
} from '@tallystick/transport/nest';
import {
  createService,
  customerTokenOf,
  type Secrets,
  type Service,
  staffTokenOf,
} from '@tallystick/transport/service';
import { Registry } from 'prom-client';
import { FeedGeneratorModule } from '../feed-generator/feed-generator.module.js';
import { bookDate, MAY_FIRST } from '../ledger/ledger-over-memory.suite.js';
import { EventReader } from './event-reader.suite.js';
import { FeedModule } from './feed.module.js';
import { FeedOverMemory, progress } from './feed-over-memory.suite.js';

export const account = deriveId('acc', MAY_FIRST, 'acc', 'spec/1') as AccountId;
export const others = deriveId('acc', MAY_FIRST, 'acc', 'spec/2') as AccountId;
export const nobodys = deriveId('acc', MAY_FIRST, 'acc', 'spec/3') as AccountId;
export const mine = `account_id=${account}`;

const secret = { version: 1, bytes: new Uint8Array(32).fill(9) };
const secrets: Secrets = { current: () => secret, version: () => secret };
export const token = customerTokenOf(secrets, 'user_1');
export const staffToken = staffTokenOf(secrets);

type Headers = Readonly<Record<string, string>>;

export class FeedService {
  readonly of = new FeedOverMemory({ answers: false });
  readonly time = new ManualTime();
  /** What nobody was told. */
  readonly reported: unknown[] = [];
  url = '';
  private service: Service | undefined;
  private readonly readers: EventReader[] = [];
  private messages = 0;

  /** With an account of user_1, and one of user_2. */
  static async start(): Promise<FeedService> {
    const started = new FeedService();
    const { of } = started;
    for (const [accountId, owner] of [
      [account, 'user_1'],
      [others, 'user_2'],
    ] as const)
      await of.ledger.given(
        accountId,
        open({ accountId, owners: [owner] }),
        issue(),
        fund(100_000n, `to ${accountId}`),
      );
    await of.fill();
    started.service = await createService({
      module: started.module(),
      title: { title: 'Feed', version: '1' },
      host: '127.0.0.1',
      port: 0,
      metrics: new Registry(),
      report: started.report,
    });
    started.url = await started.service.start();
    return started;
  }

  /** Resolves when every live reader has been let go. */
  async stop(): Promise<void> {
    await this.service?.stop();
    await Promise.all(this.readers.map((reader) => reader.ended));
  }

  async get(path: string, headers: Headers = {}) {
    const response = await fetch(this.url + path, { headers: { authorization: `Bearer ${token}`, ...headers } });
    return { status: response.status, body: JSON.parse(await response.text()) };
  }

  listen(query: string, headers: Headers = {}): EventReader {
    const reader = new EventReader(`${this.url}/feed/live?${query}`, { authorization: `Bearer ${token}`, ...headers });
    this.readers.push(reader);
    return reader;
  }

  /** By card; answers the message's name. */
  async pay(accountId = account): Promise<string> {
    const message = `m${this.messages++}`;
    await this.of.ledger.given(accountId, authorise(message, 10n));
    return message;
  }

  /** The token of all that was written. */
  async head(): Promise<string> {
    return `jrnl1.${await this.of.journal.head()}`;
  }

  private readonly report = (error: unknown): void => void this.reported.push(error);

  private module() {
    const { of, time, report } = this;
    const provided: [symbol, unknown][] = [
      [JOURNAL, of.journal],
      [CLOCK, () => of.world.now],
      [BOOK_DATE, bookDate],
      [VIEWS, of.views],
      [FRESHNESS, { waitUntil: () => of.fill() }],
      [BUS, new EmbeddedBus({ journal: of.journal, pause: async () => undefined, onFailure: report })],
      [SECRETS, secrets],
      [TIME, time],
      [RANDOM, pooledRandom()],
      [REPORT, report],
    ];
    class Ports {}
    const ports = {
      module: Ports,
      global: true,
      providers: provided.map(([provide, useValue]) => ({ provide, useValue })),
      exports: provided.map(([provide]) => provide),
    };
    const apps = [FeedGeneratorModule.with({ seal: of.seal }), FeedModule.with({ open: of.open, progress })];
    class Bank {}
    Module({ imports: [ports, ContractsModule.forRoot({ transport: of.ledger.transport }), ...apps] })(Bank);
    return Bank;
  }
}
