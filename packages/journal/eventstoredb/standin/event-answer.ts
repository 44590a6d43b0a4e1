// event_store.client.streams.ReadResp with an event: by hand, because the generated class takes longer for one than reading it from the
// file and sending it together. Everything else goes through the generated classes.
import type { LogRecord } from './record.js';

const VARINT = 0;
const BYTES = 2;
/** A length is written with a fixed width, so that it can be filled in later; every reader takes that. */
const LENGTH_BYTES = 4;
/** More than all tags, lengths, numbers and fixed texts together. */
const BYTES_AROUND = 300;

let scratch = Buffer.allocUnsafeSlow(64 * 1024);
let at = 0;

function open(field: number): number {
  scratch[at++] = (field << 3) | BYTES;
  at += LENGTH_BYTES;
  return at;
}

function close(opened: number): void {
  const length = at - opened;
  for (let i = 0; i < LENGTH_BYTES; i++)
    scratch[opened - LENGTH_BYTES + i] = ((length >>> (7 * i)) & 0x7f) | (i < LENGTH_BYTES - 1 ? 0x80 : 0);
}

function bytes(field: number, value: Uint8Array): void {
  const opened = open(field);
  scratch.set(value, opened);
  at += value.length;
  close(opened);
}

function text(field: number, value: string): void {
  const opened = open(field);
  at += scratch.write(value, opened);
  close(opened);
}

function uint(field: number, value: number): void {
  scratch[at++] = (field << 3) | VARINT;
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) scratch[at++] = (rest % 0x80) | 0x80;
  scratch[at++] = rest;
}

function entry(key: string, value: string): void {
  const opened = open(6);
  text(1, key);
  text(2, value);
  close(opened);
}

function within(field: number, write: (record: LogRecord) => void, record: LogRecord): void {
  const opened = open(field);
  write(record);
  close(opened);
}

function writeId({ id }: LogRecord): void {
  const hex = id.toString('hex');
  text(2, `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`);
}

function writeStream({ stream }: LogRecord): void {
  text(3, stream);
}

function writeRecorded(record: LogRecord): void {
  within(1, writeId, record);
  within(2, writeStream, record);
  uint(3, record.revision);
  uint(4, record.position);
  uint(5, record.position);
  entry('type', record.type);
  entry('created', String(record.createdTicks));
  entry('content-type', record.json ? 'application/json' : 'application/octet-stream');
  bytes(7, record.metadata);
  bytes(8, record.data);
}

function writeEvent(record: LogRecord): void {
  within(1, writeRecorded, record);
  uint(3, record.position);
}

export function encodeEventAnswer(record: LogRecord): Buffer {
  const atMost =
    BYTES_AROUND + 3 * (record.stream.length + record.type.length) + record.data.length + record.metadata.length;
  if (atMost > scratch.length) scratch = Buffer.allocUnsafeSlow(2 * atMost);
  at = 0;
  within(1, writeEvent, record);
  return Buffer.from(scratch.subarray(0, at));
}
