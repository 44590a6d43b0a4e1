// Everything of stand-in, put together: the ledger as the gateway asks it, and the outbox behind it.
import type {
  accountsContract,
  BookDate,
  balanceContract,
  ClientOf,
  cardsContract,
  ledgerContract,
} from '@tallystick/contracts';
import type { Micros } from '@tallystick/ledger-core';
import { callScopeOf, type ScopeOptions } from '@tallystick/transport/service';
import type { Records } from '@tallystick/views';
import { Counter, type Registry } from 'prom-client';
import type { StandInConfiguration } from './configuration.js';
import { deliveryTo } from './delivery.js';
import { JournalName } from './journal-name.js';
import { ledgerWithStandIn } from './ledger-with-stand-in.js';
import { Outbox } from './outbox.js';
import type { AdviceEntry, LateEntry, Outcome } from './outbox-entry.js';
import { Snapshots } from './snapshots.js';
import { StandIn } from './stand-in.js';
import { StandInUsage } from './usage.js';

export interface StandInAssembly {
  readonly configuration: StandInConfiguration;
  readonly ledger: ClientOf<typeof ledgerContract>;
  readonly cards: ClientOf<typeof cardsContract>;
  readonly accounts: ClientOf<typeof accountsContract>;
  readonly balance: ClientOf<typeof balanceContract>;
  readonly records: Records | undefined;
  readonly clock: () => Micros;
  readonly bookDate: BookDate;
  /** Of deliveries: the patience is that of one try. */
  readonly scope: ScopeOptions;
  readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly rememberedCards: number;
  readonly metrics: Registry;
  readonly report: (error: unknown) => void;
  /** Told of each reversal of a late authorisation that waits, recorded by whichever process. */
  readonly onLate: (late: LateEntry) => void;
}

export interface StandingIn {
  readonly ledger: ClientOf<typeof ledgerContract>;
  readonly outbox: Outbox;
}

const HOUR: Micros = 3_600_000_000n;

export function standingIn(parts: StandInAssembly): StandingIn {
  const { configuration, ledger, cards, accounts, balance, records, clock, bookDate, scope, metrics, report } = parts;
  const { time } = scope;
  const snapshots = new Snapshots({
    accounts,
    balance,
    cards,
    now: () => time.now(),
    remembered: parts.rememberedCards,
  });
  const usage = new StandInUsage(BigInt(configuration.windowHours) * HOUR);
  const overdrawn = overdraws(metrics, report);
  const outbox = new Outbox({
    records,
    deliver: deliveryTo({ ledger, cards, context: () => callScopeOf({}, scope), report }),
    entered: (entry) => {
      if (entry.kind === 'late') parts.onLate(entry);
      else if (entry.kind === 'advice') usage.note(entry);
    },
    left: (entry, outcome) => {
      if (entry.kind !== 'advice') return;
      if (outcome !== undefined) snapshots.heard(entry.request, outcome);
      usage.delivered(entry.id);
      overdrawn(entry, outcome);
    },
    pause: parts.pause,
    now: () => time.now(),
    metrics,
    report,
  });
  const standIn = new StandIn({ configuration, outbox, snapshots, usage, clock, bookDate, metrics });
  return { ledger: ledgerWithStandIn(ledger, standIn, new JournalName(records, report)), outbox };
}

/** Shows each overdraw that stand-in caused (lifecycles, section 5). */
function overdraws(metrics: Registry, report: (error: unknown) => void) {
  const counter = new Counter({
    name: 'stand_in_overdraws_total',
    help: 'Approvals in stand-in that left less than nothing available once the ledger knew of them',
    registers: [metrics],
  });
  return (entry: AdviceEntry, outcome: Outcome | undefined): void => {
    if (entry.decision === 'declined' || outcome?.kind !== 'answered' || outcome.repeated) return;
    const { balances, transactionId } = outcome.answer;
    if (balances === null || balances.available >= 0n) return;
    counter.inc();
    const { accountId } = entry.request;
    const below = -balances.available;
    report(
      new Error(`approved in stand-in, ${transactionId} leaves account ${accountId} ${below} minor units below zero`),
    );
  };
}
