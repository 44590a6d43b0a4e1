import type { Micros } from '@tallystick/ledger-core';

const RFC_3339 =
  /^([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?([Zz]|[+-][0-9]{2}:[0-9]{2})$/;

/** The end of the year 9999. */
const LAST: Micros = 253_402_300_799_999_999n;

/** Microseconds since 1970 of an RFC 3339 time, digits beyond them cut off; undefined for anything else, and for times before 1970. */
export function parseInstant(text: string): Micros | undefined {
  const [, date, time, fraction = '', zone] = RFC_3339.exec(text) ?? [];
  if (date === undefined || time === undefined || zone === undefined) return undefined;
  const seconds = Date.parse(`${date}T${time}${zone.toUpperCase()}`);
  // Date.parse takes 30 February for 2 March: compare with the calendar.
  if (Number.isNaN(seconds) || !isCalendarDate(date)) return undefined;
  const at = BigInt(seconds) * 1000n + BigInt(fraction.padEnd(6, '0').slice(0, 6));
  return at < 0n ? undefined : at;
}

/** The time as RFC 3339 has it, to the microsecond; undefined outside of the years 1970 to 9999. */
export function formatInstant(at: Micros): string | undefined {
  if (at < 0n || at > LAST) return undefined;
  const text = new Date(Number(at / 1000n)).toISOString();
  return `${text.slice(0, -1)}${String(at % 1000n).padStart(3, '0')}Z`;
}

function isCalendarDate(date: string): boolean {
  const midnight = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(date);
}
