// Messages that can't be decoded: set aside as they were, with the reason, so that the rest can go on.
import type { IHeaders, KafkaMessage } from 'kafkajs';
import { type KafkaConnection, kafkaTrouble } from './connection.js';
import { OrderedProducer } from './ordered-producer.js';

export interface DeadLetter {
  readonly consumer: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly reason: string;
}

/** Its sends wait for each other. */
export class DeadLetters {
  readonly #producer: OrderedProducer;
  #turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly connection: KafkaConnection,
    topic: string,
  ) {
    this.#producer = new OrderedProducer(connection, topic);
  }

  /** The original key, value and headers, and where they were. @throws KafkaTrouble; then it may or may not be there */
  send(letter: DeadLetter, message: KafkaMessage): Promise<void> {
    const turn = this.#turn.then(() => this.#send(letter, message));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.#producer.close();
  }

  async #send(letter: DeadLetter, { key, value, headers }: KafkaMessage): Promise<void> {
    const about: IHeaders = {
      'dead-letter-consumer': letter.consumer,
      'dead-letter-topic': letter.topic,
      'dead-letter-partition': String(letter.partition),
      'dead-letter-offset': letter.offset,
      'dead-letter-reason': letter.reason,
    };
    try {
      await this.#producer.send([{ key, value, partition: 0, headers: { ...headers, ...about } }]);
    } catch (error) {
      throw kafkaTrouble(error, this.connection);
    }
  }
}
