// What a decision is, and the small things that all deciders need.
import type { Minor } from '../brands.js';
import type { Balances, JournalEntry, Posting } from '../generated/events.js';
import { AMOUNT_MAX, checked, fitsLong } from '../money.js';
import { journalEntry } from '../posting.js';
import type { RejectionName } from '../rejections.js';
import type { CommandContext } from './commands.js';
import type { AccountStreamEvent } from './evolve.js';
import type { AccountState } from './state.js';

export type Decision =
  /** Append these, then answer from the first of them. */
  | { readonly kind: 'events'; readonly events: readonly AccountStreamEvent[] }
  /** It was decided before: answer from the event stored at this revision. */
  | { readonly kind: 'repeat'; readonly revision: number }
  /** Nothing is left to do, and that is the answer. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'rejection'; readonly rejection: RejectionName };

export const NOTHING: Decision = { kind: 'nothing' };

export function decided(...events: AccountStreamEvent[]): Decision {
  return { kind: 'events', events };
}

export function reject(rejection: RejectionName): Decision {
  return { kind: 'rejection', rejection };
}

/** The same thing again: the first answer where the content is the same, else a rejection. */
export function repeatOr(
  rejection: RejectionName,
  before: { readonly revision: number; readonly contentHash: string },
  context: CommandContext,
): Decision {
  return before.contentHash === context.contentHash ? { kind: 'repeat', revision: before.revision } : reject(rejection);
}

export interface BalanceChange {
  readonly ledger?: Minor;
  readonly held?: Minor;
  readonly pots?: Minor;
}

/** The balances after the change. @throws MoneyOverflow where one leaves 64 bits */
export function balancesAfter(state: AccountState, change: BalanceChange): Balances {
  const ledger = checked(state.ledger + (change.ledger ?? 0n));
  const held = checked(state.held + (change.held ?? 0n));
  if (held < 0n) throw new Error(`account ${state.accountId}: held would be ${held}`);
  return {
    ledger,
    held,
    available: checked(ledger - held + state.overdraftLimit),
    pots: checked(state.pots + (change.pots ?? 0n)),
  };
}

/** Whether the balances after it would fit 64 bits. */
export function canCredit(state: AccountState, amount: Minor): boolean {
  return fitsLong(state.ledger + amount) && fitsLong(availableOf(state) + amount);
}

/** What someone must look at: money that moves on a closed account. */
export function exceptionOf(state: AccountState): string | null {
  return state.status === 'CLOSED' ? 'account_closed' : null;
}

export function availableOf(state: AccountState): Minor {
  return state.ledger - state.held + state.overdraftLimit;
}

export function isAmount(amount: Minor): boolean {
  return amount > 0n && amount <= AMOUNT_MAX;
}

/** @param index tells the entries of one command apart */
export function entryOf(context: CommandContext, postings: readonly Posting[], index = 0): JournalEntry {
  return journalEntry(context.mint('entry', index), postings);
}
