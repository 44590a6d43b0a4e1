import type { Type } from 'avsc';
import { typeOf } from './avro-types.js';
import { DecodingError } from './errors.js';

type Schema = Parameters<typeof typeOf>[0];

/** Reads bytes written under one schema as a value of another, or of the same. */
export interface RecordReader {
  readonly type: Type;
  readonly resolver: ReturnType<Type['createResolver']> | undefined;
  /** Named in errors. */
  readonly what: string;
}

/** @throws Error where the reader's schema can't read what the writer's wrote */
export function compileReader(what: string, writer: Schema, reader: Schema): RecordReader {
  const type = typeOf(reader);
  return { type, resolver: writer === reader ? undefined : type.createResolver(typeOf(writer)), what };
}

/**
 * The record that starts at `start` and takes the rest of the bytes. The caller names its type, which is the reader schema's.
 * @throws DecodingError
 */
export function readRecord<Shape extends object>(reader: RecordReader, bytes: Uint8Array, start: number): Shape {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { value, offset } = decode(reader, buffer, start);
  if (offset < 0) throw new DecodingError('truncated', `${reader.what}: bytes are missing at the end`);
  if (offset < buffer.length)
    throw new DecodingError('trailing_bytes', `${reader.what}: bytes are left over at the end`);
  return value;
}

function decode(reader: RecordReader, buffer: Buffer, start: number): ReturnType<Type['decode']> {
  try {
    return reader.type.decode(buffer, start, reader.resolver);
  } catch {
    throw new DecodingError('corrupt', `${reader.what}: the bytes contradict their schema`);
  }
}
