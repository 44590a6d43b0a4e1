// What is noted of each payment to another bank: what its message is made of, sealed, and how far it is.
import type { AccountId, CurrencyCode, Micros, PaymentId } from '@tallystick/ledger-core';
import type { Records } from '@tallystick/views';

const COLLECTION = 'outbound-payments';

export type PaymentState = 'PENDING' | 'REFUSED' | 'SENT' | 'CONFIRMED' | 'RETURNED';

export interface OutboundRecord {
  readonly accountId: AccountId;
  /** Minor units. */
  readonly amount: string;
  readonly currency: CurrencyCode;
  readonly clearingSystem: string | null;
  /** When it was asked for first, microseconds since 1970. */
  readonly at: string;
  readonly localDate: string;
  /** Names, numbers and reference, under the customer's key; base64. */
  readonly sealed: string;
  readonly state: PaymentState;
  readonly status: string | null;
  readonly reason: string | null;
  readonly returnedBy: PaymentId | null;
}

/** Of a payment that nothing is known of yet. */
export function recordOf(
  payment: Pick<OutboundRecord, 'accountId' | 'currency' | 'clearingSystem' | 'localDate'> & {
    readonly amount: bigint;
    readonly effectiveAt: Micros;
  },
  sealed: Uint8Array,
): OutboundRecord {
  const { accountId, amount, currency, clearingSystem, effectiveAt, localDate } = payment;
  return {
    accountId,
    amount: String(amount),
    currency,
    clearingSystem,
    at: String(effectiveAt),
    localDate,
    sealed: Buffer.from(sealed).toString('base64'),
    state: 'PENDING',
    status: null,
    reason: null,
    returnedBy: null,
  };
}

export class OutboundRecords {
  constructor(private readonly records: Records) {}

  async get(paymentId: PaymentId): Promise<OutboundRecord | undefined> {
    return (await this.versioned(paymentId))?.record;
  }

  /** The record that there is then: this one, or an earlier one. */
  async insert(paymentId: PaymentId, record: OutboundRecord): Promise<OutboundRecord> {
    if (await this.records.insertIfAbsent(COLLECTION, paymentId, bytes(record))) return record;
    const found = await this.get(paymentId);
    if (found === undefined) throw new Error('a payment that could not be noted is not noted either');
    return found;
  }

  /**
   * Changes what the newest record has to change, however many change it at once.
   * @param change undefined where nothing has to
   */
  async update(
    paymentId: PaymentId,
    change: (record: OutboundRecord) => Partial<OutboundRecord> | undefined,
  ): Promise<OutboundRecord> {
    for (;;) {
      const found = await this.versioned(paymentId);
      if (found === undefined) throw new Error('there is no such payment');
      const changes = change(found.record);
      if (changes === undefined) return found.record;
      const changed = { ...found.record, ...changes };
      if (await this.records.compareAndSet(COLLECTION, paymentId, found.version, bytes(changed))) return changed;
    }
  }

  private async versioned(paymentId: PaymentId) {
    const found = await this.records.get(COLLECTION, paymentId);
    if (found === undefined) return undefined;
    const record: OutboundRecord = JSON.parse(Buffer.from(found.value).toString());
    return { record, version: found.version };
  }
}

function bytes(record: OutboundRecord): Uint8Array {
  return Buffer.from(JSON.stringify(record));
}
