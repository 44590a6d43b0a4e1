import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type AccountId, chart, credit, debit, type EntryId } from '@tallystick/ledger-core';
import { authorise, clear, fund, issue, merchant, open, pot } from '@tallystick/ledger-core/account/commands.suite';
import { DAY, GBP, START } from '@tallystick/ledger-core/account/specification.suite';
import { balancesTable } from '../balance/balance.tables.js';
import { BookUnderTest } from '../finance/book.suite.js';
import { ledgerSumsTable } from '../finance/gl.projection.js';
import { BooksUnderTest, tallystick, tallystickIntoClosedPipe } from './books.suite.js';

const anna = 'acc_anna' as AccountId;
const ben = 'acc_ben' as AccountId;

/** Anna is paid on the 5th, buys something that is dated the 4th, and has an open hold; Ben never did anything. */
async function smallBook(): Promise<BookUnderTest> {
  const book = new BookUnderTest();
  await book.do(anna, open({ accountId: anna, externalReference: '************8407', overdraftLimit: 10_000n }));
  await book.do(anna, issue());
  await book.do(anna, fund(5_000n));
  await book.do(
    anna,
    clear(null, 1_250n, 'clearing 1', { merchant: { ...merchant, descriptor: 'Fish\u001b[2J & Chips' } }),
    { effectiveAt: START - DAY },
  );
  await book.do(anna, authorise('1', 300n));
  await book.do(anna, { type: 'OpenPot', potId: pot, goal: null, style: 'sea', personal: null });
  await book.do(anna, { type: 'DepositToPot', potId: pot, amount: 5n, currency: GBP });
  await book.do(ben, open({ accountId: ben }));
  return book;
}

