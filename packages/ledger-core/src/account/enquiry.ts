// A balance enquiry: whether the card may be used, by the rungs that ask neither for an amount nor for money (lifecycles, section 1).
import type { CardId, LocalDate } from '../brands.js';
import type { DeclineReason } from '../declines.js';
import type { Channel } from '../generated/events.js';
import { accountStateReason, cardStateReason, cardUseReason } from './ladder.js';
import type { AccountState } from './state.js';

export interface Enquiry {
  readonly cardId: CardId;
  readonly channel: Channel;
  /** Merchant category code of whoever asks, four digits. */
  readonly mcc: string | null;
  readonly today: LocalDate;
}

/** Undefined where it is answered. */
export function enquiryDecline(
  state: AccountState,
  { cardId, channel, mcc, today }: Enquiry,
): DeclineReason | undefined {
  const card = state.cards.get(cardId);
  if (card === undefined) return 'unknown_card';
  return cardStateReason(card, today) ?? accountStateReason(state) ?? cardUseReason(card, channel, mcc);
}
