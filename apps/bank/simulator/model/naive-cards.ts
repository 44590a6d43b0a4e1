// Card transactions by the one formula: authorised = approved + increments - reversed; remaining = 0 once closed, else max(0, authorised - cleared).
import type { CardTransaction, CardTransactionEvent, SchemeKeys } from '@tallystick/ledger-core';
import type { Invariants } from './invariants.js';
import type { NaiveAccount, NaiveTransaction, Stored } from './naive-account.js';
import { closedAs, compareBlock, keyOf, least, max, postOnce, takeBack } from './naive-blocks.js';
import { applyDispute } from './naive-disputes.js';

/** Events that carry the transaction itself. */
type BlockEvent = Extract<CardTransactionEvent, { readonly transaction: CardTransaction }>;

export class NaiveCards {
  constructor(
    private readonly account: NaiveAccount,
    private readonly invariants: Invariants,
  ) {}

  /** What is held changes as the event says, and by the formula. */
  apply(event: CardTransactionEvent, stored: Stored): void {
    if (event.type === 'ReversalRecorded') return this.await(event);
    if (event.type === 'ClearingSuspended') {
      this.account.presentments.set(event.clearingKey, {
        transactionId: null,
        amount: event.amount,
        left: event.amount,
      });
      return;
    }
    if (event.type === 'RefundPosted' || event.type === 'RefundReversed') return this.refund(event);
    if ('dispute' in event) return applyDispute(this.invariants, this.account, event);
    const { transaction: block } = event;
    const known = this.account.transactions.get(block.transactionId);
    const transaction = known ?? this.begin(block, event, stored);
    const before = transaction.remaining;
    const wasOpen = known === undefined || transaction.status === 'PENDING' || transaction.status === 'DECLINED';
    this.change(transaction, event, stored, known !== undefined);
    transaction.remaining =
      transaction.status === 'PENDING' ? max(0n, transaction.authorised - transaction.cleared) : 0n;
    compareBlock(this.invariants, transaction, block, event.type);
    const released = before - transaction.remaining;
    if ('released' in event)
      this.invariants.same(
        'what is released is old minus new hold',
        released,
        event.released,
        () => `${event.type} of ${block.transactionId}`,
      );
    this.invariants.holds('no hold is released twice', wasOpen || released === 0n, () => [
      `${event.type} of ${block.transactionId}`,
      'nothing, it was closed',
      released,
    ]);
    this.account.held -= released;
    this.row(event, transaction);
  }

  private begin(block: CardTransaction, event: CardTransactionEvent, { metadata }: Stored): NaiveTransaction {
    const transaction: NaiveTransaction = {
      id: block.transactionId,
      cardId: block.cardId,
      currency: block.currency,
      kind: 'kind' in event ? event.kind : 'PURCHASE',
      open: true,
      status: event.type === 'AuthorisationDeclined' ? 'DECLINED' : 'PENDING',
      authorised: 0n,
      remaining: 0n,
      cleared: 0n,
      clearingReversed: 0n,
      refunded: 0n,
      expiresAt: null,
      approved: false,
      single: false,
      limitDate: metadata.localDate,
      cashAmount: 0n,
      paymentReversed: 0n,
      increments: new Map(),
      sequences: new Set(),
    };
    this.account.transactions.set(transaction.id, transaction);
    if (block.keys !== null) this.account.byKeys.set(keyOf(block.cardId, block.keys), transaction.id);
    return transaction;
  }

