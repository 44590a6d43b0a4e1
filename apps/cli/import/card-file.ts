// Card-transaction CSV files, gzip too: read in a stream, checked whole before anything is applied.
import { hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { AMOUNT_MAX, type CurrencyCode, isCurrency, type LocalDate } from '@tallystick/ledger-core';
import { parse } from 'csv-parse';

export interface CardRow {
  readonly file: string;
  readonly row: string;
  readonly card: string;
  readonly date: LocalDate;
  /** Signed minor units of the billing currency. */
  readonly amount: bigint;
  readonly currency: CurrencyCode;
  readonly local: { readonly amount: bigint; readonly currency: CurrencyCode } | null;
  readonly merchant: string;
  readonly category: string | null;
}

/** A file that cannot be taken in. The message is one sentence that names file and line. */
export class BadInput extends Error {
  override readonly name = 'BadInput';
}

export interface ReadOptions {
  readonly defaultCurrency: CurrencyCode;
  readonly signal: AbortSignal;
}

const AMOUNT_COLUMNS = ['billing_minor', 'original_minor'];
const KNOWN = [
  'file',
  'row',
  'date',
  'original_minor',
  'original_cur',
  'billing_minor',
  'billing_cur',
  'merchant_name',
  'card',
  'cac1_desc',
] as const;
type Fields = Partial<Record<(typeof KNOWN)[number], string>>;

/** Records of a CSV file with their line numbers. @throws BadInput */
export async function* csvRecords(
  path: string,
  signal: AbortSignal,
): AsyncGenerator<{ readonly fields: Record<string, string>; readonly line: number }> {
  const parser = parse({
    columns: (header: string[]) => checkedHeader(path, header),
    bom: true,
    info: true,
    skip_empty_lines: true,
  });
  const source = createReadStream(path);
  const feeding = path.endsWith('.gz')
    ? pipeline(source, createGunzip(), parser, { signal })
    : pipeline(source, parser, { signal });
  // The loop below meets the parser's error; this keeps the pipeline's copy of it from being unhandled.
  feeding.catch(() => {});
  try {
    for await (const { record, info } of parser) yield { fields: record, line: info.lines };
    await feeding;
  } catch (error) {
    throw asBadInput(path, error);
  }
}

function checkedHeader(path: string, header: string[]): string[] {
  const twice = header.find((name, i) => header.indexOf(name) !== i);
  if (twice !== undefined) throw new BadInput(`${path} line 1: the column ${twice} appears twice`);
  return header;
}

function asBadInput(path: string, error: unknown): unknown {
  if (error instanceof BadInput) return error;
  const { code, message, lines } = error as {
    readonly code?: unknown;
    readonly message?: string;
    readonly lines?: number;
  };
  if (typeof code === 'string' && code.startsWith('CSV_'))
    return new BadInput(`${path}${lines === undefined ? '' : ` line ${lines}`}: ${message}`);
  if (code === 'ENOENT') return new BadInput(`${path}: there is no such file`);
  if (typeof code === 'string' && code.startsWith('Z_')) return new BadInput(`${path}: not a gzip file`);
  return error;
}

/** Rows of one card-transaction file, in its order. @throws BadInput at the first broken row */
export async function* cardRows(path: string, options: ReadOptions): AsyncGenerator<CardRow> {
  let first = true;
  for await (const { fields, line } of csvRecords(path, options.signal)) {
    if (first) requireColumns(path, fields);
    first = false;
    yield cardRow(path, line, fields, options);
  }
}

function requireColumns(path: string, fields: Fields): void {
  for (const name of ['date', 'card'] as const)
    if (fields[name] === undefined) throw new BadInput(`${path} line 1: the column ${name} is missing`);
  if (!AMOUNT_COLUMNS.some((name) => name in fields))
    throw new BadInput(`${path} line 1: a column billing_minor or original_minor is missing`);
}

function cardRow(path: string, line: number, fields: Fields, options: ReadOptions): CardRow {
  const at = `${path} line ${line}`;
  const billing = minorOf(at, 'billing_minor', fields.billing_minor);
  const original = minorOf(at, 'original_minor', fields.original_minor);
  const amount = billing ?? original;
  if (amount === undefined) throw new BadInput(`${at}: neither billing_minor nor original_minor has an amount`);
  if (!fields.card) throw new BadInput(`${at}: card is empty`);
  const originalCurrency = currencyOf(at, 'original_cur', fields.original_cur);
  const currency = currencyOf(at, 'billing_cur', fields.billing_cur) ?? originalCurrency ?? options.defaultCurrency;
  const foreign = original !== undefined && originalCurrency !== undefined && originalCurrency !== currency;
  return {
    file: fields.file || basename(path),
    row: fields.row || String(line),
    card: fields.card,
    date: dateOf(at, fields.date),
    amount,
    currency,
    local: foreign ? { amount: original < 0n ? -original : original, currency: originalCurrency } : null,
    merchant: fields.merchant_name ?? '',
    category: fields.cac1_desc || null,
  };
}

/** Signed whole minor units, or undefined for an empty cell. */
export function minorOf(at: string, column: string, text: string | undefined): bigint | undefined {
  if (text === undefined || text === '') return undefined;
  if (!/^-?\d{1,18}$/.test(text)) throw new BadInput(`${at}: ${column} is not a whole number of minor units`);
  const amount = BigInt(text);
  if (amount > AMOUNT_MAX || amount < -AMOUNT_MAX) throw new BadInput(`${at}: ${column} is beyond ${AMOUNT_MAX}`);
  return amount;
}

export function currencyOf(at: string, column: string, text: string | undefined): CurrencyCode | undefined {
  if (text === undefined || text === '') return undefined;
  if (!isCurrency(text)) throw new BadInput(`${at}: ${column} is not an ISO 4217 currency code`);
  return text;
}

export function dateOf(at: string, text: string | undefined): LocalDate {
  if (text === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(text)) throw new BadInput(`${at}: date is not YYYY-MM-DD`);
  const time = Date.parse(`${text}T12:00:00Z`);
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== text)
    throw new BadInput(`${at}: there is no day ${text}`);
  if (time < 0) throw new BadInput(`${at}: a date before 1970`);
  return text as LocalDate;
}

/** Sums over a set of rows whatever their order: equal for files whose rows are the same multiset. */
export class Fingerprint {
  private sum = 0n;
  rows = 0;

  /** `card` is the card's token: no card number goes in here. */
  add(row: CardRow, card: string): void {
    const text = [
      row.date,
      card,
      row.merchant,
      row.amount,
      row.currency,
      row.local?.amount ?? '',
      row.local?.currency ?? '',
      row.category ?? '',
    ].join('\u0000');
    this.sum = BigInt.asUintN(256, this.sum + BigInt(`0x${hash('sha256', text)}`));
    this.rows++;
  }

  toString(): string {
    return `${this.rows}-${this.sum.toString(16).padStart(64, '0')}`;
  }
}
