// Planted bugs in what the ledger decides and folds.
import type { AccountState, AccountStreamEvent, Decision, JournalEntry } from '@tallystick/ledger-core';
import type { AccountAggregate, Plant } from './plant.js';

type Decide = AccountAggregate['decide'];

function deciding(breaks: string, decide: (inner: Decide) => Decide): Plant {
  return { breaks, aggregate: (inner) => ({ ...inner, decide: decide(inner.decide) }) };
}

function mapEvents(decision: Decision, change: (event: AccountStreamEvent) => AccountStreamEvent): Decision {
  return decision.kind === 'events' ? { kind: 'events', events: decision.events.map(change) } : decision;
}

export const plantedDecisions: Readonly<Record<string, Plant>> = {
  'forgets-content': deciding('other content under the same key is refused', (decide) => (state, command, context) => {
    const before = state.commands.get(context.commandId);
    return decide(state, command, before === undefined ? context : { ...context, contentHash: before.contentHash });
  }),

  'forgets-keys': deciding(
    'the same key has one effect',
    (decide) => (state, command, context) => decide(state, command, { ...context, commandId: `${context.commandId}?` }),
  ),

  'releases-hold-twice': deciding('a hold is released once', (decide) => (state, command, context) => {
    const decision = decide(state, command, context);
    if (command.type !== 'ReverseAuthorisation' || decision.kind !== 'nothing') return decision;
    for (const { block } of state.transactions.values()) {
      if (block.status !== 'REVERSED' || block.keys?.rrn !== command.originalKeys?.rrn || state.held < 1n) continue;
      const held = state.held - 1n;
      const balances = {
        ledger: state.ledger,
        held,
        available: state.ledger - held + state.overdraftLimit,
        pots: state.pots,
      };
      const again = { amount: 1n, replacement: null, reversedKeys: null, reason: 'SCHEME', released: 1n, balances };
      return { kind: 'events', events: [{ type: 'AuthorisationReversed', transaction: block, ...again }] };
    }
    return decision;
  }),

  'unbalanced-posting': deciding(
    'debits equal credits',
    (decide) => (state, command, context) =>
      mapEvents(decide(state, command, context), (event) =>
        event.type === 'FeeCharged' ? { ...event, entry: askew(event.entry) } : event,
      ),
  ),

  'ignores-holds': deciding('what is held is not available', (decide) => (state, command, context) => {
    const decision = decide(state, command, context);
    const short =
      decision.kind === 'events' &&
      decision.events[0]?.type === 'AuthorisationDeclined' &&
      decision.events[0].reason === 'insufficient_funds';
    if (!short || state.held === 0n) return decision;
    // As if the overdraft were larger by what is held, and the balances as they are.
    const generous: AccountState = { ...state, overdraftLimit: state.overdraftLimit + state.held };
    return mapEvents(decide(generous, command, context), (event) => {
      if (!('balances' in event) || event.balances === null) return event;
      const { balances } = event;
      return { ...event, balances: { ...balances, available: balances.available - state.held } };
    });
  }),

  'expires-early': deciding('a hold expires when it is due', (decide) => (state, command, context) => {
    const due =
      command.type === 'ExpireAuthorisation' ? state.transactions.get(command.transactionId)?.block.expiresAt : null;
    const early = due != null && due > context.recordedAt;
    return decide(state, command, early ? { ...context, recordedAt: due } : context);
  }),

  'pays-without-money': deciding(
    'a standing order is paid from what there is',
    (decide) => (state, command, context) => {
      if (command.type !== 'TakeScheduledPayment') return decide(state, command, context);
      const lent = 1_000_000n;
      const generous: AccountState = { ...state, overdraftLimit: state.overdraftLimit + lent };
      return mapEvents(decide(generous, command, context), (event) => {
        if (event.type !== 'TransferSent' && event.type !== 'PaymentSent') return event;
        return { ...event, balances: { ...event.balances, available: event.balances.available - lent } };
      });
    },
  ),

  'freezes-nothing': deciding(
    'a frozen account pays nothing by decision',
    (decide) => (state, command, context) =>
      decide(
        state.status === 'FROZEN' && command.type !== 'UnfreezeAccount' ? { ...state, status: 'OPEN' } : state,
        command,
        context,
      ),
  ),

  'final-keeps-hold': deciding(
    'a final presentment releases the rest of the hold',
    (decide) => (state, command, context) =>
      decide(state, command.type === 'PostClearing' ? { ...command, final: false } : command, context),
  ),

  'receives-what-it-refused': deciding(
    'a transfer that was refused is never received',
    (decide) => (state, command, context) => {
      const forgets = command.type === 'ReceiveTransfer' && state.status === 'OPEN';
      return decide(forgets ? { ...state, refusedTransfers: new Map(), commands: new Map() } : state, command, context);
    },
  ),

  'raw-clock': {
    breaks: 'recordedAt never goes back in a stream',
    aggregate: (inner) => ({
      ...inner,
      evolve(state, event, facts) {
        inner.evolve(state, event, facts);
        state.recordedAt = 0n;
      },
    }),
  },
};

/** One leg more than the others say. */
function askew(entry: JournalEntry): JournalEntry {
  const [first, ...others] = entry.postings;
  return first === undefined ? entry : { ...entry, postings: [{ ...first, amount: first.amount + 1n }, ...others] };
}
