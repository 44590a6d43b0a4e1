// Two instances of the ledger over one journal, and the network to them.
import type { ClientOf, HandlersOf, ledgerContract } from '@tallystick/contracts';
import type { AccountId, Micros } from '@tallystick/ledger-core';
import { CallFailed } from '@tallystick/transport';
import type { AccountStreams } from '../../ledger/account-streams.js';
import { RATES } from './faults.js';
import type { Incarnation, Machine } from './machine.js';
import type { Random } from './random.js';

export type LedgerClient = ClientOf<typeof ledgerContract>;
export type LedgerHandlers = HandlersOf<typeof ledgerContract>;

/** An instance of the ledger while it runs. */
export interface LedgerInstance {
  readonly of: Incarnation;
  readonly handlers: LedgerHandlers;
  readonly streams: AccountStreams;
}

/** Virtual microseconds from here to there. */
const SHORTEST_WAY = 50;
const LONGEST_WAY = 1_500;
const GIVEN_UP_AFTER = 30_000;
const LATEST_REQUEST = 3_600_000_000;

type Method = keyof LedgerHandlers;

export class LedgerNetwork {
  readonly instances: (LedgerInstance | undefined)[] = [undefined, undefined];

  constructor(
    private readonly machine: Machine,
    /** Told of what a ledger throws that is no operational failure. */
    private readonly unexpected: (error: unknown) => void,
  ) {}

  /**
   * The answer of one instance, as its client would have it: late, twice asked, or never. The request may take effect whatever
   * becomes of the answer, and of whoever asked.
   * @param byTheBank whether a process of the bank asks: now and then its request comes again long after, when it is dead, or has gone on
   *   from what it was answered
   * @throws CallFailed where the outcome is unknown or the instance is down
   */
  call<T>(instance: number, key: string, ask: (ledger: LedgerInstance) => Promise<T>, byTheBank = false): Promise<T> {
    const draw = this.machine.draw(`call ${key}`);
    const { scheduler } = this.machine;
    const again = this.machine.strikes(draw, RATES.repeatedRequest, 'repeated-request');
    const late = byTheBank && this.machine.strikes(draw, RATES.lateRequest, 'late-request');
    const lost = this.machine.strikes(draw, RATES.lostAnswer, 'lost-answer');
    return new Promise((resolve, reject) => {
      let settled = false;
      const settle = (delay: number, how: () => void) => {
        if (settled) return;
        settled = true;
        scheduler.after(delay, how);
      };
      const fail = (delay: number) => settle(delay, () => reject(unknownOutcome()));
      const arrive = () => {
        const ledger = this.instances[instance];
        if (ledger === undefined) return fail(LONGEST_WAY);
        const mourner = () => fail(GIVEN_UP_AFTER);
        ledger.of.mourners.add(mourner);
        this.answerOf(ledger, ask).then(
          (answer) => {
            ledger.of.mourners.delete(mourner);
            if (lost) fail(GIVEN_UP_AFTER);
            else settle(wayOf(draw), () => resolve(answer));
          },
          () => {
            ledger.of.mourners.delete(mourner);
            fail(wayOf(draw));
          },
        );
      };
      scheduler.after(wayOf(draw), arrive);
      if (again) scheduler.after(10 * wayOf(draw), arrive);
      if (late) scheduler.after(draw.below(LATEST_REQUEST), arrive);
    });
  }

  /** The client of a process: it asks whichever instance the accounts' commands go to, and is dead when the process is. */
  clientOf(of: Incarnation, instanceOf: (accountId: AccountId | null) => number): LedgerClient {
    const through =
      <M extends Method>(method: M, accountOf: (request: Parameters<LedgerClient[M]>[0]) => AccountId | null) =>
      (
        request: Parameters<LedgerClient[M]>[0],
        context: Parameters<LedgerClient[M]>[1],
      ): ReturnType<LedgerClient[M]> => {
        const accountId = accountOf(request);
        const key = `${of.process} ${method} ${context.causationId ?? ''} ${accountId ?? ''}`;
        const answer = this.call<unknown>(
          instanceOf(accountId),
          key,
          (ledger) => {
            // The type of a method's handler is that of the client's method; only the union of them is in the way.
            const handler = ledger.handlers[method] as (...of: unknown[]) => Promise<unknown>;
            return handler.call(ledger.handlers, request, context);
          },
          true,
        );
        return unlessDead(of, answer) as ReturnType<LedgerClient[M]>;
      };
    return {
      execute: through('execute', ({ accountId }) => accountId),
      executeAll: through('executeAll', () => null),
      executeUnknownCard: through('executeUnknownCard', () => null),
      suspendClearing: through('suspendClearing', () => null),
      completeBatch: through('completeBatch', () => null),
      batch: through('batch', () => null),
      account: through('account', ({ accountId }) => accountId),
      enquire: through('enquire', ({ accountId }) => accountId),
      journal: through('journal', () => null),
      settled: through('settled', ({ accountId }) => accountId),
    };
  }

  private async answerOf<T>(ledger: LedgerInstance, ask: (ledger: LedgerInstance) => Promise<T>): Promise<T> {
    try {
      return await ask(ledger);
    } catch (error) {
      if (!(error instanceof CallFailed && error.retryable)) this.unexpected(error);
      throw error;
    }
  }
}

function wayOf(draw: Random): number {
  return draw.between(SHORTEST_WAY, LONGEST_WAY);
}

function unknownOutcome(): CallFailed {
  return new CallFailed({ code: 'unavailable', message: 'no answer', retryable: true });
}

function unlessDead<T>(of: Incarnation, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    answer.then(
      (value) => void (of.alive && resolve(value)),
      (error: unknown) => void (of.alive && reject(error)),
    );
  });
}

/** An instance's clock: the true time, wrong by as much as the instance is at that time. */
export function skewedClock(machine: Machine, of: Incarnation, trueTime: () => Micros): () => Micros {
  const own = BigInt(machine.draw(`skew ${of.process}`).between(-MOST_WRONG, MOST_WRONG));
  let period = -1;
  let step = 0n;
  return () => {
    const now = Math.floor(machine.scheduler.now / SKEW_PERIOD);
    if (now !== period) {
      period = now;
      const draw = machine.draw(`skew ${of.process} ${now}`);
      const steps = machine.strikes(draw, RATES.clockStep, 'clock-step');
      step = steps ? BigInt(draw.between(-MOST_WRONG, MOST_WRONG)) : 0n;
    }
    return trueTime() + (machine.faults.on ? own + step : 0n);
  };
}

/** Microseconds. */
export const MOST_WRONG = 2_000_000;
const SKEW_PERIOD = 600_000_000;
