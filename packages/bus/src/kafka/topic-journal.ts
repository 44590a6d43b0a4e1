// Reads the journal's events back from their topics, in the journal's order: what the books are made from when they are to be made from
// Kafka alone.
import { setTimeout } from 'node:timers/promises';
import type { Journal, Position, RecordedEvent } from '@tallystick/journal';
import type { KafkaMessage } from 'kafkajs';
import type { Written } from '../writer.js';
import { type KafkaConnection, KafkaTrouble } from './connection.js';
import { checkTopics, withAdmin } from './create-topics.js';
import { ReceivedEvent, Undecodable } from './message.js';
import { readProgress } from './progress.js';
import { type OffsetRange, readRanges } from './topic-reader.js';
import { Topics, type TopicsConfiguration } from './topics.js';

export interface TopicJournalOptions {
  readonly connection: KafkaConnection;
  readonly topics?: TopicsConfiguration;
  readonly signal: AbortSignal;
  /**
   * Waits until everything up to here can be seen: a transaction that the relay has committed may take some milliseconds more until readers
   * see it.
   */
  readonly atLeast?: Position;
}

/** `readStream` always throws: topics have no streams. */
export interface TopicJournal extends Pick<Journal, 'readAll' | 'readStream' | 'head'> {
  close(): Promise<void>;
}

/** Of one partition, some kilobytes each: with a dozen partitions a hundred megabytes or less, however long the topics are. */
const EVENTS_AHEAD = 2_048;
const FETCH_BYTES_PER_PARTITION = 262_144;
const POLL_MS = 20;
/** Longer than a transaction may take to end. */
const VISIBLE_PATIENCE_MS = 60_000;

/**
 * The events that the relay has put into the topics by now. `readAll` is quick where each call goes on after the last one's last event;
 * any other begins at the beginning again.
 * @throws KafkaTrouble where Kafka can't be used, and from `readAll` where a topic lacks what the relay put into it
 */
export async function topicJournal({
  connection,
  signal,
  atLeast,
  ...options
}: TopicJournalOptions): Promise<TopicJournal> {
  const topics = new Topics(options.topics);
  await checkTopics(connection, topics);
  let written = await readProgress(connection, topics, signal);
  while (atLeast !== undefined && written.position < atLeast) {
    await setTimeout(POLL_MS, undefined, { signal });
    written = await readProgress(connection, topics, signal);
  }
  const start = () => new Merge({ connection, topics, signal }, written);
  let merge = start();
  return {
    head: async () => written.position,
    readStream: async () => {
      throw new Error('topics have no streams: only the whole journal can be read from Kafka');
    },
    readAll: async ({ after, limit }) => {
      if (after !== merge.position) {
        await merge.close();
        merge = start();
      }
      return merge.next(after, limit);
    },
    close: () => merge.close(),
  };
}

/** What has been read of a partition and not yet been given on. */
class Lane {
  #events: ReceivedEvent[] = [];
  #next = 0;
  #drained: (() => void) | undefined;
  /** The newest position that came into it. */
  newest: Position = 0n;

  constructor(
    readonly busPartition: number,
    /** The last position that the relay put there. */
    readonly put: Position,
  ) {}

  get isComplete(): boolean {
    return this.newest >= this.put;
  }

  get head(): ReceivedEvent | undefined {
    return this.#events[this.#next];
  }

