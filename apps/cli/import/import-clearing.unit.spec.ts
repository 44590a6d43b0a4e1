import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { subelements } from '@tallystick/iso8583';
import { CardNumberScan } from '../../bank/card-number-scan.suite.js';
import { clearing, FILE_ID, FRAMINGS, ipmFile, jsonFile, presentment, refund } from './clearing-files.suite.js';
import { ImportsUnderTest } from './imports-over-memory.suite.js';

const CARD = '5555555555554444';
const OTHER = '4111111111111111';
const UNKNOWN = '5105105105105100';
const [, EBCDIC] = FRAMINGS[0];

let imports: ImportsUnderTest;
beforeEach(async () => {
  imports = new ImportsUnderTest();
  await imports.cards([
    imports.file('open.csv', [`o,1,2026-04-01,0,,,,m,${CARD},`, `o,2,2026-04-01,0,,,,m,${OTHER},`]),
  ]);
});
afterEach(() => imports.remove());

/** An authorisation of that amount in GBP; its transaction. */
async function authorised(key: string, amount: number, more: object = {}): Promise<string> {
  const body = {
    card: { number: CARD },
    amount: { amount, currency: 'GBP' },
    merchant: { name: 'CORNER COFFEE        LONDON' },
    at: '2026-04-30T12:00:00Z',
    ...more,
  };
  const answered = await imports.gateway.authorise(body, key, imports.context);
  if (answered.kind !== 'answered' || answered.transactionId === null) throw new Error('it was not approved');
  return answered.transactionId;
}

const cardBalance = async () => (await imports.balances())['************4444 GBP'];
const json = (lines: Parameters<typeof jsonFile>[0], header = {}) => imports.text('c.jsonl', jsonFile(lines, header));
const approvalCode = (transactionId: string) => transactionId.slice(-6).toUpperCase();

describe('JSON lines', () => {
  it('are posted, each by its kind', async () => {
    const lines = [
      clearing(CARD, 'k1', 1_000),
      refund(CARD, 'r1', 300),
      {
        type: 'clearing_reversal',
        clearing_key: 'k1',
        card: { number: CARD },
        amount: { amount: 400, currency: 'GBP' },
      },
      { type: 'refund_reversal', refund_key: 'r1', card: { number: CARD }, amount: { amount: 100, currency: 'GBP' } },
    ];
    expect(await imports.clearing(json(lines))).toMatchObject({
      file_id: 'F-1',
      scheme: 'mastercard',
      business_date: '2026-05-01',
      presentments: 4,
      posted: 4,
      repeated: 0,
      exceptions: {},
      totals: [{ currency: 'GBP', debits: 1_100n, credits: 700n }],
      matches: [{ way: 'none', confidence: 0, count: 1 }],
    });
    expect(await cardBalance()).toEqual([-400n, 0n]);
  });

  it('have the business day as their value date', async () => {
    await imports.clearing(json([clearing(CARD, 'k1', 1_000)]));
    const posted = (await imports.events()).find(({ type }) => type === 'ClearingPosted');
    expect(posted).toMatchObject({ transaction: { createdAt: 1_777_636_800_000_000n } });
  });
});

describe('a clearing with an open authorisation', () => {
  const keys = { acquirer: '123', stan: '000001', rrn: 'R1', transmitted_at: '0430120000' };
  it.each([
    ['authorisation_id', 100, (id: string) => ({ authorisation_id: id }), 900],
    ['scheme_keys', 100, () => ({ original_keys: keys }), 900],
    ['approval_code_and_amount', 99, (id: string) => ({ approval_code: approvalCode(id) }), 1_000],
    ['approval_code', 90, (id: string) => ({ approval_code: approvalCode(id) }), 5_000],
    ['amount_and_merchant', 80, () => ({}), 1_000],
    ['near_amount_and_merchant', 60, () => ({}), 1_200],
    ['none', 0, () => ({}), 1_201],
    ['none', 0, () => ({ merchant: { name: 'Somebody else' } }), 1_000],
    ['none', 0, () => ({ transacted_at: '2026-05-08T12:00:00Z' }), 1_000],
    ['none', 0, () => ({ original_keys: { ...keys, stan: '9' } }), 1_000],
    ['amount_and_merchant', 80, () => ({ authorisation_id: 'tx_0000nobodyhasthis' }), 1_000],
  ] as const)('is matched by %s, %i %% sure', async (way, confidence, named, amount) => {
    const id = await authorised('a', 1_000, { keys });
    const report = await imports.clearing(json([clearing(CARD, 'k1', amount, named(id))]));
    expect(report.matches).toEqual([{ way, confidence, count: 1 }]);
    const posted = (await imports.events()).find(({ type }) => type === 'ClearingPosted');
    expect(posted).toMatchObject({ forced: way === 'none' });
    expect(await cardBalance()).toEqual([-BigInt(amount), way === 'none' ? 1_000n : 0n]);
  });

  it('takes each of several once, the nearest first', async () => {
    for (const [i, hour] of ['08', '12', '20'].entries())
      await authorised(`a${i}`, 1_000, { at: `2026-04-30T${hour}:00:00Z` });
    const at = { transacted_at: '2026-04-30T19:00:00Z' };
    const lines = [1, 2, 3, 4].map((i) => clearing(CARD, `k${i}`, 1_000, at));
    expect((await imports.clearing(json(lines))).matches).toEqual([
      { way: 'amount_and_merchant', confidence: 80, count: 3 },
      { way: 'none', confidence: 0, count: 1 },
    ]);
    expect(await cardBalance()).toEqual([-4_000n, 0n]);
  });
});

