import { describe, expect, it } from '@jest/globals';
import type { AccountId } from '../brands.js';
import { AMOUNT_MAX } from '../money.js';
import { rejections } from '../rejections.js';
import { account, fund, funded, open, pay, transfer, tx, USD } from './commands.suite.js';
import { DAY, GBP, given } from './specification.suite.js';
import { balancesOf } from './state.js';

const other = 'acc_2' as AccountId;
const third = 'acc_3' as AccountId;
const transferId = transfer('1');
const send = {
  type: 'SendTransfer',
  transferId,
  destinationAccountId: other,
  amount: 400n,
  currency: GBP,
  personal: null,
} as const;
const receive = {
  type: 'ReceiveTransfer',
  transferId,
  sourceAccountId: other,
  amount: 400n,
  currency: GBP,
  personal: null,
} as const;
const returned = { type: 'ReturnTransfer', transferId, reason: 'account_closed' } as const;

describe('the account that sends', () => {
  it('sends once, and is done when the destination has it', () => {
    given(...funded(1000n))
      .when(send)
      .thenEvents({ type: 'TransferSent', transactionId: tx('c3') })
      .balances({ ledger: 600n })
      .when(send)
      .thenRepeats(3)
      .when({ ...send, amount: 401n })
      .thenRejected('IdInUse')
      .when({ type: 'CloseAccount' })
      .thenRejected('AccountNotEmpty')
      .when({ type: 'CompleteTransfer', transferId })
      .thenEvents({ type: 'TransferCompleted' })
      .when({ type: 'CompleteTransfer', transferId })
      .thenNothing()
      .when(returned)
      .thenRejected('TransferNotInFlight')
      .balances({ ledger: 600n });
  });

  it('has it back where the destination could not take it, once', () => {
    given(...funded(1000n), send)
      .when(returned)
      .thenEvents({ type: 'TransferReturned', transactionId: tx('c3'), amount: 400n, exception: null })
      .balances({ ledger: 1000n })
      .when(returned)
      .thenNothing()
      .when({ type: 'CompleteTransfer', transferId })
      .thenRejected('TransferNotInFlight');
  });

  it('may cancel before it sends, not after', () => {
    given(...funded(1000n))
      .when({ type: 'CancelTransfer', transferId })
      .thenEvents({ type: 'TransferCancelled' })
      .when({ type: 'CancelTransfer', transferId })
      .thenRepeats(3)
      .when(send)
      .thenRejected('TransferCancelled');
    given(...funded(1000n), send)
      .when({ type: 'CancelTransfer', transferId })
      .thenRejected('TransferNotInFlight');
  });

  it.each([
    ['InsufficientFunds', { ...send, amount: 1001n }],
    ['CurrencyMismatch', { ...send, currency: USD }],
    ['InvalidAmount', { ...send, amount: -1n }],
    ['SameAccount', { ...send, destinationAccountId: account }],
    ['UnknownTransfer', returned],
    ['UnknownTransfer', { type: 'CompleteTransfer', transferId }],
  ] as const)('rejects with %s', (rejection, command) => {
    given(...funded(1000n))
      .when(command)
      .thenRejected(rejection);
  });
});

