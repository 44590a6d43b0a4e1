import { describe, expect, it } from '@jest/globals';
import type { AccountId, LocalDate } from '@tallystick/ledger-core';
import { account, authorise, clear, fund, funded, pay, refund } from '@tallystick/ledger-core/account/commands.suite';
import { checkAsync } from '@tallystick/ledger-core/account/replayable.suite';
import type { Row, SliceOptions, TableDefinition, ViewReader } from '@tallystick/views';
import { compareTable, type Difference } from '@tallystick/views/compare';
import type { MemoryViews } from '@tallystick/views/memory/index';
import fc from 'fast-check';
import { context, DAY, MAY_FIRST } from '../ledger/ledger-over-memory.suite.js';
import type { Item } from './feed-items.js';
import { FeedOverMemory, feedProjections } from './feed-over-memory.suite.js';
import { Lives, lifeIds, type Step, step } from './lives.suite.js';

async function differences(left: MemoryViews, right: MemoryViews): Promise<Difference[]> {
  const found: Difference[] = [];
  for (const { tables } of feedProjections)
    for (const table of tables) for await (const difference of compareTable(table, left, right)) found.push(difference);
  return found;
}

async function livesOf(steps: readonly Step[], of = new FeedOverMemory()): Promise<FeedOverMemory> {
  const lives = await Lives.begin(of);
  for (const each of steps) await lives.take(each);
  await of.fill();
  return of;
}

describe('after any sequence of commands', () => {
  it('the feed says what the ledger says, and is the same rebuilt in batches of any size', async () => {
    await checkAsync(
      fc.asyncProperty(fc.array(step, { maxLength: 50 }), fc.integer({ min: 1, max: 9 }), async (steps, batch) => {
        const of = await livesOf(steps);
        for (const accountId of lifeIds) {
          const balances = await of.ledger.balances(accountId);
          const items = await of.list(accountId);
          let sum = 0n;
          for (const { amount, refunded, status } of items) sum += refunded + (status === 'DECLINED' ? 0n : amount);
          expect(sum).toBe((balances?.ledger ?? 0n) - (balances?.held ?? 0n));
          expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
          const times = items.map(({ created }) => created / 1000n);
          expect(times).toEqual([...times].sort((a, b) => (a < b ? 1 : a > b ? -1 : 0)));
        }
        for (const size of [1, batch, 100_000]) expect(await differences(of.views, await of.rebuilt(size))).toEqual([]);
      }),
      40,
    );
  });
});

/** A view that is written to between any two reads of it. */
class Moving implements ViewReader {
  write: () => Promise<unknown> = async () => undefined;

  constructor(private readonly views: ViewReader) {}

  async get(table: TableDefinition, key: Row): Promise<Row | undefined> {
    await this.write();
    return this.views.get(table, key);
  }

  async slice(table: TableDefinition, options: SliceOptions): Promise<Row[]> {
    await this.write();
    return this.views.slice(table, options);
  }

  scan(table: TableDefinition): AsyncIterable<readonly Row[]> {
    return this.views.scan(table);
  }

  async progress(consumer: string, partition: number): Promise<bigint> {
    await this.write();
    return this.views.progress(consumer, partition);
  }
}

/** A reader that keeps what it has by id, the newest copy of each. */
class DeltaReader {
  readonly items = new Map<string, Item>();
  private cursor = 0n;

  constructor(
    private readonly of: FeedOverMemory,
    private readonly accountId: AccountId,
  ) {}

  async poll(limit: number): Promise<boolean> {
    const asked = { accountId: this.accountId, after: this.cursor, minPosition: 0n, limit };
    const { items, position, more } = await this.of.feed.changes(asked, context);
    for (const item of items) {
      expect(item.revision).toBeGreaterThan(this.items.get(item.id)?.revision ?? 0n);
      expect(item.revision).toBeLessThanOrEqual(position);
      this.items.set(item.id, item);
    }
    expect(position).toBeGreaterThanOrEqual(this.cursor);
    this.cursor = position;
    return more;
  }

  /** As a list has them. */
  sorted(): Item[] {
    const timeOf = ({ id }: Item) => id.slice(id.indexOf('_'));
    return [...this.items.values()].sort((a, b) => (timeOf(a) < timeOf(b) ? 1 : -1));
  }
}

describe('a reader that polls the changes while they are written', () => {
  it('ends with exactly the items of a fresh list, for every account', async () => {
    const reading = fc.record({ batch: fc.integer({ min: 1, max: 5 }), limit: fc.integer({ min: 1, max: 4 }) });
    const steps = fc.array(step, { minLength: 20, maxLength: 60 });
    await checkAsync(
      fc.asyncProperty(steps, fc.infiniteStream(reading), async (steps, readings) => {
        let moving: Moving | undefined;
        const of = new FeedOverMemory({
          through: (views) => {
            moving = new Moving(views);
            return moving;
          },
        });
        const lives = await Lives.begin(of);
        await of.fillOnce(1);
        const next = () => readings.next().value ?? { batch: 1, limit: 1 };
        if (moving !== undefined)
          moving.write = async () => (next().limit === 1 ? of.fillOnce(next().batch) : undefined);
        const readers = lifeIds.map((accountId) => new DeltaReader(of, accountId));
        for (const each of steps) {
          await lives.take(each);
          for (const reader of readers) if (next().batch === 1) await reader.poll(next().limit);
        }
        await of.fill();
        for (const [side, reader] of readers.entries()) {
          while (await reader.poll(3));
          expect(reader.sorted()).toEqual(await of.list(lifeIds[side] ?? lifeIds[0]));
        }
      }),
      20,
    );
  });
});

