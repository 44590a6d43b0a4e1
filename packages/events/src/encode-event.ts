import type { EventMetadata, LedgerEvent } from '@tallystick/ledger-core';
import { encodePayload, schemaVersionOf } from './codec.js';
import { EncodingError } from './errors.js';
import { eventIdOf } from './event-id.js';
import { encodeMetadata } from './metadata.js';

/** An event as bytes, in the shape that the journal's port takes. */
export interface EncodedEvent {
  /** 16 bytes. */
  readonly eventId: Buffer;
  /** Avro record EventMetadata, raw. */
  readonly metadata: Buffer;
  /** Avro single-object encoding. */
  readonly payload: Buffer;
}

/**
 * @param index place of the event among those of its command, from 0
 * @throws EncodingError where the event or its metadata do not fit their schemas, or not each other
 */
export function encodeEvent(event: LedgerEvent, metadata: EventMetadata, index: number): EncodedEvent {
  if (metadata.type !== event.type || metadata.schemaVersion !== schemaVersionOf(event.type)) {
    const found = `${metadata.type}.v${metadata.schemaVersion}`;
    throw new EncodingError('invalid_value', `${event.type}: its metadata names ${found}`);
  }
  const payload = encodePayload(event);
  const encodedMetadata = encodeMetadata(metadata);
  const eventId = eventIdOf(metadata.stream, metadata.commandId, index, encodedMetadata, payload);
  return { eventId, metadata: encodedMetadata, payload };
}
