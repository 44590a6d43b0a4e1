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

const clearingFormat = Type.Union([Type.Literal('json'), Type.Literal('ipm'), Type.Literal('ipm-ascii')]);
const localDate = Type.Unsafe<LocalDate>(Type.String());
/** What a clearing file says of itself; its business day is the presentments' value date. */
const clearingFile = Type.Object({ id: Type.String(), scheme: Type.String(), date: localDate });
const clearingTotal = Type.Object({ currency, debits: big, credits: big });

/** One of `header`, `trailer`, `presentment`, `exception` and `fault` is there; of an IPM record without money none of them. */
const clearingRecord = Type.Object({
  header: orNull(
    Type.Object({ file: clearingFile, count: orNull(Type.Integer()), totals: orNull(Type.Array(clearingTotal)) }),
  ),
  trailer: orNull(Type.Object({ id: Type.String(), checksum: big, messages: Type.Integer() })),
  presentment: orNull(
    Type.Object({ direction: Type.Union([Type.Literal('debit'), Type.Literal('credit')]), amount: big, currency }),
  ),
  /** Why the record is not posted but somebody must look at it. */
  exception: orNull(Type.String()),
  /** Why the whole file cannot be taken in, without any value of it. */
  fault: orNull(Type.String()),
  /** DE4 of an IPM record, whatever its currency; else 0. */
  checksum: big,
  /** DE71. */
  messageNumber: orNull(Type.Integer()),
  /** Of the content without card numbers. */
  fingerprint: Type.String(),
});

export const cardProcessingContract = defineContract('card-processing', {
  tokenise: method({
    request: Type.Object({ cards: Type.Array(Type.String()) }),
    response: Type.Object({ tokens: Type.Array(Type.Object({ token, reference: Type.String() })) }),
    idempotent: true,
    mutates: false,
    summary: 'Keyed tokens of card numbers, and what may be shown of them.',
  }),
  /** The number itself is told to nobody: it follows from the bank's secret and the name, whoever makes the card. */
  assignNumber: method({
    request: Type.Object({
      /** What tells the card from every other. */
      name: Type.String(),
    }),
    response: Type.Object({ token, reference: Type.String() }),
    idempotent: true,
    mutates: false,
    summary: 'The keyed token of a number for a new card, and what may be shown of it.',
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
  readClearing: method({
    request: Type.Object({
      format: clearingFormat,
      /** Null for the first record, which says what it is. */
      file: orNull(clearingFile),
      records: Type.Array(Type.Uint8Array()),
    }),
    response: Type.Object({ records: Type.Array(clearingRecord) }),
    idempotent: true,
    mutates: false,
    summary: 'What records of a clearing file say, for the control totals; posts nothing.',
  }),
  /** Records of one account are posted in order. A second time nothing is posted, even where an earlier call ended half way. */
  postClearing: method({
    request: Type.Object({
      format: clearingFormat,
      file: clearingFile,
      /** Number of the first of these records in the file, from 1: with the file's id, what tells each apart for ever. */
      first: Type.Integer(),
      records: Type.Array(Type.Uint8Array()),
    }),
    response: Type.Object({
      posted: Type.Integer(),
      /** Posted before, with the same content. */
      repeated: Type.Integer(),
      exceptions: Type.Array(Type.Object({ record: Type.Integer(), reason: Type.String() })),
      /** How the clearings that were posted found their authorisations; confidence in percent. */
      matches: Type.Array(Type.Object({ way: Type.String(), confidence: Type.Integer(), count: Type.Integer() })),
    }),
    idempotent: true,
    mutates: true,
    summary: 'Posts the presentments among records of a clearing file that was checked as a whole.',
  }),
});
