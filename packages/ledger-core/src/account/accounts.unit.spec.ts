import { describe, expect, it } from '@jest/globals';
import type { CardId, CardToken, CurrencyCode, LedgerAccount, PotId } from '../brands.js';
import {
  adjust,
  authorise,
  card,
  everyChannel,
  fund,
  funded,
  issue,
  noLimits,
  open,
  pay,
  payment,
  pot,
  tx,
  USD,
} from './commands.suite.js';
import { DAY, GBP, given, START } from './specification.suite.js';

const freeze = { type: 'FreezeAccount', reason: 'fraud' } as const;
const close = { type: 'CloseAccount' } as const;
const second = 'card_2' as CardId;

describe('an account that is not there', () => {
  it('is opened with its overdraft available', () => {
    given()
      .when(open({ overdraftLimit: 500n }))
      .thenEvents({ type: 'AccountOpened', balances: { ledger: 0n, held: 0n, available: 500n, pots: 0n } });
  });

  it.each([
    ['InvalidCurrency', open({ currency: 'XYZ' as CurrencyCode })],
    ['InvalidAmount', open({ overdraftLimit: -1n })],
    ['UnknownAccount', freeze],
    ['UnknownAccount', authorise('1', 1n)],
  ] as const)('rejects with %s', (rejection, command) => {
    given().when(command).thenRejected(rejection);
  });
});

describe('an open account', () => {
  it('rejects another opening, and answers the same again', () => {
    given(open())
      .when(open({ product: 'joint' }), { key: 'other' })
      .thenRejected('IdInUse')
      .when(open(), { key: 'another' })
      .thenRepeats(0);
  });

  it('sets its overdraft limit, which counts as available at once', () => {
    given(open(), issue())
      .when({ type: 'SetOverdraftLimit', overdraftLimit: 300n })
      .thenEvents({ type: 'OverdraftLimitSet', balances: { available: 300n } })
      .when(authorise('1', 300n))
      .thenEvents({ type: 'AuthorisationApproved', balances: { available: 0n } })
      .when({ type: 'SetOverdraftLimit', overdraftLimit: -1n })
      .thenRejected('InvalidAmount');
  });

  it('is frozen: nothing out by decision, everything in; and unfrozen', () => {
    given(...funded(1000n))
      .when({ type: 'UnfreezeAccount' })
      .thenRejected('AccountNotFrozen')
      .when(freeze)
      .thenEvents({ type: 'AccountFrozen', reason: 'fraud' })
      .when(freeze)
      .thenRejected('AccountFrozen')
      .when(pay(1n))
      .thenRejected('AccountFrozen')
      .when(fund(1n, 'more'))
      .thenEvents({ type: 'PaymentReceived' })
      .when({ type: 'UnfreezeAccount' })
      .thenEvents({ type: 'AccountUnfrozen' })
      .when(pay(1n))
      .thenEvents({ type: 'PaymentSent' });
  });

  it.each([
    ['money', funded(1n)],
    ['a hold', [open({ overdraftLimit: 5n }), issue(), authorise('1', 5n)]],
    ['a payment under way', [...funded(5n), pay(5n)]],
  ] as const)('is not closed with %s', (_, history) => {
    given(...history)
      .when(close)
      .thenRejected('AccountNotEmpty');
  });

  it('is closed when it is empty, and takes nothing more by decision', () => {
    given(open({ overdraftLimit: 100n }), issue(), {
      type: 'OpenPot',
      potId: pot,
      goal: null,
      style: '',
      personal: null,
    })
      .when(close)
      .thenEvents({ type: 'AccountClosed' })
      .when(close)
      .thenRejected('AccountClosed')
      .when(fund(1n))
      .thenRejected('AccountClosed')
      .when(pay(1n))
      .thenRejected('AccountClosed')
      .when({ type: 'DepositToPot', potId: pot, amount: 1n, currency: GBP })
      .thenRejected('AccountClosed')
      .when({ type: 'FreezeCard', cardId: card, frozenBy: 'user_1' })
      .thenRejected('AccountClosed');
  });

  it('is charged fees, even below zero', () => {
    const fee = { type: 'ChargeFee', feeId: 'fee_1', kind: 'replacement', amount: 500n, currency: GBP } as const;
    const { account } = given(open()).when(fee).thenEvents({ type: 'FeeCharged' }).balances({ ledger: -500n });
    expect(account.book.sumOf('income:fees', GBP)).toBe(-500n);
    given(open())
      .when({ ...fee, currency: USD })
      .thenRejected('CurrencyMismatch');
  });

  it('is adjusted both ways by two people', () => {
    given(open())
      .when(adjust())
      .thenEvents({ type: 'AdjustmentPosted', amount: 100n })
      .when(adjust({ amount: -300n }))
      .thenEvents({ type: 'AdjustmentPosted', amount: -300n })
      .balances({ ledger: -200n })
      .when(adjust({ approvedBy: 'ann' }))
      .thenRejected('FourEyesRequired')
      .when(adjust({ amount: 0n }))
      .thenRejected('InvalidAmount')
      .when(adjust({ contra: 'income:magic' as LedgerAccount }))
      .thenRejected('UnknownLedgerAccount');
  });

  it('takes the lines of another bank against the import nostro, zero ones too, even when it is closed', () => {
    const line = {
      type: 'PostStatementLine',
      lineId: 'l1',
      currency: GBP,
      description: '',
      statedBalance: null,
    } as const;
    const { account } = given(open())
      .when({ ...line, amount: 0n })
      .thenEvents({ type: 'StatementLinePosted', entry: null })
      .when(close)
      .thenEvents({ type: 'AccountClosed' })
      .when({ ...line, amount: -250n })
      .thenEvents({ type: 'StatementLinePosted', amount: -250n })
      .balances({ ledger: -250n });
    expect(account.book.sumOf('assets:nostro:import', GBP)).toBe(-250n);
  });

  it('rejects what would leave 64 bits', () => {
    const most = 9_007_199_254_740_991n;
    const { account } = given(open());
    account.state.ledger = 2n ** 63n - most;
    expect(account.decide(fund(most))).toEqual({ kind: 'rejection', rejection: 'BalanceOutOfRange' });
  });
});

