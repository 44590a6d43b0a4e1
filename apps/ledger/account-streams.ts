// Which stream a command belongs to, and which of their states are kept in memory.
import { deserialize, serialize } from 'node:v8';
import type { CallContext } from '@tallystick/contracts';
import { NO_STREAM } from '@tallystick/journal';
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
import { type Aggregate, accountAggregate, unknownCardAggregate } from './aggregate.js';
import type { Envelope, Outcome } from './envelope.js';
import { ParkedStates } from './parked-states.js';
import { catchUp } from './stored-events.js';
import { StreamWriter, type WriterPorts } from './stream-writer.js';
import { WriterCache } from './writer-cache.js';

const SNAPSHOTS = `account-snapshots-${FOLD_VERSION}`;
const FOLDED_BEFORE_SNAPSHOT = 1_000;
/** 128 MiB: some 350,000 remembered things. */
const PARKED_BYTES = 134_217_728;
/** Of remembered things: to pack more holds up everybody else. */
const PARKED_WEIGHT_MAX = 4_000;
/** Remembered commands of all cached unknown cards together: few, for nobody asks of one twice but to repeat himself. */
const UNKNOWN_CARDS_WEIGHT = 4_096;

export interface StreamsPorts extends WriterPorts {
  readonly records: Records;
  /** How many remembered things (commands, transactions, presentments) all cached states may hold. */
  readonly cacheWeight: number;
  /** A load that folds more events than this leaves a snapshot; 1,000 where it is not given. */
  readonly foldedBeforeSnapshot?: number;
}

export function accountStream(accountId: AccountId): string {
  return `account-${accountId}`;
}

export class AccountStreams {
  private readonly accounts: WriterCache<AccountId, AccountState, AccountCommand>;
  private readonly unknownCards: WriterCache<CardToken, UnknownCardState, UnknownCardCommand>;

  private readonly foldedBeforeSnapshot: number;
  /** What does not fit the cache. */
  private readonly parked = new ParkedStates<AccountId, AccountState>(PARKED_BYTES);

  constructor(
    private readonly ports: StreamsPorts,
    private readonly aggregate: Aggregate<AccountState, AccountCommand> = accountAggregate,
  ) {
    this.foldedBeforeSnapshot = ports.foldedBeforeSnapshot ?? FOLDED_BEFORE_SNAPSHOT;
    this.accounts = new WriterCache(
      ports.cacheWeight,
      (accountId) => {
        const load = () => this.load(accountId);
        return new StreamWriter(ports, aggregate, accountStream(accountId), accountId, load);
      },
      (accountId, state) => {
        if (aggregate.weightOf(state) <= PARKED_WEIGHT_MAX) this.parked.park(accountId, state);
      },
    );
    this.unknownCards = new WriterCache(UNKNOWN_CARDS_WEIGHT, (token) => {
      const stream = `unknown-card-${token}`;
      return new StreamWriter(ports, unknownCardAggregate, stream, null, () => this.loadUnknownCard(stream));
    });
  }

  execute(
    accountId: AccountId,
    envelopes: readonly Envelope<AccountCommand>[],
    context: CallContext,
  ): Promise<Outcome[]> {
    return this.accounts.execute(accountId, envelopes, context);
  }

  /** Resolves when whatever of the account had come here before is decided and stored, or refused. */
  async settled(accountId: AccountId, context: CallContext): Promise<void> {
    const writer = this.accounts.get(accountId);
    if (writer !== undefined && !writer.idle) await writer.execute([], context);
  }

  /** Declines and remembers what was asked of a card that nobody issued. */
  executeUnknownCard(
    token: CardToken,
    envelope: Envelope<UnknownCardCommand>,
    context: CallContext,
  ): Promise<Outcome[]> {
    return this.unknownCards.execute(token, [envelope], context);
  }

  /**
   * What `look` sees of the account as of its newest stored event. The state is the cache's own and goes on the moment `look` returns:
   * take from it what is needed, change and keep nothing.
   */
  async read<T>(accountId: AccountId, look: (state: AccountState) => T): Promise<T> {
    const writer = this.accounts.get(accountId);
    const cached = writer?.settledState;
    if (writer !== undefined && cached !== undefined) {
      const [newest] = await this.ports.journal.readStream(writer.stream, { direction: 'backwards', limit: 1 });
      const isNewest = (newest?.revision ?? NO_STREAM) === cached.revision;
      if (isNewest && writer.settledState === cached) return look(cached);
    }
    return look(await this.load(accountId, this.parked.copy(accountId)));
  }

  /** Leaves snapshots of what is cached, so that the next start does not fold it again. */
  async snapshotAll(): Promise<void> {
    for (const [accountId, state] of this.accounts.settledStates())
      if (this.aggregate.weightOf(state) > this.foldedBeforeSnapshot) await this.snapshot(accountId, state);
  }

  private async load(accountId: AccountId, parked = this.parked.take(accountId)): Promise<AccountState> {
    const state = parked ?? (await this.beginning(accountId));
    const folded = await catchUp(this.ports.journal, accountStream(accountId), this.aggregate, state);
    if (folded > this.foldedBeforeSnapshot) await this.snapshot(accountId, state);
    return state;
  }

  private async beginning(accountId: AccountId): Promise<AccountState> {
    const found = await this.ports.records.get(SNAPSHOTS, accountId);
    // The collection's name carries the fold's version, so what lies there has this shape.
    return found === undefined ? this.aggregate.initial() : (deserialize(found.value) as AccountState);
  }

  private async loadUnknownCard(stream: string): Promise<UnknownCardState> {
    const state = unknownCardAggregate.initial();
    await catchUp(this.ports.journal, stream, unknownCardAggregate, state);
    return state;
  }

  /** A snapshot only saves time: nothing fails for want of one. The state does not know its id before the account is opened. */
  private async snapshot(accountId: AccountId, state: AccountState): Promise<void> {
    await this.ports.records.put(SNAPSHOTS, accountId, serialize(state)).catch(() => undefined);
  }
}
