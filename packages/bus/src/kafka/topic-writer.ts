// Puts the journal's events into topics, each exactly once as read_committed consumers see it: a transaction holds the messages and how far
// they come. The rules for kafkajs are those of docs/kafka.md, "The producer".
import { metadataReader } from '@tallystick/events';
import type { Position, RecordedEvent } from '@tallystick/journal';
import kafkajs, { type Producer, type RecordMetadata } from 'kafkajs';
import { type BusWriter, type OpenBusWriter, WriterReplaced, type Written } from '../writer.js';
import { isKafkaError, type KafkaConnection, KafkaTrouble, kafkaClient, kafkaTrouble } from './connection.js';
import { checkTopics } from './create-topics.js';
import { Draft, type Slot, slotsOf } from './drafts.js';
import { endWhatIsOpen, readHeld } from './held.js';
import { messageOf, POSITION_BYTES, sizeOf } from './message.js';
import { partitionOf } from './murmur2.js';
import { progressMessage } from './progress.js';
import type { SchemaRegistry } from './schema-registry.js';
import { goesToEveryAccountPartition, Topics, type TopicsConfiguration, topicIndexOf } from './topics.js';

export interface TopicWriterOptions {
  readonly connection: KafkaConnection;
  readonly topics?: TopicsConfiguration;
  /** Where it is given, payloads travel in its framing. */
  readonly registry?: SchemaRegistry;
}

const TRANSACTIONAL_ID = 'relay';
/** After this the broker ends a transaction of a writer that died, so that consumers can go on. */
const TRANSACTION_TIMEOUT_MS = 30_000;

const readFacts = metadataReader(['type', 'accountId']);

/** Writers with the same topic prefix shut each other out. */
export function topicWriter({ connection, registry, topics: configuration }: TopicWriterOptions): BusWriter {
  const topics = new Topics(configuration);
  return { open: () => openWriter(connection, topics, registry) };
}

/** The producer comes first: from then on no older writer can add to what is read. */
async function openWriter(
  connection: KafkaConnection,
  topics: Topics,
  registry: SchemaRegistry | undefined,
): Promise<OpenTopicWriter> {
  await checkTopics(connection, topics);
  await registry?.prepare();
  const producer = kafkaClient(connection).producer({
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    transactionalId: topics.prefix + TRANSACTIONAL_ID,
    transactionTimeout: TRANSACTION_TIMEOUT_MS,
    maxInFlightRequests: 1,
  });
  try {
    await producer.connect();
    await endWhatIsOpen(producer, topics);
    const written = await readHeld(connection, topics);
    return new OpenTopicWriter(connection, topics, registry, producer, written);
  } catch (error) {
    await producer.disconnect().catch(() => undefined);
    throw kafkaTrouble(error, connection);
  }
}

interface Sealed {
  readonly draft: Draft;
  readonly written: Written;
}

class OpenTopicWriter implements OpenBusWriter {
  /** By topic and partition. */
  readonly #slots: Slot[][];
  /** Up to here there may be partitions that have an event already. */
  readonly #heldUpTo: Position;
  #written: Written;
  #turn: Promise<void> = Promise.resolve();
  #failed = false;

  constructor(
    private readonly connection: KafkaConnection,
    private readonly topics: Topics,
    private readonly registry: SchemaRegistry | undefined,
    private readonly producer: Producer,
    written: Written,
  ) {
    this.#written = written;
    this.#slots = slotsOf(topics, written);
    let heldUpTo = written.position;
    for (const position of written.partitions.values()) if (position > heldUpTo) heldUpTo = position;
    this.#heldUpTo = heldUpTo;
  }

  get written(): Written {
    return this.#written;
  }

