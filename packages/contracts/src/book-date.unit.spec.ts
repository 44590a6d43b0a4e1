import { describe, expect, it } from '@jest/globals';
import type { LocalDate } from '@tallystick/ledger-core';
import { bookDateIn, bookTimeIn } from './book-date.js';

const micros = (text: string) => BigInt(Date.parse(text)) * 1000n;

describe('the business date', () => {
  it.each([
    ['Europe/London', '2026-01-31T23:59:59.999Z', '2026-01-31'],
    ['Europe/London', '2026-03-28T23:30:00Z', '2026-03-28'],
    ['Europe/London', '2026-03-29T23:00:00Z', '2026-03-30'],
    ['Europe/London', '2026-06-30T22:59:59Z', '2026-06-30'],
    ['Europe/London', '2026-06-30T23:00:00Z', '2026-07-01'],
    ['Asia/Kolkata', '2026-06-30T18:29:59Z', '2026-06-30'],
    ['Asia/Kolkata', '2026-06-30T18:30:00Z', '2026-07-01'],
    ['Asia/Kathmandu', '2026-06-30T18:14:59Z', '2026-06-30'],
    ['Asia/Kathmandu', '2026-06-30T18:15:00Z', '2026-07-01'],
    ['UTC', '1970-01-01T00:00:00Z', '1970-01-01'],
    ['UTC', '1969-12-31T23:59:59Z', '1969-12-31'],
  ])('in %s at %s is %s', (zone, at, date) => {
    const bookDate = bookDateIn(zone);
    expect(bookDate(micros(at))).toBe(date);
    expect(bookDate(micros(at))).toBe(date);
  });

  it('needs a zone that exists', () => {
    expect(() => bookDateIn('Europe/Camelot')).toThrow(RangeError);
  });
});

describe('an hour of a date', () => {
  it.each([
    ['Europe/London', '2026-01-31', 14, '2026-01-31T14:00:00Z'],
    ['Europe/London', '2026-06-30', 14, '2026-06-30T13:00:00Z'],
    ['Europe/London', '2026-06-30', 0, '2026-06-29T23:00:00Z'],
    ['Europe/London', '2026-03-29', 14, '2026-03-29T13:00:00Z'],
    ['Europe/London', '2026-03-29', 0, '2026-03-29T00:00:00Z'],
    ['Europe/London', '2026-10-25', 0, '2026-10-24T23:00:00Z'],
    ['Europe/London', '2026-10-25', 14, '2026-10-25T14:00:00Z'],
    ['Africa/Cairo', '2026-04-24', 0, '2026-04-23T22:00:00Z'],
    ['Asia/Kathmandu', '2026-02-01', 14, '2026-02-01T08:15:00Z'],
    ['America/Los_Angeles', '2026-02-01', 14, '2026-02-01T22:00:00Z'],
    ['Pacific/Kiritimati', '2026-02-01', 0, '2026-01-31T10:00:00Z'],
  ])('in %s of %s, %d:00, is %s', (zone, date, hour, at) => {
    expect(bookTimeIn(zone)(date as LocalDate, hour)).toBe(micros(at));
    expect(bookDateIn(zone)(micros(at))).toBe(date);
  });

  it('needs a zone that exists', () => {
    expect(() => bookTimeIn('Europe/Camelot')).toThrow(RangeError);
  });
});
