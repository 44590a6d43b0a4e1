// Ledgers over one journal in memory, as several processes share one. Every call goes through encode and decode.
import { bookDateIn, type ClientOf, ledgerContract, type RequestOf, type ResponseOf } from '@tallystick/contracts';
import { decodeMetadata, decodePayload } from '@tallystick/events';
import { MemoryJournal, MemoryStore } from '@tallystick/journal/memory/index';
import type { AccountCommand, AccountId, LedgerEvent, Micros } from '@tallystick/ledger-core';
import { type CallContext, contextsOf, type Transport } from '@tallystick/transport';
import { inProcessTransport } from '@tallystick/transport/in-process';
import type { Records } from '@tallystick/views';
import { MemoryRecordStore, MemoryRecords } from '@tallystick/views/memory/index';
import { AccountStreams } from './account-streams.js';
import { FaultyJournal } from './faulty-journal.suite.js';
import { Ledger } from './ledger.js';

/** 2026-05-01T00:00Z */
export const MAY_FIRST: Micros = 1_777_593_600_000_000n;
export const SECOND: Micros = 1_000_000n;
export const DAY: Micros = 86_400n * SECOND;
export const contextFor = contextsOf('service:spec');
export const context: CallContext = contextFor('spec', 'spec');
export const bookDate = bookDateIn('Europe/London');

type Methods = (typeof ledgerContract)['methods'];
export type Outcome = ResponseOf<Methods['execute']>['outcomes'][number];
type Sent = RequestOf<Methods['execute']>['commands'][number];

/** What ledgers over one journal share. */
export class World {
  readonly store = new MemoryStore({ journalId: 'jrnl1', positionStep: 3n });
  readonly recordStore = new MemoryRecordStore();
  now: Micros = MAY_FIRST;
  private keys = 0;

  ledger(options: LedgerOptions = {}): LedgerUnderTest {
    return new LedgerUnderTest(this, options);
  }

  /** An idempotency key that no ledger was asked with. */
  newKey(): string {
    return `key-${this.keys++}`;
  }

  async events(): Promise<{ readonly stream: string; readonly event: LedgerEvent; readonly recordedAt: Micros }[]> {
    const all = await new MemoryJournal(this.store).readAll({ after: 0n, limit: 1_000_000 });
    return all.map(({ stream, payload, metadata }) => ({
      stream,
      event: decodePayload(payload),
      recordedAt: decodeMetadata(metadata).recordedAt,
    }));
  }

  async types(stream: string): Promise<string[]> {
    return (await this.events()).filter((each) => each.stream === stream).map(({ event }) => event.type);
  }
}

export interface LedgerOptions {
  readonly cacheWeight?: number;
  readonly clock?: () => Micros;
}

/** One process with a ledger. */
export class LedgerUnderTest {
  readonly journal: FaultyJournal;
  readonly records: Records;
  readonly transport: Transport;
  readonly client: ClientOf<typeof ledgerContract>;
  /** Errors that callers were not told. */
  readonly unexpected: unknown[] = [];
  readonly streams: AccountStreams;
  pauses = 0;

  constructor(
    private readonly world: World,
    { cacheWeight = 100_000, clock = () => world.now }: LedgerOptions,
  ) {
    this.journal = new FaultyJournal(new MemoryJournal(world.store));
    this.records = new MemoryRecords(world.recordStore);
    const pause = async () => void this.pauses++;
    const ports = { journal: this.journal, records: this.records, clock, pause, cacheWeight };
    this.streams = new AccountStreams(ports);
    this.transport = inProcessTransport({
      mode: 'bytes',
      time: { now: () => 0, every: () => () => undefined },
      random: (bytes) => new Uint8Array(bytes).fill(1),
      report: (error) => this.unexpected.push(error),
    });
    this.transport.answer(ledgerContract, new Ledger(ports, this.streams));
    this.client = this.transport.client(ledgerContract);
  }

  /** One sequence of commands of one account. */
  async sequence(accountId: AccountId, commands: readonly Sent[]): Promise<readonly Outcome[]> {
    return (await this.client.execute({ accountId, caller: 'spec', commands }, context)).outcomes;
  }

  async do(accountId: AccountId, command: AccountCommand, how: Partial<Sent> = {}): Promise<Outcome> {
    const [outcome] = await this.sequence(accountId, [sent(command, { key: this.world.newKey(), ...how })]);
    if (outcome === undefined) throw new Error(`${command.type} has no outcome`);
    return outcome;
  }

  /** All of them must be accepted. */
  async given(accountId: AccountId, ...commands: readonly AccountCommand[]): Promise<void> {
    for (const command of commands) {
      const outcome = await this.do(accountId, command);
      if (outcome.kind === 'rejected') throw new Error(`given: ${command.type}: ${outcome.rejection}`);
    }
  }

  async balances(accountId: AccountId) {
    const { found } = await this.client.account({ accountId }, context);
    return found?.balances;
  }
}

export function sent(command: AccountCommand, how: Partial<Sent> = {}): Sent {
  const effectiveAt = how.effectiveAt ?? MAY_FIRST;
  return { key: 'key', effectiveAt, localDate: bookDate(effectiveAt), causedAt: 0n, command, ...how };
}

/** The answer without what a repeat may say differently. */
export function answerOf(outcome: Outcome | undefined) {
  if (outcome?.kind !== 'answered') throw new Error(`no answer: ${JSON.stringify(outcome)}`);
  return outcome.answer;
}