  /** The messages are made at once, while the transaction before is still under way. */
  async write(events: readonly RecordedEvent[]): Promise<void> {
    const sealed = this.#drafts(events);
    const turn = this.#turn.then(async () => {
      for (const each of sealed) await this.#commit(each);
    });
    // Whoever wrote is told; those who come after find it in #failed.
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.producer.disconnect().catch(() => undefined);
  }

  #drafts(events: readonly RecordedEvent[]): Sealed[] {
    try {
      return this.#draft(events);
    } catch (error) {
      // What the partitions hold is no longer what #slots says.
      this.#failed = true;
      throw error;
    }
  }

  #draft(events: readonly RecordedEvent[]): Sealed[] {
    const sealed: Sealed[] = [];
    const positions = Buffer.allocUnsafe(POSITION_BYTES * events.length);
    let draft = new Draft(this.topics);
    let last: Position | undefined;
    for (const [index, event] of events.entries()) {
      const { type, accountId } = readFacts(event.metadata);
      const places = this.#slotsFor(event.stream, type, accountId);
      const slots = event.position > this.#heldUpTo ? places : places.filter((slot) => slot.last < event.position);
      const bytes = sizeOf(event);
      if (last !== undefined && !draft.fits(slots, bytes)) {
        sealed.push({ draft, written: this.#soFar(last) });
        draft = new Draft(this.topics);
      }
      const position = positions.subarray(index * POSITION_BYTES, (index + 1) * POSITION_BYTES);
      position.writeBigInt64BE(event.position);
      const schemaId = this.registry?.idOf(event.payload);
      for (const slot of slots) {
        const previous = slot.lastBytes;
        const place = { key: accountId ?? event.stream, partition: slot.partition, type, position, previous, schemaId };
        draft.add(slot, messageOf(event, place), bytes);
        slot.last = event.position;
        slot.lastBytes = position;
      }
      last = event.position;
    }
    if (last !== undefined && !draft.isEmpty) sealed.push({ draft, written: this.#soFar(last) });
    return sealed;
  }

  #slotsFor(stream: string, type: string, accountId: string | null): readonly Slot[] {
    const [ofAccounts = []] = this.#slots;
    if (accountId !== null) {
      const slot = ofAccounts[partitionOf(accountId, ofAccounts.length)];
      return slot === undefined ? [] : [slot];
    }
    const own = this.#slots[topicIndexOf(stream, accountId)] ?? [];
    return goesToEveryAccountPartition(type) ? [...own, ...ofAccounts] : own;
  }

  #soFar(position: Position): Written {
    const partitions = new Map<number, Position>();
    for (const slots of this.#slots)
      for (const { busPartition, last } of slots) if (last > 0n) partitions.set(busPartition, last);
    return { position, partitions };
  }

  async #commit({ draft, written }: Sealed): Promise<void> {
    if (this.#failed) throw new KafkaTrouble('a transaction before this one failed');
    const begun = performance.now();
    try {
      const transaction = await this.producer.transaction();
      const progress = { topic: this.topics.progress, messages: [progressMessage(written)] };
      const answers = await transaction.sendBatch({ topicMessages: [...draft.topicMessages(), progress] });
      assertAllAnswered(answers, draft.partitionCount + 1);
      await transaction.commit();
      this.#written = written;
    } catch (error) {
      this.#failed = true;
      throw this.#meaningOf(error, performance.now() - begun);
    }
  }

  /** A transaction that takes too long is ended by the broker with the same answer as a replaced writer's. */
  #meaningOf(error: unknown, elapsedMs: number): Error {
    if (isKafkaError(error, 'INVALID_PRODUCER_EPOCH', 'PRODUCER_FENCED') && elapsedMs < TRANSACTION_TIMEOUT_MS)
      return new WriterReplaced('another relay has taken over; this one has ended', { cause: error });
    return kafkaTrouble(error, this.connection);
  }
}

/**
 * When leaders move while it sends, kafkajs may pass over a partition or send it twice; either shows in who has answered.
 * @throws KafkaTrouble, before anything is committed
 */
function assertAllAnswered(answers: readonly RecordMetadata[], partitions: number): void {
  const answered = new Set(answers.map(({ topicName, partition }) => `${topicName}/${partition}`));
  if (answers.length !== partitions || answered.size !== partitions)
    throw new KafkaTrouble(`${partitions} partitions were written to and ${answers.length} answered`);
}
