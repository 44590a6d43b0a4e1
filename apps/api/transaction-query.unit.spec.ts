import { describe, expect, it } from '@jest/globals';
import { instantShown, RateLimiter, readInstant } from '@tallystick/customer-api';
import { dayStartIn } from './day-start.js';
import { checkWindow, readPage } from './transaction-query.js';

const micros = (text: string) => BigInt(Date.parse(text)) * 1000n;
const NOW = micros('2026-11-15T12:00:00Z');
const DAY = 86_400_000_000n;

describe('a time', () => {
  it.each([
    ['2026-11-15T01:45:49Z', 0n],
    ['2026-11-15T01:45:49.5Z', 500_000n],
    ['2026-11-15T01:45:49.581000Z', 581_000n],
    ['2026-11-15T01:45:49.581234567Z', 581_234n],
    ['2026-11-15T01:45:49+00:00', 0n],
    ['2026-11-15T01:45:49 00:00', 0n],
    ['2026-11-15 01:45:49.581000+00:00', 581_000n],
    ['2026-11-15 01:45:49.581000 00:00', 581_000n],
    ['2026-11-15T02:45:49+01:00', 0n],
    ['2026-11-14T20:45:49-05:00', 0n],
  ])('is read from %p', (text, beyond) => {
    expect(readInstant(text)).toBe(micros('2026-11-15T01:45:49Z') + beyond);
  });

  it.each(['', 'yesterday', '2026-02-30T00:00:00Z', '2026-11-15', '2026-11-15T24:00:00Z', '2026-11-15T01:45:49'])(
    'is not read from %p',
    (text) => {
      expect(readInstant(text)).toBeUndefined();
    },
  );

  it('is shown as Date shows it, before 1970 too', () => {
    for (const ms of [0, 1, 9, 99, 100, 59_999, 86_399_999, 86_400_000, -1, -86_400_001, 1_763_171_149_581])
      expect(instantShown(BigInt(ms) * 1000n)).toBe(new Date(ms).toISOString());
  });

  it('is shown with three digits, and read again as the same', () => {
    const shown = instantShown(micros('2026-11-15T01:45:49Z') + 581_999n);
    expect(shown).toBe('2026-11-15T01:45:49.581Z');
    expect(readInstant(shown)).toBe(micros('2026-11-15T01:45:49.581Z'));
  });
});

describe('a page', () => {
  it.each([
    [undefined, 30],
    ['', 30],
    ['1', 1],
    ['100', 100],
    ['101', 100],
    ['99999', 100],
  ])('asked with limit %p has at most %p', (limit, expected) => {
    expect(readPage(limit === undefined ? {} : { limit }, NOW).limit).toBe(expected);
  });

  it.each(['0', '-1', '1.5', 'ten', '1e3'])('is refused with limit %p', (limit) => {
    expect(() => readPage({ limit }, NOW)).toThrow('limit must be');
  });

  it('begins at a time or after a transaction', () => {
    expect(readPage({ since: 'tx_0000a' }, NOW)).toMatchObject({ since: null, after: 'tx_0000a' });
    expect(readPage({ since: '2026-11-15T00:00:00Z' }, NOW)).toMatchObject({
      since: micros('2026-11-15T00:00:00Z'),
      after: null,
    });
  });

  const refused = (query: object) => {
    try {
      readPage(query, NOW);
    } catch (error) {
      return Reflect.get(Object(error), 'code');
    }
    return undefined;
  };

  it.each([
    [{ since: 'acc_0000a' }, 'bad_request.bad_param.since'],
    [{ before: 'tx_0000a' }, 'bad_request.bad_param.before'],
    [{ since: '2026-11-15T00:00:00Z', before: '2026-11-14T00:00:00Z' }, 'bad_request.bad_time_range'],
    [{ since: '2025-11-15T11:59:59Z' }, 'bad_request.invalid_time_range'],
    [{ since: '2025-11-15T12:00:00Z' }, undefined],
    [{ since: '2020-01-01T00:00:00Z', before: '2020-12-31T00:00:00Z' }, undefined],
    [{ since: '2020-01-01T00:00:00Z', before: '2020-12-31T00:00:01Z' }, 'bad_request.invalid_time_range'],
    [{ before: '2020-01-01T00:00:00Z' }, undefined],
    [{ since: '2027-01-01T00:00:00Z' }, undefined],
    [{}, undefined],
  ])('asked with %j comes to %p', (query, code) => {
    expect(refused(query)).toBe(code);
  });
});

describe('the window of history', () => {
  const at = (days: bigint, wholeHistoryUntil = 0n) => ({
    start: NOW - days * DAY,
    now: NOW,
    wholeHistoryUntil,
    historyDays: 90,
  });

  it('reaches back 89 days, not 90, and all the way for a few minutes after an approval', () => {
    expect(() => checkWindow(at(89n))).not.toThrow();
    expect(() => checkWindow({ ...at(90n), start: NOW - 90n * DAY + 1n })).not.toThrow();
    expect(() => checkWindow(at(90n))).toThrow('approval');
    expect(() => checkWindow(at(900n, NOW + 1n))).not.toThrow();
    expect(() => checkWindow(at(900n, NOW))).toThrow('approval');
  });
});

describe('the start of the day', () => {
  it.each([
    ['2026-01-15T12:00:00Z', '2026-01-15T04:00:00Z'],
    ['2026-01-15T03:59:59Z', '2026-01-14T04:00:00Z'],
    ['2026-07-15T12:00:00Z', '2026-07-15T03:00:00Z'],
    ['2026-03-29T12:00:00Z', '2026-03-29T03:00:00Z'],
    ['2026-03-29T02:00:00Z', '2026-03-28T04:00:00Z'],
    ['2026-10-25T12:00:00Z', '2026-10-25T04:00:00Z'],
    ['2026-10-25T03:30:00Z', '2026-10-24T03:00:00Z'],
  ])('of %s in London is %s', (now, start) => {
    expect(instantShown(dayStartIn('Europe/London')(micros(now)))).toBe(start.replace('Z', '.000Z'));
  });

  it('follows the clock into the next day', () => {
    const start = dayStartIn('Europe/London');
    expect(start(micros('2026-01-15T12:00:00Z'))).toBe(micros('2026-01-15T04:00:00Z'));
    expect(start(micros('2026-01-16T12:00:00Z'))).toBe(micros('2026-01-16T04:00:00Z'));
  });
});

describe('a rate limit', () => {
  it('lets a burst through, then so many a second, for each by itself', () => {
    let now = 0;
    const limiter = new RateLimiter({ burst: 3, perSecond: 2 }, () => now);
    const waits = (n: number) => Array.from({ length: n }, () => limiter.secondsToWait('a'));
    expect(waits(4)).toEqual([0, 0, 0, 1]);
    expect(limiter.secondsToWait('b')).toBe(0);
    now += 1_000;
    expect(waits(3)).toEqual([0, 0, 1]);
    now += 60_000;
    expect(waits(4)).toEqual([0, 0, 0, 1]);
  });
});
