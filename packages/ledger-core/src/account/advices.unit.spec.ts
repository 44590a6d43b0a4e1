import { describe, expect, it } from '@jest/globals';
import { advise, authorise, clear, clearPart, expire, funded, increment, reverse, tx, USD } from './commands.suite.js';
import { DAY, given, START } from './specification.suite.js';

describe('a transaction that nobody asked us about', () => {
  it.each(['00', '08', '10', '85'])('is held as the scheme approved it with %s, even below zero', (responseCode) => {
    given(...funded(100n))
      .when(advise('1', 400n, { responseCode }))
      .thenEvents({ type: 'AuthorisationAdvised', amount: 400n, released: -400n, exception: 'overdrawn' })
      .balances({ ledger: 100n, held: 400n });
  });

  it('is recorded as declined where the scheme declined it', () => {
    given(...funded(100n))
      .when(advise('1', 400n, { responseCode: '05' }))
      .thenEvents({ type: 'AuthorisationDeclined', reason: 'stand_in', responseCode: '05' })
      .balances({ held: 0n });
  });

  it('holds nothing where money comes in or only the status was asked', () => {
    given(...funded(100n))
      .when(advise('1', 400n, { kind: 'CREDIT' }))
      .thenEvents({ type: 'AuthorisationAdvised', transaction: { authorised: 0n } })
      .balances({ held: 0n })
      .when(advise('2', 0n, { kind: 'STATUS_INQUIRY', responseCode: '85' }))
      .thenEvents({ type: 'AuthorisationAdvised' })
      .balances({ held: 0n });
  });

  it('is recorded without a hold in another currency, for someone to look at', () => {
    given(...funded(100n))
      .when(advise('1', 400n, { currency: USD }))
      .thenEvents({ type: 'AuthorisationAdvised', exception: 'currency_mismatch', transaction: { authorised: 0n } })
      .balances({ held: 0n });
  });

  it('answers a late authorisation from the advice, whatever that one says', () => {
    given(...funded(100n), advise('1', 400n))
      .when(authorise('1', 500n))
      .thenRepeats(3);
    given(...funded(1000n), advise('1', 400n, { responseCode: '05' }))
      .when(authorise('1', 500n))
      .thenRepeats(3);
  });
});

describe('a transaction that we hold', () => {
  it('is set to the advised amount, never added to it', () => {
    given(...funded(1000n), authorise('1', 100n))
      .when(advise('1', 42n))
      .thenEvents({ type: 'AuthorisationAdjusted', amount: 42n, released: 58n, transaction: { authorised: 42n } })
      .balances({ held: 42n })
      .when(advise('1', 150n))
      .thenEvents({ type: 'AuthorisationAdjusted', amount: 150n, released: -108n })
      .balances({ held: 150n });
  });

  it('keeps its hold where the advice is in another currency, for someone to look at', () => {
    given(...funded(1000n), authorise('1', 100n))
      .when(advise('1', 42n, { currency: USD }))
      .thenEvents({ type: 'AuthorisationAdjusted', released: 0n, exception: 'currency_mismatch' })
      .balances({ held: 100n });
  });

  it('changes one increment where the advice quotes its keys', () => {
    given(...funded(1000n), authorise('1', 100n), increment('1', '2', 50n))
      .when(advise('2', 50n))
      .thenEvents({ type: 'AuthorisationAdjusted', amount: 150n, released: 0n })
      .when(advise('2', 30n))
      .thenEvents({ type: 'AuthorisationAdjusted', amount: 130n, incrementKeys: { stan: '2' } })
      .when(reverse('2'))
      .thenEvents({ type: 'AuthorisationReversed', amount: 30n })
      .balances({ held: 100n })
      .when(advise('2', 30n))
      .thenNothing();
  });

  it('has its increments in the advised total, which their reversals do not lower', () => {
    given(...funded(1000n), authorise('1', 100n), increment('1', '2', 50n), advise('1', 120n))
      .when(reverse('2'))
      .thenNothing()
      .balances({ held: 120n });
  });

  it('stays held where the scheme declined what we approved', () => {
    given(...funded(1000n), authorise('1', 100n))
      .when(advise('1', 100n, { responseCode: '05' }))
      .thenEvents({
        type: 'AuthorisationDeclined',
        reason: 'stand_in',
        transaction: { status: 'PENDING', remaining: 100n },
      })
      .balances({ held: 100n });
  });
});