describe('an IPM file', () => {
  it.each(FRAMINGS)('in %s is posted, each record by its kind', async (_, framing) => {
    const id = await authorised('a', 1_000);
    const matched = presentment(CARD, 1_000, '1', { 38: approvalCode(id) });
    const reversed = presentment(CARD, 700, '2', { 38: '      ' });
    const records = [
      matched,
      reversed,
      presentment(CARD, 200, '3', { 3: '200000' }),
      presentment(CARD, 700, '2', { 48: subelements([['0025', 'R260430']]) }),
      presentment(CARD, 5, '4', { 24: '205' }),
      { ...presentment(CARD, 6, '5', { 24: '450' }), mti: '1442' },
      presentment(UNKNOWN, 50, '6'),
      { mti: '1644', fields: { 24: '696' } },
    ];
    const report = await imports.clearing(imports.text('c.ipm', await ipmFile(records, framing)));
    expect(report).toMatchObject({
      file_id: FILE_ID,
      scheme: 'mastercard',
      business_date: '2026-05-01',
      presentments: 7,
      posted: 4,
      repeated: 0,
      exceptions: { unknown_dispute: 1, chargeback: 1, unknown_card: 1 },
      totals: [{ currency: 'GBP', debits: 1_755n, credits: 900n }],
      matches: [
        { way: 'approval_code_and_amount', count: 1 },
        { way: 'none', count: 1 },
      ],
    });
    expect(await cardBalance()).toEqual([-800n, 0n]);
    const keys = (await imports.events()).flatMap((event) =>
      event.type === 'ClearingPosted' ? [event.clearingKey] : [],
    );
    expect(keys).toEqual([1, 2].map((i) => `mastercard:200:0:7555555000000000000000${i}:1`));
  });

  it('has billing, transaction and reconciliation amounts apart', async () => {
    const amounts = { 4: '000000002000', 5: '000000001010', 6: '000000001000', 49: '840', 50: '978', 51: '826' };
    const record = presentment(CARD, 0, '1', { ...amounts, 48: subelements([['0148', '840282629782']]) });
    const report = await imports.clearing(imports.text('c.ipm', await ipmFile([record], EBCDIC)));
    expect(report).toMatchObject({ posted: 1, totals: [{ currency: 'GBP', debits: 1_000n }] });
    const posted = (await imports.events()).find(({ type }) => type === 'ClearingPosted');
    expect(posted).toMatchObject({
      amount: 1_000n,
      local: { amount: 2_000n, currency: 'USD' },
      reconciliation: { amount: 1_010n, currency: 'EUR' },
    });
  });

  it('finds an authorisation by the keys that its retrieval reference implies', async () => {
    const keys = { acquirer: '123456', stan: '654321', rrn: '612012654321', transmitted_at: '0430120000' };
    await authorised('a', 1_000, { keys, merchant: { name: 'Another name' } });
    const record = presentment(CARD, 1_000, '1', { 32: '123456', 37: '612012654321' });
    const report = await imports.clearing(imports.text('c.ipm', await ipmFile([record], EBCDIC)));
    expect(report.matches).toEqual([{ way: 'probable_keys', confidence: 95, count: 1 }]);
    expect(await cardBalance()).toEqual([-1_000n, 0n]);
  });

  it('keeps the hold for what is still to come where DE25 says so', async () => {
    const id = await authorised('a', 1_000);
    const code = { 38: approvalCode(id) };
    const parts = [
      presentment(CARD, 600, '1', { ...code, 25: '1403' }),
      presentment(CARD, 300, '2', { ...code, 25: '1404' }),
    ];
    const first = await ipmFile(parts.slice(0, 1), EBCDIC);
    await imports.clearing(imports.text('one.ipm', first));
    expect(await cardBalance()).toEqual([-600n, 400n]);
    await imports.clearing(imports.text('two.ipm', await ipmFile(parts, EBCDIC, { id: FILE_ID.replace(/1$/, '2') })));
    expect(await cardBalance()).toEqual([-900n, 0n]);
  });
});

