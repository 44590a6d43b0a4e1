// Streams of one event: journal entries without a customer, and files taken in. The stream's name is the identity, so the expected
// revision is all the idempotency there is.
import { hash } from 'node:crypto';
import { decodeMetadata, decodePayload, encodeNewEvent } from '@tallystick/events';
import { type Journal, NO_STREAM, type RecordedEvent, RevisionConflict } from '@tallystick/journal';
import type { BatchCompleted, EntryPosted, LocalDate, Micros } from '@tallystick/ledger-core';

export interface SingleEvent {
  readonly stream: string;
  readonly event: BatchCompleted | EntryPosted;
  readonly commandId: string;
  /** Canonical text of what must be equal for a repeat to be the same. */
  readonly content: string;
  readonly effectiveAt: Micros;
  readonly localDate: LocalDate;
  readonly recordedAt: Micros;
  readonly source: string;
  readonly actor: string;
  readonly correlationId: string;
}

export type AppendedOnce =
  | { readonly kind: 'new' | 'repeated'; readonly position: bigint }
  | { readonly kind: 'other-content' };

/** Appends the event where its stream is empty; else says whether what lies there is the same. */
export async function appendOnce(journal: Journal, single: SingleEvent): Promise<AppendedOnce> {
  const contentHash = hash('sha256', single.content, 'base64url');
  const { stream, event } = single;
  const found = await firstOf(journal, stream);
  if (found === undefined) {
    try {
      const of = { ...single, revision: 0, accountId: null, contentHash, origin: single };
      const { position } = await journal.append(stream, NO_STREAM, [encodeNewEvent(event, of)]);
      return { kind: 'new', position };
    } catch (error) {
      if (!(error instanceof RevisionConflict)) throw error;
    }
  }
  const stored = found ?? (await firstOf(journal, stream));
  if (stored === undefined) throw new Error(`${stream}: a conflict, and yet no event`);
  return decodeMetadata(stored.metadata).contentHash === contentHash
    ? { kind: 'repeated', position: stored.position }
    : { kind: 'other-content' };
}

export async function readBatch(journal: Journal, stream: string): Promise<BatchCompleted | undefined> {
  const stored = await firstOf(journal, stream);
  if (stored === undefined) return undefined;
  const event = decodePayload(stored.payload);
  if (event.type !== 'BatchCompleted') throw new Error(`${stream} holds a ${event.type}`);
  return event;
}

async function firstOf(journal: Journal, stream: string): Promise<RecordedEvent | undefined> {
  const [first] = await journal.readStream(stream, { limit: 1 });
  return first;
}