  private change(is: NaiveTransaction, event: BlockEvent, { metadata }: Stored, known: boolean): void {
    const { transaction: block } = event;
    switch (event.type) {
      case 'AuthorisationApproved': {
        const waiting = this.take(block.cardId, block.keys);
        this.approve(is, event, metadata.localDate);
        is.authorised = event.kind === 'CREDIT' ? 0n : least(event.approved, waiting);
        if (event.kind === 'STATUS_INQUIRY') is.status = 'SETTLED';
        return;
      }
      case 'CardPaymentPosted':
        this.take(block.cardId, block.keys);
        this.approve(is, event, metadata.localDate);
        Object.assign(is, {
          single: true,
          authorised: event.amount,
          cleared: is.cleared + event.amount,
          status: 'SETTLED',
          expiresAt: null,
        });
        return;
      case 'AuthorisationAdvised': {
        const waiting = this.take(block.cardId, block.keys);
        this.approve(is, event, metadata.localDate);
        if (is.status === 'DECLINED') is.status = 'PENDING';
        // A closed account's exception hides another one.
        const foreign =
          event.exception === 'currency_mismatch' || (this.account.status === 'CLOSED' && block.authorised === 0n);
        const untouched = foreign || event.kind === 'CREDIT' || event.kind === 'STATUS_INQUIRY';
        is.authorised = untouched ? 0n : least(event.amount, waiting);
        if (waiting === null && is.status === 'PENDING') is.status = closedAs(is, 'REVERSED');
        return;
      }
      case 'AuthorisationDeclined':
        if (!event.increment && known) is.expiresAt = null;
        return;
      case 'AuthorisationIncremented': {
        const waiting = this.take(block.cardId, event.incrementKeys);
        is.authorised = least(is.authorised + event.increment, waiting);
        is.expiresAt = block.expiresAt;
        if (event.incrementKeys === null) return;
        const key = keyOf(block.cardId, event.incrementKeys);
        is.increments.set(key, event.increment);
        this.account.byKeys.set(key, is.id);
        return;
      }
      case 'AuthorisationAdjusted':
        this.invariants.holds('an advice sets the amount, never below zero', event.amount >= 0n, () => [
          is.id,
          'at least 0',
          event.amount,
        ]);
        is.authorised = event.amount;
        return;
      case 'AuthorisationReversed':
        return this.reverse(is, event);
      case 'AuthorisationExpired':
        this.invariants.holds(
          'a hold expires only when it is due',
          is.expiresAt !== null && metadata.recordedAt >= is.expiresAt,
          () => [is.id, `recorded at ${is.expiresAt} or later`, metadata.recordedAt],
        );
        this.mustBeOpen(is, event.type);
        is.status = closedAs(is, 'EXPIRED');
        return;
      case 'CardPaymentReversed':
        is.paymentReversed += event.amount;
        this.invariants.holds(
          'no more is reversed than was posted',
          is.paymentReversed <= is.authorised && is.single,
          () => [is.id, `at most ${is.authorised}`, is.paymentReversed],
        );
        is.clearingReversed += event.amount;
        is.status = closedAs(is, 'REVERSED');
        return;
      case 'ClearingPosted':
        return this.clear(is, event, metadata.localDate);
      case 'ClearingReversed':
        takeBack(this.invariants, this.account, event.clearingKey, event.amount);
        is.clearingReversed += event.amount;
        if (is.status === 'SETTLED') is.status = closedAs(is, 'REVERSED');
        return;
    }
  }

  private approve(
    is: NaiveTransaction,
    event: { readonly kind: string; readonly cashAmount: bigint; readonly transaction: CardTransaction },
    localDate: string,
  ): void {
    const { keys, cardId, expiresAt } = event.transaction;
    if (keys !== null) this.account.byKeys.set(keyOf(cardId, keys), is.id);
    Object.assign(is, {
      kind: event.kind,
      approved: true,
      limitDate: localDate,
      cashAmount: event.cashAmount,
      expiresAt,
    });
  }

  private clear(
    is: NaiveTransaction,
    event: Extract<CardTransactionEvent, { type: 'ClearingPosted' }>,
    localDate: string,
  ): void {
    const { sequenceNumber, sequenceCount, clearingKey, amount } = event;
    postOnce(this.invariants, this.account, clearingKey, { transactionId: is.id, amount, left: amount });
    const counted = is.remaining + is.cleared - is.clearingReversed;
    if (!is.approved && counted === 0n) is.limitDate = localDate;
    if (sequenceNumber !== null) is.sequences.add(sequenceNumber);
    const complete = sequenceCount !== null && is.sequences.size >= sequenceCount;
    if (complete)
      this.invariants.holds('a presentment is final when all its sequences are there', event.final, () => [
        is.id,
        'final',
        'not final',
      ]);
    is.cleared += amount;
    is.status = event.final || !['PENDING', 'DECLINED'].includes(is.status) ? 'SETTLED' : 'PENDING';
  }

