// What the merchant service answers: who a descriptor names, and corrections by people.
import { Type } from '@sinclair/typebox';
import type { MerchantId } from '@tallystick/ledger-core';
import { defineContract, method } from './contract.js';
import { big, merchant as descriptor, orNull } from './ledger-commands.js';

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
  /** Which rule matched, with its provenance. */
  rule: Type.String(),
  /** 0 to 100. */
  confidence: Type.Integer(),
});

export const merchantContract = defineContract('merchant', {
  /** In the order asked. Has applied the corrections up to `minPosition`. */
  resolve: method({
    request: Type.Object({ minPosition: big, descriptors: Type.Array(descriptor, { maxItems: 10_000 }) }),
    response: Type.Object({ matches: Type.Array(match) }),
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
