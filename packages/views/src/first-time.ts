import type { Records } from './port.js';

/**
 * When something was asked for the first time, in microseconds since 1970: `now` for the first call with a key, and that same time ever
 * after. Ids carry their time, and a retry must come to the same id; durable before it resolves.
 */
export async function firstTimeOf(records: Records, collection: string, key: string, now: bigint): Promise<bigint> {
  if (await records.insertIfAbsent(collection, key, Buffer.from(String(now)))) return now;
  const first = await records.get(collection, key);
  if (first === undefined) throw new Error(`${collection}: a time that could not be kept is not there either`);
  return BigInt(Buffer.from(first.value).toString());
}
