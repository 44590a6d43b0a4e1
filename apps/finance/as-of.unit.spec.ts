import { describe, expect, it } from '@jest/globals';
import type { AccountCommand, AccountId, CardTransaction, Micros, PotId } from '@tallystick/ledger-core';
import {
  advise,
  authorise,
  clear,
  fund,
  increment,
  issue,
  open,
  pay,
  refund,
  reverse,
  reverseClearing,
} from '@tallystick/ledger-core/account/commands.suite';
import { DAY, GBP, START } from '@tallystick/ledger-core/account/specification.suite';
import fc from 'fast-check';
import type { AsOf } from './as-of.js';
import { type BookedEvent, BookUnderTest, check, inTime } from './book.suite.js';

const ACCOUNTS = ['acc_0', 'acc_1'] as AccountId[];
const pot = 'pot_1' as PotId;

const amount = fc.bigInt({ min: 1n, max: 500n });
const name = fc.constantFrom('a', 'b', 'c', 'd');
const command: fc.Arbitrary<AccountCommand> = fc.oneof(
  fc.tuple(name, amount).map(([n, a]) => authorise(n, a)),
  fc.tuple(name, amount).map(([n, a]) => authorise(`s${n}`, a, { singleMessage: true })),
  fc.tuple(name, amount).map(([n, a]) => increment(n, `i${n}${a}`, a)),
  fc.tuple(name, amount).map(([n, a]) => advise(n, a)),
  fc.tuple(name, fc.option(amount)).map(([n, a]) => reverse(n, a)),
  fc.tuple(name, amount, fc.nat(3)).map(([n, a, k]) => clear(n, a, `clearing ${n} ${k}`, { final: k === 0 })),
  fc.tuple(name, fc.nat(3)).map(([n, k]) => reverseClearing(`clearing ${n} ${k}`)),
  fc.tuple(name, amount).map(([n, a]) => refund(n, a, `refund ${n} ${a}`)),
  fc.tuple(amount, fc.nat(99)).map(([a, n]) => fund(a, `in${n}`)),
  fc.tuple(amount, fc.nat(99)).map(([a, n]) => pay(a, `out${n}`)),
  fc.constant<AccountCommand>({ type: 'OpenPot', potId: pot, goal: null, style: 'sea', personal: null }),
  amount.map((a): AccountCommand => ({ type: 'DepositToPot', potId: pot, amount: a, currency: GBP })),
  amount.map((a): AccountCommand => ({ type: 'WithdrawFromPot', potId: pot, amount: a, currency: GBP })),
  amount.map((a): AccountCommand => ({ type: 'SetOverdraftLimit', overdraftLimit: a })),
);

/** Some ten days around the start. */
const time = fc.bigInt({ min: START - 5n * DAY, max: START + 5n * DAY });
const step = fc.record({
  side: fc.nat(1),
  command,
  effectiveAt: fc.option(time, { nil: undefined }),
  after: fc.constantFrom(0n, 1n, DAY / 2n),
});
const asOf: fc.Arbitrary<AsOf> = fc.record({ at: fc.option(time), knownAt: fc.option(time) });

async function bookOf(
  steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[],
): Promise<BookUnderTest> {
  const book = new BookUnderTest();
  for (const accountId of ACCOUNTS) {
    await book.do(accountId, open({ accountId, overdraftLimit: 100n }), { after: 0n });
    await book.do(accountId, issue(), { after: 0n });
    await book.do(accountId, fund(1000n), { after: 0n });
  }
  for (const { side, command, effectiveAt, after } of steps) {
    const times = effectiveAt === undefined ? { after } : { after, effectiveAt };
    await book.do(ACCOUNTS[side] ?? ('' as AccountId), command, times);
  }
  return book;
}

const notAfter = (time: Micros, limit: Micros | null) => limit === null || time <= limit;

/** As the design says it, with no regard for cost and without `released`. */
function naiveBalance(booked: readonly BookedEvent[], accountId: AccountId, { at, knownAt }: AsOf) {
  const known = booked.filter((b) => b.accountId === accountId && notAfter(b.recordedAt, knownAt));
  if (!known.some(({ event }) => event.type === 'AccountOpened')) return null;
  let [ledger, pots, overdraft] = [0n, 0n, 0n];
  const blocks = new Map<string, CardTransaction>();
  for (const { event, effectiveAt } of known) {
    if ('overdraftLimit' in event) overdraft = event.overdraftLimit;
    if ('transaction' in event) blocks.set(event.transaction.transactionId, event.transaction);
    if (!('entry' in event) || event.entry === null || !notAfter(effectiveAt, at)) continue;
    for (const posting of event.entry.postings) {
      if (posting.account !== `liabilities:customers:${accountId}`) continue;
      const change = posting.side === 'CREDIT' ? posting.amount : -posting.amount;
      if (posting.pot === null) ledger += change;
      else pots += change;
    }
  }
  const held = [...blocks.values()].reduce((sum, { remaining }) => sum + remaining, 0n);
  return { currency: GBP, ledger, held, available: ledger - held + overdraft, pots };
}

