import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AccountId } from '../brands.js';
import type { AccountCommand } from './commands.js';
import { advise, authorise, clear, funded, increment, open, refund, reverse, transfer, USD } from './commands.suite.js';
import { contentOf } from './content.js';
import { check } from './replayable.suite.js';
import { type AccountUnderTest, DAY, GBP, given, SECOND } from './specification.suite.js';

const NAMES = ['1', '2', '3'] as const;
const amount = fc.bigInt({ min: 1n, max: 200n });
const name = fc.constantFrom(...NAMES);
const incrementOf = (n: string) => `${n}+`;

/** What was decided about each transaction before the messages come. */
const decided = fc.constantFrom('nothing', 'approved', 'approved and raised', 'declined', 'paid at once');
type Decided = typeof decided extends fc.Arbitrary<infer T> ? T : never;

function decisionsOf(n: string, what: Decided): AccountCommand[] {
  switch (what) {
    case 'nothing':
      return [];
    case 'approved':
      return [authorise(n, 100n)];
    case 'approved and raised':
      return [authorise(n, 100n), increment(n, incrementOf(n), 50n)];
    case 'declined':
      return [authorise(n, 100n, { cvc: 'NO_MATCH' })];
    case 'paid at once':
      return [authorise(n, 100n, { singleMessage: true })];
  }
}

interface Message {
  readonly n: string;
  readonly command: AccountCommand;
  readonly advises?: bigint;
  readonly replaces?: true;
}

const adviceOf = fc
  .tuple(name, fc.oneof({ weight: 3, arbitrary: fc.constant(100n) }, { weight: 1, arbitrary: amount }))
  .map(([n, amount]): Message => ({ n, command: advise(n, amount), advises: amount }));
const declinedOf = name.map((n): Message => ({ n, command: advise(n, 100n, { responseCode: '05' }) }));
const fullOf = name.map((n): Message => ({ n, command: reverse(n) }));
const partialOf = fc.tuple(name, amount).map(([n, to]): Message => ({ n, command: reverse(n, to), replaces: true }));
const ofIncrement = fc
  .tuple(name, fc.option(amount, { nil: null }))
  .map(([n, to]): Message => ({ n, command: reverse(incrementOf(n), to), ...(to !== null && { replaces: true }) }));
const part = fc.tuple(name, amount, fc.constantFrom(1, 2, 3)).map(([n, amount, sequence]): Message => {
  const overrides = { sequenceNumber: sequence, sequenceCount: 3, final: false };
  return { n, command: clear(n, amount, `${n} part ${sequence}`, overrides) };
});
const presented = fc
  .tuple(name, amount, fc.boolean(), fc.nat(1000))
  .map(([n, amount, final, key]): Message => ({ n, command: clear(n, amount, `${n} ${key}`, { final }) }));
const foreign = fc
  .tuple(name, amount, fc.nat(1000))
  .map(([n, amount, key]): Message => ({ n, command: clear(n, amount, `${n} foreign ${key}`, { currency: USD }) }));
const refunded = fc
  .tuple(name, amount, fc.nat(1000))
  .map(([n, amount, key]): Message => ({ n, command: refund(n, amount, `${n} ${key}`) }));

const messages = fc.uniqueArray(
  fc.oneof(adviceOf, adviceOf, declinedOf, fullOf, partialOf, ofIncrement, part, presented, foreign, refunded),
  {
    minLength: 1,
    maxLength: 12,
    // The same presentment key with another amount would be an exception, and not a message of the scheme.
    selector: ({ command }) => {
      if ('clearingKey' in command) return command.clearingKey;
      return 'refundKey' in command ? `refund ${command.refundKey}` : JSON.stringify(command, asText);
    },
  },
);

