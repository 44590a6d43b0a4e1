// All scenarios against one bank, several at a time, and the report of what went otherwise.
import { type Address } from './link.js';
import { type Failure, play } from './play.js';
import type { Scenario } from './scenario.js';
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

const RUN_LETTERS = 6;
const STANS = 1_000_000;

/**
 * Those that went otherwise, in the scenarios' order. A scenario whose account could not be opened or read is one of them, at step 0.
 * @throws BankFailure where nobody answers, or the token is not the staff's
 */
export async function conform(bank: Bank, scenarios: readonly Scenario[], how: Circumstances): Promise<Failed[]> {
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
  const waiting = scenarios.values();
  const playOneByOne = async () => {
    for (const scenario of waiting) {
      const failure = await play(scenario, theatre).catch(couldNotPlay);
      if (failure !== undefined) failed.set(scenario, failure);
    }
  };
  await Promise.all(Array.from({ length: parallel }, playOneByOne));
  return scenarios.flatMap((scenario) => {
    const failure = failed.get(scenario);
    return failure === undefined ? [] : [{ scenario, ...failure }];
  });
}

function couldNotPlay(error: unknown): Failure {
  return { step: 0, differences: [error instanceof Error ? error.message : String(error)] };
}

/** A block for each that failed, and at the end how many there were. */
export function reportOf(scenarios: readonly Scenario[], failed: readonly Failed[]): string {
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
  return [...blocks, `${scenarios.length} scenarios, ${failed.length} failed`, ''].join('\n');
}
