// Gateways that share records in front of one ledger in memory, and a way to the ledger that can be closed or cut.
import {
  accountsContract,
  bookDateIn,
  type CallContext,
  type ClientOf,
  type ledgerContract,
} from '@tallystick/contracts';
import type { AccountCommand, Micros } from '@tallystick/ledger-core';
import { CallFailed } from '@tallystick/transport';
import { pause } from '@tallystick/transport/pause';
import { Projector, type Records } from '@tallystick/views';
import { MemoryRecordStore, MemoryRecords, MemoryViews } from '@tallystick/views/memory/index';
import { Registry } from 'prom-client';
import { AccountReads } from '../../accounts/account-reads.js';
import { accountsProjection } from '../../accounts/accounts.projection.js';
import { Balance } from '../../balance/balance.js';
import { balanceProjection } from '../../balance/balance.projection.js';
import { cardsProjection } from '../../cards/cards.projection.js';
import { defaultCardProcessing } from '../configuration.js';
import { Gateway } from '../gateway.js';
import type { AuthorisationBody } from '../gateway.schemas.js';
import { gatewayOverMemory, MAY_FIRST, NUMBER, type OverMemory } from '../gateway-over-memory.suite.js';
import { standingIn } from './assembly.js';
import { noStandIn, type StandInConfiguration } from './configuration.js';
import type { Outbox } from './outbox.js';

type Ledger = ClientOf<typeof ledgerContract>;
/** `cut`: calls arrive, and their answers are lost. */
export type Way = 'open' | 'refused' | 'cut';

export const bookDate = bookDateIn('Europe/London');
/** £50 each, £120 and three times a day per card. */
export const withLimits: StandInConfiguration = {
  ...noStandIn,
  enabled: true,
  countPerCard: 3,
  limits: { GBP: { perTransaction: 5_000n, perCard: 12_000n } },
};
const nobody: Promise<never> = new Promise(() => undefined);

let stans = 0;
export function keysOf(stan = String(++stans).padStart(6, '0')) {
  return { acquirer: '400001', stan, rrn: `6121${stan}01`, transmitted_at: '0501130000' };
}

export function purchase(amount: number, more: Partial<AuthorisationBody> = {}): AuthorisationBody {
  return {
    card: { number: NUMBER },
    amount: { amount, currency: 'GBP' },
    merchant: { name: 'Corner shop', mcc: '5411', country: 'GB' },
    keys: keysOf(),
    ...more,
  };
}

/** As often as it takes; the spec's own time limit ends the wait. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 2).unref());
}

export class StandInWorld {
  readonly store = new MemoryRecordStore();
  readonly views = new MemoryViews();
  /** To the ledger and, apart from it, to the views. */
  way: Way = 'open';
  viewsAway = false;
  /** The view of cards alone. */
  cardsAway = false;
  now: Micros = MAY_FIRST;
  private readonly running: RunningGateway[] = [];
  private commands = 0;

  private constructor(readonly memory: OverMemory) {}

  static async open(overdraftLimit = 100_000n): Promise<StandInWorld> {
    const world = new StandInWorld(await gatewayOverMemory({ overdraftLimit }));
    await world.viewsCatchUp();
    return world;
  }

  async viewsCatchUp(): Promise<void> {
    const projectors = [
      new Projector('views', this.views, [accountsProjection, balanceProjection]),
      new Projector('cards', this.memory.cardViews, [cardsProjection]),
    ];
    for (const projector of projectors) {
      await projector.prepare();
      const after = await projector.resumeAfter(0);
      const events = await this.memory.journal.readAll({ after, limit: 10_000 });
      await projector.apply({ partition: 0, events });
    }
  }

  gateway(standIn: StandInConfiguration = withLimits, durable = true, ledger?: Ledger): RunningGateway {
    const gateway = new RunningGateway(this, standIn, durable, ledger);
    this.running.push(gateway);
    return gateway;
  }

  /** Straight to the ledger, past every gateway. */
  async tell(command: AccountCommand): Promise<void> {
    const { ledger, accountId, context } = this.memory;
    const asked = {
      key: `told-${this.commands++}`,
      effectiveAt: this.now,
      localDate: bookDate(this.now),
      causedAt: 0n,
    };
    await ledger.execute({ accountId, caller: 'spec', commands: [{ ...asked, command }] }, context);
  }

  async balances() {
    const { ledger, accountId, context } = this.memory;
    return (await ledger.account({ accountId }, context)).found?.balances;
  }

  async eventTypes(): Promise<string[]> {
    const text = await this.memory.journalText();
    return text.match(/(Authorisation|Reversal)[A-Z]\w+/g) ?? [];
  }

  recordsText(): string {
    const all = [...this.store.collections].flatMap(([collection, records]) =>
      [...records].map(([key, { value }]) => `${collection} ${key} ${Buffer.from(value).toString()}`),
    );
    return all.join('\n');
  }

  waiting(): number {
    return this.store.collections.get('gateway-outbox')?.size ?? 0;
  }

  async close(): Promise<void> {
    for (const each of this.running) await each.close();
  }
}

/** One gateway process. */
export class RunningGateway {
  readonly metrics = new Registry();
  readonly reports: string[] = [];
  readonly outbox: Outbox;
  readonly gateway: Gateway;
  /** Called before each write of a record, and after it. */
  beforeWrite: (() => void) | undefined;
  afterWrite: (() => void) | undefined;
  beforeRemove: (() => void) | undefined;
  /** Waited for before each write, and after it. */
  holdWrites: Promise<void> | undefined;
  holdAfterWrites: Promise<void> | undefined;
  private isKilled = false;

