import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AccountId, CardId, TransactionId, TransferId } from '../brands.js';
import type { AccountCommand } from './commands.js';
import { everyChannel, expire, fund, issue, noLimits, open } from './commands.suite.js';
import { COMMAND_KEYS_KEPT, evolve } from './evolve.js';
import { check } from './replayable.suite.js';
import { AccountUnderTest, GBP, type Recorded, SECOND, textOf } from './specification.suite.js';
import { type AccountState, initialState } from './state.js';
import { type Turn, turn } from './turns.suite.js';

interface Transfer {
  readonly id: TransferId;
  readonly from: number;
  readonly amount: bigint;
  step: 'SENT' | 'RECEIVED' | 'REFUSED' | 'DONE';
}

/** Two accounts, and the transfers between them as their process would drive them. */
class World {
  readonly ids = ['acc_0' as AccountId, 'acc_1' as AccountId] as const;
  readonly accounts = [new AccountUnderTest(), new AccountUnderTest()];
  readonly transfers: Transfer[] = [];
  private readonly done: [number, AccountCommand, string][] = [];

  constructor() {
    for (const [side, accountId] of this.ids.entries()) {
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

  take({ side, card, after, act }: Turn): void {
    if (act.do === 'command') this.do(side, withCard(act.command, cardOf(side, card)), after);
    else if (act.do === 'transfer') this.send(side, act.amount);
    else if (act.do === 'advance') this.advance(act.which);
    else if (act.do === 'expire') this.expire(side, act.which, after);
    else this.repeat(act.which);
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

  private send(from: number, amount: bigint): void {
    const id = `transfer_${this.transfers.length}` as TransferId;
    const destinationAccountId = this.ids[1 - from];
    if (destinationAccountId === undefined) return;
    const decision = this.do(from, {
      type: 'SendTransfer',
      transferId: id,
      destinationAccountId,
      amount,
      currency: GBP,
      personal: null,
    });
    if (decision.kind === 'events') this.transfers.push({ id, from, amount, step: 'SENT' });
  }

  private advance(which: number): void {
    const transfer = this.transfers[which % Math.max(1, this.transfers.length)];
    const sourceAccountId = this.ids[transfer?.from ?? 0];
    if (transfer === undefined || sourceAccountId === undefined) return;
    const { id: transferId, from, amount, step } = transfer;
    if (step === 'SENT') {
      const decision = this.do(1 - from, {
        type: 'ReceiveTransfer',
        transferId,
        sourceAccountId,
        amount,
        currency: GBP,
        personal: null,
      });
      transfer.step = decision.kind === 'events' ? 'RECEIVED' : 'REFUSED';
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

  /** Over both accounts: in transit is what is under way, and the whole book is zero in each currency. */
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
      fc.property(fc.array(turn, { maxLength: 60 }), (turns) => {
        const world = new World();
        for (const each of turns) {
          world.take(each);
          world.check();
        }
      }),
      300,
    );
  }, 120_000);

  it('folds from the beginning, or from a snapshot of any event, to the same state', () => {
    check(
      fc.property(fc.array(turn, { maxLength: 60 }), fc.nat(100), (turns, cut) => {
        const world = new World();
        for (const each of turns) world.take(each);
        for (const { state, recorded } of world.accounts) {
          const text = textOf(state);
          expect(textOf(fold(initialState(), recorded))).toBe(text);
          const at = cut % recorded.length;
          const snapshot = structuredClone(fold(initialState(), recorded.slice(0, at)));
          expect(textOf(fold(snapshot, recorded.slice(at)))).toBe(text);
        }
      }),
      100,
    );
  }, 120_000);
});
