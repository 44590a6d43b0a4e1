// What an account's events fold to. Plain data (maps and sets too), so that a snapshot is the state itself.
import type {
  AccountId,
  CardId,
  CardToken,
  CurrencyCode,
  LedgerAccount,
  LocalDate,
  Micros,
  Minor,
  PaymentId,
  PotId,
  ScheduleId,
  TransactionId,
  TransferId,
} from '../brands.js';
import type {
  AuthorisationKind,
  Balances,
  CardControls,
  CardLimits,
  CardTransaction,
  Dispute,
  PaymentSchedule,
  SchemeKeys,
} from '../generated/events.js';

/** What folding needs of an event's metadata. */
export interface EventFacts {
  readonly commandId: string;
  readonly contentHash: string;
  readonly revision: number;
  readonly recordedAt: Micros;
  readonly localDate: LocalDate;
}

export interface CardUsage {
  amount: Minor;
  cash: Minor;
  count: number;
}

/** Who freezes and unfreezes for the bank. What it has frozen, no customer unfreezes. */
export const STAFF = 'staff';

export interface CardState {
  readonly cardId: CardId;
  readonly token: CardToken;
  readonly masked: string | null;
  readonly expiry: string | null;
  /** Which of the owners; null where nobody said: see `holderOf`. */
  readonly holder: string | null;
  status: 'INACTIVE' | 'ACTIVE' | 'LOST' | 'STOLEN' | 'CANCELLED' | 'REPLACED';
  /** By either of the two below. */
  frozen: boolean;
  frozenByBank: boolean;
  /** Which customer froze it; null where none did. */
  frozenByCustomer: string | null;
  controls: CardControls;
  limits: CardLimits;
  /** Of the command that issued it. */
  readonly revision: number;
  readonly contentHash: string;
  /** Spent per local date, `YYYY-MM-DD`, and per month, `YYYY-MM`; only the newest are kept. */
  readonly usage: Map<string, CardUsage>;
}

/** An increment of an authorisation, found by its own keys. */
export interface IncrementState {
  amount: Minor;
  /** Its own reversal came; nothing brings it back. */
  reversed: boolean;
  /** A partial reversal of the whole came after it and has taken it into account. */
  covered: boolean;
  readonly revision: number;
  readonly contentHash: string;
}

export interface TransactionState {
  /** As the newest event of the transaction has it. Open means status PENDING. */
  block: CardTransaction;
  kind: AuthorisationKind;
  /** A single message (0200) that moved the money at once. */
  readonly single: boolean;
  /** False where a presentment came first: the amount authorised is not known yet. */
  authorisationSeen: boolean;
  /** True once we or the scheme approved it; a reversal before that waits for the approval. */
  readonly approved: boolean;
  /** True where an advice decided it, approved or declined: a late authorisation is not decided again. */
  readonly advised: boolean;
  readonly scheme: string;
  /** Of the event that a repeat of the authorisation is answered from. */
  firstRevision: number;
  /** Of the event that began it; the map of transactions is in this order. */
  readonly recordedAt: Micros;
  contentHash: string;
  /** The date that limits count this transaction on: its authorisation's, else that of its first posting. */
  limitDate: LocalDate;
  /** What limits count of it now. */
  counted: Minor;
  readonly cashAmount: Minor;
  /** What would be authorised had no partial reversal come. */
  unreduced: Minor;
  /** Increments by their own keys. */
  increments: Map<string, IncrementState> | null;
  /** What reversals of a single message took back. */
  paymentReversed: Minor;
  sequences: Set<number> | null;
}

/** Refunds and presentments lie in one map and never take each other's keys. */
export function refundPresentment(refundKey: string): string {
  return `refund|${refundKey}`;
}

export interface PresentmentState {
  readonly transactionId: TransactionId | null;
  /** A refund's own transaction; `transactionId` is then that of the original. */
  readonly refundTransactionId: TransactionId | null;
  readonly cardId: CardId;
  readonly revision: number;
  readonly recordedAt: Micros;
  readonly contentHash: string;
  readonly scheme: string;
  readonly amount: Minor;
  readonly reconciliation: { readonly amount: Minor; readonly currency: CurrencyCode } | null;
  /** What has not been reversed. */
  left: Minor;
}

export interface DisputeState {
  /** As the newest event of the dispute has it. */
  dispute: Dispute;
  /** Of the event that opened it. */
  readonly revision: number;
  readonly recordedAt: Micros;
  readonly contentHash: string;
}

/** Whether an outcome is still to come. */
export function isOpenDispute({ status }: Dispute): boolean {
  return status === 'OPEN' || status === 'REPRESENTED';
}

export interface PotState {
  readonly potId: PotId;
  balance: Minor;
  locked: boolean;
  lockedUntil: Micros | null;
  closed: boolean;
}

