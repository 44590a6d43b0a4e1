import { describe, expect, it } from '@jest/globals';
import type { AccountId } from '../brands.js';
import {
  authorise,
  card,
  clear,
  fund,
  funded,
  increment,
  issue,
  nostro,
  open,
  refund,
  reverse,
  transfer,
  tx,
} from './commands.suite.js';
import { contentOf } from './content.js';
import { schedule, scheduleElsewhere } from './schedules.suite.js';
import { DAY, GBP, given } from './specification.suite.js';
import { keyString } from './state.js';

describe('a command that was done before', () => {
  const history = [...funded(1000n), [authorise('1', 100n), { key: 'first' }]] as const;

  it('is answered from its event where the content is the same', () => {
    given(...history)
      .when(authorise('1', 100n), { key: 'first' })
      .thenRepeats(3)
      .when({ ...authorise('1', 100n), maximum: 1n, holdFor: null, cvc: 'NO_MATCH' }, { key: 'first' })
      .thenRepeats(3)
      .balances({ held: 100n });
  });

  it('is refused where the content is another', () => {
    given(...history)
      .when(authorise('1', 101n), { key: 'first' })
      .thenRejected('IdempotencyKeyReused')
      .when(reverse('1'), { key: 'first' })
      .thenRejected('IdempotencyKeyReused');
  });

  it('is answered from the first of its events where it made two', () => {
    given(...funded(1000n), reverse('1', 40n), [authorise('1', 100n, { singleMessage: true }), { key: 'k' }])
      .when(authorise('1', 100n, { singleMessage: true }), { key: 'k' })
      .thenRepeats(4);
  });

  it('is found by the scheme keys too, under another idempotency key', () => {
    given(...history)
      .when(authorise('1', 100n), { key: 'second' })
      .thenRepeats(3)
      .when(authorise('1', 101n), { key: 'third' })
      .thenRejected('SchemeKeysReused');
  });

  it('is known by its idempotency key for 30 days', () => {
    const fee = { type: 'ChargeFee', feeId: 'f', kind: 'monthly', amount: 5n, currency: GBP } as const;
    given(...funded(1000n), [fee, { key: 'first' }])
      .when(fee, { key: 'first', after: 30n * DAY })
      .thenRepeats(3)
      .when(fee, { key: 'first', after: 1n })
      .thenEvents({ type: 'FeeCharged' })
      .when(fee, { key: 'first' })
      .thenRepeats(4);
  });

  it('is known by the id that it made after that', () => {
    const without = { ...authorise('1', 100n), keys: null };
    given(...funded(1000n), [without, { key: 'first' }])
      .when(without, { key: 'first', after: 31n * DAY })
      .thenRepeats(3)
      .when({ ...without, amount: 101n }, { key: 'first' })
      .thenRejected('IdInUse');
  });

  it('lets go of old idempotency keys', () => {
    const { account } = given(...history, [fund(1n, 'later'), { after: 31n * DAY }]);
    expect([...account.state.commands.keys()]).toEqual(['c3']);
  });

  it('is the same at a second import: accounts, cards, authorisations, presentments, refunds', () => {
    const rows = [open(), issue(), fund(1000n), authorise('1', 100n), clear('1', 100n), refund('1', 10n)];
    const { account } = given(...rows);
    const before = account.recorded.length;
    for (const [index, row] of rows.entries()) {
      expect(account.do(row, { key: `c${index}`, after: DAY })).toEqual({ kind: 'repeat', revision: index });
      expect(account.do(row, { key: `other${index}`, after: 31n * DAY })).toEqual({ kind: 'repeat', revision: index });
    }
    expect(account.recorded.length).toBe(before);
  });
});

