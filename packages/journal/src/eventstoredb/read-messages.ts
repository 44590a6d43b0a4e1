// Streams.Read: event_store.client.streams.ReadReq and ReadResp.
import { type Position, type RecordedEvent, START } from '../port.js';
import { ProtobufReader, ProtobufWriter } from './protobuf.js';

/** The stream whose one event names the journal; hidden like the server's own. */
export const IDENTITY_STREAM = 'journal-identity';

/** Streams whose name starts with $ are the server's. Understood by .NET and JavaScript alike. */
const OUR_STREAMS = `^(?!\\$|${IDENTITY_STREAM}$)`;

export type Direction = 'forwards' | 'backwards';

export interface StreamRead {
  readonly stream: string;
  /** From the first or the newest event where it is not given. */
  readonly fromRevision?: number;
  readonly direction: Direction;
  readonly limit: number;
}

export interface AllRead {
  /** Inclusive; from the beginning or the end where it is not given. Must be the position of an event. */
  readonly from?: Position;
  readonly direction: Direction;
  readonly limit: number;
}

const BACKWARDS = 1;
const BYTES_AROUND_NAMES = 300;
/** Times 32 events: the server says that it is alive while it passes over events of its own. */
const CHECKPOINT_EVERY = 1_000;
const NO_POSITION = 2n ** 64n - 1n;

const writer = new ProtobufWriter();
const reader = new ProtobufReader();

export function encodeStreamRead({ stream, fromRevision, direction, limit }: StreamRead): Buffer {
  writer.start(BYTES_AROUND_NAMES + 3 * stream.length);
  const options = writer.open(1);
  const of = writer.open(1);
  const identifier = writer.open(1);
  writer.text(3, stream);
  writer.close(identifier);
  if (fromRevision !== undefined) writer.uint(2, fromRevision);
  else writer.empty(direction === 'forwards' ? 3 : 4);
  writer.close(of);
  if (direction === 'backwards') writer.uint(3, BACKWARDS);
  writer.uint(5, limit);
  writer.empty(8);
  writeUuidAsText();
  writer.close(options);
  return writer.finish();
}

export function encodeAllRead({ from, direction, limit }: AllRead): Buffer {
  writer.start(BYTES_AROUND_NAMES);
  const options = writer.open(1);
  writeAllFrom(from, direction === 'forwards' ? 2 : 3);
  if (direction === 'backwards') writer.uint(3, BACKWARDS);
  writer.uint(5, limit);
  writeFilter();
  writeUuidAsText();
  writer.close(options);
  return writer.finish();
}

/** @param after exclusive; must be START or the position of an event */
export function encodeSubscription(after: Position): Buffer {
  writer.start(BYTES_AROUND_NAMES);
  const options = writer.open(1);
  writeAllFrom(after > START ? after : undefined, 2);
  writer.empty(6);
  writeFilter();
  writeUuidAsText();
  writer.close(options);
  return writer.finish();
}

function writeAllFrom(from: Position | undefined, otherwise: number): void {
  const all = writer.open(2);
  if (from === undefined) writer.empty(otherwise);
  else {
    const position = writer.open(1);
    writer.uint64(1, from);
    writer.uint64(2, from);
    writer.close(position);
  }
  writer.close(all);
}

function writeFilter(): void {
  const filter = writer.open(7);
  const streamName = writer.open(1);
  writer.text(1, OUR_STREAMS);
  writer.close(streamName);
  writer.empty(4);
  writer.uint(5, CHECKPOINT_EVERY);
  writer.close(filter);
}

function writeUuidAsText(): void {
  const option = writer.open(9);
  writer.empty(2);
  writer.close(option);
}

/** What a read or a subscription is sent that is no event. */
export type Notice = 'confirmation' | 'stream-not-found' | 'other';

export type ReadAnswer = RecordedEvent | Notice;

/** The event's bytes are windows on the message. @throws RangeError where the bytes are no answer */
export function decodeReadAnswer(message: Buffer): ReadAnswer {
  reader.start(message);
  let answer: ReadAnswer = 'other';
  for (let field = reader.field(); field !== 0; field = reader.field()) {
    if (field === 1) answer = readEvent();
    else {
      if (field === 2) answer = 'confirmation';
      else if (field === 4) answer = 'stream-not-found';
      reader.skip();
    }
  }
  return answer;
}

function readEvent(): ReadAnswer {
  const outer = reader.enter();
  let event: ReadAnswer = 'other';
  for (let field = reader.field(); field !== 0; field = reader.field())
    if (field === 1) event = readRecordedEvent();
    else reader.skip();
  reader.leave(outer);
  return event;
}

const NO_BYTES = new Uint8Array(0);

function readRecordedEvent(): RecordedEvent {
  const outer = reader.enter();
  let eventId: Uint8Array = NO_BYTES;
  let stream = '';
  let revision = 0;
  let position = NO_POSITION;
  let metadata: Uint8Array = NO_BYTES;
  let payload: Uint8Array = NO_BYTES;
  for (let field = reader.field(); field !== 0; field = reader.field()) {
    if (field === 1) eventId = readEventId();
    else if (field === 2) stream = readStreamName();
    else if (field === 3) revision = reader.uint();
    else if (field === 5) position = reader.uint64();
    else if (field === 7) metadata = reader.bytes();
    else if (field === 8) payload = reader.bytes();
    else reader.skip();
  }
  reader.leave(outer);
  if (position === NO_POSITION) throw new RangeError('the server does not say at which position the event is');
  return { position, stream, revision, eventId, metadata, payload };
}

function readEventId(): Uint8Array {
  const outer = reader.enter();
  let id: Uint8Array = NO_BYTES;
  for (let field = reader.field(); field !== 0; field = reader.field())
    if (field === 2) id = reader.uuidText();
    else reader.skip();
  reader.leave(outer);
  return id;
}

function readStreamName(): string {
  const outer = reader.enter();
  let name = '';
  for (let field = reader.field(); field !== 0; field = reader.field())
    if (field === 3) name = reader.text();
    else reader.skip();
  reader.leave(outer);
  return name;
}
