import { describe, expect, it } from '@jest/globals';
import { pooledRandom } from './pooled-random.js';

/** Fills each pool with its number, so that a byte tells which pool it is from. */
function counting() {
  let pools = 0;
  return { fill: (pool: Uint8Array) => pool.fill(++pools), pools: () => pools };
}

describe('a pool of random bytes', () => {
  it('gives as many bytes as are asked for, no byte twice', () => {
    const random = pooledRandom();
    const given = Array.from({ length: 2_000 }, () => random(16));
    expect(given.every((bytes) => bytes.length === 16)).toBe(true);
    expect(new Set(given.map((bytes) => Buffer.from(bytes).toString('hex'))).size).toBe(2_000);
  });

  it('is filled once for hundreds of calls', () => {
    const { fill, pools } = counting();
    const random = pooledRandom(fill);
    for (let i = 0; i < 512; i++) random(16);
    expect(pools()).toBe(1);
    random(1);
    expect(pools()).toBe(2);
  });

  it('leaves bytes that were given as they were', () => {
    const { fill } = counting();
    const random = pooledRandom(fill);
    const first = random(32);
    for (let i = 0; i < 10_000; i++) random(24);
    expect([...first]).toEqual(Array(32).fill(1));
  });

  it('gives more than a pool holds', () => {
    expect(pooledRandom()(10_000)).toHaveLength(10_000);
    expect(pooledRandom()(0)).toHaveLength(0);
  });
});
