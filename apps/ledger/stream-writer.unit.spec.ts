import { describe, expect, it } from '@jest/globals';
import type { TransactionId } from '@tallystick/ledger-core';
import {
  account,
  authorise,
  clear,
  expire,
  fund,
  funded,
  increment,
  reverse,
} from '@tallystick/ledger-core/account/commands.suite';
import {
  answerOf,
  context,
  DAY,
  type LedgerUnderTest,
  MAY_FIRST,
  type Outcome,
  SECOND,
  sent,
  World,
} from './ledger-over-memory.suite.js';

const STREAM = `account-${account}`;

async function fundedWorld() {
  const world = new World();
  const ledger = world.ledger();
  await ledger.given(account, ...funded(1000n));
  return { world, ledger, before: (await world.types(STREAM)).length };
}

/** Two processes: the second has the account cached as it was before the first went on. */
async function oneStale() {
  const { world, ledger: fresh, before } = await fundedWorld();
  const stale = world.ledger();
  await stale.given(account, fund(1n, 'by the second'));
  return { world, fresh, stale, before: before + 1 };
}

describe('two ledgers over one journal, one with a stale cache', () => {
  it('give one answer to the same command, one after the other', async () => {
    const { world, fresh, stale, before } = await oneStale();
    const first = await fresh.do(account, authorise('1', 100n), { key: 'k' });
    // At the same microsecond even the bytes are the same, and the journal takes them for a retry.
    expect(answerOf(await stale.do(account, authorise('1', 100n), { key: 'k' }))).toEqual(answerOf(first));
    world.now += SECOND;
    const third = world.ledger();
    expect(await third.do(account, authorise('1', 100n), { key: 'k' })).toEqual({ ...first, repeated: true });
    expect(await world.types(STREAM)).toHaveLength(before + 1);
  });

  it('give one answer to the same command at the same time', async () => {
    const { world, fresh, before } = await oneStale();
    const later = world.ledger({ clock: () => MAY_FIRST + SECOND });
    const both = await Promise.all([
      fresh.do(account, authorise('1', 100n), { key: 'k' }),
      later.do(account, authorise('1', 100n), { key: 'k' }),
    ]);
    expect(answerOf(both[1])).toEqual(answerOf(both[0]));
    expect(both.map((outcome) => outcome.kind === 'answered' && outcome.repeated).sort()).toEqual([false, true]);
    expect(await world.types(STREAM)).toHaveLength(before + 1);
  });

  it('spend the same money once', async () => {
    const { world, fresh, stale } = await oneStale();
    const both = await Promise.all([
      fresh.do(account, authorise('1', 1001n)),
      stale.do(account, authorise('2', 1001n)),
    ]);
    expect(both.map((outcome) => answerOf(outcome).decision).sort()).toEqual(['approved', 'declined']);
    expect(await world.ledger().balances(account)).toMatchObject({ available: 0n });
  });

  it('never reject from a stale cache', async () => {
    const { fresh, stale } = await oneStale();
    const { transactionId } = answerOf(await fresh.do(account, authorise('1', 100n)));
    const unknownToTheSecond = increment('1', '2', 5n, { transactionId, originalKeys: null });
    expect(answerOf(await stale.do(account, unknownToTheSecond))).toMatchObject({ decision: 'approved', amount: 5n });
  });

  it('never say "nothing to do" from a stale cache', async () => {
    const { fresh, stale } = await oneStale();
    await stale.given(account, authorise('1', 100n));
    await stale.given(account, reverse('1'));
    await fresh.given(account, fund(7n, 'seven'));
    const nothing = answerOf(await stale.do(account, reverse('1')));
    expect(nothing).toMatchObject({ type: null, balances: { ledger: 1008n, held: 0n } });
  });

  it('never call a stored event a repeat before they have seen what came after it', async () => {
    const { fresh, stale } = await oneStale();
    const first = await stale.do(account, authorise('1', 100n), { key: 'k' });
    await fresh.given(account, fund(7n, 'seven'));
    const reads = stale.journal.reads;
    expect(await stale.do(account, authorise('1', 100n), { key: 'k' })).toEqual({ ...first, repeated: true });
    expect(stale.journal.reads).toBeGreaterThan(reads + 1);
  });

  it('decide all commands of a batch again where its append came too late', async () => {
    const { world, fresh, stale } = await oneStale();
    stale.journal.before = () => fresh.given(account, authorise('winner', 900n));
    const outcomes = await Promise.all(
      ['1', '2', '3'].map((n) => stale.do(account, authorise(n, 60n), { key: `batch-${n}` })),
    );
    expect(outcomes.map((outcome) => answerOf(outcome).decision)).toEqual(['approved', 'declined', 'declined']);
    expect(await world.ledger().balances(account)).toMatchObject({ held: 960n });
  });

  it('decide again and again where the other was faster many times', async () => {
    const { fresh, stale } = await oneStale();
    let n = 0;
    const outrun = async () => {
      await fresh.given(account, authorise(`faster-${n++}`, 1n));
      if (n < 30) stale.journal.before = outrun;
    };
    stale.journal.before = outrun;
    expect(answerOf(await stale.do(account, authorise('1', 1n))).decision).toBe('approved');
    expect(n).toBe(30);
  });

  it('tell a caller to come again where others always were faster', async () => {
    const { fresh, stale } = await oneStale();
    let n = 0;
    const outrun = async () => {
      await fresh.given(account, authorise(`faster-${n++}`, 1n));
      stale.journal.before = outrun;
    };
    stale.journal.before = outrun;
    await expect(stale.do(account, authorise('1', 1n))).rejects.toMatchObject({ code: 'unavailable', retryable: true });
    expect(n).toBe(64);
    stale.journal.before = undefined;
    expect(answerOf(await stale.do(account, authorise('1', 1n))).decision).toBe('approved');
  });
});

