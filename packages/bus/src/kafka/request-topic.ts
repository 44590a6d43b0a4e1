// Requests and responses over two topics of Kafka: whoever serves is a member of one consumer group. docs/kafka-gateway.md describes the
// messages.
import type { KafkaMessage } from 'kafkajs';
import type { Pause } from '../port.js';
import type { RequestHandler, RequestTopic } from '../requests.js';
import { type KafkaConnection, kafkaTrouble } from './connection.js';
import { type DeadLetter, DeadLetters } from './dead-letters.js';
import { RequestMember } from './request-topic-member.js';
import { requestTopicNames } from './request-topic-settings.js';
import { Topics, type TopicsConfiguration } from './topics.js';

export { type RequestTopicNames, requestTopicNames, requestTopicSettings } from './request-topic-settings.js';

export interface RequestTopicFailure {
  /** 1 for the first failure since the last success. */
  readonly attempt: number;
  readonly error: unknown;
}

export interface KafkaRequestTopicOptions {
  readonly connection: KafkaConnection;
  readonly topics?: TopicsConfiguration;
  readonly pause: Pause;
  /** 10 seconds where it is left out; the broker has a smallest value of its own, 6 seconds by default. */
  readonly sessionTimeoutMs?: number;
  /** How long an idle fetch may take, and so how long serving may take to end; 250 ms where it is left out. */
  readonly fetchWaitMs?: number;
  /** Told once for each outage, before the pause. */
  readonly onFailure?: (failure: RequestTopicFailure) => void;
  /** Told of each request that was set aside. */
  readonly onDeadLetter?: (letter: DeadLetter) => void;
}

/** Of the consumer group; the topics' prefix comes before it. */
const GROUP = 'card-processing';
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
const SESSION_TIMEOUT_MS = 10_000;
const FETCH_WAIT_MS = 250;

/**
 * It connects when it is served; several may serve at the same time, here or elsewhere, and share the partitions. Offsets are committed after
 * the brokers have acknowledged the responses, so that a crash between them has requests answered twice and none not at all.
 */
export function kafkaRequestTopic(options: KafkaRequestTopicOptions): RequestTopic {
  return { serve: (handler, signal) => serve(handler, signal, options) };
}

/** A member of the group after another, for as long as the signal is not aborted. */
async function serve(handler: RequestHandler, signal: AbortSignal, options: KafkaRequestTopicOptions): Promise<void> {
  const { connection, pause, onFailure, onDeadLetter } = options;
  const topics = new Topics(options.topics);
  const names = requestTopicNames(topics);
  const deadLetters = new DeadLetters(connection, topics.deadLetters);
  let failures = 0;
  let told = '';
  try {
    while (!signal.aborted) {
      const member = new RequestMember({
        connection,
        names,
        groupId: topics.prefix + GROUP,
        sessionTimeoutMs: options.sessionTimeoutMs ?? SESSION_TIMEOUT_MS,
        fetchWaitMs: options.fetchWaitMs ?? FETCH_WAIT_MS,
        handler,
        signal,
        setAside: async (message, partition, reason, copied) => {
          const letter = { consumer: GROUP, topic: names.requests, partition, offset: message.offset, reason };
          await deadLetters.send(letter, copied ? message : withoutContent(message));
          onDeadLetter?.(letter);
        },
      });
      try {
        await member.run();
      } catch (error) {
        if (signal.aborted) return;
        const trouble = kafkaTrouble(error, connection);
        if (member.answered) {
          failures = 0;
          told = '';
        }
        failures++;
        if (trouble.message !== told) onFailure?.({ attempt: failures, error: trouble });
        told = trouble.message;
        await pause(pauseMs(failures), signal);
      }
    }
  } finally {
    await deadLetters.close();
  }
}

function withoutContent({ offset, timestamp, attributes }: KafkaMessage): KafkaMessage {
  return { key: null, value: null, headers: {}, offset, timestamp, attributes };
}

function pauseMs(failures: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);
}
