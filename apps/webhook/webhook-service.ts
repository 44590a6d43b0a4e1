// The parts of the webhook service, put together over one store of records.
import type { Bus } from '@tallystick/bus';
import type {
  accountsContract,
  authContract,
  CallContext,
  ClientOf,
  ledgerContract,
  transactionsContract,
} from '@tallystick/contracts';
import type { OpenAll } from '@tallystick/customer-api';
import type { AccountId } from '@tallystick/ledger-core';
import type { ContextFor, Random, Time } from '@tallystick/transport';
import { pause } from '@tallystick/transport/pause';
import type { Records } from '@tallystick/views';
import type { Registry } from 'prom-client';
import type { AddressPolicy } from './address-policy.js';
import { Attempts } from './attempts.js';
import { backlogOf } from './backlog.js';
import { DeliveryLog } from './delivery-log.js';
import { Dispatcher } from './dispatcher.js';
import type { AddressesOf } from './host-addresses.js';
import { Outbox } from './outbox.js';
import { Payloads } from './payload.js';
import { Registrations } from './registrations.js';
import { Retention } from './retention.js';
import { Sender } from './sender.js';
import { defaultSlots, type SlotLimits, Slots } from './slots.js';
import { WebhookProcess } from './webhook.process.js';
import { WebhookCounts } from './webhook-counts.js';
import type { WebhooksPorts } from './webhooks.js';

export interface WebhookServicePorts {
  readonly policy: AddressPolicy;
  readonly records: Records;
  readonly accounts: ClientOf<typeof accountsContract>;
  readonly auth: Pick<ClientOf<typeof authContract>, 'isApproved'>;
  readonly ledger: ClientOf<typeof ledgerContract>;
  readonly transactions: ClientOf<typeof transactionsContract>;
  /** Opens what clients wrote beside transactions. */
  readonly openAll: OpenAll;
  readonly bus: Bus;
  /** Which partition of the bus an account's events are in. */
  readonly partitionOf: (accountId: AccountId) => number;
  /** Names this process among those that share the records; the same after a restart where there is but one. */
  readonly instance: string;
  readonly time: Time;
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number;
  /** Fit for secrets. */
  readonly random: Random;
  readonly contextFor: ContextFor;
  readonly addressesOf: AddressesOf;
  /** For an attempt, in milliseconds. */
  readonly attemptTimeoutMs: number;
  readonly slots?: SlotLimits;
  readonly metrics: Registry;
  readonly report: (error: unknown) => void;
}

/** Of a call to another service. */
const CALL_MS = 5_000;
/** When the process ends: for attempts that are under way. */
const PATIENCE_MS = 2_000;

export class WebhookService {
  /** What the controller answers from. */
  readonly answering: WebhooksPorts;
  readonly process: WebhookProcess;
  readonly dispatcher: Dispatcher;
  readonly retention: Retention;
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly ports: WebhookServicePorts) {
    const { policy, records, ledger, partitionOf, instance, time, elapsed, random, report } = ports;
    const now = () => time.now();
    const outbox = new Outbox(records);
    const log = new DeliveryLog(records);
    const registrations = new Registrations(records, random);
    const counts = new WebhookCounts(ports.metrics);
    const { addressesOf, attemptTimeoutMs: timeoutMs } = ports;
    const sender = new Sender({ policy, addressesOf, pause, timeoutMs });
    const payloads = this.payloads();
    const fraction = () => Buffer.from(random(4)).readUInt32BE() / 2 ** 32;
    const parts = { registrations, outbox, log };
    const attempts = new Attempts({
      ...parts,
      payloads,
      sender,
      counts,
      instance,
      now,
      elapsed,
      random: fraction,
    });
    const slots = new Slots(ports.slots ?? defaultSlots);
    this.dispatcher = new Dispatcher({ attempts, outbox, registrations, slots, time, report });
    this.retention = new Retention({ log, registrations, time, report });
    this.process = new WebhookProcess({
      ...parts,
      records,
      instance,
      now,
      entered: (waiting) => {
        this.retention.note(waiting.webhookId);
        this.dispatcher.entered(waiting);
      },
      taken: (partition) => this.dispatcher.discover(partition),
    });
    const entered = this.dispatcher.entered.bind(this.dispatcher);
    this.answering = { ...parts, ledger, policy, partitionOf, instance, now, entered };
    counts.measuredBy(() => backlogOf({ lanes: this.dispatcher.known(), outbox, log, now, report }));
  }

  start(): void {
    this.dispatcher.start();
    this.retention.start();
    this.running = this.ports.bus.run(this.process, this.stopping.signal);
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('stopped'));
    await this.running;
    await this.process.saveAll();
    const over = new AbortController();
    await this.dispatcher.stop(pause(PATIENCE_MS, over.signal));
    over.abort();
    await this.retention.stop();
  }

  private payloads(): Payloads {
    const { accounts, auth, transactions, openAll, time, contextFor, report } = this.ports;
    const context = (signal: AbortSignal): CallContext => {
      const { correlationId, causationId, actor } = contextFor('webhooks', 'webhooks');
      return { deadline: time.now() + CALL_MS, correlationId, causationId, actor, signal };
    };
    return new Payloads({ accounts, auth, transactions, openAll, context, now: () => time.now(), pause, report });
  }
}
