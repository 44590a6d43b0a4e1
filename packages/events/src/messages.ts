// Requests and responses as bytes: the single-object encoding of the events, with schemas of their own.
import type { Type } from 'avsc';
import { typeOf } from './avro-types.js';
import { DecodingError } from './errors.js';
import { type Messages, messageCatalogue } from './generated/messages.js';
import { compileReader, type RecordReader, readRecord } from './record-reader.js';
import { HEADER_BYTES, headerOf, SchemaIndex, type WriterSchema } from './schemas.js';
import { writeValue } from './scratch.js';

interface Writer {
  readonly type: Type;
  readonly header: Buffer;
}

const index = new SchemaIndex(messageCatalogue);
const writers = new Map<string, Writer>();
const readers = new Map<WriterSchema, RecordReader>();

/**
 * C3 01, the CRC-64-AVRO fingerprint of the message's newest schema (8 bytes, little-endian), the body.
 * @throws EncodingError where the message does not fit its schema
 */
export function encodeMessage<Name extends keyof Messages>(name: Name, message: Messages[Name]): Buffer {
  const writer = writers.get(name) ?? compileWriter(name);
  return writeValue(writer.type, message, writer.header, name);
}

/**
 * The message as its newest version has it, a plain object; an absent value is null.
 * @throws DecodingError where the bytes are not one whole message of that name, of any released version
 */
export function decodeMessage<Name extends keyof Messages>(name: Name, bytes: Uint8Array): Messages[Name] {
  const written = index.writerOf(bytes);
  if (written?.name !== name) throw new DecodingError('unknown_schema', `not the bytes of a released ${name}`);
  return readRecord(readers.get(written) ?? compile(written), bytes, HEADER_BYTES);
}

function compileWriter(name: string): Writer {
  const { schema, fingerprint } = newestOf(name);
  const writer = { type: typeOf(schema), header: headerOf(fingerprint) };
  writers.set(name, writer);
  return writer;
}

function compile(written: WriterSchema): RecordReader {
  const reader = compileReader(written.name, written.schema, newestOf(written.name).schema);
  readers.set(written, reader);
  return reader;
}

function newestOf(name: string): WriterSchema {
  const newest = index.newest(name);
  if (newest === undefined) throw new Error(`${name}: no released message`);
  return newest;
}