describe('the dispute horizon', () => {
  const history = [...funded(1000n), authorise('1', 100n), increment('1', '2', 10n), clear('1', 110n)] as const;

  it('keeps closed transactions and their scheme keys for 540 days', () => {
    const { account } = given(...history, [authorise('3', 1n), { after: 539n * DAY }]);
    expect(account.do(refund('1', 10n))).toMatchObject({ events: [{ original: { transactionId: tx('c3') } }] });
    expect(account.do(clear('1', 110n))).toEqual({ kind: 'repeat', revision: 5 });
  });

  it('lets go of them after that', () => {
    const { account } = given(...history, [authorise('3', 1n), { after: 541n * DAY }]);
    expect([...account.state.byKeys.keys()]).toEqual([keyString(card, authorise('3', 1n).keys ?? never())]);
    expect(account.state.presentments.size).toBe(0);
    expect(account.do(refund('1', 10n))).toMatchObject({ events: [{ original: null }] });
    expect(account.do(authorise('1', 100n))).toMatchObject({ events: [{ type: 'AuthorisationApproved' }] });
  });

  it('keeps what is still held, and does not let that keep the rest', () => {
    const forEver = authorise('0', 5n, { holdFor: null });
    const { account } = given(...funded(1000n), forEver, authorise('1', 100n), clear('1', 100n), [
      authorise('2', 1n),
      { after: 541n * DAY },
    ]);
    expect([...account.state.transactions.keys()].sort()).toEqual([tx('c3'), tx('c6')]);
    expect(account.state.held).toBe(6n);
    expect(account.do(reverse('0'))).toMatchObject({ events: [{ released: 5n }] });
  });

  it('keeps a refused transfer as long as one that was received', () => {
    const arriving = (n: string) =>
      ({
        type: 'ReceiveTransfer',
        transferId: transfer(n),
        sourceAccountId: 'acc_2' as AccountId,
        amount: 5n,
        currency: GBP,
        personal: null,
      }) as const;
    given(arriving('1'), open(), arriving('2'))
      .when(arriving('3'), { after: 539n * DAY })
      .thenEvents({ type: 'TransferReceived' })
      .when(arriving('1'))
      .thenRepeats(0)
      .when(arriving('2'))
      .thenRepeats(2);
    const { state } = given(arriving('1'), open(), [arriving('2'), { after: 541n * DAY }]).account;
    expect(state.refusedTransfers.size).toBe(0);
  });

  it('lets go of reversals whose original never came', () => {
    const { account } = given(...funded(1000n), reverse('1'), [authorise('2', 1n), { after: 541n * DAY }]);
    expect(account.state.waitingReversals.size).toBe(0);
  });
});

describe('the content of a command', () => {
  it('is no clock, reference data or flag', () => {
    const command = authorise('1', 100n);
    expect(contentOf({ ...command, holdFor: 1n, maximum: 5n, cvc: 'NOT_PRESENT' })).toBe(contentOf(command));
    expect(contentOf({ ...reverse('1'), reason: 'ANSWERED_LATE' })).toBe(contentOf(reverse('1')));
  });

  it('does not depend on the order of an object and keeps neighbouring texts apart', () => {
    const merchant = { descriptor: 'A', mcc: '1', category: null, country: null };
    const reordered = { country: null, category: null, mcc: '1', descriptor: 'A' };
    expect(contentOf(authorise('1', 1n, { merchant }))).toBe(contentOf(authorise('1', 1n, { merchant: reordered })));
    const other = { ...merchant, descriptor: 'A;mcc=1:1' };
    expect(contentOf(authorise('1', 1n, { merchant: other }))).not.toBe(contentOf(authorise('1', 1n, { merchant })));
  });

  it('is what it was before a field was added, where the field has nothing', () => {
    expect(contentOf(schedule())).toMatch(/^SchedulePayment\nscheduleId=\S+\ndestinationAccountId=\S+\namount=100\n/);
    const { otherBank: _, ...ofTheReleaseBefore } = schedule();
    expect(contentOf(ofTheReleaseBefore)).toBe(contentOf(schedule()));
    const elsewhere = scheduleElsewhere();
    const another = { ...elsewhere, otherBank: { scheme: 'tch', nostro } };
    expect(contentOf(elsewhere)).not.toBe(contentOf({ ...elsewhere, otherBank: null }));
    expect(contentOf(elsewhere)).not.toBe(contentOf(another));
  });
});

function never(): never {
  throw new Error('no keys');
}
