// The business date that every edge gives with its commands.
import type { LocalDate, Micros } from '@tallystick/ledger-core';

/** No time zone of today differs from UTC by anything but quarter hours, so within one the date does not change. */
const QUARTER_HOUR: Micros = 900_000_000n;
const REMEMBERED_QUARTERS = 4_096;

/** Microseconds of 12:00 UTC on a date: when an imported row counts. */
export function noonOf(date: LocalDate): Micros {
  return BigInt(Date.parse(`${date}T12:00:00Z`)) * 1000n;
}

export type BookDate = (at: Micros) => LocalDate;

/**
 * The date (YYYY-MM-DD) of a time in the book's zone. Intl is asked once per quarter hour, so that it costs nothing per request.
 * @param zone IANA name such as Europe/London
 * @throws RangeError for a zone that nobody knows
 */
export function bookDateIn(zone: string): BookDate {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    calendar: 'iso8601',
  });
  const known = new Map<bigint, LocalDate>();
  let lastQuarter: bigint | undefined;
  let lastDate = '' as LocalDate;
  return (at) => {
    const quarter = at / QUARTER_HOUR - (at < 0n && at % QUARTER_HOUR !== 0n ? 1n : 0n);
    if (quarter === lastQuarter) return lastDate;
    let date = known.get(quarter);
    if (date === undefined) {
      date = dateOf(format, new Date(Number((quarter * QUARTER_HOUR) / 1000n)));
      if (known.size >= REMEMBERED_QUARTERS) known.clear();
      known.set(quarter, date);
    }
    lastQuarter = quarter;
    lastDate = date;
    return date;
  };
}

function dateOf(format: Intl.DateTimeFormat, at: Date): LocalDate {
  const { year, month, day } = partsOf(format, at);
  return `${year}-${month}-${day}` as LocalDate;
}

function partsOf(format: Intl.DateTimeFormat, at: Date): Partial<Record<Intl.DateTimeFormatPartTypes, string>> {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  for (const { type, value } of format.formatToParts(at)) parts[type] = value;
  return { ...parts, year: (parts.year ?? '').padStart(4, '0') };
}

/** Microseconds since 1970 of an hour of a date in the book's zone; where the clocks pass it over, as soon as they have. */
export type BookTime = (date: LocalDate, hour: number) => Micros;

/**
 * @param zone IANA name such as Europe/London
 * @throws RangeError for a zone that nobody knows
 */
export function bookTimeIn(zone: string): BookTime {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    calendar: 'iso8601',
  });
  const aheadOfUtc = (at: number) => {
    const { year, month, day, hour, minute, second } = partsOf(format, new Date(at));
    return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) - at;
  };
  return (date, hour) => {
    const shown = Date.parse(`${date}T00:00:00Z`) + hour * 3_600_000;
    // The first guess may lie on the other side of a change of the clocks.
    const guess = shown - aheadOfUtc(shown);
    return BigInt(shown - aheadOfUtc(guess)) * 1000n;
  };
}
