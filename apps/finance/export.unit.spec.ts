import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type AccountId,
  type CurrencyCode,
  chart,
  credit,
  debit,
  type EntryId,
  formatMinor,
  type PotId,
} from '@tallystick/ledger-core';
import { clear, fund, issue, merchant, open, pot, refund } from '@tallystick/ledger-core/account/commands.suite';
import { DAY, GBP, START } from '@tallystick/ledger-core/account/specification.suite';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { BookUnderTest, check, inTime } from './book.suite.js';

const account = 'acc_1' as AccountId;
const whole = { from: null, to: null, after: null, limit: 10_000 };

const hasHledger = spawnSync('hledger', ['--version']).status === 0;
if (!hasHledger) process.stderr.write('SKIPPED: hledger is not installed, so no export was checked with it\n');
const withHledger = hasHledger ? it : it.skip;

async function exported(book: BookUnderTest, format: 'hledger' | 'csv', limit = 10_000): Promise<string> {
  let text = '';
  let after = null;
  do {
    const page: Awaited<ReturnType<typeof book.finance.exportEntries>> = await book.finance.exportEntries(
      { ...whole, after, limit, format },
      inTime(),
    );
    text += page.text;
    after = page.next;
  } while (after !== null);
  return text;
}

/** Posts between two accounts of the bank, in any currency. */
async function postBetween(
  book: BookUnderTest,
  n: number,
  amount: bigint,
  currency: string,
  description: string,
): Promise<void> {
  const [from, to] = [chart.nostro('main'), chart.fx(currency)];
  const postings = [debit(from, amount, currency as CurrencyCode), credit(to, amount, currency as CurrencyCode)];
  const entry = { entryId: `entry_${n}` as EntryId, postings };
  const effectiveAt = START + BigInt((n * 37) % 11) * DAY;
  await book.post(
    { type: 'EntryPosted', kind: 'correction', description, reference: '', exception: null, entry },
    { effectiveAt, recordedAt: START },
  );
}

async function smallBook(): Promise<BookUnderTest> {
  const book = new BookUnderTest();
  await book.do(account, open());
  await book.do(account, issue());
  await book.do(account, fund(5_000n), { effectiveAt: START });
  await book.do(
    account,
    clear(null, 1_250n, 'clearing 1', { merchant: { ...merchant, descriptor: 'Fish; "Chips", | Sons\nLondon' } }),
    { effectiveAt: START + DAY },
  );
  await book.do(account, { type: 'OpenPot', potId: pot, goal: null, style: 'sea', personal: null });
  await book.do(
    account,
    { type: 'DepositToPot', potId: 'pot_1' as PotId, amount: 5n, currency: GBP },
    { effectiveAt: START - DAY },
  );
  await postBetween(book, 0, 123n, 'JPY', '');
  await postBetween(book, 2, 12_345n, 'KWD', 'rounding');
  return book;
}

describe('books exported for hledger', () => {
  it('declare currencies and accounts, then give an entry after the other', async () => {
    expect(await exported(await smallBook(), 'hledger')).toBe(`; the journal entries of a Tallystick ledger
commodity GBP 1000.00
commodity JPY 1000.
commodity KWD 1000.000
account assets:nostro:main
account equity:fx:JPY
account equity:fx:KWD
account liabilities:customers:acc_1
account liabilities:customers:acc_1:pot_1
account liabilities:scheme-settlement:mastercard

2026-01-04 (entry_acc_1-5) pot pot_1
    liabilities:customers:acc_1  GBP 0.05
    liabilities:customers:acc_1:pot_1  GBP -0.05

2026-01-05 (entry_0)
    assets:nostro:main  JPY 123
    equity:fx:JPY  JPY -123

2026-01-05 (entry_acc_1-2) payment payment_funding
    assets:nostro:main  GBP 50.00
    liabilities:customers:acc_1  GBP -50.00

2026-01-06 (entry_acc_1-3) Fish "Chips", Sons London
    liabilities:customers:acc_1  GBP 12.50
    liabilities:scheme-settlement:mastercard  GBP -12.50

2026-01-13 (entry_2) rounding
    assets:nostro:main  KWD 12.345
    equity:fx:KWD  KWD -12.345
`);
  });

  it.each([1, 2, 5])('are the same in pages of %d', async (limit) => {
    const book = await smallBook();
    expect(await exported(book, 'hledger', limit)).toBe(await exported(book, 'hledger'));
    expect(await exported(book, 'csv', limit)).toBe(await exported(book, 'csv'));
  });
});

