// `npm run conformance`: every scenario against a running bank, or one that is started for it. Exit 0 where all went as expected, 1 where one did
// not, 2 for bad usage or a bad scenario, 3 where it could not run.
import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { addressOf } from '../address.js';
import { type Bank, conform, reportOf } from './conformance.js';
import type { Scenario } from './scenario.js';
import { readScenarios, ScenarioError } from './scenario-files.js';
import { type StartedBank, startBank } from './started-bank.js';

/** From where this is built to. */
const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const PARALLEL = '8';
const USAGE = `usage: npm run conformance -- [--url URL --iso8583 HOST:PORT --staff-token TOKEN]
         [--scenarios FOLDER] [--only TEXT] [--parallel N]
Without --url it starts a bank for itself. --only plays the scenarios with TEXT in their name, source, file or coverage.
`;

class UsageError extends Error {}

interface Wanted {
  /** Undefined where one is to be started. */
  readonly bank: Bank | undefined;
  readonly scenarios: readonly Scenario[];
  readonly parallel: number;
}

function wanted(): Wanted {
  const { values } = parse();
  const { url, iso8583, 'staff-token': staffToken, only = '' } = values;
  const parallel = Number(values.parallel);
  if (!/^[1-9]\d{0,2}$/.test(values.parallel)) throw new UsageError('--parallel is a number from 1 to 999');
  const all = readScenarios(values.scenarios);
  const scenarios = all.filter(({ file, name, source, covers }) =>
    [file, name, source, ...covers].some((text) => text.includes(only)),
  );
  if (scenarios.length === 0) throw new UsageError(`no scenario has "${only}" in it`);
  if (url === undefined && iso8583 === undefined && staffToken === undefined)
    return { bank: undefined, scenarios, parallel };
  if (url === undefined || iso8583 === undefined || staffToken === undefined)
    throw new UsageError('--url, --iso8583 and --staff-token belong together');
  try {
    return { bank: { url: url.replace(/\/+$/, ''), iso8583: addressOf(iso8583), staffToken }, scenarios, parallel };
  } catch (error) {
    throw new UsageError(error instanceof RangeError ? `--iso8583: ${error.message}` : String(error));
  }
}

function parse() {
  try {
    return parseArgs({
      options: {
        url: { type: 'string' },
        iso8583: { type: 'string' },
        'staff-token': { type: 'string' },
        scenarios: { type: 'string', default: `${ROOT}apps/card-network/conformance/scenarios` },
        only: { type: 'string' },
        parallel: { type: 'string', default: PARALLEL },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

let started: StartedBank | undefined;
const interrupted = () => void (started?.stop() ?? Promise.resolve()).finally(() => process.exit(130));
process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
try {
  const { bank, scenarios, parallel } = wanted();
  if (bank === undefined) started = await startBank(`${ROOT}dist/apps/cli/main.js`);
  const subject = bank ?? started;
  if (subject === undefined) throw new Error('there is no bank');
  const outcome = await conform(subject, scenarios, { parallel, now: Date.now, random: randomInt });
  process.stdout.write(reportOf(scenarios, outcome));
  process.exitCode = outcome.failed.length === 0 ? 0 : 1;
} catch (error) {
  const usage = error instanceof UsageError;
  process.stderr.write(`error: ${error instanceof Error ? error.message : error}\n${usage ? USAGE : ''}`);
  process.exitCode = usage || error instanceof ScenarioError ? 2 : 3;
} finally {
  await started?.stop();
}
