import { describe, expect, it } from '@jest/globals';
import { advise, authorise, clear, clearPart, expire, funded, increment, reverse, tx } from './commands.suite.js';
import { DAY, given, START } from './specification.suite.js';

describe('an account with money', () => {
  it('approves an authorisation and holds its amount', () => {
    given(...funded(1000n))
      .when(authorise('1', 400n))
      .thenEvents({ type: 'AuthorisationApproved', approved: 400n, requested: 400n, responseCode: '00' })
      .balances({ ledger: 1000n, held: 400n })
      .transaction({ status: 'PENDING', authorised: 400n, remaining: 400n, expiresAt: START + 7n * DAY + 4_000_000n });
  });

  it('declines more than is available, and holds nothing', () => {
    given(...funded(1000n), authorise('1', 700n))
      .when(authorise('2', 301n))
      .thenEvents({ type: 'AuthorisationDeclined', reason: 'insufficient_funds', responseCode: '51', increment: false })
      .balances({ ledger: 1000n, held: 700n })
      .transaction({ status: 'DECLINED', authorised: 0n, remaining: 0n, expiresAt: null });
  });

  it('approves what is available where the terminal allows a part', () => {
    given(...funded(1000n))
      .when(authorise('1', 1500n, { partialAllowed: true }))
      .thenEvents({ type: 'AuthorisationApproved', requested: 1500n, approved: 1000n, responseCode: '10' })
      .balances({ held: 1000n });
  });

  it.each([
    ['for cash', { kind: 'CASH' as const }],
    ['for cash-back', { kind: 'CASHBACK' as const, cashAmount: 200n }],
  ])('approves no part %s', (_, overrides) => {
    given(...funded(1000n))
      .when(authorise('1', 1500n, { partialAllowed: true, ...overrides }))
      .thenEvents({ type: 'AuthorisationDeclined', reason: 'insufficient_funds' });
  });

  it('answers a status inquiry without a hold, even with nothing available', () => {
    given(...funded(1000n), authorise('1', 1000n))
      .when(authorise('2', 0n, { kind: 'STATUS_INQUIRY' }))
      .thenEvents({ type: 'AuthorisationApproved', approved: 0n })
      .balances({ held: 1000n })
      .transaction({ status: 'SETTLED', remaining: 0n, expiresAt: null });
  });

  it('answers a status inquiry that comes as a single message without posting anything', () => {
    given(...funded(1000n))
      .when(authorise('1', 0n, { kind: 'STATUS_INQUIRY', singleMessage: true }))
      .thenEvents({ type: 'AuthorisationApproved', approved: 0n });
  });

  it('approves money coming in without a hold and without raising what is available', () => {
    given(...funded(1000n), authorise('1', 1000n))
      .when(authorise('2', 5000n, { kind: 'CREDIT' }))
      .thenEvents({ type: 'AuthorisationApproved', approved: 5000n })
      .balances({ ledger: 1000n, held: 1000n })
      .when(authorise('3', 1n))
      .thenEvents({ type: 'AuthorisationDeclined', reason: 'insufficient_funds' });
  });

  it('never takes money for a credit that comes as a single message', () => {
    given(...funded(1000n))
      .when(authorise('1', 300n, { kind: 'CREDIT', singleMessage: true }))
      .thenEvents({ type: 'AuthorisationApproved' })
      .balances({ ledger: 1000n, held: 0n });
  });

  it('posts a single message at once', () => {
    given(...funded(1000n))
      .when(authorise('1', 400n, { singleMessage: true }))
      .thenEvents({ type: 'CardPaymentPosted', amount: 400n })
      .balances({ ledger: 600n, held: 0n })
      .transaction({ status: 'SETTLED', authorised: 400n, cleared: 400n, expiresAt: null });
  });

  it('posts the available part of a single message that allows it', () => {
    given(...funded(1000n))
      .when(authorise('1', 1400n, { singleMessage: true, partialAllowed: true }))
      .thenEvents({ type: 'CardPaymentPosted', amount: 1000n, responseCode: '10' })
      .balances({ ledger: 0n });
  });

  it.each([
    ['zero', { amount: 0n }],
    ['negative', { amount: -1n }],
    ['beyond 2^53 - 1', { amount: 9_007_199_254_740_992n }],
    ['with a negative cash part', { cashAmount: -1n }],
    ['with more cash than the whole', { cashAmount: 101n }],
    ['with a status inquiry', { kind: 'STATUS_INQUIRY' as const }],
  ])('rejects an amount that is %s', (_, overrides) => {
    given(...funded(1000n))
      .when(authorise('1', 100n, overrides))
      .thenRejected('InvalidAmount');
  });

  it('takes an authorisation whose presentment came first for the same transaction', () => {
    given(...funded(1000n), clearPart('1', 300n, 1, 2))
      .when(authorise('1', 500n))
      .thenEvents({
        type: 'AuthorisationApproved',
        transaction: { transactionId: tx('c3'), authorised: 500n, cleared: 300n },
      })
      .balances({ ledger: 700n, held: 200n });
  });

  it('keeps what a presentment cleared where its single message comes after it', () => {
    given(...funded(1000n), clear('1', 300n))
      .when(authorise('1', 500n, { singleMessage: true }))
      .thenEvents({ type: 'CardPaymentPosted', transaction: { cleared: 800n } })
      .balances({ ledger: 200n })
      .when(reverse('1'))
      .thenEvents({ type: 'CardPaymentReversed', amount: 500n })
      .balances({ ledger: 700n });
  });
});

