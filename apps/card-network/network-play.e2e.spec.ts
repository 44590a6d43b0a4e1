// `tallystick network play` against the built bank, each in a process of its own. `tsc -b` (npm test does it) comes first.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { printedSeed } from '../bank/generated-cards.suite.js';
import { type StartedBank, startBank } from './conformance/started-bank.js';
import { cardNumbers } from './simulator/card-numbers.js';

const CLI = fileURLToPath(new URL('../../dist/apps/cli/main.js', import.meta.url));
const PATIENCE_MS = 120_000;
const SECONDS = 5;
const CARDS = 20;

let bank: StartedBank;
beforeAll(async () => {
  bank = await startBank(CLI);
}, PATIENCE_MS);
afterAll(() => bank.stop());

interface Ended {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param onFirst told when it has begun */
async function play(args: readonly string[], onFirst: () => Promise<void> = async () => {}): Promise<Ended> {
  const { url, iso8583, staffToken } = bank;
  const where = ['--url', url, '--iso8583', `${iso8583.host}:${iso8583.port}`, '--staff-token', staffToken];
  const usual = ['--minutes', String(SECONDS / 60), '--cards', String(CARDS)];
  const child = spawn(process.execPath, [CLI, 'network', 'play', ...where, ...usual, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  let stdout = '';
  let stderr = '';
  let first: Promise<void> | undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    if (stderr.includes('stories open')) first ??= onFirst();
  });
  const [code] = await closed;
  await first;
  return { code, stdout, stderr };
}

describe('a card network whose links are cut', () => {
  it(
    'agrees with the bank about every card',
    async () => {
      const seed = printedSeed();
      const { code, stdout, stderr } = await play(['--seed', String(seed), '--cuts', '0.02', '--json']);
      if (code !== 0) throw new Error(`exit ${code}\n${stderr}\n${stdout}`);
      const { agrees, cards, links, messages, stories, findings } = JSON.parse(stdout);
      expect({ agrees, findings, cards: cards.length }).toEqual({ agrees: true, findings: [], cards: CARDS });
      expect(stories.finished).toBe(stories.begun);
      expect(messages.unanswered).toBe(0);
      expect(links.cuts).toBeGreaterThan(0);
      for (const number of cardNumbers(seed, CARDS)) expect(stdout + stderr).not.toContain(number);
    },
    PATIENCE_MS,
  );
});

describe('a bank that was told something behind the network’s back', () => {
  it(
    'is found out, by card and balance',
    async () => {
      const seed = printedSeed();
      const [number = ''] = cardNumbers(seed, CARDS);
      const { code, stdout } = await play(['--seed', String(seed), '--clearing', 'lines'], () =>
        clearBehindItsBack(number),
      );
      expect(code).toBe(1);
      expect(stdout).toContain(`the bank disagrees about 1 of ${CARDS} cards`);
      expect(stdout).toMatch(new RegExp(`DIFFERENT  \\*{12}${number.slice(-4)}  acc_\\w+  seed ${seed}`));
      expect(stdout).toMatch(/ledger -?\d+ believed, -?\d+ at the bank/);
      expect(stdout).not.toContain(number);
    },
    PATIENCE_MS,
  );
});

describe('no bank', () => {
  it('is told in one sentence', async () => {
    const { code, stderr } = await play(['--url', 'http://127.0.0.1:1', '--cards', 'x']);
    expect(code).toBe(2);
    expect(stderr).toContain('error: --cards is a whole number from 1 to 100000\n');
  });
});

async function clearBehindItsBack(number: string): Promise<void> {
  const response = await fetch(`${bank.url}/gateway/clearings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': 'behind-its-back' },
    body: JSON.stringify({
      card: { number },
      clearing_key: 'behind-its-back',
      amount: { amount: 4_321, currency: 'GBP' },
      merchant: { name: 'NOBODY KNOWS' },
    }),
  });
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
}
