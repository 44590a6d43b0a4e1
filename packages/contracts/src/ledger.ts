// What the ledger answers. It is the only writer of account streams.
import { Type } from '@sinclair/typebox';
import type { DeclineReason, EventType, LocalDate, RejectionName } from '@tallystick/ledger-core';
import { defineContract, method } from './contract.js';
import {
  accountCommand,
  accountId,
  big,
  cardId,
  channel,
  currency,
  orNull,
  token,
  transactionId,
  unknownCardCommand,
} from './ledger-commands.js';

const balances = Type.Object({ ledger: big, held: big, available: big, pots: big });

const rejected = Type.Object({ kind: Type.Literal('rejected'), rejection: Type.Unsafe<RejectionName>(Type.String()) });

const answered = Type.Object({
  kind: Type.Literal('answered'),
  answer: Type.Object({
    type: orNull(Type.Unsafe<EventType>(Type.String())),
    decision: Type.Union([Type.Literal('approved'), Type.Literal('declined'), Type.Literal('recorded')]),
    reason: orNull(Type.String()),
    responseCode: Type.String(),
    transactionId: orNull(transactionId),
    amount: orNull(big),
    balances: orNull(balances),
  }),
  /** Position of the event that answers, or of a later one of the same account. */
  position: big,
  /** True where the command was decided before and this is its first answer. */
  repeated: Type.Boolean(),
});

const circumstances = {
  /** Unique for the caller and the account; the same key with the same content gives the same answer. */
  key: Type.String(),
  /** Microseconds since 1970: when it counts. */
  effectiveAt: big,
  /** YYYY-MM-DD in the book's time zone. */
  localDate: Type.Unsafe<LocalDate>(Type.String()),
  /** recordedAt of the event that caused this command; 0 for none. */
  causedAt: big,
};

const execute = Type.Object({
  accountId,
  /** Who the key belongs to, without a slash. */
  caller: Type.String(),
  /** Decided one after the other, appended together; after a decline or a rejection the rest is not decided and has no outcome. */
  commands: Type.Array(Type.Object({ ...circumstances, command: accountCommand })),
});

const outcomes = Type.Object({ outcomes: Type.Array(Type.Union([answered, rejected])) });

export const ledgerContract = defineContract('ledger', {
  execute: method({
    request: execute,
    response: outcomes,
    idempotent: true,
    mutates: true,
    summary: 'Decides commands of one account.',
  }),
  executeAll: method({
    request: Type.Object({ requests: Type.Array(execute) }),
    response: Type.Object({ responses: Type.Array(outcomes) }),
    idempotent: true,
    mutates: true,
    summary: 'Decides commands of many accounts; each request stands for itself.',
  }),
  executeUnknownCard: method({
    request: Type.Object({ token, caller: Type.String(), ...circumstances, command: unknownCardCommand }),
    response: outcomes,
    idempotent: true,
    mutates: true,
    summary: 'Declines and records what was asked of a card that nobody issued.',
  }),
  suspendClearing: method({
    request: Type.Object({
      caller: Type.String(),
      ...circumstances,
      clearingKey: Type.String(),
      scheme: Type.String(),
      amount: big,
      currency,
      reconciliation: orNull(Type.Object({ amount: big, currency })),
      refund: Type.Boolean(),
      reason: Type.String(),
      description: Type.String(),
    }),
    response: outcomes,
    idempotent: true,
    mutates: true,
    summary: 'Posts a presentment of an unknown card to suspense.',
  }),
  settled: method({
    request: Type.Object({ accountId }),
    /** Position of the journal's newest event then. */
    response: Type.Object({ head: big }),
    idempotent: true,
    mutates: false,
    summary: 'Answers when what this ledger was asked about the account before is decided and stored, or refused.',
  }),
  completeBatch: method({
    request: Type.Object({
      kind: Type.String(),
      file: Type.String(),
      identity: Type.String(),
      contentFingerprint: Type.String(),
      rows: Type.Integer(),
      accepted: Type.Integer(),
      declined: Type.Integer(),
      effectiveAt: big,
      localDate: Type.Unsafe<LocalDate>(Type.String()),
    }),
    response: Type.Object({ recorded: Type.Boolean() }),
    idempotent: true,
    mutates: true,
    summary: 'Records that a file was taken in whole; recorded is false where it was before.',
  }),
  batch: method({
    request: Type.Object({ kind: Type.String(), identity: Type.String() }),
    response: Type.Object({
      found: orNull(
        Type.Object({
          file: Type.String(),
          contentFingerprint: Type.String(),
          rows: Type.Integer(),
          accepted: Type.Integer(),
          declined: Type.Integer(),
        }),
      ),
    }),
    idempotent: true,
    mutates: false,
    summary: 'What is known of a file that was taken in.',
  }),
  account: method({
    request: Type.Object({ accountId }),
    response: Type.Object({
      found: orNull(
        Type.Object({
          status: Type.String(),
          currency,
          product: Type.String(),
          owners: Type.Array(Type.String()),
          externalReference: orNull(Type.String()),
          balances,
        }),
      ),
    }),
    idempotent: true,
    mutates: false,
    summary: 'The account as of the newest stored event.',
  }),
  enquire: method({
    request: Type.Object({
      accountId,
      cardId,
      channel,
      mcc: orNull(Type.String()),
      today: Type.Unsafe<LocalDate>(Type.String()),
    }),
    response: Type.Object({
      /** The rung of the decline ladder; null where the card may be used. */
      reason: orNull(Type.Unsafe<DeclineReason>(Type.String())),
      currency,
      balances,
    }),
    idempotent: true,
    mutates: false,
    summary: 'What a card can say of its account as of the newest stored event; nothing is recorded.',
  }),
  journal: method({
    request: Type.Object({}),
    response: Type.Object({ id: Type.String(), head: big }),
    idempotent: true,
    mutates: false,
    summary: "The journal's id, the first part of every token, and the position of its newest event.",
  }),
});
