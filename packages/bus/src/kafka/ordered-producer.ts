// A producer that loses nothing and keeps order, as long as its sends wait for each other: kafkajs loses messages of an idempotent producer
// with two sends at a time (docs/kafka.md).
import kafkajs, { type Message, type Producer } from 'kafkajs';
import { type KafkaConnection, KafkaTrouble, kafkaClient } from './connection.js';

export class OrderedProducer {
  #producer: Producer | undefined;

  constructor(
    private readonly connection: KafkaConnection,
    private readonly topic: string,
  ) {}

  /**
   * Resolves once the brokers have them. Each message names its partition. One send at a time.
   * @throws what kafkajs throws, or KafkaTrouble; then they may or may not be there, and the next send begins with a new producer
   */
  async send(messages: Message[]): Promise<void> {
    try {
      this.#producer ??= await this.#connect();
      const answers = await this.#producer.send({ topic: this.topic, messages });
      // When leaders move while it sends, kafkajs may pass over a partition; it shows in who has answered.
      const partitions = new Set(messages.map(({ partition }) => partition));
      for (const { partition } of answers) partitions.delete(partition);
      if (partitions.size > 0) throw new KafkaTrouble(`some partitions of ${this.topic} did not answer`);
    } catch (error) {
      // After an error its sequence numbers are not to be trusted.
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    await producer?.disconnect().catch(() => undefined);
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
}
