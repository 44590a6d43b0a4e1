// One delivery: one event told to one webhook, from the first attempt to the last. It is the outbox's entry and the log's at once.
import type { WebhookEventType } from '@tallystick/contracts';
import { formatEventId, lettersOf } from '@tallystick/events';
import type { AccountId, TransactionId } from '@tallystick/ledger-core';
import { orderedLetters, orderedNumber } from './ordered-letters.js';

export interface Attempt {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** Of the receiver's answer; null where there was none. */
  readonly status: number | null;
  readonly failure: Failure | null;
  readonly ms: number;
}

/** Why there was no answer. */
export type Failure =
  | 'bad_answer'
  | 'connection_lost'
  | 'name_not_found'
  | 'private_address'
  | 'timeout'
  | 'tls_failed'
  | 'unreachable';

export interface Delivery {
  /** `webhook-id` of its requests; follows from the webhook and the event. */
  readonly id: string;
  readonly webhookId: string;
  readonly accountId: AccountId;
  readonly transactionId: TransactionId;
  readonly type: WebhookEventType;
  /** The event's place in the journal, in decimals. */
  readonly position: string;
  /** Milliseconds since 1970: when the event was recorded. */
  readonly atMs: number;
  readonly state: 'waiting' | 'delivered' | 'failed';
  /** Attempts since it was first sent or last replayed. */
  readonly tries: number;
  /** The last ones, replays included. */
  readonly attempts: readonly Attempt[];
  /** Milliseconds since 1970: not attempted before, where it waits. */
  readonly dueMs: number;
  /** The instance that attempts it. */
  readonly holder: string;
  /** Milliseconds since 1970: until then no other instance does. */
  readonly heldUntilMs: number;
}

/** Milliseconds before each attempt; no others follow (customer API, section 11). */
const BACKOFF_MS = [0, 30_000, 120_000, 600_000, 3_600_000];
/** At most this much of it comes on top. */
const JITTER = 0.2;
const ATTEMPTS_KEPT = 10;
const PREFIX = 'whd_';
const ID_LETTERS = 16;
const POSITION_LETTERS = 16;

/** An attempt, what is read for it included, takes less. */
export const ATTEMPT_LASTS_MS = 60_000;
/** How long another instance leaves alone what is due and not its own. */
export const OVERDUE_MS = 30_000;

export function deliveryIdOf(webhookId: string, position: bigint, eventId: Uint8Array): string {
  const letters = lettersOf(`${webhookId}/${formatEventId(eventId)}`).slice(0, ID_LETTERS);
  return `${PREFIX}${orderedLetters(position)}${letters}`;
}

/** The event's place in the journal, of whatever is written like a delivery's id; undefined for anything else. */
export function positionOfId(id: string): bigint | undefined {
  if (!/^whd_[a-z]{32}$/.test(id)) return undefined;
  return orderedNumber(id.slice(PREFIX.length, PREFIX.length + POSITION_LETTERS));
}

/** What an attempt that came to this leaves. @param random from 0 to 1 */
export function afterAttempt(delivery: Delivery, attempt: Attempt, nowMs: number, random: number): Delivery {
  const tries = delivery.tries + 1;
  const attempts = [...delivery.attempts, attempt].slice(-ATTEMPTS_KEPT);
  const next = { ...delivery, tries, attempts };
  if (isSuccess(attempt)) return { ...next, state: 'delivered' };
  const pauseMs = BACKOFF_MS[tries];
  if (pauseMs === undefined) return { ...next, state: 'failed' };
  const dueMs = nowMs + Math.round(pauseMs * (1 + JITTER * random));
  return { ...next, dueMs, heldUntilMs: dueMs + OVERDUE_MS };
}

/** Redirects are no success: they are not followed. */
export function isSuccess({ status }: Attempt): boolean {
  return status !== null && status >= 200 && status < 300;
}

/** When this instance may attempt it, in milliseconds since 1970; undefined where nobody may. */
export function availableMs({ state, dueMs, holder, heldUntilMs }: Delivery, instance: string): number | undefined {
  if (state !== 'waiting') return undefined;
  return holder === instance ? dueMs : Math.max(dueMs, heldUntilMs);
}
