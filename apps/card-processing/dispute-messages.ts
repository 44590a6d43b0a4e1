// From a dispute's messages to their commands (lifecycles, section 1). Every function here is pure.
import { holdsCardNumber, maskCardNumbersIn } from '@tallystick/contracts';
import type {
  CardId,
  CloseDispute,
  CurrencyCode,
  OpenDispute,
  PostProvisionalCredit,
  RecordRepresentment,
} from '@tallystick/ledger-core';
import type { DisputeBody, DisputeOutcomeBody, ProvisionalCreditBody, RepresentmentBody } from './gateway.schemas.js';
import { isRefusal, noOriginal, readOriginal, readPart } from './messages.js';
import { badParam, type Refusal } from './refusals.js';

const OUTCOMES = { won: 'WON', lost: 'LOST', absorbed: 'ABSORBED' } as const;

/** Where the amount is left out, all that was cleared and not given back is disputed. */
export function readDispute(body: DisputeBody, cardId: CardId): OpenDispute | Refusal {
  const original = readOriginal(body);
  if (isRefusal(original)) return original;
  if (original.transactionId === null && original.originalKeys === null) return noOriginal();
  const amount = readPart(body);
  if (isRefusal(amount)) return amount;
  if (holdsCardNumber(body.dispute_key)) return badParam('dispute_key', 'the dispute key looks like a card number');
  return {
    type: 'OpenDispute',
    disputeKey: body.dispute_key,
    cardId,
    ...original,
    amount,
    // readPart has checked it.
    currency: body.amount === undefined ? null : (body.amount.currency as CurrencyCode),
    reason: maskCardNumbersIn(body.reason),
  };
}

export function readProvisionalCredit(
  body: ProvisionalCreditBody,
  disputeKey: string,
): PostProvisionalCredit | Refusal {
  const amount = readPart(body);
  return isRefusal(amount) ? amount : { type: 'PostProvisionalCredit', disputeKey, amount };
}

export function readRepresentment(body: RepresentmentBody, disputeKey: string): RecordRepresentment | Refusal {
  const amount = readPart(body);
  return isRefusal(amount) ? amount : { type: 'RecordRepresentment', disputeKey, clearingKey: null, amount };
}

export function readOutcome(body: DisputeOutcomeBody, disputeKey: string): CloseDispute {
  return { type: 'CloseDispute', disputeKey, outcome: OUTCOMES[body.outcome] };
}
