// Customers' control of their cards in a service of its own, over two ledgers on one journal in memory: what is changed goes through the
// first, and what is paid is decided by the second.
import { Module } from '@nestjs/common';
import {
  accountsContract,
  authContract,
  type ClientOf,
  cardProcessingContract,
  cardsContract,
  defineContract,
  type ResponseOf,
} from '@tallystick/contracts';
import { MemoryJournal } from '@tallystick/journal/memory/index';
import type { AccountCommand, AccountId, CardId, CardToken } from '@tallystick/ledger-core';
import { everyChannel, fund, noLimits, open } from '@tallystick/ledger-core/account/commands.suite';
import { pooledRandom } from '@tallystick/transport';
import { ManualTime } from '@tallystick/transport/manual-time.suite';
import { BOOK_DATE, CLOCK, ContractsModule, RANDOM, RECORDS, TIME } from '@tallystick/transport/nest';
import { createService, type Service } from '@tallystick/transport/service';
import { Projector } from '@tallystick/views';
import { MemoryViews } from '@tallystick/views/memory/index';
import { Registry } from 'prom-client';
import { AccountReads } from '../accounts/account-reads.js';
import { accountsProjection } from '../accounts/accounts.projection.js';
import { joint, mine, others, type Sent, tokens } from '../api/api-service.suite.js';
import { tokenOfReference } from '../card-processing/references.js';
import { CardTokens } from '../card-processing/tokens.js';
import { Cards } from '../cards/cards.js';
import { cardsProjection } from '../cards/cards.projection.js';
import { bookDate, context, type LedgerUnderTest, SECOND, World } from '../ledger/ledger-over-memory.suite.js';
import { CardApiModule } from './card-api.module.js';
import type { CardApiConfiguration } from './configuration.js';

export { joint, mine, others, type Sent } from '../api/api-service.suite.js';

type Authenticated = ResponseOf<(typeof authContract)['methods']['authenticate']>;

export class CardApiService {
  readonly world = new World();
  readonly ledger: LedgerUnderTest = this.world.ledger();
  /** Another process; card gateways ask it. */
  readonly second: LedgerUnderTest = this.world.ledger();
  readonly views = new MemoryViews();
  readonly time = new ManualTime();
  readonly reported: unknown[] = [];
  readonly cardTokens = new CardTokens([{ version: 1, key: new Uint8Array(32).fill(9) }]);
  readonly cards: ClientOf<typeof cardsContract>;
  url = '';
  private readonly projector = new Projector('views', this.views, [accountsProjection, cardsProjection]);
  private service: Service | undefined;

  private constructor() {
    this.cards = this.answer();
  }

  /** Accounts of user_1, of user_2, and of both. */
  static async start(configuration: CardApiConfiguration = { rateLimit: undefined, validYears: 4 }) {
    const started = new CardApiService();
    await started.projector.prepare();
    const accounts: [AccountId, string[]][] = [
      [mine, ['user_1']],
      [others, ['user_2']],
      [joint, ['user_1', 'user_2']],
    ];
    for (const [accountId, owners] of accounts)
      await started.do(accountId, open({ accountId, owners }), fund(100_000n, `to ${accountId}`));
    started.service = await createService({
      module: started.module(configuration),
      title: { title: 'Card API', version: '1' },
      host: '127.0.0.1',
      port: 0,
      metrics: new Registry(),
      report: (error) => void started.reported.push(error),
    });
    started.url = await started.service.start();
    return started;
  }

  async stop(): Promise<void> {
    await this.service?.stop();
  }

  async do(accountId: AccountId, ...commands: readonly AccountCommand[]): Promise<void> {
    await this.ledger.given(accountId, ...commands);
    await this.fill();
  }

  /** @returns the card's id; `name` is what its token is made of */
  async issue(
    accountId: AccountId,
    name: string,
    how: { holder?: string | null; active?: boolean } = {},
  ): Promise<CardId> {
    const { holder = null, active = true } = how;
    const at = { caller: 'spec', key: name, effectiveAt: this.world.now, localDate: bookDate(this.world.now) };
    const token = this.tokenOf(name);
    const card = { token, masked: '************4242', expiry: '2030-01', holder, active };
    const { cardId, outcomes } = await this.cards.issue(
      { ...at, accountId, ...card, controls: everyChannel, limits: noLimits },
      context,
    );
    if (outcomes[0]?.kind !== 'answered') throw new Error(`no card: ${JSON.stringify(outcomes)}`);
    await this.fill();
    return cardId;
  }

  tokenOf(name: string): CardToken {
    return tokenOfReference(name, this.cardTokens).token;
  }

  async fill(): Promise<void> {
    for (;;) {
      const after = await this.projector.resumeAfter(0);
      const events = await new MemoryJournal(this.world.store).readAll({ after, limit: 10_000 });
      if (events.length === 0) return;
      await this.projector.apply({ partition: 0, events });
    }
  }

  get(path: string, how: Sent = {}) {
    return this.send(path, how);
  }

  form(method: string, path: string, fields: Readonly<Record<string, string>> = {}, how: Sent = {}) {
    const body = new URLSearchParams(fields).toString();
    return this.send(path, { method, body, type: 'application/x-www-form-urlencoded', ...how });
  }

  json(method: string, path: string, body: unknown, how: Sent = {}) {
    return this.send(path, { method, body: JSON.stringify(body), type: 'application/json', ...how });
  }

  async send(path: string, { token = 'token-of-1', headers = {}, method = 'GET', body, type }: Sent = {}) {
    this.world.now += SECOND;
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(type === undefined ? {} : { 'content-type': type }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: JSON.parse(text) };
  }

  private answer(): ClientOf<typeof cardsContract> {
    const { transport, client, records } = this.ledger;
    const freshness = { waitUntil: () => this.fill() };
    transport.answer(cardsContract, new Cards(client, records, this.views, freshness));
    // As much of the contracts as is asked here.
    const { ownedBy } = accountsContract.methods;
    transport.answer(defineContract('accounts', { ownedBy }), { ownedBy: new AccountReads(this.views).ownedBy });
    const unknown: Authenticated = { known: null, refused: 'unknown' };
    const { authenticate } = authContract.methods;
    transport.answer(defineContract('auth', { authenticate }), {
      authenticate: async ({ token }) => tokens[token] ?? unknown,
    });
    const { assignNumber } = cardProcessingContract.methods;
    transport.answer(defineContract('card-processing', { assignNumber }), {
      assignNumber: async ({ name }) => tokenOfReference(this.cardTokens.newNumber(name), this.cardTokens),
    });
    return transport.client(cardsContract);
  }

  private module(configuration: CardApiConfiguration) {
    const provided: [symbol, unknown][] = [
      [RECORDS, this.ledger.records],
      [CLOCK, () => this.world.now],
      [BOOK_DATE, bookDate],
      [TIME, this.time],
      [RANDOM, pooledRandom()],
    ];
    class Ports {}
    const ports = {
      module: Ports,
      global: true,
      providers: provided.map(([provide, useValue]) => ({ provide, useValue })),
      exports: provided.map(([provide]) => provide),
    };
    class Bank {}
    const contracts = ContractsModule.forRoot({ transport: this.ledger.transport });
    Module({ imports: [ports, contracts, CardApiModule.with(configuration)] })(Bank);
    return Bank;
  }
}
