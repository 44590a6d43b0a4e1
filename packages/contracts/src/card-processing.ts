// What card-processing answers inside the bank; the card networks reach it over HTTP and ISO 8583.
import { Type } from '@sinclair/typebox';
import type { LocalDate } from '@tallystick/ledger-core';
import { defineContract, method } from './contract.js';
import { big, currency, orNull, token } from './ledger-commands.js';

const importedRow = Type.Object({
  /** With `row`, the row's identity. */
  file: Type.String(),
  row: Type.String(),
  token,
  /** The card's reference for people; a card number only masked. */
  reference: Type.String(),
  /** Value date: noon UTC of this day. */
  date: Type.Unsafe<LocalDate>(Type.String()),
  /** Signed minor units in the billing currency; negative is a refund. */
  amount: big,
  currency,
  /** The original amount where its currency is another. */
  local: orNull(Type.Object({ amount: big, currency })),
  merchant: Type.String(),
  category: orNull(Type.String()),
});

export const cardProcessingContract = defineContract('card-processing', {
  tokenise: method({
    request: Type.Object({ cards: Type.Array(Type.String()) }),
    response: Type.Object({ tokens: Type.Array(Type.Object({ token, reference: Type.String() })) }),
    idempotent: true,
    mutates: false,
    summary: 'Keyed tokens of card numbers, and what may be shown of them.',
  }),
  /** Each row goes as an authorisation and its clearing; a second time it changes nothing. Rows of one account are applied in order. */
  importRows: method({
    request: Type.Object({ creditLimit: big, rows: Type.Array(importedRow) }),
    response: Type.Object({
      accepted: Type.Integer(),
      declined: Type.Integer(),
      declinedByFile: Type.Array(Type.Object({ file: Type.String(), declined: Type.Integer() })),
      /** How many of both were there before. */
      repeated: Type.Integer(),
      refused: Type.Array(
        Type.Object({ file: Type.String(), row: Type.String(), code: Type.String(), message: Type.String() }),
      ),
    }),
    idempotent: true,
    mutates: true,
    summary: 'Applies rows of a card-transaction file.',
  }),
});
