// The journal on EventStoreDB.
//
// A position is the commit position in $all. It is strictly increasing per event: gRPC has no explicit transactions, so every event is a log
// record of its own that commits itself, and its commit and prepare positions are both the record's offset in the log, which only grows.
// The log begins with records of the server's, so no event of ours is at 0.
import { randomUUID } from 'node:crypto';
import { checkAppend, checkLimit } from '../arguments.js';
import {
  type AppendResult,
  type EncodedEvent,
  type Journal,
  JournalUnavailable,
  NO_STREAM,
  type Position,
  type ReadStreamOptions,
  type RecordedEvent,
  RevisionConflict,
  START,
} from '../port.js';
import { AppendCall } from './append-call.js';
import { Connection, type ConnectionOptions } from './connection.js';
import { readEvents } from './read-call.js';
import { encodeAllRead, encodeStreamRead, IDENTITY_STREAM } from './read-messages.js';
import { subscribe } from './subscription.js';

export interface EventStoreJournalOptions extends ConnectionOptions {
  /** The id of a journal that is created; a random UUID by default. A journal that exists keeps its own. */
  readonly journalId?: string;
  /** How long an append may stay unanswered before its outcome is unknown, and a read before it fails; 10,000 by default. */
  readonly deadlineMs?: number;
  /** What the server takes in one append, in bytes of payload and metadata; 1 MiB by default, as the server's own setting. */
  readonly appendBytesMax?: number;
  /** Told once of every outage that a subscription sits out. */
  readonly report: (trouble: JournalUnavailable) => void;
  /** From 0 up to 1. */
  readonly random: () => number;
}

const DEADLINE_MS = 10_000;
const APPEND_BYTES_MAX = 1024 * 1024;
/** Subscriptions have a connection of their own: so many of them can't keep reads and appends from the server. */
const SUBSCRIPTIONS_LANE = 1;

export class EventStoreJournal implements Journal {
  readonly id: string;
  readonly #options: EventStoreJournalOptions;
  readonly #deadlineMs: number;
  readonly #connection: Connection;
  readonly #subscriptions: Connection;
  readonly #closing = new AbortController();
  #call: AppendCall | undefined;
  #closed: Promise<void> | undefined;

  private constructor(id: string, connection: Connection, options: EventStoreJournalOptions) {
    this.id = id;
    this.#options = options;
    this.#deadlineMs = options.deadlineMs ?? DEADLINE_MS;
    this.#connection = connection;
    this.#subscriptions = new Connection(options, SUBSCRIPTIONS_LANE);
  }

