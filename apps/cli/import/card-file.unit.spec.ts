import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CurrencyCode } from '@tallystick/ledger-core';
import fc from 'fast-check';
import { type CardRow, cardRows, contentOf, Fingerprint } from './card-file.js';
import { HEADER, ImportsUnderTest } from './imports-over-memory.suite.js';

let imports: ImportsUnderTest;
beforeEach(() => {
  imports = new ImportsUnderTest();
});
afterEach(() => imports.remove());

const GOOD = 'may.xls,1,2014-05-01,1250,,,,ryman,************8407,Stationery';

async function rowsOf(path: string, defaultCurrency = 'GBP'): Promise<CardRow[]> {
  const rows: CardRow[] = [];
  const options = { defaultCurrency: defaultCurrency as CurrencyCode, signal: new AbortController().signal };
  for await (const row of cardRows(path, options)) rows.push(row);
  return rows;
}

describe('a row of a card-transaction file', () => {
  const read = async (row: string, header?: string) => (await rowsOf(imports.file('x.csv', [row], header)))[0];

  it('is what its cells say', async () => {
    expect(await read('may.xls,7,2014-05-01,900,EUR,775,GBP,cafe,************8407,Meals')).toEqual({
      file: 'may.xls',
      row: '7',
      line: 2,
      card: '************8407',
      date: '2014-05-01',
      amount: 775n,
      currency: 'GBP',
      local: { amount: 900n, currency: 'EUR' },
      merchant: 'cafe',
      category: 'Meals',
    });
  });

  it('is billed as the original where the billing cells are empty', async () => {
    expect(await read('f,1,2014-05-01,900,EUR,,,m,c,')).toMatchObject({ amount: 900n, currency: 'EUR', local: null });
    expect(await read('f,1,2014-05-01,900,EUR,775,,m,c,')).toMatchObject({
      amount: 775n,
      currency: 'EUR',
      local: null,
    });
    expect(await read('f,1,2014-05-01,900,,,USD,m,c,')).toMatchObject({ amount: 900n, currency: 'USD', local: null });
  });

  it('is in the default currency where it names none', async () => {
    const [row] = await rowsOf(imports.file('x.csv', ['f,1,2014-05-01,900,,,,m,c,']), 'KWD');
    expect(row).toMatchObject({ amount: 900n, currency: 'KWD' });
  });

  it('keeps the sign of a refund, and the original amount without it', async () => {
    const row = await read('f,1,2014-05-01,-900,EUR,-775,GBP,m,c,');
    expect(row).toMatchObject({ amount: -775n, local: { amount: 900n, currency: 'EUR' } });
  });

  it('is known by file name and line where the columns are missing', async () => {
    const row = await read('2014-05-01,c,1', 'date,card,original_minor');
    expect(row).toMatchObject({ file: 'x.csv', row: '2', merchant: '', category: null });
  });

  it('keeps no card number of merchant or category', async () => {
    const row = await read('f,1,2014-05-01,1,,,,paid by 4111111111111111,c,4111 1111 1111 1111');
    expect(row).toMatchObject({ merchant: 'paid by ************1111', category: '************1111' });
  });
});

describe('a file of another make', () => {
  const same = { file: 'may.xls', row: '1', amount: 1250n, merchant: 'ryman' };

  it.each([
    ['x.csv', `\ufeff${HEADER}\n${GOOD}\n`, 'a byte order mark'],
    ['x.csv', `${HEADER}\r\n${GOOD}\r\n`, 'CRLF'],
    ['x.csv', `${HEADER}\n${GOOD}`, 'no end of line at its end'],
    ['x.csv', `\n${HEADER}\n\n${GOOD}\n\n`, 'empty lines'],
    ['x.csv.gz', `${HEADER}\n${GOOD}\n`, 'gzip'],
    ['x.csv', `extra,${HEADER}\n,${GOOD}\n`, 'a column that nobody knows'],
  ])('%s %j is read: %3$s', async (name, text) => {
    expect(await rowsOf(imports.text(name, text))).toMatchObject([same]);
  });

  it('is unzipped whatever its name', async () => {
    const { readFileSync, writeFileSync } = await import('node:fs');
    const zipped = imports.file('x.csv.gz', [GOOD]);
    writeFileSync(`${zipped}.copy`, readFileSync(zipped));
    expect(await rowsOf(`${zipped}.copy`)).toMatchObject([same]);
  });

  it('may have quotes, commas and lines within a cell; the line is the one it ends on', async () => {
    const path = imports.file('x.csv', ['f,1,2014-05-01,1,,,,"a, ""b""\nc",k,', GOOD]);
    expect(await rowsOf(path)).toMatchObject([{ merchant: 'a, "b"\nc', line: 3 }, { line: 4 }]);
  });

  it('may have a header and no row', async () => {
    expect(await rowsOf(imports.file('x.csv', []))).toEqual([]);
  });
});

