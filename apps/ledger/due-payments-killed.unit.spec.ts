// The timer of payments and the processes behind it, killed at each step, before it or after it, and started again.
import { describe, expect, it } from '@jest/globals';
import { bookTimeIn } from '@tallystick/contracts';
import { MemoryJournal } from '@tallystick/journal/memory/index';
import type { AccountId, LocalDate, PaymentId, SchedulePayment } from '@tallystick/ledger-core';
import { account, funded, open } from '@tallystick/ledger-core/account/commands.suite';
import { schedule, scheduleElsewhere } from '@tallystick/ledger-core/account/schedules.suite';
import { Projector, type Records } from '@tallystick/views';
import { MemoryViews } from '@tallystick/views/memory/index';
import { OutboundRecords } from '../payments/iso20022/outbound-records.js';
import { ScheduledPaymentsProcess } from '../payments/iso20022/scheduled-payments.process.js';
import { dueProjection } from './due.projection.js';
import { DuePaymentsTimer } from './due-payments.timer.js';
import { bookDate, contextFor, SECOND, World } from './ledger-over-memory.suite.js';
import { Killed, Life } from './life.suite.js';
import { TransferProcess } from './transfer.process.js';

const other = 'acc_2' as AccountId;
const NOON = BigInt(Date.parse('2026-05-22T11:00:00Z')) * 1000n;
const { signal } = new AbortController();
const weekly = { frequency: 'WEEKLY' as const, firstDate: '2026-05-07' as LocalDate, personal: new Uint8Array([7]) };

class Bank {
  readonly world = new World();
  private readonly views = new MemoryViews();
  private readonly projector = new Projector('views', this.views, [dueProjection]);

  /** Enough for two of three weeks that are due by now. */
  static async begun(order: SchedulePayment): Promise<Bank> {
    const bank = new Bank();
    await bank.projector.prepare();
    const ledger = bank.world.ledger();
    await ledger.given(account, ...funded(250n));
    await ledger.given(other, open({ accountId: other }));
    await ledger.given(account, order);
    // Where the timer stands is known, so that its first run is not most of the steps.
    await bank.live(new Life(0, 'before'));
    bank.world.now = NOON;
    return bank;
  }

  /** What the bank does by itself, once. */
  async live(life: Life): Promise<void> {
    const { world } = this;
    const { client, records } = world.ledger();
    const ports = { ledger: life.of({ ...client }), records: life.of(records) };
    const timer = new DuePaymentsTimer({
      ...ports,
      views: life.of(this.views),
      freshness: { waitUntil: () => this.fill() },
      clock: () => world.now,
      localDateOf: bookDate,
      bookTimeOf: bookTimeIn('Europe/London'),
      contextFor,
    });
    await timer.run(signal);
    const transfers = new TransferProcess(ports.ledger, ports.records, contextFor, {
      clock: () => world.now,
      localDateOf: bookDate,
    });
    const noting = { ...ports, contextFor, clock: () => world.now, bookDate, open: async () => ({}) };
    for (const process of [transfers, new ScheduledPaymentsProcess(noting)]) {
      const after = await process.resumeAfter(0);
      const events = await new MemoryJournal(world.store).readAll({ after, limit: 100_000 });
      await process.apply({ partition: 0, events });
    }
  }

  async books() {
    const events = (await this.world.events()).map(({ event }) => event);
    const { client, records } = this.world.ledger();
    const balances = await Promise.all(
      [account, other].map((id) => client.account({ accountId: id }, contextFor('', ''))),
    );
    return {
      decided: events.flatMap((event) => ('occurrence' in event ? [`${event.type} ${event.occurrence}`] : [])),
      moved: events
        .filter(({ type }) => type.startsWith('Transfer') || type === 'PaymentSent')
        .map(({ type }) => type)
        .sort(),
      noted: await notedIn(records),
      ledgers: balances.map(({ found }) => found?.balances.ledger),
    };
  }

  private async fill(): Promise<void> {
    const after = await this.projector.resumeAfter(0);
    const events = await new MemoryJournal(this.world.store).readAll({ after, limit: 100_000 });
    await this.projector.apply({ partition: 0, events });
  }
}

/** Of each payment that went to another bank: as whose it is noted, what of, and its state. */
async function notedIn(records: Records): Promise<string[]> {
  const outbound = new OutboundRecords(records);
  const found = await Promise.all(
    (await records.keys('outbound-payments', { limit: 100 })).map((paymentId) => outbound.get(paymentId as PaymentId)),
  );
  return found.map((record) => `${record?.accountId} ${record?.amount} ${record?.sealed} ${record?.state}`);
}

const SENT = `${account} 100 ${Buffer.from([7]).toString('base64')} SENT`;
const DECIDED = [
  'ScheduledPaymentTaken 2026-05-07',
  'ScheduledPaymentTaken 2026-05-14',
  'ScheduledPaymentMissed 2026-05-21',
];

describe('a bank that is killed while payments are due', () => {
  it.each([
    [
      'here',
      schedule(weekly),
      {
        decided: DECIDED,
        moved: ['Completed', 'Completed', 'Received', 'Received', 'Sent', 'Sent'].map((step) => `Transfer${step}`),
        noted: [],
        ledgers: [50n, 200n],
      },
    ],
    [
      'at another bank',
      scheduleElsewhere(weekly),
      { decided: DECIDED, moved: ['PaymentSent', 'PaymentSent'], noted: [SENT, SENT], ledgers: [50n, 0n] },
    ],
  ])('has taken or missed each once, in order, when it has lived again (%s)', async (_, order, expected) => {
    const whole = await Bank.begun(order);
    const wholeLife = new Life(0, 'before');
    await whole.live(wholeLife);
    expect(await whole.books()).toEqual(expected);
    expect(wholeLife.steps).toBeGreaterThan(10);
    for (const when of ['before', 'after'] as const)
      for (let step = 1; step <= wholeLife.steps; step++) {
        const bank = await Bank.begun(order);
        await expect(bank.live(new Life(step, when))).rejects.toBeInstanceOf(Killed);
        // What was decided last has left a row that is looked at a minute later.
        for (const later of [1n, 61n]) {
          bank.world.now = NOON + later * SECOND;
          await bank.live(new Life(0, 'before'));
        }
        expect({ when, step, ...(await bank.books()) }).toEqual({ when, step, ...expected });
      }
  });
});
