// Every delivery of a webhook, in the order of the events: what waits, and what became of the rest for as long as it is kept.
import type { Records } from '@tallystick/views';
import { JsonRecords, type Stored } from '@tallystick/views/json-records';
import type { Delivery } from './delivery.js';
import { firstKeys } from './first-keys.js';
import { orderedLetters } from './ordered-letters.js';

/** How much of what has ended is kept for each webhook. */
export const LOG_ENTRIES_MAX = 1_000;
export const LOG_DAYS = 30;

const COLLECTION = 'webhook-deliveries';
const PAGE = 100;
const DAY_MS = 86_400_000;

export class DeliveryLog {
  private readonly kept: JsonRecords<Delivery>;

  constructor(records: Records) {
    this.kept = new JsonRecords(records, COLLECTION);
  }

  get(webhookId: string, position: bigint): Promise<Stored<Delivery> | undefined> {
    return this.kept.get(keyOf(webhookId, position));
  }

  /** Nothing where the event was told before. */
  async insert(delivery: Delivery): Promise<void> {
    await this.kept.insertIfAbsent(keyOfDelivery(delivery), delivery);
  }

  /** False where somebody else has changed it since. */
  replace(expected: Stored<Delivery>, delivery: Delivery): Promise<boolean> {
    return this.kept.compareAndSet(keyOfDelivery(delivery), expected.version, delivery);
  }

  remove(delivery: Delivery): Promise<void> {
    return this.kept.remove(keyOfDelivery(delivery));
  }

  /** From the first event after a position on, page by page. */
  async *after(webhookId: string, position: bigint | null): AsyncIterable<Stored<Delivery>> {
    for await (const keys of this.pages(webhookId, position)) {
      const read = await Promise.all(keys.map((key) => this.kept.get(key)));
      for (const found of read) if (found !== undefined) yield found;
    }
  }

  /** Lets go of what is too old, or too much; what still waits stays. */
  async prune(webhookId: string, nowMs: number): Promise<void> {
    let count = 0;
    for await (const keys of this.pages(webhookId, null)) count += keys.length;
    let surplus = count - LOG_ENTRIES_MAX;
    if (surplus > 0)
      for await (const { value } of this.after(webhookId, null)) if (value.state === 'waiting') surplus--;
    for await (const { value } of this.after(webhookId, null)) {
      const isOld = value.atMs < nowMs - LOG_DAYS * DAY_MS;
      if (surplus <= 0 && !isOld) return;
      if (value.state === 'waiting') continue;
      await this.remove(value);
      surplus--;
    }
  }

  /** Of a webhook that is no more. */
  async removeAll(webhookId: string): Promise<void> {
    for await (const keys of this.pages(webhookId, null)) await Promise.all(keys.map((key) => this.kept.remove(key)));
  }

  /** Ids of the webhooks that have any. */
  async *webhooks(): AsyncIterable<string> {
    for await (const { webhookId } of firstKeys((options) => this.kept.keys(options))) yield webhookId;
  }

  private async *pages(webhookId: string, position: bigint | null): AsyncIterable<readonly string[]> {
    const prefix = `${webhookId}/`;
    let after = position === null ? prefix : keyOf(webhookId, position);
    for (;;) {
      const keys = await this.kept.keys({ after, limit: PAGE });
      const own = keys.filter((key) => key.startsWith(prefix));
      if (own.length > 0) yield own;
      const last = keys.at(-1);
      if (last === undefined || own.length < PAGE) return;
      after = last;
    }
  }
}

function keyOf(webhookId: string, position: bigint): string {
  return `${webhookId}/${orderedLetters(position)}`;
}

function keyOfDelivery({ webhookId, position }: Delivery): string {
  return keyOf(webhookId, BigInt(position));
}
