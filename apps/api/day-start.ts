// When a day of spending begins: about four in the morning, so that a late evening belongs to the day before (customer API, section 5).
import type { Micros } from '@tallystick/ledger-core';

export type DayStart = (now: Micros) => Micros;

const HOUR_MS = 3_600_000;
const STARTS_AT_HOUR = 4;

/**
 * The last 04:00 in a time zone at or before a time. Asks Intl once a day.
 * @param zone IANA name such as Europe/London
 * @throws RangeError for a zone that nobody knows
 */
export function dayStartIn(zone: string): DayStart {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  /** The zone's clock as if it were UTC. */
  const localOf = (utc: number): number => {
    const part: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
    for (const { type, value } of format.formatToParts(utc)) part[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
    return Date.UTC(year, month - 1, day, hour, minute, second);
  };
  const utcOf = (local: number): number => {
    const guess = local - (localOf(local) - local);
    return guess - (localOf(guess) - local);
  };
  let start = 0;
  let end = 0;
  return (now) => {
    const at = Number(now / 1000n);
    if (at < start || at >= end) {
      const day = new Date(localOf(at) - STARTS_AT_HOUR * HOUR_MS);
      const startOf = (days: number) =>
        utcOf(Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate() + days, STARTS_AT_HOUR));
      start = startOf(0);
      end = startOf(1);
    }
    return BigInt(start) * 1000n;
  };
}
