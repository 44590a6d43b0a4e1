// What a command is answered with, derived from the stored event alone: the first answer and every repeat are the same.
import type { Minor, TransactionId } from '../brands.js';
import type { Balances, EventType } from '../generated/events.js';
import type { AccountStreamEvent } from './evolve.js';

export interface Answer {
  /** The event that answers, or null where nothing was left to do. */
  readonly type: EventType | null;
  readonly decision: 'approved' | 'declined' | 'recorded';
  /** Rung of the ladder, or for a refused transfer the rejection's name; null unless declined. */
  readonly reason: string | null;
  /** DE39. */
  readonly responseCode: string;
  readonly transactionId: TransactionId | null;
  /** The amount approved or moved, where there is one. */
  readonly amount: Minor | null;
  /** Balances after the event; null for events that don't carry them. */
  readonly balances: Balances | null;
}

/**
 * @param asked type of the command. Where an authorisation is answered from what the scheme decided for us before it came (its advice),
 *   it hears that decision; to the advice itself the same event is a record.
 */
export function answerOf(event: AccountStreamEvent, asked?: string): Answer {
  const answer = recordedAnswer(event);
  if (asked !== 'AuthoriseCard') return answer;
  if (event.type === 'AuthorisationAdvised')
    return { ...answer, decision: 'approved', responseCode: event.responseCode };
  if (event.type === 'AuthorisationDeclined' && event.reason === 'stand_in')
    return { ...answer, decision: 'declined', responseCode: event.responseCode };
  return answer;
}

function recordedAnswer(event: AccountStreamEvent): Answer {
  const balances = 'balances' in event ? event.balances : null;
  switch (event.type) {
    case 'AuthorisationApproved':
      return {
        type: event.type,
        decision: 'approved',
        reason: null,
        responseCode: event.responseCode,
        transactionId: event.transaction.transactionId,
        amount: event.approved,
        balances,
      };
    case 'CardPaymentPosted':
      return {
        type: event.type,
        decision: 'approved',
        reason: null,
        responseCode: event.responseCode,
        transactionId: event.transaction.transactionId,
        amount: event.amount,
        balances,
      };
    case 'AuthorisationIncremented':
      return {
        type: event.type,
        decision: 'approved',
        reason: null,
        responseCode: '00',
        transactionId: event.transaction.transactionId,
        amount: event.increment,
        balances,
      };
    case 'AuthorisationDeclined':
      return {
        type: event.type,
        decision: event.reason === 'stand_in' ? 'recorded' : 'declined',
        reason: event.reason,
        responseCode: event.reason === 'stand_in' ? '00' : event.responseCode,
        transactionId: event.transaction.transactionId,
        amount: null,
        balances,
      };
    case 'TransferRefused':
      return {
        type: event.type,
        decision: 'declined',
        reason: event.reason,
        responseCode: event.responseCode,
        transactionId: null,
        amount: null,
        balances,
      };
    default: {
      const transactionId =
        'transaction' in event
          ? event.transaction.transactionId
          : 'transactionId' in event && event.transactionId !== null
            ? event.transactionId
            : 'dispute' in event
              ? event.dispute.originalTransactionId
              : null;
      return {
        type: event.type,
        decision: 'recorded',
        reason: null,
        responseCode: '00',
        transactionId,
        amount: 'amount' in event ? event.amount : null,
        balances,
      };
    }
  }
}

/** The answer where nothing was left to do: 00, with the balances as they stand. */
export function nothingToDo(balances: Balances): Answer {
  return {
    type: null,
    decision: 'recorded',
    reason: null,
    responseCode: '00',
    transactionId: null,
    amount: null,
    balances,
  };
}