describe('a file that was taken in', () => {
  it('adds nothing a second time, and says so', async () => {
    const path = json([clearing(CARD, 'k1', 1_000)]);
    await imports.clearing(path);
    const before = (await imports.events()).length;
    expect(await imports.clearing(path)).toMatchObject({ there_before: true, posted: 0, repeated: 0 });
    expect((await imports.events()).length).toBe(before);
  });

  it('is refused with other content', async () => {
    await imports.clearing(json([clearing(CARD, 'k1', 1_000)]));
    const other = json([clearing(OTHER, 'k1', 1_000)]);
    expect(await imports.refusal(imports.clearing(other))).toBe(
      'c.jsonl record 1: the file id F-1 was used before for other content',
    );
  });

  it('has its presentments repeated, or counted as exceptions, where another file has them', async () => {
    await authorised('a', 1_000);
    await imports.clearing(json([clearing(CARD, 'k1', 1_000), clearing(CARD, 'k2', 50)]));
    const lines = [clearing(CARD, 'k1', 1_000), clearing(CARD, 'k2', 51)];
    expect(await imports.clearing(json(lines, { file_id: 'F-2' }))).toMatchObject({
      posted: 0,
      repeated: 1,
      exceptions: { clearing_key_reused: 1 },
      exception_records: [{ record: 3, reason: 'clearing_key_reused' }],
    });
    expect(await cardBalance()).toEqual([-1_050n, 0n]);
  });
});

describe('a presentment that nobody can be charged for', () => {
  it('is counted as an exception, by its reason', async () => {
    const amount = { amount: 10, currency: 'USD' };
    const reversal = {
      type: 'clearing_reversal',
      clearing_key: 'never',
      card: { number: CARD },
      amount: { amount: 5, currency: 'GBP' },
    };
    const lines = [clearing(UNKNOWN, 'k1', 70), clearing(CARD, 'k2', 10, { amount }), reversal];
    const report = await imports.clearing(json(lines));
    expect(report).toMatchObject({ presentments: 3, posted: 0 });
    expect(report.exceptions).toEqual({ unknown_card: 1, currency_mismatch: 1, unknown_presentment: 1 });
    expect(await imports.typesOf()).toEqual(expect.arrayContaining(['EntryPosted', 'ClearingSuspended']));
  });
});

describe('an import that dies', () => {
  it('ends in the same books from wherever it goes on', async () => {
    const lines = [
      ...[1, 2, 3].map((i) => clearing(CARD, `k${i}`, 1_000)),
      clearing(CARD, 'k4', 1_000, { authorisation_id: 'tx_0000nobodyhasthis' }),
      clearing(UNKNOWN, 'k5', 70),
      refund(CARD, 'r1', 300),
      clearing(CARD, 'k6', 10, { amount: { amount: 10, currency: 'USD' } }),
    ];
    let died = 0;
    for (let writes = 0; ; writes++) {
      imports.remove();
      imports = new ImportsUnderTest();
      await imports.cards([imports.file('open.csv', [`o,1,2026-04-01,0,,,,m,${CARD},`])]);
      for (const i of [1, 2, 3, 4, 5]) await authorised(`a${i}`, 1_000, { at: `2026-04-30T1${i}:00:00Z` });
      const path = json(lines);
      const ended = await imports.dyingAfter(writes, () => imports.clearing(path));
      const report = await imports.clearing(path);
      expect(await cardBalance()).toEqual([-3_700n, 1_000n]);
      const types = await imports.typesOf();
      const count = (type: string) => types.filter((one) => one === type).length;
      expect([count('ClearingPosted'), count('RefundPosted'), count('EntryPosted')]).toEqual([4, 1, 1]);
      expect(report.there_before).toBe(ended);
      if (!ended) expect([report.posted + report.repeated, report.exception_records.length]).toEqual([5, 2]);
      if (ended) break;
      died++;
    }
    expect(died).toBeGreaterThan(3);
  });
});

describe('card numbers', () => {
  it('are in no event and no report', async () => {
    const note = { merchant: { name: `paid with ${CARD}` } };
    const report = await imports.clearing(json([clearing(CARD, 'k1', 10, note), clearing(UNKNOWN, 'k2', 10)]));
    const records = [presentment(CARD, 10, '9'), presentment(UNKNOWN, 10, '8')];
    const other = await imports.clearing(imports.text('c.ipm', await ipmFile(records, EBCDIC)));
    const text = JSON.stringify([report, other], (_, value: unknown) =>
      typeof value === 'bigint' ? `${value}` : value,
    );
    const scan = new CardNumberScan([CARD, UNKNOWN]);
    expect(scan.findInText(text)).toEqual([]);
    expect(scan.findIn(Buffer.from(await imports.journalText(), 'latin1'))).toEqual([]);
  });
});
