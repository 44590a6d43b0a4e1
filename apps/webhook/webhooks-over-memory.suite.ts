// The webhook service over a ledger in memory: what its specs stand on.
import { randomBytes } from 'node:crypto';
import { EmbeddedBus } from '@tallystick/bus/embedded/index';
import {
  accountsContract,
  authContract,
  type ClientOf,
  defineContract,
  ledgerContract,
  type RequestOf,
  transactionsContract,
  webhookContract,
} from '@tallystick/contracts';
import type { AccountCommand, AccountId } from '@tallystick/ledger-core';
import { fund, issue, open } from '@tallystick/ledger-core/account/commands.suite';
import { CallFailed } from '@tallystick/transport';
import { ManualTime } from '@tallystick/transport/manual-time.suite';
import { pause } from '@tallystick/transport/pause';
import { Projector, type Records } from '@tallystick/views';
import { MemoryRecords } from '@tallystick/views/memory/index';
import { Registry } from 'prom-client';
import { FeedOverMemory } from '../feed/feed-over-memory.suite.js';
import { bookDate, context, contextFor, SECOND } from '../ledger/ledger-over-memory.suite.js';
import { transactionsProjection } from '../transactions/transactions.projection.js';
import { TransactionsService } from '../transactions/transactions-service.js';
import { AddressPolicy } from './address-policy.js';
import type { WebhookConfiguration } from './configuration.js';
import { addressesOf } from './host-addresses.js';
import { WebhookService, type WebhookServicePorts } from './webhook-service.js';
import { Webhooks } from './webhooks.js';

export const ann = 'acc_ann' as AccountId;
export const bob = 'acc_bob' as AccountId;
export const onThisMachine: WebhookConfiguration = { allowPrivateAddresses: true, allowedNetworks: [] };

interface Options
  extends Partial<Pick<WebhookServicePorts, 'instance' | 'addressesOf' | 'attemptTimeoutMs' | 'slots'>> {
  readonly configuration?: WebhookConfiguration;
}
type Asked = RequestOf<(typeof webhookContract)['methods']['register']>;

const WAIT_MS = 150_000;

/** Asks again and again until it is so. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const giveUp = performance.now() + WAIT_MS;
  while (!(await isSo())) {
    if (performance.now() > giveUp) throw new Error(`${what}: not within ${WAIT_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** One process with the webhook service. */
export class Instance {
  readonly answers: Webhooks;
  readonly metrics = new Registry();
  private isKilled = false;
  /** Before and after each write of a record, by its collection. */
  beforeWrite: (collection: string) => void = () => {};
  afterWrite: (collection: string) => void = () => {};
  /** Keys of the records that were read. */
  readonly read: string[] = [];
  private readonly service: WebhookService;

  constructor(of: WebhooksOverMemory, { configuration = onThisMachine, ...options }: Options) {
    const { transport } = of.of.ledger;
    const client = <C extends Parameters<typeof transport.client>[0]>(contract: C): ClientOf<C> =>
      transport.client(contract);
    this.service = new WebhookService({
      policy: new AddressPolicy(configuration),
      instance: 'one',
      records: this.mortal(new MemoryRecords(of.of.world.recordStore)),
      accounts: client(accountsContract),
      auth: client(authContract),
      ledger: client(ledgerContract),
      transactions: client(transactionsContract),
      openAll: of.of.openAll,
      bus: new EmbeddedBus({ journal: of.of.journal, pause, onFailure: ({ error }) => of.reported.push(error) }),
      partitionOf: () => 0,
      time: of.time,
      elapsed: () => performance.now(),
      random: randomBytes,
      contextFor,
      addressesOf,
      // Only where a receiver hangs: a busy machine is not to look like one.
      attemptTimeoutMs: 60_000,
      metrics: this.metrics,
      report: (error) => of.reported.push(error),
      ...options,
    });
    this.answers = new Webhooks(this.service.answering);
  }

  start(): void {
    this.service.start();
  }

  async stop(): Promise<void> {
    if (!this.isKilled) await this.service.stop();
  }

  /** From here on nothing of it is done any more, as after kill -9. */
  kill(): void {
    this.isKilled = true;
  }

  async metric(name: string): Promise<string[]> {
    return (await this.metrics.metrics()).split('\n').filter((line) => line.startsWith(name));
  }

  private mortal(records: Records): Records {
    const alive = async <Result>(work: () => Promise<Result>): Promise<Result> => {
      const never = new Promise<never>(() => {});
      if (this.isKilled) return never;
      const result = await work();
      return this.isKilled ? never : result;
    };
    const write = async <Result>(collection: string, work: () => Promise<Result>): Promise<Result> => {
      if (!this.isKilled) this.beforeWrite(collection);
      return alive(async () => {
        const result = await work();
        this.afterWrite(collection);
        return result;
      });
    };
    return {
      get: (collection, key) => {
        this.read.push(key);
        return alive(() => records.get(collection, key));
      },
      keys: (collection, options) => alive(() => records.keys(collection, options)),
      insertIfAbsent: (c, key, value) => write(c, () => records.insertIfAbsent(c, key, value)),
      compareAndSet: (c, key, version, value) => write(c, () => records.compareAndSet(c, key, version, value)),
      put: (c, key, value) => write(c, () => records.put(c, key, value)),
      remove: (c, key) => write(c, () => records.remove(c, key)),
      close: () => records.close(),
    };
  }
}

