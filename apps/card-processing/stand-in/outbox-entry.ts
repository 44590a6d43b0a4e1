// What the ledger has still to be told. A record of it holds tokens and no card number.
import { hash } from 'node:crypto';
import { codecOf, ledgerContract, type RequestOf, type ResponseOf } from '@tallystick/contracts';
import type { AuthoriseCard, CardToken, Micros, TransactionId } from '@tallystick/ledger-core';

type Methods = (typeof ledgerContract)['methods'];
export type Execute = RequestOf<Methods['execute']>;
export type Outcome = ResponseOf<Methods['execute']>['outcomes'][number];

interface Entry {
  /** Key of its record, the same in every process. */
  readonly id: string;
  /** One command, with an idempotency key of its own: delivered twice it is done once. */
  readonly request: Execute;
}

/** What we decided in the ledger's stead. */
export interface AdviceEntry extends Entry {
  readonly kind: 'advice';
  readonly decision: 'approved' | 'declined';
  readonly reason: string | null;
  /** DE39. */
  readonly responseCode: string;
  /** The one that the ledger gives to a transaction of this advice. */
  readonly transactionId: TransactionId;
  readonly decidedAt: Micros;
  /** Fingerprint of what was asked: a repeat has the same. */
  readonly asked: string;
}

/** A reversal that was answered with 00 and never reached the ledger. */
export interface ReversalEntry extends Entry {
  readonly kind: 'reversal';
}

/** Takes back what may have been approved of an authorisation that was answered with nothing but that it took too long. */
export interface LateEntry extends Entry {
  readonly kind: 'late';
  /** Of the card, under the newest key first: `request` has no account yet. */
  readonly tokens: readonly CardToken[];
  /** Of the authorisation, for its repeats. */
  readonly name: string;
  /** DE39 that it was answered with, as its repeats are. */
  readonly responseCode: string;
}

export type OutboxEntry = AdviceEntry | ReversalEntry | LateEntry;

const VERSION = 1;
const executed = codecOf(ledgerContract.methods.execute).request;

export function encodeEntry(entry: OutboxEntry): Uint8Array {
  const request = Buffer.from(executed.encode(entry.request)).toString();
  const decidedAt = entry.kind === 'advice' ? { decidedAt: entry.decidedAt.toString() } : {};
  return Buffer.from(JSON.stringify({ ...entry, ...decidedAt, request, version: VERSION }));
}

/** @throws where these are no bytes of encodeEntry */
export function decodeEntry(bytes: Uint8Array): OutboxEntry {
  const { version, request, decidedAt, ...entry } = JSON.parse(Buffer.from(bytes).toString());
  if (version !== VERSION)
    throw new Error(`an outbox's record of version ${version}, which this release does not know`);
  const read = { ...entry, request: executed.decode(Buffer.from(request)) };
  // Whoever wrote the record took it from an OutboxEntry.
  return (entry.kind === 'advice' ? { ...read, decidedAt: BigInt(decidedAt) } : read) as OutboxEntry;
}

export const adviceId = (accountId: string, key: string): string => `advice/${accountId}/${key}`;
export const reversalId = (accountId: string, key: string): string => `reversal/${accountId}/${key}`;

/** The same for a repeat, whatever time it came at. */
export function fingerprintOf(command: AuthoriseCard): string {
  return hash(
    'sha256',
    JSON.stringify(command, (_, value) => (typeof value === 'bigint' ? `${value}` : value)),
  );
}
