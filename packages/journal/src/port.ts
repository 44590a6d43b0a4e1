// The journal: the one place where facts are stored. Every adapter passes journal.suite.ts.

/** A place in the journal: strictly increasing, gaps allowed. Never compared with a stream revision or a Kafka offset. */
export type Position = bigint;

/** The position before the first event. */
export const START: Position = 0n;

/** The expected revision of a stream that has no event yet. */
export const NO_STREAM = -1;

/** An event as bytes, ready to be stored. */
export interface EncodedEvent {
  /** 16 bytes; a retry resends the same bytes under the same id. */
  readonly eventId: Uint8Array;
  /** Avro record EventMetadata, raw. */
  readonly metadata: Uint8Array;
  /** Avro single-object encoding. */
  readonly payload: Uint8Array;
}

/** An event as stored. Its bytes may be windows on a larger buffer: copy what is kept for long or handed to another thread. */
export interface RecordedEvent extends EncodedEvent {
  readonly position: Position;
  readonly stream: string;
  /** From 0, without gaps within the stream. */
  readonly revision: number;
}

export interface AppendResult {
  /** Revision of the last event appended. */
  readonly revision: number;
  /** Position of the last event appended. */
  readonly position: Position;
}

export interface ReadStreamOptions {
  /** First revision to read; by default 0 forwards, the newest backwards. */
  readonly fromRevision?: number;
  readonly direction?: 'forwards' | 'backwards';
  /** At most this many events. */
  readonly limit: number;
}

export interface Journal {
  /** Names this journal for ever; part of the tokens that writes answer with. */
  readonly id: string;

  /**
   * Appends all events (at least one) or none, durably before it resolves.
   * The same event ids again at the same expected revision: the first answer, nothing new, however far the stream has gone on.
   * @throws RevisionConflict where the stream's newest revision is another than expected
   * @throws JournalUnavailable where the outcome is unknown or nothing could be written, and after `close`
   * @throws RangeError where no event is given, an event id hasn't 16 bytes, or the expected revision is no revision
   */
  append(stream: string, expectedRevision: number, events: readonly EncodedEvent[]): Promise<AppendResult>;

  /** Events of one stream; an unknown stream has none. */
  readStream(stream: string, options: ReadStreamOptions): Promise<RecordedEvent[]>;

  /** Events of all streams with a position above `after`, which is START or the position of an event, in order of position. */
  readAll(options: { readonly after: Position; readonly limit: number }): Promise<RecordedEvent[]>;

  /**
   * Events with a position above `after` (START, or that of an event), in order, in batches, for ever: first those stored, then new ones as they become durable.
   * Ends without an error when the signal is aborted or the journal is closed.
   */
  subscribe(after: Position, signal: AbortSignal): AsyncIterable<readonly RecordedEvent[]>;

  /** Position of the newest durable event; START for an empty journal. */
  head(): Promise<Position>;

  /** Waits for the appends under way, ends the subscriptions and lets go of the store. */
  close(): Promise<void>;
}

/** The stream has moved on: read forward from expected + 1 and decide again. */
export class RevisionConflict extends Error {
  override readonly name = 'RevisionConflict';
  constructor(
    readonly stream: string,
    readonly expectedRevision: number,
    readonly actualRevision: number,
  ) {
    super(`${stream}: expected revision ${expectedRevision}, found ${actualRevision}`);
  }
}

/** An operational failure. Where `outcomeUnknown`, the events may have been stored all the same: read before anything else. */
export class JournalUnavailable extends Error {
  override readonly name = 'JournalUnavailable';
  constructor(
    message: string,
    readonly outcomeUnknown: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
