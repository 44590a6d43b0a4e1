import { describe, expect, it } from '@jest/globals';
import { MemoryJournal } from '@tallystick/journal/memory/index';
import {
  type AccountCommand,
  type AccountId,
  type CardId,
  COMMAND_KEYS_KEPT,
  type Micros,
  type ScheduleId,
  type TransactionId,
} from '@tallystick/ledger-core';
import { expire, fund, issue, open, transfer } from '@tallystick/ledger-core/account/commands.suite';
import { checkAsync } from '@tallystick/ledger-core/account/replayable.suite';
import { schedule, take } from '@tallystick/ledger-core/account/schedules.suite';
import { GBP } from '@tallystick/ledger-core/account/specification.suite';
import { type Turn, turn } from '@tallystick/ledger-core/account/turns.suite';
import { compareTable, type Difference } from '@tallystick/views/compare';
import type { MemoryViews } from '@tallystick/views/memory/index';
import fc from 'fast-check';
import { bookDate, contextFor, DAY, MAY_FIRST, sent } from '../ledger/ledger-over-memory.suite.js';
import { TransferProcess } from '../ledger/transfer.process.js';
import { CustomerViews, customerProjections } from './customer-views.suite.js';

const ids = ['acc_0' as AccountId, 'acc_1' as AccountId] as const;

/** A turn, how many days back or ahead its value date is, and whether the views are filled after it. */
const step = fc.record({ turn, days: fc.integer({ min: -90, max: 30 }), fill: fc.boolean() });
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

type Taken = Extract<Turn['act'], { do: 'take' | 'cancel schedule' }>;

/** Two accounts that take turns, over the real ledger. */
class Lives {
  readonly of = new CustomerViews();
  private readonly process = new TransferProcess(this.of.ledger.client, this.of.ledger.records, contextFor, {
    clock: () => this.of.world.now,
    localDateOf: bookDate,
  });
  private readonly done: { at: Micros; sequence: Parameters<CustomerViews['ledger']['sequence']> }[] = [];
  private transfers = 0;

  async begin(): Promise<this> {
    for (const [side, accountId] of ids.entries()) {
      const cards = [0, 1].map((n) => issue({ cardId: cardOf(side, n) }));
      await this.of.ledger.given(accountId, open({ accountId, overdraftLimit: 100n }), ...cards, fund(1000n, 'first'));
    }
    return this;
  }

  async take({ turn: { side, card, after, act }, days, fill }: Step): Promise<void> {
    this.of.world.now += after;
    const accountId = ids[side] ?? ids[0];
    if (act.do === 'command') await this.do(accountId, withCard(act.command, cardOf(side, card)), days);
    else if (act.do === 'expire') await this.do(accountId, expire(await this.known(accountId, act.which)), days);
    else if (act.do === 'transfer') await this.do(accountId, this.send(side, act), days);
    else if (act.do === 'advance') await this.advance();
    else if (act.do === 'schedule') await this.do(accountId, this.scheduled(side, act.terms), days);
    else if (act.do === 'take' || act.do === 'cancel schedule') await this.due(accountId, act, days);
    else await this.repeat(act.which);
    if (fill) await this.of.fill();
  }

  private async do(accountId: AccountId, command: AccountCommand, days: number): Promise<void> {
    const effectiveAt = this.of.world.now + BigInt(days) * DAY;
    const commands = [sent(command, { key: `turn-${this.done.length}`, effectiveAt })];
    this.done.push({ at: this.of.world.now, sequence: [accountId, commands] });
    await this.of.ledger.sequence(accountId, commands);
  }

  /** While its key is known: after that it is another command. */
  private async repeat(which: number): Promise<void> {
    const again = this.done[which % Math.max(1, this.done.length)];
    if (again === undefined || again.at + COMMAND_KEYS_KEPT < this.of.world.now) return;
    await this.of.ledger.sequence(...again.sequence);
  }

  private async known(accountId: AccountId, which: number): Promise<TransactionId> {
    const known = await this.of.ledger.streams.read(accountId, (state) => [...state.transactions.keys()]);
    return known[which % Math.max(1, known.length)] ?? ('tx_none' as TransactionId);
  }

  private scheduled(side: number, terms: Extract<Turn['act'], { do: 'schedule' }>['terms']): AccountCommand {
    const scheduleId = `schedule_${this.done.length}` as ScheduleId;
    const destinationAccountId = ids[1 - side] ?? ids[0];
    return schedule({ ...terms, scheduleId, destinationAccountId, firstDate: bookDate(this.of.world.now + 40n * DAY) });
  }

