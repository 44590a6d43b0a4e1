// The built bank, every scenario, over real TCP and HTTP. `tsc -b` (npm test does it) comes first.
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { printedSeed, randomOf } from '../../bank/generated-cards.suite.js';
import { conform, reportOf } from './conformance.js';
import { readScenarios, scenariosOf } from './scenario-files.js';
import { type StartedBank, startBank } from './started-bank.js';

const CLI = fileURLToPath(new URL('../../../dist/apps/cli/main.js', import.meta.url));
const FOLDER = fileURLToPath(new URL('scenarios', import.meta.url));
const PATIENCE_MS = 300_000;

let bank: StartedBank;
beforeEach(async () => {
  bank = await startBank(CLI);
}, PATIENCE_MS);
afterEach(() => bank.stop());

function circumstances() {
  const random = randomOf(printedSeed());
  return { parallel: 8, now: Date.now, random: (below: number) => Math.floor(random() * below) };
}

describe('the bank', () => {
  it(
    'answers every scenario as it has to',
    async () => {
      const scenarios = readScenarios(FOLDER);
      const outcome = await conform(bank, scenarios, circumstances());
      expect(reportOf(scenarios, outcome)).toBe(`${scenarios.length} scenarios, 0 failed\n`);
    },
    PATIENCE_MS,
  );

  it('fails a scenario that expects something else', async () => {
    const held = { send: { mti: '0100', amount: 1_250 }, expect: { fields: { 39: '00' } } };
    const scenarios = scenariosOf(
      'wrong.json',
      JSON.stringify([
        { name: 'a code', source: 'none', steps: [{ ...held, expect: { fields: { 39: '51' } } }] },
        { name: 'a balance', source: 'none', steps: [{ ...held, balances: { held: 1_251 } }] },
        { name: 'silence', source: 'none', steps: [{ ...held, expect: 'nothing' }, held] },
      ]),
    );
    const { failed } = await conform(bank, scenarios, circumstances());
    expect(failed.map(({ step, differences }) => [step, differences])).toEqual([
      [1, ['DE39: 51 expected, got 00']],
      [1, ['held: 1251 expected, got 1250']],
      [2, [expect.stringMatching(/^0110 with DE11 \d{6} was not asked for$/)]],
    ]);
  });
});