  /** Resolves when there is room again; undefined where there is. @throws KafkaTrouble where there is a gap, or an event twice */
  add(messages: readonly KafkaMessage[]): Promise<void> | undefined {
    const events = this.#events.slice(this.#next);
    for (const message of messages) {
      const event = eventOf(message);
      if (event === undefined) continue;
      if (event.previous > this.newest) throw lacking(this, event.previous);
      // A relay looks at what a partition has before it puts anything there: who reads the books from here must know that this failed.
      if (event.position <= this.newest) throw repeating(this, event.position);
      this.newest = event.position;
      events.push(event);
    }
    this.#events = events;
    this.#next = 0;
    if (this.#events.length < EVENTS_AHEAD) return undefined;
    return new Promise((resolve) => {
      this.#drained = resolve;
    });
  }

  shift(): void {
    this.#next++;
    if (this.#drained === undefined || this.#events.length - this.#next > EVENTS_AHEAD / 2) return;
    this.#drained();
    this.#drained = undefined;
  }
}

/** Undefined for what the relay did not put there; if it did, the next message says that something is missing. */
function eventOf(message: KafkaMessage): ReceivedEvent | undefined {
  try {
    return ReceivedEvent.of(message);
  } catch (error) {
    if (error instanceof Undecodable) return undefined;
    throw error;
  }
}

function lacking({ busPartition, newest }: Lane, upTo: Position): KafkaTrouble {
  return new KafkaTrouble(
    `partition ${busPartition} of the bus lacks what comes after position ${newest} and up to ${upTo}`,
  );
}

function repeating({ busPartition }: Lane, position: Position): KafkaTrouble {
  return new KafkaTrouble(`partition ${busPartition} of the bus holds the event at position ${position} twice`);
}

interface MergeOptions {
  readonly connection: KafkaConnection;
  readonly topics: Topics;
  readonly signal: AbortSignal;
}

/** One pass over all partitions, by position. */
class Merge {
  /** Of the last event given. */
  position: Position = 0n;
  /** By bus partition; those only that the relay has put something into. */
  readonly #lanes = new Map<number, Lane>();
  readonly #stopping = new AbortController();
  readonly #reading: Promise<void>;
  #failure: unknown;
  #changed = Promise.withResolvers<void>();

  constructor(
    private readonly options: MergeOptions,
    private readonly written: Written,
  ) {
    for (const [busPartition, put] of written.partitions) this.#lanes.set(busPartition, new Lane(busPartition, put));
    this.#reading = this.#read().catch((error) => {
      this.#failure = error;
      this.#changed.resolve();
    });
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#reading;
  }

  async next(after: Position, limit: number): Promise<RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    while (events.length < limit) {
      const lane = await this.#earliest();
      const event = lane?.head;
      if (lane === undefined || event === undefined || event.position > this.written.position) break;
      lane.shift();
      // Some events lie in several partitions.
      if (event.position <= this.position) continue;
      this.position = event.position;
      if (event.position > after) events.push(event);
    }
    return events;
  }

  /** The lane with the lowest position, once every lane has one or has ended; undefined when all have ended. */
  async #earliest(): Promise<Lane | undefined> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      let earliest: Lane | undefined;
      let lowest: Position | undefined;
      let waits = false;
      for (const lane of this.#lanes.values()) {
        const position = lane.head?.position;
        if (position === undefined) waits ||= !lane.isComplete;
        else if (lowest === undefined || position < lowest) [earliest, lowest] = [lane, position];
      }
      if (!waits) return earliest;
      await this.#changed.promise;
      this.#changed = Promise.withResolvers();
    }
  }

  /** Until every lane is complete. The end of a partition, as readers see it, may be behind a transaction that was just committed. */
  async #read(): Promise<void> {
    const signal = AbortSignal.any([this.options.signal, this.#stopping.signal]);
    const read = new Map<number, number>();
    for (let waitedMs = 0; ; waitedMs += POLL_MS) {
      const ranges = await this.#rangesAfter(read);
      await readRanges({
        ...this.options,
        groupPrefix: this.options.topics.prefix,
        ranges,
        signal,
        fetchBytesPerPartition: FETCH_BYTES_PER_PARTITION,
        onMessages: (range, messages) => this.#add(range, messages),
      });
      const short = [...this.#lanes.values()].find(({ isComplete }) => !isComplete);
      if (short === undefined) return;
      if (waitedMs > VISIBLE_PATIENCE_MS) throw lacking(short, short.put);
      await setTimeout(POLL_MS, undefined, { signal });
    }
  }

  async #rangesAfter(read: Map<number, number>): Promise<OffsetRange[]> {
    const { connection, topics } = this.options;
    return withAdmin(connection, async (admin) => {
      const ranges: OffsetRange[] = [];
      for (const topic of topics.events) {
        for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
          const busPartition = topics.busPartition(topic, partition);
          if (this.#lanes.get(busPartition)?.isComplete ?? true) continue;
          ranges.push({ topic, partition, from: read.get(busPartition) ?? Number(low), to: Number(high) });
          read.set(busPartition, Number(high));
        }
      }
      return ranges;
    });
  }

  #add({ topic, partition }: OffsetRange, messages: readonly KafkaMessage[]): Promise<void> | undefined {
    const drained = this.#lanes.get(this.options.topics.busPartition(topic, partition))?.add(messages);
    this.#changed.resolve();
    return drained;
  }
}
