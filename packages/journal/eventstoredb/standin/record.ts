// One stored event as bytes: length, checksum, body, length again (so that the file can be read backwards).
import { crc32 } from 'node:zlib';

export interface StoredEvent {
  /** 16 bytes. */
  readonly id: Buffer;
  readonly type: string;
  readonly json: boolean;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

export interface LogRecord extends StoredEvent {
  /** Offset in the file: what the protocol calls commit and prepare position. */
  readonly position: number;
  /** Offset of the record behind it. */
  readonly next: number;
  readonly stream: string;
  readonly revision: number;
  /** 100 ns since 1970, as the server keeps time. */
  readonly createdTicks: bigint;
  /** The last event of its append: a log that ends with any other was torn. */
  readonly last: boolean;
}

export const HEAD_BYTES = 8;
const TAIL_BYTES = 4;
const FIXED_BODY_BYTES = 1 + 4 + 8 + 16 + 2 + 2 + 4;

export function encodeRecord(
  event: StoredEvent,
  { stream, revision, createdTicks, last }: Pick<LogRecord, 'stream' | 'revision' | 'createdTicks' | 'last'>,
): Buffer {
  const streamBytes = Buffer.byteLength(stream);
  const typeBytes = Buffer.byteLength(event.type);
  const length = FIXED_BODY_BYTES + streamBytes + typeBytes + event.data.length + event.metadata.length;
  const record = Buffer.allocUnsafe(HEAD_BYTES + length + TAIL_BYTES);
  let at = HEAD_BYTES;
  at = record.writeUInt8((event.json ? 1 : 0) | (last ? 2 : 0), at);
  at = record.writeUInt32LE(revision, at);
  at = record.writeBigUInt64LE(createdTicks, at);
  record.set(event.id, at);
  at = record.writeUInt16LE(streamBytes, at + 16);
  at = record.writeUInt16LE(typeBytes, at);
  at = record.writeUInt32LE(event.data.length, at);
  at += record.write(stream, at);
  at += record.write(event.type, at);
  record.set(event.data, at);
  at += event.data.length;
  record.set(event.metadata, at);
  at += event.metadata.length;
  record.writeUInt32LE(length, at);
  record.writeUInt32LE(length, 0);
  record.writeUInt32LE(crc32(record.subarray(HEAD_BYTES, at)), 4);
  return record;
}

/** Bytes of the whole record whose head is this. */
export function recordBytes(head: Buffer, at: number): number {
  return HEAD_BYTES + head.readUInt32LE(at) + TAIL_BYTES;
}

/**
 * The record that starts at `at`; its bytes are windows on the buffer.
 * @param position offset in the file of the record
 * @returns undefined where the buffer has no whole, undamaged record there
 */
export function decodeRecord(bytes: Buffer, at: number, position: number): LogRecord | undefined {
  if (at + HEAD_BYTES > bytes.length) return undefined;
  const length = bytes.readUInt32LE(at);
  const body = at + HEAD_BYTES;
  const end = body + length;
  if (length < FIXED_BODY_BYTES || end + TAIL_BYTES > bytes.length || bytes.readUInt32LE(end) !== length)
    return undefined;
  if (crc32(bytes.subarray(body, end)) !== bytes.readUInt32LE(at + 4)) return undefined;
  const flags = bytes.readUInt8(body);
  const stream = body + FIXED_BODY_BYTES;
  const type = stream + bytes.readUInt16LE(body + 29);
  const data = type + bytes.readUInt16LE(body + 31);
  const metadata = data + bytes.readUInt32LE(body + 33);
  return {
    position,
    next: position + recordBytes(bytes, at),
    json: (flags & 1) !== 0,
    last: (flags & 2) !== 0,
    revision: bytes.readUInt32LE(body + 1),
    createdTicks: bytes.readBigUInt64LE(body + 5),
    id: bytes.subarray(body + 13, body + 29),
    stream: bytes.toString('utf8', stream, type),
    type: bytes.toString('utf8', type, data),
    data: bytes.subarray(data, metadata),
    metadata: bytes.subarray(metadata, end),
  };
}
