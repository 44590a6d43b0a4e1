// A process of its own: what kafkajs sends by itself. Argument: ProduceRun as JSON. Prints Produced as one line of JSON.
import { createTopics } from '@tallystick/bus/kafka/index';
import { openEventStoreJournal } from '@tallystick/journal/eventstoredb/index';
import kafkajs, { type Message } from 'kafkajs';

export interface ProduceRun {
  readonly brokers: readonly string[];
  /** Connection string of the journal whose events give the messages' sizes. */
  readonly journal: string;
  /** Of the topics. */
  readonly prefix: string;
  readonly partitions: number;
}

export interface Produced {
  /** Messages per second. */
  readonly rate: number;
  /** Of a message, at the median. */
  readonly bytes: number;
  readonly perSend: number;
}

/** As the relay's transactions have, at most. */
const PER_SEND = 2_000;
const SENDS_MOST = 40;
/** Few events are sent again and again. */
const SENDS_LEAST = 40;
const KEY_BYTES = 20;
/** What a message of the relay has beside metadata and payload: the event's id, two positions, the headers' names. */
const BESIDE_BYTES = 90;

const run: ProduceRun = JSON.parse(process.argv[2] ?? '{}');
const sends = await messages();
const connection = { brokers: run.brokers };
await createTopics({ connection, topics: run });
const kafka = new kafkajs.Kafka({ brokers: [...run.brokers], logLevel: kafkajs.logLevel.NOTHING });
const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
await producer.connect();
const topic = `${run.prefix}account-events`;
await sendAll();
const started = performance.now();
const sent = await sendAll();
const rate = (sent / (performance.now() - started)) * 1_000;
await producer.disconnect();
const sizes = sends.flat().map(({ value }) => (Buffer.isBuffer(value) ? value.length : 0));
const bytes = sizes.sort((a, b) => a - b)[sizes.length >> 1] ?? 0;
const result: Produced = { rate, bytes, perSend: PER_SEND };
process.stdout.write(`${JSON.stringify(result)}\n`);

/** @returns how many messages */
async function sendAll(): Promise<number> {
  let count = 0;
  for (let n = 0; n < Math.max(SENDS_LEAST, sends.length); n++) {
    const batch = sends[n % sends.length] ?? [];
    await producer.send({ topic, messages: batch });
    count += batch.length;
  }
  return count;
}

async function messages(): Promise<Message[][]> {
  const journal = await openEventStoreJournal({
    connectionString: run.journal,
    report: () => undefined,
    random: Math.random,
  });
  const batches: Message[][] = [];
  try {
    for (let after = 0n; batches.length < SENDS_MOST; ) {
      const page = await journal.readAll({ after, limit: PER_SEND });
      const last = page.at(-1);
      if (last === undefined || page.length < PER_SEND) break;
      after = last.position;
      batches.push(
        page.map(({ metadata, payload }, n) => ({
          key: Buffer.alloc(KEY_BYTES, n),
          value: Buffer.alloc(metadata.length + payload.length + BESIDE_BYTES, n),
          partition: n % run.partitions,
        })),
      );
    }
  } finally {
    await journal.close();
  }
  if (batches.length === 0) throw new Error(`the journal has fewer than ${PER_SEND} events`);
  return batches;
}
