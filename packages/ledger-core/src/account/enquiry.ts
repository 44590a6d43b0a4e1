// A balance enquiry: whether the card may be used, by the rungs that ask neither for an amount nor for money (lifecycles, section 1).
import type { CardId, LocalDate } from '../brands.js';
import type { DeclineReason } from '../declines.js';
import type { Channel } from '../generated/events.js';
import { declineReason } from './ladder.js';
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
  const command = {
    type: 'AuthoriseCard',
    kind: 'STATUS_INQUIRY',
    cardId,
    channel,
    merchant: { descriptor: '', mcc, category: null, country: null },
    currency: state.currency,
    amount: 0n,
    cashAmount: 0n,
    maximum: 0n,
    keys: null,
    scheme: '',
    local: null,
    holdFor: 0n,
    singleMessage: false,
    partialAllowed: false,
    cvc: 'NOT_PRESENT',
  } as const;
  return declineReason({ state, command, limitDate: today, today, alreadyReversed: false, authorisedBefore: 0n });
}
