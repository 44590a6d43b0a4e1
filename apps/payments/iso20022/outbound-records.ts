// What is noted of each payment to another bank: what its message is made of, sealed, and how far it is.
import type { AccountId, CurrencyCode, Micros, PaymentId } from '@tallystick/ledger-core';
import type { Records } from '@tallystick/views';

const COLLECTION = 'outbound-payments';
/** Ids of all that is in flight; one whose payment has ended may be among them. */
const IN_FLIGHT = 'outbound-payments-in-flight';
const NOTHING = new Uint8Array();

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
    await this.follow(paymentId, record);
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
      await this.follow(paymentId, changed);
      if (!(await this.records.compareAndSet(COLLECTION, paymentId, found.version, bytes(changed)))) continue;
      if (hasEnded(changed)) await this.records.remove(IN_FLIGHT, paymentId);
      return changed;
    }
  }

  /** @param after the page begins behind this id. A page may have fewer than asked for, and others behind it */
  async inFlight(
    after: PaymentId | null,
    limit: number,
  ): Promise<{ readonly payments: readonly [PaymentId, OutboundRecord][]; readonly next: PaymentId | null }> {
    const keys = await this.records.keys(IN_FLIGHT, { ...(after === null ? {} : { after }), limit });
    const payments: [PaymentId, OutboundRecord][] = [];
    for (const id of keys as PaymentId[]) {
      const record = await this.get(id);
      if (record?.state === 'SENT') payments.push([id, record]);
      // Whoever ended it died before this.
      else if (record !== undefined && hasEnded(record)) await this.records.remove(IN_FLIGHT, id);
    }
    return { payments, next: keys.length < limit ? null : ((keys.at(-1) as PaymentId | undefined) ?? null) };
  }

  /** Before it is noted as sent, so that none that is noted so is left out of the list. */
  private async follow(paymentId: PaymentId, { state }: OutboundRecord): Promise<void> {
    if (state === 'SENT') await this.records.insertIfAbsent(IN_FLIGHT, paymentId, NOTHING);
  }

  private async versioned(paymentId: PaymentId) {
    const found = await this.records.get(COLLECTION, paymentId);
    if (found === undefined) return undefined;
    const record: OutboundRecord = JSON.parse(Buffer.from(found.value).toString());
    return { record, version: found.version };
  }
}

function hasEnded({ state }: OutboundRecord): boolean {
  return state === 'CONFIRMED' || state === 'RETURNED';
}

function bytes(record: OutboundRecord): Uint8Array {
  return Buffer.from(JSON.stringify(record));
}
