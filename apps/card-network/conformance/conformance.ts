// All scenarios against one bank, several at a time, and the report of what went otherwise.
import type { Address } from '../address.js';
import { type Failure, play } from './play.js';
import { type Scenario, takesTime } from './scenario.js';
import { BankHttp } from './staff.js';

export interface Bank {
  readonly url: string;
  readonly iso8583: Address;
  readonly staffToken: string;
}

export interface Circumstances {
  /** How many scenarios are played at once. */
  readonly parallel: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A whole number from 0, below its argument. */
  readonly random: (below: number) => number;
}

export interface Failed extends Failure {
  readonly scenario: Scenario;
}

export interface Outcome {
  /** In the scenarios' order. */
  readonly failed: readonly Failed[];
  /** What needs a clock that can be driven, where the bank has none. */
  readonly skipped: readonly Scenario[];
}

const RUN_LETTERS = 6;
const STANS = 1_000_000;

/**
 * Those in which time has to pass are played at the end, one by one. A scenario whose account could not be opened or read has failed, at step 0.
 * @throws BankFailure where nobody answers, or the token is not the staff's
 */
export async function conform(bank: Bank, scenarios: readonly Scenario[], how: Circumstances): Promise<Outcome> {
  const { parallel, now, random } = how;
  const run = Array.from({ length: RUN_LETTERS }, () => random(36).toString(36).toUpperCase()).join('');
  let stan = random(STANS);
  const nextStan = () => {
    stan = (stan % (STANS - 1)) + 1;
    return String(stan).padStart(6, '0');
  };
  const http = new BankHttp(bank.url, bank.staffToken, run);
  await http.ready();
  const theatre = { bank: http, iso8583: bank.iso8583, now, random, nextStan, run };
  const failed = new Map<Scenario, Failure>();
  const timed = scenarios.filter(takesTime);
  const skipped = timed.length > 0 && !(await http.hasClock()) ? timed : [];
  const untimed = scenarios.filter((scenario) => !takesTime(scenario)).values();
  const playOneByOne = async (waiting: Iterable<Scenario>) => {
    for (const scenario of waiting) {
      const failure = await play(scenario, theatre).catch(couldNotPlay);
      if (failure !== undefined) failed.set(scenario, failure);
    }
  };
  await Promise.all(Array.from({ length: parallel }, () => playOneByOne(untimed)));
  if (skipped.length === 0) await playOneByOne(timed);
  const inOrder = scenarios.flatMap((scenario) => {
    const failure = failed.get(scenario);
    return failure === undefined ? [] : [{ scenario, ...failure }];
  });
  return { failed: inOrder, skipped };
}

function couldNotPlay(error: unknown): Failure {
  return { step: 0, differences: [error instanceof Error ? error.message : String(error)] };
}

/** A block for each that failed, and at the end how many there were and were left out. */
export function reportOf(scenarios: readonly Scenario[], { failed, skipped }: Outcome): string {
  const blocks = failed.map(({ scenario: { file, name, source, steps }, step, differences }) => {
    const sent = steps[step - 1]?.send;
    const what = sent === undefined ? 'opening its account' : `step ${step}: ${JSON.stringify(sent)}`;
    return [
      `FAILED  ${file}: ${name}`,
      `  source  ${source}`,
      `  ${what}`,
      ...differences.map((one) => `    ${one}`),
    ].join('\n');
  });
  const left = skipped.length === 0 ? '' : `, ${skipped.length} skipped: the bank's clock can not be driven`;
  return [...blocks, `${scenarios.length} scenarios, ${failed.length} failed${left}`, ''].join('\n');
}