describe('a broken file', () => {
  const refused = (path: string) => imports.refusal(imports.cards([path]));
  const withRow = (row: string) => refused(imports.file('x.csv', [GOOD, row]));
  const LARGEST = '9007199254740991';

  it.each([
    ['may.xls,2,2014-05-01', 'x.csv line 3: 3 columns where the header has 10'],
    [`${GOOD},more`, 'x.csv line 3: 11 columns where the header has 10'],
    ['f,2,2014-05-01,1,XXX,,,m,c,', 'x.csv line 3: original_cur is not an ISO 4217 currency code'],
    ['f,2,2014-05-01,1,,1,gbp,m,c,', 'x.csv line 3: billing_cur is not an ISO 4217 currency code'],
    ['f,2,2014-05-01,12.50,,,,m,c,', 'x.csv line 3: original_minor is not a whole number of minor units'],
    ['f,2,2014-05-01,1,,1e3,,m,c,', 'x.csv line 3: billing_minor is not a whole number of minor units'],
    ['f,2,2014-05-01, 1,,,,m,c,', 'x.csv line 3: original_minor is not a whole number of minor units'],
    ['f,2,2014-05-01,9007199254740992,,,,m,c,', `x.csv line 3: original_minor is beyond ${LARGEST}`],
    ['f,2,2014-05-01,-9007199254740992,,,,m,c,', `x.csv line 3: original_minor is beyond ${LARGEST}`],
    [`f,2,2014-05-01,1,,${'9'.repeat(40)},,m,c,`, `x.csv line 3: billing_minor is beyond ${LARGEST}`],
    ['f,2,2014-05-01,,,,,m,c,', 'x.csv line 3: neither billing_minor nor original_minor has an amount'],
    ['f,2,2014-02-30,1,,,,m,c,', 'x.csv line 3: there is no day 2014-02-30'],
    ['f,2,2014-13-01,1,,,,m,c,', 'x.csv line 3: there is no day 2014-13-01'],
    ['f,2,01/05/2014,1,,,,m,c,', 'x.csv line 3: date is not YYYY-MM-DD'],
    ['f,2,,1,,,,m,c,', 'x.csv line 3: date is not YYYY-MM-DD'],
    ['f,2,1969-12-31,1,,,,m,c,', 'x.csv line 3: a date before 1970'],
    ['f,2,2014-05-01,1,,,,m,,', 'x.csv line 3: card is empty'],
    ['f,2,2014-05-01,1,,,,"m,c,', 'x.csv line 3: the file ends within a quoted cell'],
    ['f,2,2014-05-01,1,,,,m,4111"111111111111,', 'x.csv line 3: a quote within a cell that is not doubled'],
    ['f,2,2014-05-01,1,,,,"m"x,c,', 'x.csv line 3: a quote within a cell that is not doubled'],
    ['4111111111111111,2,2014-05-01,1,,,,m,c,', 'x.csv line 3: file looks like a card number'],
    ['f,4111111111111111,2014-05-01,1,,,,m,c,', 'x.csv line 3: row looks like a card number'],
    ['may.xls,1,2014-05-02,1,,,,m,c,', 'x.csv line 3: row 1 of may.xls was at x.csv line 2 with other content'],
  ])('is refused whole, by its row %s', async (row, sentence) => {
    expect(await withRow(row)).toBe(sentence);
  });

  it.each([
    ['', 'x.csv: the file is empty'],
    ['\n\n', 'x.csv: the file is empty'],
    ['date,original_minor\n', 'x.csv line 1: the column card is missing'],
    ['card,original_minor\n2014,1\n', 'x.csv line 1: the column date is missing'],
    ['date,card,amount\n', 'x.csv line 1: a column billing_minor or original_minor is missing'],
    ['date,card,card,billing_minor\n', 'x.csv line 1: the column card appears twice'],
    ['2014,4111111111111111,4111111111111111\n', 'x.csv line 1: the column ************1111 appears twice'],
  ])('is refused by its header: %j', async (text, sentence) => {
    expect(await refused(imports.text('x.csv', text))).toBe(sentence);
  });

  it('is refused where it is no gzip file, or a part of one', async () => {
    const { readFileSync, writeFileSync } = await import('node:fs');
    const path = imports.text('whole.csv.gz', `${HEADER}\n${GOOD}\n`);
    writeFileSync(`${imports.folder}/cut.csv.gz`, readFileSync(path).subarray(0, 60));
    writeFileSync(`${imports.folder}/plain.csv.gz`, `${HEADER}\n${GOOD}\n`);
    writeFileSync(`${imports.folder}/empty.csv.gz`, '');
    expect(await refused(`${imports.folder}/plain.csv.gz`)).toBe('plain.csv.gz: not a gzip file');
    expect(await refused(`${imports.folder}/cut.csv.gz`)).toBe('cut.csv.gz: the gzip file is cut off');
    expect(await refused(`${imports.folder}/empty.csv.gz`)).toMatch(
      /^empty\.csv\.gz: the (gzip file is cut off|file is empty)$/,
    );
  });

  it('is refused where it is not there, or a folder', async () => {
    expect(await refused(`${imports.folder}/none.csv`)).toBe('none.csv: there is no such file');
    expect(await refused(imports.folder)).toBe(`${imports.folder}: this is a folder`);
  });

  it('is refused at a quote that swallows the rest of a large file', async () => {
    const rows = Array.from({ length: 3_000 }, (_, i) => `f,${i + 2},2014-05-01,1,,,,merchant,card,category`);
    const path = imports.file('x.csv', [GOOD, 'f,2,2014-05-01,1,,,,"m,c,', ...rows]);
    expect(await refused(path)).toMatch(
      /^x\.csv line \d+: a row of more than 65536 characters, or a quote that is never closed$/,
    );
  });

  it('leaves nothing of good files before it', async () => {
    const good = imports.file('good.csv', [GOOD]);
    const bad = imports.file('bad.csv', ['f,2,2014-05-01,x,,,,m,c,']);
    expect(await imports.refusal(imports.cards([good, bad]))).toBe(
      'bad.csv line 2: original_minor is not a whole number of minor units',
    );
  });
});

