// Imports as people run them: by the built command line, in processes that may be killed.
import { createReadStream, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataFolder } from './bank-process.suite.js';
import { printedSeed, writeCardFile } from './generated-cards.suite.js';

const REAL = fileURLToPath(new URL('../../../shared/data/cards/uk-purchase-cards-2014-2016.csv.gz', import.meta.url));
const WHOLE = process.env.TALLYSTICK_WHOLE_IMPORT === '1';
const ROWS = 3_000;

let folder: DataFolder;
let other: DataFolder;
beforeEach(() => {
  folder = new DataFolder();
  other = new DataFolder();
});
afterEach(async () => {
  await Promise.all([folder.remove(), other.remove()]);
});

interface Totals {
  readonly currency: string;
  readonly debits: number;
  readonly credits: number;
}

interface Account {
  readonly external_reference: string;
  readonly ledger: number;
  readonly held: number;
}

async function accountsOf(data: DataFolder): Promise<Account[]> {
  const answered: unknown = JSON.parse(await data.output('accounts', '--json'));
  // As interfaces.md has it; a spec is where that is found out.
  return (Array.isArray(answered) ? answered : Object.values(answered ?? {})[0]) as Account[];
}

async function expectBalanced(data: DataFolder): Promise<void> {
  const { totals }: { readonly totals: readonly Totals[] } = JSON.parse(await data.output('trial-balance', '--json'));
  expect(totals.length).toBeGreaterThan(0);
  for (const { debits, credits } of totals) expect(debits).toBe(credits);
}

/** The file's cells; nothing in the real file is quoted. */
async function* realRows(limit: number): AsyncGenerator<string> {
  let left = limit + 1;
  for await (const line of createInterface({ input: createReadStream(REAL).pipe(createGunzip()) })) {
    if (left-- === 0) return;
    yield line;
  }
}

describe('an import that is killed', () => {
  it(`ends in the same books as one that is not, byte for byte (${ROWS} rows)`, async () => {
    const file = join(folder.root, 'cards.csv');
    writeCardFile(file, printedSeed(), ROWS, 40);
    const limit = ['--credit-limit', '2000000'];
    let killed = 0;
    for (const events of [20, 1_000, 3_500])
      if (await folder.killedAfter(events, 'import', 'cards', file, ...limit)) killed++;
    expect(killed).toBeGreaterThan(0);
    await folder.output('import', 'cards', file, ...limit);
    await other.output('import', 'cards', file, ...limit);
    expect(await folder.books()).toEqual(await other.books());
    expect(await folder.eventCount()).toBe(await other.eventCount());
    await expectBalanced(folder);
    await folder.output('import', 'cards', file, ...limit);
    expect(await folder.eventCount()).toBe(await other.eventCount());
  });
});

describe('an import of a broken file', () => {
  it('ends with status 2 and one sentence, and leaves the books as they were', async () => {
    const good = join(folder.root, 'good.csv');
    writeCardFile(good, 1, 50, 3);
    await folder.output('import', 'cards', good);
    const before = [await folder.eventCount(), await folder.books()];
    const bad = join(folder.root, 'bad.csv');
    writeFileSync(bad, 'date,card,original_minor\n2014-05-01,*1,1\n2014-05-01,*1,1e5\n');
    const ended = await folder.tallystick('import', 'cards', good, bad);
    expect(ended.status).toBe(2);
    expect(ended.stderr).toBe(`error: ${bad} line 3: original_minor is not a whole number of minor units\n`);
    expect(ended.stdout).toBe('');
    expect((await folder.tallystick('import', 'cards', good, '--currency', 'ABC')).status).toBe(2);
    expect([await folder.eventCount(), await folder.books()]).toEqual(before);
  });
});

const present = existsSync(REAL);
if (!present) process.stderr.write(`SKIPPED: the imports of real card transactions, since ${REAL} is not there\n`);
const real = present ? describe : describe.skip;

real('20,000 real card transactions', () => {
  it('leave minus the sum of its rows on each card, nothing held, and books in balance', async () => {
    const lines: string[] = [];
    for await (const line of realRows(20_000)) lines.push(line);
    const file = join(folder.root, 'real.csv');
    writeFileSync(file, `${lines.join('\n')}\n`);
    const [header = '', ...rows] = lines.map((line) => line.split(','));
    const cell = (row: string[], name: string) => row[header.indexOf(name)] ?? '';
    const expected = new Map<string, number>();
    for (const row of rows) {
      expect(row).toHaveLength(header.length);
      const amount = Number(cell(row, 'billing_minor') || cell(row, 'original_minor'));
      expected.set(cell(row, 'card'), (expected.get(cell(row, 'card')) ?? 0) - amount);
    }
    await folder.output('import', 'cards', file, '--accept-duplicate-files');
    const accounts = await accountsOf(folder);
    expect(new Map(accounts.map((account) => [account.external_reference, account.ledger]))).toEqual(expected);
    expect(accounts).toHaveLength(expected.size);
    expect(accounts.filter(({ held }) => held !== 0)).toEqual([]);
    await expectBalanced(folder);
  });
});

if (present && !WHOLE)
  process.stderr.write('SKIPPED: the whole real import; TALLYSTICK_WHOLE_IMPORT=1 runs it (a minute or two)\n');

(present && WHOLE ? describe : describe.skip)('all 131,670 real card transactions', () => {
  it.each([
    ['with the file that repeats another', ['--accept-duplicate-files'], 131_670, 2_076_754_559, 0],
    ['without it, named', [], 127_097, 2_016_475_367, 1],
  ] as const)(
    'come in %s',
    async (_, flags, rows, sum, heldBack) => {
      const report = JSON.parse(await folder.output('import', 'cards', REAL, ...flags, '--json'));
      expect(report).toMatchObject({ rows, accepted: rows, declined: 0, refused: [] });
      expect(report.heldBack ?? report.held_back).toHaveLength(heldBack);
      const accounts = await accountsOf(folder);
      expect(accounts).toHaveLength(1_350);
      expect(accounts.reduce((total, { ledger }) => total - ledger, 0)).toBe(sum);
      expect(accounts.filter(({ held }) => held !== 0)).toEqual([]);
      await expectBalanced(folder);
      const events = await folder.eventCount();
      await folder.output('import', 'cards', REAL, ...flags);
      expect(await folder.eventCount()).toBe(events);
    },
    600_000,
  );
});
