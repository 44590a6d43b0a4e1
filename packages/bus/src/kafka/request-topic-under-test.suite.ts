// Request topics of their own on a real Kafka, and a gateway's view of them.
import { randomUUID } from 'node:crypto';
import kafkajs, { type Consumer, type KafkaMessage, type Producer } from 'kafkajs';
import { type KafkaConnection, kafkaClient } from './connection.js';
import { withAdmin } from './create-topics.js';
import { requestTopicNames, requestTopicSettings } from './request-topic-settings.js';
import { Topics } from './topics.js';

export interface KafkaRequest {
  readonly key: string | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Reads a topic from its beginning, as whoever asks would. */
class Listener {
  readonly messages: KafkaMessage[] = [];
  readonly #client: Consumer;
  #watchers: (() => void)[] = [];

  constructor(
    connection: KafkaConnection,
    private readonly topic: string,
  ) {
    this.#client = kafkaClient(connection).consumer({ groupId: `${topic}-listener`, maxWaitTimeInMs: 50 });
  }

  async start(): Promise<void> {
    await this.#client.connect();
    await this.#client.subscribe({ topics: [this.topic], fromBeginning: true });
    await this.#client.run({
      eachBatch: async ({ batch }) => {
        for (const message of batch.messages) this.messages.push(message);
        for (const watch of this.#watchers) watch();
      },
    });
  }

  async received(enough: (messages: readonly KafkaMessage[]) => boolean): Promise<readonly KafkaMessage[]> {
    await new Promise<void>((resolve) => {
      const watch = () => {
        if (enough(this.messages)) resolve();
      };
      this.#watchers.push(watch);
      watch();
    });
    return this.messages;
  }

  stop(): Promise<void> {
    return this.#client.disconnect();
  }
}

export class KafkaRequestsUnderTest {
  readonly topics: Topics;
  readonly names: ReturnType<typeof requestTopicNames>;
  readonly configuration = { prefix: `test-${randomUUID().slice(0, 8)}.`, partitions: 3 };
  readonly #responses: Listener;
  readonly #deadLetters: Listener;
  readonly #producer: Producer;

  private constructor(readonly connection: KafkaConnection) {
    this.topics = new Topics(this.configuration);
    this.names = requestTopicNames(this.configuration);
    this.#responses = new Listener(connection, this.names.responses);
    this.#deadLetters = new Listener(connection, this.topics.deadLetters);
    this.#producer = kafkaClient(connection).producer({
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      idempotent: true,
      maxInFlightRequests: 1,
    });
  }

  static async create(brokers: readonly string[]): Promise<KafkaRequestsUnderTest> {
    const under = new KafkaRequestsUnderTest({ brokers });
    await under.createTopics();
    await Promise.all([under.#producer.connect(), under.#responses.start(), under.#deadLetters.start()]);
    return under;
  }

  async send(requests: readonly KafkaRequest[]): Promise<void> {
    for (let from = 0; from < requests.length; from += 1_000) {
      const messages = requests
        .slice(from, from + 1_000)
        .map(({ key, value, headers = {} }) => ({ key, value, headers: { ...headers } }));
      await this.#producer.send({ topic: this.names.requests, messages });
    }
  }

  /** All there are, once there are so many. */
  responses(count: number): Promise<readonly KafkaMessage[]> {
    return this.responsesOnce(({ length }) => length >= count);
  }

  /** All there are, once they are enough. */
  responsesOnce(enough: (messages: readonly KafkaMessage[]) => boolean): Promise<readonly KafkaMessage[]> {
    return this.#responses.received(enough);
  }

  deadLetters(count: number): Promise<readonly KafkaMessage[]> {
    return this.#deadLetters.received(({ length }) => length >= count);
  }

  /** The group, which nobody may be a member of, begins anew: as after a crash before anything was committed. */
  forgetOffsets(): Promise<void> {
    const groupId = `${this.topics.prefix}card-processing`;
    return withAdmin(this.connection, (admin) =>
      admin.resetOffsets({ groupId, topic: this.names.requests, earliest: true }),
    );
  }

  async createTopics(): Promise<void> {
    await withAdmin(this.connection, async (admin) => {
      const wanted = [
        ...requestTopicSettings(this.configuration),
        { name: this.topics.deadLetters, partitions: 1, settings: {} },
      ];
      const topics = wanted.map(({ name, partitions, settings }) => ({
        topic: name,
        numPartitions: partitions,
        configEntries: Object.entries(settings).map(([key, value]) => ({ name: key, value })),
      }));
      await admin.createTopics({ topics, waitForLeaders: true });
    });
  }

  async dispose(): Promise<void> {
    await Promise.all([this.#producer.disconnect(), this.#responses.stop(), this.#deadLetters.stop()]);
    const { requests, responses } = this.names;
    await withAdmin(this.connection, (admin) =>
      admin.deleteTopics({ topics: [requests, responses, this.topics.deadLetters] }),
    );
  }
}
