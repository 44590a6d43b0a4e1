// What a planted bug may take the place of. Without one, everything is what the bank is made of.
import type { Consumer } from '@tallystick/bus';
import type { Journal } from '@tallystick/journal';
import type { AccountCommand, AccountState } from '@tallystick/ledger-core';
import type { Projection, Records, ViewWriter } from '@tallystick/views';
import type { Finance } from '../../finance/finance.js';
import type { Aggregate } from '../../ledger/aggregate.js';
import type { LedgerClient } from './ledgers.js';

export type AccountAggregate = Aggregate<AccountState, AccountCommand>;
export type BalanceAnswers = Pick<Finance, 'balance'>;

/** One rule of the bank, broken. */
export interface Plant {
  readonly breaks: string;
  aggregate?(inner: AccountAggregate): AccountAggregate;
  /** The journal of the ledger. */
  journal?(inner: Journal): Journal;
  records?(inner: Records, journal: Journal): Records;
  views?(inner: ViewWriter): ViewWriter;
  projections?(inner: readonly Projection[]): readonly Projection[];
  /** The ledger, as the transfer process sees it. */
  transferLedger?(inner: LedgerClient): LedgerClient;
  /** Consumers of the bus. */
  consumer?(inner: Consumer): Consumer;
  finance?(inner: BalanceAnswers): BalanceAnswers;
}
