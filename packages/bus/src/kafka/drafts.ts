// The messages of one transaction, collected until it has as many as it may.
import { type Position, START } from '@tallystick/journal';
import type { Message, TopicMessages } from 'kafkajs';
import type { Written } from '../writer.js';
import { busPartitionOf, type Topics } from './topics.js';

/** kafkajs groups messages by partition in quadratic time: more than this in one partition would be felt. */
const MESSAGES_PER_PARTITION = 1_000;
/** Of all partitions together. */
const MESSAGES = 2_000;
/** A broker takes a mebibyte per partition and request where nobody said otherwise. */
const BYTES_PER_PARTITION = 512 * 1_024;

/** One partition of the event topics. */
export interface Slot {
  readonly topicIndex: number;
  readonly partition: number;
  readonly busPartition: number;
  /** The newest position put into it, as a number and as a message's header has it. */
  last: Position;
  lastBytes: Buffer;
}

/** @param written where it goes on from */
export function slotsOf(topics: Topics, written: Written): Slot[][] {
  return topics.events.map((_, topicIndex) =>
    Array.from({ length: topics.partitionsOf(topicIndex) }, (_, partition) => {
      const busPartition = busPartitionOf(topicIndex, partition);
      const last = written.partitions.get(busPartition) ?? START;
      const lastBytes = Buffer.alloc(8);
      lastBytes.writeBigInt64BE(last);
      return { topicIndex, partition, busPartition, last, lastBytes };
    }),
  );
}

export class Draft {
  readonly #messages: Message[][];
  readonly #counts = new Map<Slot, { messages: number; bytes: number }>();
  #size = 0;

  constructor(private readonly topics: Topics) {
    this.#messages = topics.events.map(() => []);
  }

  get isEmpty(): boolean {
    return this.#size === 0;
  }

  fits(slots: readonly Slot[], bytes: number): boolean {
    if (this.#size === 0) return true;
    if (this.#size + slots.length > MESSAGES) return false;
    return slots.every((slot) => {
      const count = this.#counts.get(slot);
      return (
        count === undefined || (count.messages < MESSAGES_PER_PARTITION && count.bytes + bytes <= BYTES_PER_PARTITION)
      );
    });
  }

  add(slot: Slot, message: Message, bytes: number): void {
    this.#size++;
    this.#messages[slot.topicIndex]?.push(message);
    const count = this.#counts.get(slot);
    if (count === undefined) this.#counts.set(slot, { messages: 1, bytes });
    else {
      count.messages++;
      count.bytes += bytes;
    }
  }

  /** How many partitions of event topics it touches. */
  get partitionCount(): number {
    return this.#counts.size;
  }

  topicMessages(): TopicMessages[] {
    const filled: TopicMessages[] = [];
    for (const [index, messages] of this.#messages.entries()) {
      const topic = this.topics.events[index];
      if (topic !== undefined && messages.length > 0) filled.push({ topic, messages });
    }
    return filled;
  }
}
