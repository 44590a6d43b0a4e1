// One row per transaction, written from its last event alone.
import type {
  AccountId,
  AccountStreamEvent,
  CardTransaction,
  EventType,
  LedgerEvent,
  Merchant,
  Micros,
  Minor,
  Money,
  TransactionId,
} from '@tallystick/ledger-core';
import { mapping, type ProjectedEvent, type Projection, type Upsert } from '@tallystick/views';
import { monthOf } from './month.js';
import { accountMonthsTable, transactionsTable } from './transactions.tables.js';

interface What {
  readonly kind: string;
  readonly description: string;
  readonly merchant?: Merchant;
  readonly local?: Money | null;
  readonly related?: string | null;
}

interface MoneyPart {
  readonly amount: Minor;
  readonly currency: string;
  readonly status: string;
  readonly created: Micros;
  readonly declineReason?: string;
}

const HANDLED: readonly EventType[] = [
  'AuthorisationApproved',
  'AuthorisationDeclined',
  'AuthorisationIncremented',
  'AuthorisationAdvised',
  'AuthorisationAdjusted',
  'AuthorisationReversed',
  'AuthorisationExpired',
  'CardPaymentPosted',
  'CardPaymentReversed',
  'ClearingPosted',
  'ClearingReversed',
  'RefundPosted',
  'RefundReversed',
  'PotDeposited',
  'PotWithdrawn',
  'PotClosed',
  'TransferSent',
  'TransferReceived',
  'TransferReturned',
  'PaymentReceived',
  'PaymentSent',
  'PaymentReturned',
  'FeeCharged',
  'AdjustmentPosted',
  'StatementLinePosted',
];

export const transactionsProjection: Projection = mapping({
  name: 'transactions',
  tables: [transactionsTable, accountMonthsTable],
  handles: HANDLED,
  project(projected, out) {
    const { accountId } = projected.metadata;
    if (accountId !== null) new Row(projected, accountId, out).write(projected.event);
  },
});

/** -(remaining hold + cleared - clearing reversals), never net of refunds. */
function amountOf(block: CardTransaction): Minor {
  return -(block.remaining + block.cleared - block.clearingReversed);
}

class Row {
  constructor(
    private readonly projected: ProjectedEvent,
    private readonly accountId: AccountId,
    private readonly out: Upsert[],
  ) {}

  write(event: LedgerEvent): void {
    switch (event.type) {
      case 'AuthorisationApproved':
      case 'AuthorisationAdvised':
        return this.card(event.transaction, {
          kind: 'card',
          description: event.merchant.descriptor,
          merchant: event.merchant,
          local: event.local,
        });
      case 'AuthorisationDeclined':
        return event.increment ? undefined : this.declined(event);
      case 'AuthorisationIncremented':
      case 'AuthorisationAdjusted':
      case 'AuthorisationReversed':
      case 'AuthorisationExpired':
      case 'CardPaymentReversed':
      case 'ClearingReversed':
        return this.card(event.transaction);
      case 'CardPaymentPosted':
      case 'ClearingPosted':
        this.card(event.transaction, {
          kind: 'card',
          description: event.merchant.descriptor,
          merchant: event.merchant,
          local: event.local,
        });
        return this.settled(event.transaction.transactionId);
      case 'RefundPosted':
        this.posted(event.transactionId, event.amount, event.currency, {
          kind: 'refund',
          description: event.merchant.descriptor,
          merchant: event.merchant,
          local: event.local,
          related: event.original?.transactionId ?? null,
        });
        return;
      case 'RefundReversed':
        return this.money(event.transactionId, {
          amount: event.left,
          currency: event.currency,
          status: event.left === 0n ? 'REVERSED' : 'SETTLED',
          created: this.createdOf(event.transactionId),
        });
      default:
        return this.writeOther(event);
    }
  }

