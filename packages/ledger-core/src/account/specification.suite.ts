// given(commands).when(command).thenEvents(events): one account in memory, every invariant checked after every event.
import { serialize } from 'node:v8';
import { expect } from '@jest/globals';
import type { CurrencyCode, EntryId, LocalDate, Micros, TransactionId } from '../brands.js';
import type { RejectionName } from '../rejections.js';
import type { AccountCommand, CommandContext, Mint } from './commands.js';
import { contentOf } from './content.js';
import { decide } from './decide.js';
import type { Decision } from './decision.js';
import { type AccountStreamEvent, type EventFacts, evolve } from './evolve.js';
import { NaiveBook } from './naive-book.suite.js';
import { type AccountState, initialState, type TransactionState } from './state.js';

export const SECOND: Micros = 1_000_000n;
export const DAY: Micros = 86_400n * SECOND;
/** 2026-01-05T12:00Z. */
export const START: Micros = 1_767_614_400n * SECOND;
export const GBP = 'GBP' as CurrencyCode;

export interface How {
  /** The idempotency key; a new one by default. */
  readonly key?: string;
  /** Microseconds after the last command; a second by default. */
  readonly after?: Micros;
}

export type Step = AccountCommand | readonly [AccountCommand, How];

export interface Recorded {
  readonly event: AccountStreamEvent;
  readonly facts: EventFacts;
}

export function mintFor(commandId: string): Mint {
  const mint = (kind: 'tx' | 'entry', index = 0) => `${kind}_${commandId}${index === 0 ? '' : `_${index}`}`;
  return mint as { (kind: 'tx', index?: number): TransactionId; (kind: 'entry', index?: number): EntryId };
}

export function localDateOf(time: Micros): LocalDate {
  return new Date(Number(time / 1000n)).toISOString().slice(0, 10) as LocalDate;
}

/** All of a state as text, maps and sets in their order. */
export function textOf(state: AccountState): string {
  return JSON.stringify(state, (_, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`;
    // Other realms have other Maps: a clone's are told by what they are called.
    const kind = Object.prototype.toString.call(value);
    return kind === '[object Map]' || kind === '[object Set]' ? [kind, ...(value as Iterable<unknown>)] : value;
  });
}

/** One account: decides, appends, folds, and checks. */
export class AccountUnderTest {
  readonly state: AccountState = initialState();
  readonly recorded: Recorded[] = [];
  readonly book = new NaiveBook();
  now = START;
  private steps = 0;

  do(command: AccountCommand, how: How = {}): Decision {
    this.now += how.after ?? SECOND;
    const context = this.contextFor(command, how.key ?? `c${this.steps++}`);
    const decision = this.decide(command, context);
    if (decision.kind === 'events') for (const event of decision.events) this.append(event, context);
    this.book.checkDisputes();
    return decision;
  }

  /** Decides without appending; the state must come out as it went in. */
  decide(command: AccountCommand, context = this.contextFor(command, 'decided')): Decision {
    const before = serialize(this.state);
    const decision = decide(this.state, command, context);
    if (!serialize(this.state).equals(before)) throw new Error(`${command.type} changed the state while deciding`);
    return decision;
  }

  contextFor(command: AccountCommand, commandId: string): CommandContext {
    return {
      commandId,
      contentHash: contentOf(command),
      effectiveAt: this.now,
      recordedAt: this.now,
      localDate: localDateOf(this.now),
      mint: mintFor(commandId),
    };
  }

  private append(event: AccountStreamEvent, context: CommandContext): void {
    const { commandId, contentHash, recordedAt, localDate } = context;
    const facts = { commandId, contentHash, recordedAt, localDate, revision: this.recorded.length };
    this.recorded.push({ event, facts });
    evolve(this.state, event, facts);
    this.book.record(event);
    this.book.check(this.state);
  }
}

function perform(account: AccountUnderTest, step: Step): Decision {
  return 'type' in step ? account.do(step) : account.do(step[0], step[1]);
}

type Expected = { readonly type: AccountStreamEvent['type'] } & { readonly [field: string]: unknown };

/** Starts from what these commands did; each must have been accepted. */
export function given(...history: readonly Step[]) {
  const account = new AccountUnderTest();
  for (const step of history) {
    const decision = perform(account, step);
    if (decision.kind === 'rejection')
      throw new Error(`given: ${JSON.stringify('type' in step ? step.type : step[0].type)}: ${decision.rejection}`);
  }
  return {
    account,
    when: (command: AccountCommand, how?: How) => outcome(account, account.do(command, how)),
  };
}

function outcome(account: AccountUnderTest, decision: Decision) {
  const { state } = account;
  return {
    account,
    decision,
    /** These events and no others, each with at least these fields. */
    thenEvents(...expected: readonly Expected[]) {
      expect(decision).toMatchObject({ kind: 'events' });
      const events = decision.kind === 'events' ? decision.events : [];
      expect(events.map((event) => event.type)).toEqual(expected.map((event) => event.type));
      expected.forEach((event, index) => {
        expect(events[index]).toMatchObject(event);
      });
      return this;
    },
    thenNothing() {
      expect(decision).toEqual({ kind: 'nothing' });
      return this;
    },
    thenRejected(rejection: RejectionName) {
      expect(decision).toEqual({ kind: 'rejection', rejection });
      return this;
    },
    thenRepeats(revision: number) {
      expect(decision).toEqual({ kind: 'repeat', revision });
      return this;
    },
    balances(expected: { readonly ledger?: bigint; readonly held?: bigint; readonly pots?: bigint }) {
      expect({ ledger: state.ledger, held: state.held, pots: state.pots }).toMatchObject(expected);
      return this;
    },
    /** The newest card transaction that the account has. */
    transaction(expected: Partial<TransactionState['block']>) {
      expect([...state.transactions.values()].at(-1)?.block).toMatchObject(expected);
      return this;
    },
    when: (command: AccountCommand, how?: How) => outcome(account, account.do(command, how)),
  };
}