  private async due(accountId: AccountId, { which, ...act }: Taken, days: number): Promise<void> {
    const known = await this.of.ledger.streams.read(accountId, ({ schedules }) => [...schedules.values()]);
    const found = known[which % Math.max(1, known.length)]?.schedule;
    if (found === undefined) return;
    const { scheduleId, nextDate, firstDate } = found;
    if (act.do === 'take') await this.do(accountId, take(nextDate ?? firstDate, { scheduleId }), days);
    else await this.do(accountId, { type: 'CancelScheduledPayment', scheduleId }, days);
  }

  private send(side: number, { amount }: Extract<Turn['act'], { do: 'transfer' }>): AccountCommand {
    const destinationAccountId = amount % 5n === 0n ? ('acc_none' as AccountId) : (ids[1 - side] ?? ids[0]);
    const transferId = transfer(`${this.transfers++}`);
    return { type: 'SendTransfer', transferId, destinationAccountId, amount, currency: GBP, personal: null };
  }

  private async advance(): Promise<void> {
    const after = await this.process.resumeAfter(0);
    const events = await new MemoryJournal(this.of.world.store).readAll({ after, limit: 100_000 });
    await this.process.apply({ partition: 0, events });
  }
}

function withCard(command: AccountCommand, cardId: CardId): AccountCommand {
  return 'cardId' in command ? { ...command, cardId } : command;
}

function cardOf(side: number, n: number): CardId {
  return `card_${side}_${n}` as CardId;
}

async function differences(left: MemoryViews, right: MemoryViews): Promise<Difference[]> {
  const found: Difference[] = [];
  for (const { tables } of customerProjections)
    for (const table of tables) for await (const difference of compareTable(table, left, right)) found.push(difference);
  return found;
}

async function livesOf(steps: readonly Step[]): Promise<CustomerViews> {
  const lives = await new Lives().begin();
  for (const each of steps) await lives.take(each);
  await lives.of.fill();
  return lives.of;
}

describe('after any sequence of commands', () => {
  it('the views say what the ledger says, and are the same rebuilt in batches of any size', async () => {
    await checkAsync(
      fc.asyncProperty(fc.array(step, { maxLength: 50 }), fc.integer({ min: 1, max: 9 }), async (steps, batch) => {
        const of = await livesOf(steps);
        for (const accountId of ids) {
          const balances = await of.ledger.balances(accountId);
          const { found } = await of.balance.get({ accountId, minPosition: 1n }, contextFor('spec', 'spec'));
          expect(found).toEqual({ accountId, position: expect.any(BigInt), ...balances });
          const rows = await of.list(accountId);
          let sum = 0n;
          for (const { amount, status } of rows) if (status !== 'DECLINED') sum += amount;
          expect(sum).toBe((balances?.ledger ?? 0n) - (balances?.held ?? 0n));
          expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
          expect(rows.map(({ id }) => id)).toEqual(
            rows
              .map(({ id }) => id)
              .sort()
              .reverse(),
          );
          for (const row of rows) expect([row.created, row.kind]).not.toContain(null);
        }
        for (const size of [1, batch, 100_000]) expect(await differences(of.views, await of.rebuilt(size))).toEqual([]);
      }),
      60,
    );
  });
});

describe('an account', () => {
  it('is listed with its status and its opening, in order of id and page by page', async () => {
    const of = new CustomerViews();
    const all = Array.from({ length: 40 }, (_, n) => `acc_${(n * 7919) % 97}` as AccountId);
    for (const accountId of all)
      await of.ledger.given(accountId, open({ accountId, externalReference: `ref ${accountId}` }));
    await of.ledger.given(all[0] ?? ids[0], { type: 'FreezeAccount', reason: '' });
    await of.ledger.given(all[1] ?? ids[0], { type: 'CloseAccount' });
    await of.fill(3);
    const listed: AccountId[] = [];
    for (let after: AccountId | null = null; ; ) {
      const { accounts } = await of.accounts.list({ after, limit: 7 }, contextFor('spec', 'spec'));
      listed.push(...accounts.map(({ id }) => id));
      after = listed.at(-1) ?? null;
      if (accounts.length < 7) break;
    }
    expect(listed).toEqual([...all].sort());
    const get = async (accountId = ids[0]) => (await of.accounts.get({ accountId }, contextFor('spec', 'spec'))).found;
    expect(await get(all[0])).toMatchObject({
      status: 'FROZEN',
      openedAt: MAY_FIRST,
      externalReference: `ref ${all[0]}`,
    });
    expect(await get(all[1])).toMatchObject({ status: 'CLOSED', owners: ['user_1'], product: 'current' });
    expect(await get('acc_none' as AccountId)).toBeNull();
  });
});
