import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ImportsUnderTest } from './imports-over-memory.suite.js';

let imports: ImportsUnderTest;
beforeEach(() => {
  imports = new ImportsUnderTest();
});
afterEach(() => imports.remove());

const may = (row: number, amount: number, card = '*1', merchant = 'm') =>
  `may.xls,${row},2014-05-0${(row % 9) + 1},${amount},,,,${merchant},${card},`;
const asJune = (row: string) => row.replace('may.xls,', 'june.xls,1');
const MAY = [may(1, 100), may(2, 250, '*2'), may(3, -40), may(4, 100), may(5, 100)];
const JUNE = MAY.map(asJune).toReversed();
/** The same content, without the first row. */
const PART = MAY.slice(1).map((row) => row.replace('may.xls', 'part.xls'));

describe('rows of cards', () => {
  it('are an authorisation and its clearing; a refund; or an inquiry where the amount is zero', async () => {
    const path = imports.file('x.csv', [may(1, 100), may(2, -40), may(3, 0)]);
    expect(await imports.cards([path])).toMatchObject({ rows: 3, accepted: 3, declined: 0, repeated: 0, refused: [] });
    expect(await imports.typesOf()).toEqual([
      'AccountOpened',
      'CardIssued',
      'AuthorisationApproved',
      'ClearingPosted',
      'RefundPosted',
      'AuthorisationApproved',
      'BatchCompleted',
      'BatchCompleted',
    ]);
    expect(await imports.balances()).toEqual({ '*1 GBP': [-60n, 0n] });
  });

  it('leave minus their sum on each card, and nothing held', async () => {
    await imports.cards([imports.file('x.csv.gz', MAY)]);
    expect(await imports.balances()).toEqual({ '*1 GBP': [-260n, 0n], '*2 GBP': [-250n, 0n] });
  });

  it('are applied in file order, whichever way their dates go', async () => {
    const dates = ['2014-05-09', '2014-05-01', '2016-02-29', '1970-01-01'];
    await imports.cards([
      imports.file(
        'x.csv',
        dates.map((date, i) => `f,${i},${date},${i + 1},,,,m,*1,`),
      ),
    ]);
    const cleared = (await imports.events()).flatMap((event) =>
      event.type === 'ClearingPosted' ? [event.amount] : [],
    );
    expect(cleared).toEqual([1n, 2n, 3n, 4n]);
  });

  it('have an account per card and billing currency, opened at its first row', async () => {
    const rows = [
      'f,1,2014-05-01,100,,,,m,*1,',
      'f,2,2014-05-01,70,USD,,,m,*1,',
      'f,3,2014-05-01,9,,5,USD,m,*1,',
      may(4, 1),
    ];
    expect(await imports.cards([imports.file('x.csv', rows)])).toMatchObject({ accepted: 4 });
    expect(await imports.balances()).toEqual({ '*1 GBP': [-101n, 0n], '*1 USD': [-75n, 0n] });
  });

  it('come to the same accounts and cards however many are opened at once', async () => {
    const rows = Array.from({ length: 300 }, (_, i) => `f,${i},2014-05-01,1,${i % 2 ? 'USD' : 'GBP'},,,m,*${i % 100},`);
    const opened = async (batches: readonly (readonly string[])[]) => {
      const other = new ImportsUnderTest();
      for (const [i, batch] of batches.entries()) await other.cards([other.file(`${i}.csv`, batch)]);
      const ids = (await other.events()).flatMap((event): string[] =>
        event.type === 'AccountOpened'
          ? [event.accountId]
          : event.type === 'CardIssued'
            ? [event.cardId, event.token]
            : [],
      );
      other.remove();
      return ids.sort();
    };
    expect(await opened([rows])).toEqual(await opened(rows.map((row) => [row])));
  });

  it('take a card number for its token, and show and keep only its mask', async () => {
    const number = '4111111111111111';
    await imports.cards([imports.file('x.csv', [may(1, 100, number), may(2, 5, '4111 1111 1111 1111')])]);
    expect(await imports.balances()).toEqual({ '************1111 GBP': [-105n, 0n] });
    const { gateway, context } = imports;
    const body = { card: { number }, amount: { amount: 7, currency: 'GBP' }, merchant: { name: 'm' } };
    expect(await gateway.authorise(body, 'k', context)).toMatchObject({ decision: 'approved' });
    expect(await imports.journalText()).not.toContain(number);
  });

  it('that come twice in the input are taken once', async () => {
    const path = imports.file('x.csv', MAY);
    const copy = imports.file('copy.csv', [...MAY, may(6, 1)]);
    expect(await imports.cards([path, path, copy])).toMatchObject({ rows: 6, rowsTwice: 10, accepted: 6, repeated: 0 });
    expect(await imports.balances()).toMatchObject({ '*1 GBP': [-261n, 0n] });
  });

  it('of two files of one name, with nothing else to tell them apart, are not mixed up', async () => {
    const header = 'date,card,billing_minor';
    const { mkdirSync } = await import('node:fs');
    mkdirSync(`${imports.folder}/a`);
    mkdirSync(`${imports.folder}/b`);
    const paths = [
      imports.file('a/x.csv', ['2014-05-01,*1,1'], header),
      imports.file('b/x.csv', ['2014-05-01,*1,2'], header),
    ];
    expect(await imports.refusal(imports.cards(paths))).toBe(
      'b/x.csv line 2: row 2 of x.csv was at a/x.csv line 2 with other content',
    );
  });

  it('are counted while they are applied, up to all of them', async () => {
    await imports.cards([imports.file('x.csv', [...MAY, ...JUNE])]);
    expect(imports.progress.at(-1)).toEqual([5, 5]);
  });
});

