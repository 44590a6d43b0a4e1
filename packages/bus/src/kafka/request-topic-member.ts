// One membership in the group that answers requests, from joining to leaving.
import type { Consumer as Client, EachBatchPayload, IHeaders, KafkaMessage, Message } from 'kafkajs';
import { REQUESTS_AT_ONCE, type ReceivedRequest, type Reply, type RequestHandler } from '../requests.js';
import { type KafkaConnection, KafkaTrouble, kafkaClient } from './connection.js';
import { withAdmin } from './create-topics.js';
import { ResponseWriter } from './request-topic-responses.js';
import type { RequestTopicNames } from './request-topic-settings.js';

export interface RequestMemberPorts {
  readonly connection: KafkaConnection;
  readonly names: RequestTopicNames;
  readonly groupId: string;
  readonly sessionTimeoutMs: number;
  readonly fetchWaitMs: number;
  readonly handler: RequestHandler;
  readonly signal: AbortSignal;
  readonly setAside: (message: KafkaMessage, partition: number, reason: string, copied: boolean) => Promise<void>;
}

interface Partitions {
  readonly requests: number;
  readonly responses: number;
}

const HEARTBEAT_MS = 1_000;
const REBALANCE_TIMEOUT_MS = 60_000;

export class RequestMember {
  /** Whether anything was answered: then whatever ends it is a new failure. */
  answered = false;
  readonly #client: Client;
  readonly #responses: ResponseWriter;
  readonly #ended = Promise.withResolvers<never>();
  #failed = false;

  constructor(private readonly ports: RequestMemberPorts) {
    const { connection, names, groupId, sessionTimeoutMs, fetchWaitMs } = ports;
    this.#responses = new ResponseWriter(connection, names.responses);
    this.#client = kafkaClient(connection).consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: REBALANCE_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_MS,
      maxWaitTimeInMs: fetchWaitMs,
      // A consumer that has crashed is not restarted but replaced, whatever kafkajs thinks of the error.
      retry: { restartOnFailure: async () => false },
    });
  }

  /** Until the signal is aborted, then leaves once nothing is under way. @throws what makes this membership useless */
  async run(): Promise<void> {
    const { signal, names } = this.ports;
    const client = this.#client;
    const aborted = Promise.withResolvers<void>();
    const abort = () => aborted.resolve();
    signal.addEventListener('abort', abort, { once: true });
    this.#ended.promise.catch(() => undefined);
    try {
      const partitions = await this.#partitions();
      client.on(client.events.CRASH, ({ payload }) => this.#ended.reject(payload.error));
      await client.connect();
      // Requests may have come before the first of us did.
      await client.subscribe({ topics: [names.requests], fromBeginning: true });
      await client.run({
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: partitions.requests,
        eachBatch: (payload) => this.#take(payload, partitions),
      });
      if (!signal.aborted) await Promise.race([aborted.promise, this.#ended.promise]);
    } finally {
      signal.removeEventListener('abort', abort);
      await client.disconnect().catch(() => undefined);
      await this.#responses.close();
    }
  }

  async #partitions(): Promise<Partitions> {
    const { connection, names } = this.ports;
    const there = await withAdmin(connection, async (admin) => (await admin.fetchTopicMetadata()).topics);
    const countOf = (topic: string) => {
      const found = there.find(({ name }) => name === topic);
      if (found === undefined) throw new KafkaTrouble(`Kafka has no topic ${topic}: create the bank's topics first`);
      return found.partitions.length;
    };
    return { requests: countOf(names.requests), responses: countOf(names.responses) };
  }

  /** What is answered here is committed by kafkajs when the batch is done, or has failed. */
  async #take(payload: EachBatchPayload, partitions: Partitions): Promise<void> {
    const { batch, heartbeat, resolveOffset, isRunning, isStale } = payload;
    let lost: unknown;
    const beating = setInterval(() => {
      heartbeat().catch((error) => {
        lost ??= error;
      });
    }, HEARTBEAT_MS);
    try {
      for (let from = 0; from < batch.messages.length; from += REQUESTS_AT_ONCE) {
        if (lost !== undefined || this.#failed || !isRunning() || isStale()) break;
        const some = batch.messages.slice(from, from + REQUESTS_AT_ONCE);
        if (!(await this.#answer(some, batch.partition, partitions))) return;
        resolveOffset(some.at(-1)?.offset ?? batch.firstOffset() ?? '0');
        this.answered = true;
      }
    } finally {
      clearInterval(beating);
    }
    if (lost !== undefined) throw lost;
  }

  /** False where it failed: this membership ends, and what it has not answered is given to the next. */
  async #answer(messages: readonly KafkaMessage[], partition: number, partitions: Partitions): Promise<boolean> {
    try {
      const replies = await this.ports.handler(messages.map(requestOf));
      if (replies.length !== messages.length)
        throw new Error(`${messages.length} requests were given ${replies.length} replies`);
      const responses: Message[] = [];
      const aside: Promise<void>[] = [];
      for (const [index, message] of messages.entries()) {
        const reply = replies[index];
        if (reply?.kind === 'response') responses.push(messageOf(reply, partition % partitions.responses));
        else if (reply !== undefined) aside.push(this.ports.setAside(message, partition, reply.reason, reply.copied));
      }
      await Promise.all([this.#responses.send(responses), ...aside]);
      return true;
    } catch (error) {
      this.#failed = true;
      this.#ended.reject(error);
      return false;
    }
  }
}

function requestOf({ key, value, headers }: KafkaMessage): ReceivedRequest {
  return { key, value, headers: textsOf(headers) };
}

function textsOf(headers: IHeaders | undefined): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) texts[name] = first.toString();
  }
  return texts;
}

/** The partition of the same number as the request's, so that answers come in the order of their requests, whoever chose the partition. */
function messageOf({ key, value, headers }: Extract<Reply, { kind: 'response' }>, partition: number): Message {
  return { key: bufferOf(key), value: bufferOf(value), headers: { ...headers }, partition };
}

/** kafkajs takes anything but a Buffer for text. */
function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
