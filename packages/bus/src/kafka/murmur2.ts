// Where Kafka's own clients put a key: murmur2 as in org.apache.kafka.common.utils.Utils, so that any producer agrees with ours.
const SEED = 0x9747b28c;
const M = 0x5bd1e995;
const KEY_BYTES = 1_024;

/** Keys are hashed one at a time, so one buffer does for all. */
const scratch = Buffer.allocUnsafeSlow(KEY_BYTES);

/** 0 to partitions - 1. */
export function partitionOf(key: string, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}

/** A signed 32-bit number, of the key's UTF-8 bytes. */
export function murmur2(key: string): number {
  const fits = key.length * 3 <= KEY_BYTES;
  const bytes = fits ? scratch : Buffer.from(key);
  const length = fits ? scratch.write(key) : bytes.length;
  const tail = length & ~3;
  let h = SEED ^ length;
  for (let i = 0; i < tail; i += 4) {
    let k = Math.imul(bytes.readInt32LE(i), M);
    k = Math.imul(k ^ (k >>> 24), M);
    h = Math.imul(h, M) ^ k;
  }
  const left = length - tail;
  if (left >= 3) h ^= bytes.readUInt8(tail + 2) << 16;
  if (left >= 2) h ^= bytes.readUInt8(tail + 1) << 8;
  if (left >= 1) h = Math.imul(h ^ bytes.readUInt8(tail), M);
  h = Math.imul(h ^ (h >>> 13), M);
  return h ^ (h >>> 15);
}