describe('an open authorisation', () => {
  const history = [...funded(1000n), authorise('1', 400n)] as const;

  it('is raised by an increment, and its expiry starts again', () => {
    given(...history)
      .when(increment('1', '2', 100n), { after: DAY })
      .thenEvents({
        type: 'AuthorisationIncremented',
        increment: 100n,
        released: -100n,
        transaction: { authorised: 500n },
      })
      .balances({ held: 500n })
      .transaction({ expiresAt: START + 8n * DAY + 4_000_000n });
  });

  it('still expires after an increment, whatever kind that says it is', () => {
    for (const kind of ['CREDIT', 'STATUS_INQUIRY'] as const) {
      given(...history)
        .when(increment('1', '2', 100n, { kind }))
        .thenEvents({ type: 'AuthorisationIncremented', transaction: { expiresAt: expect.anything() } });
    }
  });

  it('stays as it is where an increment is declined', () => {
    given(...history)
      .when(increment('1', '2', 601n))
      .thenEvents({
        type: 'AuthorisationDeclined',
        increment: true,
        reason: 'insufficient_funds',
        transaction: { status: 'PENDING', remaining: 400n },
      })
      .balances({ held: 400n });
  });

  it('asks the whole ladder of an increment, whatever kind it says it is', () => {
    given(...history)
      .when(increment('1', '2', 601n, { kind: 'CREDIT' }))
      .thenEvents({ type: 'AuthorisationDeclined', reason: 'insufficient_funds' });
  });

  it('answers a repeated increment from its event, and refuses its keys with other content', () => {
    given(...history, increment('1', '2', 100n))
      .when(increment('1', '2', 100n))
      .thenRepeats(4)
      .when(increment('1', '2', 101n))
      .thenRejected('SchemeKeysReused');
  });

  it('is given back by a full reversal, once', () => {
    given(...history)
      .when(reverse('1'))
      .thenEvents({ type: 'AuthorisationReversed', amount: 400n, released: 400n, transaction: { status: 'REVERSED' } })
      .balances({ held: 0n })
      .when(reverse('1'))
      .thenNothing();
  });

  it('takes a replacement of zero for a full reversal', () => {
    given(...history)
      .when(reverse('1', 0n))
      .thenEvents({ type: 'AuthorisationReversed', replacement: null, transaction: { status: 'REVERSED' } });
  });

  it('is lowered to the replacement by a partial reversal', () => {
    given(...history)
      .when(reverse('1', 150n))
      .thenEvents({
        type: 'AuthorisationReversed',
        amount: 250n,
        replacement: 150n,
        transaction: { status: 'PENDING' },
      })
      .balances({ held: 150n })
      .when(reverse('1', 150n))
      .thenNothing()
      .when(reverse('1', 300n))
      .thenNothing();
  });

  it('is raised from the reversed total by an increment after a partial reversal', () => {
    given(...history, reverse('1', 150n))
      .when(increment('1', '2', 100n))
      .thenEvents({ type: 'AuthorisationIncremented', transaction: { authorised: 250n } })
      .balances({ held: 250n });
  });

  it('is lowered below what was cleared without holding less than nothing', () => {
    given(...history, clearPart('1', 200n, 1, 2))
      .when(reverse('1', 150n))
      .thenEvents({ type: 'AuthorisationReversed', amount: 250n, released: 200n, transaction: { remaining: 0n } })
      .balances({ ledger: 800n, held: 0n });
  });

  it('keeps the rest of a partial reversal after a partial presentment', () => {
    given(...history, clearPart('1', 100n, 1, 2))
      .when(reverse('1', 150n))
      .thenEvents({ type: 'AuthorisationReversed', released: 250n, transaction: { remaining: 50n } })
      .balances({ ledger: 900n, held: 50n });
  });

  it('loses one increment where the reversal quotes its own keys, once', () => {
    given(...history, increment('1', '2', 100n), increment('1', '3', 50n))
      .when(reverse('2'))
      .thenEvents({ type: 'AuthorisationReversed', amount: 100n, reversedKeys: { stan: '2' } })
      .balances({ held: 450n })
      .when(reverse('2'))
      .thenNothing()
      .when(reverse('1'))
      .thenEvents({ type: 'AuthorisationReversed', released: 450n })
      .balances({ held: 0n });
  });

  it('ends in the same hold whichever of a partial reversal and an increment reversal comes first', () => {
    for (const replacement of [60n, 120n, 430n, 480n]) {
      const raised = [...history, increment('1', '2', 100n)] as const;
      const one = given(...raised, reverse('1', replacement), reverse('2')).account.state.held;
      const other = given(...raised, reverse('2'), reverse('1', replacement)).account.state.held;
      if (one !== other) throw new Error(`to ${replacement}: ${one} and ${other}`);
    }
  });

  it('declines an increment whose own reversal came first', () => {
    given(...history, reverse('2'))
      .when(increment('1', '2', 100n))
      .thenEvents({ type: 'AuthorisationDeclined', reason: 'already_reversed', increment: true })
      .balances({ held: 400n });
  });

  it('expires when its time has come, on a frozen account too', () => {
    given(...history, { type: 'FreezeAccount', reason: 'fraud' })
      .when(expire(tx('c3')), { after: 6n * DAY })
      .thenRejected('HoldNotDue')
      .when(expire(tx('c3')), { after: DAY })
      .thenEvents({ type: 'AuthorisationExpired', released: 400n, transaction: { status: 'EXPIRED' } })
      .balances({ held: 0n })
      .when(expire(tx('c3')))
      .thenNothing();
  });

  it('does not expire once it was cleared', () => {
    given(...history, clear('1', 400n))
      .when(expire(tx('c3')), { after: 8n * DAY })
      .thenNothing();
  });

  it('is closed by the clock where nothing is left of it', () => {
    given(...history, clearPart('1', 400n, 1, 2))
      .when(expire(tx('c3')), { after: 8n * DAY })
      .thenEvents({ type: 'AuthorisationExpired', released: 0n, transaction: { status: 'SETTLED' } });
  });
});

