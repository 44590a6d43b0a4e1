// When a day of spending begins: about four in the morning, so that a late evening belongs to the day before (customer API, section 5).
import { bookDateIn, bookTimeIn } from '@tallystick/contracts';
import { daysAfter, type LocalDate, type Micros } from '@tallystick/ledger-core';

export type DayStart = (now: Micros) => Micros;

const STARTS_AT_HOUR = 4;

/**
 * The last 04:00 in a time zone at or before a time. Asks Intl once a day.
 * @param zone IANA name such as Europe/London
 * @throws RangeError for a zone that nobody knows
 */
export function dayStartIn(zone: string): DayStart {
  const dateOf = bookDateIn(zone);
  const timeOf = bookTimeIn(zone);
  const startOf = (date: LocalDate, days: number) => timeOf(daysAfter(date, days) ?? date, STARTS_AT_HOUR);
  let start = 0n;
  let end = 0n;
  return (now) => {
    if (now < start || now >= end) {
      const today = dateOf(now);
      const begun = startOf(today, 0) <= now ? 0 : -1;
      start = startOf(today, begun);
      end = startOf(today, begun + 1);
    }
    return start;
  };
}
