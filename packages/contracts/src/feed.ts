// What the feed service answers, from its view: one item per transaction, from its first authorisation to its last refund.
import { Type } from '@sinclair/typebox';
import type { LocalDate } from '@tallystick/ledger-core';
import { defineContract, method } from './contract.js';
import { accountId, big, currency, orNull } from './ledger-commands.js';
import { merchantId, merchantLocation } from './merchant.js';

const text = orNull(Type.String());
const localDate = Type.Unsafe<LocalDate>(Type.String());

/** What somebody else posted; colours as #RRGGBB. */
export const basicItem = Type.Object({
  title: Type.String(),
  body: text,
  imageUrl: Type.String(),
  url: text,
  backgroundColor: text,
  titleColor: text,
  bodyColor: text,
});

const merchant = Type.Object({
  /** Null where the descriptor names nobody. */
  id: orNull(merchantId),
  name: Type.String(),
  location: orNull(merchantLocation),
  /** 0 to 100. */
  confidence: Type.Integer(),
});

const item = Type.Object({
  /** The transaction's id; `item_…` for what somebody posted. */
  id: Type.String(),
  accountId,
  /** Microseconds since 1970: the first event's effectiveAt. */
  created: big,
  /** Microseconds since 1970: when its last revision was recorded. */
  updated: big,
  /** Journal position of its last revision: a copy with a lower one is older. */
  revision: big,
  /** Microseconds since 1970; null while nothing is posted. */
  settled: orNull(big),
  /** card, refund (of no known transaction), pot, transfer, payment, fee, adjustment, statement-line, basic. */
  kind: Type.String(),
  /** As in the transactions list; for a basic item POSTED, or ERASED where its text is gone for ever. */
  status: Type.String(),
  declineReason: text,
  /** Negative for money out; -(remaining hold + cleared - clearing reversals) for a card transaction, never net of refunds. */
  amount: big,
  /** What came back of it, 0 or more. */
  refunded: big,
  /** The newest dispute of it: OPEN, REPRESENTED, WON, LOST or ABSORBED, what is claimed, and what the customer has of that. */
  dispute: orNull(Type.Object({ status: Type.String(), claim: big, credited: big })),
  /** Null for a basic item. */
  currency: orNull(currency),
  localAmount: orNull(big),
  localCurrency: text,
  description: Type.String(),
  mcc: text,
  related: text,
  /** groceries, eating_out, transport, …, general. */
  category: Type.String(),
  /** Null until it is enriched, and for what has no merchant. */
  merchant: orNull(merchant),
  includeInSpending: Type.Boolean(),
  basic: orNull(basicItem),
});

export const feedContract = defineContract('feed', {
  get: method({
    request: Type.Object({ accountId, itemId: Type.String(), minPosition: big }),
    response: Type.Object({ found: orNull(item) }),
    idempotent: true,
    mutates: false,
  }),
  /** Newest first; `before` is the id of the last item of the page before. `position`: changes after it are not in the page for sure. */
  list: method({
    request: Type.Object({
      accountId,
      minPosition: big,
      before: text,
      limit: Type.Integer({ minimum: 1, maximum: 1_000 }),
    }),
    response: Type.Object({ items: Type.Array(item), position: big }),
    idempotent: true,
    mutates: false,
  }),
  /**
   * Items that changed after a position, as they are now, each once, in order of their last change. The next call is given `position`;
   * `more` says that it should come at once. A page may be empty where items changed often: what changed again is given at its last change.
   */
  changes: method({
    request: Type.Object({
      accountId,
      after: big,
      minPosition: big,
      limit: Type.Integer({ minimum: 1, maximum: 1_000 }),
    }),
    response: Type.Object({ items: Type.Array(item), position: big, more: Type.Boolean() }),
    idempotent: true,
    mutates: false,
  }),
  /**
   * By local date of the transactions' first event, both ends included; refunds taken off (one of no known transaction by its own date);
   * positive for money spent. Only what has includeInSpending.
   */
  spending: method({
    request: Type.Object({
      accountId,
      from: localDate,
      to: localDate,
      by: Type.Union([Type.Literal('day'), Type.Literal('month')]),
      minPosition: big,
    }),
    response: Type.Object({
      lines: Type.Array(
        Type.Object({
          /** YYYY-MM-DD or YYYY-MM. */
          period: Type.String(),
          category: Type.String(),
          currency,
          amount: big,
          transactions: Type.Integer(),
        }),
      ),
    }),
    idempotent: true,
    mutates: false,
  }),
});