describe('a second import', () => {
  it('of the same file adds no event', async () => {
    const path = imports.file('x.csv', MAY);
    await imports.cards([path]);
    const before = await imports.typesOf();
    expect(await imports.cards([path])).toMatchObject({
      rows: 0,
      accepted: 0,
      filesDone: 0,
      filesThereBefore: ['may.xls'],
    });
    expect(await imports.typesOf()).toEqual(before);
  });

  it('of a file that has grown adds what is new', async () => {
    await imports.cards([imports.file('x.csv', MAY)]);
    const report = await imports.cards([imports.file('x.csv', [...MAY, may(6, 1_000)])]);
    expect(report).toMatchObject({ rows: 6, accepted: 6, repeated: 5, filesDone: 1 });
    expect(await imports.balances()).toMatchObject({ '*1 GBP': [-1_260n, 0n] });
  });

  it('of a row whose content has changed is refused, and is no finished file', async () => {
    await imports.cards([imports.file('x.csv', MAY)]);
    const path = imports.file('x.csv', [may(1, 101), ...MAY.slice(1)]);
    const report = await imports.cards([path]);
    expect(report.refused).toMatchObject([{ file: 'may.xls', row: '1', code: 'conflict.idempotency_key_reused' }]);
    expect(report.filesDone).toBe(0);
    expect(await imports.balances()).toMatchObject({ '*1 GBP': [-260n, 0n] });
  });
});

describe('a small credit limit', () => {
  it('declines what is above it: no clearing, and it is counted', async () => {
    const path = imports.file('x.csv', [may(1, 80), may(2, 30), may(3, 20), may(4, -50), may(5, 30)]);
    const report = await imports.cards([path], { creditLimit: 100n });
    expect(report).toMatchObject({ rows: 5, accepted: 4, declined: 1 });
    const types = await imports.typesOf();
    expect(types.filter((type) => type === 'AuthorisationDeclined')).toHaveLength(1);
    expect(types.filter((type) => type === 'ClearingPosted')).toHaveLength(3);
    expect(await imports.balances()).toEqual({ '*1 GBP': [-80n, 0n] });
  });

  it('keeps the first outcome at a second import, whatever has become available', async () => {
    const rows = [may(1, 80), may(2, 30)];
    await imports.cards([imports.file('x.csv', rows)], { creditLimit: 100n });
    const report = await imports.cards([imports.file('x.csv', [...rows, may(3, -80)])], { creditLimit: 100n });
    expect(report).toMatchObject({ accepted: 2, declined: 1, repeated: 2 });
    expect(await imports.balances()).toEqual({ '*1 GBP': [0n, 0n] });
    const again = await imports.cards([imports.file('x.csv', [...rows, may(3, -80), may(4, 1)])], {
      creditLimit: 100n,
    });
    expect(again).toMatchObject({ accepted: 3, declined: 1, repeated: 3 });
    expect(
      (await imports.events()).flatMap((event) => (event.type === 'BatchCompleted' ? [event.declined] : [])),
    ).toEqual([1, 1, 1, 1, 1, 1]);
  });
});

