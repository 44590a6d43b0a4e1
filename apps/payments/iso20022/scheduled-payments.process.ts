// Notes each payment of a schedule that left for another bank, so that its message can go out and be answered. All that is noted follows
// from the event, and what is noted already stays: a delivery may be repeated at any point. Where the customer was erased, nobody knows any
// more who was to be paid: the payment comes back, and the schedule ends.
import type { Delivery } from '@tallystick/bus';
import type { BookDate, CallContext, ClientOf, ledgerContract } from '@tallystick/contracts';
import { decodeMetadata, decodePayload, eventTypeOf } from '@tallystick/events';
import type { RecordedEvent } from '@tallystick/journal';
import {
  type AccountCommand,
  type AccountId,
  type EventMetadata,
  type Micros,
  type PaymentId,
  rejections,
  type ScheduledPaymentTaken,
} from '@tallystick/ledger-core';
import type { Records } from '@tallystick/views';
import { PartitionCheckpoints } from '@tallystick/views/partition-checkpoints';
import type { OpenPersonal } from './outbound.js';
import { OutboundRecords, recordOf } from './outbound-records.js';
import { clearingSystemOf } from './outbound-texts.js';

/** How far the checkpoint may stay behind where nothing had to be done. */
const IDLE_STRIDE = 20_000n;
const LINGER_MS = 25;
const AT_ONCE = 64;
const NO_TEXT = new Uint8Array();
const CALLER = 'process.scheduled-payments';
const ERASED = rejections.CustomerErased.code;

export interface ScheduledPaymentsPorts {
  readonly records: Records;
  readonly ledger: Pick<ClientOf<typeof ledgerContract>, 'execute'>;
  readonly open: OpenPersonal;
  /** For calls that nobody outside waits for. */
  readonly contextFor: (causationId: string, correlationId: string) => CallContext;
  readonly clock: () => Micros;
  readonly bookDate: BookDate;
}

export class ScheduledPaymentsProcess {
  readonly name = 'scheduled-payments';
  readonly lingerMs = LINGER_MS;
  private readonly checkpoints: PartitionCheckpoints;
  private readonly outbound: OutboundRecords;

  constructor(private readonly ports: ScheduledPaymentsPorts) {
    const { records } = ports;
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
    const metadata = decodeMetadata(recorded.metadata);
    const { accountId, effectiveAt, localDate } = metadata;
    if (accountId === null) throw new Error(`${recorded.stream}: a payment of nobody`);
    if ((await this.outbound.get(paymentId)) !== undefined) return;
    const clearingSystem = clearingSystemOf(otherBank.scheme);
    const payment = { accountId, amount, currency, clearingSystem, effectiveAt, localDate };
    const sealed = personal ?? NO_TEXT;
    // It was not noted, so no message of it can have gone out.
    const isErased = personal !== null && (await this.ports.open(accountId, personal)) === 'erased';
    if (isErased) await this.takeBack(accountId, paymentId, event, metadata);
    const state = isErased ? { state: 'RETURNED' as const, reason: ERASED } : { state: 'SENT' as const };
    await this.outbound.insert(paymentId, { ...recordOf(payment, sealed), ...state });
  }

  private async takeBack(
    accountId: AccountId,
    paymentId: PaymentId,
    { schedule: { scheduleId } }: ScheduledPaymentTaken,
    { commandId, correlationId, recordedAt }: EventMetadata,
  ): Promise<void> {
    const { ledger, contextFor, clock, bookDate } = this.ports;
    const effectiveAt = clock();
    const at = { effectiveAt, localDate: bookDate(effectiveAt), causedAt: recordedAt };
    const steps: readonly AccountCommand[] = [
      { type: 'ReturnPayment', paymentId, reason: ERASED },
      { type: 'CancelScheduledPayment', scheduleId },
    ];
    // Rejected where it came back or ended by itself.
    const commands = steps.map((command) => ({ ...at, key: `${command.type}-${paymentId}`, command }));
    await ledger.execute({ accountId, caller: CALLER, commands }, contextFor(commandId, correlationId));
  }
}
