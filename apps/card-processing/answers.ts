// What the gateway answers, made from the ledger's outcome.
import { type ledgerContract, positionToken, type ResponseOf } from '@tallystick/contracts';
import { type AccountId, AMOUNT_MAX, type CurrencyCode, type Minor, type TransactionId } from '@tallystick/ledger-core';
import { failed, type Refusal, refusal, rejected } from './refusals.js';

export interface GatewayAnswer {
  readonly kind: 'answered';
  readonly decision: 'approved' | 'declined' | 'recorded';
  /** The rung that declined, or why a clearing was suspended. */
  readonly reason: string | null;
  /** DE39. */
  readonly responseCode: string;
  readonly transactionId: TransactionId | null;
  /** Null where no account is concerned. */
  readonly accountId: AccountId | null;
  /** The amount approved or moved, in `currency`; of a partial approval less than was asked for. */
  readonly amount: Minor | null;
  readonly currency: CurrencyCode | null;
  /** Minor units of the account's currency. */
  readonly available: Minor | null;
  /** `<journal id>.<position>`. */
  readonly position: string;
}

/** What is told of an account without anything being recorded. */
export type EnquiryAnswer =
  | { readonly kind: 'declined'; readonly responseCode: string }
  | {
      readonly kind: 'balances';
      readonly currency: CurrencyCode;
      readonly balances: { readonly ledger: Minor; readonly available: Minor };
    };

export type Answered = GatewayAnswer | Refusal;

type Outcome = ResponseOf<(typeof ledgerContract)['methods']['execute']>['outcomes'][number];

export function answerOfOutcome(
  outcome: Outcome | undefined,
  accountId: AccountId | null,
  currency: CurrencyCode | null,
  journalId: string,
): Answered {
  if (outcome === undefined) return failed;
  if (outcome.kind === 'rejected') return rejected(outcome.rejection);
  const { decision, reason, responseCode, transactionId, amount, balances } = outcome.answer;
  const available = balances === null ? null : balances.available;
  const position = positionToken(journalId, outcome.position);
  if (available !== null && (available > AMOUNT_MAX || available < -AMOUNT_MAX)) {
    return outOfRange({
      decision,
      response_code: responseCode,
      position,
      ...(transactionId === null ? {} : { authorisation_id: transactionId }),
    });
  }
  return {
    kind: 'answered',
    decision,
    reason,
    responseCode,
    transactionId,
    accountId,
    amount: currency === null ? null : amount,
    currency,
    available,
    position,
  };
}

/** What was decided stands and is told; only the number that JSON would round is not (architecture, rule 11). */
function outOfRange(decided: Refusal['params']): Refusal {
  return refusal(
    422,
    'unprocessable.available_out_of_range',
    'it was decided, but what is available has more than 2^53 - 1 minor units',
    false,
    decided,
  );
}

/**
 * JSON of an answer, by hand: it is on the way of every authorisation, and all texts in it are ids, codes and names from our own
 * tables, which need no escaping.
 */
export function answerJson(answer: GatewayAnswer): string {
  const { decision, reason, responseCode, transactionId, accountId, amount, currency, available, position } = answer;
  const id = quoted(transactionId);
  const money = amount === null || currency === null ? 'null' : `{"amount":${amount},"currency":"${currency}"}`;
  return `{"decision":"${decision}","reason":${quoted(reason)},"response_code":"${responseCode}","authorisation_id":${id},"transaction_id":${id},"account_id":${quoted(accountId)},"amount":${money},"available":${available},"position":"${position}"}`;
}

function quoted(text: string | null): string {
  return text === null ? 'null' : `"${text}"`;
}
