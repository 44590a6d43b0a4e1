import { describe, expect, it } from '@jest/globals';
import { bookDateIn } from './book-date.js';

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
