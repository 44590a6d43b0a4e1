// Drives transfers from the journal: what left one account reaches the other or comes back. Every step is idempotent by the transfer's
// id, so a delivery may be repeated at any point; the checkpoint is written after its steps.

import type { Delivery } from '@tallystick/bus';
import type { CallContext, ClientOf, ledgerContract } from '@tallystick/contracts';
import { decodeMetadata, decodePayload, eventTypeOf } from '@tallystick/events';
import type { RecordedEvent } from '@tallystick/journal';
import type { AccountCommand, AccountId, EventMetadata, TransferSent } from '@tallystick/ledger-core';
import type { Records } from '@tallystick/views';

const CHECKPOINTS = 'process-checkpoints';
const CALLER = 'process.transfers';
/** Where nothing had to be done, the checkpoint is moved only now and then. */
const IDLE_STRIDE = 20_000n;
/** `<partition>-<position>` of each transfer that was refused, with the reason, until the checkpoint has passed it. */
const REFUSALS = 'transfer-refusals';
const REFUSALS_PER_READ = 256;

export class TransferProcess {
  readonly name = 'transfers';
  private readonly saved = new Map<number, bigint>();
  /** The record of refusals, in memory: it is looked at for every transfer, and hardly ever holds one. */
  private readonly refusals = new Map<string, string>();

  constructor(
    private readonly ledger: ClientOf<typeof ledgerContract>,
    private readonly records: Records,
    /** A context for calls that nobody outside waits for. */
    private readonly contextFor: (causationId: string, correlationId: string) => CallContext,
  ) {}

  async resumeAfter(partition: number): Promise<bigint> {
    const found = await this.records.get(CHECKPOINTS, `${this.name}-${partition}`);
    const position = found === undefined ? 0n : BigInt(Buffer.from(found.value).toString());
    this.saved.set(partition, position);
    await this.readRefusals(partition, position);
    return position;
  }

  async apply({ partition, events }: Delivery): Promise<void> {
    const done = this.saved.get(partition) ?? 0n;
    // What the checkpoint has passed is over: its refusal is forgotten, and asked again the destination might not refuse.
    const sent = events.filter(({ position, payload }) => position > done && eventTypeOf(payload) === 'TransferSent');
    // Each to its end, one way or the other: a delivery that comes again must not meet steps of this one.
    const steps = await Promise.allSettled(sent.map((recorded) => this.deliver(partition, recorded)));
    for (const step of steps) if (step.status === 'rejected') throw step.reason;
    const last = events.at(-1);
    if (last === undefined) return;
    const idle = sent.length === 0 && last.position - done < IDLE_STRIDE;
    if (idle) return;
    await this.records.put(CHECKPOINTS, `${this.name}-${partition}`, Buffer.from(String(last.position)));
    this.saved.set(partition, last.position);
    if (this.refusals.size > 0) await this.forgetRefusals(sent.map((recorded) => keyOf(partition, recorded.position)));
  }

  private async deliver(partition: number, recorded: RecordedEvent): Promise<void> {
    const cause = decodeMetadata(recorded.metadata);
    const sent = decodePayload(recorded.payload);
    const source = cause.accountId;
    if (sent.type !== 'TransferSent' || source === null) throw new Error(`${recorded.stream}: not a transfer`);
    const { transferId } = sent;
    const key = keyOf(partition, recorded.position);
    const refusal = this.refusals.get(key) ?? (await this.receive(key, source, sent, cause));
    const last: AccountCommand =
      refusal === null
        ? { type: 'CompleteTransfer', transferId }
        : { type: 'ReturnTransfer', transferId, reason: refusal };
    const step = refusal === null ? 'complete' : 'return';
    const broken = await this.execute(source, step, transferId, cause, last);
    if (broken !== null) throw new Error(`transfer ${transferId} of ${source} can't ${step}: ${broken}`);
  }

  /**
   * Why the destination refused it, or null. A refusal is kept before the money goes back: the destination may be opened meanwhile, and
   * a delivery that comes again would have it receive what was returned.
   */
  private async receive(
    key: string,
    sourceAccountId: AccountId,
    sent: TransferSent,
    cause: EventMetadata,
  ): Promise<string | null> {
    const { transferId, destinationAccountId, amount, currency, personal } = sent;
    const command = { type: 'ReceiveTransfer' as const, transferId, sourceAccountId, amount, currency, personal };
    const refusal = await this.execute(destinationAccountId, 'receive', transferId, cause, command);
    if (refusal === null) return null;
    await this.records.put(REFUSALS, key, Buffer.from(refusal));
    this.refusals.set(key, refusal);
    return refusal;
  }

  /** Why the command was rejected, or null. */
  private async execute(
    accountId: AccountId,
    step: string,
    transferId: string,
    cause: EventMetadata,
    command: AccountCommand,
  ): Promise<string | null> {
    const { effectiveAt, localDate, recordedAt, correlationId, commandId } = cause;
    const at = { key: `${step}-${transferId}`, effectiveAt, localDate, causedAt: recordedAt };
    const { outcomes } = await this.ledger.execute(
      { accountId, caller: CALLER, commands: [{ ...at, command }] },
      this.contextFor(commandId, correlationId),
    );
    const [outcome] = outcomes;
    if (outcome === undefined) throw new Error(`transfer ${transferId}: no outcome`);
    return outcome.kind === 'rejected' ? outcome.rejection : null;
  }

  private async readRefusals(partition: number, checkpoint: bigint): Promise<void> {
    this.refusals.clear();
    for (let after: { after?: string } = {}; ; ) {
      const keys = await this.records.keys(REFUSALS, { ...after, limit: REFUSALS_PER_READ });
      for (const key of keys) {
        const found = await this.records.get(REFUSALS, key);
        if (found !== undefined) this.refusals.set(key, Buffer.from(found.value).toString());
      }
      const last = keys.at(-1);
      if (last === undefined || keys.length < REFUSALS_PER_READ) break;
      after = { after: last };
    }
    // Left by a crash between the checkpoint and their removal.
    await this.forgetRefusals([...this.refusals.keys()].filter((key) => isPassed(key, partition, checkpoint)));
  }

  private async forgetRefusals(keys: readonly string[]): Promise<void> {
    for (const key of keys) if (this.refusals.delete(key)) await this.records.remove(REFUSALS, key);
  }
}

function keyOf(partition: number, position: bigint): string {
  return `${partition}-${position}`;
}

function isPassed(key: string, partition: number, checkpoint: bigint): boolean {
  const [of = '', position = ''] = key.split('-');
  return of === String(partition) && BigInt(position) <= checkpoint;
}
