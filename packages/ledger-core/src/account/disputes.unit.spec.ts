import { describe, expect, it } from '@jest/globals';
import {
  adjust,
  authorise,
  clear,
  closeDispute,
  dispute,
  expire,
  funded,
  provisionalCredit,
  refund,
  represent,
  reverse,
  reverseClearing,
  tx,
  USD,
} from './commands.suite.js';
import { DAY, given } from './specification.suite.js';

const cleared400 = [...funded(1000n), authorise('1', 400n), clear('1', 400n)] as const;
const disputed = [...cleared400, dispute('1', 300n, 'd')] as const;
const credited = [...disputed, provisionalCredit('d')] as const;

function sums(account: ReturnType<typeof given>['account']) {
  const of = (name: string) => account.book.sumOf(name, 'GBP');
  return {
    disputes: of('assets:disputes'),
    scheme: of('liabilities:scheme-settlement:mastercard'),
    losses: of('expense:dispute-losses'),
  };
}

describe('a cleared transaction', () => {
  it('is disputed in part, and the customer is untouched', () => {
    given(...cleared400)
      .when(dispute('1', 300n, 'd'))
      .thenEvents({
        type: 'DisputeOpened',
        reason: '4853',
        dispute: { disputeKey: 'd', originalTransactionId: tx('c3'), status: 'OPEN', opened: 300n, claim: 300n },
      })
      .balances({ ledger: 600n, held: 0n });
  });

  it('is disputed whole where no amount is said, less what was given back', () => {
    given(...cleared400, refund('1', 30n), reverseClearing('clearing 1', 50n))
      .when(dispute('1'))
      .thenEvents({ type: 'DisputeOpened', dispute: { opened: 320n } });
  });

  it('is not disputed for more than was cleared and not given back', () => {
    given(...cleared400, refund('1', 30n))
      .when(dispute('1', 371n))
      .thenRejected('DisputeTooLarge')
      .when(dispute('1', 0n))
      .thenRejected('InvalidAmount')
      .when(dispute('1', 10n, 'd', { currency: USD }))
      .thenRejected('CurrencyMismatch')
      .when(dispute('2', 10n))
      .thenRejected('UnknownTransaction');
    given(...funded(1000n), authorise('1', 400n))
      .when(dispute('1'))
      .thenRejected('DisputeTooLarge');
  });

  it('is disputed twice for two parts, together no more than it was', () => {
    given(...disputed)
      .when(dispute('1', 101n, 'e'))
      .thenRejected('DisputeTooLarge')
      .when(dispute('1', 100n, 'e'))
      .thenEvents({ type: 'DisputeOpened' });
  });

  it('is disputed once under one key', () => {
    given(...disputed)
      .when(dispute('1', 300n, 'd'))
      .thenRepeats(5)
      .when(dispute('1', 299n, 'd'))
      .thenRejected('DisputeKeyReused');
  });
});

