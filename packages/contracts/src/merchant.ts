// What the merchant service answers: who a descriptor names, and corrections by people.
import { Type } from '@sinclair/typebox';
import type { MerchantId } from '@tallystick/ledger-core';
import { defineContract, method } from './contract.js';
import { accountId, big, merchant as descriptor, orNull, transactionId } from './ledger-commands.js';

export const merchantId = Type.Unsafe<MerchantId>(Type.String());

const text = orNull(Type.String());
/** Microdegrees, north and east positive. */
const degrees = orNull(Type.Integer());

export const merchantLocation = Type.Object({
  address: text,
  city: text,
  region: text,
  /** ISO 3166 alpha-3 code. */
  country: text,
  postcode: text,
  latitude: degrees,
  longitude: degrees,
});

const known = Type.Object({
  merchantId,
  name: Type.String(),
  category: Type.String(),
  location: orNull(merchantLocation),
  /** Journal position of the last correction; null where nobody corrected it. */
  correction: orNull(big),
});

const match = Type.Object({
  /** Null where the descriptor names nobody. */
  merchantId: orNull(merchantId),
  name: Type.String(),
  category: Type.String(),
  location: orNull(merchantLocation),
  correction: orNull(big),
  /** The normalised descriptor. */
  descriptor: Type.String(),
  /** Version of the rules and the registry. */
  catalogue: Type.String(),
  /** Which rule matched, with its provenance, and what said the category. */
  rule: Type.String(),
  /** 0 to 100. */
  confidence: Type.Integer(),
});

const place = Type.Object({ accountId, transactionId });

/** A transaction of a merchant, by its newest enrichment. */
const transaction = Type.Object({
  accountId,
  transactionId,
  originalTransactionId: orNull(transactionId),
  /** Journal position of the last correction that its newest enrichment applied. */
  applied: orNull(big),
  /** What is known now: the newest enrichment with the merchant's last correction. */
  match,
});

/** What tells whether enriching a transaction again would say anything new. */
const enrichment = Type.Object({
  merchantId: orNull(merchantId),
  category: Type.String(),
  /** The normalised descriptor. */
  descriptor: Type.String(),
});

export const merchantContract = defineContract('merchant', {
  /** In the order asked. Has applied the corrections up to `minPosition`. */
  resolve: method({
    request: Type.Object({ minPosition: big, descriptors: Type.Array(descriptor, { maxItems: 10_000 }) }),
    response: Type.Object({ matches: Type.Array(match) }),
    idempotent: true,
    mutates: false,
  }),
  /** The newest enrichment of each transaction, in the order asked; null where it has none. */
  enrichmentsOf: method({
    request: Type.Object({ minPosition: big, transactions: Type.Array(place, { maxItems: 10_000 }) }),
    response: Type.Object({ enrichments: Type.Array(orNull(enrichment)) }),
    idempotent: true,
    mutates: false,
  }),
  /**
   * Transactions whose newest enrichment names the merchant, a month after the other; within a month by account, then transaction. A page
   * may hold fewer than `limit`, or none, and yet not be the last: that is the one whose `next` is null.
   */
  transactionsOf: method({
    request: Type.Object({
      merchantId,
      minPosition: big,
      /** `next` of the page before. */
      after: orNull(place),
      limit: Type.Integer({ minimum: 1, maximum: 10_000 }),
    }),
    response: Type.Object({ transactions: Type.Array(transaction), next: orNull(place) }),
    idempotent: true,
    mutates: false,
  }),
  get: method({
    request: Type.Object({ merchantId, minPosition: big }),
    response: Type.Object({ found: orNull(known) }),
    idempotent: true,
    mutates: false,
  }),
  /** What is null stays as it is. Old transactions of the merchant follow by themselves. */
  correct: method({
    request: Type.Object({
      merchantId,
      caller: Type.String(),
      key: Type.String(),
      name: text,
      category: text,
      location: orNull(merchantLocation),
      reason: Type.String(),
    }),
    response: Type.Union([
      Type.Object({ kind: Type.Literal('corrected'), merchant: known, position: big }),
      Type.Object({
        kind: Type.Literal('rejected'),
        rejection: Type.Union([Type.Literal('UnknownMerchant'), Type.Literal('IdempotencyKeyReused')]),
      }),
    ]),
    idempotent: true,
    mutates: true,
  }),
});
