// Times that people give: `--at`, `--known-at` (a date or an instant) and `--from`, `--to` (a date).
import { type BookDate, bookDateIn } from '@tallystick/contracts/book-date';
import type { LocalDate, Micros } from '@tallystick/ledger-core';
import { InvalidArgumentError } from 'commander';

/** An instant, or a day whose end is meant: where that is depends on the book's zone. */
export type TimeArgument =
  | { readonly kind: 'instant'; readonly micros: Micros }
  | { readonly kind: 'day'; readonly date: LocalDate };

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d+))?([Zz]|[+-]\d{2}:\d{2})$/;
const QUARTER_HOUR = 900_000_000n;
const DAY = 86_400_000_000n;

/** @throws InvalidArgumentError, which commander reports with the option's name */
export function timeArgument(text: string): TimeArgument {
  if (DATE.test(text)) return { kind: 'day', date: dateArgument(text) };
  const [, date, time, fraction = '', zone] = INSTANT.exec(text) ?? [];
  if (date === undefined || time === undefined || zone === undefined) {
    throw new InvalidArgumentError('A time is a date like 2016-12-31, or RFC 3339 like 2016-12-31T23:59:59Z.');
  }
  const milliseconds = Date.parse(`${dateArgument(date)}T${time}${zone.toUpperCase()}`);
  if (Number.isNaN(milliseconds)) throw new InvalidArgumentError('There is no such time of day or offset.');
  // Events have microseconds: cutting off the rest counts the same events.
  return { kind: 'instant', micros: BigInt(milliseconds) * 1000n + BigInt(fraction.padEnd(6, '0').slice(0, 6)) };
}

/** @throws InvalidArgumentError, which commander reports with the option's name */
export function dateArgument(text: string): LocalDate {
  if (!DATE.test(text)) throw new InvalidArgumentError('A date is written like 2016-12-31.');
  const midnight = Date.parse(`${text}T00:00:00Z`);
  // Date.parse takes 30 February for 2 March.
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== text) {
    throw new InvalidArgumentError('There is no such day.');
  }
  return text as LocalDate;
}

/** The last microsecond that the argument includes; null for no argument. @throws RangeError for an unknown zone */
export function lastIncluded(argument: TimeArgument | undefined, zone: string): Micros | null {
  if (argument === undefined) return null;
  return argument.kind === 'instant' ? argument.micros : endOfDay(argument.date, bookDateIn(zone));
}

/** Zones are at most 14 hours from UTC, and change their date at a quarter of an hour. */
function endOfDay(date: LocalDate, dateOf: BookDate): Micros {
  const midnight = BigInt(Date.parse(`${date}T00:00:00Z`)) * 1000n;
  let [low, high] = [(midnight - DAY) / QUARTER_HOUR, (midnight + 2n * DAY) / QUARTER_HOUR];
  while (low < high) {
    const middle = (low + high) >> 1n;
    if (dateOf(middle * QUARTER_HOUR) > date) high = middle;
    else low = middle + 1n;
  }
  return low * QUARTER_HOUR - 1n;
}

/** RFC 3339 in UTC, with as many decimals as it has. */
export function formatInstant(micros: Micros): string {
  const below = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = new Date(Number((micros - below) / 1000n)).toISOString().slice(0, 19);
  const fraction = below === 0n ? '' : `.${below.toString().padStart(6, '0').replace(/0+$/, '')}`;
  return `${seconds}${fraction}Z`;
}
