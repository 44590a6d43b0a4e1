// Clearing files as people import them: by the built command line, killed half way, and searched for card numbers.
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { clearing, FRAMINGS, ipmFile, jsonFile, presentment, refund } from '../cli/import/clearing-files.suite.js';
import { BankProcess, DataFolder } from './bank-process.suite.js';
import { CardNumberScan } from './card-number-scan.suite.js';
import { cardNumbers, printedSeed, randomOf } from './generated-cards.suite.js';

const CARDS = 8;
const AUTHORISED = 200;
const CLEARED = 1_000;

let folder: DataFolder;
let other: DataFolder;
beforeEach(() => {
  folder = new DataFolder();
  other = new DataFolder();
});
afterEach(async () => {
  await Promise.all([folder.remove(), other.remove()]);
});

/** A bank that has approved purchases of these cards; what was bought. */
async function boughtWith(numbers: readonly string[], random: () => number) {
  const bank = await BankProcess.start(folder.path);
  for (const [i, number] of numbers.entries()) {
    const opened = await bank.post('/staff/accounts', `open-${i}`, { currency: 'GBP', overdraft_limit: 100_000_000 });
    const issued = await bank.post(`/staff/accounts/${opened.body.account_id}/cards`, `card-${i}`, {
      number,
      active: true,
    });
    expect(issued.status).toBe(200);
  }
  const bought = Array.from({ length: AUTHORISED }, () => ({
    number: numbers[Math.floor(random() * numbers.length)] ?? '',
    amount: 100 * (1 + Math.floor(random() * 5)),
  }));
  const authorisations = bought.map(({ number, amount }, i) => ({
    card: { number },
    amount: { amount, currency: 'GBP' },
    merchant: { name: 'CORNER COFFEE LONDON' },
    idempotency_key: `bought-${i}`,
  }));
  const answered = await bank.post('/gateway/authorisations/batch', undefined, { authorisations });
  expect(answered.text.split('"approved"')).toHaveLength(AUTHORISED + 1);
  await bank.stop();
  return bought;
}

describe('a clearing file whose import is killed', () => {
  it(`ends in the same books as one that is not, byte for byte (${CLEARED} presentments), and no card number is left`, async () => {
    const seed = printedSeed();
    const random = randomOf(seed);
    const numbers = cardNumbers(seed, CARDS + 1);
    const [unknown = '', ...issued] = numbers;
    const bought = await boughtWith(issued, random);
    cpSync(folder.path, other.path, { recursive: true });
    const today = new Date().toISOString();
    const header = { business_date: today.slice(0, 10) };
    const lines = Array.from({ length: CLEARED }, (_, i) => {
      const { number, amount } = bought[i] ?? { number: issued[i % CARDS] ?? '', amount: 1 + i };
      const note = { transacted_at: today, ...(i % 50 === 0 ? { merchant: { name: `refill ${number}` } } : {}) };
      if (i % 100 === 99) return clearing(unknown, `k${i}`, amount);
      return i % 10 === 9 ? refund(number, `k${i}`, amount) : clearing(number, `k${i}`, amount, note);
    });
    const file = join(folder.root, 'day.jsonl');
    writeFileSync(file, jsonFile(lines, header));

    let killed = 0;
    const head = await folder.read((journal) => journal.head(), 0n);
    for (const events of [20, 600])
      if (await folder.killedAfter(Number(head) + events, 'import', 'clearing', file)) killed++;
    expect(killed).toBeGreaterThan(0);
    const ended = await folder.tallystick('import', 'clearing', file, '--json');
    const undisturbed = await other.tallystick('import', 'clearing', file, '--json');
    expect([ended.status, undisturbed.status]).toEqual([1, 1]);
    const report = JSON.parse(undisturbed.stdout).files[0];
    expect(report).toMatchObject({ presentments: CLEARED, repeated: 0, exceptions: { unknown_card: CLEARED / 100 } });
    const resumed = JSON.parse(ended.stdout).files[0];
    expect(resumed.posted + resumed.repeated).toBe(report.posted);
    expect(resumed.exceptions).toEqual(report.exceptions);
    expect(await folder.books()).toEqual(await other.books());
    expect(await folder.eventCount()).toBe(await other.eventCount());

    const before = await folder.eventCount();
    const again = await folder.tallystick('import', 'clearing', file);
    expect([again.status, again.stdout]).toEqual([0, expect.stringContaining('had been imported whole before')]);
    expect(await folder.eventCount()).toBe(before);

    const { settlement } = JSON.parse(await folder.output('settlement', '--json'));
    const [{ debits, credits }] = report.totals;
    expect(settlement).toEqual([
      expect.objectContaining({ scheme: 'mastercard', currency: 'GBP', owed: debits - credits }),
    ]);

    const scan = new CardNumberScan(numbers);
    const found = folder.files().flatMap(({ name, bytes }) => scan.findIn(bytes).map(({ form }) => `${name} ${form}`));
    for (const { stdout, stderr } of [ended, undisturbed, again])
      found.push(...scan.findInText(stdout + stderr).map(({ form }) => form));
    expect(found).toEqual([]);
  }, 300_000);
});

describe('an IPM file that is wrong', () => {
  it('ends with status 2 and one sentence without a card number, and leaves the books as they were', async () => {
    const [number = ''] = cardNumbers(1, 1);
    const [, framing] = FRAMINGS[2];
    const file = join(folder.root, 'day.ipm');
    writeFileSync(file, await ipmFile([presentment(number, 1_000, '1')], framing, { checksum: 999n }));
    const ended = await folder.tallystick('import', 'clearing', file);
    expect(ended).toEqual({
      status: 2,
      stdout: '',
      stderr: `error: ${file} record 3: the trailer's amount checksum is 999, the amounts add up to 1000\n`,
    });
    expect(await folder.eventCount()).toBe(0);
  });
});
