import { describe, expect, it } from '@jest/globals';
import { bookTimeIn } from '@tallystick/contracts';
import { MemoryJournal } from '@tallystick/journal/memory/index';
import type { AccountId, LocalDate, Micros, ScheduleId } from '@tallystick/ledger-core';
import { account, fund, funded, open } from '@tallystick/ledger-core/account/commands.suite';
import { schedule, scheduleElsewhere } from '@tallystick/ledger-core/account/schedules.suite';
import { Projector } from '@tallystick/views';
import { MemoryViews } from '@tallystick/views/memory/index';
import { dueProjection } from './due.projection.js';
import { DuePaymentsTimer } from './due-payments.timer.js';
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
const HOUR = 3600n * SECOND;
const { signal } = new AbortController();
const micros = (text: string) => BigInt(Date.parse(text)) * 1000n;
const monthly = schedule({ firstDate: '2026-05-31' as LocalDate, personal: new Uint8Array([7]) });

/** A ledger, its due view (filled whenever somebody waits for it), and a clock that is driven. */
class Due {
  readonly world = new World();
  readonly ledger = this.world.ledger();
  readonly views = new MemoryViews();
  readonly projector = new Projector('views', this.views, [dueProjection]);

  static async with(amount: bigint, ...schedules: readonly ReturnType<typeof schedule>[]): Promise<Due> {
    const due = new Due();
    await due.projector.prepare();
    await due.ledger.given(account, ...funded(amount));
    for (const each of schedules) await due.schedule(each);
    return due;
  }

  async schedule(command: ReturnType<typeof schedule>, accountId = account): Promise<void> {
    const localDate = bookDate(this.world.now);
    const outcome = await this.ledger.do(accountId, command, { localDate });
    expect(outcome).toMatchObject({ kind: 'answered' });
  }

  async fill(): Promise<void> {
    const after = await this.projector.resumeAfter(0);
    const events = await new MemoryJournal(this.world.store).readAll({ after, limit: 100_000 });
    await this.projector.apply({ partition: 0, events });
  }

  timer({ client, records }: Pick<LedgerUnderTest, 'client' | 'records'> = this.ledger, zone = 'Europe/London') {
    const { views, world } = this;
    return new DuePaymentsTimer({
      ledger: client,
      views,
      records,
      freshness: { waitUntil: () => this.fill() },
      clock: () => world.now,
      localDateOf: bookDate,
      bookTimeOf: bookTimeIn(zone),
      contextFor,
    });
  }

  /** Runs at that time; the number of rows looked at. */
  async at(time: string | Micros, timer = this.timer()): Promise<number> {
    this.world.now = typeof time === 'string' ? micros(time) : time;
    return timer.run(signal);
  }

  /** What was decided, in order: `taken`, `missed` or `deferred`, and the date. */
  async decided(): Promise<string[]> {
    const events = await this.world.events();
    return events.flatMap(({ stream, event }) =>
      stream === STREAM && 'occurrence' in event ? [`${event.type.slice(16).toLowerCase()} ${event.occurrence}`] : [],
    );
  }

  async sent(): Promise<string[]> {
    const events = await this.world.events();
    return events.flatMap(({ event }) => (event.type === 'TransferSent' ? [event.transferId] : []));
  }
}

