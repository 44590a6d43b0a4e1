// What a card's view says of a purchase beside its state: the rungs of the ladder (lifecycles, section 4) that need no history.
import type { cardsContract, ResponseOf } from '@tallystick/contracts';
import { type AuthoriseCard, cardUseReason, type DeclineReason } from '@tallystick/ledger-core';

export type SeenCard = ResponseOf<(typeof cardsContract)['methods']['list']>['cards'][number];

/** The first rung of its switches and its limit per transaction that fails. What was spent before, only the ledger knows. */
export function useReason(card: SeenCard, { channel, merchant, amount }: AuthoriseCard): DeclineReason | undefined {
  const reason = cardUseReason(card, channel, merchant.mcc);
  if (reason !== undefined) return reason;
  const { perTransaction } = card.limits;
  return perTransaction !== null && amount > perTransaction ? 'per_transaction_limit' : undefined;
}
