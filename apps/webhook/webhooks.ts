// What the webhook service answers: registrations, and the log of what was sent.
import {
  type ClientOf,
  type HandlersOf,
  type ledgerContract,
  type RequestOf,
  type ResponseOf,
  WEBHOOK_EVENT_TYPES,
  type webhookContract,
} from '@tallystick/contracts';
import type { AccountId } from '@tallystick/ledger-core';
import type { Stored } from '@tallystick/views/json-records';
import type { AddressPolicy } from './address-policy.js';
import { type Attempt, type Delivery, OVERDUE_MS, positionOfId } from './delivery.js';
import type { DeliveryLog } from './delivery-log.js';
import { isLocalhost } from './host-addresses.js';
import type { Outbox, Waiting } from './outbox.js';
import type { Registration, Registrations } from './registrations.js';

type Handlers = HandlersOf<typeof webhookContract>;
type Methods = (typeof webhookContract)['methods'];
type Since = Pick<RequestOf<Methods['replay']>, 'webhookId' | 'after' | 'since'>;
type DeliveryShown = ResponseOf<Methods['deliveries']>['deliveries'][number];

export interface WebhooksPorts {
  readonly registrations: Registrations;
  readonly log: DeliveryLog;
  readonly outbox: Outbox;
  readonly ledger: Pick<ClientOf<typeof ledgerContract>, 'journal'>;
  readonly policy: AddressPolicy;
  readonly partitionOf: (accountId: AccountId) => number;
  readonly instance: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Told of each delivery that waits from now on. */
  readonly entered: (waiting: Waiting) => void;
}

export class Webhooks implements Handlers {
  constructor(private readonly ports: WebhooksPorts) {}

  register: Handlers['register'] = async (asked, context) => {
    if (this.isRefusedHost(asked.url)) return { registered: null, refused: 'private_address' };
    // Before it is stored: what is recorded after this answer comes later in any case.
    const { head } = await this.ports.ledger.journal({}, context);
    const types = WEBHOOK_EVENT_TYPES.filter((type) => asked.types.includes(type));
    const registered = await this.ports.registrations.add({ ...asked, types, position: head });
    if (registered === undefined) return { registered: null, refused: 'too_many' };
    return { registered: shown(registered), refused: null };
  };

  list: Handlers['list'] = async ({ accountId, ...asking }) => {
    const all = await this.ports.registrations.of(accountId);
    return { webhooks: all.filter((each) => isTheirs(each, asking)).map(shown) };
  };

  find: Handlers['find'] = async ({ webhookId, ...asking }) => {
    const found = await this.ports.registrations.find(webhookId);
    return { found: found !== undefined && isTheirs(found, asking) ? shown(found) : null };
  };

  remove: Handlers['remove'] = async ({ webhookId }) => {
    await this.ports.registrations.remove(webhookId);
    await this.ports.log.removeAll(webhookId);
    return {};
  };

  secret: Handlers['secret'] = async ({ webhookId }) => {
    const found = await this.ports.registrations.find(webhookId);
    return { secret: found?.secret ?? null };
  };

  deliveries: Handlers['deliveries'] = async ({ limit, ...since }) => {
    const deliveries: DeliveryShown[] = [];
    for await (const { value } of this.since(since)) {
      deliveries.push(deliveryShown(value));
      if (deliveries.length >= limit) break;
    }
    return { deliveries };
  };

  replay: Handlers['replay'] = async (since) => {
    let replayed = 0;
    for await (const found of this.since(since)) if (await this.again(found)) replayed++;
    return { replayed };
  };

  /** As the dispatcher changes a delivery: the entry of the outbox first, so that it never waits without one. */
  private async again(found: Stored<Delivery>): Promise<boolean> {
    const { value } = found;
    if (value.state === 'waiting') return false;
    const { outbox, log, partitionOf, instance, now, entered } = this.ports;
    const { webhookId, accountId } = value;
    const dueMs = now();
    const partition = partitionOf(accountId);
    const waiting = { partition, webhookId, dueMs, position: BigInt(value.position) };
    await outbox.add(waiting);
    const anew = { state: 'waiting', tries: 0, dueMs, holder: instance, heldUntilMs: dueMs + OVERDUE_MS } as const;
    const isOurs = await log.replace(found, { ...value, ...anew });
    // Where another was faster, the entry may be his: one that leads nowhere is dropped when it is due.
    if (isOurs) entered(waiting);
    return isOurs;
  }

  private async *since({ webhookId, after, since }: Since): AsyncIterable<Stored<Delivery>> {
    const position = after === null ? null : (positionOfId(after) ?? null);
    const sinceMs = since === null ? null : Number((since + 999n) / 1_000n);
    for await (const found of this.ports.log.after(webhookId, position))
      if (sinceMs === null || found.value.atMs >= sinceMs) yield found;
  }

  /** What can be told without asking for its addresses; the rest is found out at each attempt. */
  private isRefusedHost(url: string): boolean {
    const host = new URL(url).hostname.replace(/\.$/, '');
    if (isLocalhost(host)) return !this.ports.policy.allows('127.0.0.1');
    const literal = host.startsWith('[') ? host.slice(1, -1) : host;
    return /^[\d.]+$|:/.test(literal) && !this.ports.policy.allows(literal);
  }
}

function shown({ id, accountId, url }: Registration) {
  return { id, accountId, url };
}

function deliveryShown({ id, type, transactionId, atMs, state, attempts, dueMs }: Delivery): DeliveryShown {
  const dueAt = state === 'waiting' ? micros(dueMs) : null;
  return { id, type, transactionId, at: micros(atMs), state, attempts: attempts.map(attemptShown), dueAt };
}

function attemptShown({ atMs, status, failure, ms }: Attempt): DeliveryShown['attempts'][number] {
  return { at: micros(atMs), status, failure, durationMs: ms };
}

function micros(ms: number): bigint {
  return BigInt(ms) * 1_000n;
}

type Asking = Pick<RequestOf<Methods['find']>, 'clientId' | 'userId'>;

/** Of a joint account, an owner's URLs and secrets are no other owner's. */
function isTheirs({ clientId, userId }: Registration, asking: Asking): boolean {
  return clientId === asking.clientId && (asking.userId === undefined || userId === asking.userId);
}
