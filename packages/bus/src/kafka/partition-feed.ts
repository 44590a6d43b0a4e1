// One partition on its way to one consumer: what it has, what it is given next, and what is set aside.
import { type Position, START } from '@tallystick/journal';
import type { Batch, KafkaMessage } from 'kafkajs';
import type { Consumer } from '../port.js';
import { KafkaTrouble } from './connection.js';
import { decodingFault, isDecodingFailure } from './culprits.js';
import { ReceivedEvent, Undecodable } from './message.js';

const EVENTS_PER_DELIVERY = 2_000;
/** How far it goes back to find what the consumer lacks; then eight times as far each time. */
const FIRST_STEP_BACK = 2_000;
const STEP_GROWTH = 8;
/** Before what was committed: a message among them shows whether the consumer has all that the group had, though nothing new comes. */
const OFFSETS_SEEN_AGAIN = 10;

export interface FeedPorts {
  readonly consumer: Consumer;
  readonly topic: string;
  readonly partition: number;
  /** Its number on the bus. */
  readonly busPartition: number;
  /** The next batch is to begin at this offset. */
  readonly seek: (offset: number) => void;
  /** @throws where it could not be set aside */
  readonly setAside: (message: KafkaMessage, reason: string) => Promise<void>;
  /** Nothing more is to be given: the run ends, or the group is being shared out anew. */
  readonly ended: () => boolean;
}

interface Received {
  readonly message: KafkaMessage;
  readonly event: ReceivedEvent;
}

export class PartitionFeed {
  /** The newest position that has been applied or set aside; undefined before the consumer was asked. */
  #known: Position | undefined;
  /** A message without a readable position went by, so the next one can't be held against #known. */
  #trustsNext = false;
  #stepBack = FIRST_STEP_BACK;
  #wentBackTo: number | undefined;
  #committed = 0;

  constructor(private readonly ports: FeedPorts) {}

  /**
   * Asks the consumer what it has. One that has nothing begins at the beginning, whatever the group has committed.
   * @param committed where the group is; undefined where it has not committed anything, or the partition is begun again after a failure
   */
  async begin(committed?: number): Promise<void> {
    const { consumer, busPartition, seek } = this.ports;
    const known = await consumer.resumeAfter(busPartition);
    if (known === START) seek(0);
    else if (committed !== undefined) seek(Math.max(0, committed - OFFSETS_SEEN_AGAIN));
    this.#committed = committed ?? 0;
    this.#known = known;
  }

  get hasBegun(): boolean {
    return this.#known !== undefined;
  }

  /** What the consumer has is to be asked again. */
  forget(): void {
    this.#known = undefined;
    this.#trustsNext = false;
  }

  /**
   * Delivers what the consumer lacks of a batch, and says how many events it was.
   * @param resolve told that everything before an offset has been applied, or is not for the consumer
   * @throws what the consumer throws, and KafkaTrouble where the partition lacks events
   */
  async take(batch: Batch, resolve: (offset: number) => void): Promise<number> {
    let pending: Received[] = [];
    let given = 0;
    const deliver = async () => {
      if (pending.length === 0) return;
      await this.#deliver(pending, resolve);
      given += pending.length;
      pending = [];
    };
    let seen = this.#known ?? START;
    for (const message of batch.messages) {
      const event = received(message);
      if (event instanceof Undecodable) {
        await deliver();
        if (this.ports.ended()) return given;
        // What was committed has been set aside before.
        if (Number(message.offset) < this.#committed) this.#trustsNext = true;
        else await this.#setAside(message, event.message, resolve);
        continue;
      }
      if (event.position <= seen) continue;
      if (event.previous > seen && !this.#trustsNext) {
        await deliver();
        this.#goBack(event, Number(message.offset));
        return given;
      }
      this.#trustsNext = false;
      seen = event.position;
      pending.push({ message, event });
      if (pending.length < EVENTS_PER_DELIVERY) continue;
      await deliver();
      if (this.ports.ended()) return given;
    }
    await deliver();
    resolve(Number(batch.lastOffset()) + 1);
    return given;
  }

  async #deliver(pending: readonly Received[], resolve: (offset: number) => void): Promise<void> {
    const last = pending.at(-1);
    if (last === undefined) return;
    const { consumer, busPartition: partition } = this.ports;
    try {
      await consumer.apply({ partition, events: pending.map(({ event }) => event) });
    } catch (error) {
      if (!isDecodingFailure(error)) throw error;
      await this.#deliverWithout(pending, error);
    }
    this.#known = last.event.position;
    this.#stepBack = FIRST_STEP_BACK;
    this.#wentBackTo = undefined;
    resolve(Number(last.message.offset) + 1);
  }

  /** Sets aside what can't be decoded and delivers the rest. @throws the error where all can be */
  async #deliverWithout(pending: readonly Received[], error: unknown): Promise<void> {
    const sound: Received[] = [];
    for (const each of pending) {
      const reason = decodingFault(each.event);
      if (reason === undefined) sound.push(each);
      else await this.ports.setAside(each.message, reason);
    }
    if (sound.length === pending.length) throw error;
    const { consumer, busPartition: partition } = this.ports;
    if (sound.length > 0) await consumer.apply({ partition, events: sound.map(({ event }) => event) });
  }

  async #setAside(message: KafkaMessage, reason: string, resolve: (offset: number) => void): Promise<void> {
    await this.ports.setAside(message, reason);
    this.#trustsNext = true;
    resolve(Number(message.offset) + 1);
  }

  /** The group has committed more than the consumer has: what it lacks lies further back. */
  #goBack({ previous }: ReceivedEvent, offset: number): void {
    const { topic, partition, seek } = this.ports;
    if (this.#wentBackTo === 0)
      throw new KafkaTrouble(
        `topic ${topic}, partition ${partition} lacks what comes after position ${this.#known} and up to ${previous}`,
      );
    const target = Math.max(0, offset - this.#stepBack);
    this.#stepBack *= STEP_GROWTH;
    this.#wentBackTo = target;
    seek(target);
  }
}

function received(message: KafkaMessage): ReceivedEvent | Undecodable {
  try {
    return ReceivedEvent.of(message);
  } catch (error) {
    if (error instanceof Undecodable) return error;
    throw error;
  }
}