function asText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}` : value;
}

/**
 * Where the order decides what is held: advices of different amounts, or an advice that sets the amount of an approval and
 * a partial reversal (lifecycles, section 7). The last one counts there.
 */
function orderCounts(n: string, what: Decided, all: readonly Message[]): boolean {
  const own = all.filter((message) => message.n === n);
  const amounts = new Set(own.flatMap(({ advises }) => advises ?? []));
  if (amounts.size > 1) return true;
  const approved = what === 'approved' || what === 'approved and raised';
  return approved && amounts.size === 1 && own.some(({ replaces }) => replaces === true);
}

function inOrder(decisions: readonly AccountCommand[], all: readonly Message[], order: readonly number[]) {
  const { account } = given(...funded(100_000n), ...decisions);
  for (const index of order) {
    const message = all[index];
    if (message === undefined) continue;
    const decision = account.do(message.command, { key: `message ${index}` });
    if (decision.kind === 'rejection') throw new Error(`${message.command.type}: ${decision.rejection}`);
  }
  return account;
}

function heldOf(account: AccountUnderTest, n: string): bigint {
  let held = 0n;
  for (const { block } of account.state.transactions.values()) if (block.keys?.stan === n) held += block.remaining;
  return held;
}

const scenario = messages.chain((all) => {
  const once = all.map((_, index) => index);
  const withRepeats = fc
    .array(fc.nat(all.length - 1), { maxLength: 6 })
    .chain((repeats) => fc.shuffledSubarray([...once, ...repeats], { minLength: once.length + repeats.length }));
  return fc.record({ decisions: fc.tuple(decided, decided, decided), all: fc.constant(all), order: withRepeats });
});

describe('messages that are never refused', () => {
  it('end in the same books and the same holds in any order, with any repeats', () => {
    check(
      fc.property(scenario, ({ decisions, all, order }) => {
        const fixed = NAMES.flatMap((n, index) => decisionsOf(n, decisions[index] ?? 'nothing'));
        const one = inOrder(
          fixed,
          all,
          all.map((_, index) => index),
        );
        const other = inOrder(fixed, all, order);
        expect(sorted(other)).toEqual(sorted(one));
        for (const [index, n] of NAMES.entries())
          if (!orderCounts(n, decisions[index] ?? 'nothing', all))
            expect([n, heldOf(other, n)]).toEqual([n, heldOf(one, n)]);
      }),
      1500,
    );
  });
});

/** What decides whether a transfer is taken, and transfers that come again and again. */
const around = fc.constantFrom<AccountCommand>(open(), { type: 'FreezeAccount', reason: '' }, { type: 'CloseAccount' });
const arriving = fc
  .record({
    transferId: fc.constantFrom(transfer('1'), transfer('2')),
    sourceAccountId: fc.constantFrom('acc_a' as AccountId, 'acc_b' as AccountId),
  })
  .map((of): AccountCommand => {
    // A sender sends an id once, so what it says of it is always the same.
    const currency = of.sourceAccountId === 'acc_b' && of.transferId === transfer('2') ? USD : GBP;
    return { type: 'ReceiveTransfer', amount: 1n, currency, personal: null, ...of };
  });

describe('transfers that come again', () => {
  it('have their first answer whatever becomes of the account in between, and one event each', () => {
    const happening = fc.oneof({ weight: 1, arbitrary: around }, { weight: 3, arbitrary: arriving });
    const later = fc.constantFrom(SECOND, SECOND, 31n * DAY);
    const steps = fc.array(fc.tuple(happening, fc.constantFrom('k1', 'k2', undefined), later), { maxLength: 40 });
    check(
      fc.property(steps, (all) => {
        const { account } = given();
        const answers = new Map<string, number>();
        for (const [index, [command, key, after]] of all.entries()) {
          const content = contentOf(command);
          const decision = account.do(command, { key: `${key ?? index} ${content}`, after });
          if (command.type !== 'ReceiveTransfer') continue;
          const first = answers.get(content);
          if (first !== undefined) expect(decision).toEqual({ kind: 'repeat', revision: first });
          else expect(decision.kind).toBe('events');
          answers.set(content, first ?? account.state.revision);
        }
      }),
      1000,
    );
  });
});

function sorted(account: AccountUnderTest): string[] {
  return [...account.book.sums].map(([name, sum]) => `${name} ${sum}`).sort();
}
