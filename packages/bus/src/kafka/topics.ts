// Which event lies in which topic, and how partitions of topics are numbered on the bus.
import { partitionOf } from './murmur2.js';

/** In the order of their numbers on the bus, which consumers remember their progress by: add at the end only. */
export const EVENT_TOPICS = [
  /** Every event about an account, by account. The only one with several partitions. */
  'account-events',
  /** Journal entries without a customer. */
  'ledger-entries',
  /** What people said of merchants. */
  'merchant-events',
  /** What was asked of cards that nobody issued. */
  'unknown-card-events',
  /** Files taken in whole. */
  'batch-events',
  /** Of a stream that STREAMS_WITHOUT_ACCOUNT does not name yet: better here than stopping the bank. */
  'other-events',
  /** Customers. */
  'user-events',
] as const;

export type EventTopic = (typeof EVENT_TOPICS)[number];

/** How far the relay has come. */
const PROGRESS_TOPIC = 'relay-progress';
/** Messages that could not be decoded. */
const DEAD_LETTER_TOPIC = 'dead-letters';

const ACCOUNT_EVENTS = 0;
const BUS_PARTITIONS_PER_TOPIC = 10_000;
const DEFAULT_PARTITIONS = 12;

/** By the beginning of the stream's name, for events that name no account. */
export const STREAMS_WITHOUT_ACCOUNT: readonly (readonly [prefix: string, topic: EventTopic])[] = [
  ['entry-', 'ledger-entries'],
  ['merchant-', 'merchant-events'],
  ['unknown-card-', 'unknown-card-events'],
  ['batch-', 'batch-events'],
  ['user-', 'user-events'],
];

export interface TopicsConfiguration {
  /** Before every topic's and group's name; none where it is left out. */
  readonly prefix?: string;
  /** Of `account-events`, fixed when it is made; 12 where it is left out. */
  readonly partitions?: number;
}

/** The topics of one bank. */
export class Topics {
  readonly prefix: string;
  /** Of `account-events`. */
  readonly partitions: number;
  /** Whole names, in the order of EVENT_TOPICS. */
  readonly events: readonly string[];
  readonly progress: string;
  readonly deadLetters: string;
  readonly #indexes: ReadonlyMap<string, number>;

  constructor({ prefix = '', partitions = DEFAULT_PARTITIONS }: TopicsConfiguration = {}) {
    this.prefix = prefix;
    this.partitions = partitions;
    this.events = EVENT_TOPICS.map((topic) => prefix + topic);
    this.progress = prefix + PROGRESS_TOPIC;
    this.deadLetters = prefix + DEAD_LETTER_TOPIC;
    this.#indexes = new Map(this.events.map((name, index) => [name, index]));
  }

  /** How many partitions an event topic has, by its place in EVENT_TOPICS. */
  partitionsOf(index: number): number {
    return index === ACCOUNT_EVENTS ? this.partitions : 1;
  }

  /** The number on the bus of a topic's partition. @throws RangeError where it is no event topic of this bank */
  busPartition(topic: string, partition: number): number {
    const index = this.#indexes.get(topic);
    if (index === undefined) throw new RangeError(`${topic} is no topic of events`);
    return busPartitionOf(index, partition);
  }

  /** Every partition of the bus. */
  busPartitions(): number[] {
    return this.events.flatMap((_, index) =>
      Array.from({ length: this.partitionsOf(index) }, (_, partition) => busPartitionOf(index, partition)),
    );
  }

  /** The bus partition that an account's events are in. */
  partitionOfAccount(accountId: string): number {
    return busPartitionOf(ACCOUNT_EVENTS, partitionOf(accountId, this.partitions));
  }
}

/** @param index the topic's place in EVENT_TOPICS */
export function busPartitionOf(index: number, partition: number): number {
  return index * BUS_PARTITIONS_PER_TOPIC + partition;
}

/** The place in EVENT_TOPICS of an event. */
export function topicIndexOf(stream: string, accountId: string | null): number {
  if (accountId !== null) return ACCOUNT_EVENTS;
  const [, topic] = STREAMS_WITHOUT_ACCOUNT.find(([prefix]) => stream.startsWith(prefix)) ?? ['', 'other-events'];
  return EVENT_TOPICS.indexOf(topic);
}

/** Events that every account's partition must be given in one order with the account's own: docs/decisions/0012. */
export function goesToEveryAccountPartition(type: string): boolean {
  return type === 'MerchantCorrected';
}
