// A journal's event as a Kafka message, and back. docs/kafka.md describes the headers for others.
import { metadataReader } from '@tallystick/events';
import type { Position, RecordedEvent } from '@tallystick/journal';
import type { IHeaders, Message } from 'kafkajs';

/*
 * Few headers: kafkajs makes a buffer of half a kilobyte for each of them, so that three more would cost a quarter of the throughput. What
 * else tools may want to know is in the metadata.
 */
const METADATA = 'metadata';
const EVENT_ID = 'event-id';
const POSITION = 'position';
const PREVIOUS = 'previous';
const TYPE = 'type';
/** Only with a schema registry's framing: the ten bytes that the framing stands for. */
const SCHEMA = 'schema';

export const POSITION_BYTES = 8;
const EVENT_ID_BYTES = 16;
const SINGLE_OBJECT_HEADER_BYTES = 10;
const FRAME_BYTES = 5;

const readStreamAndRevision = metadataReader(['stream', 'revision']);

export interface MessagePlace {
  readonly key: string;
  readonly partition: number;
  readonly type: string;
  /** Both 8 bytes, big-endian; `previous` of the message before in that partition. */
  readonly position: Buffer;
  readonly previous: Buffer;
  /** The number under which a registry knows the payload's schema; undefined without a registry. */
  readonly schemaId: number | undefined;
}

export function messageOf(event: RecordedEvent, place: MessagePlace): Message {
  const headers: IHeaders = {
    [METADATA]: asBuffer(event.metadata),
    [EVENT_ID]: asBuffer(event.eventId),
    [POSITION]: place.position,
    [PREVIOUS]: place.previous,
    [TYPE]: place.type,
  };
  let value = asBuffer(event.payload);
  if (place.schemaId !== undefined) {
    headers[SCHEMA] = value.subarray(0, SINGLE_OBJECT_HEADER_BYTES);
    value = framed(value, place.schemaId);
  }
  return { key: place.key, partition: place.partition, value, headers };
}

/** What a message takes in a batch, in bytes, roughly but not less. */
export function sizeOf({ metadata, payload }: RecordedEvent): number {
  return metadata.length + payload.length + 256;
}

/** Why a message is none of ours, or no longer whole. */
export class Undecodable extends Error {
  override readonly name = 'Undecodable';
}

export interface ReceivedMessage {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: IHeaders | undefined;
}

/** A message's event. Its stream and revision are read from the metadata when they are asked for: most consumers don't. */
export class ReceivedEvent implements RecordedEvent {
  #named: { readonly stream: string; readonly revision: bigint } | undefined;

  private constructor(
    readonly position: Position,
    /** Position of the message before it in its partition. */
    readonly previous: Position,
    readonly eventId: Buffer,
    readonly metadata: Buffer,
    readonly payload: Buffer,
  ) {}

  /** @throws Undecodable with the reason */
  static of({ value, headers }: ReceivedMessage): ReceivedEvent {
    const position = bytesOf(headers, POSITION, POSITION_BYTES).readBigInt64BE();
    const previous = bytesOf(headers, PREVIOUS, POSITION_BYTES).readBigInt64BE();
    const eventId = bytesOf(headers, EVENT_ID, EVENT_ID_BYTES);
    const metadata = bytesOf(headers, METADATA);
    if (value === null) throw new Undecodable('it has no value');
    const payload = headers?.[SCHEMA] === undefined ? value : unframed(value, headers);
    return new ReceivedEvent(position, previous, eventId, metadata, payload);
  }

  get stream(): string {
    return this.#read().stream;
  }

  get revision(): number {
    return Number(this.#read().revision);
  }

  #read() {
    this.#named ??= readStreamAndRevision(this.metadata);
    return this.#named;
  }
}

function bytesOf(headers: IHeaders | undefined, name: string, length?: number): Buffer {
  const value = headers?.[name];
  if (!Buffer.isBuffer(value)) throw new Undecodable(`it has no header ${name}`);
  if (length !== undefined && value.length !== length)
    throw new Undecodable(`its header ${name} has ${value.length} bytes instead of ${length}`);
  return value;
}

/** Confluent's framing: a zero, the schema's number, the Avro body. */
function framed(payload: Buffer, schemaId: number): Buffer {
  const value = Buffer.allocUnsafe(FRAME_BYTES + payload.length - SINGLE_OBJECT_HEADER_BYTES);
  value.writeUInt8(0, 0);
  value.writeInt32BE(schemaId, 1);
  payload.copy(value, FRAME_BYTES, SINGLE_OBJECT_HEADER_BYTES);
  return value;
}

/** The payload's bytes as they are in the journal; the registry is not asked, for the header says which schema it is. */
function unframed(value: Buffer, headers: IHeaders): Buffer {
  const header = bytesOf(headers, SCHEMA, SINGLE_OBJECT_HEADER_BYTES);
  if (value.length < FRAME_BYTES || value[0] !== 0) throw new Undecodable('its value has no schema registry framing');
  return Buffer.concat([header, value.subarray(FRAME_BYTES)]);
}

/** kafkajs takes anything but a Buffer for text. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
