// A transaction as customers' programs are shown it (customer API, 7.5): every field, always. Pure, for answers and webhooks alike.
import type { ResponseOf, transactionsContract } from '@tallystick/contracts';
import { type DeclineReason, declines } from '@tallystick/ledger-core';
import { exactAmount } from '@tallystick/transport/service';
import { changedAt, instantShown } from './instants.js';
import { merchantShown } from './merchant-shown.js';
import type { AttachmentShown } from './written-shown.js';

export type Transaction = ResponseOf<(typeof transactionsContract)['methods']['list']>['transactions'][number];

export interface ShownFor {
  /** Who the account's own doings are put down to. */
  readonly ownerId: string;
  /** The merchant as an object, or only its id. */
  readonly expandMerchant: boolean;
  /** What this client has written beside it; keys of the bank's own win. */
  readonly written?: Readonly<Record<string, string>>;
  readonly attachments?: readonly AttachmentShown[];
}

/** Keys of the bank's own: everybody sees them, and no client writes them. */
export const BANK_KEYS = [
  'mcc',
  'decline_detail',
  'original_transaction_id',
  'pot_id',
  'pot_deposit_id',
  'pot_withdrawal_id',
  'p2p_transfer_id',
  'payment_id',
  'statement_line_id',
] as const;

type BankMetadata = Partial<Record<(typeof BANK_KEYS)[number], string>>;

/** Every client knows these; one that it does not know would cost it the whole page. */
const SAFE_DECLINE_REASONS: ReadonlySet<string> = new Set([
  'INSUFFICIENT_FUNDS',
  'CARD_INACTIVE',
  'CARD_BLOCKED',
  'INVALID_CVC',
  'OTHER',
  'STRONG_CUSTOMER_AUTHENTICATION_REQUIRED',
]);

/** @throws ProblemError, 422, where an amount is beyond 2^53 - 1 */
export function transactionShown(transaction: Transaction, shownFor: ShownFor) {
  const { ownerId, expandMerchant, written = {}, attachments = [] } = shownFor;
  const { id, accountId, created, updated, currency, kind, status, payee, includeInSpending } = transaction;
  const amount = exactAmount(transaction.amount);
  const category = categoryOf(transaction);
  const isDeclined = status === 'DECLINED';
  return {
    id: String(id),
    account_id: String(accountId),
    user_id: isOwnDoing(transaction) ? ownerId : '',
    created: instantShown(created),
    updated: instantShown(changedAt(created, updated)),
    settled: transaction.settled === null || isDeclined ? '' : instantShown(transaction.settled),
    amount,
    currency: String(currency),
    ...localOf(transaction, amount),
    amount_is_pending: status === 'PENDING',
    description: transaction.description,
    notes: written.notes ?? '',
    metadata: { ...written, ...bankMetadata(transaction) },
    merchant: payee === null ? null : expandMerchant ? merchantShown(payee) : payee.id,
    category,
    categories: { [category]: amount },
    is_load: false,
    include_in_spending: includeInSpending,
    ...(isDeclined ? { decline_reason: declineReasonOf(transaction.declineReason) } : {}),
    scheme: schemeOf(kind),
    originator: isOriginator(transaction),
    dedupe_id: String(id),
    counterparty: counterpartyOf(transaction),
    attachments: attachments.length === 0 ? null : attachments,
    fees: {},
    labels: null,
    international: null,
    atm_fees_detailed: null,
    parent_account_id: '',
    can_add_to_tab: includeInSpending,
    can_be_excluded_from_breakdown: includeInSpending,
    can_be_made_subscription: false,
    can_split_the_bill: includeInSpending,
    can_match_transactions_in_categorization: false,
  };
}

/** As it was enriched; without that, what its kind tells. */
function categoryOf({ payee, kind, amount }: Transaction): string {
  if (payee !== null) return payee.category;
  if (kind === 'pot') return 'savings';
  if (kind === 'transfer') return 'transfers';
  return kind === 'payment' && amount > 0n ? 'income' : 'general';
}

/** What comes in from outside, and what the bank does, is nobody's doing. */
function isOwnDoing({ kind, amount }: Transaction): boolean {
  if (kind === 'card' || kind === 'pot') return true;
  return (kind === 'transfer' || kind === 'payment') && amount < 0n;
}

/** Whether the account started it: a card payment is started by the merchant. */
function isOriginator({ kind, amount }: Transaction): boolean {
  return kind === 'pot' || ((kind === 'transfer' || kind === 'payment') && amount < 0n);
}

const SCHEMES: Readonly<Record<string, string>> = {
  card: 'mastercard',
  refund: 'mastercard',
  dispute: 'mastercard',
  pot: 'uk_retail_pot',
  transfer: 'p2p_payment',
  payment: 'payport_faster_payments',
  'statement-line': 'bacs',
};

function schemeOf(kind: string): string {
  return SCHEMES[kind] ?? kind;
}

/** In the merchant's currency where it was another; the same sign as the amount. */
function localOf({ localAmount, localCurrency, currency }: Transaction, amount: number) {
  if (localAmount === null || localCurrency === null) return { local_amount: amount, local_currency: String(currency) };
  const size = Math.abs(exactAmount(localAmount));
  return { local_amount: amount < 0 ? -size : amount > 0 ? size : 0, local_currency: localCurrency };
}

/** Without names: they are sealed, and none is kept in this view. */
function counterpartyOf({ kind, description }: Transaction) {
  return kind === 'transfer' ? { name: '', account_id: description } : {};
}

function declineReasonOf(reason: string | null): string {
  const shown = declines[reason as DeclineReason]?.customerReason ?? 'OTHER';
  return SAFE_DECLINE_REASONS.has(shown) ? shown : 'OTHER';
}

/** What the bank writes: texts only. */
export function bankMetadata(transaction: Transaction): BankMetadata {
  const { kind, mcc, related, declineReason, status } = transaction;
  const metadata: BankMetadata = {};
  if (mcc !== null) metadata.mcc = mcc;
  if (status === 'DECLINED' && declineReason !== null) metadata.decline_detail = declineReason;
  if (related === null) return metadata;
  switch (kind) {
    case 'refund':
    case 'dispute':
      metadata.original_transaction_id = related;
      break;
    case 'pot':
      metadata.pot_id = related;
      metadata[transaction.amount < 0n ? 'pot_deposit_id' : 'pot_withdrawal_id'] = potMoveIdOf(transaction);
      break;
    case 'transfer':
      metadata.p2p_transfer_id = related;
      break;
    case 'payment':
      metadata.payment_id = related;
      break;
    case 'statement-line':
      metadata.statement_line_id = related;
      break;
  }
  return metadata;
}

/** A move is one event of one transaction: its id is the transaction's, under another prefix. */
function potMoveIdOf({ id, amount }: Transaction): string {
  return `${amount < 0n ? 'potdep' : 'potwdr'}${id.slice(id.indexOf('_'))}`;
}
