import { describe, expect, it } from '@jest/globals';
import type { CardId, CurrencyCode } from '../brands.js';
import {
  advise,
  authorise,
  clear,
  clearPart,
  expire,
  funded,
  refund,
  reverse,
  reverseClearing,
  reverseRefund,
  tx,
  USD,
} from './commands.suite.js';
import { DAY, GBP, given } from './specification.suite.js';

const settlement = 'liabilities:scheme-settlement:mastercard';
const held400 = [...funded(1000n), authorise('1', 400n)] as const;

describe('an authorisation that is presented', () => {
  it('releases its whole hold by a final presentment of less', () => {
    given(...held400)
      .when(clear('1', 350n))
      .thenEvents({
        type: 'ClearingPosted',
        final: true,
        forced: false,
        overCaptured: 0n,
        released: 400n,
        transaction: { status: 'SETTLED', authorised: 400n, cleared: 350n, remaining: 0n },
      })
      .balances({ ledger: 650n, held: 0n });
  });

  it('is posted in full where more is presented than was authorised, even below zero', () => {
    given(...held400)
      .when(clear('1', 1350n))
      .thenEvents({ type: 'ClearingPosted', overCaptured: 950n, forced: false })
      .balances({ ledger: -350n, held: 0n });
  });

  it.each([
    [1, 2, 3],
    [3, 1, 2],
    [2, 3, 1],
  ])('is settled when parts %d, %d and %d of three have come', (...order) => {
    const [first, second, third] = order.map((n) => clearPart('1', BigInt(n) * 50n, n, 3));
    if (first === undefined || second === undefined || third === undefined) throw new Error('three parts');
    const { account } = given(...held400, first, second);
    expect(account.state.held).toBe(400n - first.amount - second.amount);
    given(...held400, first, second)
      .when(third)
      .thenEvents({ type: 'ClearingPosted', final: true, transaction: { status: 'SETTLED' } })
      .balances({ ledger: 700n, held: 0n });
  });

  it('is settled by a part that says it is the last, and later parts are forced', () => {
    given(...held400)
      .when({ ...clearPart('1', 100n, 3, 3), final: true })
      .thenEvents({ type: 'ClearingPosted', final: true, released: 400n })
      .when(clearPart('1', 50n, 1, 3))
      .thenEvents({ type: 'ClearingPosted', forced: true, released: 0n })
      .balances({ ledger: 850n, held: 0n });
  });
});

describe('a presentment that no open hold waits for', () => {
  it.each([
    ['after the hold expired', [...held400, [expire(tx('c3')), { after: 8n * DAY }]] as const],
    ['after a reversal', [...held400, reverse('1')] as const],
    ['after a decline', [...funded(1000n), authorise('1', 4000n)] as const],
    ['without any authorisation', funded(1000n)],
  ])('is posted all the same: %s', (_, history) => {
    given(...history)
      .when(clear('1', 300n))
      .thenEvents({ type: 'ClearingPosted', forced: true, transaction: { status: 'SETTLED', cleared: 300n } })
      .balances({ ledger: 700n, held: 0n });
  });

  it('is rejected for a card that the account does not have', () => {
    given(...funded(1000n))
      .when(clear('1', 300n, 'k', { cardId: 'card_9' as CardId }))
      .thenRejected('UnknownCard');
  });
});

describe('a presentment that was posted', () => {
  const posted = [...held400, clear('1', 300n, 'k')] as const;

  it('is answered again from its event, and refused with other content', () => {
    given(...posted)
      .when(clear('1', 300n, 'k'))
      .thenRepeats(4)
      .when(clear('1', 301n, 'k'))
      .thenRejected('ClearingKeyReused')
      .balances({ ledger: 700n });
  });

  it('comes back by its reversal, which frees its key and does not open the hold again', () => {
    given(...posted)
      .when(reverseClearing('k'))
      .thenEvents({ type: 'ClearingReversed', amount: 300n, transaction: { status: 'REVERSED', remaining: 0n } })
      .balances({ ledger: 1000n, held: 0n })
      .when(reverseClearing('k'))
      .thenRejected('UnknownPresentment')
      .when(clear('1', 250n, 'k'))
      .thenEvents({ type: 'ClearingPosted', forced: true, transaction: { status: 'SETTLED', cleared: 550n } })
      .balances({ ledger: 750n, held: 0n });
  });

  it('comes back in parts, up to what is left', () => {
    given(...posted, reverseClearing('k', 100n))
      .when(reverseClearing('k', 201n))
      .thenRejected('ReversalTooLarge')
      .when(reverseClearing('k', 200n))
      .thenEvents({ type: 'ClearingReversed', transaction: { clearingReversed: 300n } })
      .balances({ ledger: 1000n });
  });

  it('leaves the hold of the other parts as it was', () => {
    given(...held400, clearPart('1', 300n, 1, 2))
      .when(reverseClearing('clearing 1 1'))
      .thenEvents({ type: 'ClearingReversed', transaction: { status: 'PENDING', remaining: 100n } })
      .balances({ ledger: 1000n, held: 100n });
  });
});

