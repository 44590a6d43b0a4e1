// What goes into a stream's writer and what comes out.
import { deriveId } from '@tallystick/events';
import type { Answer, EntryId, LocalDate, Micros, Mint, RejectionName, TransactionId } from '@tallystick/ledger-core';

/** A command with all that is known of it. */
export interface Envelope<Command> {
  readonly command: Command;
  /** `caller/account/key`: the scope of idempotency. */
  readonly commandId: string;
  readonly effectiveAt: Micros;
  readonly localDate: LocalDate;
  readonly source: string;
  readonly actor: string;
  readonly correlationId: string;
  readonly causationId: string | null;
  readonly traceparent: string | null;
  /** recordedAt of the event that caused this command; 0 for none. */
  readonly causedAt: Micros;
}

export type Outcome =
  | { readonly kind: 'answered'; readonly answer: Answer; readonly position: bigint; readonly repeated: boolean }
  | { readonly kind: 'rejected'; readonly rejection: RejectionName };

/** The ids of what one command makes; the same command gives the same ids. */
export function minting(effectiveAt: Micros, commandId: string): Mint {
  const mint = (kind: 'tx' | 'entry', index = 0): string =>
    deriveId(kind, effectiveAt, index === 0 ? kind : `${kind}-${index}`, commandId);
  // The two overloads of Mint differ only in the brand of what they return.
  return mint as (kind: 'tx' | 'entry', index?: number) => TransactionId & EntryId;
}
