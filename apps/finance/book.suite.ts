// A small bank for specifications: commands are decided by the real core, and recorded with any two times in a journal in memory.
import { type EncodedEvent, encodeEvent, schemaVersionOf } from '@tallystick/events';
import { NO_STREAM } from '@tallystick/journal';
import { MemoryJournal, MemoryStore } from '@tallystick/journal/memory/index';
import type { AccountCommand, AccountId, EventMetadata, LedgerEvent, Micros } from '@tallystick/ledger-core';
import { AccountUnderTest, localDateOf } from '@tallystick/ledger-core/account/specification.suite';
import { Projector, type ViewWriter } from '@tallystick/views';
import { MemoryViewStore, MemoryViews } from '@tallystick/views/memory/index';
import fc, { type IAsyncProperty } from 'fast-check';
import { Finance } from './finance.js';
import { generalLedgerProjection } from './gl.projection.js';

export interface BookedEvent {
  readonly accountId: AccountId | null;
  readonly event: LedgerEvent;
  readonly effectiveAt: Micros;
  readonly recordedAt: Micros;
}

export const ZONE = 'Europe/London';

export class BookUnderTest {
  readonly journal: MemoryJournal;
  readonly viewStore = new MemoryViewStore();
  readonly views = new MemoryViews(this.viewStore);
  readonly finance: Finance;
  /** Everything recorded, in order. */
  readonly booked: BookedEvent[] = [];
  private readonly accounts = new Map<AccountId, AccountUnderTest>();
  private entries = 0;

  constructor(timeZone = ZONE) {
    this.journal = new MemoryJournal(new MemoryStore({ journalId: 'test', positionStep: 3n }));
    this.finance = new Finance({ journal: this.journal, views: this.views, timeZone });
  }

  /** Decides and records; what the core refuses leaves no event. */
  async do(
    accountId: AccountId,
    command: AccountCommand,
    times: { effectiveAt?: Micros; after?: Micros } = {},
  ): Promise<void> {
    const account = this.accounts.get(accountId) ?? new AccountUnderTest();
    this.accounts.set(accountId, account);
    const before = account.recorded.length;
    const key = `${accountId}-${this.entries++}`;
    account.do(command, times.after === undefined ? { key } : { key, after: times.after });
    const events: EncodedEvent[] = [];
    for (const { event, facts } of account.recorded.slice(before)) {
      const effectiveAt = times.effectiveAt ?? facts.recordedAt;
      events.push(
        this.encode(event, {
          accountId,
          stream: `account-${accountId}`,
          revision: facts.revision,
          effectiveAt,
          recordedAt: facts.recordedAt,
          key,
        }),
      );
    }
    if (events.length > 0) await this.journal.append(`account-${accountId}`, before - 1, events);
  }

  /** Records an event in a stream of its own. */
  async post(event: LedgerEvent, times: { effectiveAt: Micros; recordedAt: Micros }): Promise<void> {
    const key = `entry-${this.entries++}`;
    await this.journal.append(key, NO_STREAM, [
      this.encode(event, { accountId: null, stream: key, revision: 0, key, ...times }),
    ]);
  }

  /** Brings views up to the journal's head. */
  async project(batch = 7, views: ViewWriter = this.views, projections = [generalLedgerProjection]): Promise<void> {
    const projector = new Projector('views', views, projections);
    await projector.prepare();
    let after = await projector.resumeAfter(0);
    for (;;) {
      const events = await this.journal.readAll({ after, limit: batch });
      const last = events.at(-1);
      if (last === undefined) return;
      await projector.apply({ partition: 0, events });
      after = last.position;
    }
  }

  private encode(
    event: LedgerEvent,
    facts: {
      accountId: AccountId | null;
      stream: string;
      revision: number;
      effectiveAt: Micros;
      recordedAt: Micros;
      key: string;
    },
  ): EncodedEvent {
    const { accountId, stream, revision, effectiveAt, recordedAt, key } = facts;
    this.booked.push({ accountId, event, effectiveAt, recordedAt });
    const metadata: EventMetadata = {
      type: event.type,
      schemaVersion: schemaVersionOf(event.type),
      stream,
      revision: BigInt(revision),
      accountId,
      transactionId: null,
      commandId: key,
      contentHash: '',
      source: 'test',
      correlationId: key,
      causationId: null,
      traceparent: null,
      effectiveAt,
      recordedAt,
      localDate: localDateOf(effectiveAt),
      actor: 'test',
    };
    return encodeEvent(event, metadata, revision);
  }
}

export function inTime(signal: AbortSignal = new AbortController().signal) {
  return { deadline: Number.POSITIVE_INFINITY, signal, correlationId: 'test', actor: 'staff:test' };
}

/** A property whose seed is printed: FC_SEED=<seed> runs the same again, FC_RUNS=<n> runs more of it. */
export async function check<T>(property: IAsyncProperty<T>, runs: number): Promise<void> {
  const seed = Number(process.env.FC_SEED ?? Math.floor(Math.random() * 2 ** 31));
  const numRuns = Number(process.env.FC_RUNS ?? runs);
  process.stderr.write(`fast-check: FC_SEED=${seed}, ${numRuns} runs\n`);
  await fc.assert(property, { seed, numRuns });
}