describe('a refund', () => {
  it('is linked to its original where that is found, which it does not change otherwise', () => {
    given(...held400, clear('1', 300n))
      .when(refund('1', 100n))
      .thenEvents({
        type: 'RefundPosted',
        transactionId: tx('c5'),
        original: { transactionId: tx('c3'), refunded: 100n },
      })
      .balances({ ledger: 800n });
  });

  it('is posted without an original, and taken back even below zero, once', () => {
    given(...funded(1n), authorise('9', 1n, { singleMessage: true }))
      .when(refund(null, 100n, 'r'))
      .thenEvents({ type: 'RefundPosted', original: null })
      .when(authorise('2', 100n, { singleMessage: true }))
      .thenEvents({ type: 'CardPaymentPosted' })
      .when(reverseRefund('r'))
      .thenEvents({ type: 'RefundReversed', amount: 100n, original: null })
      .balances({ ledger: -100n })
      .when(reverseRefund('r'))
      .thenRejected('UnknownPresentment');
  });

  it('never takes the key of a presentment', () => {
    given(...held400, clear('1', 300n, 'same'))
      .when(refund('1', 100n, 'same'))
      .thenEvents({ type: 'RefundPosted' })
      .when(refund('1', 100n, 'same'))
      .thenRepeats(5);
  });
});

describe('a presentment settled in another currency', () => {
  const reconciliation = { amount: 377n, currency: USD };

  it('has four legs, so that each currency balances', () => {
    const { account } = given(...held400)
      .when(clear('1', 300n, 'k', { reconciliation }))
      .thenEvents({ type: 'ClearingPosted', reconciliation })
      .balances({ ledger: 700n });
    expect(account.book.sumOf('equity:fx:GBP', GBP)).toBe(-300n);
    expect(account.book.sumOf('equity:fx:USD', USD)).toBe(377n);
    expect(account.book.sumOf(settlement, USD)).toBe(-377n);
  });

  it('comes back in parts without leaving anything in any currency', () => {
    const { account } = given(
      ...held400,
      clear('1', 300n, 'k', { reconciliation }),
      reverseClearing('k', 1n),
      reverseClearing('k', 100n),
      reverseClearing('k'),
    );
    for (const ledgerAccount of ['equity:fx:GBP', 'equity:fx:USD', settlement])
      for (const currency of [GBP, USD]) expect(account.book.sumOf(ledgerAccount, currency)).toBe(0n);
  });

  it.each([
    [290n, 'income:fx', -10n],
    [310n, 'expense:fx', 10n],
  ])('takes a difference in the same currency, %d instead of 300, to %s', (amount, ledgerAccount, sum) => {
    const { account } = given(...held400).when(clear('1', 300n, 'k', { reconciliation: { amount, currency: GBP } }));
    expect(account.state.ledger).toBe(700n);
    expect(account.book.sumOf(settlement, GBP)).toBe(-amount);
    expect(account.book.sumOf(ledgerAccount, GBP)).toBe(sum);
  });
});

describe("a presentment that is not billed in the account's currency", () => {
  it('goes to suspense and leaves the customer alone, once', () => {
    const { account } = given(...held400)
      .when(clear('1', 300n, 'k', { currency: USD }))
      .thenEvents({ type: 'ClearingSuspended', reason: 'currency_mismatch' })
      .balances({ ledger: 1000n, held: 400n })
      .when(clear('1', 300n, 'k', { currency: USD }))
      .thenRepeats(4);
    expect(account.book.sumOf('assets:suspense:clearing', USD)).toBe(300n);
    expect(account.book.sumOf(settlement, USD)).toBe(-300n);
  });

  it('goes to suspense the other way round where it is a refund, once', () => {
    const { account } = given(...held400)
      .when(refund('1', 300n, 'k', { currency: USD }))
      .thenEvents({ type: 'ClearingSuspended' })
      .when(refund('1', 300n, 'k', { currency: USD }))
      .thenRepeats(4);
    expect(account.book.sumOf('assets:suspense:clearing', USD)).toBe(-300n);
  });

  it('is rejected where the currency is none', () => {
    given(...held400)
      .when(clear('1', 300n, 'k', { currency: 'XYZ' as CurrencyCode }))
      .thenRejected('InvalidCurrency');
  });
});

describe('a closed account', () => {
  const spent = [...funded(400n), authorise('1', 400n, { singleMessage: true })] as const;
  const closed = [...spent, clear('2', 100n, 'k'), refund('2', 100n, 'r'), { type: 'CloseAccount' }] as const;

  it.each([
    ['a presentment', clear('3', 50n), 'ClearingPosted', -50n],
    ['a refund', refund('2', 60n, 'r2'), 'RefundPosted', 60n],
    ['the reversal of a presentment', reverseClearing('k'), 'ClearingReversed', 100n],
    ['the reversal of a refund', reverseRefund('r'), 'RefundReversed', -100n],
    ['the reversal of a single message', reverse('1'), 'CardPaymentReversed', 400n],
  ] as const)('still posts %s, and someone must look at it', (_, command, type, ledger) => {
    given(...closed)
      .when(command)
      .thenEvents({ type, exception: 'account_closed' })
      .balances({ ledger });
  });

  it('still records an advice, and someone must look at it', () => {
    given(...closed)
      .when(advise('4', 50n))
      .thenEvents({ type: 'AuthorisationAdvised', exception: 'account_closed' })
      .balances({ held: 50n })
      .when(advise('4', 70n))
      .thenEvents({ type: 'AuthorisationAdjusted', exception: 'account_closed' });
  });

  it('declines an authorisation', () => {
    given(...closed)
      .when(authorise('5', 1n))
      .thenEvents({ type: 'AuthorisationDeclined', reason: 'account_closed', responseCode: '05' });
  });
});
