// One attempt of a delivery, from the claim to what is recorded of it. Several instances may look at the same delivery: each change of it
// expects what was read, so one of them goes on.
import type { Stored } from '@tallystick/views/json-records';
import { ATTEMPT_LASTS_MS, type Attempt, afterAttempt, availableMs, type Delivery, isSuccess } from './delivery.js';
import type { DeliveryLog } from './delivery-log.js';
import type { Outbox, Waiting } from './outbox.js';
import type { Payloads } from './payload.js';
import type { Registration, Registrations } from './registrations.js';
import type { Sender } from './sender.js';
import { signatureHeaders } from './signature.js';
import type { Outcome, WebhookCounts } from './webhook-counts.js';

export interface AttemptsPorts {
  readonly registrations: Pick<Registrations, 'of'>;
  readonly outbox: Outbox;
  readonly log: DeliveryLog;
  readonly payloads: Pick<Payloads, 'of'>;
  readonly sender: Pick<Sender, 'send'>;
  readonly counts: WebhookCounts;
  readonly instance: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** A delivery that this instance attempts, and nobody else as long as that may take. */
export interface Claimed {
  readonly waiting: Waiting;
  readonly delivery: Stored<Delivery>;
  readonly registration: Registration;
}

/** What became of it. */
export interface Ended {
  /** Milliseconds since 1970: when it is attempted again; undefined where it is not. */
  readonly dueMs: number | undefined;
  /** Whether its receiver took long, or was not to be reached; undefined where it was not asked. */
  readonly wasSlow: boolean | undefined;
}

const USER_AGENT = 'Tallystick-Webhooks/1';
const SLOW_MS = 2_000;
/** So long an entry of the outbox may be ahead of its delivery, which is written right after it. */
export const SETTLED_MS = 60_000;

export class Attempts {
  constructor(private readonly ports: AttemptsPorts) {}

  /** The claim, or when to look again in milliseconds since 1970; undefined where there is nothing to be done any more. */
  async claim(waiting: Waiting): Promise<Claimed | number | undefined> {
    const { log, outbox, instance, now, registrations } = this.ports;
    const found = await log.get(waiting.webhookId, waiting.position);
    const isItsOwn = found?.value.state === 'waiting' && found.value.dueMs === waiting.dueMs;
    if (!isItsOwn) {
      // Written a moment ago, its delivery may be about to be.
      if (now() < waiting.dueMs + SETTLED_MS) return waiting.dueMs + SETTLED_MS;
      await outbox.remove(waiting);
      return undefined;
    }
    const { value, version } = found;
    const availableAt = availableMs(value, instance);
    if (availableAt === undefined || availableAt > now()) return availableAt;
    const registration = (await registrations.of(value.accountId)).find(({ id }) => id === waiting.webhookId);
    if (registration === undefined) return await this.drop(waiting, value);
    const claimed = { ...value, holder: instance, heldUntilMs: now() + ATTEMPT_LASTS_MS };
    if (!(await log.replace(found, claimed))) return now() + ATTEMPT_LASTS_MS;
    return { waiting, delivery: { value: claimed, version: version + 1 }, registration };
  }

  /** @throws where we ourselves can not tell what to send, or can not record it; it is due as before, and may be claimed again */
  async make({ waiting, delivery, registration }: Claimed, signal: AbortSignal): Promise<Ended> {
    const { payloads, log, outbox, now, random, counts } = this.ports;
    const body = await payloads.of(delivery.value, registration, signal).catch((error) => {
      counts.count('postponed');
      throw error;
    });
    if (body === undefined) {
      await this.drop(waiting, delivery.value);
      return { dueMs: undefined, wasSlow: undefined };
    }
    const attempt = await this.send(delivery.value, registration, body, signal);
    const next = afterAttempt(delivery.value, attempt, now(), random());
    counts.count(outcomeOf(next));
    const wasSlow = attempt.ms > SLOW_MS || (attempt.status === null && attempt.failure !== 'private_address');
    if (next.state === 'waiting') return { ...(await this.change(waiting, delivery, next)), wasSlow };
    // Where another has it by now, its entry is the other's.
    if (await log.replace(delivery, next)) await outbox.remove(waiting);
    return { dueMs: undefined, wasSlow };
  }

  private async send(
    { id }: Delivery,
    { url, secret }: Registration,
    body: string,
    signal: AbortSignal,
  ): Promise<Attempt> {
    const { sender, now, elapsed } = this.ports;
    const [atMs, began] = [now(), elapsed()];
    const headers = {
      'content-type': 'application/json',
      'user-agent': USER_AGENT,
      ...signatureHeaders(secret, { id, seconds: Math.floor(atMs / 1_000), body }),
    };
    const { status, failure } = await sender.send({ url, headers, body }, signal);
    return { atMs, status, failure, ms: Math.round(elapsed() - began) };
  }

  /** The new entry first, the old one last: a delivery that waits has one at every moment. */
  private async change(waiting: Waiting, expected: Stored<Delivery>, next: Delivery): Promise<Ended> {
    const { outbox, log } = this.ports;
    const later = { ...waiting, dueMs: next.dueMs };
    await outbox.add(later);
    const isOurs = await log.replace(expected, next);
    await outbox.remove(isOurs ? waiting : later);
    return { dueMs: isOurs ? next.dueMs : undefined, wasSlow: undefined };
  }

  private async drop(waiting: Waiting, delivery: Delivery): Promise<undefined> {
    const { log, outbox, counts } = this.ports;
    await log.remove(delivery);
    await outbox.remove(waiting);
    counts.count('dropped');
  }
}

function outcomeOf({ state, attempts }: Delivery): Outcome {
  const last = attempts.at(-1);
  if (last !== undefined && isSuccess(last)) return 'delivered';
  return state === 'failed' ? 'given_up' : 'to_be_retried';
}
