// One account as a clerk would keep it from the events alone: plain sums and maps, by lifecycles' own words.
import type {
  Balances,
  CardControls,
  CardLimits,
  EventMetadata,
  JournalEntry,
  LedgerEvent,
} from '@tallystick/ledger-core';

export interface NaiveTransaction {
  readonly id: string;
  readonly cardId: string;
  readonly currency: string;
  kind: string;
  open: boolean;
  status: string;
  authorised: bigint;
  remaining: bigint;
  cleared: bigint;
  clearingReversed: bigint;
  refunded: bigint;
  expiresAt: bigint | null;
  approved: boolean;
  single: boolean;
  /** The day that limits count it on. */
  limitDate: string;
  cashAmount: bigint;
  /** What reversals of a single message took back. */
  paymentReversed: bigint;
  /** Amounts of increments by their keys, until they are reversed. */
  readonly increments: Map<string, bigint>;
  readonly sequences: Set<number>;
}

export interface NaiveDispute {
  readonly of: string;
  open: boolean;
  claim: bigint;
  /** Provisional credit posted, less what was taken back. */
  paid: bigint;
  /** What assets:disputes has of it. */
  cost: bigint;
}

export interface NaiveCard {
  status: string;
  frozen: boolean;
  readonly expiry: string | null;
  controls: CardControls;
  limits: CardLimits;
}

export interface NaivePot {
  balance: bigint;
  locked: boolean;
  closed: boolean;
}

export interface NaiveSchedule {
  readonly amount: bigint;
  /** To another bank. */
  readonly elsewhere: boolean;
  readonly weekly: boolean;
  readonly firstDate: string;
  readonly times: number | null;
  /** How many of its dates are crossed off. */
  decided: number;
  open: boolean;
}

export interface NaiveRow {
  amount: bigint;
  status: string;
  readonly currency: string;
  /** For a refund of a known transaction or money of a dispute, that one: the feed has no item for it. */
  readonly refundOf: string | null;
}

/** What an event of the account says, for whoever asks later. */
export interface Moment {
  readonly position: bigint;
  readonly effectiveAt: bigint;
  readonly recordedAt: bigint;
  readonly status: string;
  readonly balances: Balances;
  readonly overdraftLimit: bigint;
  /** What its postings do to the account. */
  readonly posted: { readonly ledger: bigint; readonly pots: bigint };
}

export interface Presentment {
  readonly transactionId: string | null;
  readonly amount: bigint;
  left: bigint;
}

export class NaiveAccount {
  status = 'NONE';
  currency = '';
  overdraftLimit = 0n;
  ledger = 0n;
  held = 0n;
  pots = 0n;
  /** Transfers and payments sent, neither arrived nor returned. */
  inFlight = 0;
  readonly cards = new Map<string, NaiveCard>();
  readonly potsById = new Map<string, NaivePot>();
  readonly transactions = new Map<string, NaiveTransaction>();
  /** Transactions by the keys of their messages. */
  readonly byKeys = new Map<string, string>();
  /** Reversals that came before their original: the replacement, or null for all of it. */
  readonly waiting = new Map<string, bigint | null>();
  readonly presentments = new Map<string, Presentment>();
  readonly disputes = new Map<string, NaiveDispute>();
  /** By id: the amount and where it stands. */
  readonly payments = new Map<string, { readonly amount: bigint; status: string }>();
  readonly schedules = new Map<string, NaiveSchedule>();
  /** Payments of schedules to other banks, by id: the amount. */
  readonly paidElsewhere = new Map<string, bigint>();
  /** The customer's list. */
  readonly rows = new Map<string, NaiveRow>();
  /** One per event of the stream. */
  readonly moments: Moment[] = [];

  constructor(readonly id: string) {}

  get available(): bigint {
    return this.ledger - this.held + this.overdraftLimit;
  }

  get balances(): Balances {
    return { ledger: this.ledger, held: this.held, available: this.available, pots: this.pots };
  }
}

/** What an entry does to the account: the customer's view, credits minus debits. */
export function postedTo(
  accountId: string,
  entry: JournalEntry | null,
): { readonly ledger: bigint; readonly pots: bigint } {
  let [ledger, pots] = [0n, 0n];
  for (const { account, pot, side, amount } of entry?.postings ?? []) {
    if (account !== `liabilities:customers:${accountId}`) continue;
    const change = side === 'CREDIT' ? amount : -amount;
    if (pot === null) ledger += change;
    else pots += change;
  }
  return { ledger, pots };
}

export function entryOf(event: LedgerEvent): JournalEntry | null {
  return 'entry' in event ? event.entry : null;
}

export interface Stored {
  readonly event: LedgerEvent;
  readonly metadata: EventMetadata;
  readonly position: bigint;
}

/** What the event must do to the main balance and to the pots, by its own amount (lifecycles, sections 1 to 3). */
export function moneyOf(event: LedgerEvent): { readonly ledger: bigint; readonly pots: bigint } {
  switch (event.type) {
    case 'CardPaymentPosted':
    case 'ClearingPosted':
    case 'RefundReversed':
    case 'DisputeReduced':
    case 'DisputeLost':
    case 'FeeCharged':
    case 'TransferSent':
    case 'PaymentSent':
      return { ledger: -event.amount, pots: 0n };
    case 'CardPaymentReversed':
    case 'ClearingReversed':
    case 'RefundPosted':
    case 'ProvisionalCreditPosted':
    case 'AdjustmentPosted':
    case 'StatementLinePosted':
    case 'TransferReceived':
    case 'TransferReturned':
    case 'PaymentReceived':
    case 'PaymentReturned':
      return { ledger: event.amount, pots: 0n };
    case 'PotDeposited':
      return { ledger: -event.amount, pots: event.amount };
    case 'PotWithdrawn':
      return { ledger: event.amount, pots: -event.amount };
    case 'PotClosed':
      return { ledger: event.returned, pots: -event.returned };
    default:
      return { ledger: 0n, pots: 0n };
  }
}
