// What the cards service answers: whose a card is, and what its owner changes about it.
import { Type } from '@sinclair/typebox';
import type { CardState, LocalDate } from '@tallystick/ledger-core';
import { defineContract, method } from './contract.js';
import { ledgerContract } from './ledger.js';
import { accountId, big, cardId, controls, limits, orNull, token } from './ledger-commands.js';

const outcomes = ledgerContract.methods.execute.response;

/** Where a card is: one card belongs to one account for ever. */
const place = Type.Object({ accountId, cardId });

const circumstances = {
  caller: Type.String(),
  key: Type.String(),
  effectiveAt: big,
  localDate: Type.Unsafe<LocalDate>(Type.String()),
};

const newCard = { token, masked: orNull(Type.String()), expiry: orNull(Type.String()) };

const card = Type.Object({
  cardId,
  /** `************1234`, where its number was known. */
  masked: orNull(Type.String()),
  /** YYYY-MM. */
  expiry: orNull(Type.String()),
  /** Which of the account's owners; null where nobody said. */
  holder: orNull(Type.String()),
  /** INACTIVE, ACTIVE, LOST, STOLEN, CANCELLED or REPLACED. */
  status: Type.Unsafe<CardState['status']>(Type.String()),
  /** The card that came in its place. */
  replacedBy: orNull(cardId),
  frozen: Type.Boolean(),
  controls,
  limits,
  /** Microseconds since 1970: effectiveAt of its issuing. */
  issuedAt: big,
});

export const cardsContract = defineContract('cards', {
  /** All cards that the account ever had, as its view has seen them at `minPosition` or later; 0 for whatever it has seen. */
  list: method({
    request: Type.Object({ accountId, minPosition: big }),
    response: Type.Object({ cards: Type.Array(card) }),
    idempotent: true,
    mutates: false,
  }),
  resolve: method({
    request: Type.Object({ token: orNull(token), cardId: orNull(cardId) }),
    response: Type.Object({ place: orNull(place) }),
    idempotent: true,
    mutates: false,
    summary: 'The account and card of a token or a card id.',
  }),
  issue: method({
    request: Type.Object({
      ...circumstances,
      accountId,
      ...newCard,
      holder: orNull(Type.String()),
      active: Type.Boolean(),
      controls,
      limits,
    }),
    response: Type.Object({ cardId, outcomes: outcomes.properties.outcomes }),
    idempotent: true,
    mutates: true,
    summary: 'Issues a card; a token that belongs to another account is rejected with IdInUse.',
  }),
  replace: method({
    request: Type.Object({ ...circumstances, cardId, replacement: Type.Object(newCard) }),
    response: Type.Object({ cardId, outcomes: outcomes.properties.outcomes }),
    idempotent: true,
    mutates: true,
    summary: 'Replaces a card; the old one still resolves to its account.',
  }),
});
