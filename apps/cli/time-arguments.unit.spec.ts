import { describe, expect, it } from '@jest/globals';
import { formatInstant, lastIncluded, timeArgument } from './time-arguments.js';

const micros = (text: string) => BigInt(Date.parse(text)) * 1000n;

describe('a time that people give', () => {
  it.each([
    ['2016-12-31T23:59:59Z', micros('2016-12-31T23:59:59Z')],
    ['2016-12-31 23:59:59z', micros('2016-12-31T23:59:59Z')],
    ['2016-12-31T23:59:59.1234567+01:00', micros('2016-12-31T22:59:59Z') + 123_456n],
    ['1969-12-31T23:59:59.5Z', -500_000n],
  ])('%s is an instant, to the microsecond', (text, expected) => {
    expect(lastIncluded(timeArgument(text), 'Europe/London')).toBe(expected);
  });

  it.each([
    ['2016-12-31', 'Europe/London', '2017-01-01T00:00:00Z'],
    ['2016-06-30', 'Europe/London', '2016-06-30T23:00:00Z'],
    ['2016-03-27', 'Europe/London', '2016-03-27T23:00:00Z'],
    ['2016-10-30', 'Europe/London', '2016-10-31T00:00:00Z'],
    ['2016-06-30', 'UTC', '2016-07-01T00:00:00Z'],
    ['2016-06-30', 'Asia/Kathmandu', '2016-06-30T18:15:00Z'],
    ['2016-06-30', 'Pacific/Kiritimati', '2016-06-30T10:00:00Z'],
    ['2016-06-30', 'Pacific/Pago_Pago', '2016-07-01T11:00:00Z'],
    ['2018-02-17', 'America/Sao_Paulo', '2018-02-18T03:00:00Z'],
    ['2011-12-30', 'Pacific/Apia', '2011-12-30T10:00:00Z'],
  ])('%s in %s lasts until %s', (text, zone, end) => {
    expect(lastIncluded(timeArgument(text), zone)).toBe(micros(end) - 1n);
  });

  it.each([
    '',
    'now',
    '2016-1-1',
    '2016-13-01',
    '2016-02-30T00:00:00Z',
    '2016-02-28T00:00',
    '2016-02-28T00:00:00',
    '2016-02-28T00:00:60Z',
    '2016-02-28T00:00:00+25:00',
  ])('"%s" is none', (text) => {
    expect(() => timeArgument(text)).toThrow();
  });

  it('is written back in UTC', () => {
    expect(formatInstant(micros('2016-12-31T23:59:59Z'))).toBe('2016-12-31T23:59:59Z');
    expect(formatInstant(micros('2016-12-31T23:59:59Z') + 120_000n)).toBe('2016-12-31T23:59:59.12Z');
    expect(formatInstant(-1n)).toBe('1969-12-31T23:59:59.999999Z');
  });
});
