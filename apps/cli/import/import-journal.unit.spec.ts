import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ImportsUnderTest } from './imports-over-memory.suite.js';

let imports: ImportsUnderTest;
beforeEach(() => {
  imports = new ImportsUnderTest();
});
afterEach(() => imports.remove());

const HEADER = 'id,account,date,amount_minor,currency,description';
const lines = (name: string, rows: readonly string[], header = `${HEADER},balance_minor`) =>
  imports.file(name, rows, header);

describe("another bank's statement lines", () => {
  it('are posted in file order against a nostro, each account opened at its first line', async () => {
    const path = lines('x.csv', [
      '1,A,2014-05-02,500,GBP,wages,500',
      '2,B,2014-05-01,-20,GBP,fee,',
      '3,A,2014-05-01,-120,GBP,rent,380',
    ]);
    expect(await imports.journalLines([path])).toEqual({
      lines: 3,
      repeated: 0,
      differences: [],
      refused: [],
      filesThereBefore: [],
    });
    expect(await imports.balances()).toEqual({ 'A GBP': [380n, 0n], 'B GBP': [-20n, 0n] });
    const [first] = (await imports.events()).flatMap((event) => (event.type === 'StatementLinePosted' ? [event] : []));
    expect(first?.entry?.postings.map(({ account, side }) => `${side} ${account.replace(/acc_.*/, 'A')}`)).toEqual([
      'DEBIT assets:nostro:import',
      'CREDIT liabilities:customers:A',
    ]);
  });

  it('may have no balances, and amounts of zero', async () => {
    const path = lines('x.csv', ['1,A,2014-05-02,500,GBP,wages', '2,A,2014-05-02,0,GBP,note'], HEADER);
    expect(await imports.journalLines([path])).toEqual({
      lines: 2,
      repeated: 0,
      differences: [],
      refused: [],
      filesThereBefore: [],
    });
    expect(await imports.balances()).toEqual({ 'A GBP': [500n, 0n] });
  });

  it('of an account in several currencies are as many accounts', async () => {
    const path = lines('x.csv', [
      '1,A,2014-05-02,500,GBP,a,500',
      '2,A,2014-05-02,70,JPY,b,70',
      '3,A,2014-05-02,1,GBP,c,501',
    ]);
    expect(await imports.journalLines([path])).toMatchObject({ differences: [] });
    expect(await imports.balances()).toEqual({ 'A GBP': [501n, 0n], 'A JPY': [70n, 0n] });
  });

  it('report every balance that differs', async () => {
    const path = lines('x.csv', [
      '1,A,2014-05-02,500,GBP,a,510',
      '2,A,2014-05-02,-1,GBP,b,499',
      '3,A,2014-05-02,1,GBP,c,0',
    ]);
    const differences = [
      { id: '1', account: 'A', stated: 510n, ours: 500n, currency: 'GBP' },
      { id: '3', account: 'A', stated: 0n, ours: 500n, currency: 'GBP' },
    ];
    expect(await imports.journalLines([path])).toMatchObject({ repeated: 0, differences });
  });

  it('add nothing a second time', async () => {
    const path = lines('x.csv', ['1,A,2014-05-02,500,GBP,a,500']);
    await imports.journalLines([path]);
    const before = await imports.typesOf();
    expect(await imports.journalLines([path])).toMatchObject({ lines: 0, filesThereBefore: [path] });
    expect(await imports.typesOf()).toEqual(before);
  });

  it('whose content has changed are refused', async () => {
    await imports.journalLines([lines('x.csv', ['1,A,2014-05-02,500,GBP,a,'])]);
    const report = await imports.journalLines([
      lines('y.csv', ['1,A,2014-05-02,501,GBP,a,', '2,A,2014-05-02,1,GBP,b,501']),
    ]);
    expect(report).toMatchObject({ refused: [{ id: '1', code: 'conflict.idempotency_key_reused' }], differences: [] });
    expect(await imports.balances()).toEqual({ 'A GBP': [501n, 0n] });
  });

  it('keep no card number, wherever one stands', async () => {
    const number = '4111111111111111';
    const rows = [`${number},${number},2014-05-02,500,GBP,from ${number},1`, `b,A ${number},2014-05-02,1,GBP,x,1`];
    const report = await imports.journalLines([lines('x.csv', rows)]);
    expect(report.differences).toMatchObject([{ account: '************1111' }]);
    expect(JSON.stringify(report, (_, value) => (typeof value === 'bigint' ? `${value}` : value))).not.toContain(
      number,
    );
    expect(await imports.journalText()).not.toContain(number);
    expect(await imports.balances()).toEqual({
      '************1111 GBP': [500n, 0n],
      'A ************1111 GBP': [1n, 0n],
    });
  });

  it('come to the same events after an end anywhere, even where another file comes first then', async () => {
    const rows = ['1,A,2014-05-02,500,GBP,a,500', '2,B,2014-05-02,1,USD,b,1'];
    for (let writes = 1; ; writes++) {
      const crashed = new ImportsUnderTest();
      const path = crashed.file('x.csv', rows, `${HEADER},balance_minor`);
      const other = crashed.file('y.csv', ['3,A,2014-06-02,7,GBP,c,'], `${HEADER},balance_minor`);
      const ended = await crashed.dyingAfter(writes, () => crashed.journalLines([path]));
      await crashed.journalLines([other]);
      expect(await crashed.journalLines([path])).toMatchObject({ refused: [] });
      expect(await crashed.balances()).toEqual({ 'A GBP': [507n, 0n], 'B USD': [1n, 0n] });
      crashed.remove();
      if (ended) return;
    }
  });
});

describe('a broken file of statement lines', () => {
  const good = '1,A,2014-05-02,500,GBP,a,500';

  it.each([
    ['2,A,2014-05-02,,GBP,a,', 'x.csv line 3: amount_minor is empty'],
    ['2,A,2014-05-02,5.00,GBP,a,', 'x.csv line 3: amount_minor is not a whole number of minor units'],
    ['2,A,2014-05-02,9007199254740992,GBP,a,', 'x.csv line 3: amount_minor is beyond 9007199254740991'],
    ['2,A,2014-05-02,5,,a,', 'x.csv line 3: currency is empty'],
    ['2,A,2014-05-02,5,ABC,a,', 'x.csv line 3: currency is not an ISO 4217 currency code'],
    ['2,A,2014-05-32,5,GBP,a,', 'x.csv line 3: there is no day 2014-05-32'],
    [',A,2014-05-02,5,GBP,a,', 'x.csv line 3: id is empty'],
    ['2,,2014-05-02,5,GBP,a,', 'x.csv line 3: account is empty'],
    ['2,A,2014-05-02,5,GBP,a,x', 'x.csv line 3: balance_minor is not a whole number of minor units'],
    ['2,A,2014-05-02', 'x.csv line 3: 3 columns where the header has 7'],
    ['1,B,2014-05-02,5,GBP,a,', 'x.csv line 3: the id 1 was used at x.csv line 2'],
  ])('is refused whole, by its row %s', async (row, sentence) => {
    expect(await imports.refusal(imports.journalLines([lines('x.csv', [good, row])]))).toBe(sentence);
  });

  it('is refused by its header', async () => {
    const path = lines('x.csv', [], 'id,account,date,amount_minor,description');
    expect(await imports.refusal(imports.journalLines([path]))).toBe('x.csv line 1: the column currency is missing');
    expect(await imports.refusal(imports.journalLines([imports.text('y.csv', '')]))).toBe('y.csv: the file is empty');
  });
});
