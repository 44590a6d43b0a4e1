// Drives transfers from the journal: what left one account reaches the other or comes back. Every step is idempotent by the transfer's
// id, and the destination's answer is an event, so a delivery may be repeated at any point and by several processes at once; the
// checkpoint is written after its steps.

import type { Delivery } from '@tallystick/bus';
import type { CallContext, ClientOf, ledgerContract, ResponseOf } from '@tallystick/contracts';
import { decodeMetadata, decodePayload, eventTypeOf } from '@tallystick/events';
import type { RecordedEvent } from '@tallystick/journal';
import type {
  AccountCommand,
  AccountId,
  EventMetadata,
  LocalDate,
  Micros,
  TransferSent,
} from '@tallystick/ledger-core';
import type { Records } from '@tallystick/views';

type Outcome = ResponseOf<(typeof ledgerContract)['methods']['execute']>['outcomes'][number];
type Answer = Extract<Outcome, { readonly kind: 'answered' }>['answer'];

const CHECKPOINTS = 'process-checkpoints';
const CALLER = 'process.transfers';
/** Where nothing had to be done, the checkpoint is moved only now and then. */
const IDLE_STRIDE = 20_000n;

export interface Dating {
  /** Microseconds since 1970. */
  readonly clock: () => Micros;
  /** In the book's time zone. */
  readonly localDateOf: (at: Micros) => LocalDate;
}

/** A transfer that left its sender, and what is known of the event. */
interface Sent {
  readonly source: AccountId;
  readonly event: TransferSent;
  readonly cause: EventMetadata;
}

export class TransferProcess {
  readonly name = 'transfers';
  private readonly saved = new Map<number, bigint>();

  constructor(
    private readonly ledger: ClientOf<typeof ledgerContract>,
    private readonly records: Records,
    /** A context for calls that nobody outside waits for. */
    private readonly contextFor: (causationId: string, correlationId: string) => CallContext,
    private readonly dating: Dating,
  ) {}

  async resumeAfter(partition: number): Promise<bigint> {
    const found = await this.records.get(CHECKPOINTS, `${this.name}-${partition}`);
    const position = found === undefined ? 0n : BigInt(Buffer.from(found.value).toString());
    this.saved.set(partition, position);
    return position;
  }

  async apply({ partition, events }: Delivery): Promise<void> {
    const done = this.saved.get(partition) ?? 0n;
    // Accounts let go of old transfers, so what the checkpoint has passed is not asked again.
    const sent = events.filter(({ position, payload }) => position > done && eventTypeOf(payload) === 'TransferSent');
    // Each to its end, one way or the other: a delivery that comes again must not meet steps of this one.
    const steps = await Promise.allSettled(sent.map((recorded) => this.deliver(sentOf(recorded))));
    for (const step of steps) if (step.status === 'rejected') throw step.reason;
    const last = events.at(-1);
    if (last === undefined) return;
    const idle = sent.length === 0 && last.position - done < IDLE_STRIDE;
    if (idle) return;
    await this.records.put(CHECKPOINTS, `${this.name}-${partition}`, Buffer.from(String(last.position)));
    this.saved.set(partition, last.position);
  }

  private async deliver(sent: Sent): Promise<void> {
    const { source, event } = sent;
    const { transferId } = event;
    const refusal = await this.receive(sent);
    if (refusal === null) await this.execute(source, 'complete', sent, { type: 'CompleteTransfer', transferId });
    else await this.execute(source, 'return', sent, { type: 'ReturnTransfer', transferId, reason: refusal });
  }

  /** Why the destination refused it, or null. */
  private async receive(sent: Sent): Promise<string | null> {
    const { transferId, destinationAccountId, amount, currency, personal } = sent.event;
    const { reason } = await this.execute(destinationAccountId, `receive-${sent.source}`, sent, {
      type: 'ReceiveTransfer',
      transferId,
      sourceAccountId: sent.source,
      amount,
      currency,
      personal,
    });
    return reason;
  }

  /**
   * As long after it was sent as it took since then: who reads the destination's list by the transactions' times must not have gone past
   * it, and what was sent with an earlier value date arrives with an earlier one.
   */
  private arrivalOf({ effectiveAt, recordedAt }: EventMetadata): Micros {
    const took = this.dating.clock() - recordedAt;
    return took > 0n ? effectiveAt + took : effectiveAt;
  }

  /** @throws Error where the command was rejected: nothing is stored of it, so nothing may follow from it */
  private async execute(accountId: AccountId, step: string, sent: Sent, command: AccountCommand): Promise<Answer> {
    const { transferId } = sent.event;
    const { recordedAt, correlationId, commandId } = sent.cause;
    const effectiveAt = this.arrivalOf(sent.cause);
    const localDate = this.dating.localDateOf(effectiveAt);
    const at = { key: `${step}-${transferId}`, effectiveAt, localDate, causedAt: recordedAt };
    const { outcomes } = await this.ledger.execute(
      { accountId, caller: CALLER, commands: [{ ...at, command }] },
      this.contextFor(commandId, correlationId),
    );
    const [outcome] = outcomes;
    if (outcome?.kind === 'answered') return outcome.answer;
    const why = outcome?.rejection ?? 'no outcome';
    throw new Error(`transfer ${transferId} of ${sent.source}: ${command.type}: ${why}`);
  }
}

function sentOf(recorded: RecordedEvent): Sent {
  const cause = decodeMetadata(recorded.metadata);
  const event = decodePayload(recorded.payload);
  const source = cause.accountId;
  if (event.type !== 'TransferSent' || source === null) throw new Error(`${recorded.stream}: not a transfer`);
  return { source, event, cause };
}
