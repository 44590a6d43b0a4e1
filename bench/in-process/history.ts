// A process of its own: what a decision and a balance cost on accounts with short and long histories, one command at a time. Prints one
// line of JSON: milliseconds by events of history.

import { join } from 'node:path';
import { Projector } from '@tallystick/views';
import { openReader, SqliteViews } from '@tallystick/views/sqlite/index';
import { Balance } from '../../apps/balance/balance.js';
import { balanceProjection } from '../../apps/balance/balance.projection.js';
import { type Latencies, latenciesOf } from '../latencies.js';
import { accountOf, authorisation, context, type LedgerOnDisk, ledgerOnDisk, openAccounts } from './test-ledger.js';

const SAMPLES = 6_000;
/** So many accounts of each kind that the samples don't make a short history long. */
const KINDS = [
  { history: 10, accounts: 1_200 },
  { history: 1_000, accounts: 30 },
  { history: 100_000, accounts: 1 },
] as const;
/** Opening and card. */
const OPENING_EVENTS = 2;
const SETUP_IN_FLIGHT = 4_096;

interface Kind {
  readonly history: number;
  readonly first: number;
  readonly accounts: number;
  readonly times: Record<Measure, Float64Array>;
}
type Measure = 'decide' | 'account' | 'balance';

const bank = await ledgerOnDisk();
const kinds = await setUp(bank);
const view = await balanceView(bank);
for (let sample = 0; sample < SAMPLES; sample++) {
  // In turns, so that a slow second of the machine meets all kinds alike; and not always in the same order.
  const turn = sample % kinds.length;
  for (const kind of [...kinds.slice(turn), ...kinds.slice(0, turn)]) await measure(kind, sample);
}
await view.close();
await bank.close();
process.stdout.write(`${JSON.stringify(kinds.map(({ history, times }) => ({ history, ...percentiles(times) })))}\n`);

async function measure({ first, accounts, times }: Kind, sample: number): Promise<void> {
  const n = first + (sample % accounts);
  const accountId = accountOf(n);
  const request = authorisation(n, `sample-${sample}`);
  const started = performance.now();
  await bank.ledger.execute(request, context);
  const decided = performance.now();
  await bank.ledger.account({ accountId }, context);
  const read = performance.now();
  await view.balance.get({ accountId, minPosition: 0n }, context);
  times.balance[sample] = performance.now() - read;
  times.account[sample] = read - decided;
  times.decide[sample] = decided - started;
}

async function setUp({ ledger }: LedgerOnDisk): Promise<Kind[]> {
  await openAccounts(
    ledger,
    KINDS.reduce((sum, kind) => sum + kind.accounts, 0),
  );
  const made: Kind[] = [];
  let first = 0;
  for (const { history, accounts } of KINDS) {
    for (let n = first; n < first + accounts; n++) await makeHistory(ledger, n, history - OPENING_EVENTS);
    const times = {
      decide: new Float64Array(SAMPLES),
      account: new Float64Array(SAMPLES),
      balance: new Float64Array(SAMPLES),
    };
    made.push({ history, accounts, first, times });
    first += accounts;
  }
  return made;
}

async function makeHistory(ledger: LedgerOnDisk['ledger'], n: number, events: number): Promise<void> {
  for (let from = 0; from < events; from += SETUP_IN_FLIGHT) {
    const length = Math.min(SETUP_IN_FLIGHT, events - from);
    await Promise.all(
      Array.from({ length }, (_, i) => ledger.execute(authorisation(n, `history-${from + i}`), context)),
    );
  }
}

/** The balance service over its view, filled from the journal. */
async function balanceView({ folder, journal }: LedgerOnDisk) {
  const path = join(folder, 'views.db');
  const views = new SqliteViews(path);
  const projector = new Projector('bench', views, [balanceProjection]);
  await projector.prepare();
  for (let after = await projector.resumeAfter(0); ; ) {
    const events = await journal.readAll({ after, limit: 2_048 });
    const last = events.at(-1);
    if (last === undefined) break;
    await projector.apply({ partition: 0, events });
    after = last.position;
  }
  const reader = openReader(path);
  const balance = new Balance(reader, { waitUntil: () => Promise.resolve() });
  const close = async () => {
    await reader.close();
    await views.close();
  };
  return { balance, close };
}

function percentiles(times: Kind['times']): Record<Measure, Latencies> {
  // The first samples compile the code.
  const of = (measure: Measure) => latenciesOf(times[measure].slice(SAMPLES / 10));
  return { decide: of('decide'), account: of('account'), balance: of('balance') };
}
