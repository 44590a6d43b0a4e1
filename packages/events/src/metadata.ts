import type { EventMetadata } from '@tallystick/ledger-core';
import { typeOf } from './avro-types.js';
import { catalogue } from './generated/catalogue.js';
import { compileReader, type RecordReader, readRecord } from './record-reader.js';
import { type RecordSchema, SchemaIndex } from './schemas.js';
import { writeValue } from './scratch.js';

const NO_HEADER = new Uint8Array(0);

export type MetadataField = keyof EventMetadata;

const schema = metadataSchema();
const writer = typeOf(schema);
const reader = compileReader('EventMetadata', schema, schema);

/** There is one version for ever: without a fingerprint in front of the bytes, another could not be told apart. */
function metadataSchema(): RecordSchema {
  const newest = new SchemaIndex(catalogue).newest('EventMetadata');
  if (newest?.version !== 1) throw new Error('EventMetadata has exactly one version');
  return newest.schema;
}

/**
 * The raw Avro record, without a header.
 * @throws EncodingError where a field does not fit the schema
 */
export function encodeMetadata(metadata: EventMetadata): Buffer {
  return writeValue(writer, metadata, NO_HEADER, 'EventMetadata');
}

/** @throws DecodingError where the bytes are not one whole record */
export function decodeMetadata(bytes: Uint8Array): EventMetadata {
  return readRecord(reader, bytes, 0);
}

/** A function that reads only the named fields and steps over the others. @throws Error where there is no such field */
export function metadataReader<Name extends MetadataField>(
  names: readonly Name[],
): (bytes: Uint8Array) => Pick<EventMetadata, Name> {
  const fields = names.flatMap((name) => schema.fields.filter((field) => field.name === name));
  if (fields.length !== names.length) throw new Error(`EventMetadata has not all of ${names.join(', ')}`);
  const some: RecordReader = compileReader('EventMetadata', schema, { ...schema, fields });
  return (bytes) => readRecord(some, bytes, 0);
}
