// Whether an authorisation is approved in the ledger's stead: the rungs of the ladder that need no ledger, then our limits.
import {
  type AuthoriseCard,
  cardStateReason,
  type DeclineReason,
  declines,
  type LocalDate,
  type Minor,
} from '@tallystick/ledger-core';
import { useReason } from './card-state.js';
import type { StandInConfiguration, StandInKind } from './configuration.js';
import type { Snapshot } from './snapshots.js';

export interface StandInDecision {
  readonly decision: 'approved' | 'declined';
  readonly reason: DeclineReason | null;
  /** DE39. */
  readonly responseCode: string;
}

export interface Circumstances {
  readonly snapshot: Snapshot;
  readonly today: LocalDate;
  /** Approved in stand-in, and unknown to the ledger. */
  readonly undelivered: Minor;
  readonly ofCard: { readonly amount: Minor; readonly count: number };
}

const APPROVED: StandInDecision = { decision: 'approved', reason: null, responseCode: '00' };
const KINDS: Partial<Record<AuthoriseCard['kind'], StandInKind>> = {
  PURCHASE: 'purchase',
  STATUS_INQUIRY: 'status_inquiry',
};
/** What an ISO 8583 message without DE32 or DE37 has there. */
const NOT_GIVEN = '-';

/** Whether it is one of those that may be decided at all: else nobody stands in. */
export function isOfStandIn(command: AuthoriseCard, { enabled, kinds, limits }: StandInConfiguration): boolean {
  const { kind, keys, currency, singleMessage, cashAmount } = command;
  const name = KINDS[kind];
  // A single message moves money, which an advice can not; without the scheme's keys nothing could find it again.
  return (
    enabled &&
    name !== undefined &&
    kinds.includes(name) &&
    !singleMessage &&
    cashAmount === 0n &&
    limits[currency] !== undefined &&
    keys !== null &&
    keys.acquirer !== NOT_GIVEN &&
    keys.rrn !== NOT_GIVEN
  );
}

export function standInDecision(
  command: AuthoriseCard,
  { snapshot, today, undelivered, ofCard }: Circumstances,
  { limits, countPerCard }: StandInConfiguration,
): StandInDecision {
  const { amount, currency, cvc, maximum } = command;
  const limit = limits[currency];
  const { seen } = snapshot;
  const card = (seen && cardStateReason(seen, today)) ?? snapshot.card;
  if (card !== undefined) return declined(card);
  if (cvc === 'NO_MATCH') return declined('wrong_cvc');
  if (snapshot.account !== undefined) return declined(snapshot.account);
  if (currency !== snapshot.currency || limit === undefined) return declined('currency_mismatch');
  if (amount === 0n) return APPROVED;
  if (amount > maximum) return declined('amount_over_maximum');
  const use = seen && useReason(seen, command);
  if (use !== undefined) return declined(use);
  if (amount > limit.perTransaction) return declined('per_transaction_limit');
  if (ofCard.amount + amount > limit.perCard) return declined('daily_amount_limit');
  if (ofCard.count >= countPerCard) return declined('daily_count_limit');
  return snapshot.available - undelivered < amount ? declined('insufficient_funds') : APPROVED;
}

function declined(reason: DeclineReason): StandInDecision {
  return { decision: 'declined', reason, responseCode: declines[reason].responseCode };
}
