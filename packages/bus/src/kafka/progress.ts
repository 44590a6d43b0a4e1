// How far the relay has come: one record per transaction, in a topic of its own, committed with the messages that it speaks of.
import { type Position, START } from '@tallystick/journal';
import type { Message } from 'kafkajs';
import type { Written } from '../writer.js';
import { type KafkaConnection, KafkaTrouble } from './connection.js';
import { withAdmin } from './create-topics.js';
import { type OffsetRange, readRanges } from './topic-reader.js';
import type { Topics } from './topics.js';

const KEY = 'relay';
/** How many offsets from the end the newest record is looked for first: each transaction takes two. */
const TAIL_OFFSETS = 64;

const NOTHING: Written = { position: START, partitions: new Map() };

/** JSON, so that people can read it; positions as decimal text. */
export function progressMessage({ position, partitions }: Written): Message {
  const last: Record<string, string> = {};
  for (const [partition, of] of partitions) last[partition] = String(of);
  return { key: KEY, partition: 0, value: JSON.stringify({ position: String(position), partitions: last }) };
}

/** What the newest committed record says; nothing where there is none. @throws KafkaTrouble */
export async function readProgress(connection: KafkaConnection, topics: Topics, signal: AbortSignal): Promise<Written> {
  const [offsets] = await withAdmin(connection, (admin) => admin.fetchTopicOffsets(topics.progress));
  const from = Number(offsets?.low ?? 0);
  const to = Number(offsets?.high ?? 0);
  const tail = Math.max(from, to - TAIL_OFFSETS);
  const range = { topic: topics.progress, partition: 0, to };
  const newest = await newestIn({ ...range, from: tail }, connection, topics, signal);
  // The tail may be nothing but transactions that failed.
  return (
    newest ?? (tail > from ? await newestIn({ ...range, from }, connection, topics, signal) : undefined) ?? NOTHING
  );
}

async function newestIn(range: OffsetRange, connection: KafkaConnection, topics: Topics, signal: AbortSignal) {
  let newest: Buffer | null = null;
  const onMessages = (_: OffsetRange, messages: readonly { readonly value: Buffer | null }[]) => {
    newest = messages.at(-1)?.value ?? newest;
    return undefined;
  };
  await readRanges({ connection, groupPrefix: topics.prefix, ranges: [range], signal, onMessages });
  return newest === null ? undefined : parseProgress(newest, topics.progress);
}

/** @throws KafkaTrouble where it is no record of the relay's */
export function parseProgress(value: Buffer, topic: string): Written {
  const { position, partitions }: { position?: unknown; partitions?: unknown } = JSON.parse(value.toString());
  if (typeof position !== 'string' || typeof partitions !== 'object' || partitions === null)
    throw new KafkaTrouble(`topic ${topic} holds something else than the relay's progress`);
  const last = new Map<number, Position>();
  for (const [partition, of] of Object.entries(partitions)) last.set(Number(partition), BigInt(of));
  return { position: BigInt(position), partitions: last };
}
