import { describe, expect, it } from '@jest/globals';
import { type ExponentOf, Iso20022Error, iso20022, type Message } from './index.js';
import { creditTransfer, paymentReturn, samples, statusReport } from './samples.suite.js';

const exponents: Readonly<Record<string, number>> = { USD: 2, JPY: 0, KWD: 3, CLF: 4 };
const exponentOf: ExponentOf = (currency) => {
  const found = exponents[currency];
  if (found === undefined) throw new RangeError(currency);
  return found;
};
const { parse, write } = iso20022(exponentOf);

function refusalOf(action: () => unknown) {
  try {
    action();
  } catch (error) {
    if (!(error instanceof Iso20022Error)) throw error;
    const { code, path, line } = error;
    return { code, path, line };
  }
  return undefined;
}

const transferText = write({ id: 'pacs.008.001.08', body: { FIToFICstmrCdtTrf: creditTransfer } });
const changed = (from: string | RegExp, to: string) => {
  const text = transferText.replace(from, to);
  expect(text).not.toBe(transferText);
  return text;
};
const [first] = creditTransfer.CdtTrfTxInf;
const withAmount = (currency: string, text: string) =>
  changed(/<IntrBkSttlmAmt Ccy="USD">10.01/, `<IntrBkSttlmAmt Ccy="${currency}">${text}`);
const amountOf = (message: Message) =>
  message.id === 'pacs.008.001.08' ? message.body.FIToFICstmrCdtTrf.CdtTrfTxInf[0]?.IntrBkSttlmAmt : undefined;

describe('a message that was written', () => {
  it.each(samples.map((message) => [message.id, message] as const))('is the same when it is read: %s', (_, message) => {
    expect(parse(write(message))).toEqual(message);
    expect(parse(Buffer.from(write(message)))).toEqual(message);
  });

  it('is the same within an envelope, with a prefix and a header that is not looked at', () => {
    const body = transferText.slice(transferText.indexOf('<FIToFI'), transferText.indexOf('</Document>'));
    const prefixed = body.replaceAll(/<(\/?)([A-Z])/g, '<$1ct:$2');
    const text = `<Message xmlns="urn:tch" xmlns:head="urn:iso:std:iso:20022:tech:xsd:head.001.001.01"
      xmlns:ct="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"><AppHdr><head:Fr></head:Fr></AppHdr><CreditTransfer>${prefixed}</CreditTransfer></Message>`;
    expect(parse(text)).toEqual(parse(transferText));
  });
});

describe('an amount', () => {
  it.each([
    ['USD', '46154.49', 4_615_449n],
    ['USD', '5', 500n],
    ['USD', '5.', 500n],
    ['USD', '.5', 50n],
    ['USD', '0005.10000', 510n],
    ['USD', ' 5 ', 500n],
    ['JPY', '1001', 1001n],
    ['JPY', '1001.00', 1001n],
    ['KWD', '1.234', 1234n],
    ['USD', '9007199254740993.01', 900_719_925_474_099_301n],
    ['USD', '0', 0n],
  ])('of %s %s is whole minor units', (currency, text, minor) => {
    expect(amountOf(parse(withAmount(currency, text)))).toEqual({ currency, minor });
  });

  it.each([
    ['USD', '1.001'],
    ['JPY', '1.5'],
    ['USD', '-1'],
    ['USD', '1e3'],
    ['USD', '1,00'],
    ['USD', ''],
    ['USD', '.'],
    ['USD', '0x10'],
    ['USD', '12345678901234567.89'],
    ['XYZ', '1'],
    ['usd', '1'],
  ])('of %s %s is refused by its place', (currency, text) => {
    const path = 'FIToFICstmrCdtTrf/CdtTrfTxInf[1]/IntrBkSttlmAmt';
    expect(refusalOf(() => parse(withAmount(currency, text)))).toMatchObject({ code: 'bad_value', path });
  });

  it('is not written with more than 18 digits, nor below zero', () => {
    for (const minor of [-1n, 10n ** 18n]) {
      const CdtTrfTxInf = first === undefined ? [] : [{ ...first, IntrBkSttlmAmt: { currency: 'USD', minor } }];
      const body = { FIToFICstmrCdtTrf: { ...creditTransfer, CdtTrfTxInf } };
      expect(refusalOf(() => write({ id: 'pacs.008.001.08', body }))).toEqual({
        code: 'bad_value',
        path: 'FIToFICstmrCdtTrf/CdtTrfTxInf[1]/IntrBkSttlmAmt',
        line: 0,
      });
    }
  });
});

