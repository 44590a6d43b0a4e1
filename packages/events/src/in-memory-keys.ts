import { EncodingError } from './errors.js';
import type { KeyPort } from './personal.js';

/** Keys that end with the process. @param random so many random bytes, passed in so that a test can repeat them */
export class InMemoryKeys implements KeyPort {
  readonly #keys = new Map<string, Uint8Array | undefined>();

  constructor(private readonly random: (bytes: number) => Uint8Array) {}

  async keyOf(customerId: string): Promise<Uint8Array | undefined> {
    return this.#keys.get(customerId);
  }

  async create(customerId: string): Promise<Uint8Array> {
    const known = this.#keys.get(customerId);
    if (known !== undefined) return known;
    if (this.#keys.has(customerId)) throw new EncodingError('no_key', `${customerId} was erased`);
    const key = this.random(32);
    this.#keys.set(customerId, key);
    return key;
  }

  async destroy(customerId: string): Promise<void> {
    this.#keys.set(customerId, undefined);
  }
}