describe('a transaction that we declined', () => {
  const history = [...funded(100n), authorise('1', 400n)] as const;

  it('is held where the scheme then approved it', () => {
    given(...history)
      .when(advise('1', 400n))
      .thenEvents({ type: 'AuthorisationAdvised', transaction: { transactionId: tx('c3'), status: 'PENDING' } })
      .balances({ held: 400n })
      .when(authorise('1', 400n))
      .thenRepeats(3);
  });

  it('remembers its reversal for the advice that may still come', () => {
    given(...history, reverse('1'))
      .when(advise('1', 400n))
      .thenEvents({ type: 'AuthorisationAdvised', transaction: { status: 'REVERSED', remaining: 0n } })
      .balances({ held: 0n });
  });

  it('stays open between two presentments, so that an advice between them holds the rest', () => {
    given(...history, clearPart('1', 100n, 1, 2))
      .when(advise('1', 400n))
      .thenEvents({ type: 'AuthorisationAdvised', transaction: { cleared: 100n, remaining: 300n } })
      .balances({ ledger: 0n, held: 300n });
  });
});

describe('a presentment that came before its advice', () => {
  it('leaves the rest of the advised amount to hold, which expires', () => {
    const { account } = given(...funded(1000n), clearPart('1', 100n, 1, 2))
      .when(advise('1', 400n))
      .thenEvents({ type: 'AuthorisationAdvised', transaction: { transactionId: tx('c3'), authorised: 400n } })
      .balances({ ledger: 900n, held: 300n })
      .transaction({ expiresAt: START + 7n * DAY + 5_000_000n });
    expect(account.do(expire(tx('c3')), { after: 7n * DAY })).toMatchObject({ kind: 'events' });
  });

  it('leaves nothing to hold where it was final', () => {
    given(...funded(1000n), clear('1', 100n))
      .when(advise('1', 400n))
      .thenEvents({ type: 'AuthorisationAdvised', transaction: { status: 'SETTLED', remaining: 0n } })
      .balances({ ledger: 900n, held: 0n });
  });

  it('is found by the advice that names the transaction, though the presentment had no keys', () => {
    given(...funded(1000n), clear(null, 100n, 'k', { final: false }))
      .when(advise('1', 400n, { transactionId: tx('c3') }))
      .thenEvents({ type: 'AuthorisationAdvised', transaction: { keys: { stan: '1' }, remaining: 300n } })
      .when(reverse('1'))
      .thenEvents({ type: 'AuthorisationReversed', released: 300n });
  });
});

describe('a reversal that came before its original', () => {
  it('declines a late authorisation', () => {
    given(...funded(1000n))
      .when(reverse('1'))
      .thenEvents({ type: 'ReversalRecorded', replacement: null, keys: { stan: '1' } })
      .when(reverse('1'))
      .thenNothing()
      .when(authorise('1', 400n))
      .thenEvents({ type: 'AuthorisationDeclined', reason: 'already_reversed', responseCode: '12' })
      .balances({ held: 0n });
  });

  it('leaves nothing to hold of a late advice', () => {
    given(...funded(1000n), reverse('1'))
      .when(advise('1', 400n))
      .thenEvents({ type: 'AuthorisationAdvised', transaction: { status: 'REVERSED', remaining: 0n }, released: 0n })
      .balances({ held: 0n });
  });

  it('is applied to a late authorisation where it was partial', () => {
    given(...funded(1000n), reverse('1', 150n))
      .when(authorise('1', 400n))
      .thenEvents({ type: 'AuthorisationApproved', approved: 400n, transaction: { authorised: 150n } })
      .balances({ held: 150n });
  });

  it('keeps the lowest of several replacements', () => {
    given(...funded(1000n), reverse('1', 150n))
      .when(reverse('1', 200n))
      .thenNothing()
      .when(reverse('1', 120n))
      .thenEvents({ type: 'ReversalRecorded', replacement: 120n })
      .when(advise('1', 400n))
      .thenEvents({ type: 'AuthorisationAdvised', transaction: { authorised: 120n } });
  });

  it('closes the transaction that a presentment began, when its advice comes', () => {
    given(...funded(1000n), clearPart('1', 100n, 1, 2), reverse('1'))
      .when(advise('1', 400n))
      .thenEvents({ type: 'AuthorisationAdvised', transaction: { status: 'SETTLED', remaining: 0n } })
      .balances({ ledger: 900n, held: 0n });
  });

  it('has nothing to wait for where the presentment that it names had no keys', () => {
    given(...funded(1000n), clear(null, 100n, 'k'))
      .when({ ...reverse('1'), originalKeys: null, transactionId: tx('c3') })
      .thenNothing();
  });
});