describe('an open dispute', () => {
  it('credits the customer, no more than is claimed', () => {
    const { account } = given(...disputed)
      .when(provisionalCredit('d', 200n))
      .thenEvents({
        type: 'ProvisionalCreditPosted',
        transactionId: tx('c6'),
        amount: 200n,
        dispute: { credited: 200n },
      })
      .balances({ ledger: 800n })
      .when(provisionalCredit('d', 101n))
      .thenRejected('DisputeTooLarge')
      .when(provisionalCredit('d'))
      .thenEvents({ type: 'ProvisionalCreditPosted', amount: 100n, dispute: { credited: 300n } })
      .balances({ ledger: 900n })
      .when(provisionalCredit('d'))
      .thenRejected('DisputeTooLarge');
    expect(sums(account)).toMatchObject({ disputes: 300n });
  });

  it('is represented once, by its key or by the presentment presented again, and the customer is untouched', () => {
    const again = { type: 'RecordRepresentment', disputeKey: null, clearingKey: 'clearing 1', amount: 300n } as const;
    for (const command of [represent('d'), again]) {
      given(...credited)
        .when(command)
        .thenEvents({ type: 'DisputeRepresented', dispute: { status: 'REPRESENTED', credited: 300n } })
        .balances({ ledger: 900n })
        .when(command)
        .thenNothing();
    }
    given(...cleared400)
      .when(again)
      .thenRejected('UnknownDispute');
  });

  it('is won: the scheme pays, and the case comes to zero', () => {
    const { account } = given(...credited, represent('d'))
      .when(closeDispute('d', 'WON'))
      .thenEvents({ type: 'DisputeWon', amount: 300n, dispute: { status: 'WON', credited: 300n } })
      .balances({ ledger: 900n });
    expect(sums(account)).toEqual({ disputes: 0n, scheme: -100n, losses: 0n });
  });

  it('is won though less was credited: the customer gets the rest', () => {
    const { account } = given(...disputed, provisionalCredit('d', 100n))
      .when(closeDispute('d', 'WON'))
      .thenEvents({ type: 'DisputeWon', amount: 300n }, { type: 'ProvisionalCreditPosted', amount: 200n })
      .balances({ ledger: 900n });
    expect(sums(account).disputes).toBe(0n);
  });

  it('is lost: the customer pays back, even below zero', () => {
    const { account } = given(...credited, adjust({ amount: -800n }))
      .when(closeDispute('d', 'LOST'))
      .thenEvents({ type: 'DisputeLost', transactionId: tx('c8'), amount: 300n, dispute: { credited: 0n } })
      .balances({ ledger: -200n });
    expect(sums(account)).toMatchObject({ disputes: 0n, scheme: -400n });
  });

  it('is lost before anything was credited: no money moves', () => {
    given(...disputed)
      .when(closeDispute('d', 'LOST'))
      .thenEvents({ type: 'DisputeLost', transactionId: null, entry: null, amount: 0n })
      .balances({ ledger: 600n })
      .when(dispute('1', 400n, 'e'))
      .thenEvents({ type: 'DisputeOpened' });
  });

  it('is absorbed: the bank bears it', () => {
    const { account } = given(...credited)
      .when(closeDispute('d', 'ABSORBED'))
      .thenEvents({ type: 'DisputeAbsorbed', amount: 300n })
      .balances({ ledger: 900n });
    expect(sums(account)).toEqual({ disputes: 0n, scheme: -400n, losses: 300n });
  });

  it('has one outcome', () => {
    given(...credited, closeDispute('d', 'WON'))
      .when(closeDispute('d', 'LOST'))
      .thenRejected('DisputeClosed')
      .when(provisionalCredit('d'))
      .thenRejected('DisputeClosed')
      .when(represent('d'))
      .thenRejected('DisputeClosed')
      .when(dispute('1', 101n, 'e'))
      .thenRejected('DisputeTooLarge');
    given(...credited)
      .when(closeDispute('x', 'LOST'))
      .thenRejected('UnknownDispute');
  });

  it('keeps the account from being closed', () => {
    given(...disputed, adjust({ amount: -600n }))
      .when({ type: 'CloseAccount' })
      .thenRejected('AccountNotEmpty')
      .when(closeDispute('d', 'LOST'))
      .thenEvents({ type: 'DisputeLost' })
      .when({ type: 'CloseAccount' })
      .thenEvents({ type: 'AccountClosed' });
  });

  it('of a closed account still has its credit and outcome, and someone must look at it', () => {
    const closed = [...cleared400, adjust({ amount: -600n }), { type: 'CloseAccount' }] as const;
    given(...closed)
      .when(dispute('1', 300n, 'd'))
      .thenEvents({ type: 'DisputeOpened', exception: 'account_closed' })
      .when(provisionalCredit('d'))
      .thenEvents({ type: 'ProvisionalCreditPosted', exception: 'account_closed' })
      .when(closeDispute('d', 'LOST'))
      .thenEvents({ type: 'DisputeLost', exception: 'account_closed' })
      .balances({ ledger: 0n });
  });

  it('outlives the dispute horizon', () => {
    const { account } = given(...credited, [authorise('2', 1n), { after: 541n * DAY }]);
    expect([...account.state.disputes.keys()]).toEqual(['d']);
    given(...credited, [authorise('2', 1n), { after: 541n * DAY }])
      .when(closeDispute('d', 'LOST'))
      .thenEvents({ type: 'DisputeLost', amount: 300n });
  });
});