describe('payments to and from other banks', () => {
  it('leave for in transit, and are confirmed or come back, once', () => {
    const { account } = given(...funded(1000n))
      .when(pay(400n))
      .thenEvents({ type: 'PaymentSent' })
      .when(pay(400n))
      .thenRepeats(3)
      .when({ type: 'ConfirmPayment', paymentId: payment('out') })
      .thenEvents({ type: 'PaymentConfirmed', amount: 400n })
      .when({ type: 'ConfirmPayment', paymentId: payment('out') })
      .thenNothing()
      .when({ type: 'ReturnPayment', paymentId: payment('out'), reason: 'late' })
      .thenRejected('PaymentNotInFlight')
      .when(pay(100n, 'b'))
      .thenEvents({ type: 'PaymentSent' })
      .when({ type: 'ReturnPayment', paymentId: payment('b'), reason: 'no such account' })
      .thenEvents({ type: 'PaymentReturned', amount: 100n, transactionId: tx('c8') })
      .balances({ ledger: 600n });
    expect(account.book.sumOf('liabilities:in-transit:payments', GBP)).toBe(0n);
    expect(account.book.sumOf('assets:nostro:main', GBP)).toBe(600n);
  });

  it.each([
    ['InsufficientFunds', pay(1001n)],
    ['CurrencyMismatch', { ...pay(1n), currency: USD }],
    ['InvalidAmount', pay(0n)],
    ['IdInUse', fund(5n)],
    ['UnknownLedgerAccount', { ...pay(1n), nostro: 'assets:elsewhere' as LedgerAccount }],
    ['UnknownPayment', { type: 'ConfirmPayment', paymentId: payment('?') }],
    ['PaymentNotInFlight', { type: 'ConfirmPayment', paymentId: payment('funding') }],
  ] as const)('are rejected with %s', (rejection, command) => {
    given(...funded(1000n))
      .when(command)
      .thenRejected(rejection);
  });
});