describe('a scheduled payment', () => {
  it('is taken when its date begins in the zone of the book, once, and not before', async () => {
    const due = await Due.with(1000n, monthly);
    expect(await due.at('2026-05-30T22:59:59Z')).toBe(0);
    expect(await due.at('2026-05-30T23:00:00Z')).toBe(1);
    expect(await due.decided()).toEqual(['taken 2026-05-31']);
    const events = (await due.world.events()).map(({ event }) => event);
    expect(events.find(({ type }) => type === 'TransferSent')).toMatchObject({
      amount: 100n,
      destinationAccountId: 'acc_2',
      personal: monthly.personal,
    });
    await due.at('2026-05-31T12:00:00Z');
    await due.at('2026-06-01T12:00:00Z', due.timer(due.world.ledger()));
    expect(await due.decided()).toEqual(['taken 2026-05-31']);
    expect(await due.ledger.balances(account)).toMatchObject({ ledger: 900n });
  });

  it('is taken on the last day of short months, and on the 31st again', async () => {
    const due = await Due.with(1000n, monthly);
    for (let now = MAY_FIRST; now < micros('2027-04-02T00:00:00Z'); now += DAY / 2n) await due.at(now);
    expect(await due.decided()).toEqual(
      ['05-31', '06-30', '07-31', '08-31', '09-30', '10-31', '11-30', '12-31']
        .map((date) => `taken 2026-${date}`)
        .concat(
          ['2027-01-31', '2027-02-28'].map((date) => `taken ${date}`),
          ['missed 2027-03-31'],
        )
        .flatMap((each) => (each.startsWith('missed') ? ['deferred 2027-03-31', each] : [each])),
    );
  });

  it('is caught up after a time without the bank, each once and in order, from its own date', async () => {
    const due = await Due.with(1000n, monthly);
    await due.at('2026-05-02T00:00:00Z');
    await due.at('2026-09-15T10:00:00Z');
    const dates = ['2026-05-31', '2026-06-30', '2026-07-31', '2026-08-31'];
    expect(await due.decided()).toEqual(dates.map((date) => `taken ${date}`));
    for (let minutes = 1n; minutes < 5n; minutes++)
      await due.at(micros('2026-09-15T10:00:00Z') + minutes * 60n * SECOND);
    expect(await due.decided()).toHaveLength(4);
    expect(new Set(await due.sent()).size).toBe(4);
    await due.at('2026-09-30T10:00:00Z');
    expect(await due.decided()).toHaveLength(5);
  });

  it('is found at the first run of a timer whose record is lost', async () => {
    const due = await Due.with(1000n, monthly);
    await due.at('2026-06-01T00:00:00Z');
    await due.ledger.records.remove('process-checkpoints', 'due-payments');
    await due.at('2026-07-15T00:00:00Z');
    expect(await due.decided()).toEqual(['taken 2026-05-31', 'taken 2026-06-30']);
  });

  it('that is set up for today is taken within a minute or so, up to the last second of the day', async () => {
    const due = await Due.with(1000n);
    await due.at('2026-05-10T22:59:30Z');
    await due.schedule(schedule({ frequency: 'ONCE', firstDate: '2026-05-10' as LocalDate }));
    await due.at('2026-05-10T23:00:01Z');
    expect(await due.decided()).toEqual([]);
    await due.at('2026-05-10T23:00:31Z');
    expect(await due.decided()).toEqual(['taken 2026-05-10']);
  });

  it('is found though the date that it was set up with was long over when it was recorded', async () => {
    const due = await Due.with(1000n);
    for (const zone of ['2026-05-20T00:30:00Z', '2026-05-20T23:30:00Z']) await due.at(zone);
    const late = schedule({ frequency: 'ONCE', firstDate: '2026-05-12' as LocalDate });
    await due.ledger.do(account, late, { localDate: '2026-05-12' as LocalDate });
    await due.at(due.world.now + 60n * SECOND);
    expect(await due.decided()).toEqual(['taken 2026-05-12']);
  });

  it('to another bank is taken likewise', async () => {
    const order = scheduleElsewhere({ firstDate: '2026-05-31' as LocalDate, personal: new Uint8Array([7]) });
    const due = await Due.with(150n, order);
    await due.at('2026-05-31T12:00:00Z');
    await due.at('2026-06-30T12:00:00Z', due.timer(due.world.ledger()));
    await due.at('2026-06-30T13:00:00Z');
    expect(await due.decided()).toEqual(['taken 2026-05-31', 'deferred 2026-06-30', 'missed 2026-06-30']);
    const events = (await due.world.events()).map(({ event }) => event);
    const taken = events.find(({ type }) => type === 'ScheduledPaymentTaken');
    const paymentId = taken?.type === 'ScheduledPaymentTaken' ? taken.paymentId : null;
    expect(paymentId).toMatch(/^payment_[a-p]{32}$/);
    expect(events.filter(({ type }) => type === 'PaymentSent')).toMatchObject([
      { paymentId, scheme: 'fps', amount: 100n, personal: order.personal },
    ]);
    expect(await due.sent()).toEqual([]);
    expect(await due.ledger.balances(account)).toMatchObject({ ledger: 50n });
  });

  it('that was cancelled is not taken', async () => {
    const due = await Due.with(1000n, monthly);
    await due.ledger.given(account, { type: 'CancelScheduledPayment', scheduleId: monthly.scheduleId });
    expect(await due.at('2026-06-01T00:00:00Z')).toBe(1);
    expect(await due.decided()).toEqual([]);
  });
});

describe('payments of several schedules that are overdue', () => {
  const every7days = { frequency: 'WEEKLY' as const, firstDate: '2026-05-07' as LocalDate };
  const orders = [
    schedule({ ...every7days, scheduleId: 'schedule_a' as ScheduleId }),
    schedule({ ...every7days, scheduleId: 'schedule_b' as ScheduleId, firstDate: '2026-05-09' as LocalDate }),
    monthly,
  ];
  const dates = ['05-07', '05-09', '05-14', '05-16', '05-21', '05-23', '05-28', '05-30', '05-31'];
  const expected = dates.map((date, n) => `${n < 5 ? 'taken' : 'missed'} 2026-${date}`);

  it('are taken in order of their dates', async () => {
    const due = await Due.with(500n, ...orders);
    await due.at('2026-05-02T00:00:00Z');
    await due.at('2026-06-01T12:00:00Z');
    expect(await due.decided()).toEqual(expected);
  });

  it('are so too where the timer had never run', async () => {
    const due = await Due.with(500n, ...orders);
    await due.at('2026-06-01T12:00:00Z');
    expect(await due.decided()).toEqual(expected);
  });
});

