// Times as customers' programs write and read them (customer API, 1.10 and 7.1).
import type { Micros } from '@tallystick/ledger-core';

/** Z, or +00:00 whose plus may have become a space on its way; a space may stand for the T. */
const INSTANT = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:Z|([+ -])(\d{2}):?(\d{2}))$/;
const DATE_LENGTH = 10;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** The last day that was shown: rows of a page lie close together, and a Date for each time would cost as much as all the rest of a row. */
let day = Number.NaN;
let date = '';

/** `2026-03-01T10:15:30.120Z`; what is below a millisecond is left out. */
export function instantShown(at: Micros): string {
  const ms = Number(at / 1000n);
  const asked = Math.floor(ms / DAY_MS);
  if (asked !== day) {
    date = new Date(asked * DAY_MS).toISOString().slice(0, DATE_LENGTH);
    day = asked;
  }
  const rest = ms - asked * DAY_MS;
  const hour = Math.floor(rest / HOUR_MS);
  const minute = Math.floor((rest % HOUR_MS) / MINUTE_MS);
  const milliseconds = rest % MINUTE_MS;
  const second = Math.floor(milliseconds / 1000);
  return `${date}T${two(hour)}:${two(minute)}:${two(second)}.${three(milliseconds % 1000)}Z`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}

function three(value: number): string {
  return value < 100 ? `0${two(value)}` : `${value}`;
}

/** Microseconds since 1970, finer digits left out; undefined for what is no time. */
export function readInstant(text: string): Micros | undefined {
  const [, date, hour, minute, second, fraction = '', sign, offsetHours = '0', offsetMinutes = '0'] =
    INSTANT.exec(text) ?? [];
  if (date === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const local = Date.parse(`${date}T${hour}:${minute}:${second}Z`);
  // Without this the 30th of February would be a day in March.
  if (Number.isNaN(local) || new Date(local).toISOString().slice(0, DATE_LENGTH) !== date) return undefined;
  const ahead = (Number(offsetHours) * 60 + Number(offsetMinutes)) * MINUTE_MS;
  const utc = sign === '-' ? local + ahead : local - ahead;
  return BigInt(utc) * 1000n + BigInt(fraction.padEnd(6, '0').slice(0, 6));
}

/** A value date may lie ahead of the time at which it was recorded: nothing was changed before it was made. */
export function changedAt(created: Micros, updated: Micros): Micros {
  if (updated < created) return created;
  return updated;
}
