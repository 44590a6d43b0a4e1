// Card-transaction CSV files: a file is checked whole before anything of it is applied.
import { hash } from 'node:crypto';
import { basename } from 'node:path';
import { holdsCardNumber, maskCardNumbersIn } from '@tallystick/contracts';
import type { CurrencyCode, LocalDate } from '@tallystick/ledger-core';
import { currencyOf, dateOf, minorOf } from './cells.js';
import { BadInput, csvRecords } from './csv-records.js';

export interface CardRow {
  readonly file: string;
  readonly row: string;
  /** Where the row ends in the file that was read, from 1. */
  readonly line: number;
  /** A card number or any other reference, as it stands in the file. */
  readonly card: string;
  readonly date: LocalDate;
  /** Signed minor units of the billing currency. */
  readonly amount: bigint;
  readonly currency: CurrencyCode;
  readonly local: { readonly amount: bigint; readonly currency: CurrencyCode } | null;
  /** Card numbers in it are masked, in the category too. */
  readonly merchant: string;
  readonly category: string | null;
}

export interface ReadOptions {
  readonly defaultCurrency: CurrencyCode;
  readonly signal: AbortSignal;
}

type Column =
  | 'file'
  | 'row'
  | 'date'
  | 'original_minor'
  | 'original_cur'
  | 'billing_minor'
  | 'billing_cur'
  | 'merchant_name'
  | 'card'
  | 'cac1_desc';
type Fields = Partial<Record<Column, string>>;

/** Rows of one card-transaction file, in its order. @throws BadInput at the first broken row */
export async function* cardRows(path: string, options: ReadOptions): AsyncGenerator<CardRow> {
  for await (const { fields, line } of csvRecords(path, { signal: options.signal, faultOf: faultOfColumns }))
    yield cardRow(path, line, fields, options);
}

function faultOfColumns(columns: ReadonlySet<string>): string | undefined {
  for (const name of ['date', 'card'] satisfies Column[])
    if (!columns.has(name)) return `the column ${name} is missing`;
  const amounts = ['billing_minor', 'original_minor'] satisfies Column[];
  return amounts.some((name) => columns.has(name)) ? undefined : 'a column billing_minor or original_minor is missing';
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
  const file = fields.file || basename(path);
  const row = fields.row || String(line);
  // Both are stored, and nothing may stand in for them: they are the row's identity.
  if (holdsCardNumber(file)) throw new BadInput(`${at}: file looks like a card number`);
  if (holdsCardNumber(row)) throw new BadInput(`${at}: row looks like a card number`);
  return {
    file,
    row,
    line,
    card: fields.card,
    date: dateOf(at, fields.date),
    amount,
    currency,
    local: foreign ? { amount: original < 0n ? -original : original, currency: originalCurrency } : null,
    merchant: maskCardNumbersIn(fields.merchant_name ?? ''),
    category: fields.cac1_desc ? maskCardNumbersIn(fields.cac1_desc) : null,
  };
}

/**
 * Digest of what a row says, in hexadecimal: date, card, merchant, amount with its currency, and category; file and row are no part of it.
 * @param card the card's token: no card number goes in here
 */
export function contentOf({ date, merchant, amount, currency, category }: CardRow, card: string): string {
  return hash('sha256', [date, card, merchant, amount, currency, category ?? ''].join('\u0000'));
}

/** A sum over rows whatever their order: equal for files whose rows are the same multiset. */
export class Fingerprint {
  private sum = 0n;
  rows = 0;

  /** @param content as contentOf gives it */
  add(content: string): void {
    this.sum = BigInt.asUintN(256, this.sum + BigInt(`0x${content}`));
    this.rows++;
  }

  toString(): string {
    return `${this.rows}-${this.sum.toString(16).padStart(64, '0')}`;
  }
}
