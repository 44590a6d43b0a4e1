import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AccountId, CardId, ScheduleId, TransactionId, TransferId } from '../brands.js';
import type { AccountCommand, SchedulePayment } from './commands.js';
import { everyChannel, expire, fund, issue, noLimits, open } from './commands.suite.js';
import { COMMAND_KEYS_KEPT, evolve, TRANSACTIONS_KEPT } from './evolve.js';
import { check } from './replayable.suite.js';
import { schedule, take } from './schedules.suite.js';
import { AccountUnderTest, GBP, localDateOf, type Recorded, SECOND, textOf } from './specification.suite.js';
import { type AccountState, initialState } from './state.js';
import { type Turn, turn } from './turns.suite.js';

interface Transfer {
  readonly id: TransferId;
  readonly from: number;
  readonly to: number;
  readonly amount: bigint;
  /** Where the destination's answer is stored, and when it was. */
  answer: { readonly revision: number; readonly at: bigint } | undefined;
  step: 'SENT' | 'RECEIVED' | 'REFUSED' | 'DONE';
}

/** What else happens between accounts: one of them is opened late, and what was asked of it comes again later still. */
type LateTurn = { readonly late: 'open' } | { readonly late: 'send' | 'receive again'; readonly which: number };
const lateTurn: fc.Arbitrary<LateTurn> = fc.oneof(
  fc.constant({ late: 'open' as const }),
  fc.record({ late: fc.constantFrom('send' as const, 'receive again' as const), which: fc.nat(5) }),
);
const anyTurn = fc.oneof({ weight: 7, arbitrary: turn }, { weight: 1, arbitrary: lateTurn });
const LATECOMER = 2;

/** Two accounts and one that may not be there yet, and the transfers between them as their process would drive them. */
class World {
  readonly ids = ['acc_0' as AccountId, 'acc_1' as AccountId, 'acc_2' as AccountId] as const;
  readonly accounts = this.ids.map(() => new AccountUnderTest());
  readonly transfers: Transfer[] = [];
  private readonly done: [number, AccountCommand, string][] = [];

  constructor() {
    for (const [side, accountId] of this.ids.slice(0, LATECOMER).entries()) {
      this.do(side, open({ accountId, overdraftLimit: 100n }));
      for (const n of [0, 1])
        this.do(side, issue({ cardId: cardOf(side, n), controls: everyChannel, limits: noLimits }));
      this.do(side, fund(1000n, 'first'));
    }
  }

  account(side: number): AccountUnderTest {
    const account = this.accounts[side];
    if (account === undefined) throw new Error(`no side ${side}`);
    return account;
  }

  do(side: number, command: AccountCommand, after = SECOND, key = `${side}-${this.done.length}`) {
    this.done.push([side, command, key]);
    return this.account(side).do(command, { after, key });
  }

  take(each: Turn | LateTurn): void {
    if ('late' in each) return this.takeLate(each);
    const { side, card, after, act } = each;
    if (act.do === 'command') this.do(side, withCard(act.command, cardOf(side, card)), after);
    else if (act.do === 'transfer') this.send(side, 1 - side, act.amount);
    else if (act.do === 'advance') this.advance(act.which);
    else if (act.do === 'expire') this.expire(side, act.which, after);
    else if (act.do === 'schedule') this.schedule(side, act.terms);
    else if (act.do === 'take') this.takeScheduled(side, act.which, act.isLastTry, after);
    else if (act.do === 'cancel schedule') this.cancelSchedule(side, act.which);
    else this.repeat(act.which);
  }

  private takeLate(each: LateTurn): void {
    if (each.late === 'open') this.do(LATECOMER, open({ accountId: this.ids[LATECOMER] }));
    else if (each.late === 'send') this.send(each.which % 2, LATECOMER, BigInt(each.which + 1));
    else this.receiveAgain(each.which);
  }

  private expire(side: number, which: number, after: bigint): void {
    const known = [...this.account(side).state.transactions.keys()];
    this.do(side, expire(known[which % known.length] ?? ('tx_none' as TransactionId)), after);
  }

  /** The same command with the same key: while the key is known, no event comes of it that was not there. */
  private repeat(which: number): void {
    const [side, command, key] = this.done[which % this.done.length] ?? [];
    if (side === undefined || command === undefined || key === undefined) return;
    const account = this.account(side);
    const record = account.state.commands.get(key);
    const known = record !== undefined && record.recordedAt + COMMAND_KEYS_KEPT >= account.now;
    const before = account.recorded.length;
    const decision = account.do(command, { key, after: 0n });
    if (known) expect(decision.kind).toBe('repeat');
    if (known) expect(account.recorded.length).toBe(before);
  }

  private schedule(side: number, terms: Pick<SchedulePayment, 'amount' | 'frequency' | 'times' | 'otherBank'>): void {
    const scheduleId = `schedule_${this.done.length}` as ScheduleId;
    const ours = this.ids[1 - side] ?? this.ids[LATECOMER];
    const destinationAccountId = terms.otherBank === null ? ours : null;
    const firstDate = localDateOf(this.account(side).now + SECOND);
    this.do(side, schedule({ ...terms, scheduleId, destinationAccountId, firstDate }));
  }

