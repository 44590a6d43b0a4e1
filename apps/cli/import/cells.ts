// What the cells of imported files hold.
import { AMOUNT_MAX, type CurrencyCode, isCurrency, type LocalDate } from '@tallystick/ledger-core';
import { BadInput } from './csv-records.js';

/** Dates that were checked; a file has thousands of rows and a few hundred dates. */
const knownDates = new Set<string>();
const DATES_KNOWN_MAX = 100_000;

/** Signed whole minor units, or undefined for an empty cell. @param at file and line, for the message @throws BadInput */
export function minorOf(at: string, column: string, text: string | undefined): bigint | undefined {
  if (text === undefined || text === '') return undefined;
  if (!/^-?\d+$/.test(text)) throw new BadInput(`${at}: ${column} is not a whole number of minor units`);
  const amount = BigInt(text);
  if (amount > AMOUNT_MAX || amount < -AMOUNT_MAX) throw new BadInput(`${at}: ${column} is beyond ${AMOUNT_MAX}`);
  return amount;
}

/** undefined for an empty cell. @throws BadInput */
export function currencyOf(at: string, column: string, text: string | undefined): CurrencyCode | undefined {
  if (text === undefined || text === '') return undefined;
  if (!isCurrency(text)) throw new BadInput(`${at}: ${column} is not an ISO 4217 currency code`);
  return text;
}

/** @throws BadInput */
export function dateOf(at: string, text: string | undefined): LocalDate {
  if (text !== undefined && knownDates.has(text)) return text as LocalDate;
  if (text === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(text)) throw new BadInput(`${at}: date is not YYYY-MM-DD`);
  const time = Date.parse(`${text}T12:00:00Z`);
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== text)
    throw new BadInput(`${at}: there is no day ${text}`);
  if (time < 0) throw new BadInput(`${at}: a date before 1970`);
  if (knownDates.size < DATES_KNOWN_MAX) knownDates.add(text);
  return text as LocalDate;
}
