// Clearing files as a scheme writes them: JSON lines, and Mastercard IPM in its four framings.
import { compile, type Fields, ipm, ipmAscii, subelements, writeBlockedVbs, writeVbs } from '@tallystick/iso8583';

export const FRAMINGS = [
  ['VBS, EBCDIC', { blocked: false, ascii: false }],
  ['VBS, ASCII', { blocked: false, ascii: true }],
  ['1014-blocked, EBCDIC', { blocked: true, ascii: false }],
  ['1014-blocked, ASCII', { blocked: true, ascii: true }],
] as const;

export interface Framing {
  readonly blocked: boolean;
  readonly ascii: boolean;
}

export interface IpmRecord {
  readonly mti: string;
  readonly fields: Fields;
}

export interface IpmFile {
  /** PDS 0105 without the day: type 002, 260501, processor, sequence. */
  readonly id?: string;
  /** In place of the right ones, for files that are wrong. */
  readonly checksum?: bigint;
  readonly messages?: number;
  readonly leftOut?: 'header' | 'trailer';
}

export const FILE_ID = '0022605010000001234500001';

/** The file with header and trailer around the records, message numbers set. */
export async function ipmFile(records: readonly IpmRecord[], framing: Framing, file: IpmFile = {}): Promise<Buffer> {
  const { id = FILE_ID, leftOut } = file;
  const sum = records.reduce((total, { fields }) => total + BigInt(typeof fields[4] === 'string' ? fields[4] : 0), 0n);
  const header = { mti: '1644', fields: { 24: '697', 48: subelements([['0105', id]]) } };
  const trailer = {
    mti: '1644',
    fields: {
      24: '695',
      48: subelements([
        ['0105', id],
        ['0301', String(file.checksum ?? sum).padStart(16, '0')],
        ['0306', String(file.messages ?? records.length + 2).padStart(8, '0')],
      ]),
    },
  };
  const all = [...(leftOut === 'header' ? [] : [header]), ...records, ...(leftOut === 'trailer' ? [] : [trailer])];
  const codec = compile(framing.ascii ? ipmAscii : ipm);
  const messages = all.map(({ mti, fields }, index) =>
    codec.encode({ mti, fields: { ...fields, 71: String(index + 1).padStart(8, '0') } }),
  );
  return wholeOf(framing.blocked ? writeBlockedVbs(messages) : writeVbs(messages));
}

async function wholeOf(pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

/** A first presentment in GBP. @param reference the last digits of DE31 */
export function presentment(number: string, amount: number, reference: string, more: Fields = {}): IpmRecord {
  return {
    mti: '1240',
    fields: {
      2: number,
      3: '000000',
      4: String(amount).padStart(12, '0'),
      12: '260430120000',
      24: '200',
      26: '5814',
      31: `7555555${reference.padStart(16, '0')}`,
      38: 'ABCDEF',
      42: 'MERCHANT0000001',
      43: subelements([
        ['1', 'Corner Coffee'],
        ['2', '1 High Street'],
        ['3', 'London'],
        ['4', 'N1 1AA    '],
        ['5', '   '],
        ['6', 'GBR'],
      ]),
      49: '826',
      ...more,
    },
  };
}

export interface JsonHeader {
  readonly file_id?: string;
  readonly scheme?: string;
  readonly business_date?: string;
  readonly count?: number;
  readonly totals?: readonly object[];
}

interface Line {
  readonly type: string;
  readonly amount: { readonly amount: number; readonly currency: string };
}

/** With the header that fits, unless some of it is given. */
export function jsonFile(lines: readonly Line[], header: JsonHeader = {}): string {
  const totals = new Map<string, { debits: number; credits: number }>();
  for (const { type, amount } of lines) {
    const total = totals.get(amount.currency) ?? { debits: 0, credits: 0 };
    totals.set(amount.currency, total);
    total[type === 'clearing' || type === 'refund_reversal' ? 'debits' : 'credits'] += amount.amount;
  }
  const fitting = {
    file_id: 'F-1',
    scheme: 'mastercard',
    business_date: '2026-05-01',
    count: lines.length,
    totals: [...totals].map(([currency, total]) => ({ currency, ...total })),
  };
  return [{ ...fitting, ...header }, ...lines].map((line) => `${JSON.stringify(line)}\n`).join('');
}

export function clearing(number: string, key: string, amount: number, more: object = {}) {
  const merchant = { name: 'Corner Coffee London' };
  return {
    type: 'clearing',
    clearing_key: key,
    card: { number },
    amount: { amount, currency: 'GBP' },
    merchant,
    ...more,
  };
}

export function refund(number: string, key: string, amount: number, more: object = {}) {
  const merchant = { name: 'Corner Coffee London' };
  return { type: 'refund', refund_key: key, card: { number }, amount: { amount, currency: 'GBP' }, merchant, ...more };
}