describe('a caller who has gone', () => {
  /** Waits behind an append of the same account. */
  async function waiting(ledger: LedgerUnderTest, meanwhile: () => Promise<unknown>) {
    const gone = new AbortController();
    const { promise: appending, resolve: appends } = Promise.withResolvers<void>();
    ledger.journal.before = async () => {
      appends();
      await meanwhile();
    };
    const first = ledger.do(account, authorise('1', 10n));
    await appending;
    const commands = [sent(authorise('2', 20n), { key: 'second' })];
    const second = ledger.client.execute(
      { accountId: account, caller: 'spec', commands },
      { ...context, signal: gone.signal },
    );
    second.catch(() => undefined);
    return { gone, first, second };
  }

  it('is not decided for any more, so that what another ledger answers stays true', async () => {
    const { world, ledger, before } = await fundedWorld();
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const { gone, first, second } = await waiting(ledger, () => held);
    gone.abort(new Error('asks elsewhere'));
    release();
    expect(answerOf(await first).decision).toBe('approved');
    await expect(second).rejects.toMatchObject({ code: 'cancelled' });
    await ledger.given(account, authorise('3', 30n));
    expect(await world.types(STREAM)).toHaveLength(before + 2);
    expect(await ledger.balances(account)).toMatchObject({ held: 40n });
  });

  it('is not decided for again where another ledger was faster', async () => {
    const { world, fresh, stale, before } = await oneStale();
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const gone = new AbortController();
    stale.journal.before = async () => {
      await fresh.given(account, authorise('winner', 5n));
      gone.abort(new Error('asks elsewhere'));
      release();
    };
    const commands = [sent(authorise('1', 10n), { key: 'late' })];
    const late = stale.client.execute(
      { accountId: account, caller: 'spec', commands },
      { ...context, signal: gone.signal },
    );
    await expect(late).rejects.toMatchObject({ code: 'cancelled' });
    await held;
    await stale.given(account, authorise('after', 1n));
    expect(await world.types(STREAM)).toHaveLength(before + 2);
  });
});

