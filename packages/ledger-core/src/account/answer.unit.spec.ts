import { describe, expect, it } from '@jest/globals';
import { answerOf, nothingToDo } from './answer.js';
import type { AccountCommand } from './commands.js';
import { advise, authorise, clear, funded, increment, issue, refund, reverse, transfer, tx } from './commands.suite.js';
import { GBP, given } from './specification.suite.js';
import { balancesOf } from './state.js';

function answerTo(command: AccountCommand, ...before: AccountCommand[]) {
  const { account } = given(...funded(1000n), ...before);
  const revision = account.recorded.length;
  account.do(command, { key: 'asked' });
  const event = account.recorded[revision]?.event;
  if (event === undefined) throw new Error(`${command.type} made no event`);
  return answerOf(event);
}

describe('the answer from the stored event', () => {
  it.each([
    ['an approval', authorise('1', 100n), 'approved', '00', 100n],
    ['a part of it', authorise('1', 1100n, { partialAllowed: true }), 'approved', '10', 1000n],
    ['a single message', authorise('1', 100n, { singleMessage: true }), 'approved', '00', 100n],
    ['a decline', authorise('1', 1100n), 'declined', '51', null],
    ['an advice', advise('1', 100n), 'recorded', '00', 100n],
    ['an advice of a decline', advise('1', 100n, { responseCode: '05' }), 'recorded', '00', null],
    ['a presentment', clear('1', 100n), 'recorded', '00', 100n],
    ['a refund', refund('1', 100n), 'recorded', '00', 100n],
  ] as const)('to %s', (_, command, decision, responseCode, amount) => {
    expect(answerTo(command)).toMatchObject({ decision, responseCode, amount, transactionId: tx('asked') });
  });

  it('to an increment and to a reversal names the transaction', () => {
    const before = authorise('1', 100n);
    const transactionId = tx('c3');
    expect(answerTo(increment('1', '2', 5n), before)).toMatchObject({
      decision: 'approved',
      amount: 5n,
      transactionId,
    });
    expect(answerTo(reverse('1'), before)).toMatchObject({ decision: 'recorded', responseCode: '00', transactionId });
  });

  it.each([
    ['00', 'approved'],
    ['10', 'approved'],
    ['05', 'declined'],
  ] as const)('to an authorisation that comes after its advice of %s: %s', (responseCode, decision) => {
    const { account } = given(...funded(1000n), advise('1', 100n, { responseCode }));
    const event = account.recorded.at(-1)?.event;
    if (event === undefined) throw new Error('an advice made no event');
    expect(answerOf(event, 'AuthoriseCard')).toMatchObject({ decision, responseCode, transactionId: tx('c3') });
    expect(answerOf(event, 'RecordAuthorisationAdvice').decision).toBe('recorded');
  });

  it('to a transfer that was refused is the refusal', () => {
    const { account } = given();
    account.do({
      type: 'ReceiveTransfer',
      transferId: transfer('1'),
      sourceAccountId: account.state.accountId,
      amount: 5n,
      currency: GBP,
      personal: null,
    });
    const event = account.recorded[0]?.event;
    expect(event && answerOf(event)).toEqual({
      type: 'TransferRefused',
      decision: 'declined',
      reason: 'UnknownAccount',
      responseCode: '14',
      transactionId: null,
      amount: null,
      balances: null,
    });
  });

  it('carries balances where the event does', () => {
    expect(answerTo(authorise('1', 100n)).balances).toEqual({ ledger: 1000n, held: 100n, available: 900n, pots: 0n });
    expect(answerTo({ type: 'FreezeCard', cardId: issue().cardId, frozenBy: '' }).balances).toBeNull();
  });

  it('is 00 with the balances as they stand where nothing was left to do', () => {
    const balances = balancesOf(given(...funded(1000n)).account.state);
    expect(nothingToDo(balances)).toMatchObject({ type: null, responseCode: '00', balances });
  });
});
