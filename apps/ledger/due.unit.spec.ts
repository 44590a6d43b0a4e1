import { describe, expect, it } from '@jest/globals';
import { MemoryJournal } from '@tallystick/journal/memory/index';
import type { Micros } from '@tallystick/ledger-core';
import {
  account,
  advise,
  authorise,
  clear,
  funded,
  increment,
  reverse,
  USD,
} from '@tallystick/ledger-core/account/commands.suite';
import { Projector } from '@tallystick/views';
import { MemoryViews } from '@tallystick/views/memory/index';
import { dueProjection } from './due.projection.js';
import { DueTimer } from './due.timer.js';
import {
  bookDate,
  contextFor,
  DAY,
  type LedgerUnderTest,
  MAY_FIRST,
  SECOND,
  World,
} from './ledger-over-memory.suite.js';

const STREAM = `account-${account}`;
const { signal } = new AbortController();

/** A ledger, its due view (filled whenever somebody waits for it), and a clock that is driven. */
class Due {
  readonly world = new World();
  readonly ledger = this.world.ledger();
  readonly views = new MemoryViews();
  readonly projector = new Projector('views', this.views, [dueProjection]);

  static async with(amount: bigint): Promise<Due> {
    const due = new Due();
    await due.projector.prepare();
    await due.ledger.given(account, ...funded(amount));
    return due;
  }

  async fill(): Promise<void> {
    const after = await this.projector.resumeAfter(0);
    const events = await new MemoryJournal(this.world.store).readAll({ after, limit: 100_000 });
    await this.projector.apply({ partition: 0, events });
  }

  timer(ledger: Pick<LedgerUnderTest, 'client' | 'records'> = this.ledger, clock = () => this.world.now): DueTimer {
    const { views } = this;
    const freshness = { waitUntil: () => this.fill() };
    const { client, records } = ledger;
    return new DueTimer({ ledger: client, views, freshness, records, clock, localDateOf: bookDate, contextFor });
  }

  /** Runs at that time; the number of rows looked at. */
  async at(after: Micros, timer = this.timer()): Promise<number> {
    this.world.now = MAY_FIRST + after;
    return timer.run(signal);
  }

  async expired(): Promise<number> {
    return (await this.world.types(STREAM)).filter((type) => type === 'AuthorisationExpired').length;
  }
}

describe('the due timer', () => {
  it('expires what is due, once, and nothing before', async () => {
    const due = await Due.with(1000n);
    await due.ledger.given(account, authorise('1', 100n));
    expect(await due.at(7n * DAY - SECOND)).toBe(0);
    expect(await due.ledger.balances(account)).toMatchObject({ held: 100n });
    expect(await due.at(7n * DAY)).toBe(1);
    expect(await due.ledger.balances(account)).toMatchObject({ held: 0n });
    expect(await due.at(8n * DAY)).toBe(0);
    expect(await due.at(7n * DAY, due.timer(due.world.ledger()))).toBe(0);
    expect(await due.expired()).toBe(1);
    const events = await due.world.events();
    expect(events.at(-1)?.event).toMatchObject({ type: 'AuthorisationExpired', released: 100n });
  });

  it('expires an extended hold at its new time only', async () => {
    const due = await Due.with(1000n);
    await due.ledger.given(account, authorise('1', 100n));
    due.world.now = MAY_FIRST + 3n * DAY;
    await due.ledger.given(account, increment('1', '2', 10n));
    expect(await due.at(7n * DAY)).toBe(1);
    expect(await due.ledger.balances(account)).toMatchObject({ held: 110n });
    expect(await due.at(10n * DAY)).toBe(1);
    expect(await due.ledger.balances(account)).toMatchObject({ held: 0n });
    expect(await due.expired()).toBe(1);
  });

  it('leaves alone what was cleared or reversed, and what never expires', async () => {
    const due = await Due.with(1000n);
    await due.ledger.given(
      account,
      authorise('1', 100n),
      authorise('2', 100n),
      authorise('3', 100n, { holdFor: null }),
      clear('1', 90n),
      reverse('2'),
    );
    await due.at(30n * DAY);
    expect(await due.expired()).toBe(0);
    expect(await due.ledger.balances(account)).toMatchObject({ held: 100n });
  });

  it('expires a hold that began after its own time had come', async () => {
    const due = await Due.with(1000n);
    await due.ledger.given(account, advise('1', 5n, { currency: USD }));
    await due.at(9n * DAY);
    await due.ledger.given(account, advise('1', 50n));
    expect(await due.ledger.balances(account)).toMatchObject({ held: 50n });
    await due.at(9n * DAY + 60n * SECOND);
    expect(await due.ledger.balances(account)).toMatchObject({ held: 0n });
  });

  it('expires though the clock of the ledger is behind its own', async () => {
    const due = await Due.with(1000n);
    await due.ledger.given(account, authorise('1', 100n));
    const ahead = due.timer(due.ledger, () => due.world.now + 5n * SECOND);
    expect(await due.at(7n * DAY - SECOND, ahead)).toBe(1);
    expect(await due.ledger.balances(account)).toMatchObject({ held: 0n });
  });

  it('goes through more than a page and many days, and through none of it twice', async () => {
    const due = await Due.with(100_000n);
    const many = (from: number, count: number) =>
      Promise.all(Array.from({ length: count }, (_, n) => due.ledger.do(account, authorise(`${from + n}`, 1n))));
    await many(0, 600);
    due.world.now = MAY_FIRST + 3n * DAY;
    await many(1_000, 300);
    expect(await due.at(40n * DAY)).toBe(900);
    expect(await due.expired()).toBe(900);
    expect(await due.at(50n * DAY)).toBe(0);
    expect(await due.ledger.balances(account)).toMatchObject({ held: 0n });
  });

  it('goes on where it was stopped or failed', async () => {
    const due = await Due.with(100_000n);
    await Promise.all(Array.from({ length: 600 }, (_, n) => due.ledger.do(account, authorise(`${n}`, 1n))));
    due.ledger.journal.faults.push('refused');
    await expect(due.at(8n * DAY)).rejects.toMatchObject({ retryable: true });
    const stopping = new AbortController();
    const { client, records } = due.ledger;
    const execute: typeof client.execute = (...of) => {
      stopping.abort();
      return client.execute(...of);
    };
    expect(await due.timer({ client: { ...client, execute }, records }).run(stopping.signal)).toBe(256);
    expect(await due.expired()).toBe(256);
    expect(await due.at(8n * DAY, due.timer(due.world.ledger()))).toBe(344);
    expect(await due.expired()).toBe(600);
  });

  it('finds at its first run what fell due before it', async () => {
    const due = await Due.with(1000n);
    await due.ledger.given(account, authorise('1', 100n));
    expect(await due.at(100n * DAY)).toBe(1);
  });

  it('does not look through the same days every time', async () => {
    const due = await Due.with(1000n);
    await due.at(100n * DAY);
    let slices = 0;
    const { slice } = due.views;
    due.views.slice = (...of) => {
      slices++;
      return slice.apply(due.views, of);
    };
    await due.at(100n * DAY + SECOND);
    await due.at(101n * DAY);
    expect(slices).toBe(3);
  });
});