  private reverse(is: NaiveTransaction, event: Extract<CardTransactionEvent, { type: 'AuthorisationReversed' }>): void {
    const { replacement, reversedKeys, transaction: block } = event;
    this.mustBeOpen(is, event.type);
    if (replacement !== null) {
      this.invariants.holds('a partial reversal lowers the amount', replacement < is.authorised, () => [
        is.id,
        `below ${is.authorised}`,
        replacement,
      ]);
      is.authorised = replacement;
    } else if (reversedKeys !== null) {
      const key = keyOf(block.cardId, reversedKeys);
      const increment = is.increments.get(key);
      this.invariants.holds('an increment is reversed once', increment !== undefined, () => [
        is.id,
        'an increment that stands',
        key,
      ]);
      is.increments.delete(key);
      is.authorised -= event.amount;
      this.invariants.holds('an increment takes back at most itself', event.amount >= 0n && is.authorised >= 0n, () => [
        is.id,
        'no more than there was',
        event.amount,
      ]);
    } else {
      is.authorised -= is.remaining;
      is.status = closedAs(is, 'REVERSED');
    }
  }

  private mustBeOpen(is: NaiveTransaction, type: string): void {
    this.invariants.holds('no hold is released twice', is.status === 'PENDING', () => [
      `${type} of ${is.id}`,
      'an open hold',
      is.status,
    ]);
  }

  private refund(event: Extract<CardTransactionEvent, { type: 'RefundPosted' | 'RefundReversed' }>): void {
    const key = `refund|${event.refundKey}`;
    if (event.type === 'RefundPosted') {
      const { transactionId, amount } = event;
      postOnce(this.invariants, this.account, key, { transactionId, amount, left: amount });
      this.account.rows.set(event.transactionId, {
        amount: event.amount,
        status: 'SETTLED',
        currency: event.currency,
        refundOf: event.original?.transactionId ?? null,
      });
    } else {
      takeBack(this.invariants, this.account, key, event.amount);
      const row = this.account.rows.get(event.transactionId);
      if (row !== undefined) row.amount -= event.amount;
      if (row?.amount === 0n) row.status = 'REVERSED';
    }
    const { original } = event;
    const is = original === null ? undefined : this.account.transactions.get(original.transactionId);
    if (is === undefined || original === null) return;
    is.refunded += event.type === 'RefundPosted' ? event.amount : -event.amount;
    compareBlock(this.invariants, is, original, event.type);
  }

  private await(event: Extract<CardTransactionEvent, { type: 'ReversalRecorded' }>): void {
    if (event.cardId !== null) this.account.waiting.set(keyOf(event.cardId, event.keys), event.replacement);
  }

  /** The reversal that waits for this message: its replacement, null for all of it, undefined for none. */
  private take(cardId: string, keys: SchemeKeys | null): bigint | null | undefined {
    if (keys === null) return undefined;
    const key = keyOf(cardId, keys);
    const waiting = this.account.waiting.get(key);
    this.account.waiting.delete(key);
    return waiting;
  }

  private row(event: CardTransactionEvent, is: NaiveTransaction): void {
    const { rows } = this.account;
    if (event.type === 'AuthorisationDeclined') {
      if (event.increment) return;
      if (is.status === 'DECLINED') {
        rows.set(is.id, { amount: -event.requested, status: is.status, currency: is.currency, refundOf: null });
        return;
      }
    }
    rows.set(is.id, {
      amount: -(is.remaining + is.cleared - is.clearingReversed),
      status: is.status,
      currency: is.currency,
      refundOf: null,
    });
  }
}