describe('money that comes back during a dispute', () => {
  it('by a refund, first takes back the provisional credit', () => {
    given(...credited)
      .when(refund('1', 120n))
      .thenEvents(
        { type: 'RefundPosted', transactionId: tx('c7'), amount: 120n, balances: { ledger: 1020n } },
        {
          type: 'DisputeReduced',
          transactionId: tx('c7_1'),
          amount: 120n,
          dispute: { claim: 180n, credited: 180n, opened: 300n },
        },
      )
      .balances({ ledger: 900n })
      .when(closeDispute('d', 'WON'))
      .thenEvents({ type: 'DisputeWon', amount: 180n })
      .balances({ ledger: 900n });
  });

  it('by a refund of more, takes back no more than was credited', () => {
    given(...credited)
      .when(refund('1', 350n))
      .thenEvents({ type: 'RefundPosted' }, { type: 'DisputeReduced', amount: 300n, dispute: { claim: 0n } })
      .balances({ ledger: 950n })
      .when(closeDispute('d', 'WON'))
      .thenEvents({ type: 'DisputeWon', amount: 0n, entry: null });
  });

  it('by a refund, lowers a claim of which nothing is credited', () => {
    given(...disputed)
      .when(refund('1', 120n))
      .thenEvents({ type: 'RefundPosted' }, { type: 'DisputeReduced', transactionId: null, entry: null, amount: 0n })
      .balances({ ledger: 720n })
      .when(provisionalCredit('d', 181n))
      .thenRejected('DisputeTooLarge')
      .when(provisionalCredit('d'))
      .thenEvents({ type: 'ProvisionalCreditPosted', amount: 180n });
  });

  it('by a refund, is the oldest dispute’s before the next one’s', () => {
    given(...credited, dispute('1', 100n, 'e'), provisionalCredit('e'))
      .when(refund('1', 350n))
      .thenEvents(
        { type: 'RefundPosted' },
        { type: 'DisputeReduced', amount: 300n, dispute: { disputeKey: 'd' } },
        { type: 'DisputeReduced', amount: 50n, dispute: { disputeKey: 'e', claim: 50n } },
      )
      .balances({ ledger: 1000n });
  });

  it('by the reversal of a presentment, takes back only what can not be claimed any more', () => {
    given(...credited)
      .when(reverseClearing('clearing 1', 100n))
      .thenEvents({ type: 'ClearingReversed' })
      .balances({ ledger: 1000n })
      .when(reverseClearing('clearing 1'))
      .thenEvents({ type: 'ClearingReversed' }, { type: 'DisputeReduced', amount: 300n, dispute: { claim: 0n } })
      .balances({ ledger: 1000n });
  });

  it('by the reversal of a single message, the same', () => {
    given(
      ...funded(1000n),
      authorise('1', 400n, { singleMessage: true }),
      dispute('1', 400n, 'd'),
      provisionalCredit('d'),
    )
      .when(reverse('1', 150n))
      .thenEvents({ type: 'CardPaymentReversed' }, { type: 'DisputeReduced', amount: 250n, dispute: { claim: 150n } })
      .balances({ ledger: 1000n });
  });

  it('of another transaction, leaves the dispute alone', () => {
    given(...credited, authorise('2', 50n), clear('2', 50n))
      .when(refund('2', 50n))
      .thenEvents({ type: 'RefundPosted' })
      .when(refund(null, 50n))
      .thenEvents({ type: 'RefundPosted' });
  });
});

describe('a hold that is gone', () => {
  it('can not be disputed until something is cleared', () => {
    const late = [...funded(1000n), authorise('1', 400n), [expire(tx('c3')), { after: 8n * DAY }]] as const;
    given(...late)
      .when(dispute('1'))
      .thenRejected('DisputeTooLarge');
    given(...late, clear('1', 400n))
      .when(dispute('1'))
      .thenEvents({ type: 'DisputeOpened', dispute: { opened: 400n } });
  });
});
