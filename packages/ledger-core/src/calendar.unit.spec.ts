import { describe, expect, it } from '@jest/globals';
import { dateOfDay, dayNumberOf, daysAfter, monthsAfter } from './calendar.js';

describe('a day of the calendar', () => {
  it('is a number and back, as the platform counts, from 1600 to 2400', () => {
    for (let day = -135_140; day < 157_055; day++) {
      const date = new Date(day * 86_400_000).toISOString().slice(0, 10);
      if (dateOfDay(day) !== date || dayNumberOf(date) !== day) throw new Error(`${day} is ${date}`);
    }
  });

  it.each([
    '2026-02-29',
    '1900-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-04-31',
    '2026-1-1',
    '',
    '2026-01-00',
    'today',
  ])('is not %s', (date) => expect(dayNumberOf(date)).toBeUndefined());
});

describe('so many months later', () => {
  it.each([
    ['2026-01-31', 1, '2026-02-28'],
    ['2026-01-31', 2, '2026-03-31'],
    ['2026-01-31', 25, '2028-02-29'],
    ['2026-10-15', 3, '2027-01-15'],
    ['2024-02-29', 12, '2025-02-28'],
    ['2024-02-29', 48, '2028-02-29'],
  ])('than %s, %d, is %s', (date, months, expected) => expect(monthsAfter(date, months)).toBe(expected));

  it('is no date where the date is none, or the year has five digits', () => {
    expect(monthsAfter('2026-02-30', 1)).toBeUndefined();
    expect(monthsAfter('9999-12-01', 1)).toBeUndefined();
    expect(daysAfter('9999-12-31', 1)).toBeUndefined();
    expect(daysAfter('2026-12-31', 1)).toBe('2027-01-01');
  });
});
