// The bus between processes: consumers of one name are a consumer group.
import type { Bus, Consumer, Pause } from '../port.js';
import { type KafkaConnection, kafkaTrouble } from './connection.js';
import { type DeadLetter, DeadLetters } from './dead-letters.js';
import { GroupMember } from './group-member.js';
import { Topics, type TopicsConfiguration } from './topics.js';

export interface BusFailure {
  readonly consumer: string;
  /** 1 for the first failure since the last success. */
  readonly attempt: number;
  readonly error: unknown;
}

export interface KafkaBusOptions {
  readonly connection: KafkaConnection;
  readonly topics?: TopicsConfiguration;
  readonly pause: Pause;
  /**
   * Consumers without offsets of their own, such as those that live only as long as a process: they begin where the consumer of this name
   * has committed to be, unless they have nothing at all; then they begin at the beginning.
   */
  readonly offsetsLike?: string;
  /** 10 seconds where it is left out; the broker has a smallest value of its own, 6 seconds by default. */
  readonly sessionTimeoutMs?: number;
  /** How long an idle fetch may take, and so how long a run may take to end; 250 ms where it is left out. */
  readonly fetchWaitMs?: number;
  /** Between two deliveries of one partition: few events at a time cost as many writes as many. None where it is left out. */
  readonly lingerMs?: number;
  /** Told of every failed delivery and, once for each outage, of Kafka's failures; before the pause. */
  readonly onFailure?: (failure: BusFailure) => void;
  /** Told of each message that was set aside because it can't be decoded; count them. */
  readonly onDeadLetter?: (letter: DeadLetter) => void;
}

export interface KafkaBus extends Bus {
  /** The bus partition that an account's events are in. */
  readonly partitionOf: (accountId: string) => number;
  /** Every partition of the bus. */
  readonly partitions: readonly number[];
  /** After its runs have been told to end: resolves when nothing of them is connected any more. */
  close(): Promise<void>;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
const SESSION_TIMEOUT_MS = 10_000;
const FETCH_WAIT_MS = 250;

/** It connects when a consumer is run. The topics are made by `createTopics`. */
export function kafkaBus(options: KafkaBusOptions): KafkaBus {
  const { connection } = options;
  const topics = new Topics(options.topics);
  const deadLetters = new DeadLetters(connection, topics.deadLetters);
  const leaving = new Set<Promise<void>>();
  const inside = { options, topics, deadLetters, leaving };
  return {
    partitionOf: (accountId) => topics.partitionOfAccount(accountId),
    partitions: topics.busPartitions(),
    run: (consumer, signal) => run(consumer, signal, inside),
    close: async () => {
      await Promise.all(leaving);
      await deadLetters.close();
    },
  };
}

interface Inside {
  readonly options: KafkaBusOptions;
  readonly topics: Topics;
  readonly deadLetters: DeadLetters;
  /** Members that have not let go of the broker yet. */
  readonly leaving: Set<Promise<void>>;
}

/** A member of the group after another, for as long as the signal is not aborted. */
async function run(consumer: Consumer, signal: AbortSignal, inside: Inside): Promise<void> {
  const { connection, pause, onFailure } = inside.options;
  let failures = 0;
  /** What has been said of this outage. */
  let told = new Set<string>();
  while (!signal.aborted) {
    const member = new GroupMember(memberPorts(consumer, signal, inside));
    try {
      await member.run();
    } catch (error) {
      if (signal.aborted) return;
      const trouble = kafkaTrouble(error, connection);
      if (member.joined) {
        failures = 0;
        told = new Set();
      }
      failures++;
      if (!told.has(trouble.message)) onFailure?.({ consumer: consumer.name, attempt: failures, error: trouble });
      told.add(trouble.message);
      await pause(pauseMs(failures), signal);
    } finally {
      const left = member.left.then(() => void inside.leaving.delete(left));
      inside.leaving.add(left);
    }
  }
}

function memberPorts(
  consumer: Consumer,
  signal: AbortSignal,
  { options, topics, deadLetters }: Inside,
): ConstructorParameters<typeof GroupMember>[0] {
  const { connection, pause, onFailure, onDeadLetter, offsetsLike } = options;
  return {
    connection,
    topics,
    consumer,
    groupId: topics.prefix + consumer.name,
    offsetsLike: offsetsLike === undefined ? undefined : topics.prefix + offsetsLike,
    sessionTimeoutMs: options.sessionTimeoutMs ?? SESSION_TIMEOUT_MS,
    fetchWaitMs: options.fetchWaitMs ?? FETCH_WAIT_MS,
    lingerMs: Math.max(options.lingerMs ?? 0, consumer.lingerMs ?? 0),
    pause,
    pauseMs,
    signal,
    setAside: async (topic, partition, message, reason) => {
      const letter = { consumer: consumer.name, topic, partition, offset: message.offset, reason };
      await deadLetters.send(letter, message);
      onDeadLetter?.(letter);
    },
    onFailure: (attempt, error) => onFailure?.({ consumer: consumer.name, attempt, error }),
  };
}

function pauseMs(failures: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);
}
