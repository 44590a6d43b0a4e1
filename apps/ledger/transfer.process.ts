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

export class TransferProcess {
  readonly name = 'transfers';
  private saved = 0n;

  constructor(
    private readonly ledger: ClientOf<typeof ledgerContract>,
    private readonly records: Records,
    /** A context for calls that nobody outside waits for. */
    private readonly contextFor: (causationId: string, correlationId: string) => CallContext,
  ) {}

  async resumeAfter(partition: number): Promise<bigint> {
    const found = await this.records.get(CHECKPOINTS, `${this.name}-${partition}`);
    this.saved = found === undefined ? 0n : BigInt(Buffer.from(found.value).toString());
    return this.saved;
  }

  async apply({ partition, events }: Delivery): Promise<void> {
    const sent = events.filter((recorded) => eventTypeOf(recorded.payload) === 'TransferSent');
    await Promise.all(sent.map((recorded) => this.deliver(recorded)));
    const last = events.at(-1);
    if (last === undefined || (sent.length === 0 && last.position - this.saved < IDLE_STRIDE)) return;
    await this.records.put(CHECKPOINTS, `${this.name}-${partition}`, Buffer.from(String(last.position)));
    this.saved = last.position;
  }

  private async deliver(recorded: RecordedEvent): Promise<void> {
    const metadata = decodeMetadata(recorded.metadata);
    const sent = decodePayload(recorded.payload);
    const source = metadata.accountId;
    if (sent.type !== 'TransferSent' || source === null) throw new Error(`${recorded.stream}: not a transfer`);
    const { transferId, destinationAccountId, amount, currency, personal } = sent;
    const refused = await this.execute(destinationAccountId, 'receive', sent, metadata, {
      type: 'ReceiveTransfer',
      transferId,
      sourceAccountId: source,
      amount,
      currency,
      personal,
    });
    if (refused === null)
      await this.execute(source, 'complete', sent, metadata, { type: 'CompleteTransfer', transferId });
    else await this.execute(source, 'return', sent, metadata, { type: 'ReturnTransfer', transferId, reason: refused });
  }

  /** Why the command was rejected, or null. */
  private async execute(
    accountId: AccountId,
    step: string,
    sent: TransferSent,
    cause: EventMetadata,
    command: AccountCommand,
  ): Promise<string | null> {
    const { effectiveAt, localDate, recordedAt, correlationId, commandId } = cause;
    const key = `${step}-${sent.transferId}`;
    const { outcomes } = await this.ledger.execute(
      { accountId, caller: CALLER, commands: [{ key, effectiveAt, localDate, causedAt: recordedAt, command }] },
      this.contextFor(commandId, correlationId),
    );
    const [outcome] = outcomes;
    if (outcome === undefined) throw new Error(`transfer ${sent.transferId}: no outcome`);
    return outcome.kind === 'rejected' ? outcome.rejection : null;
  }
}
