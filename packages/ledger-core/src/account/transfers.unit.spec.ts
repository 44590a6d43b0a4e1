import { describe, it } from '@jest/globals';
import type { AccountId } from '../brands.js';
import { account, funded, open, transfer, tx, USD } from './commands.suite.js';
import { GBP, given } from './specification.suite.js';

const other = 'acc_2' as AccountId;
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
      .thenRejected('IdInUse');
  });

  it('refuses what it cannot take, so that it is returned', () => {
    given(open())
      .when({ ...receive, currency: USD })
      .thenRejected('CurrencyMismatch')
      .when({ type: 'CloseAccount' })
      .thenEvents({ type: 'AccountClosed' })
      .when(receive)
      .thenRejected('AccountClosed');
  });
});