describe('spending', () => {
  const spend = async (of: FeedOverMemory, from: string, to: string, by: 'day' | 'month' = 'day') => {
    const asked = { accountId: account, from: from as LocalDate, to: to as LocalDate, by, minPosition: 1n };
    const { lines } = await of.feed.spending(asked, context);
    return lines.map(({ period, category, amount, transactions }) => [period, category, amount, transactions]);
  };

  it('is what left for good, by local date, with refunds taken off', async () => {
    const of = new FeedOverMemory();
    await of.ledger.given(account, ...funded(10_000n));
    // 23:30 UTC on 30 April is 1 May in London.
    const eve = MAY_FIRST - 1_800_000_000n;
    await of.ledger.do(account, authorise('1', 100n), { effectiveAt: eve });
    await of.ledger.do(account, clear('1', 100n), { effectiveAt: MAY_FIRST + DAY });
    await of.ledger.do(account, refund('1', 30n), { effectiveAt: MAY_FIRST + 5n * DAY });
    await of.ledger.do(account, pay(7n, 'p'), { effectiveAt: MAY_FIRST + 40n * DAY });
    await of.ledger.do(account, fund(7n, 'q'), { effectiveAt: MAY_FIRST + DAY });
    await of.ledger.do(account, authorise('2', 99_999n), { effectiveAt: MAY_FIRST });
    const all = [
      ['2026-05-01', 'general', 70n, 1],
      ['2026-06-10', 'general', 7n, 1],
    ];
    expect(await spend(of, '2026-05-01', '2026-06-30')).toEqual(all);
    expect(await spend(of, '2026-05-01', '2026-05-01')).toEqual(all.slice(0, 1));
    expect(await spend(of, '2026-04-01', '2026-04-30')).toEqual([]);
    expect(await spend(of, '2026-05-02', '2026-06-09')).toEqual([]);
    expect(await spend(of, '2026-01-01', '2026-12-31', 'month')).toEqual([
      ['2026-05', 'general', 70n, 1],
      ['2026-06', 'general', 7n, 1],
    ]);
  });

  it('is by category, however many items there are', async () => {
    const of = new FeedOverMemory();
    await of.ledger.given(account, ...funded(100_000n));
    for (let n = 0; n < 1_200; n++)
      await of.ledger.do(account, authorise(`${n}`, 2n), { effectiveAt: MAY_FIRST + BigInt(n % 7) * 1_000n });
    await of.fill();
    const [one] = await of.list(account, 1_000);
    await of.enrich(account, one?.id as never);
    expect(await spend(of, '2026-05-01', '2026-05-31', 'month')).toEqual([
      ['2026-05', 'general', 2_398n, 1_199],
      ['2026-05', 'groceries', 2n, 1],
    ]);
  });
});

describe('a posted item', () => {
  const item = {
    title: 'Hello',
    body: 'World',
    imageUrl: 'img',
    url: null,
    backgroundColor: '#00ff00',
    titleColor: null,
    bodyColor: null,
  };
  const posting = { accountId: account, caller: 'spec', key: 'k', item };

  it('is in the feed among the transactions, once for each key', async () => {
    const of = new FeedOverMemory();
    await of.ledger.given(account, ...funded(1000n));
    of.world.now += 1_000_000n;
    const posted = await of.generator.post(posting, context);
    of.world.now += 1_000_000n;
    expect(await of.generator.post(posting, context)).toEqual(posted);
    expect(await of.generator.post({ ...posting, item: { ...item, title: 'Bye' } }, context)).toEqual({
      kind: 'rejected',
      rejection: 'IdempotencyKeyReused',
    });
    expect(await of.list(account)).toMatchObject([
      { kind: 'basic', status: 'POSTED', basic: item, amount: 0n, currency: null, description: 'Hello' },
      { kind: 'payment' },
    ]);
    const stored = await of.journal.readAll({ after: 0n, limit: 100 });
    expect(stored.some(({ payload, metadata }) => /Hello/.test(Buffer.concat([payload, metadata]).toString()))).toBe(
      false,
    );
  });

  it('keeps its place when its text is erased, and none is posted after that', async () => {
    const of = new FeedOverMemory();
    await of.ledger.given(account, ...funded(1000n));
    await of.generator.post(posting, context);
    await of.keys.destroy(account);
    const [first] = (await of.list(account)).filter(({ kind }) => kind === 'basic');
    expect(first).toMatchObject({ status: 'ERASED', description: '', basic: { title: '', body: null, imageUrl: '' } });
    expect(await of.generator.post({ ...posting, key: 'late' }, context)).toEqual({
      kind: 'rejected',
      rejection: 'CustomerErased',
    });
  });

  it('needs an account', async () => {
    const of = new FeedOverMemory();
    expect(await of.generator.post(posting, context)).toEqual({ kind: 'rejected', rejection: 'UnknownAccount' });
  });
});