describe('the fingerprint of a file', () => {
  const row = fc.record({
    date: fc.constantFrom('2014-05-01', '2014-05-02'),
    card: fc.constantFrom('a', 'b'),
    merchant: fc.constantFrom('m', 'n'),
    amount: fc.constantFrom(1n, -1n, 2n),
    category: fc.constantFrom('x', null),
  });
  type Said = typeof row extends fc.Arbitrary<infer Value> ? Value : never;
  const digestOf = (said: Said) =>
    contentOf({ ...said, file: 'f', row: '1', line: 1, currency: 'GBP', local: null } as CardRow, said.card);
  const of = (rows: readonly Said[]) => {
    const fingerprint = new Fingerprint();
    for (const said of rows) fingerprint.add(digestOf(said));
    return fingerprint.toString();
  };
  const sorted = (rows: readonly Said[]) => rows.map(digestOf).sort().join();

  it('is equal where the rows are the same multiset, in any order, and only there', () => {
    const seed = Number(process.env.FC_SEED ?? Math.floor(Math.random() * 2 ** 31));
    process.stderr.write(`fast-check: FC_SEED=${seed}\n`);
    const rows = fc.array(row, { maxLength: 8 });
    fc.assert(
      fc.property(rows, rows, fc.func(fc.integer()), (some, others, order) => {
        const shuffled = some.toSorted((a, b) => order(a) - order(b));
        expect(of(shuffled)).toBe(of(some));
        expect(of(others) === of(some)).toBe(sorted(others) === sorted(some));
      }),
      { seed },
    );
  });

  it('tells a row twice from a row once', () => {
    const said: Said = { date: '2014-05-01', card: 'a', merchant: 'm', amount: 1n, category: null };
    expect(of([said, said])).not.toBe(of([said]));
  });
});