  /** Whatever is next of a schedule, due or not; what is taken for an account of ours is a transfer that goes its way. */
  private takeScheduled(side: number, which: number, isLastTry: boolean, after: bigint): void {
    const known = this.scheduleOf(side, which);
    if (known === undefined) return;
    const { scheduleId, nextDate, decided, amount } = known;
    const occurrence = nextDate ?? known.firstDate;
    const tryAgainAt = isLastTry ? null : 1n;
    const command = take(occurrence, { scheduleId, tryAgainAt });
    const decision = this.do(side, command, after);
    const wasDue = known.status === 'ACTIVE' && occurrence <= localDateOf(this.account(side).now);
    if (decision.kind !== 'events') return;
    expect(wasDue).toBe(true);
    const [first] = decision.events;
    const now = this.scheduleOf(side, which);
    expect(now?.decided).toBe(first?.type === 'ScheduledPaymentDeferred' ? decided : decided + 1);
    if (first?.type !== 'TransferSent') return;
    const { transferId: id } = first;
    this.transfers.push({ id, from: side, to: 1 - side, amount, step: 'SENT', answer: undefined });
  }

  private cancelSchedule(side: number, which: number): void {
    const known = this.scheduleOf(side, which);
    if (known !== undefined) this.do(side, { type: 'CancelScheduledPayment', scheduleId: known.scheduleId });
  }

  private scheduleOf(side: number, which: number) {
    const known = [...this.account(side).state.schedules.values()];
    return known[which % Math.max(1, known.length)]?.schedule;
  }

  private send(from: number, to: number, amount: bigint): void {
    const id = `transfer_${this.transfers.length}` as TransferId;
    const destinationAccountId = this.ids[to];
    if (destinationAccountId === undefined) return;
    const decision = this.do(from, {
      type: 'SendTransfer',
      transferId: id,
      destinationAccountId,
      amount,
      currency: GBP,
      personal: null,
    });
    if (decision.kind === 'events') this.transfers.push({ id, from, to, amount, step: 'SENT', answer: undefined });
  }

  private advance(which: number): void {
    const transfer = this.transfers[which % Math.max(1, this.transfers.length)];
    const sourceAccountId = this.ids[transfer?.from ?? 0];
    if (transfer === undefined || sourceAccountId === undefined) return;
    const { id: transferId, from, step } = transfer;
    if (step === 'SENT') {
      const decision = this.receive(transfer);
      const event = decision.kind === 'events' ? decision.events[0] : undefined;
      expect(event?.type).toMatch(/^Transfer(Received|Refused)$/);
      transfer.step = event?.type === 'TransferRefused' ? 'REFUSED' : 'RECEIVED';
      const { revision, recordedAt: at } = this.account(transfer.to).state;
      transfer.answer = { revision, at };
    } else if (step !== 'DONE') {
      const decision = this.do(
        from,
        step === 'RECEIVED'
          ? { type: 'CompleteTransfer', transferId }
          : { type: 'ReturnTransfer', transferId, reason: 'refused' },
      );
      expect(decision.kind).toBe('events');
      transfer.step = 'DONE';
    }
  }

  private receive({ id: transferId, from, to, amount }: Transfer) {
    const sourceAccountId = this.ids[from] ?? ('' as AccountId);
    const personal = null;
    return this.do(to, { type: 'ReceiveTransfer', transferId, sourceAccountId, amount, currency: GBP, personal });
  }

  /** Under another key, and however late: what was answered stays the answer while the account remembers transfers. */
  private receiveAgain(which: number): void {
    const transfer = this.transfers[which % Math.max(1, this.transfers.length)];
    if (transfer?.answer === undefined) return;
    const { revision, at } = transfer.answer;
    if (this.account(transfer.to).now - at >= TRANSACTIONS_KEPT) return;
    expect(this.receive(transfer)).toEqual({ kind: 'repeat', revision });
  }

  /** Over all accounts: in transit is what is under way, and the whole book is zero in each currency. */
  check(): void {
    let inTransit = 0n;
    const totals = new Map<string, bigint>();
    for (const { book } of this.accounts) {
      inTransit += book.sumOf('liabilities:in-transit:transfers', GBP);
      for (const [name, sum] of book.sums) {
        const currency = name.slice(-3);
        totals.set(currency, (totals.get(currency) ?? 0n) + sum);
      }
    }
    let underWay = 0n;
    for (const { step, amount } of this.transfers) if (step === 'SENT' || step === 'REFUSED') underWay += amount;
    expect(-inTransit).toBe(underWay);
    for (const total of totals.values()) expect(total).toBe(0n);
  }
}

/** The same command about this card. */
function withCard(command: AccountCommand, cardId: CardId): AccountCommand {
  return 'cardId' in command ? { ...command, cardId } : command;
}

function cardOf(side: number, n: number): CardId {
  return `card_${side}_${n}` as CardId;
}

function fold(state: AccountState, recorded: readonly Recorded[]): AccountState {
  for (const { event, facts } of recorded) evolve(state, event, facts);
  return state;
}

describe('any sequence of commands', () => {
  it('keeps every invariant after every event, and decides without changing anything', () => {
    check(
      fc.property(fc.array(anyTurn, { maxLength: 60 }), (turns) => {
        const world = new World();
        for (const each of turns) {
          world.take(each);
          world.check();
        }
      }),
      300,
    );
  });

  it('folds from the beginning, or from a snapshot of any event, to the same state', () => {
    check(
      fc.property(fc.array(anyTurn, { maxLength: 60 }), fc.nat(100), (turns, cut) => {
        const world = new World();
        for (const each of turns) world.take(each);
        for (const { state, recorded } of world.accounts) {
          const text = textOf(state);
          expect(textOf(fold(initialState(), recorded))).toBe(text);
          const at = cut % Math.max(1, recorded.length);
          const snapshot = structuredClone(fold(initialState(), recorded.slice(0, at)));
          expect(textOf(fold(snapshot, recorded.slice(at)))).toBe(text);
        }
      }),
      100,
    );
  });
});
