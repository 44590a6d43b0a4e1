import { describe, expect, it } from '@jest/globals';
import { Random } from '../random.js';
import { dayOf, type Happening, somethingAt } from './card-life.js';
import { Errands } from './errands.js';

const DAY_MS = 86_400_000;
/** 2026-01-01 */
const FIRST = 1_767_225_600_000;

function life(seed: number, days = 90): Happening[] {
  const random = new Random(seed);
  return Array.from({ length: days }, (_, n) => dayOf(FIRST + n * DAY_MS, random)).flat();
}

describe('card life', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(life(7)).toEqual(life(7));
    expect(life(7)).not.toEqual(life(8));
  });

  it('has money coming in, put aside and shared with a friend in any two months of anybody', () => {
    for (let seed = 0; seed < 500; seed++) {
      const random = new Random(seed);
      const days = Array.from({ length: 60 }, (_, n) => dayOf(FIRST + (seed + n) * DAY_MS, random)).flat();
      expect(days.length).toBeGreaterThan(120);
      const kinds = new Set(days.map(({ kind }) => kind));
      expect([seed, kinds]).toEqual([seed, new Set(['purchase', 'salary', 'saving', 'transfer'])]);
    }
  });

  it('is in order of time, in whole minor units above zero, and has something of everything', () => {
    const happened = life(20_261_121);
    expect(happened.length).toBeGreaterThan(150);
    expect(happened.map(({ at }) => at)).toEqual(happened.map(({ at }) => at).sort((a, b) => a - b));
    for (const each of happened) {
      expect(Number.isInteger(each.amount) && each.amount !== 0).toBe(true);
      if (each.kind !== 'purchase') continue;
      expect(each.amount).toBeGreaterThan(0);
      if (each.cleared !== null) expect(each.cleared.amount).toBeGreaterThan(0);
      if (each.refunded !== null) expect(each.refunded.after).toBeGreaterThan(each.cleared?.after ?? 0);
    }
    const purchases = happened.filter((each) => each.kind === 'purchase');
    expect(purchases.some(({ local }) => local?.currency === 'EUR')).toBe(true);
    expect(purchases.some(({ refunded }) => refunded !== null)).toBe(true);
    expect(purchases.some(({ single }) => single)).toBe(true);
    expect(happened.filter(({ kind }) => kind === 'salary')).toHaveLength(3);
    const random = new Random(1);
    const now = Array.from({ length: 500 }, (_, n) => somethingAt(FIRST + n, random).kind);
    expect(new Set(now)).toEqual(new Set(['purchase', 'salary', 'saving', 'transfer']));
  });
});

describe('errands', () => {
  it('are done in order of time, with what follows from them, and none before its time', async () => {
    const done: number[] = [];
    const errands = new Errands();
    const errand = (at: number, ...follow: number[]) => ({
      at,
      run: async () => {
        done.push(at);
        return follow.map((next) => errand(next));
      },
    });
    errands.add([errand(3), errand(1, 2, 9)]);
    await errands.runUntil(5, new AbortController().signal);
    expect(done).toEqual([1, 2, 3]);
    expect(errands.next).toBe(9);
  });
});
