// What a card's own state says of a purchase, by the rungs of the ladder (lifecycles, section 4), from the view of cards.
import type { cardsContract, ResponseOf } from '@tallystick/contracts';
import type { AuthoriseCard, Channel, DeclineReason, LocalDate } from '@tallystick/ledger-core';

export type SeenCard = ResponseOf<(typeof cardsContract)['methods']['list']>['cards'][number];

const STATUS: Readonly<Record<string, DeclineReason>> = {
  LOST: 'card_lost',
  STOLEN: 'card_stolen',
  CANCELLED: 'card_cancelled',
  REPLACED: 'card_cancelled',
};
const SWITCH: Readonly<Partial<Record<Channel, 'online' | 'contactless' | 'atm' | 'magstripe'>>> = {
  ONLINE: 'online',
  CONTACTLESS: 'contactless',
  ATM: 'atm',
  MAGSTRIPE: 'magstripe',
};

/** The first rung of the card's own state that fails. */
export function stateReason({ status, expiry, frozen }: SeenCard, today: LocalDate): DeclineReason | undefined {
  const reason = STATUS[status];
  if (reason !== undefined) return reason;
  if (expiry !== null && today.slice(0, 7) > expiry) return 'card_expired';
  if (status === 'INACTIVE') return 'card_not_activated';
  return frozen ? 'card_frozen' : undefined;
}

/** The first rung of its switches and its limit per transaction that fails. What was spent before, only the ledger knows. */
export function useReason({ controls, limits }: SeenCard, command: AuthoriseCard): DeclineReason | undefined {
  const channel = SWITCH[command.channel];
  if (channel !== undefined && !controls[channel]) return 'channel_off';
  const { mcc } = command.merchant;
  if (mcc !== null && controls.blockedCategories.includes(mcc)) return 'category_blocked';
  return limits.perTransaction !== null && command.amount > limits.perTransaction ? 'per_transaction_limit' : undefined;
}
