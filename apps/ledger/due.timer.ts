// Gives the commands that fall due at a time, by a clock passed in: the expiry of holds; payments are due-payments.timer.ts.
import type { CallContext, ClientOf, ledgerContract } from '@tallystick/contracts';
import {
  type AccountId,
  type LocalDate,
  type Micros,
  TRANSACTIONS_KEPT,
  type TransactionId,
} from '@tallystick/ledger-core';
import type { Freshness, Records, Row, ViewReader } from '@tallystick/views';
import { dayOf, dueHoldsTable, startOf } from './due.projection.js';

const CHECKPOINTS = 'process-checkpoints';
const NAME = 'due-holds';
const PAGE = 256;

export interface DuePorts {
  readonly ledger: ClientOf<typeof ledgerContract>;
  readonly views: ViewReader;
  readonly freshness: Freshness;
  readonly records: Records;
  readonly clock: () => Micros;
  readonly localDateOf: (at: Micros) => LocalDate;
  readonly contextFor: (causationId: string, correlationId: string) => CallContext;
}

/** Where the timer stands: everything before this key was given to the ledger. */
interface Checkpoint {
  readonly dueAt: Micros;
  readonly transactionId: string;
}

export class DueTimer {
  constructor(private readonly ports: DuePorts) {}

  /**
   * Expires every hold that is due now; returns how many rows were looked at. Stopped in the middle, the next call goes on from there:
   * each command's key follows from the hold, so none is decided twice.
   */
  async run(signal: AbortSignal): Promise<number> {
    const now = this.ports.clock();
    const { head } = await this.ports.ledger.journal({}, this.ports.contextFor(NAME, NAME));
    await this.ports.freshness.waitUntil(head, signal);
    let checkpoint = await this.load(now);
    let seen = 0;
    for (let day = dayOf(checkpoint.dueAt); day <= dayOf(now) && !signal.aborted; ) {
      const page = await this.page(day, checkpoint);
      const due = page.filter((row) => (row.due_at as bigint) <= now);
      await Promise.all(due.map((row) => this.expire(row)));
      seen += due.length;
      const last = due.at(-1);
      if (last !== undefined) {
        checkpoint = { dueAt: last.due_at as bigint, transactionId: last.transaction_id as string };
        await this.save(checkpoint);
      }
      if (due.length < PAGE) day++;
    }
    // Days without a hold are not looked through again every time.
    if (!signal.aborted && dayOf(checkpoint.dueAt) < dayOf(now))
      await this.save({ dueAt: startOf(dayOf(now)), transactionId: '' });
    return seen;
  }

  private page(day: number, { dueAt, transactionId }: Checkpoint): Promise<Row[]> {
    const after = dayOf(dueAt) === day ? { after: { due_at: dueAt, transaction_id: transactionId } } : {};
    return this.ports.views.slice(dueHoldsTable, { partition: { day }, ...after, limit: PAGE });
  }

  private async expire(row: Row): Promise<void> {
    // The table declares these types.
    const transactionId = row.transaction_id as TransactionId;
    const accountId = row.account_id as AccountId;
    const effectiveAt = row.due_at as Micros;
    const key = `expire-${transactionId}-${effectiveAt}`;
    const command = { type: 'ExpireAuthorisation' as const, transactionId };
    // Caused by its time's coming: the ledger's own clock may be a little behind this one, and will not be asked again.
    const at = { key, effectiveAt, localDate: this.ports.localDateOf(effectiveAt), causedAt: effectiveAt };
    // A rejection says that the hold is not due any more (it was extended): its new time has a row of its own.
    await this.ports.ledger.execute(
      { accountId, caller: 'process.due', commands: [{ ...at, command }] },
      this.ports.contextFor(key, key),
    );
  }

  private async load(now: Micros): Promise<Checkpoint> {
    const found = await this.ports.records.get(CHECKPOINTS, NAME);
    // The first run, or its record is lost: nothing that matters can have fallen due before this.
    if (found === undefined) return { dueAt: now - TRANSACTIONS_KEPT, transactionId: '' };
    const [dueAt = '0', transactionId = ''] = Buffer.from(found.value).toString().split(' ');
    return { dueAt: BigInt(dueAt), transactionId };
  }

  private save({ dueAt, transactionId }: Checkpoint): Promise<void> {
    return this.ports.records.put(CHECKPOINTS, NAME, Buffer.from(`${dueAt} ${transactionId}`));
  }
}
