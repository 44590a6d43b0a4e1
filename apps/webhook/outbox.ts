// Which deliveries wait, by the time that they are due: keys without a value, so that whoever looks for work reads no more than there is.
// Kept apart by the bus's partitions: whoever is given a partition finds what the one before left. The deliveries themselves are in the log.
import type { Records } from '@tallystick/views';
import { firstKeys } from './first-keys.js';
import { orderedLetters, orderedNumber } from './ordered-letters.js';

export interface Waiting {
  readonly partition: number;
  readonly webhookId: string;
  /** Milliseconds since 1970. */
  readonly dueMs: number;
  readonly position: bigint;
}

const COLLECTION = 'webhook-outbox';
/** Whoever looks for the next one seldom needs more. */
const PAGE = 8;
const NOTHING = new Uint8Array();

export class Outbox {
  constructor(private readonly records: Records) {}

  async add(waiting: Waiting): Promise<void> {
    await this.records.insertIfAbsent(collectionOf(waiting.partition), keyOf(waiting), NOTHING);
  }

  async remove(waiting: Waiting): Promise<void> {
    await this.records.remove(collectionOf(waiting.partition), keyOf(waiting));
  }

  /**
   * What waits for a webhook, by when it is due, page by page.
   * @param fromMs nothing that was due before; Infinity for nothing
   */
  async *of(partition: number, webhookId: string, fromMs: number, pageSize = PAGE): AsyncIterable<Waiting> {
    if (fromMs === Number.POSITIVE_INFINITY) return;
    const prefix = `${webhookId}/`;
    let after = prefix + orderedLetters(BigInt(Math.max(0, fromMs)));
    for (;;) {
      const keys = await this.records.keys(collectionOf(partition), { after, limit: pageSize });
      for (const key of keys) {
        if (!key.startsWith(prefix)) return;
        yield waitingOf(partition, key);
      }
      const last = keys.at(-1);
      if (last === undefined || keys.length < pageSize) return;
      after = last;
    }
  }

  /** The webhooks that something waits for, each with what is due first. */
  async *webhooks(partition: number): AsyncIterable<Waiting> {
    const collection = collectionOf(partition);
    for await (const { key } of firstKeys((options) => this.records.keys(collection, options)))
      yield waitingOf(partition, key);
  }
}

function collectionOf(partition: number): string {
  return `${COLLECTION}-${partition}`;
}

function keyOf({ webhookId, dueMs, position }: Waiting): string {
  return `${webhookId}/${orderedLetters(BigInt(dueMs))}/${orderedLetters(position)}`;
}

function waitingOf(partition: number, key: string): Waiting {
  const [webhookId = '', due = '', place = ''] = key.split('/');
  const [dueMs, position] = [orderedNumber(due), orderedNumber(place)];
  if (dueMs === undefined || position === undefined) throw new Error(`${key} is no key of the outbox`);
  return { partition, webhookId, dueMs: Number(dueMs), position };
}
