// What the network presents to the bank on the following days, as lines of a clearing file (docs/clearing.md), and the way on which they go.
import type { Keys } from './messages.js';

export interface Money {
  /** Minor units. */
  readonly amount: number;
  /** ISO 4217. */
  readonly currency: string;
}

interface Presentment {
  readonly card: { readonly number: string };
  readonly amount: Money;
  readonly merchant: { readonly name: string; readonly mcc: string; readonly country: string };
  readonly original_keys?: Keys;
  readonly local_amount?: Money;
  readonly reconciliation_amount?: Money;
}

export type ClearingLine =
  | (Presentment & {
      readonly type: 'clearing';
      readonly clearing_key: string;
      readonly sequence?: { readonly number: number; readonly count: number };
      readonly final?: boolean;
    })
  | (Presentment & { readonly type: 'refund'; readonly refund_key: string })
  | Reversal<'clearing_reversal', 'clearing_key'>
  | Reversal<'refund_reversal', 'refund_key'>;

type Reversal<Type extends string, Key extends string> = {
  readonly type: Type;
  readonly card: { readonly number: string };
  readonly amount: Money;
} & { readonly [key in Key]: string };

/** `posted` for a repeat of the same content, too. The code is the bank's, without its family: `clearing_key_reused`. */
export type LineOutcome = { readonly posted: true } | { readonly posted: false; readonly code: string };

export interface ClearingDelivery {
  /**
   * All lines, which do not depend on each other, whatever becomes of single ones. Takes as many tries as it needs.
   * @returns the outcomes in the order of the lines
   * @throws where the bank does not answer at all
   */
  deliver(lines: readonly ClearingLine[]): Promise<readonly LineOutcome[]>;
  close(): Promise<void>;
}
