import { randomBytes, randomFillSync } from 'node:crypto';
import type { Random } from './traceparent.js';

const POOL_BYTES = 8_192;

/**
 * Random bytes from a pool: one call to the operating system fills what hundreds of trace ids need. A pool that is used up is left to
 * its readers and a new one made, so that bytes once given never change.
 * @param fill as node:crypto's randomFillSync
 */
export function pooledRandom(fill: (pool: Uint8Array) => unknown = randomFillSync): Random {
  let pool = Buffer.alloc(0);
  let used = 0;
  return (byteCount) => {
    if (byteCount > POOL_BYTES) return randomBytes(byteCount);
    if (used + byteCount > pool.length) {
      pool = Buffer.allocUnsafeSlow(POOL_BYTES);
      fill(pool);
      used = 0;
    }
    used += byteCount;
    return pool.subarray(used - byteCount, used);
  };
}
