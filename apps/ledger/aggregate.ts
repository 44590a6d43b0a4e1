// The two kinds of stream that commands are decided on, behind one shape.
import {
  type AccountCommand,
  type AccountState,
  type AccountStreamEvent,
  type Balances,
  balancesOf,
  type CommandContext,
  contentOf,
  type Decision,
  decide,
  decideUnknownCard,
  type EventFacts,
  evolve,
  evolveUnknownCard,
  initialState,
  initialUnknownCard,
  type UnknownCardCommand,
  type UnknownCardState,
} from '@tallystick/ledger-core';

export interface StreamState {
  readonly revision: number;
  readonly recordedAt: bigint;
}

/** What every command has. */
export interface Decided {
  readonly type: string;
}

export interface Aggregate<State extends StreamState, Command> {
  initial(): State;
  /** In place. */
  evolve(state: State, event: AccountStreamEvent, facts: EventFacts): void;
  /** Pure. */
  decide(state: State, command: Command, context: CommandContext): Decision;
  contentOf(command: Command): string;
  balancesOf(state: State): Balances;
  /** Roughly how much memory the state takes, in things that it remembers. */
  weightOf(state: State): number;
}

export const accountAggregate: Aggregate<AccountState, AccountCommand> = {
  initial: initialState,
  evolve,
  decide,
  contentOf,
  balancesOf,
  weightOf: (state) =>
    4 +
    [state.commands, state.transactions, state.presentments, state.transfers, state.payments, state.schedules]
      .map(({ size }) => size)
      .reduce((sum, size) => sum + size),
};

const NO_BALANCES: Balances = { ledger: 0n, held: 0n, available: 0n, pots: 0n };

export const unknownCardAggregate: Aggregate<UnknownCardState, UnknownCardCommand> = {
  initial: initialUnknownCard,
  evolve: evolveUnknownCard,
  decide: decideUnknownCard,
  contentOf,
  balancesOf: () => NO_BALANCES,
  weightOf: (state) => 1 + state.commands.size,
};
