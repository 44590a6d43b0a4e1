// The decline ladder: flat, the first rung that matches wins (lifecycles, section 4). Compared with docs/declines.md by a test.

export interface DeclineFacts {
  readonly responseCode: string;
  /** Reason for the customer API; null where no customer is concerned. */
  readonly customerReason: string | null;
}

const rung = (responseCode: string, customerReason: string | null): DeclineFacts => ({ responseCode, customerReason });

/** In order of precedence. */
export const declines = {
  unknown_card: rung('14', null),
  already_reversed: rung('12', 'OTHER'),
  card_lost: rung('41', 'CARD_BLOCKED'),
  card_stolen: rung('43', 'CARD_BLOCKED'),
  card_cancelled: rung('62', 'CARD_BLOCKED'),
  card_expired: rung('54', 'OTHER'),
  card_not_activated: rung('78', 'CARD_INACTIVE'),
  card_frozen: rung('62', 'CARD_BLOCKED'),
  wrong_cvc: rung('05', 'INVALID_CVC'),
  account_closed: rung('05', 'OTHER'),
  account_frozen: rung('05', 'OTHER'),
  currency_mismatch: rung('12', 'OTHER'),
  amount_over_maximum: rung('13', 'OTHER'),
  channel_off: rung('57', 'OTHER'),
  category_blocked: rung('57', 'OTHER'),
  per_transaction_limit: rung('61', 'OTHER'),
  daily_amount_limit: rung('61', 'OTHER'),
  monthly_amount_limit: rung('61', 'OTHER'),
  daily_cash_limit: rung('61', 'OTHER'),
  daily_count_limit: rung('65', 'OTHER'),
  monthly_count_limit: rung('65', 'OTHER'),
  insufficient_funds: rung('51', 'INSUFFICIENT_FUNDS'),
} as const satisfies Record<string, DeclineFacts>;

export type DeclineReason = keyof typeof declines;