describe('a closed authorisation', () => {
  it('is not revived by an increment: a new, linked one is made', () => {
    given(...funded(1000n), authorise('1', 400n), reverse('1'))
      .when(increment('1', '2', 100n))
      .thenEvents({
        type: 'AuthorisationApproved',
        linkedTransactionId: tx('c3'),
        transaction: { transactionId: tx('c5'), authorised: 100n },
      })
      .balances({ held: 100n });
  });

  it('is not revived by an advice after it expired', () => {
    given(...funded(1000n), authorise('1', 400n), [expire(tx('c3')), { after: 8n * DAY }])
      .when(advise('1', 300n))
      .thenEvents({ type: 'AuthorisationAdjusted', transaction: { status: 'EXPIRED', remaining: 0n } })
      .balances({ held: 0n });
  });
});

describe('a single message that was posted', () => {
  const history = [...funded(1000n), authorise('1', 400n, { singleMessage: true })] as const;

  it('comes back by its reversal, once', () => {
    given(...history)
      .when(reverse('1'))
      .thenEvents({ type: 'CardPaymentReversed', amount: 400n, transaction: { status: 'REVERSED' } })
      .balances({ ledger: 1000n })
      .when(reverse('1'))
      .thenNothing();
  });

  it('keeps the replacement of a partial reversal', () => {
    given(...history)
      .when(reverse('1', 150n))
      .thenEvents({ type: 'CardPaymentReversed', amount: 250n, replacement: 150n, transaction: { status: 'SETTLED' } })
      .balances({ ledger: 850n });
  });

  it('comes back down to the lower of two replacements, whichever comes first', () => {
    given(...history, reverse('1', 150n))
      .when(reverse('1', 100n))
      .thenEvents({ type: 'CardPaymentReversed', amount: 50n })
      .when(reverse('1', 150n), { key: 'late' })
      .thenNothing()
      .when(reverse('1'))
      .thenEvents({ type: 'CardPaymentReversed', amount: 100n, transaction: { status: 'REVERSED' } })
      .balances({ ledger: 1000n });
  });
});

describe('a reversal that came before its single message', () => {
  it('declines it where it was full', () => {
    given(...funded(1000n), reverse('1'))
      .when(authorise('1', 400n, { singleMessage: true }))
      .thenEvents({ type: 'AuthorisationDeclined', reason: 'already_reversed', responseCode: '12' })
      .balances({ ledger: 1000n });
  });

  it('takes its part back in the same append where it was partial', () => {
    given(...funded(1000n), reverse('1', 150n))
      .when(authorise('1', 400n, { singleMessage: true }))
      .thenEvents({ type: 'CardPaymentPosted', amount: 400n }, { type: 'CardPaymentReversed', amount: 250n })
      .balances({ ledger: 850n })
      .when(reverse('1', 150n))
      .thenNothing();
  });
});
