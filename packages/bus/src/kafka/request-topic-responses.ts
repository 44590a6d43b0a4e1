// What is answered on its way to Kafka. kafkajs loses messages of an idempotent producer with two sends at a time, so there is one, and what
// comes meanwhile goes together with the next.
import kafkajs, { type Message, type Producer } from 'kafkajs';
import { type KafkaConnection, KafkaTrouble, kafkaClient } from './connection.js';

/** kafkajs groups the messages of a partition in quadratic time. */
const MESSAGES_PER_SEND = 1_000;

interface Round {
  readonly messages: Message[];
  readonly sent: PromiseWithResolvers<void>;
}

export class ResponseWriter {
  #producer: Producer | undefined;
  #next: Round | undefined;
  #sending: Promise<void> | undefined;

  constructor(
    private readonly connection: KafkaConnection,
    private readonly topic: string,
  ) {}

  /**
   * Resolves once the brokers have them. Each message names its partition.
   * @throws what kafkajs throws; then they may or may not be there
   */
  send(messages: readonly Message[]): Promise<void> {
    if (messages.length === 0) return Promise.resolve();
    this.#next ??= { messages: [], sent: Promise.withResolvers() };
    const { sent } = this.#next;
    for (const message of messages) this.#next.messages.push(message);
    this.#sending ??= this.#sendAll();
    return sent.promise;
  }

  async close(): Promise<void> {
    await this.#sending;
    await this.#forget();
  }

  async #sendAll(): Promise<void> {
    // What is given in this turn of the event loop goes together.
    await undefined;
    for (let round = this.#next; round !== undefined; round = this.#next) {
      this.#next = undefined;
      try {
        await this.#sendRound(round.messages);
        round.sent.resolve();
      } catch (error) {
        // After an error its sequence numbers are not to be trusted.
        await this.#forget();
        round.sent.reject(error);
      }
    }
    this.#sending = undefined;
  }

  async #sendRound(all: readonly Message[]): Promise<void> {
    this.#producer ??= await this.#connect();
    for (let from = 0; from < all.length; from += MESSAGES_PER_SEND) {
      const messages = all.slice(from, from + MESSAGES_PER_SEND);
      const answers = await this.#producer.send({ topic: this.topic, messages });
      // When leaders move while it sends, kafkajs may pass over a partition; it shows in who has answered.
      const partitions = new Set(messages.map(({ partition }) => partition));
      for (const { partition } of answers) partitions.delete(partition);
      if (partitions.size > 0) throw new KafkaTrouble(`some partitions of ${this.topic} did not answer`);
    }
  }

  /** A failed connect is fatal: the producer would go on without its number, and so without order. */
  async #connect(): Promise<Producer> {
    const producer = kafkaClient(this.connection).producer({
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      idempotent: true,
      maxInFlightRequests: 1,
    });
    try {
      await producer.connect();
      return producer;
    } catch (error) {
      await producer.disconnect().catch(() => undefined);
      throw error;
    }
  }

  async #forget(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    await producer?.disconnect().catch(() => undefined);
  }
}