describe('a file that repeats another as a whole', () => {
  const HELD = { file: 'june.xls', repeats: 'may.xls', rows: 5 };

  it('is held back and named, in one input file or in two', async () => {
    expect(await imports.cards([imports.file('x.csv', [...MAY, ...JUNE])])).toMatchObject({
      rows: 5,
      heldBack: [HELD],
    });
    expect(await imports.balances()).toMatchObject({ '*1 GBP': [-260n, 0n] });
    const other = new ImportsUnderTest();
    const paths = [other.file('may.csv', MAY), other.file('june.csv', JUNE)];
    expect(await other.cards(paths)).toMatchObject({ rows: 5, heldBack: [HELD] });
    other.remove();
  });

  it('is held back where the earlier one came with an earlier command', async () => {
    await imports.cards([imports.file('may.csv', MAY)]);
    expect(await imports.cards([imports.file('june.csv', JUNE)])).toMatchObject({ rows: 0, heldBack: [HELD] });
  });

  it('is the later one in the order of input', async () => {
    const report = await imports.cards([imports.file('june.csv', JUNE), imports.file('may.csv', MAY)]);
    expect(report.heldBack).toEqual([{ file: 'may.xls', repeats: 'june.xls', rows: 5 }]);
  });

  it('is imported where that is accepted', async () => {
    const report = await imports.cards([imports.file('x.csv', [...MAY, ...JUNE])], { acceptDuplicateFiles: true });
    expect(report).toMatchObject({ rows: 10, accepted: 10, heldBack: [], filesDone: 2 });
    expect(await imports.balances()).toMatchObject({ '*1 GBP': [-520n, 0n] });
  });

  it('is all that is imported where it is accepted later, and stays in', async () => {
    const path = imports.file('x.csv', [...MAY, ...JUNE]);
    await imports.cards([path]);
    const accepted = await imports.cards([path], { acceptDuplicateFiles: true });
    expect(accepted).toMatchObject({ rows: 5, accepted: 5, repeated: 0, filesThereBefore: ['may.xls'] });
    expect(await imports.balances()).toMatchObject({ '*1 GBP': [-520n, 0n] });
    expect(await imports.cards([path])).toMatchObject({
      rows: 0,
      heldBack: [],
      filesThereBefore: ['may.xls', 'june.xls'],
    });
  });

  it('is not one that has a part of the rows, or one row twice', async () => {
    const twice = [
      ...MAY.map((row) => row.replace('may.xls', 'twice.xls')),
      may(6, 100).replace('may.xls', 'twice.xls'),
    ];
    const report = await imports.cards([imports.file('x.csv', [...MAY, ...PART, ...twice])]);
    expect(report).toMatchObject({ heldBack: [], rows: 15 });
  });

  it('is held back after a crash between what is kept of the earlier file', async () => {
    for (let writes = 1; ; writes++) {
      const crashed = new ImportsUnderTest();
      const files = [crashed.file('x.csv', [...MAY, ...JUNE])];
      const ended = await crashed.dyingAfter(writes, () => crashed.cards(files));
      const report = await crashed.cards(files);
      expect([writes, report.heldBack]).toEqual([writes, [HELD]]);
      expect(await crashed.balances()).toEqual({ '*1 GBP': [-260n, 0n], '*2 GBP': [-250n, 0n] });
      crashed.remove();
      if (ended) return;
    }
  });
});

describe('an import that ended anywhere', () => {
  it('comes to the same events by the same command', async () => {
    const rows = [...MAY, 'f,1,2014-05-01,70,USD,,,m,*1,', may(7, 500, '*3'), may(8, 5, '4111111111111111')];
    const whole = new ImportsUnderTest();
    const limit = { creditLimit: 300n };
    await whole.cards([whole.file('x.csv', rows)], limit);
    const expected = (await whole.typesOf()).sort();
    for (let writes = 1; ; writes++) {
      const crashed = new ImportsUnderTest();
      const ended = await crashed.dyingAfter(writes, () => crashed.cards([crashed.file('x.csv', rows)], limit));
      await crashed.cards([crashed.file('x.csv', rows)], limit);
      expect([writes, (await crashed.typesOf()).sort()]).toEqual([writes, expected]);
      expect(await crashed.balances()).toEqual(await whole.balances());
      crashed.remove();
      if (ended) break;
    }
    whole.remove();
  });
});