describe('a payment that there is not enough money for', () => {
  const weekly = schedule({ frequency: 'WEEKLY', firstDate: '2026-05-07' as LocalDate });

  it('is tried again at 14:00 of the zone, summer or winter, and then missed', async () => {
    const due = await Due.with(50n, weekly);
    await due.at('2026-05-07T00:10:00Z');
    expect(await due.decided()).toEqual(['deferred 2026-05-07']);
    await due.at('2026-05-07T12:59:59Z');
    expect(await due.decided()).toHaveLength(1);
    await due.at('2026-05-07T13:00:00Z');
    expect(await due.decided()).toEqual(['deferred 2026-05-07', 'missed 2026-05-07']);
    await due.ledger.given(account, fund(1_000n, 'wages'));
    await due.at('2026-05-14T00:00:00Z');
    expect((await due.decided()).slice(2)).toEqual(['taken 2026-05-14']);
    const winter = await Due.with(50n, schedule({ ...weekly, firstDate: '2026-11-05' as LocalDate }));
    for (const time of ['00:00:00Z', '13:59:59Z']) await winter.at(`2026-11-05T${time}`);
    expect(await winter.decided()).toEqual(['deferred 2026-11-05']);
    await winter.at('2026-11-05T14:00:00Z');
    expect((await winter.decided())[1]).toEqual('missed 2026-11-05');
  });

  it('is taken at the second try where the money has come', async () => {
    const due = await Due.with(50n, weekly);
    await due.at('2026-05-07T00:00:00Z');
    await due.ledger.given(account, fund(50n, 'wages'));
    await due.at('2026-05-07T10:00:00Z');
    await due.at('2026-05-07T13:00:00Z', due.timer(due.world.ledger()));
    expect(await due.decided()).toEqual(['deferred 2026-05-07', 'taken 2026-05-07']);
    expect(await due.ledger.balances(account)).toMatchObject({ ledger: 0n });
  });

  it('is missed at once where 14:00 of its date is over', async () => {
    const due = await Due.with(150n, weekly);
    await due.at('2026-05-22T00:00:00Z');
    expect(await due.decided()).toEqual(['taken 2026-05-07', 'missed 2026-05-14', 'missed 2026-05-21']);
  });
});

describe('the timer of payments', () => {
  it('goes through more than a page, on many accounts, each once', async () => {
    const due = await Due.with(10_000n);
    const owners = [account, ...['acc_2', 'acc_3', 'acc_4', 'acc_5', 'acc_6'].map((id) => id as AccountId)];
    for (const accountId of owners.slice(1))
      await due.ledger.given(accountId, open({ accountId, overdraftLimit: 1_000n }));
    for (let n = 0; n < 600; n++) {
      const terms = { amount: 1n, firstDate: '2026-05-20' as LocalDate, times: 2 };
      const order = scheduleElsewhere({ scheduleId: `schedule_${n}` as ScheduleId, ...terms });
      await due.schedule(order, owners[n % owners.length]);
    }
    expect(await due.at('2026-05-20T00:00:00Z')).toBe(600);
    expect(await due.at('2026-05-20T00:00:01Z')).toBe(0);
    await due.at('2026-07-01T00:00:00Z');
    expect(await due.decided()).toHaveLength(200);
    expect(await due.ledger.balances(account)).toMatchObject({ ledger: 9_800n });
    for (const accountId of owners.slice(1))
      expect(await due.ledger.balances(accountId)).toMatchObject({ ledger: -200n });
  });

  it('goes on where it was stopped or failed, and several at once pay once', async () => {
    const due = await Due.with(10_000n, monthly);
    due.ledger.journal.faults.push('refused');
    await expect(due.at('2026-08-15T00:00:00Z')).rejects.toMatchObject({ retryable: true });
    expect(await due.decided()).toEqual([]);
    const others = [due.timer(due.world.ledger()), due.timer(due.world.ledger()), due.timer()];
    await Promise.all(others.map((timer) => timer.run(signal)));
    await due.at(due.world.now + HOUR);
    expect(await due.decided()).toEqual(['2026-05-31', '2026-06-30', '2026-07-31'].map((date) => `taken ${date}`));
  });
});
