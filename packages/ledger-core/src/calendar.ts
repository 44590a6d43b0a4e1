// Dates of the calendar as numbers, without a clock or a time zone.
import type { LocalDate } from './brands.js';

const PATTERN = /^(\d{4})-(\d{2})-(\d{2})$/;
const DAYS_PER_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const LAST_YEAR = 9999;
/** Days from 0000-03-01 to 1970-01-01: years that begin in March have their leap day at the end. */
const EPOCH = 719_468;
const DAYS_PER_ERA = 146_097;

interface CalendarDay {
  readonly year: number;
  /** From 0. */
  readonly month: number;
  /** From 1. */
  readonly day: number;
}

/** Days since 1970-01-01; undefined for what is no date of the calendar, `2026-02-29` for one. */
export function dayNumberOf(date: string): number | undefined {
  const parts = partsOf(date);
  return parts === undefined ? undefined : daysOf(parts);
}

/** @param day since 1970-01-01, in the years 0 to 9999 */
export function dateOfDay(day: number): LocalDate {
  const shifted = day + EPOCH;
  const era = Math.floor(shifted / DAYS_PER_ERA);
  const ofEra = shifted - era * DAYS_PER_ERA;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1_460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * ofYear + 2) / 153);
  const month = (fromMarch + 2) % 12;
  const year = yearOfEra + era * 400 + (month < 2 ? 1 : 0);
  return textOf({ year, month, day: ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1 });
}

/**
 * The same day so many months later, or the month's last where it is shorter; undefined where the date is none, or the year has five digits.
 * From January 31st one month is February 28th, two are March 31st.
 */
export function monthsAfter(date: string, months: number): LocalDate | undefined {
  const parts = partsOf(date);
  if (parts === undefined) return undefined;
  const total = parts.year * 12 + parts.month + months;
  const year = Math.floor(total / 12);
  const month = total % 12;
  if (year > LAST_YEAR) return undefined;
  return textOf({ year, month, day: Math.min(parts.day, lengthOf(year, month)) });
}

/** @see monthsAfter */
export function daysAfter(date: string, days: number): LocalDate | undefined {
  const day = dayNumberOf(date);
  const last = dayNumberOf(`${LAST_YEAR}-12-31`) ?? 0;
  return day === undefined || day + days > last ? undefined : dateOfDay(day + days);
}

function partsOf(date: string): CalendarDay | undefined {
  const [, year, month, day] = PATTERN.exec(date) ?? [];
  const parts = { year: Number(year), month: Number(month) - 1, day: Number(day) };
  if (day === undefined || parts.month < 0 || parts.month > 11) return undefined;
  return parts.day >= 1 && parts.day <= lengthOf(parts.year, parts.month) ? parts : undefined;
}

function lengthOf(year: number, month: number): number {
  const leaps = month === 1 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return (DAYS_PER_MONTH[month] ?? 0) + (leaps ? 1 : 0);
}

function daysOf({ year, month, day }: CalendarDay): number {
  const marchYear = month < 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const ofYear = Math.floor((153 * ((month + 10) % 12) + 2) / 5) + day - 1;
  const ofEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + ofYear;
  return era * DAYS_PER_ERA + ofEra - EPOCH;
}

function textOf({ year, month, day }: CalendarDay): LocalDate {
  const digits = (value: number, length: number) => String(value).padStart(length, '0');
  return `${digits(year, 4)}-${digits(month + 1, 2)}-${digits(day, 2)}` as LocalDate;
}