describe('an export that hledger reads', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tallystick-hledger-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const hledger = (text: string, ...args: string[]) => {
    const file = join(folder, 'book.journal');
    writeFileSync(file, text);
    return execFileSync('hledger', ['-f', file, ...args], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
      stdio: 'pipe',
    });
  };

  withHledger('passes its checks, and has the balances of the trial balance', async () => {
    const book = await smallBook();
    await book.do(account, refund(null, 250n, 'refund 1'), { effectiveAt: START - 3n * DAY });
    const text = await exported(book, 'hledger');
    hledger(text, 'check', '--strict', 'ordereddates');
    const { accounts } = await book.finance.trialBalance({ at: null, knownAt: null, from: 'journal' }, inTime());
    const expected = accounts
      .filter(({ balance }) => balance !== 0n)
      .map(({ account: name, currency, balance }) => `${currency} ${formatMinor(balance, currency)}  ${name}`);
    const lines = hledger(text, 'bal', '-N', '--flat')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
    // hledger puts an account's name on its last currency only.
    const found: string[] = [];
    let waiting: string[] = [];
    for (const line of lines) {
      const [balance = '', name] = line.split(/ {2,}/);
      waiting.push(balance);
      if (name === undefined) continue;
      found.push(...waiting.map((each) => `${each}  ${name}`));
      waiting = [];
    }
    expect(found.sort()).toEqual(expected.sort());
  });

  withHledger('up to a day (-e) has the trial balance at the end of the day before', async () => {
    const text = await exported(await smallBook(), 'hledger');
    expect(
      hledger(text, 'bal', '-N', '--flat', '-e', '2026-01-05')
        .trim()
        .split(/\s*\n\s*/),
    ).toEqual(['GBP 0.05  liabilities:customers:acc_1', 'GBP -0.05  liabilities:customers:acc_1:pot_1']);
  });

  withHledger(
    'passes whatever merchants and people write',
    async () => {
      await check(
        fc.asyncProperty(
          fc.array(
            fc.tuple(
              fc.oneof(fc.string({ unit: 'binary' }), fc.string(), nasty),
              fc.constantFrom('GBP', 'JPY', 'KWD', 'CLF'),
            ),
            { maxLength: 30 },
          ),
          async (texts) => {
            const book = new BookUnderTest();
            for (const [n, [text, currency]] of texts.entries())
              await postBetween(book, n, BigInt(n) ** 9n + 1n, currency, text);
            hledger(await exported(book, 'hledger'), 'check', '--strict', 'ordereddates');
          },
        ),
        15,
      );
    },
    60_000,
  );
});

const nasty = fc.constantFrom(
  '* !',
  '=2020-01-01',
  '(code)',
  'a  b',
  '\tx',
  '; note',
  'p | n',
  '\r\n  x  GBP 1',
  '  ',
  '~ monthly',
  'comment',
  'end comment',
  '\u2028',
  '\u0085',
);

describe('books exported as CSV', () => {
  it('have a line per posting, fields quoted where they must be', async () => {
    const text = await exported(await smallBook(), 'csv');
    expect(text.split('\r\n').slice(0, 3)).toEqual([
      'date,entry_id,type,description,account,currency,debit,credit',
      '2026-01-04,entry_acc_1-5,PotDeposited,pot pot_1,liabilities:customers:acc_1,GBP,0.05,',
      '2026-01-04,entry_acc_1-5,PotDeposited,pot pot_1,liabilities:customers:acc_1:pot_1,GBP,,0.05',
    ]);
    expect(text).toContain(
      '2026-01-06,entry_acc_1-3,ClearingPosted,"Fish; ""Chips"", | Sons\nLondon",liabilities:customers:acc_1,GBP,12.50,\r\n',
    );
    const records: string[][] = parse(text);
    expect(records).toHaveLength(11);
    expect(records[7]?.[3]).toBe('Fish; "Chips", | Sons\nLondon');
  });

  it('are a header alone where nothing is posted', async () => {
    expect(await exported(new BookUnderTest(), 'csv')).toBe(
      'date,entry_id,type,description,account,currency,debit,credit\r\n',
    );
  });
});
