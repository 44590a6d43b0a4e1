// What the topics hold: found by looking into each partition, for the progress record alone may be wrong about them. A broker that dies between
// the answer to a commit and the marks that it owes the partitions may, once it is back, hold the transaction for ended without having marked all
// of them (seen with Kafka 4.3.1: it takes partitions whose leader is not back yet for deleted ones).
import { type Position, START } from '@tallystick/journal';
import type { KafkaMessage, Producer } from 'kafkajs';
import type { Written } from '../writer.js';
import type { KafkaConnection } from './connection.js';
import { withAdmin } from './create-topics.js';
import { ReceivedEvent, Undecodable } from './message.js';
import { parseProgress } from './progress.js';
import { type OffsetRange, readRanges } from './topic-reader.js';
import type { Topics } from './topics.js';

/** How many offsets from the end the newest messages are looked for first: a transaction takes at least two in each partition. */
const TAIL_OFFSETS = 64;
const WIDER = 16;
const NEVER = new AbortController().signal;

/**
 * A transaction over every partition that comes to nothing: whatever this producer's predecessors left open there comes to nothing with it,
 * instead of sharing the fate of some later transaction.
 */
export async function endWhatIsOpen(producer: Producer, topics: Topics): Promise<void> {
  const nothing = (count: number) =>
    Array.from({ length: count }, (_, partition) => ({ partition, key: 'nothing', value: null }));
  const transaction = await producer.transaction();
  await transaction.sendBatch({
    topicMessages: [
      ...topics.events.map((topic, index) => ({ topic, messages: nothing(topics.partitionsOf(index)) })),
      { topic: topics.progress, messages: nothing(1) },
    ],
  });
  await transaction.abort();
}

/**
 * Where to go on from, and the last position in each partition, which may be further: what a partition has already is not to be put there
 * again. @throws KafkaTrouble
 */
export async function readHeld(connection: KafkaConnection, topics: Topics): Promise<Written> {
  const tails = await readTails(connection, topics);
  const partitions = new Map<number, Position>();
  for (const { topic, partition, newest } of tails) {
    const position = topic === topics.progress ? undefined : positionOf(newest.at(-1));
    if (position !== undefined) partitions.set(topics.busPartition(topic, partition), position);
  }
  const records = tails.find(({ topic }) => topic === topics.progress)?.newest ?? [];
  for (const { value } of records.toReversed()) {
    const written = value === null ? undefined : parseProgress(value, topics.progress);
    if (written !== undefined && isHeld(written, partitions)) return { position: written.position, partitions };
  }
  // Nothing says how far all of them come together: the journal is gone through again.
  return { position: START, partitions };
}

function isHeld({ partitions }: Written, held: ReadonlyMap<number, Position>): boolean {
  return [...partitions].every(([partition, position]) => (held.get(partition) ?? START) >= position);
}

/** Undefined for what no relay put there. */
function positionOf(message: KafkaMessage | undefined): Position | undefined {
  try {
    return message === undefined ? undefined : ReceivedEvent.of(message).position;
  } catch (error) {
    if (error instanceof Undecodable) return undefined;
    throw error;
  }
}

interface Tail extends OffsetRange {
  /** The first offset that the partition still has. */
  readonly low: number;
  readonly newest: KafkaMessage[];
}

/** The last messages of a relay that read_committed consumers see, at least one of each partition that has any. */
async function readTails(connection: KafkaConnection, topics: Topics): Promise<Tail[]> {
  const found: Tail[] = [];
  let wanted = await tailsOf(connection, topics);
  while (wanted.length > 0) {
    const byPartition = new Map(wanted.map((tail) => [`${tail.topic}/${tail.partition}`, tail]));
    const onMessages = ({ topic, partition }: OffsetRange, messages: readonly KafkaMessage[]) => {
      const ours = topic === topics.progress ? messages : messages.filter((one) => positionOf(one) !== undefined);
      byPartition.get(`${topic}/${partition}`)?.newest.push(...ours);
      return undefined;
    };
    await readRanges({ connection, groupPrefix: topics.prefix, ranges: wanted, signal: NEVER, onMessages });
    // A tail may be nothing but transactions that failed, and what others put there.
    const empty = wanted.filter(({ newest, from, low }) => newest.length === 0 && from > low);
    found.push(...wanted.filter((tail) => !empty.includes(tail)));
    wanted = empty.map((tail) => ({ ...tail, from: Math.max(tail.low, tail.to - (tail.to - tail.from) * WIDER) }));
  }
  return found;
}

async function tailsOf(connection: KafkaConnection, topics: Topics): Promise<Tail[]> {
  const names = [...topics.events, topics.progress];
  const offsets = await withAdmin(connection, (admin) =>
    Promise.all(names.map((name) => admin.fetchTopicOffsets(name))),
  );
  return names.flatMap((topic, index) =>
    (offsets[index] ?? []).map(({ partition, low, high }) => {
      const to = Number(high);
      return { topic, partition, low: Number(low), from: Math.max(Number(low), to - TAIL_OFFSETS), to, newest: [] };
    }),
  );
}