describe('what breaks the schema', () => {
  const transfer = 'FIToFICstmrCdtTrf/CdtTrfTxInf[1]';
  it.each([
    ['an element nobody knows', changed('<ChrgBr>', '<Tip>1</Tip><ChrgBr>'), 'unknown_element', `${transfer}/Tip`],
    [
      'one of another namespace',
      changed('<ChrgBr>', '<ChrgBr xmlns="urn:x">'),
      'unknown_element',
      `${transfer}/ChrgBr`,
    ],
    [
      'a name of every object',
      changed('<ChrgBr>', '<constructor/><ChrgBr>'),
      'unknown_element',
      `${transfer}/constructor`,
    ],
    ['one that is missing', changed('<ChrgBr>SLEV</ChrgBr>', ''), 'missing_element', `${transfer}/ChrgBr`],
    ['one within text', changed('SLEV', 'SL<b/>EV'), 'unknown_element', `${transfer}/ChrgBr/b`],
    [
      'one too many',
      changed('<ChrgBr>SLEV</ChrgBr>', '<ChrgBr>SLEV</ChrgBr><ChrgBr>SLEV</ChrgBr>'),
      'too_many',
      `${transfer}/ChrgBr`,
    ],
    [
      'one too late',
      changed(/(<PmtId>[\s\S]*?<\/PmtId>)([\s\S]*?)(<Dbtr>)/, '$2$1$3'),
      'misplaced_element',
      `${transfer}/PmtId`,
    ],
    [
      'two of a choice',
      changed('<Cd>TCH</Cd>', '<Cd>TCH</Cd><Prtry>x</Prtry>'),
      'too_many',
      'FIToFICstmrCdtTrf/GrpHdr/SttlmInf/ClrSys/Prtry',
    ],
    ['none of a choice', changed('<Cd>TCH</Cd>', ''), 'missing_element', 'FIToFICstmrCdtTrf/GrpHdr/SttlmInf/ClrSys'],
    ['a code of no list', changed('SLEV', 'FREE'), 'bad_value', `${transfer}/ChrgBr`],
    ['an empty text', changed('E-1', ''), 'bad_value', `${transfer}/PmtId/EndToEndId`],
    ['a text too long', changed('E-1', 'E'.repeat(36)), 'bad_value', `${transfer}/PmtId/EndToEndId`],
    ['a day that is none', changed('2026-05-01T', '2026-02-29T'), 'bad_value', 'FIToFICstmrCdtTrf/GrpHdr/CreDtTm'],
    ['an hour that is none', changed('T10:00:00', 'T25:00:00'), 'bad_value', 'FIToFICstmrCdtTrf/GrpHdr/CreDtTm'],
    ['text between elements', changed('<PmtId>', 'x<PmtId>'), 'unexpected_text', transfer],
    ['an attribute', changed('<PmtId>', '<PmtId a="1">'), 'unknown_attribute', `${transfer}/PmtId`],
    ['no currency', changed(' Ccy="USD">10.01', '>10.01'), 'missing_attribute', `${transfer}/IntrBkSttlmAmt`],
    ['another root', changed(/FIToFICstmrCdtTrf/g, 'FICdtTrf'), 'unknown_element', 'FICdtTrf'],
  ])('is refused by its place: %s', (_, text, code, path) => {
    expect(refusalOf(() => parse(text))).toEqual({ code, path, line: expect.any(Number) });
  });

  it('is told with line and place, and quotes nothing', () => {
    const told = 'FIToFICstmrCdtTrf/CdtTrfTxInf[2]/ChrgBr, line 69: this is not ChargeBearerType1Code';
    const at = transferText.lastIndexOf('SLEV');
    const text = `${transferText.slice(0, at)}FREE${transferText.slice(at + 4)}`;
    const line = text.slice(0, at).split('\n').length;
    expect(() => parse(text)).toThrow(told.replace('69', String(line)));
  });

  it('is not written either', () => {
    const body = { PmtRtr: { ...paymentReturn, GrpHdr: { ...paymentReturn.GrpHdr, MsgId: 'a\u0000b' } } };
    expect(refusalOf(() => write({ id: 'pacs.004.001.09', body }))).toMatchObject({ path: 'PmtRtr/GrpHdr/MsgId' });
    const OrgnlGrpInfAndSts = [{ OrgnlMsgId: '', OrgnlMsgNmId: 'x' }];
    const report = { FIToFIPmtStsRpt: { ...statusReport, OrgnlGrpInfAndSts } };
    expect(refusalOf(() => write({ id: 'pacs.002.001.10', body: report }))).toMatchObject({
      code: 'bad_value',
      path: 'FIToFIPmtStsRpt/OrgnlGrpInfAndSts[1]/OrgnlMsgId',
    });
  });
});

describe('a text that is no message', () => {
  it.each([
    ['nothing', '', 'not_xml'],
    ['JSON', '{"a":1}', 'not_xml'],
    ['an open element', transferText.slice(0, -20), 'not_xml'],
    ['a prefix nobody declared', '<a:b/>', 'not_xml'],
    ['a document type', `<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`, 'doctype'],
    ['an entity nobody declared', '<a>&b;</a>', 'not_xml'],
    ['another encoding', '<?xml version="1.0" encoding="ISO-8859-1"?><a/>', 'not_xml'],
    ['too much', `<a>${'b'.repeat(1024 * 1024)}</a>`, 'too_large'],
    ['too deep', '<a>'.repeat(65), 'too_deep'],
    ['another namespace', '<a xmlns="urn:tch"/>', 'no_message'],
    ['two messages', `<a>${transferText.slice(39)}${transferText.slice(39)}</a>`, 'several_messages'],
    ['one of another version', transferText.replace('pacs.008.001.08', 'pacs.008.001.09'), 'unsupported_message'],
  ])('is refused: %s', (_, text, code) => {
    expect(refusalOf(() => parse(text))).toMatchObject({ code });
  });

  it('is refused where its bytes are not UTF-8', () => {
    expect(refusalOf(() => parse(Buffer.of(0x3c, 0xff)))).toMatchObject({ code: 'not_utf8' });
  });
});
