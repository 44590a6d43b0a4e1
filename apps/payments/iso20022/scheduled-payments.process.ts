// Notes each payment of a schedule that left for another bank, so that its message can go out and be answered. All that is noted follows
// from the event, and what is noted already stays: a delivery may be repeated at any point.
import type { Delivery } from '@tallystick/bus';
import { decodeMetadata, decodePayload, eventTypeOf } from '@tallystick/events';
import type { RecordedEvent } from '@tallystick/journal';
import type { Records } from '@tallystick/views';
import { PartitionCheckpoints } from '@tallystick/views/partition-checkpoints';
import { OutboundRecords, recordOf } from './outbound-records.js';
import { clearingSystemOf } from './outbound-texts.js';

/** How far the checkpoint may stay behind where nothing had to be done. */
const IDLE_STRIDE = 20_000n;
const LINGER_MS = 25;
const AT_ONCE = 64;
const NO_TEXT = new Uint8Array();

export class ScheduledPaymentsProcess {
  readonly name = 'scheduled-payments';
  readonly lingerMs = LINGER_MS;
  private readonly checkpoints: PartitionCheckpoints;
  private readonly outbound: OutboundRecords;

  constructor(records: Records) {
    this.checkpoints = new PartitionCheckpoints(records, this.name);
    this.outbound = new OutboundRecords(records);
  }

  resumeAfter(partition: number): Promise<bigint> {
    return this.checkpoints.load(partition);
  }

  async apply({ partition, events }: Delivery): Promise<void> {
    const last = events.at(-1);
    if (last === undefined) return;
    const taken = events.filter(({ payload }) => eventTypeOf(payload) === 'ScheduledPaymentTaken');
    for (let from = 0; from < taken.length; from += AT_ONCE)
      await Promise.all(taken.slice(from, from + AT_ONCE).map((recorded) => this.note(recorded)));
    const idle = taken.length === 0 && last.position - this.checkpoints.savedAt(partition) < IDLE_STRIDE;
    if (!idle) await this.checkpoints.save(partition, last.position);
  }

  private async note(recorded: RecordedEvent): Promise<void> {
    const event = decodePayload(recorded.payload);
    if (event.type !== 'ScheduledPaymentTaken') throw new Error(`${recorded.stream}: not a payment of a schedule`);
    const { paymentId, personal } = event;
    const { otherBank, amount, currency } = event.schedule;
    if (paymentId === null || otherBank === null) return;
    const { accountId, effectiveAt, localDate } = decodeMetadata(recorded.metadata);
    if (accountId === null) throw new Error(`${recorded.stream}: a payment of nobody`);
    const clearingSystem = clearingSystemOf(otherBank.scheme);
    const payment = { accountId, amount, currency, clearingSystem, effectiveAt, localDate };
    await this.outbound.insert(paymentId, { ...recordOf(payment, personal ?? NO_TEXT), state: 'SENT' });
  }
}
