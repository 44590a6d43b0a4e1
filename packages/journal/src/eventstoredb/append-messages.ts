// Streams.BatchAppend: event_store.client.streams.BatchAppendReq and BatchAppendResp.
import { eventTypeOf } from '@tallystick/events';
import { type EncodedEvent, NO_STREAM } from '../port.js';
import { ProtobufReader, ProtobufWriter } from './protobuf.js';

export interface AppendMessage {
  /** Names the append within its call: from 1. */
  readonly correlation: number;
  readonly stream: string;
  readonly expectedRevision: number;
  readonly events: readonly EncodedEvent[];
  /** Shown by the server's own tools; by default the type that the payload names. */
  readonly eventType?: string;
}

export type AppendAnswer =
  | {
      readonly kind: 'stored';
      readonly correlation: number;
      readonly revision: number;
      readonly position: bigint | undefined;
    }
  | { readonly kind: 'conflict'; readonly correlation: number; readonly actualRevision: number }
  /** `name` is the type of the server's refusal: AccessDenied, StreamDeleted, MaximumAppendSizeExceeded, Timeout, … */
  | { readonly kind: 'refused'; readonly correlation: number; readonly name: string; readonly message: string };

/** More than all the fields' tags, lengths and fixed texts of one event, and of the append around them. */
const BYTES_AROUND_AN_EVENT = 200;
const TYPE_BYTES = 4 * 100;
const REFUSALS = 'event_store.client.';
/** All ones, which the server writes for "none". */
const NO_POSITION = 2n ** 64n - 1n;

const writer = new ProtobufWriter();
const reader = new ProtobufReader();

/**
 * One whole append. Without a deadline: then the server's own applies, and no two clocks are compared.
 * @throws RangeError where it is larger than any server takes
 */
export function encodeAppend(append: AppendMessage): Buffer {
  let atMost = BYTES_AROUND_AN_EVENT + 3 * append.stream.length;
  for (const { payload, metadata } of append.events)
    atMost += BYTES_AROUND_AN_EVENT + TYPE_BYTES + payload.length + metadata.length;
  writer.start(atMost);
  const correlation = writer.open(1);
  const structured = writer.open(1);
  writer.uint(2, append.correlation);
  writer.close(structured);
  writer.close(correlation);
  writeOptions(append);
  for (const event of append.events) writeEvent(event, append.eventType ?? typeOf(event.payload));
  writer.uint(4, 1);
  return writer.finish();
}

function writeOptions({ stream, expectedRevision }: AppendMessage): void {
  const options = writer.open(2);
  const identifier = writer.open(1);
  writer.text(3, stream);
  writer.close(identifier);
  if (expectedRevision === NO_STREAM) writer.empty(3);
  else writer.uint(2, expectedRevision);
  writer.close(options);
}

function writeEvent(event: EncodedEvent, type: string): void {
  const message = writer.open(3);
  const id = writer.open(1);
  writer.uuidText(2, event.eventId);
  writer.close(id);
  writeEntry('type', type);
  writeEntry('content-type', 'application/octet-stream');
  writer.bytes(3, event.metadata);
  writer.bytes(4, event.payload);
  writer.close(message);
}

function writeEntry(key: string, value: string): void {
  const entry = writer.open(2);
  writer.text(1, key);
  writer.text(2, value);
  writer.close(entry);
}

/** The journal keeps any bytes; only the server's tools want a name for them. */
function typeOf(payload: Uint8Array): string {
  try {
    return eventTypeOf(payload);
  } catch {
    return 'unknown';
  }
}

/** @throws RangeError where the bytes are no answer */
export function decodeAppendAnswer(message: Buffer): AppendAnswer {
  reader.start(message);
  const read: Success = { correlation: 0, revision: NO_STREAM, position: undefined };
  let refusal: Refusal | undefined;
  for (let field = reader.field(); field !== 0; field = reader.field()) {
    if (field === 1) read.correlation = within(readCorrelation);
    else if (field === 2) refusal = within(readRefusal);
    else if (field === 3) readSuccess(read);
    else reader.skip();
  }
  const { correlation } = read;
  if (refusal === undefined) return { kind: 'stored', ...read };
  if (refusal.name === 'WrongExpectedVersion')
    return { kind: 'conflict', correlation, actualRevision: actualRevisionOf(refusal.details) };
  return { kind: 'refused', correlation, name: refusal.name, message: refusal.message };
}

function within<Value>(read: () => Value): Value {
  const outer = reader.enter();
  const value = read();
  reader.leave(outer);
  return value;
}

function readCorrelation(): number {
  let correlation = 0;
  for (let field = reader.field(); field !== 0; field = reader.field())
    if (field === 1) correlation = within(readLeastSignificant);
    else reader.skip();
  return correlation;
}

function readLeastSignificant(): number {
  let value = 0;
  for (let field = reader.field(); field !== 0; field = reader.field())
    if (field === 2) value = reader.uint();
    else reader.skip();
  return value;
}

interface Success {
  correlation: number;
  revision: number;
  position: bigint | undefined;
}

function readSuccess(into: Success): void {
  const outer = reader.enter();
  for (let field = reader.field(); field !== 0; field = reader.field()) {
    if (field === 1) into.revision = reader.uint();
    else if (field === 3) into.position = within(readCommitPosition);
    else reader.skip();
  }
  reader.leave(outer);
}

function readCommitPosition(): bigint | undefined {
  let position: bigint | undefined;
  for (let field = reader.field(); field !== 0; field = reader.field())
    if (field === 1) position = reader.uint64();
    else reader.skip();
  return position === NO_POSITION ? undefined : position;
}

interface Refusal {
  name: string;
  message: string;
  details: Buffer;
}

/** A google.rpc.Status, whose details are any message: its type's name says what it is. */
function readRefusal(): Refusal {
  const refusal: Refusal = { name: '', message: '', details: Buffer.alloc(0) };
  for (let field = reader.field(); field !== 0; field = reader.field()) {
    if (field === 2) refusal.message = reader.text();
    else if (field === 3) readAny(refusal);
    else reader.skip();
  }
  return refusal;
}

function readAny(into: Refusal): void {
  const outer = reader.enter();
  for (let field = reader.field(); field !== 0; field = reader.field()) {
    if (field === 1) {
      const url = reader.text();
      into.name = url.slice(url.lastIndexOf('/') + 1).replace(REFUSALS, '');
    } else if (field === 2) into.details = reader.bytes();
    else reader.skip();
  }
  reader.leave(outer);
}

/** Field 1 is missing where the stream has no event. */
function actualRevisionOf(wrongExpectedVersion: Buffer): number {
  reader.start(wrongExpectedVersion);
  let revision = NO_STREAM;
  for (let field = reader.field(); field !== 0; field = reader.field())
    if (field === 1) revision = reader.uint();
    else reader.skip();
  return revision;
}
