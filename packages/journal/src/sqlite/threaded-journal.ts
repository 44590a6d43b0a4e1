// The journal of a process that does other things: appends are committed by a thread of their own, and this one never waits for the disk.
import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { checkAppend, checkLimit } from '../arguments.js';
import {
  type AppendResult,
  type EncodedEvent,
  type Journal,
  JournalUnavailable,
  type Position,
  type ReadStreamOptions,
  type RecordedEvent,
} from '../port.js';
import { follow, Tail } from '../tail.js';
import type { CommitWorkerData } from './commit.worker.js';
import { type AnswersMessage, answerAt, type GroupMessage, packGroup, unpackGroup } from './commit-messages.js';
import { type GroupedAppend, groupSize } from './group-store.js';
import { RecentEvents } from './recent-events.js';
import { openReader, type SqliteJournalReader } from './sqlite-reader.js';
import { breathe, PAGE_SIZE, POLL_MS, type SubscribeTuning } from './subscribe-tuning.js';

export interface ThreadedJournalOptions extends SubscribeTuning {
  /** The id of a journal that is created; a random UUID by default. A journal that exists keeps its own. */
  readonly journalId?: string;
  /** Pages in the write-ahead log after which the committing thread writes them back itself; 16,000 where it is not given. */
  readonly checkpointPages?: number;
  /** The compiled commit.worker.js, where it does not lie beside this file. */
  readonly worker?: URL;
}

interface Waiting extends GroupedAppend {
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: Error) => void;
}

interface UnderWay {
  readonly appends: readonly Waiting[];
  /** Our own copy of the bytes: callers may do with theirs what they like. */
  readonly message: GroupMessage;
}

type Message =
  | AnswersMessage
  | { readonly kind: 'open'; readonly id: string }
  | { readonly kind: 'checked'; readonly trouble: string | undefined };

/** About 8 MB; a follower that is further behind reads the disk. */
const EVENTS_KEPT = 8_192;

export class ThreadedJournal implements Journal {
  readonly #tail: Tail;
  readonly #recent = new RecentEvents(EVENTS_KEPT);
  readonly #listeners = new Set<(head: Position) => void>();
  #waiting: Waiting[] = [];
  /** Under way in the thread; none while it is idle. */
  #group: UnderWay | undefined;
  #scheduled = false;
  #closed = false;
  #closing: Promise<void> | undefined;
  /** Whether the newest group could not be stored. */
  #isInTrouble = false;
  #checking: PromiseWithResolvers<void> | undefined;
  #position = 0;
  #drained: (() => void) | undefined;
  readonly #exited: Promise<void>;

  private constructor(
    readonly id: string,
    private readonly worker: Worker,
    private readonly reader: SqliteJournalReader,
    private readonly pageSize: number,
    pollMs: number,
  ) {
    this.#tail = new Tail(pollMs);
    this.#exited = new Promise((resolve) => worker.once('exit', () => resolve()));
    worker.on('message', (message: Message) => {
      if (message.kind === 'checked') this.#checked(message.trouble);
      else if (message.kind !== 'open') this.#answered(message);
    });
    worker.on('error', (error) => this.#broken(error));
    worker.once('exit', () => this.#broken(new Error('the thread that commits has ended')));
  }

  /** @throws JournalFormatUnsupported, JournalUnavailable */
  static async open(path: string, options: ThreadedJournalOptions = {}): Promise<ThreadedJournal> {
    const { journalId = randomUUID(), checkpointPages, pageSize = PAGE_SIZE, pollMs = POLL_MS } = options;
    const file = options.worker ?? new URL('./commit.worker.js', import.meta.url);
    const worker = new Worker(file, { workerData: { path, journalId, checkpointPages } satisfies CommitWorkerData });
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const opened = (message: Message) => {
      if (message.kind === 'open') resolve(message.id);
    };
    worker.once('message', opened);
    worker.once('error', reject);
    const id = await promise;
    worker.off('error', reject);
    return new ThreadedJournal(id, worker, openReader(path, { pageSize, pollMs }), pageSize, pollMs);
  }

  append(stream: string, expectedRevision: number, events: readonly EncodedEvent[]): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      if (this.#closed) throw new JournalUnavailable('the journal is closed', false);
      checkAppend(expectedRevision, events);
      this.#waiting.push({ stream, expectedRevision, events, resolve, reject });
      this.#schedule();
    });
  }

  readStream(stream: string, options: ReadStreamOptions): Promise<RecordedEvent[]> {
    return this.reader.readStream(stream, options);
  }