  /** @throws JournalUnavailable where the server is away or refuses the user; Error where the configuration is wrong */
  static async open(options: EventStoreJournalOptions): Promise<EventStoreJournal> {
    const connection = new Connection(options);
    try {
      const id = await identify(connection, options.journalId ?? randomUUID(), options.deadlineMs ?? DEADLINE_MS);
      return new EventStoreJournal(id, connection, options);
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  async append(stream: string, expectedRevision: number, events: readonly EncodedEvent[]): Promise<AppendResult> {
    this.#checkOpen();
    checkAppend(expectedRevision, events);
    checkOurs(stream);
    this.#checkSize(stream, events);
    this.#call ??= this.#openCall();
    const { revision, position } = await this.#call.append({ stream, expectedRevision, events });
    return { revision, position: position ?? (await this.#positionOf(stream, revision)) };
  }

  async readStream(stream: string, options: ReadStreamOptions): Promise<RecordedEvent[]> {
    this.#checkOpen();
    const { direction = 'forwards', fromRevision, limit } = options;
    checkLimit(limit);
    if (limit === 0 || (direction === 'backwards' && fromRevision !== undefined && fromRevision < 0)) return [];
    const from = fromRevision === undefined ? {} : { fromRevision: Math.max(fromRevision, 0) };
    return this.#read(encodeStreamRead({ stream, ...from, direction, limit }));
  }

  async readAll({ after, limit }: { readonly after: Position; readonly limit: number }): Promise<RecordedEvent[]> {
    this.#checkOpen();
    checkLimit(limit);
    if (limit === 0) return [];
    if (after <= START) return this.#read(encodeAllRead({ direction: 'forwards', limit }));
    // A read can only start at an event, and gives it too.
    const events = await this.#read(encodeAllRead({ from: after, direction: 'forwards', limit: limit + 1 }));
    if (events[0]?.position === after) events.shift();
    if (events.length > limit) events.pop();
    return events;
  }

  subscribe(after: Position, signal: AbortSignal): AsyncIterable<readonly RecordedEvent[]> {
    return subscribe({
      connection: this.#subscriptions,
      after,
      signal: AbortSignal.any([signal, this.#closing.signal]),
      silenceMs: this.#deadlineMs,
      head: () => this.head(),
      report: this.#options.report,
      random: this.#options.random,
    });
  }

  async head(): Promise<Position> {
    this.#checkOpen();
    const [newest] = await this.#read(encodeAllRead({ direction: 'backwards', limit: 1 }));
    return newest?.position ?? START;
  }

  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    this.#closing.abort();
    await this.#call?.close();
    this.#connection.close();
    this.#subscriptions.close();
  }

  #openCall(): AppendCall {
    const call: AppendCall = new AppendCall(this.#connection, this.#deadlineMs, () => {
      if (this.#call === call) this.#call = undefined;
    });
    return call;
  }

  #read(request: Buffer): Promise<RecordedEvent[]> {
    return readEvents(this.#connection, request, this.#deadlineMs);
  }

  async #positionOf(stream: string, revision: number): Promise<Position> {
    const [event] = await this.readStream(stream, { fromRevision: revision, limit: 1 });
    if (event !== undefined) return event.position;
    throw new JournalUnavailable(`${stream} has no event ${revision}, though it was just appended`, true);
  }

  #checkOpen(): void {
    if (this.#closed !== undefined) throw new JournalUnavailable('the journal is closed', false);
  }

  /** A larger append would break the call that all others share. */
  #checkSize(stream: string, events: readonly EncodedEvent[]): void {
    const { appendBytesMax = APPEND_BYTES_MAX } = this.#options;
    let bytes = 0;
    for (const { payload, metadata } of events) bytes += payload.length + metadata.length;
    if (bytes <= appendBytesMax) return;
    const message = `the append to ${stream} has ${bytes} bytes, and the EventStoreDB takes ${appendBytesMax} at once`;
    throw new JournalUnavailable(message, false);
  }
}

/** @throws RangeError for a stream that readers of the journal would never see */
function checkOurs(stream: string): void {
  if (stream.startsWith('$') || stream === IDENTITY_STREAM)
    throw new RangeError(`${stream} is not a stream for events`);
}

/** The journal's id: the one event of a stream, written by whoever opens it first. */
async function identify(connection: Connection, proposed: string, deadlineMs: number): Promise<string> {
  const stored = () =>
    readEvents(connection, encodeStreamRead({ stream: IDENTITY_STREAM, direction: 'forwards', limit: 1 }), deadlineMs);
  const [known] = await stored();
  if (known !== undefined) return Buffer.from(known.payload).toString();
  const call = new AppendCall(connection, deadlineMs, () => undefined);
  const eventId = Buffer.from(randomUUID().replaceAll('-', ''), 'hex');
  const event = { eventId, metadata: new Uint8Array(), payload: Buffer.from(proposed) };
  try {
    await call.append({
      stream: IDENTITY_STREAM,
      expectedRevision: NO_STREAM,
      events: [event],
      eventType: 'JournalIdentity',
    });
    return proposed;
  } catch (error) {
    if (!(error instanceof RevisionConflict)) throw error;
  } finally {
    await call.close();
  }
  const [other] = await stored();
  if (other === undefined) throw new JournalUnavailable('the journal has an id, but it can not be read', false);
  return Buffer.from(other.payload).toString();
}

/**
 * Opens the journal on this EventStoreDB, and gives it an id where it has none yet.
 * @throws JournalUnavailable where the server is away or refuses the user; Error where the configuration is wrong
 */
export function openEventStoreJournal(options: EventStoreJournalOptions): Promise<EventStoreJournal> {
  return EventStoreJournal.open(options);
}