  private writeOther(event: Exclude<LedgerEvent, AccountStreamEvent> | AccountStreamEvent): void {
    switch (event.type) {
      case 'PotDeposited':
        return this.posted(event.transactionId, -event.amount, event.currency, {
          kind: 'pot',
          description: event.potId,
          related: event.potId,
        });
      case 'PotWithdrawn':
        return this.posted(event.transactionId, event.amount, event.currency, {
          kind: 'pot',
          description: event.potId,
          related: event.potId,
        });
      case 'PotClosed':
        return event.returned === 0n
          ? undefined
          : this.posted(event.transactionId, event.returned, event.currency, {
              kind: 'pot',
              description: event.potId,
              related: event.potId,
            });
      case 'TransferSent':
        return this.posted(event.transactionId, -event.amount, event.currency, {
          kind: 'transfer',
          description: event.destinationAccountId,
          related: event.transferId,
        });
      case 'TransferReceived':
        return this.posted(event.transactionId, event.amount, event.currency, {
          kind: 'transfer',
          description: event.sourceAccountId,
          related: event.transferId,
        });
      case 'PaymentReceived':
        return this.posted(event.transactionId, event.amount, event.currency, {
          kind: 'payment',
          description: event.scheme,
          related: event.paymentId,
        });
      case 'PaymentSent':
        return this.posted(event.transactionId, -event.amount, event.currency, {
          kind: 'payment',
          description: event.scheme,
          related: event.paymentId,
        });
      case 'TransferReturned':
      case 'PaymentReturned':
        return this.money(event.transactionId, {
          amount: 0n,
          currency: event.currency,
          status: 'RETURNED',
          created: this.createdOf(event.transactionId),
        });
      case 'FeeCharged':
        return this.posted(event.transactionId, -event.amount, event.currency, {
          kind: 'fee',
          description: event.kind,
        });
      case 'AdjustmentPosted':
        return this.posted(event.transactionId, event.amount, event.currency, {
          kind: 'adjustment',
          description: event.reason,
        });
      case 'StatementLinePosted':
        return this.posted(event.transactionId, event.amount, event.currency, {
          kind: 'statement-line',
          description: event.description,
          related: event.lineId,
        });
      default:
        throw new Error(`${event.type} is not a transaction`);
    }
  }

  private declined(event: Extract<LedgerEvent, { type: 'AuthorisationDeclined' }>): void {
    const { transaction, merchant, local, requested, reason } = event;
    this.what(transaction.transactionId, { kind: 'card', description: merchant.descriptor, merchant, local });
    if (transaction.status !== 'DECLINED') return this.card(transaction);
    this.money(transaction.transactionId, {
      amount: -requested,
      currency: transaction.currency,
      status: 'DECLINED',
      created: transaction.createdAt,
      declineReason: reason,
    });
  }

  private card(block: CardTransaction, what?: What): void {
    if (what !== undefined) this.what(block.transactionId, what);
    this.money(block.transactionId, {
      amount: amountOf(block),
      currency: block.currency,
      status: block.status,
      created: block.createdAt,
    });
  }

  private posted(transactionId: TransactionId, amount: Minor, currency: string, what: What): void {
    this.what(transactionId, what);
    this.money(transactionId, { amount, currency, status: 'SETTLED', created: this.projected.metadata.effectiveAt });
    this.settled(transactionId);
  }

  /** Of a row that an earlier event began: what its id tells, to the millisecond. */
  private createdOf(transactionId: TransactionId): Micros {
    return monthOf(transactionId).createdAt;
  }

  private what(transactionId: TransactionId, what: What): void {
    const { kind, description, merchant, local, related } = what;
    this.upsert('what', transactionId, {
      kind,
      description,
      mcc: merchant?.mcc ?? null,
      category: merchant?.category ?? null,
      local_amount: local?.amount ?? null,
      local_currency: local?.currency ?? null,
      related: related ?? null,
    });
    const { month } = monthOf(transactionId);
    this.out.push({
      table: accountMonthsTable,
      group: 'seen',
      row: { account_id: this.accountId, month, seen: true },
      position: this.projected.position,
    });
  }

  private money(transactionId: TransactionId, part: MoneyPart): void {
    const { amount, currency, status, created, declineReason } = part;
    this.upsert('money', transactionId, { created, amount, currency, status, decline_reason: declineReason ?? null });
  }

  private settled(transactionId: TransactionId): void {
    this.upsert('settlement', transactionId, { settled: this.projected.metadata.effectiveAt });
  }

  private upsert(group: string, transactionId: TransactionId, columns: Upsert['row']): void {
    const row = {
      account_id: this.accountId,
      month: monthOf(transactionId).month,
      transaction_id: transactionId,
      ...columns,
    };
    this.out.push({ table: transactionsTable, group, row, position: this.projected.position });
  }
}
