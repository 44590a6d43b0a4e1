// Every rejection there is: a malformed or impossible command. A decline of the ladder is an event, never a rejection.
// One table, compared with docs/rejections.md by a test.

export interface RejectionFacts {
  /** Stable code of the error body. */
  readonly code: string;
  readonly status: 400 | 404 | 409 | 412 | 422;
  /** ISO 8583 response code, DE39. */
  readonly responseCode: string;
  /** Reason for the customer API. */
  readonly customerReason: string;
  /** Whether sending the same again may succeed later. */
  readonly retryable: boolean;
  readonly message: string;
}

const facts = (
  code: string,
  status: RejectionFacts['status'],
  responseCode: string,
  retryable: boolean,
  message: string,
  customerReason = 'OTHER',
): RejectionFacts => ({ code, status, responseCode, customerReason, retryable, message });

export const rejections = {
  InvalidAmount: facts(
    'bad_request.bad_param.amount',
    400,
    '13',
    false,
    'the amount must be a whole number of minor units above zero and at most 9007199254740991',
  ),
  InvalidCurrency: facts('bad_request.bad_param.currency', 400, '12', false, 'the currency is not in ISO 4217'),
  IdempotencyKeyReused: facts(
    'conflict.idempotency_key_reused',
    409,
    '94',
    false,
    'this idempotency key was used before with other content',
  ),
  SchemeKeysReused: facts(
    'conflict.scheme_keys_reused',
    409,
    '94',
    false,
    'these scheme keys were used before with other content',
  ),
  ClearingKeyReused: facts(
    'conflict.clearing_key_reused',
    409,
    '94',
    false,
    'this presentment was posted before with other content',
  ),
  DisputeKeyReused: facts(
    'conflict.dispute_key_reused',
    409,
    '94',
    false,
    'this dispute was opened before with other content',
  ),
  IdInUse: facts('conflict.id_in_use', 409, '94', false, 'this id is in use with other content'),
  UnknownAccount: facts('not_found.account', 404, '14', true, 'there is no such account'),
  UnknownCard: facts('not_found.card', 404, '14', true, 'there is no such card on this account'),
  UnknownTransaction: facts('not_found.transaction', 404, '25', true, 'there is no such transaction on this account'),
  UnknownPot: facts('not_found.pot', 404, '12', true, 'there is no such pot on this account'),
  UnknownTransfer: facts('not_found.transfer', 404, '12', true, 'there is no such transfer on this account'),
  UnknownPayment: facts('not_found.payment', 404, '12', true, 'there is no such payment on this account'),
  UnknownSchedule: facts('not_found.schedule', 404, '12', true, 'there is no such scheduled payment on this account'),
  UnknownPresentment: facts(
    'not_found.presentment',
    404,
    '25',
    true,
    'there is no such presentment on this account, or it was reversed',
  ),
  UnknownDispute: facts('not_found.dispute', 404, '25', true, 'there is no such open dispute on this account'),
  UnknownMerchant: facts('not_found.merchant', 404, '12', true, 'there is no such merchant'),
  UnknownAttachment: facts('not_found.attachment', 404, '12', false, 'there is no such attachment'),
  UnknownReceipt: facts('not_found.receipt', 404, '12', false, 'there is no such receipt'),
  TooMuchMetadata: facts(
    'bad_request.bad_param.metadata',
    400,
    '12',
    false,
    'a transaction has at most 50 keys of metadata for each client',
  ),
  TooManyAttachments: facts(
    'bad_request.too_many_attachments',
    400,
    '12',
    false,
    'a transaction has at most 20 attachments',
  ),
  CustomerErased: facts(
    'precondition_failed.customer_erased',
    412,
    '12',
    false,
    'what this customer wrote was erased for good, and nothing new can be kept',
  ),
  UnknownUser: facts('not_found.user', 404, '12', true, 'there is no such customer'),
  UserErased: facts('precondition_failed.user_erased', 412, '12', false, 'the customer was erased'),
  UnknownOwner: facts('not_found.owner', 404, '12', false, 'this is no owner of the account'),
  AlreadyOwner: facts('precondition_failed.already_owner', 412, '12', false, 'this is an owner of the account already'),
  LastOwner: facts('precondition_failed.last_owner', 412, '12', false, 'the account would have no owner left'),
  TooManyOwners: facts('precondition_failed.too_many_owners', 412, '12', false, 'an account has 16 owners at most'),
  HolderNotOwner: facts(
    'precondition_failed.holder_not_owner',
    412,
    '12',
    false,
    "the card's holder is no owner of the account",
  ),
  HolderNeeded: facts(
    'bad_request.missing_param.holder',
    400,
    '12',
    false,
    'a card of an account with several owners needs a holder',
  ),
  AccountClosed: facts('precondition_failed.account_closed', 412, '05', false, 'the account is closed'),
  AccountFrozen: facts('precondition_failed.account_frozen', 412, '05', true, 'the account is frozen'),
  AccountNotFrozen: facts('precondition_failed.account_not_frozen', 412, '12', false, 'the account is not frozen'),
  AccountNotEmpty: facts(
    'precondition_failed.account_not_empty',
    412,
    '12',
    true,
    'the account still has money, holds, pots with money, transfers in flight or open disputes',
  ),
  CurrencyMismatch: facts(
    'precondition_failed.currency_mismatch',
    412,
    '12',
    false,
    "the currency is not the account's",
  ),
  InsufficientFunds: facts(
    'precondition_failed.insufficient_funds',
    412,
    '51',
    true,
    'not enough money is available',
    'INSUFFICIENT_FUNDS',
  ),
  CardState: facts(
    'precondition_failed.card_state',
    412,
    '62',
    false,
    'the card is in a state that does not allow this',
    'CARD_BLOCKED',
  ),
  PotLocked: facts('precondition_failed.pot_locked', 412, '12', true, 'the pot is locked'),
  PotNotLocked: facts('precondition_failed.pot_not_locked', 412, '12', false, 'the pot is not locked'),
  PotClosed: facts('precondition_failed.pot_closed', 412, '12', false, 'the pot is closed'),
  SameAccount: facts(
    'bad_request.bad_param.destination_account_id',
    400,
    '12',
    false,
    'a transfer needs two different accounts',
  ),
  TransferCancelled: facts('precondition_failed.transfer_cancelled', 412, '12', false, 'the transfer was cancelled'),
  TransferNotInFlight: facts(
    'precondition_failed.transfer_not_in_flight',
    412,
    '12',
    false,
    'the transfer is not in flight',
  ),
  PaymentNotInFlight: facts(
    'precondition_failed.payment_not_in_flight',
    412,
    '12',
    false,
    'the payment is not in flight',
  ),
  InvalidFirstDate: facts(
    'bad_request.bad_param.first_date',
    400,
    '12',
    false,
    'the first date must be a date that has not passed, as YYYY-MM-DD',
  ),
  InvalidLastDate: facts(
    'bad_request.bad_param.last_date',
    400,
    '12',
    false,
    'the last date must be a date, as YYYY-MM-DD, and not before the first',
  ),
  InvalidTimes: facts(
    'bad_request.bad_param.times',
    400,
    '12',
    false,
    'the number of payments must be a whole number from 1 to 10000',
  ),
  ScheduleNotActive: facts(
    'precondition_failed.schedule_not_active',
    412,
    '12',
    false,
    'the scheduled payment is over or was cancelled',
  ),
  ScheduleNotDue: facts(
    'precondition_failed.schedule_not_due',
    412,
    '12',
    true,
    'the scheduled payment is not due yet',
  ),
  HoldNotDue: facts('precondition_failed.hold_not_due', 412, '12', true, 'the hold has not expired yet'),
  FourEyesRequired: facts(
    'precondition_failed.four_eyes_required',
    412,
    '12',
    false,
    'an adjustment needs two different people',
  ),
  UnknownLedgerAccount: facts(
    'bad_request.bad_param.contra',
    400,
    '12',
    false,
    'the account is not in the chart of accounts',
  ),
  BalanceOutOfRange: facts(
    'precondition_failed.balance_out_of_range',
    412,
    '13',
    false,
    'the balance would leave the range of 64 bits',
  ),
  ReversalTooLarge: facts(
    'precondition_failed.reversal_too_large',
    412,
    '13',
    false,
    'more would be reversed than is left',
  ),
  DisputeClosed: facts('precondition_failed.dispute_closed', 412, '12', false, 'the dispute is closed'),
  DisputeTooLarge: facts(
    'precondition_failed.dispute_too_large',
    412,
    '13',
    false,
    'more would be disputed or credited than was cleared and not given back',
  ),
  EntryUnbalanced: facts(
    'bad_request.bad_param.postings',
    400,
    '13',
    false,
    'debits and credits must be equal in each currency, each amount above zero',
  ),
} as const satisfies Record<string, RejectionFacts>;

export type RejectionName = keyof typeof rejections;
