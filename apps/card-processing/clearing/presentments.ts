// From the body that the HTTP gateway takes for a presentment to what a file's record stands for: both go by the same rules.
import { isCardNumber } from '@tallystick/contracts';
import { isCurrency } from '@tallystick/ledger-core';
import { defaultCardProcessing, HoldTimes } from '../configuration.js';
import type { CardBody, ClearingBody, MoneyBody, PresentmentReversalBody, RefundBody } from '../gateway.schemas.js';
import { parseInstant } from '../instants.js';
import {
  isRefusal,
  type Rules,
  readClearing,
  readClearingReversal,
  readRefund,
  readRefundReversal,
} from '../messages.js';
import { badCardNumber, badParam, missingParam, type Refusal } from '../refusals.js';
import { isCardToken } from '../tokens.js';
import { CARD_TO_BE_LOCATED, type Clues, fault, type PresentmentCommand, type RecordKind } from './records.js';

/** In a file it says how much it takes back or presents again: the control totals need it. */
type Reversal = PresentmentReversalBody & { readonly amount: MoneyBody };

/** A presentment as the gateway takes it over HTTP; a reversal names what it takes back, a second presentment the first. */
export type PresentmentBody =
  | { readonly type: 'clearing'; readonly body: ClearingBody }
  | { readonly type: 'refund'; readonly body: RefundBody }
  | {
      readonly type: 'clearing_reversal' | 'refund_reversal' | 'representment';
      readonly body: Reversal;
      readonly of: string;
    };

/** What a presentment needs of them is in the file: its scheme. */
const RULES: Rules = { configuration: defaultCardProcessing, holds: new HoldTimes(defaultCardProcessing) };
const CARD_ID = /^card_[0-9A-Za-z]{4,59}$/;

export function presentmentOf(presentment: PresentmentBody, clues: Clues): RecordKind {
  const { type, body } = presentment;
  const { amount, currency } = body.amount;
  if (!isCurrency(currency)) return fault('the currency is not in ISO 4217');
  const command = commandOf(presentment);
  if (isRefusal(command)) return fault(command.message);
  const card = cardFault(body.card);
  if (card !== undefined) return fault(card.message);
  const effectiveAt = body.at === undefined ? null : parseInstant(body.at);
  if (effectiveAt === undefined) return fault('at is a time as in RFC 3339, from 1970 on');
  const direction = type === 'refund' || type === 'clearing_reversal' ? 'credit' : 'debit';
  return {
    kind: 'presentment',
    presentment: { card: body.card, command, effectiveAt, direction, amount: BigInt(amount), currency, clues },
  };
}

function commandOf(presentment: PresentmentBody): PresentmentCommand | Refusal {
  switch (presentment.type) {
    case 'clearing':
      return readClearing(presentment.body, CARD_TO_BE_LOCATED, RULES);
    case 'refund':
      return readRefund(presentment.body, CARD_TO_BE_LOCATED, RULES);
    case 'clearing_reversal':
      return readClearingReversal(presentment.body, presentment.of);
    case 'refund_reversal':
      return readRefundReversal(presentment.body, presentment.of);
    case 'representment':
      return {
        type: 'RecordRepresentment',
        disputeKey: null,
        clearingKey: presentment.of,
        amount: BigInt(presentment.body.amount.amount),
      };
  }
}

/** What the card directory would refuse; here the whole file is, before anything is posted. */
function cardFault({ number, token, id }: CardBody): Refusal | undefined {
  const given = [number, token, id].filter((name) => name !== undefined).length;
  if (given === 0) return missingParam('card', 'a card is given by its number, token or id');
  if (given > 1) return badParam('card', 'a card is given by one of number, token and id');
  if (number !== undefined && !isCardNumber(number)) return badCardNumber;
  if (token !== undefined && !isCardToken(token)) return badParam('card.token', 'this is no card token');
  return id === undefined || CARD_ID.test(id) ? undefined : badParam('card.id', 'a card id begins with card_');
}