function naiveSums(booked: readonly BookedEvent[], { at, knownAt }: AsOf): Record<string, bigint[]> {
  const sums: Record<string, bigint[]> = {};
  for (const { event, effectiveAt, recordedAt } of booked) {
    if (!('entry' in event) || event.entry === null) continue;
    if (!notAfter(effectiveAt, at) || !notAfter(recordedAt, knownAt)) continue;
    for (const { account, pot, side, amount, currency } of event.entry.postings) {
      const key = `${pot === null ? account : `${account}:${pot}`} ${currency}`;
      const [debits = 0n, credits = 0n] = sums[key] ?? [];
      sums[key] = side === 'DEBIT' ? [debits + amount, credits] : [debits, credits + amount];
    }
  }
  return sums;
}

describe('books with value dates in any order', () => {
  it('have at any two times the balances that a naive recomputation has', async () => {
    await check(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.array(asOf, { minLength: 1, maxLength: 5 }),
        async (steps, times) => {
          const book = await bookOf(steps);
          for (const each of [{ at: null, knownAt: null }, ...times]) {
            for (const accountId of ACCOUNTS) {
              const { found } = await book.finance.balance({ accountId, ...each }, inTime());
              expect(found).toEqual(naiveBalance(book.booked, accountId, each));
            }
          }
        },
      ),
      150,
    );
  });

  it('end, with no time given, in the balances that the last event carries', async () => {
    await check(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const book = await bookOf(steps);
        for (const accountId of ACCOUNTS) {
          const last = book.booked.findLast(
            (b) => b.accountId === accountId && 'balances' in b.event && b.event.balances !== null,
          );
          const { found } = await book.finance.balance({ accountId, at: null, knownAt: null }, inTime());
          expect({ ...found }).toMatchObject(
            (last !== undefined && 'balances' in last.event && last.event.balances) || {},
          );
        }
      }),
      50,
    );
  });

  it('have at any two times the trial balance that a naive recomputation has, zero in each currency', async () => {
    await check(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), asOf, async (steps, each) => {
        const book = await bookOf(steps);
        const { accounts, totals } = await book.finance.trialBalance({ ...each, from: 'journal' }, inTime());
        const sums = accounts.map(({ account, currency, debits, credits }) => [
          `${account} ${currency}`,
          [debits, credits],
        ]);
        expect(Object.fromEntries(sums)).toEqual(naiveSums(book.booked, each));
        for (const { balance } of totals) expect(balance).toBe(0n);
      }),
      100,
    );
  });

  it('are explained line by line, in pages of any size, down to the balance', async () => {
    await check(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        asOf,
        fc.integer({ min: 1, max: 9 }),
        async (steps, each, limit) => {
          const book = await bookOf(steps);
          const accountId = ACCOUNTS[0] ?? ('' as AccountId);
          const whole = await book.finance.explain({ accountId, ...each, after: null, limit: 10_000 }, inTime());
          const { found } = await book.finance.balance({ accountId, ...each }, inTime());
          if (whole.found === null) return expect(found).toBeNull();
          const lines: unknown[] = [];
          let after: typeof whole.found.next = null;
          do {
            const page = await book.finance.explain({ accountId, ...each, after, limit }, inTime());
            lines.push(...(page.found?.lines ?? []));
            after = page.found?.next ?? null;
          } while (after !== null);
          expect(lines).toEqual(whole.found.lines);
          const { ledger, held, available, pots } = whole.found.lines.at(-1) ?? {};
          expect({ currency: whole.found.currency, ledger, held, available, pots }).toEqual(found);
          expect(sum(whole.found.lines.map((line) => line.ledgerChange))).toBe(found?.ledger);
          expect(sum(whole.found.lines.map((line) => line.heldChange))).toBe(found?.held);
        },
      ),
      60,
    );
  });
});

const sum = (amounts: readonly bigint[]) => amounts.reduce((a, b) => a + b, 0n);
