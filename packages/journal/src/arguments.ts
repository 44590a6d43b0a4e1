// What every adapter refuses before it touches its store.
import { type EncodedEvent, NO_STREAM } from './port.js';

export const EVENT_ID_BYTES = 16;

/** @throws RangeError where the append could never be stored, whatever the stream's state */
export function checkAppend(expectedRevision: number, events: readonly EncodedEvent[]): void {
  if (!Number.isSafeInteger(expectedRevision) || expectedRevision < NO_STREAM)
    throw new RangeError(`expected revision must be ${NO_STREAM} or more, not ${expectedRevision}`);
  if (events.length === 0) throw new RangeError('an append needs at least one event');
  for (const event of events) {
    if (event.eventId.length !== EVENT_ID_BYTES)
      throw new RangeError(`an event id has ${EVENT_ID_BYTES} bytes, not ${event.eventId.length}`);
  }
}

/** @throws RangeError for anything but a whole number of events */
export function checkLimit(limit: number): void {
  if (!Number.isSafeInteger(limit) || limit < 0) throw new RangeError(`limit must be a whole number, not ${limit}`);
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
