// Streams of one event: journal entries without a customer, and files taken in. The stream's name is the identity, so the expected
// revision is all the idempotency there is.
import { hash } from 'node:crypto';
import { decodeMetadata, decodePayload, encodeEvent, schemaVersionOf } from '@tallystick/events';
import { type Journal, NO_STREAM, type RecordedEvent, RevisionConflict } from '@tallystick/journal';
import type { BatchCompleted, EntryPosted, EventMetadata, LocalDate, Micros } from '@tallystick/ledger-core';

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
  const metadata: EventMetadata = {
    type: single.event.type,
    schemaVersion: schemaVersionOf(single.event.type),
    stream: single.stream,
    revision: 0n,
    accountId: null,
    transactionId: null,
    commandId: single.commandId,
    contentHash,
    source: single.source,
    correlationId: single.correlationId,
    causationId: null,
    traceparent: null,
    effectiveAt: single.effectiveAt,
    recordedAt: single.recordedAt,
    localDate: single.localDate,
    actor: single.actor,
  };
  const found = await firstOf(journal, single.stream);
  if (found === undefined) {
    try {
      const { position } = await journal.append(single.stream, NO_STREAM, [encodeEvent(single.event, metadata, 0)]);
      return { kind: 'new', position };
    } catch (error) {
      if (!(error instanceof RevisionConflict)) throw error;
    }
  }
  const stored = found ?? (await firstOf(journal, single.stream));
  if (stored === undefined) throw new Error(`${single.stream}: a conflict, and yet no event`);
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