export class WebhooksOverMemory {
  readonly of = new FeedOverMemory();
  /** Ahead of what is recorded: a purchase is not waited for until it has a merchant. */
  readonly time = new ManualTime(Number(this.of.world.now / 1_000n) + 3_600_000);
  readonly reported: unknown[] = [];
  isViewAway = false;
  /** Clients whose approval no longer stands. */
  readonly ended = new Set<string>();
  private readonly projector = new Projector('transactions', this.of.views, [transactionsProjection]);
  private readonly instances: Instance[] = [];
  private filling: Promise<void> = Promise.resolve();
  private keys = 0;

  static async start(options: Options = {}): Promise<WebhooksOverMemory> {
    const started = new WebhooksOverMemory();
    const away = new CallFailed({ code: 'unavailable', message: 'the views can not be read now', retryable: true });
    const freshness = { waitUntil: () => (started.isViewAway ? Promise.reject(away) : started.fill()) };
    started.of.ledger.transport.answer(
      transactionsContract,
      new TransactionsService({
        views: started.of.views,
        freshness,
        journal: started.of.journal,
        personal: started.of,
        clock: () => started.of.world.now,
        bookDate,
      }),
    );
    const { isApproved } = authContract.methods;
    started.of.ledger.transport.answer(defineContract('auth', { isApproved }), {
      isApproved: async ({ clientId }) => ({ approved: !started.ended.has(clientId) }),
    });
    for (const [accountId, owner] of [
      [ann, 'user_ann'],
      [bob, 'user_bob'],
    ] as const)
      await started.do(accountId, open({ accountId, owners: [owner] }), issue(), fund(1_000_000n, `to ${accountId}`));
    await started.fill();
    started.instance(options);
    return started;
  }

  /** One more process beside those that there are. */
  instance(options: Options = {}): Instance {
    const instance = new Instance(this, options);
    this.instances.push(instance);
    instance.start();
    return instance;
  }

  get first(): Instance {
    const [first] = this.instances;
    if (first === undefined) throw new Error('not started');
    return first;
  }

  async stop(): Promise<void> {
    await Promise.all(this.instances.map((instance) => instance.stop()));
  }

  /** The id of a new webhook of ann's, whoever is alive. */
  async registerBeside(url: string): Promise<string> {
    const beside = new Instance(this, {});
    return await this.register(url, {}, beside);
  }

  /** The id of a new webhook of ann's. */
  async register(url: string, how: Partial<Asked> = {}, through = this.first): Promise<string> {
    const asked: Asked = {
      key: `key-${this.keys++}`,
      at: this.of.world.now,
      accountId: ann,
      clientId: 'oauth2client_spec',
      userId: `user_${(how.accountId ?? ann).slice(4)}`,
      url,
      types: ['transaction.created'],
      ...how,
    };
    const { registered, refused } = await through.answers.register(asked, context);
    if (registered === null) throw new Error(`refused: ${refused}`);
    return registered.id;
  }

  /** Each a second after the one before. */
  async do(accountId: AccountId, ...commands: readonly AccountCommand[]): Promise<void> {
    for (const command of commands) {
      this.of.world.now += SECOND;
      const outcome = await this.of.ledger.do(accountId, command, { effectiveAt: this.of.world.now });
      if (outcome.kind === 'rejected') throw new Error(`${command.type}: ${outcome.rejection}`);
    }
  }

  /** The views see all that there is. */
  fill(): Promise<void> {
    this.filling = this.filling.then(() => this.fillOnce());
    return this.filling;
  }

  async log(webhookId: string) {
    const asked = { webhookId, after: null, since: null, limit: 100 };
    return (await new Instance(this, {}).answers.deliveries(asked, context)).deliveries;
  }

  /** Resolves when nothing waits any more. */
  async quiet(): Promise<void> {
    await until('nothing waits', () => this.waiting() === 0);
  }

  /** Entries of the outbox. */
  waiting(): number {
    return this.of.world.recordStore.collections.get('webhook-outbox-0')?.size ?? 0;
  }

  private async fillOnce(): Promise<void> {
    const { views, journal } = this.of;
    await this.of.fill();
    await this.projector.prepare();
    await this.projector.resumeAfter(0);
    for (;;) {
      const after = await views.progress('transactions', 0);
      const events = await journal.readAll({ after, limit: 100_000 });
      if (events.length === 0) return;
      await this.projector.apply({ partition: 0, events });
    }
  }
}
