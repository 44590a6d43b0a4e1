// Which stream a command belongs to, and which of their states are kept in memory.
import { deserialize, serialize } from 'node:v8';
import {
  type AccountCommand,
  type AccountId,
  type AccountState,
  type CardToken,
  FOLD_VERSION,
  type UnknownCardCommand,
  type UnknownCardState,
} from '@tallystick/ledger-core';
import type { Records } from '@tallystick/views';
import { accountAggregate, unknownCardAggregate } from './aggregate.js';
import { catchUp, type Envelope, type Outcome, StreamWriter, type WriterPorts } from './stream-writer.js';

const SNAPSHOTS = `account-snapshots-${FOLD_VERSION}`;
/** A load that folds more events than this leaves a snapshot. */
const FOLDED_BEFORE_SNAPSHOT = 1_000;

export interface StreamsPorts extends WriterPorts {
  readonly records: Records;
  /** How many remembered things (commands, transactions, presentments) all cached states may hold. */
  readonly cacheWeight: number;
}

export function accountStream(accountId: AccountId): string {
  return `account-${accountId}`;
}

export class AccountStreams {
  /** In order of use, the least recently used first. */
  private readonly accounts = new Map<AccountId, StreamWriter<AccountState, AccountCommand>>();
  private readonly weights = new Map<AccountId, number>();
  private weight = 0;

  constructor(private readonly ports: StreamsPorts) {}

  async execute(accountId: AccountId, envelopes: readonly Envelope<AccountCommand>[]): Promise<Outcome[]> {
    const writer = this.writerOf(accountId);
    const outcomes = await writer.execute(envelopes);
    this.weigh(accountId, writer);
    return outcomes;
  }

  /** Declines and remembers what was asked of a card that nobody issued. */
  executeUnknownCard(token: CardToken, envelope: Envelope<UnknownCardCommand>): Promise<Outcome[]> {
    const stream = `unknown-card-${token}`;
    const load = async (): Promise<UnknownCardState> => {
      const state = unknownCardAggregate.initial();
      await catchUp(this.ports.journal, stream, unknownCardAggregate, state);
      return state;
    };
    return new StreamWriter(this.ports, unknownCardAggregate, stream, null, load).execute([envelope]);
  }

  /** The account as of the newest stored event. The state is the cache's own: read it, never change it. */
  async read(accountId: AccountId): Promise<AccountState> {
    const writer = this.writerOf(accountId);
    const cached = writer.settledState;
    if (cached !== undefined) {
      const [newest] = await this.ports.journal.readStream(writer.stream, { direction: 'backwards', limit: 1 });
      if (newest?.revision === cached.revision && writer.settledState === cached) return cached;
    }
    return this.load(accountId);
  }

  /** Leaves snapshots of what is cached, so that the next start does not fold it again. */
  async snapshotAll(): Promise<void> {
    for (const writer of this.accounts.values()) {
      const state = writer.settledState;
      if (state !== undefined && accountAggregate.weightOf(state) > FOLDED_BEFORE_SNAPSHOT) await this.snapshot(state);
    }
  }

  private writerOf(accountId: AccountId): StreamWriter<AccountState, AccountCommand> {
    let writer = this.accounts.get(accountId);
    if (writer === undefined) {
      writer = new StreamWriter(this.ports, accountAggregate, accountStream(accountId), accountId, () =>
        this.load(accountId),
      );
    } else {
      this.accounts.delete(accountId);
    }
    this.accounts.set(accountId, writer);
    return writer;
  }

  private async load(accountId: AccountId): Promise<AccountState> {
    const found = await this.ports.records.get(SNAPSHOTS, accountId);
    // The collection's name carries the fold's version, so what lies there has this shape.
    const state = found === undefined ? accountAggregate.initial() : (deserialize(found.value) as AccountState);
    const folded = await catchUp(this.ports.journal, accountStream(accountId), accountAggregate, state);
    if (folded > FOLDED_BEFORE_SNAPSHOT) await this.snapshot(state);
    return state;
  }

  private async snapshot(state: AccountState): Promise<void> {
    await this.ports.records.put(SNAPSHOTS, state.accountId, serialize(state));
  }

  private weigh(accountId: AccountId, writer: StreamWriter<AccountState, AccountCommand>): void {
    const weight = writer.weight;
    this.weight += weight - (this.weights.get(accountId) ?? 0);
    this.weights.set(accountId, weight);
    if (this.weight > this.ports.cacheWeight) this.evict(accountId);
  }

  private evict(inUse: AccountId): void {
    for (const [accountId, writer] of this.accounts) {
      if (this.weight <= this.ports.cacheWeight) return;
      if (accountId === inUse || !writer.idle) continue;
      this.accounts.delete(accountId);
      this.weight -= this.weights.get(accountId) ?? 0;
      this.weights.delete(accountId);
    }
  }
}
