// What is answered on its way to Kafka: one send at a time, and what comes meanwhile goes together with the next.
import type { Message } from 'kafkajs';
import type { KafkaConnection } from './connection.js';
import { OrderedProducer } from './ordered-producer.js';

/** kafkajs groups the messages of a partition in quadratic time. */
const MESSAGES_PER_SEND = 1_000;

interface Round {
  readonly messages: Message[];
  readonly sent: PromiseWithResolvers<void>;
}

export class ResponseWriter {
  readonly #producer: OrderedProducer;
  #next: Round | undefined;
  #sending: Promise<void> | undefined;

  constructor(connection: KafkaConnection, topic: string) {
    this.#producer = new OrderedProducer(connection, topic);
  }

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
    await this.#producer.close();
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
        round.sent.reject(error);
      }
    }
    this.#sending = undefined;
  }

  async #sendRound(all: readonly Message[]): Promise<void> {
    for (let from = 0; from < all.length; from += MESSAGES_PER_SEND)
      await this.#producer.send(all.slice(from, from + MESSAGES_PER_SEND));
  }
}
