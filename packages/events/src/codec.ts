import type { EventType, LedgerEvent } from '@tallystick/ledger-core';
import type { Type } from 'avsc';
import { typeOf } from './avro-types.js';
import { DecodingError, EncodingError } from './errors.js';
import { catalogue, type ReleasedSchema } from './generated/catalogue.js';
import { compileReader, type RecordReader, readRecord } from './record-reader.js';
import { SchemaIndex, type WriterSchema } from './schemas.js';
import { writeValue } from './scratch.js';

/** The marker C3 01 and the fingerprint. */
const HEADER_BYTES = 10;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type FieldName<Event> = Event extends object ? Exclude<keyof Event, 'type'> : never;
type FieldOf<Event, Name extends string> = Event extends { readonly [N in Name]: infer Value } ? Value : never;

/** A field that some event has. */
export type EventField = FieldName<LedgerEvent>;

/** Some fields of any event; those that its type does not have are undefined. */
export type EventFields<Name extends EventField> = { readonly type: EventType } & {
  readonly [N in Name]: FieldOf<LedgerEvent, N> | undefined;
};

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
    const event = readRecord<Mutable<LedgerEvent>>(reader, payload, HEADER_BYTES);
    event.type = typeName(schema);
    return event;
  }

  /**
   * A function that reads only the named fields of an event and steps over the others: what a replay needs of each event costs
   * a part of the whole. An event without any of them is not read at all.
   * @throws Error where no event has a field of that name
   */
  fieldsReader<Name extends EventField>(names: readonly Name[]): (payload: Uint8Array) => EventFields<Name> {
    this.#assertFields(names);
    const readers = new Map<WriterSchema, RecordReader | EventFields<Name>>();
    return (payload) => {
      const schema = this.#writerOf(payload);
      let reader = readers.get(schema);
      if (reader === undefined) {
        reader = this.#compileFields(schema, names);
        readers.set(schema, reader);
      }
      if (!('what' in reader)) return reader;
      const fields = readRecord<Mutable<EventFields<Name>>>(reader, payload, HEADER_BYTES);
      fields.type = typeName(schema);
      return fields;
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
}
