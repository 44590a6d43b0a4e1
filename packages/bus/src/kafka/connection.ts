// How Kafka is reached, and what its client's errors mean.
import kafkajs, { type Kafka, type KafkaConfig, type RetryOptions, type SASLOptions } from 'kafkajs';

export interface KafkaConnection {
  /** `host:port`. */
  readonly brokers: readonly string[];
  readonly clientId?: string;
  /** TLS, with whom to trust and, where the brokers ask for it, a client certificate: PEM. */
  readonly ssl?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
}

/** Some seconds of trying, after which whoever asked is told, pauses and begins anew. The first retry comes quickly: it follows most transactions. */
const RETRY: RetryOptions = { initialRetryTime: 4, multiplier: 2, factor: 0.2, maxRetryTime: 1_000, retries: 12 };
const CONNECTION_TIMEOUT_MS = 3_000;

/** A client of its own for each producer or consumer: kafkajs shares the offsets of a group between the consumers of one client. */
export function kafkaClient({ brokers, clientId = 'tallystick', ssl, sasl }: KafkaConnection): Kafka {
  const configuration: KafkaConfig = {
    brokers: [...brokers],
    clientId,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    retry: RETRY,
    // What matters comes as an error to whoever asked.
    logLevel: kafkajs.logLevel.NOTHING,
  };
  if (ssl !== undefined) configuration.ssl = { ...ssl };
  // The client's type asks for one object per mechanism; they have the same fields.
  if (sasl !== undefined) configuration.sasl = { ...sasl } as SASLOptions;
  return new kafkajs.Kafka(configuration);
}

/** Says in one sentence what is wrong; the error itself is the cause. */
export class KafkaTrouble extends Error {
  override readonly name = 'KafkaTrouble';
}

interface Described {
  readonly name?: unknown;
  readonly type?: unknown;
  readonly message?: unknown;
  readonly retriable?: unknown;
  readonly cause?: unknown;
}

/** One of the protocol's error codes or of the client's error names, here or in what caused the error. */
export function isKafkaError(error: unknown, ...kinds: readonly string[]): boolean {
  return chainOf(error).some(({ name, type }) => kinds.some((kind) => kind === name || kind === type));
}

/** What the error means for whoever runs the bank. */
export function kafkaTrouble(error: unknown, { brokers, sasl }: KafkaConnection): Error {
  if (error instanceof KafkaTrouble) return error;
  const at = brokers.join(', ');
  const options = { cause: error };
  if (isKafkaError(error, 'KafkaJSSASLAuthenticationError', 'SASL_AUTHENTICATION_FAILED'))
    return new KafkaTrouble(`Kafka at ${at} refuses the name or password of ${sasl?.username ?? 'nobody'}`, options);
  if (isKafkaError(error, 'TOPIC_AUTHORIZATION_FAILED', 'GROUP_AUTHORIZATION_FAILED', 'CLUSTER_AUTHORIZATION_FAILED'))
    return new KafkaTrouble(`Kafka at ${at} does not permit ${sasl?.username ?? 'us'} to do this`, options);
  if (isKafkaError(error, 'KafkaJSConnectionError', 'KafkaJSConnectionClosedError', 'KafkaJSBrokerNotFound'))
    return new KafkaTrouble(`Kafka can't be reached at ${at}: ${rootMessage(error)}`, options);
  if (isKafkaError(error, 'UNKNOWN_TOPIC_OR_PARTITION'))
    return new KafkaTrouble(`Kafka at ${at} lacks a topic: create the topics first`, options);
  if (isRetriable(error)) return new KafkaTrouble(`Kafka at ${at} is not ready: ${rootMessage(error)}`, options);
  return error instanceof Error ? error : new Error(String(error), options);
}

function isRetriable(error: unknown): boolean {
  return chainOf(error).some(({ retriable }) => retriable === true);
}

function rootMessage(error: unknown): string {
  return String(chainOf(error).at(-1)?.message ?? error);
}

function chainOf(error: unknown): Described[] {
  const chain: Described[] = [];
  let at: unknown = error;
  while (typeof at === 'object' && at !== null && chain.length < 10) {
    const described: Described = at;
    chain.push(described);
    at = described.cause;
  }
  return chain;
}
