import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { subelements } from '@tallystick/iso8583';
import { clearing, FRAMINGS, type IpmFile, ipmFile, jsonFile, presentment } from './clearing-files.suite.js';
import { ImportsUnderTest } from './imports-over-memory.suite.js';

const CARD = '5555555555554444';
const [, EBCDIC] = FRAMINGS[0];

let imports: ImportsUnderTest;
beforeEach(() => {
  imports = new ImportsUnderTest();
});
afterEach(() => imports.remove());

describe('a file that is wrong', () => {
  const good = clearing(CARD, 'k1', 1_000);
  it.each([
    ['', 'c.jsonl: the file is empty'],
    [jsonFile([good], { count: 2 }), 'record 1: the header is wrong: it counts 2 presentments, the file has 1'],
    [
      jsonFile([good], { totals: [{ currency: 'GBP', debits: 999, credits: 0 }] }),
      'record 1: the header is wrong: its debits of GBP are 9.99, the presentments add up to 10.00',
    ],
    [jsonFile([good], { totals: [] }), 'record 1: the header is wrong: it has no total of GBP'],
    [
      jsonFile([good], { business_date: '2026-02-30' }),
      'record 1: the header: business_date is a day from 1970 on, YYYY-MM-DD',
    ],
    [jsonFile([good], { file_id: CARD }), 'record 1: the header: file_id looks like a card number'],
    [`${jsonFile([good])}{"card":"${CARD}"\n`, 'record 3: this is no JSON object'],
    [
      jsonFile([clearing(CARD.replace('4', '5'), 'k1', 1)]),
      'record 2: a card number has 12 to 19 digits and a valid check digit',
    ],
    [jsonFile([clearing(CARD, CARD, 1)]), 'record 2: the clearing key looks like a card number'],
    [jsonFile([clearing(CARD, 'k1', 0)]), 'record 2: the amount is above zero'],
    [
      jsonFile([{ ...good, type: CARD }]),
      'record 2: type is clearing, refund, clearing_reversal, refund_reversal or representment',
    ],
    [
      jsonFile([{ ...good, [CARD]: CARD } as typeof good]),
      'record 2: there is a field that this message does not have',
    ],
    [jsonFile([clearing(CARD, 'k1', 1, { scheme: 'visa' })]), "record 2: the scheme is not the header's"],
  ])('%# is refused whole, and nothing is posted', async (text, sentence) => {
    const refused = await imports.refusal(imports.clearing(imports.text('c.jsonl', text)));
    expect(refused).toBe(sentence.startsWith('c.jsonl') ? sentence : `c.jsonl ${sentence}`);
  });

  const ipm =
    (file: IpmFile, record = presentment(CARD, 1_000, '1')) =>
    () =>
      ipmFile([record], EBCDIC, file);
  const cut = (bytes: number) => async () =>
    (await ipmFile([presentment(CARD, 1_000, '1')], EBCDIC)).subarray(0, -bytes);
  it.each([
    [ipm({ checksum: 1n }), "record 3: the trailer's amount checksum is 1, the amounts add up to 1000"],
    [ipm({ messages: 4 }), 'record 3: the trailer counts 4 messages, the file has 3'],
    [ipm({ leftOut: 'trailer' }), 'record 2: the file ends without its trailer, 1644 with 695'],
    [ipm({ leftOut: 'header' }), ': neither JSON lines nor a Mastercard IPM file that begins with its header (1644)'],
    [
      ipm({}, presentment(CARD, 1, '1', { 2: CARD.replace('4', '5') })),
      'record 2: a card number has 12 to 19 digits and a valid check digit',
    ],
    [ipm({}, presentment(CARD, 1, '1', { 31: undefined })), 'record 2: DE31, the acquirer reference, is missing'],
    [ipm({}, presentment(CARD, 1, '1', { 24: '999' })), 'record 2: DE24 of a presentment is 200, 205 or 282'],
    [ipm({}, presentment(CARD, 1, '1', { 49: '000' })), 'record 2: DE49 is not in ISO 4217'],
    [
      ipm({}, presentment(CARD, 1, '1', { 48: subelements([['0148', '8263']]) })),
      'record 2: PDS 0148 has another exponent of GBP than ISO 4217',
    ],
    [cut(4), /record 4: ISO 8583 record at byte \d+: the zero length at the end is missing/],
    [cut(30), /record 3: ISO 8583 record at byte \d+: /],
  ])('%# of IPM is refused whole, and nothing is posted', async (file, sentence) => {
    const refused = await imports.refusal(imports.clearing(imports.text('c.ipm', await file())));
    if (typeof sentence === 'string') expect(refused).toBe(`c.ipm${sentence.startsWith(':') ? '' : ' '}${sentence}`);
    else expect(refused).toMatch(sentence);
  });
});