describe('a small bank, at the command line', () => {
  let book: BookUnderTest;
  let books: BooksUnderTest;
  const ran = (line: string) => tallystick(books.open, line);
  beforeEach(async () => {
    book = await smallBook();
    books = new BooksUnderTest(book);
  });
  afterEach(() => book.views.close());

  it('lists its accounts', async () => {
    expect(await ran('accounts')).toEqual({
      code: 0,
      err: '',
      out: `ACCOUNT   REFERENCE         CURRENCY  LEDGER  HELD  AVAILABLE
acc_anna  ************8407  GBP        37.45  3.00     134.45
acc_ben                     GBP         0.00  0.00       0.00
`,
    });
    expect(books.log).toEqual(['open ./data to read', 'close']);
  });

  it('lists its accounts as JSON, wherever --json stands', async () => {
    const after = await ran('accounts --json --data elsewhere');
    expect(JSON.parse(after.out)).toEqual([
      {
        id: 'acc_anna',
        external_reference: '************8407',
        currency: 'GBP',
        ledger: 3745,
        held: 300,
        available: 13445,
      },
      { id: 'acc_ben', external_reference: null, currency: 'GBP', ledger: 0, held: 0, available: 0 },
    ]);
    expect(books.log[0]).toBe('open elsewhere to read');
    expect(await ran('--json accounts')).toEqual(after);
  });

  it('tells a balance, also of another day', async () => {
    expect((await ran('balance acc_anna')).out).toBe(`account    acc_anna
currency   GBP
ledger      37.45
held         3.00
available  134.45
pots         0.05
`);
    expect((await ran('balance acc_anna --at 2026-01-04')).out).toBe(`account    acc_anna
currency   GBP
ledger     -12.50
held         3.00
available   84.50
pots         0.00
`);
    expect(
      JSON.parse((await ran('balance acc_anna --json --at 2026-01-04 --known-at 2026-01-05T12:00:03.5Z')).out),
    ).toEqual({
      account: 'acc_anna',
      currency: 'GBP',
      ledger: 0,
      held: 0,
      available: 10_000,
      pots: 0,
    });
  });

  it('explains a balance line by line', async () => {
    expect(
      (await ran('explain acc_anna')).out,
    ).toBe(`VALUE DATE  RECORDED              EVENT                  DESCRIPTION              LEDGER +/-  HELD +/-  LEDGER  HELD  AVAILABLE
2026-01-05  2026-01-05T12:00:01Z  AccountOpened          current account in GBP                           0.00  0.00     100.00
2026-01-05  2026-01-05T12:00:03Z  PaymentReceived        payment payment_funding      +50.00             50.00  0.00     150.00
2026-01-04  2026-01-05T12:00:04Z  ClearingPosted         Fish [2J & Chips             -12.50             37.50  0.00     137.50
2026-01-05  2026-01-05T12:00:05Z  AuthorisationApproved  CORNER SHOP                             +3.00   37.50  3.00     134.50
2026-01-05  2026-01-05T12:00:07Z  PotDeposited           pot pot_1                     -0.05             37.45  3.00     134.45

account    acc_anna
currency   GBP
ledger      37.45
held         3.00
available  134.45
pots         0.05
`);
    const json = JSON.parse((await ran('explain acc_anna --at 2026-01-04 --json')).out);
    expect(json).toMatchObject({ account: 'acc_anna', ledger: -1250, held: 300, available: 8450, pots: 0 });
    expect(json.events.map((event: { type: string }) => event.type)).toEqual([
      'AccountOpened',
      'ClearingPosted',
      'AuthorisationApproved',
    ]);
    expect(json.events[1]).toEqual({
      revision: 3,
      type: 'ClearingPosted',
      value_date: '2026-01-04',
      effective_at: '2026-01-04T12:00:00Z',
      recorded_at: '2026-01-05T12:00:04Z',
      transaction_id: null,
      description: 'Fish\u001b[2J & Chips',
      ledger_change: -1250,
      held_change: 0,
      pots_change: 0,
      ledger: -1250,
      held: 0,
      available: 8750,
      pots: 0,
    });
  });

  it('balances its books, from the journal and from the views', async () => {
    const { out, code } = await ran('trial-balance');
    expect(code).toBe(0);
    expect(out).toBe(`ACCOUNT                                   CURRENCY  DEBITS  CREDITS  BALANCE
assets:nostro:main                        GBP        50.00     0.00    50.00
liabilities:customers:acc_anna            GBP        12.55    50.00   -37.45
liabilities:customers:acc_anna:pot_1      GBP         0.00     0.05    -0.05
liabilities:scheme-settlement:mastercard  GBP         0.00    12.50   -12.50
total                                     GBP        62.55    62.55     0.00
`);
    expect((await ran('trial-balance --from views')).out).toBe(out);
    expect(JSON.parse((await ran('trial-balance --json --at 2026-01-04')).out)).toEqual({
      accounts: [
        { account: 'liabilities:customers:acc_anna', currency: 'GBP', debits: 1250, credits: 0, balance: 1250 },
        {
          account: 'liabilities:scheme-settlement:mastercard',
          currency: 'GBP',
          debits: 0,
          credits: 1250,
          balance: -1250,
        },
      ],
      totals: [{ currency: 'GBP', debits: 1250, credits: 1250, balance: 0 }],
    });
  });

  it('refuses to print as JSON what a JSON number would round', async () => {
    await book.do(ben, fund(2n ** 53n - 1n, 'most'));
    await book.do(ben, fund(1n, 'more'));
    expect(await ran('trial-balance --json')).toEqual({
      code: 3,
      out: '',
      err: 'error: debits is 9007199254745992, beyond what a JSON number holds exactly (2^53-1): leave --json out\n',
    });
    expect((await ran('balance acc_ben')).out).toContain('90071992547409.92');
  });

  it('says that books do not balance, and ends with 1', async () => {
    const sides = [debit(chart.suspense, 7n, GBP), credit(chart.disputes, 5n, GBP)];
    const entry = { entryId: 'entry_x' as EntryId, postings: sides };
    await book.post(
      { type: 'EntryPosted', kind: 'correction', description: '', reference: '', exception: null, entry },
      { effectiveAt: START, recordedAt: START },
    );
    expect(await ran('trial-balance')).toMatchObject({
      code: 1,
      err: 'the books do not balance: GBP debits less credits are 0.02\n',
    });
  });

  it('finds nothing to say of views that are as the events have them', async () => {
    expect(await ran('replay --verify')).toEqual({
      code: 0,
      err: '',
      out: 'no difference: 7 views rebuilt from 8 events\n',
    });
    expect(books.log).toEqual(['open ./data to read', 'discard', 'close']);
    expect(JSON.parse((await ran('replay --verify --json')).out)).toEqual({ events: 8, differences: [] });
  });

  it('names each row of the views that somebody changed', async () => {
    await ran('accounts');
    const { said_at = null } = (await book.views.get(balancesTable, { account_id: anna })) ?? {};
    const rows = { ledger: 1n, held: 300n, available: 13_445n, pots: 5n, said_at };
    const position = await book.journal.head();
    const progress = { consumer: 'views', partition: 0, position };
    const sums = {
      bus_partition: 0,
      account: 'assets:made-up',
      currency: 'GBP',
      debits: '1',
      credits: '0',
      applied: 1,
    };
    await book.views.apply(
      [
        { table: balancesTable, group: 'money', row: { account_id: anna, ...rows }, position },
        { table: ledgerSumsTable, group: 'sums', row: sums, position },
      ],
      progress,
    );
    expect(await ran('replay --verify')).toEqual({
      code: 1,
      err: '',
      out: `balances, account_id acc_anna: ledger is 1, the events say 3745
ledger_sums, bus_partition 0, account assets:made-up, currency GBP: no event explains this row
2 differences in 2 views: 7 views rebuilt from 8 events; "tallystick replay" puts the rebuilt ones in place
`,
    });
    expect(JSON.parse((await ran('replay --verify --json')).out).differences[0]).toEqual({
      view: 'balances',
      account: 'acc_anna',
      key: { account_id: 'acc_anna' },
      kind: 'different',
      columns: [{ column: 'ledger', live: '1', rebuilt: '3745' }],
    });
  });

  it('replays its views into a new generation', async () => {
    expect(await ran('replay')).toEqual({
      code: 0,
      err: '',
      out: 'rebuilt the views from 8 events; generation 2 is live\n',
    });
    expect(books.log).toEqual(['open ./data', 'switch', 'discard', 'close']);
  });

  describe('exporting', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'tallystick-export-'));
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it('writes the entries to standard output, or to a file', async () => {
      const out = join(folder, 'book.csv');
      const { out: text } = await ran('export --format csv --from 2026-01-04 --to 2026-01-04');
      expect(text).toBe(
        `date,entry_id,type,description,account,currency,debit,credit\r
2026-01-04,entry_acc_anna-3,ClearingPosted,Fish\u001b[2J & Chips,liabilities:customers:acc_anna,GBP,12.50,\r
2026-01-04,entry_acc_anna-3,ClearingPosted,Fish\u001b[2J & Chips,liabilities:scheme-settlement:mastercard,GBP,,12.50\r
`,
      );
      expect(await ran(`export --format hledger --out ${out}`)).toEqual({
        code: 0,
        err: '',
        out: `3 entries written to ${out}\n`,
      });
      expect(readFileSync(out, 'utf8')).toBe((await ran('export --format hledger')).out);
      expect(JSON.parse((await ran(`export --format csv --json --out ${out}`)).out)).toEqual({
        out,
        format: 'csv',
        entries: 3,
      });
      expect(readdirSync(folder)).toEqual(['book.csv']);
    });

    it('says where it can not write', async () => {
      const { code, err } = await ran(`export --format csv --out ${folder}/missing/book.csv`);
      expect(code).toBe(3);
      expect(err).toMatch(/^error: .*book\.csv can't be written: ENOENT/);
    });
  });

  it('ends quietly, its books closed, when nobody reads on', async () => {
    for (const line of ['export --format csv', 'trial-balance', '--help']) {
      expect(await tallystickIntoClosedPipe(books.open, line)).toEqual({ code: 0, err: '' });
    }
    expect(books.log.at(-1)).toBe('close');
  });

  it('stops when it is told to, and closes the books', async () => {
    const stopped = AbortSignal.abort(new Error('stopped'));
    for (const line of ['trial-balance', 'replay', 'export --format csv']) {
      expect(await tallystick(books.open, line, stopped)).toEqual({
        code: 3,
        out: '',
        err: 'stopped; run the same command again to go on\n',
      });
      expect(books.log.at(-1)).toBe('close');
    }
  });
});

