// What limits count: each transaction once, per card, on one date (lifecycles, section 4).
import type { LocalDate, Minor } from '../brands.js';
import type { CardTransaction } from '../generated/events.js';
import { min } from '../money.js';
import { type AccountState, type CardState, spentOf, type TransactionState } from './state.js';

/** Rows kept per card: two months of days and as many months. */
const ROWS_KEPT = 96;

/** Replaces the transaction's block, and moves what the card has spent by the difference. */
export function count(state: AccountState, transaction: TransactionState, block: CardTransaction): void {
  transaction.block = block;
  countAs(state, transaction, spentOf(block));
}

/** The transaction counts on another date from now on. */
export function redate(state: AccountState, transaction: TransactionState, localDate: LocalDate): void {
  if (transaction.limitDate === localDate) return;
  const { counted } = transaction;
  countAs(state, transaction, 0n);
  transaction.limitDate = localDate;
  countAs(state, transaction, counted);
}

function countAs(state: AccountState, transaction: TransactionState, after: Minor): void {
  const before = transaction.counted;
  if (before === after) return;
  transaction.counted = after;
  const card = state.cards.get(transaction.block.cardId);
  if (card === undefined) return;
  const cash = min(transaction.cashAmount, after) - min(transaction.cashAmount, before);
  const times = (after > 0n ? 1 : 0) - (before > 0n ? 1 : 0);
  spend(card, transaction.limitDate, after - before, cash, times);
  spend(card, transaction.limitDate.slice(0, 7), after - before, cash, times);
}

function spend(card: CardState, period: string, amount: Minor, cash: Minor, times: number): void {
  const usage = card.usage.get(period);
  if (usage !== undefined) {
    usage.amount += amount;
    usage.cash += cash;
    usage.count += times;
    return;
  }
  card.usage.set(period, { amount, cash, count: times });
  if (card.usage.size > ROWS_KEPT) forgetOldest(card);
}

function forgetOldest(card: CardState): void {
  let oldest: string | undefined;
  for (const period of card.usage.keys()) if (oldest === undefined || period < oldest) oldest = period;
  if (oldest !== undefined) card.usage.delete(oldest);
}