describe('an append whose outcome is unknown', () => {
  it.each(['stored', 'lost'] as const)('gives one event and the true answer where it was %s', async (fault) => {
    const { world, ledger, before } = await fundedWorld();
    ledger.journal.faults.push(fault, fault);
    const outcome = await ledger.do(account, authorise('1', 100n), { key: 'k' });
    expect(outcome).toMatchObject({
      kind: 'answered',
      repeated: false,
      answer: { decision: 'approved', amount: 100n },
    });
    expect(await world.types(STREAM)).toHaveLength(before + 1);
    expect(ledger.pauses).toBe(2);
    expect(await world.ledger().do(account, authorise('1', 100n), { key: 'k' })).toEqual({
      ...outcome,
      repeated: true,
    });
  });

  it('is sent again with the same ids and bytes at the same revision, whatever the clock says', async () => {
    const { world, ledger } = await fundedWorld();
    ledger.journal.appends.length = 0;
    ledger.journal.faults.push('lost', 'stored');
    ledger.journal.before = async () => {
      world.now += DAY;
    };
    await ledger.do(account, authorise('1', 100n));
    const [first, ...others] = ledger.journal.appends;
    expect(others).toEqual([first, first]);
  });

  it.each(['stored', 'lost'] as const)(
    'is told at last, and the retry has the truth where it was %s',
    async (fault) => {
      const { world, ledger, before } = await fundedWorld();
      ledger.journal.faults.push(...Array.from({ length: 8 }, () => fault));
      const asked = () => ledger.do(account, authorise('1', 100n), { key: 'k' });
      await expect(asked()).rejects.toMatchObject({ code: 'unavailable', retryable: true });
      expect(await asked()).toMatchObject({ repeated: fault === 'stored', answer: { decision: 'approved' } });
      expect(await world.types(STREAM)).toHaveLength(before + 1);
      expect(ledger.unexpected).toEqual([]);
    },
  );

  it('is decided again where another ledger took its revision', async () => {
    const { world, fresh, stale } = await oneStale();
    stale.journal.faults.push('lost');
    stale.journal.before = () => fresh.given(account, authorise('winner', 1001n));
    expect(answerOf(await stale.do(account, authorise('1', 1n)))).toMatchObject({ decision: 'declined' });
    expect(await world.ledger().balances(account)).toMatchObject({ held: 1001n });
  });

  it('is not sent again where it certainly was not stored', async () => {
    const { world, ledger, before } = await fundedWorld();
    ledger.journal.faults.push('refused');
    await expect(ledger.do(account, authorise('1', 1n))).rejects.toMatchObject({
      code: 'unavailable',
      retryable: true,
    });
    expect(await world.types(STREAM)).toHaveLength(before);
    expect(ledger.pauses).toBe(0);
    expect(await ledger.balances(account)).toMatchObject({ held: 0n });
  });
});

/** All at once: the first is appended alone, the rest waits for it. */
function together(ledger: LedgerUnderTest, sequences: readonly Parameters<LedgerUnderTest['sequence']>[1][]) {
  return Promise.all(sequences.map((commands) => ledger.sequence(account, commands)));
}

