// Customers' keys as records. Destroying one leaves a tombstone, so that no new key is ever made for whom was erased.
import {
  EncodingError,
  type KeyPort,
  type PersonalText,
  sealPersonal,
  unsealAll,
  unsealPersonal,
} from '@tallystick/events';
import type { Records } from './port.js';

const COLLECTION = 'personal-keys';
const KEY_BYTES = 32;
const NOBODY = new Uint8Array();

export class RecordKeys implements KeyPort {
  constructor(
    private readonly records: Records,
    private readonly random: (bytes: number) => Uint8Array,
  ) {}

  async keyOf(customerId: string): Promise<Uint8Array | undefined> {
    const found = await this.records.get(COLLECTION, customerId);
    return found === undefined || found.value.length === 0 ? undefined : found.value;
  }

  async create(customerId: string): Promise<Uint8Array> {
    await this.records.insertIfAbsent(COLLECTION, customerId, this.random(KEY_BYTES));
    const key = await this.keyOf(customerId);
    if (key === undefined) throw new EncodingError('no_key', `${customerId} was erased`);
    return key;
  }

  async destroy(customerId: string): Promise<void> {
    await this.records.put(COLLECTION, customerId, NOBODY);
  }

  /** Seals under the key of the account that the text stands on, which is made where there is none yet. */
  readonly seal = async (accountId: string, commandId: string, text: PersonalText): Promise<Buffer> => {
    await this.create(accountId);
    return sealPersonal(this, accountId, commandId, text);
  };

  readonly open = (accountId: string, sealed: Uint8Array) => unsealPersonal(this, accountId, sealed);

  readonly openAll = (accountId: string, sealed: readonly Uint8Array[]) => unsealAll(this, accountId, sealed);
}