describe('a command line that makes no sense', () => {
  const nobody = async () => {
    throw new Error('there is no ledger in ./data');
  };

  it.each([
    [
      'trial-balance --at yesterday',
      "error: option '--at <time>' argument 'yesterday' is invalid. A time is a date like 2016-12-31, or RFC 3339 like 2016-12-31T23:59:59Z.\n",
    ],
    [
      'balance acc_1 --known-at 2016-02-30',
      "error: option '--known-at <time>' argument '2016-02-30' is invalid. There is no such day.\n",
    ],
    [
      'balance acc_1 --at 2016-02-28T25:00:00Z',
      "error: option '--at <time>' argument '2016-02-28T25:00:00Z' is invalid. There is no such time of day or offset.\n",
    ],
    [
      'export --format csv --from 2016',
      "error: option '--from <date>' argument '2016' is invalid. A date is written like 2016-12-31.\n",
    ],
    [
      'export --format parquet',
      "error: option '--format <format>' argument 'parquet' is invalid. Allowed choices are hledger, csv.\n",
    ],
    ['export', "error: required option '--format <format>' not specified\n"],
    [
      'export --format csv --json',
      'error: --json needs --out: without it the entries themselves go to standard output\n',
    ],
    [
      'trial-balance --from views --at 2016-12-31',
      'error: --from views knows only the present: leave out --at and --known-at, or use --from journal\n',
    ],
    ['balance', "error: missing required argument 'account'\n"],
    ['balance acc_1 acc_2', "error: too many arguments for 'balance'. Expected 1 argument but got 2: acc_1, acc_2.\n"],
    ['acounts', "error: unknown command 'acounts'\n(Did you mean accounts?)\n"],
    ['accounts --jsn', "error: unknown option '--jsn'\n(Did you mean --json?)\n"],
  ])('%s', async (line, err) => {
    expect(await tallystick(nobody, line)).toEqual({ code: 2, out: '', err });
  });

  it('says that an account is not there', async () => {
    const book = await smallBook();
    const { open: openBooks, log } = new BooksUnderTest(book);
    expect(await tallystick(openBooks, 'balance acc_carol')).toEqual({
      code: 2,
      out: '',
      err: 'error: there is no account acc_carol\n',
    });
    expect(await tallystick(openBooks, 'explain acc_carol')).toEqual({
      code: 2,
      out: '',
      err: 'error: there is no account acc_carol\n',
    });
    const before = await tallystick(openBooks, 'balance acc_anna --known-at 2025-12-31');
    expect(before).toEqual({ code: 2, out: '', err: 'error: no account acc_anna was known by then\n' });
    expect(log.filter((line) => line.startsWith('unexpected'))).toEqual([]);
  });

  it('gives the reason why nothing could run, and 3', async () => {
    expect(await tallystick(nobody, 'accounts')).toEqual({
      code: 3,
      out: '',
      err: 'error: there is no ledger in ./data\n',
    });
  });

  it('is shown the help when it asks for it', async () => {
    const { code, out, err } = await tallystick(nobody, '--help');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('trial-balance [options]');
    expect(out).toContain(
      'Exit codes: 0 done, 1 a difference or a break was found, 2 bad usage or bad input, 3 could not run.',
    );
  });
});