describe('the account that receives', () => {
  it('receives once, frozen or not', () => {
    given(open(), { type: 'FreezeAccount', reason: 'fraud' })
      .when(receive)
      .thenEvents({ type: 'TransferReceived', transactionId: tx('c2') })
      .balances({ ledger: 400n })
      .when(receive)
      .thenRepeats(2)
      .when({ ...receive, amount: 1n })
      .thenEvents({ type: 'TransferRefused', reason: 'IdInUse', amount: 1n })
      .when(receive, { key: 'again' })
      .thenRepeats(2)
      .balances({ ledger: 400n });
  });

  it.each([
    ['is closed', 'AccountClosed', [open(), { type: 'CloseAccount' }], receive],
    ['has another currency', 'CurrencyMismatch', [open()], { ...receive, currency: USD }],
    ['is not there', 'UnknownAccount', [], receive],
    ['received another of the same id', 'IdInUse', [open(), receive], { ...receive, sourceAccountId: third }],
    ['sent one of the same id', 'IdInUse', [...funded(1000n), send], receive],
  ] as const)('refuses by an event what it cannot take because it %s', (_, reason, history, command) => {
    const { amount, currency, sourceAccountId } = command;
    const { account: refusing } = given(...history);
    const balances = balancesOf(refusing.state);
    const decision = refusing.do(command);
    const { responseCode } = rejections[reason];
    const event = { type: 'TransferRefused', transferId, sourceAccountId, amount, currency, reason, responseCode };
    expect(decision).toEqual({ kind: 'events', events: [event] });
    expect(balancesOf(refusing.state)).toEqual(balances);
  });

  it('refuses what would leave the range of balances', () => {
    const { account: full } = given(open());
    for (let n = 0; n < 1024; n++) full.do(fund(AMOUNT_MAX, `p${n}`));
    const most = { ...receive, amount: AMOUNT_MAX };
    expect(full.do(most)).toMatchObject({ events: [{ type: 'TransferRefused', reason: 'BalanceOutOfRange' }] });
    expect(full.do(pay(AMOUNT_MAX))).toMatchObject({ kind: 'events' });
    expect(full.do(most)).toMatchObject({ kind: 'repeat' });
  });

  it('rejects what nobody can have sent', () => {
    given(open())
      .when({ ...receive, amount: 0n })
      .thenRejected('InvalidAmount');
    given()
      .when({ ...receive, amount: 0n })
      .thenRejected('InvalidAmount');
  });
});

describe('an account that refused a transfer', () => {
  it('refuses it again after it was opened, though its idempotency key is forgotten', () => {
    given()
      .when(receive, { key: 'first' })
      .thenEvents({ type: 'TransferRefused', reason: 'UnknownAccount' })
      .when(open())
      .thenEvents({ type: 'AccountOpened' })
      .when(open(), { key: 'opened again' })
      .thenRepeats(1)
      .when(receive, { key: 'first' })
      .thenRepeats(0)
      .when(receive, { key: 'other' })
      .thenRepeats(0)
      .when(receive, { key: 'first', after: 31n * DAY })
      .thenRepeats(0)
      .balances({ ledger: 0n });
  });

  it('takes others, from the same sender and of the same id', () => {
    given()
      .when(receive)
      .thenEvents({ type: 'TransferRefused' })
      .when(open())
      .thenEvents({ type: 'AccountOpened' })
      .when({ ...receive, transferId: transfer('2') })
      .thenEvents({ type: 'TransferReceived' })
      .when({ ...receive, sourceAccountId: third })
      .thenEvents({ type: 'TransferReceived' })
      .when(receive)
      .thenRepeats(0)
      .balances({ ledger: 800n });
  });

  it('never takes it with other content either', () => {
    const more = { ...receive, amount: 401n };
    given()
      .when(receive)
      .thenEvents({ type: 'TransferRefused', reason: 'UnknownAccount' })
      .when(open())
      .thenEvents({ type: 'AccountOpened' })
      .when(more)
      .thenEvents({ type: 'TransferRefused', reason: 'IdInUse', amount: 401n })
      .when(more)
      .thenRepeats(2)
      .when(receive)
      .thenEvents({ type: 'TransferRefused', reason: 'IdInUse', amount: 400n });
  });

  it('may send, cancel and close as if nothing had been', () => {
    given()
      .when(receive)
      .thenEvents({ type: 'TransferRefused' })
      .when(open())
      .thenEvents({ type: 'AccountOpened' })
      .when(fund(400n))
      .thenEvents({ type: 'PaymentReceived' })
      .when(send)
      .thenEvents({ type: 'TransferSent', balances: { ledger: 0n } })
      .when({ type: 'CompleteTransfer', transferId })
      .thenEvents({ type: 'TransferCompleted' })
      .when({ type: 'CloseAccount' })
      .thenEvents({ type: 'AccountClosed' });
  });

  it('is not there until it is opened', () => {
    given()
      .when(receive)
      .thenEvents({ type: 'TransferRefused' })
      .when(fund(1n))
      .thenRejected('UnknownAccount')
      .when(send)
      .thenRejected('UnknownAccount');
  });
});
