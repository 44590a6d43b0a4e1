// One row per transaction, written from its last event alone.
import { monthOf } from '@tallystick/events';
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
        return this.money(event.transactionId, { amount: 0n, currency: event.currency, status: 'RETURNED' });
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
    const { transactionId, createdAt, currency, status } = transaction;
    this.what(transactionId, createdAt, { kind: 'card', description: merchant.descriptor, merchant, local });
    if (status !== 'DECLINED') return this.card(transaction);
    this.money(transactionId, { amount: -requested, currency, status, declineReason: reason });
  }

  private card(block: CardTransaction, what?: What): void {
    const { transactionId, createdAt, currency, status } = block;
    if (what !== undefined) this.what(transactionId, createdAt, what);
    this.money(transactionId, { amount: amountOf(block), currency, status });
  }

  private posted(transactionId: TransactionId, amount: Minor, currency: string, what: What): void {
    this.what(transactionId, this.projected.metadata.effectiveAt, what);
    this.money(transactionId, { amount, currency, status: 'SETTLED' });
    this.settled(transactionId);
  }

  private what(transactionId: TransactionId, created: Micros, what: What): void {
    const { kind, description, merchant, local, related } = what;
    this.upsert('what', transactionId, {
      created,
      kind,
      description,
      mcc: merchant?.mcc ?? null,
      category: merchant?.category ?? null,
      local_amount: local?.amount ?? null,
      local_currency: local?.currency ?? null,
      related: related ?? null,
    });
    const row = { account_id: this.accountId, month: monthOf(transactionId), seen: true };
    this.out.push({ table: accountMonthsTable, group: 'seen', row, position: this.projected.position });
  }

  private money(transactionId: TransactionId, { amount, currency, status, declineReason }: MoneyPart): void {
    this.upsert('money', transactionId, { amount, currency, status, decline_reason: declineReason ?? null });
  }

  private settled(transactionId: TransactionId): void {
    this.upsert('settlement', transactionId, { settled: this.projected.metadata.effectiveAt });
  }

  private upsert(group: string, transactionId: TransactionId, columns: Upsert['row']): void {
    const row = {
      account_id: this.accountId,
      month: monthOf(transactionId),
      transaction_id: transactionId,
      ...columns,
    };
    this.out.push({ table: transactionsTable, group, row, position: this.projected.position });
  }
}