describe('a hot account', () => {
  it('costs few appends for many commands, each with its own answer', async () => {
    const { world, ledger, before } = await fundedWorld();
    ledger.journal.appends.length = 0;
    const many = Array.from({ length: 1100 }, (_, n) => [sent(authorise(`${n}`, 1n), { key: `${n}` })]);
    const outcomes = (await together(ledger, many)).map(([outcome]) => answerOf(outcome));
    expect(ledger.journal.appends.map(({ events }) => events.length)).toEqual([1, 512, 512, 75]);
    expect(outcomes.filter(({ decision }) => decision === 'approved')).toHaveLength(1000);
    expect(outcomes.map(({ balances }) => balances?.available)).toEqual(
      many.map((_, n) => (n < 1000 ? BigInt(999 - n) : 0n)),
    );
    expect(new Set(outcomes.map(({ transactionId }) => transactionId)).size).toBe(1100);
    expect(await world.types(STREAM)).toHaveLength(before + 1100);
  });

  it('answers the same key with the same content once, and with other content not at all', async () => {
    const { world, ledger, before } = await fundedWorld();
    const [, first, again, other] = await together(ledger, [
      [sent(fund(1n, 'opens the batch'), { key: 'x' })],
      [sent(authorise('1', 100n), { key: 'k' })],
      [sent(authorise('1', 100n), { key: 'k' })],
      [sent(authorise('1', 101n), { key: 'k' })],
    ]);
    expect(ledger.journal.appends.at(-1)?.events).toHaveLength(1);
    expect(again).toEqual([{ ...first?.[0], repeated: true }]);
    expect(other).toEqual([{ kind: 'rejected', rejection: 'IdempotencyKeyReused' }]);
    expect(await world.types(STREAM)).toHaveLength(before + 2);
  });

  it('loses only the command that can not be stored', async () => {
    const { world, ledger, before } = await fundedWorld();
    const unencodable = authorise('2', 1n, { holdFor: 2n ** 63n });
    const settled = await Promise.allSettled([
      ledger.do(account, fund(1n, 'opens the batch')),
      ledger.do(account, authorise('1', 1n)),
      ledger.do(account, unencodable),
      ledger.do(account, authorise('3', 1n)),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(await world.types(STREAM)).toHaveLength(before + 3);
    expect(await ledger.balances(account)).toMatchObject({ held: 2n });
  });
});

describe('a sequence', () => {
  const keys = (outcomes: readonly Outcome[]) =>
    outcomes.map((outcome) => (outcome.kind === 'rejected' ? outcome.rejection : outcome.answer.decision));

  it('is appended whole', async () => {
    const { ledger } = await fundedWorld();
    const outcomes = await ledger.sequence(account, [
      sent(authorise('1', 100n), { key: 'a' }),
      sent(clear('1', 100n), { key: 'b' }),
    ]);
    expect(keys(outcomes)).toEqual(['approved', 'recorded']);
    expect(ledger.journal.appends.at(-1)?.events).toHaveLength(2);
    expect(await ledger.balances(account)).toMatchObject({ ledger: 900n, held: 0n });
  });

  it('stops after a rejection', async () => {
    const { ledger } = await fundedWorld();
    const none = expire('tx_none' as TransactionId);
    const outcomes = await ledger.sequence(account, [sent(none, { key: 'a' }), sent(authorise('1', 1n), { key: 'b' })]);
    expect(keys(outcomes)).toEqual(['UnknownTransaction']);
  });

  it('stops after a decline, the first time and each time after, in this process or another', async () => {
    const { world, ledger, before } = await fundedWorld();
    const sequence = [sent(authorise('1', 1001n), { key: 'a' }), sent(clear('1', 1001n), { key: 'b' })];
    expect(keys(await ledger.sequence(account, sequence))).toEqual(['declined']);
    expect(keys(await ledger.sequence(account, sequence))).toEqual(['declined']);
    expect(keys(await world.ledger().sequence(account, sequence))).toEqual(['declined']);
    expect(await world.types(STREAM)).toHaveLength(before + 1);
  });

  it('stops after a decline that a command of its own batch made', async () => {
    const { world, ledger, before } = await fundedWorld();
    const sequence = [sent(authorise('1', 1002n), { key: 'a' }), sent(clear('1', 1002n), { key: 'b' })];
    const opens = [sent(fund(1n, 'opens the batch'), { key: 'x' })];
    const [, first, second] = await together(ledger, [opens, sequence, sequence]);
    expect([keys(first ?? []), keys(second ?? [])]).toEqual([['declined'], ['declined']]);
    expect(await world.types(STREAM)).toHaveLength(before + 2);
  });
});

describe('recordedAt', () => {
  it('never goes backwards, though the clock does', async () => {
    const { world, ledger } = await fundedWorld();
    for (const back of [0n, 5n, 1n, 90n]) {
      world.now = MAY_FIRST - back * SECOND;
      await ledger.do(account, authorise(`${back}`, 1n));
    }
    world.now = MAY_FIRST + SECOND;
    await ledger.do(account, authorise('caused', 1n), { causedAt: MAY_FIRST + 3n * SECOND });
    await world.ledger().do(account, authorise('elsewhere', 1n));
    const times = (await world.events()).map(({ recordedAt }) => recordedAt - MAY_FIRST);
    expect(times).toEqual([0n, 0n, 0n, 0n, 0n, 0n, 0n, 3n * SECOND, 3n * SECOND]);
  });
});
