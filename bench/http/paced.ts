// A process of its own: authorisations at a steady rate, and for some of them how long after the decision the balance shows it, and the feed.
// Argument: PacedRun as JSON. Prints PacedResult as one line of JSON.
import { readFileSync } from 'node:fs';
import { type Latencies, latenciesOf } from '../latencies.js';
import { Connections } from './connection.js';
import { approved, authorisationBody } from './gateway-bodies.js';
import { pace } from './pace.js';

export interface PacedRun {
  readonly url: string;
  /** Where balances are read; the same where it is left out. */
  readonly balanceUrl?: string;
  /** Where feeds are read; they aren't where it is left out. */
  readonly feedUrl?: string;
  /** What staff send as Authorization. */
  readonly authorisation: string;
  readonly cardsFile: string;
  readonly keyPrefix: string;
  /** For how long its callers wait for a decision; as long as the service would where it is left out. */
  readonly patienceMs?: number;
  readonly perSecond: number;
  readonly seconds: number;
  /** Every so many decisions, the balance is read, and after another the feed; 0 for never. */
  readonly readEvery: number;
}

export interface PacedResult {
  /** Decisions per second that were reached. */
  readonly rate: number;
  /** From the decision's answer to the balance that shows it. */
  readonly visible: Latencies;
  /** From the decision's answer to the page of the feed that has it; of none where feeds are not read. */
  readonly listed: Latencies;
  /** From when the request was due to its answer. */
  readonly decided: Latencies;
  readonly samples: number;
}

const CONNECTIONS = 64;
const READ_CONNECTIONS = 8;

const run: PacedRun = JSON.parse(process.argv[2] ?? '{}');
const cards = readFileSync(run.cardsFile, 'utf8').trim().split('\n');
const writes = await Connections.open(run.url, CONNECTIONS);
const balances = await Connections.open(run.balanceUrl ?? run.url, READ_CONNECTIONS);
const feeds = run.feedUrl === undefined ? undefined : await Connections.open(run.feedUrl, READ_CONNECTIONS);
const deadline = run.patienceMs === undefined ? [] : [`X-Request-Deadline: +${run.patienceMs}`];
const decided: number[] = [];
const visible: number[] = [];
const listed: number[] = [];
const rate = await pace(run.perSecond * run.seconds, run.perSecond, one);
writes.close();
balances.close();
feeds?.close();
const result: PacedResult = {
  rate,
  visible: latenciesOf(Float64Array.from(visible)),
  listed: latenciesOf(Float64Array.from(listed)),
  decided: latenciesOf(Float64Array.from(decided)),
  samples: visible.length,
};
process.stdout.write(`${JSON.stringify(result)}\n`);

async function one(n: number, due: number): Promise<void> {
  const card = cards[(n * 7919) % cards.length] ?? '';
  const answer = await writes.send(
    'POST /gateway/authorisations',
    [`Idempotency-Key: ${run.keyPrefix}${n}`, ...deadline],
    authorisationBody(card, 100 + (n % 9000)),
  );
  const answered = performance.now();
  decided.push(answered - due);
  const { account_id: account, transaction_id: transaction, position } = approved(answer);
  if (run.readEvery === 0) return;
  const head = [`Authorization: ${run.authorisation}`, `X-Min-Ledger-Position: ${position}`, ...deadline];
  if (n % run.readEvery === 0) {
    await shown(balances, `/staff/accounts/${account}/balance`, head);
    visible.push(performance.now() - answered);
  }
  if (feeds !== undefined && n % run.readEvery === run.readEvery >> 1) {
    const page = await shown(feeds, `/feed/items?account_id=${account}&limit=1`, head);
    if (!page.includes(transaction)) throw new Error('the newest page does not have what was decided');
    listed.push(performance.now() - answered);
  }
}

async function shown(reads: Connections, path: string, head: readonly string[]): Promise<string> {
  const { status, body } = await reads.send(`GET ${path}`, head);
  if (status !== 200) throw new Error(`${path} was not shown: ${status} ${body}`);
  return body;
}
