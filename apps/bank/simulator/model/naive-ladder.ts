// The decline ladder, read off lifecycles' table row by row.
import type { AuthoriseCard, IncrementAuthorisation } from '@tallystick/ledger-core';
import type { NaiveAccount, NaiveCard } from './naive-account.js';

export interface Asked {
  readonly command: AuthoriseCard | IncrementAuthorisation;
  readonly today: string;
  /** The day whose limits are asked. */
  readonly limitDate: string;
  readonly authorisedBefore: bigint;
  readonly alreadyReversed: boolean;
}

/** Why it must be declined, or null where it must be approved. */
export function declineOf(account: NaiveAccount, asked: Asked): string | null {
  const { command } = asked;
  const card = account.cards.get(command.cardId);
  if (card === undefined) return 'unknown_card';
  const moneyless = command.type === 'AuthoriseCard' && ['CREDIT', 'STATUS_INQUIRY'].includes(command.kind);
  return (
    ofCard(account, card, asked) ??
    (!moneyless && command.amount + asked.authorisedBefore > command.maximum ? 'amount_over_maximum' : null) ??
    ofUse(card, command) ??
    (moneyless ? null : ofLimits(account, card, asked)) ??
    (!moneyless && account.available < command.amount ? 'insufficient_funds' : null)
  );
}

function ofCard(account: NaiveAccount, card: NaiveCard, { command, today, alreadyReversed }: Asked): string | null {
  if (alreadyReversed) return 'already_reversed';
  if (card.status === 'LOST') return 'card_lost';
  if (card.status === 'STOLEN') return 'card_stolen';
  if (card.status === 'CANCELLED' || card.status === 'REPLACED') return 'card_cancelled';
  if (card.expiry !== null && today.slice(0, 7) > card.expiry) return 'card_expired';
  if (card.status === 'INACTIVE') return 'card_not_activated';
  if (card.frozen) return 'card_frozen';
  if (command.cvc === 'NO_MATCH') return 'wrong_cvc';
  if (account.status === 'CLOSED') return 'account_closed';
  if (account.status === 'FROZEN') return 'account_frozen';
  return command.currency === account.currency ? null : 'currency_mismatch';
}

function ofUse({ controls }: NaiveCard, { channel, merchant }: Asked['command']): string | null {
  if (channel === 'ONLINE' && !controls.online) return 'channel_off';
  if (channel === 'CONTACTLESS' && !controls.contactless) return 'channel_off';
  if (channel === 'ATM' && !controls.atm) return 'channel_off';
  if (channel === 'MAGSTRIPE' && !controls.magstripe) return 'channel_off';
  return merchant.mcc !== null && controls.blockedCategories.includes(merchant.mcc) ? 'category_blocked' : null;
}

function ofLimits(account: NaiveAccount, { limits }: NaiveCard, asked: Asked): string | null {
  const { command, limitDate, authorisedBefore } = asked;
  const { perTransaction, dailyAmount, monthlyAmount, dailyCash, dailyCount, monthlyCount } = limits;
  const { amount } = command;
  if (perTransaction !== null && amount + authorisedBefore > perTransaction) return 'per_transaction_limit';
  const spent = (period: string) => spentOn(account, command.cardId, period);
  if (dailyAmount !== null && spent(limitDate).amount + amount > dailyAmount) return 'daily_amount_limit';
  if (monthlyAmount !== null && spent(limitDate.slice(0, 7)).amount + amount > monthlyAmount)
    return 'monthly_amount_limit';
  const cash = command.kind === 'CASH' ? amount : command.cashAmount;
  if (dailyCash !== null && cash > 0n && spent(limitDate).cash + cash > dailyCash) return 'daily_cash_limit';
  // An increment belongs to a transaction that counted already.
  if (authorisedBefore > 0n) return null;
  if (dailyCount !== null && spent(limitDate).count + 1 > dailyCount) return 'daily_count_limit';
  if (monthlyCount !== null && spent(limitDate.slice(0, 7)).count + 1 > monthlyCount) return 'monthly_count_limit';
  return null;
}

/** Each transaction once, on the date of its authorisation: what is cleared and what is held. */
function spentOn(account: NaiveAccount, cardId: string, period: string) {
  let [amount, cash, count] = [0n, 0n, 0];
  for (const transaction of account.transactions.values()) {
    if (transaction.cardId !== cardId || !transaction.limitDate.startsWith(period)) continue;
    const spent = transaction.remaining + transaction.cleared - transaction.clearingReversed;
    amount += spent;
    cash += least(spent, transaction.cashAmount);
    if (spent > 0n) count++;
  }
  return { amount, cash, count };
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