describe('cards', () => {
  const inactive = [open(), issue({ active: false })] as const;

  it('are issued once, and answered again', () => {
    given(...funded(1n))
      .when(issue({ active: false }))
      .thenRejected('IdInUse')
      .when(issue())
      .thenRepeats(1);
  });

  it.each([
    ['ActivateCard', { type: 'ActivateCard', cardId: card }, 'CardActivated'],
    ['ReportCardLost', { type: 'ReportCardLost', cardId: card }, 'CardReportedLost'],
    ['ReportCardStolen', { type: 'ReportCardStolen', cardId: card }, 'CardReportedStolen'],
    ['CancelCard', { type: 'CancelCard', cardId: card, reason: 'moved' }, 'CardCancelled'],
  ] as const)('do %s once', (_, command, type) => {
    given(...inactive)
      .when(command)
      .thenEvents({ type })
      .when(command)
      .thenRejected('CardState');
  });

  it('are frozen and unfrozen', () => {
    given(...funded(100n))
      .when({ type: 'UnfreezeCard', cardId: card, unfrozenBy: 'user_1' })
      .thenRejected('CardState')
      .when({ type: 'FreezeCard', cardId: card, frozenBy: 'user_1' })
      .thenEvents({ type: 'CardFrozen' })
      .when({ type: 'FreezeCard', cardId: card, frozenBy: 'user_1' })
      .thenRejected('CardState')
      .when(authorise('1', 1n))
      .thenEvents({ type: 'AuthorisationDeclined', reason: 'card_frozen' })
      .when({ type: 'UnfreezeCard', cardId: card, unfrozenBy: 'user_1' })
      .thenEvents({ type: 'CardUnfrozen' })
      .when(authorise('2', 1n))
      .thenEvents({ type: 'AuthorisationApproved' });
  });

  it('have controls and limits', () => {
    const controls = { ...everyChannel, blockedCategories: ['7995'] };
    const limits = { ...noLimits, perTransaction: 10n };
    given(...funded(100n))
      .when({ type: 'SetCardControls', cardId: card, controls })
      .thenEvents({ type: 'CardControlsSet', controls })
      .when({ type: 'SetCardLimits', cardId: card, limits })
      .thenEvents({ type: 'CardLimitsSet', limits })
      .when(authorise('1', 11n))
      .thenEvents({ type: 'AuthorisationDeclined', reason: 'per_transaction_limit' });
  });

  it('are replaced by one with the same limits that waits for its activation; the old one still belongs here', () => {
    const replacement = { cardId: second, token: 'token 2' as CardToken, masked: null, expiry: '2030-01' };
    given(...funded(100n), authorise('1', 10n))
      .when({ type: 'ReplaceCard', cardId: card, replacement: { ...replacement, cardId: card } })
      .thenRejected('IdInUse')
      .when({ type: 'ReplaceCard', cardId: card, replacement })
      .thenEvents(
        { type: 'CardReplaced', replacementCardId: second },
        { type: 'CardIssued', cardId: second, active: false },
      )
      .when(authorise('2', 1n))
      .thenEvents({ type: 'AuthorisationDeclined', reason: 'card_cancelled' })
      .when(authorise('3', 1n, { cardId: second }))
      .thenEvents({ type: 'AuthorisationDeclined', reason: 'card_not_activated' })
      .when({ type: 'ActivateCard', cardId: second })
      .thenEvents({ type: 'CardActivated' })
      .when({ type: 'SetCardLimits', cardId: card, limits: noLimits })
      .thenRejected('CardState');
  });

  it('are rejected where the account does not have them', () => {
    given(open()).when({ type: 'ActivateCard', cardId: second }).thenRejected('UnknownCard');
  });
});

describe('pots', () => {
  const opened = { type: 'OpenPot', potId: pot, goal: null, style: 'beach', personal: null } as const;
  const deposit = { type: 'DepositToPot', potId: pot, amount: 300n, currency: GBP } as const;
  const withdraw = { ...deposit, type: 'WithdrawFromPot' } as const;
  const saved = [...funded(1000n), opened, deposit] as const;

  it('are sub-balances: money in and out is one event each', () => {
    given(...funded(1000n))
      .when(opened)
      .thenEvents({ type: 'PotOpened' })
      .when(opened)
      .thenRejected('IdInUse')
      .when(deposit)
      .thenEvents({ type: 'PotDeposited', potBalance: 300n })
      .balances({ ledger: 700n, pots: 300n })
      .when({ ...withdraw, amount: 100n })
      .thenEvents({ type: 'PotWithdrawn', potBalance: 200n })
      .balances({ ledger: 800n, pots: 200n });
  });

  it.each([
    ['InsufficientFunds', { ...deposit, amount: 701n }],
    ['InsufficientFunds', { ...withdraw, amount: 301n }],
    ['CurrencyMismatch', { ...deposit, currency: USD }],
    ['InvalidAmount', { ...deposit, amount: 0n }],
    ['UnknownPot', { ...deposit, potId: 'pot_9' as PotId }],
    ['PotNotLocked', { type: 'UnlockPot', potId: pot }],
    ['InvalidAmount', { ...opened, potId: 'pot_2' as PotId, goal: 0n }],
  ] as const)('reject with %s', (rejection, command) => {
    given(...saved)
      .when(command)
      .thenRejected(rejection);
  });

  it('give nothing out while they are locked', () => {
    given(...saved, { type: 'LockPot', potId: pot, until: START + DAY })
      .when(withdraw)
      .thenRejected('PotLocked')
      .when({ type: 'ClosePot', potId: pot })
      .thenRejected('PotLocked')
      .when(deposit)
      .thenEvents({ type: 'PotDeposited' })
      .when(withdraw, { after: DAY })
      .thenEvents({ type: 'PotWithdrawn' });
  });

  it('are unlocked by hand', () => {
    given(...saved, { type: 'LockPot', potId: pot, until: null })
      .when({ type: 'UnlockPot', potId: pot })
      .thenEvents({ type: 'PotUnlocked' })
      .when(withdraw)
      .thenEvents({ type: 'PotWithdrawn' });
  });

  it('return their money when they are closed, and are closed for good', () => {
    given(...saved)
      .when({ type: 'ClosePot', potId: pot })
      .thenEvents({ type: 'PotClosed', returned: 300n })
      .balances({ ledger: 1000n, pots: 0n })
      .when(deposit)
      .thenRejected('PotClosed');
  });

  it('take nothing from a frozen account, and give back to it', () => {
    given(...saved, freeze)
      .when(deposit)
      .thenRejected('AccountFrozen')
      .when(withdraw)
      .thenEvents({ type: 'PotWithdrawn' });
  });
});