export interface TransferState {
  status: 'SENT' | 'COMPLETED' | 'RETURNED' | 'RECEIVED' | 'CANCELLED';
  readonly transactionId: TransactionId | null;
  readonly amount: Minor;
  readonly revision: number;
  readonly recordedAt: Micros;
  readonly contentHash: string;
}

/** A transfer that this account did not take. */
export interface RefusedTransfer {
  readonly revision: number;
  readonly recordedAt: Micros;
  readonly contentHash: string;
}

/** A transfer's id is its sender's: two senders may have used the same. */
export function refusalKey(sourceAccountId: AccountId, transferId: TransferId): string {
  return `${sourceAccountId}|${transferId}`;
}

export interface PaymentState {
  status: 'RECEIVED' | 'SENT' | 'CONFIRMED' | 'RETURNED';
  readonly transactionId: TransactionId;
  readonly amount: Minor;
  readonly nostro: LedgerAccount;
  readonly revision: number;
  readonly recordedAt: Micros;
  readonly contentHash: string;
}

export interface ScheduleState {
  /** As the newest event of the schedule has it. */
  schedule: PaymentSchedule;
  /** The payment that comes next was tried, and is tried again. */
  deferred: boolean;
  /** Of the event that began it. */
  readonly revision: number;
  readonly recordedAt: Micros;
  readonly contentHash: string;
}

export interface WaitingReversal {
  /** The new authorised total, or null for all of it. */
  readonly replacement: Minor | null;
  readonly recordedAt: Micros;
}

export interface CommandRecord {
  readonly contentHash: string;
  /** Revision of the command's first event: what it was answered from. */
  readonly revision: number;
  readonly recordedAt: Micros;
}

export interface AccountState {
  accountId: AccountId;
  /** Of the event that opened it: not always the first, for transfers may be refused before. */
  opened: { readonly revision: number; readonly contentHash: string } | null;
  status: 'NONE' | 'OPEN' | 'FROZEN' | 'CLOSED';
  currency: CurrencyCode;
  product: string;
  owners: readonly string[];
  externalReference: string | null;
  overdraftLimit: Minor;
  ledger: Minor;
  held: Minor;
  pots: Minor;
  /** Transfers and payments sent and neither arrived nor returned. */
  inFlight: number;
  /** Revision of the newest event, -1 for none. */
  revision: number;
  recordedAt: Micros;
  readonly cards: Map<CardId, CardState>;
  readonly potsById: Map<PotId, PotState>;
  readonly transactions: Map<TransactionId, TransactionState>;
  /** Transactions by the scheme's keys, the keys of their increments too. */
  readonly byKeys: Map<string, TransactionId>;
  /** Reversals that came before their original, by its keys. */
  readonly waitingReversals: Map<string, WaitingReversal>;
  /** Presentments and refunds by their key. */
  readonly presentments: Map<string, PresentmentState>;
  /** By their key, oldest first. */
  readonly disputes: Map<string, DisputeState>;
  readonly transfers: Map<TransferId, TransferState>;
  /** Transfers to this account that it refused, by `refusalKey`; none of them is ever received. */
  readonly refusedTransfers: Map<string, RefusedTransfer>;
  readonly payments: Map<PaymentId, PaymentState>;
  readonly schedules: Map<ScheduleId, ScheduleState>;
  /** Idempotency keys, oldest first. */
  readonly commands: Map<string, CommandRecord>;
}

export function initialState(): AccountState {
  return {
    accountId: '' as AccountId,
    opened: null,
    status: 'NONE',
    currency: '' as CurrencyCode,
    product: '',
    owners: [],
    externalReference: null,
    overdraftLimit: 0n,
    ledger: 0n,
    held: 0n,
    pots: 0n,
    inFlight: 0,
    revision: -1,
    recordedAt: 0n,
    cards: new Map(),
    potsById: new Map(),
    transactions: new Map(),
    byKeys: new Map(),
    waitingReversals: new Map(),
    presentments: new Map(),
    disputes: new Map(),
    transfers: new Map(),
    refusedTransfers: new Map(),
    payments: new Map(),
    schedules: new Map(),
    commands: new Map(),
  };
}

/** The scheme keys of a card's message as one string. */
export function keyString(cardId: CardId, keys: SchemeKeys): string {
  return `${cardId}|${keys.acquirer}|${keys.stan}|${keys.rrn}|${keys.transmittedAt}`;
}

/** What limits and the customer's list count: the hold that remains and what was cleared. */
export function spentOf(block: CardTransaction): Minor {
  return block.remaining + block.cleared - block.clearingReversed;
}

export function balancesOf(state: AccountState): Balances {
  return {
    ledger: state.ledger,
    held: state.held,
    available: state.ledger - state.held + state.overdraftLimit,
    pots: state.pots,
  };
}
