// The decline ladder as a list of rungs in order of precedence: the first that finds a reason wins.
import type { LocalDate, Minor } from '../brands.js';
import type { DeclineReason } from '../declines.js';
import type { Channel } from '../generated/events.js';
import { max } from '../money.js';
import type { AuthoriseCard, IncrementAuthorisation } from './commands.js';
import { availableOf } from './decision.js';
import { cashOf, holdsNothing } from './holds.js';
import type { AccountState, CardState } from './state.js';

export interface LadderInput {
  readonly state: AccountState;
  readonly command: AuthoriseCard | IncrementAuthorisation;
  /** The day that limits are asked of: today, for an increment that of its authorisation. */
  readonly limitDate: LocalDate;
  readonly today: LocalDate;
  /** A full reversal came before this authorisation. */
  readonly alreadyReversed: boolean;
  /** What the transaction has authorised already; an increment counts with it for the per-transaction limit. */
  readonly authorisedBefore: Minor;
}

type Rung = (input: LadderInput, card: CardState) => DeclineReason | undefined;

const CHANNEL_SWITCH = { ONLINE: 'online', CONTACTLESS: 'contactless', ATM: 'atm', MAGSTRIPE: 'magstripe' } as const;

/** The first rung of the card's own state that fails. */
export function cardStateReason(
  { status, expiry, frozen }: Pick<CardState, 'status' | 'expiry' | 'frozen'>,
  today: LocalDate,
): DeclineReason | undefined {
  switch (status) {
    case 'LOST':
      return 'card_lost';
    case 'STOLEN':
      return 'card_stolen';
    case 'CANCELLED':
    case 'REPLACED':
      return 'card_cancelled';
  }
  if (expiry !== null && today.slice(0, 7) > expiry) return 'card_expired';
  if (status === 'INACTIVE') return 'card_not_activated';
  return frozen ? 'card_frozen' : undefined;
}

export function accountStateReason({ status }: Pick<AccountState, 'status'>): DeclineReason | undefined {
  if (status === 'CLOSED') return 'account_closed';
  return status === 'FROZEN' ? 'account_frozen' : undefined;
}

/** The first rung of the card's switches that fails. @param mcc four digits, where it is known */
export function cardUseReason(
  { controls }: Pick<CardState, 'controls'>,
  channel: Channel,
  mcc: string | null,
): DeclineReason | undefined {
  if (channel !== 'CHIP' && channel !== 'OTHER' && !controls[CHANNEL_SWITCH[channel]]) return 'channel_off';
  return mcc !== null && controls.blockedCategories.includes(mcc) ? 'category_blocked' : undefined;
}

const always: readonly Rung[] = [
  ({ alreadyReversed }) => (alreadyReversed ? 'already_reversed' : undefined),
  ({ today }, card) => cardStateReason(card, today),
  ({ command }) => (command.cvc === 'NO_MATCH' ? 'wrong_cvc' : undefined),
  ({ state }) => accountStateReason(state),
  ({ state, command }) => (command.currency !== state.currency ? 'currency_mismatch' : undefined),
];

const overMaximum: Rung = ({ command, authorisedBefore }) =>
  command.amount + authorisedBefore > command.maximum ? 'amount_over_maximum' : undefined;

const use: Rung = ({ command }, card) => cardUseReason(card, command.channel, command.merchant.mcc);

const NO_USAGE = { amount: 0n, cash: 0n, count: 0 };

const money: readonly Rung[] = [
  ({ command, authorisedBefore }, card) =>
    over(command.amount + authorisedBefore, card.limits.perTransaction) ? 'per_transaction_limit' : undefined,
  ({ command, limitDate }, card) =>
    over(usageOf(card, limitDate).amount + command.amount, card.limits.dailyAmount) ? 'daily_amount_limit' : undefined,
  ({ command, limitDate }, card) =>
    over(usageOf(card, limitDate.slice(0, 7)).amount + command.amount, card.limits.monthlyAmount)
      ? 'monthly_amount_limit'
      : undefined,
  ({ command, limitDate }, card) => {
    const cash = cashOf(command);
    return cash > 0n && over(usageOf(card, limitDate).cash + cash, card.limits.dailyCash)
      ? 'daily_cash_limit'
      : undefined;
  },
  (input, card) => (countOver(input, card, input.limitDate, card.limits.dailyCount) ? 'daily_count_limit' : undefined),
  (input, card) =>
    countOver(input, card, input.limitDate.slice(0, 7), card.limits.monthlyCount) ? 'monthly_count_limit' : undefined,
];

const available: Rung = ({ state, command }) =>
  availableOf(state) < command.amount ? 'insufficient_funds' : undefined;

const whole: readonly Rung[] = [...always, overMaximum, use, ...money, available];
const withoutMoney: readonly Rung[] = [...always, use];

/** The first rung that fails, or undefined where the authorisation passes. */
export function declineReason(input: LadderInput): DeclineReason | undefined {
  const card = input.state.cards.get(input.command.cardId);
  if (card === undefined) return 'unknown_card';
  const { type, kind } = input.command;
  const rungs = type === 'AuthoriseCard' && holdsNothing(kind) ? withoutMoney : whole;
  for (const rung of rungs) {
    const reason = rung(input, card);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function usageOf(card: CardState, period: string) {
  return card.usage.get(period) ?? NO_USAGE;
}

function over(amount: Minor, limit: Minor | null): boolean {
  return limit !== null && amount > max(limit, 0n);
}

/** An increment belongs to a transaction that counted already. */
function countOver(input: LadderInput, card: CardState, period: string, limit: number | null): boolean {
  return limit !== null && input.authorisedBefore === 0n && usageOf(card, period).count + 1 > limit;
}
