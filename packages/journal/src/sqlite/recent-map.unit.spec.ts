import { describe, expect, it } from '@jest/globals';
import { RecentMap } from './recent-map.js';

describe('a full map', () => {
  it('keeps what is used and forgets what is not', () => {
    const map = new RecentMap<number, string>(10);
    map.set(0, 'used');
    for (let i = 1; i < 100; i++) {
      map.set(i, `value ${i}`);
      expect(map.get(0)).toBe('used');
      expect(map.get(i)).toBe(`value ${i}`);
    }
    const kept = Array.from({ length: 100 }, (_, i) => map.get(i)).filter((value) => value !== undefined);
    expect(kept.length).toBeLessThanOrEqual(10);
    map.clear();
    expect(map.get(0)).toBeUndefined();
  });
});
