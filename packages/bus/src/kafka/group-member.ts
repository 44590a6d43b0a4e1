// One consumer's membership in its group, from joining to leaving.
import { setTimeout } from 'node:timers/promises';
import type { Consumer as Client, EachBatchPayload, IMemberAssignment, KafkaMessage } from 'kafkajs';
import type { Consumer, Pause } from '../port.js';
import { type KafkaConnection, kafkaClient } from './connection.js';
import { checkTopics, withAdmin } from './create-topics.js';
import { PartitionFeed } from './partition-feed.js';
import type { Topics } from './topics.js';

export interface MemberPorts {
  readonly connection: KafkaConnection;
  readonly topics: Topics;
  readonly consumer: Consumer;
  readonly groupId: string;
  /** A group at whose committed offsets this one begins; then it commits none itself. */
  readonly offsetsLike: string | undefined;
  /** Without a heartbeat for so long, a member's partitions are given to others. */
  readonly sessionTimeoutMs: number;
  /** How long a broker may wait for something to answer with; leaving takes as long. */
  readonly fetchWaitMs: number;
  /** Between two deliveries of one partition. */
  readonly lingerMs: number;
  readonly pause: Pause;
  readonly pauseMs: (failures: number) => number;
  readonly signal: AbortSignal;
  readonly setAside: (topic: string, partition: number, message: KafkaMessage, reason: string) => Promise<void>;
  readonly onFailure: (attempt: number, error: unknown) => void;
}

/** A partition that the group has given to this member. */
interface Held {
  readonly topic: string;
  readonly partition: number;
  readonly feed: PartitionFeed;
  failures: number;
  /** Between a failure and its next try. */
  rests: boolean;
  /** A delivery, or the question what the consumer has; never rejects. */
  busy: Promise<void>;
  /** Up to where to commit, where that has not been done. */
  uncommitted: number | undefined;
}

type StartOffsets = Promise<ReadonlyMap<string, number>>;

const HEARTBEAT_MS = 1_000;
const REBALANCE_TIMEOUT_MS = 60_000;
const COMMIT_EVERY_MS = 500;
const LEAVE_PATIENCE_MS = 3_000;
const FETCH_BYTES_PER_PARTITION = 1_048_576;

export class GroupMember {
  /** Whether the group let it in: then whatever ends it is a new failure. */
  joined = false;
  /** Resolves when the client has let go of the broker, which may be after `run` has: a member that leaves while it joins does so behind the caller's back. */
  left: Promise<void> = Promise.resolve();
  readonly #client: Client;
  readonly #crashed = Promise.withResolvers<never>();
  readonly #held = new Map<string, Held>();
  #sharesOut = false;
  #leaves = false;