  constructor(
    private readonly world: StandInWorld,
    standIn: StandInConfiguration,
    durable: boolean,
    /** Another way than the world's. */
    given: Ledger | undefined,
  ) {
    const { memory } = world;
    const { tokens, random } = memory;
    const cards = { ...memory.cards, list: this.ofCards(memory.cards.list) };
    const clock = () => world.now;
    const time = { now: () => Date.now(), every: () => () => undefined };
    const reads = new AccountReads(world.views);
    const balances = new Balance(world.views, { waitUntil: () => this.seen() });
    const { ledger, outbox } = standingIn({
      configuration: standIn,
      ledger: given ?? this.throughTheWay(),
      cards,
      accounts: { ...memory.transport.client(accountsContract), get: this.ofViews(reads.get) },
      balance: {
        get: this.ofViews(balances.get),
        list: this.ofViews(balances.list),
        pots: this.ofViews(balances.pots),
        pot: this.ofViews(balances.pot),
      },
      records: durable ? this.records() : undefined,
      clock,
      bookDate,
      scope: { time, random, actor: 'service:spec', patienceMs: 1_000 },
      pause,
      rememberedCards: 100,
      metrics: this.metrics,
      report: (error) => void this.reports.push(String(error)),
      onLate: () => undefined,
    });
    this.outbox = outbox;
    const configuration = { ...defaultCardProcessing, standIn };
    this.gateway = new Gateway({ ledger, cards, clock, bookDate, tokens, configuration });
    outbox.start();
  }

  authorise(body: AuthorisationBody, key: string) {
    return this.gateway.authorise(body, key, this.world.memory.context);
  }

  reverse(body: AuthorisationBody, key: string, replacement?: number) {
    const { card, keys } = body;
    const message = {
      card,
      ...(keys === undefined ? {} : { original_keys: keys }),
      ...(replacement === undefined ? {} : { replacement_amount: { amount: replacement, currency: 'GBP' } }),
    };
    return this.gateway.reverse(message, key, this.world.memory.context);
  }

  async metric(name: string): Promise<string[]> {
    const text = await this.metrics.metrics();
    return text.split('\n').filter((line) => line.startsWith(name));
  }

  /** From now on nothing that it asks for happens, and nothing that it waits for comes. */
  kill(): void {
    this.isKilled = true;
  }

  async close(): Promise<void> {
    const closed = this.outbox.close();
    // A killed one waits for what never comes; its timers end all the same.
    if (!this.isKilled) await closed;
  }

  private alive<Request, Answer>(act: (request: Request, context: CallContext) => Promise<Answer>) {
    return async (request: Request, context: CallContext): Promise<Answer> => {
      if (this.isKilled) return nobody;
      const answer = await act(request, context);
      return this.isKilled ? nobody : answer;
    };
  }

  private throughTheWay(): Ledger {
    const { world } = this;
    const { ledger } = world.memory;
    const through = <Request, Answer>(act: (request: Request, context: CallContext) => Promise<Answer>) =>
      this.alive<Request, Answer>(async (request, context) => {
        const { way } = world;
        if (way === 'refused') throw away(false);
        const answer = await act(request, context);
        if (way === 'cut') throw away(true);
        return answer;
      });
    return {
      ...ledger,
      execute: through(ledger.execute),
      executeAll: through(ledger.executeAll),
      executeUnknownCard: through(ledger.executeUnknownCard),
      journal: through(ledger.journal),
    };
  }

  private ofViews<Request, Answer>(act: (request: Request, context: CallContext) => Promise<Answer>) {
    return this.alive<Request, Answer>((request, context) =>
      this.world.viewsAway ? Promise.reject(away(false)) : act(request, context),
    );
  }

  private ofCards<Request, Answer>(act: (request: Request, context: CallContext) => Promise<Answer>) {
    return this.ofViews<Request, Answer>((request, context) =>
      this.world.cardsAway ? Promise.reject(away(false)) : act(request, context),
    );
  }

  private async seen(): Promise<void> {
    if (this.world.viewsAway) throw away(true);
    await this.world.viewsCatchUp();
  }

  private records(): Records {
    const records = new MemoryRecords(this.world.store);
    const written = async <Result>(write: () => Promise<Result>): Promise<Result> => {
      this.beforeWrite?.();
      await this.holdWrites;
      if (this.isKilled) return nobody;
      const result = await write();
      this.afterWrite?.();
      await this.holdAfterWrites;
      return this.isKilled ? nobody : result;
    };
    return {
      get: (collection, key) => (this.isKilled ? nobody : records.get(collection, key)),
      keys: (collection, options) => (this.isKilled ? nobody : records.keys(collection, options)),
      insertIfAbsent: (collection, key, value) => written(() => records.insertIfAbsent(collection, key, value)),
      compareAndSet: (collection, key, version, value) =>
        written(() => records.compareAndSet(collection, key, version, value)),
      put: (collection, key, value) => (this.isKilled ? nobody : records.put(collection, key, value)),
      remove: (collection, key) => {
        this.beforeRemove?.();
        return this.isKilled ? nobody : records.remove(collection, key);
      },
      close: () => records.close(),
    };
  }
}

function away(sent: boolean): CallFailed {
  return new CallFailed({ code: 'unavailable', message: 'the ledger can not be reached', retryable: true, sent });
}