  async readAll(options: { readonly after: Position; readonly limit: number }): Promise<RecordedEvent[]> {
    const { after, limit } = options;
    checkLimit(limit);
    const recent = this.#closed ? undefined : this.#recent.after(after, limit);
    return recent ?? this.reader.readAll(options);
  }

  subscribe(after: Position, signal: AbortSignal): AsyncIterable<readonly RecordedEvent[]> {
    const readAll = (options: { after: Position; limit: number }) => this.readAll(options);
    return follow(this.#tail, { after, signal, pageSize: this.pageSize, readAll, breathe });
  }

  head(): Promise<Position> {
    return this.reader.head();
  }

  /**
   * Resolves where appends are stored. After one that was not the disk is asked, which may have room again.
   * @throws JournalUnavailable with one sentence
   */
  async checkWritable(): Promise<void> {
    if (this.#closed) throw new JournalUnavailable('the journal is closed', false);
    if (!this.#isInTrouble) return;
    if (this.#checking === undefined) {
      this.#checking = Promise.withResolvers();
      this.worker.postMessage('check');
    }
    await this.#checking.promise;
  }

  /**
   * Calls the listener with the newest durable position after every commit of this instance. It must not throw.
   * @returns ends the calls
   */
  onCommit(listener: (head: Position) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    this.#closed = true;
    if (this.#group !== undefined || this.#waiting.length > 0) {
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
      });
    }
    this.#tail.close();
    this.worker.postMessage('close');
    await this.#exited;
    await this.reader.close();
  }

  /** Not at once: what this turn of the event loop reads from its sockets joins the group. While a group is under way the next one grows. */
  #schedule(): void {
    if (this.#scheduled || this.#group !== undefined) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#send();
    });
  }

  #send(): void {
    if (this.#group !== undefined || this.#waiting.length === 0) return;
    const appends = this.#takeGroup();
    const message = packGroup(appends);
    this.#group = { appends, message };
    this.worker.postMessage(message);
  }

  #takeGroup(): Waiting[] {
    const size = groupSize(this.#waiting);
    if (size < this.#waiting.length) return this.#waiting.splice(0, size);
    const group = this.#waiting;
    this.#waiting = [];
    return group;
  }

  #answered(message: AnswersMessage): void {
    const group = this.#group;
    this.#group = undefined;
    if (group === undefined) throw new Error('the thread answered what it was not asked');
    // The disk is busy again while this thread hands out the answers.
    this.#send();
    this.#isInTrouble = message.kind === 'failed';
    if (message.kind === 'failed') {
      const error = new JournalUnavailable(message.message, message.outcomeUnknown);
      for (const { reject } of group.appends) reject(error);
    } else this.#stored(group, message);
    if (this.#group === undefined && this.#waiting.length === 0) this.#drained?.();
  }

  #stored({ appends, message }: UnderWay, { numbers, position }: Extract<AnswersMessage, { kind: 'stored' }>): void {
    const kept = unpackGroup(message);
    for (const [index, append] of appends.entries()) {
      const answer = answerAt(numbers, index, append);
      if (answer instanceof Error) {
        append.reject(answer);
        continue;
      }
      // A repeated append is answered from where it stands; it is no news.
      const at = Number(answer.position);
      if (at > this.#position) this.#recent.add(append.stream, answer.revision, at, kept[index]?.events ?? []);
      append.resolve(answer);
    }
    if (position <= this.#position) return;
    this.#position = position;
    this.#tail.wake();
    const head = BigInt(position);
    for (const listener of this.#listeners) listener(head);
  }

  #checked(trouble: string | undefined): void {
    this.#isInTrouble = trouble !== undefined;
    const checking = this.#checking;
    this.#checking = undefined;
    if (trouble === undefined) checking?.resolve();
    else checking?.reject(new JournalUnavailable(trouble, false));
  }

  /** Nobody knows what was stored of the group under way, and nothing will be stored any more. */
  #broken(cause: Error): void {
    const [group, waiting] = [this.#group?.appends ?? [], this.#waiting];
    this.#group = undefined;
    this.#waiting = [];
    const lost = `the journal's thread has ended: ${cause.message}`;
    for (const { reject } of group) reject(new JournalUnavailable(lost, true, { cause }));
    for (const { reject } of waiting) reject(new JournalUnavailable(lost, false, { cause }));
    this.#closed = true;
    this.#checking?.reject(new JournalUnavailable(lost, false, { cause }));
    this.#drained?.();
  }
}

/**
 * Opens the journal in this file, and creates it where there is none; a thread of its own commits.
 * @throws JournalFormatUnsupported, JournalUnavailable
 */
export function openThreadedJournal(path: string, options: ThreadedJournalOptions = {}): Promise<ThreadedJournal> {
  return ThreadedJournal.open(path, options);
}