  constructor(private readonly ports: MemberPorts) {
    const { connection, groupId, sessionTimeoutMs, fetchWaitMs } = ports;
    this.#client = kafkaClient(connection).consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: REBALANCE_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_MS,
      maxWaitTimeInMs: fetchWaitMs,
      maxBytesPerPartition: FETCH_BYTES_PER_PARTITION,
      // A client that has crashed is replaced, whatever it thinks of the error itself.
      retry: { restartOnFailure: async () => false },
    });
  }

  /** Until the signal is aborted; resolves once no delivery is under way. @throws what makes this membership useless */
  async run(): Promise<void> {
    const { signal } = this.ports;
    const client = this.#client;
    const aborted = Promise.withResolvers<void>();
    const abort = () => aborted.resolve();
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    // It may crash while nobody waits for that yet.
    this.#crashed.promise.catch(() => undefined);
    client.on(client.events.CRASH, ({ payload }) => this.#crashed.reject(payload.error));
    client.on(client.events.GROUP_JOIN, ({ payload }) => this.#receive(payload.memberAssignment));
    const committing = setInterval(() => void this.#commit(), COMMIT_EVERY_MS);
    const joining = this.#join();
    try {
      await Promise.race([joining.then(() => this.#crashed.promise), aborted.promise]);
    } finally {
      signal.removeEventListener('abort', abort);
      clearInterval(committing);
      await this.#leave(joining);
    }
  }

  async #join(): Promise<void> {
    const { connection, topics } = this.ports;
    const client = this.#client;
    await checkTopics(connection, topics);
    await client.connect();
    await client.subscribe({ topics: [...topics.events], fromBeginning: true });
    if (this.#leaves) return;
    await client.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: topics.partitions + topics.events.length,
      eachBatch: (payload) => this.#take(payload),
    });
  }

  /** A client that is disconnected while it joins would join all the same, so that is waited for, but not by the caller. */
  async #leave(joining: Promise<void>): Promise<void> {
    this.#leaves = true;
    const held = [...this.#held.values()];
    this.#pauseFetching(held);
    await Promise.all(held.map(({ busy }) => busy));
    // From here on nothing is delivered any more.
    this.left = joining
      .catch(() => undefined)
      .then(() => this.#commit())
      .then(() => this.#client.disconnect())
      .catch(() => undefined);
    if (this.joined) await Promise.race([this.left, setTimeout(LEAVE_PATIENCE_MS, undefined, { ref: false })]);
  }

  /** What this member holds from now on; nothing of an earlier share is under way any more. */
  #receive(assignment: IMemberAssignment): void {
    this.joined = true;
    this.#sharesOut = false;
    const before = new Map(this.#held);
    this.#held.clear();
    const startOffsets = this.#startOffsets();
    for (const [topic, partitions] of Object.entries(assignment)) {
      for (const partition of partitions) {
        const key = keyOf(topic, partition);
        const held = before.get(key) ?? this.#hold(topic, partition);
        this.#held.set(key, held);
        held.uncommitted = undefined;
        if (!held.rests) held.busy = held.busy.then(() => this.#begin(held, startOffsets));
      }
    }
  }

  #hold(topic: string, partition: number): Held {
    const { topics, consumer, setAside } = this.ports;
    const feed = new PartitionFeed({
      consumer,
      topic,
      partition,
      busPartition: topics.busPartition(topic, partition),
      seek: (offset) => this.#client.seek({ topic, partition, offset: String(offset) }),
      setAside: (message, reason) => setAside(topic, partition, message, reason),
      ended: () => this.#ends,
    });
    return { topic, partition, feed, failures: 0, rests: false, busy: Promise.resolve(), uncommitted: undefined };
  }

  get #ends(): boolean {
    return this.#leaves || this.#sharesOut || this.ports.signal.aborted;
  }

  async #begin(held: Held, startOffsets?: StartOffsets): Promise<void> {
    const { topic, partition, feed } = held;
    if (this.#leaves) return;
    try {
      await feed.begin((await startOffsets)?.get(keyOf(topic, partition)));
      if (!this.#leaves) this.#client.resume([{ topic, partitions: [partition] }]);
    } catch (error) {
      this.#rest(held, error);
    }
  }

  async #take({ batch, heartbeat, resolveOffset, isStale }: EachBatchPayload): Promise<void> {
    const held = this.#held.get(keyOf(batch.topic, batch.partition));
    await held?.busy;
    if (held === undefined || held.rests || this.#ends || isStale()) return;
    let lost: unknown;
    const beating = setInterval(() => {
      heartbeat().catch((error) => {
        lost ??= error;
        this.#sharesOut = true;
      });
    }, HEARTBEAT_MS);
    held.busy = this.#deliver(held, batch, (offset) => {
      held.failures = 0;
      held.uncommitted = offset;
      resolveOffset(String(offset - 1));
    });
    await held.busy;
    clearInterval(beating);
    if (lost === undefined) return;
    // While the others wait for us, what is done can still be committed.
    await this.#commit();
    throw lost;
  }

  async #deliver(held: Held, batch: EachBatchPayload['batch'], resolve: (offset: number) => void): Promise<void> {
    const { lingerMs, pause, signal } = this.ports;
    try {
      const given = await held.feed.take(batch, resolve);
      if (given > 0 && lingerMs > 0 && !this.#ends) await pause(lingerMs, signal);
    } catch (error) {
      this.#rest(held, error);
    }
  }

  /** The other partitions go on meanwhile. */
  #rest(held: Held, error: unknown): void {
    const { onFailure, pause, pauseMs, signal } = this.ports;
    held.failures++;
    held.rests = true;
    held.feed.forget();
    onFailure(held.failures, error);
    if (this.#leaves || signal.aborted) return;
    this.#pauseFetching([held]);
    void pause(pauseMs(held.failures), signal).then(() => {
      held.rests = false;
      if (this.#held.get(keyOf(held.topic, held.partition)) === held) held.busy = this.#begin(held);
    });
  }

  #pauseFetching(held: Iterable<Held>): void {
    try {
      for (const { topic, partition } of held) this.#client.pause([{ topic, partitions: [partition] }]);
    } catch {
      // The client has crashed: it fetches nothing any more.
    }
  }

  async #commit(): Promise<void> {
    if (this.ports.offsetsLike !== undefined) return;
    const offsets: { topic: string; partition: number; offset: string }[] = [];
    for (const held of this.#held.values()) {
      if (held.uncommitted === undefined) continue;
      offsets.push({ topic: held.topic, partition: held.partition, offset: String(held.uncommitted) });
      held.uncommitted = undefined;
    }
    // What could not be committed is delivered again, and the consumer passes over it.
    if (offsets.length > 0) await this.#client.commitOffsets(offsets).catch(() => undefined);
  }

  /** What the group has committed, or the group that it begins like. */
  async #startOffsets(): StartOffsets {
    const { connection, topics, groupId, offsetsLike } = this.ports;
    const offsets = new Map<string, number>();
    await withAdmin(connection, async (admin) => {
      for (const { topic, partitions } of await admin.fetchOffsets({
        groupId: offsetsLike ?? groupId,
        topics: [...topics.events],
      }))
        for (const { partition, offset } of partitions)
          offsets.set(keyOf(topic, partition), Math.max(0, Number(offset)));
    });
    return offsets;
  }
}

function keyOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
