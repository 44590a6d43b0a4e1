// Messages that can't be decoded: set aside as they were, with the reason, so that the rest can go on.
import kafkajs, { type IHeaders, type KafkaMessage, type Producer } from 'kafkajs';
import { type KafkaConnection, kafkaClient, kafkaTrouble } from './connection.js';

export interface DeadLetter {
  readonly consumer: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly reason: string;
}

/** One producer, made when it is first needed; its sends wait for each other, for kafkajs loses messages otherwise (docs/kafka.md). */
export class DeadLetters {
  #producer: Producer | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly connection: KafkaConnection,
    private readonly topic: string,
  ) {}

  /** The original key, value and headers, and where they were. @throws KafkaTrouble; then it may or may not be there */
  send(letter: DeadLetter, message: KafkaMessage): Promise<void> {
    const turn = this.#turn.then(() => this.#send(letter, message));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.#forget();
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
      this.#producer ??= await this.#connect();
      const copy = { key, value, partition: 0, headers: { ...headers, ...about } };
      await this.#producer.send({ topic: this.topic, messages: [copy] });
    } catch (error) {
      // After an error its sequence numbers are not to be trusted.
      await this.#forget();
      throw kafkaTrouble(error, this.connection);
    }
  }

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
