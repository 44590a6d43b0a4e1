import type { EventType, LedgerEvent } from '@tallystick/ledger-core';
import type { Type } from 'avsc';
import { typeOf } from './avro-types.js';
import { DecodingError, EncodingError } from './errors.js';
import { catalogue, type ReleasedSchema } from './generated/catalogue.js';
import { compileReader, type RecordReader, readRecord } from './record-reader.js';
import { HEADER_BYTES, headerOf, SchemaIndex, type WriterSchema } from './schemas.js';
import { writeValue } from './scratch.js';

type FieldName<Event> = Event extends object ? Exclude<keyof Event, 'type'> : never;
type FieldOf<Event, Name extends string> = Event extends { readonly [N in Name]: infer Value } ? Value : never;

/** A field that some event has. */
export type EventField = FieldName<LedgerEvent>;

/** Some fields of any event; those that its type does not have are undefined. */
export type EventFields<Name extends EventField> = { readonly type: EventType } & {
  readonly [N in Name]: FieldOf<LedgerEvent, N> | undefined;
};

export type FieldsReader<Name extends EventField> = (payload: Uint8Array) => EventFields<Name>;

interface Writer {
  readonly type: Type;
  readonly header: Buffer;
}

/** Avro single-object encoding of one catalogue's events. A schema version is compiled at its first use. */
export class EventCodec {
  readonly #index: SchemaIndex;
  readonly #writers = new Map<string, Writer>();
  readonly #readers = new Map<WriterSchema, RecordReader>();

  constructor(released: readonly ReleasedSchema[]) {
    this.#index = new SchemaIndex(released.filter((schema) => schema.aggregate !== 'metadata'));
  }

  /**
   * C3 01, the CRC-64-AVRO fingerprint of the event's newest schema (8 bytes, little-endian), the body.
   * @throws EncodingError where the event does not fit its schema
   */
  encode(event: { readonly type: string }): Buffer {
    const writer = this.#writers.get(event.type) ?? this.#compileWriter(event.type);
    return writeValue(writer.type, event, writer.header, event.type);
  }

  /**
   * The event as its newest version has it, a plain object; an absent value is null.
   * @throws DecodingError where the bytes are not one whole event of a released schema
   */
  decode(payload: Uint8Array): LedgerEvent {
    const schema = this.#writerOf(payload);
    const reader = this.#readers.get(schema) ?? this.#compileReader(schema);
    const event: { type: EventType } = readRecord(reader, payload, HEADER_BYTES);
    event.type = typeName(schema);
    return event as LedgerEvent;
  }

  /**
   * A function that reads only the named fields of an event and steps over the others: a replay pays for what it needs.
   * An event with none of them is not read at all, and its (frozen) answer is always the same object.
   * @throws Error where no event has a field of that name
   */
  fieldsReader<Name extends EventField>(names: readonly Name[]): FieldsReader<Name> {
    this.#assertFields(names);
    const readers = new Map<WriterSchema, FieldsReader<Name>>();
    return (payload) => {
      const schema = this.#writerOf(payload);
      let read = readers.get(schema);
      if (read === undefined) {
        read = this.#compileFields(schema, names);
        readers.set(schema, read);
      }
      return read(payload);
    };
  }

  /** Reads the fingerprint and nothing else. @throws DecodingError where it is none of ours */
  typeOf(payload: Uint8Array): EventType {
    return typeName(this.#writerOf(payload));
  }

  /** The newest version of an event's schema, from 1. @throws EncodingError where there is no such event */
  schemaVersionOf(type: string): number {
    return this.#newest(type).version;
  }

  #writerOf(payload: Uint8Array): WriterSchema {
    const schema = this.#index.writerOf(payload);
    if (schema === undefined) throw new DecodingError('unknown_schema', 'not the bytes of a released event');
    return schema;
  }

  #newest(type: string): WriterSchema {
    const newest = this.#index.newest(type);
    if (newest === undefined) throw new EncodingError('unknown_event', `${type}: no released event`);
    return newest;
  }

  #compileWriter(type: string): Writer {
    const { schema, fingerprint } = this.#newest(type);
    const writer = { type: typeOf(schema), header: headerOf(fingerprint) };
    this.#writers.set(type, writer);
    return writer;
  }

  #compileReader(written: WriterSchema): RecordReader {
    const reader = compileReader(written.name, written.schema, this.#newest(written.name).schema);
    this.#readers.set(written, reader);
    return reader;
  }

  #compileFields<Name extends EventField>(written: WriterSchema, names: readonly string[]): FieldsReader<Name> {
    const { schema } = this.#newest(written.name);
    const fields = schema.fields.filter((field) => names.includes(field.name));
    const type = typeName(written);
    if (fields.length === 0) {
      const nothing: { type: EventType } = Object.freeze({ type });
      return () => nothing as EventFields<Name>;
    }
    const reader = compileReader(written.name, written.schema, { ...schema, fields });
    return (payload) => {
      const record: { type: EventType } = readRecord(reader, payload, HEADER_BYTES);
      record.type = type;
      return record as EventFields<Name>;
    };
  }

  #assertFields(names: readonly string[]): void {
    const known = new Set(this.#index.all().flatMap(({ schema }) => schema.fields.map((field) => field.name)));
    for (const name of names) if (!known.has(name)) throw new Error(`no event has a field ${name}`);
  }
}

function typeName(schema: WriterSchema): EventType {
  return schema.name as EventType; // the types are generated from the same catalogue
}

const codec = new EventCodec(catalogue);

/** @see EventCodec.encode */
export function encodePayload(event: LedgerEvent): Buffer {
  return codec.encode(event);
}

/** @see EventCodec.decode */
export function decodePayload(payload: Uint8Array): LedgerEvent {
  return codec.decode(payload);
}

/** The type of an encoded event, from its fingerprint alone. @throws DecodingError where it is none of ours */
export function eventTypeOf(payload: Uint8Array): EventType {
  return codec.typeOf(payload);
}

/** @see EventCodec.fieldsReader */
export function fieldsReader<Name extends EventField>(names: readonly Name[]): FieldsReader<Name> {
  return codec.fieldsReader(names);
}

/** @see EventCodec.schemaVersionOf */
export function schemaVersionOf(type: EventType): number {
  return codec.schemaVersionOf(type);
}
