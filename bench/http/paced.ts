// A process of its own: authorisations at a steady rate, and for some of them how long after the decision the balance shows it.
// Argument: PacedRun as JSON. Prints PacedResult as one line of JSON.
import { readFileSync } from 'node:fs';
import { type Latencies, latenciesOf } from '../latencies.js';
import { Connections } from './connection.js';
import { approved, authorisationBody } from './gateway-bodies.js';
import { pace } from './pace.js';

export interface PacedRun {
  readonly url: string;
  /** What staff send as Authorization. */
  readonly authorisation: string;
  readonly cardsFile: string;
  readonly keyPrefix: string;
  readonly perSecond: number;
  readonly seconds: number;
  /** Every so many decisions, the balance is read. */
  readonly readEvery: number;
}

export interface PacedResult {
  /** Decisions per second that were reached. */
  readonly rate: number;
  /** From the decision's answer to the balance that shows it. */
  readonly visible: Latencies;
  /** From when the request was due to its answer. */
  readonly decided: Latencies;
  readonly samples: number;
}

const CONNECTIONS = 64;
const READ_CONNECTIONS = 8;

const run: PacedRun = JSON.parse(process.argv[2] ?? '{}');
const cards = readFileSync(run.cardsFile, 'utf8').trim().split('\n');
const writes = await Connections.open(run.url, CONNECTIONS);
const reads = await Connections.open(run.url, READ_CONNECTIONS);
const decided: number[] = [];
const visible: number[] = [];
const rate = await pace(run.perSecond * run.seconds, run.perSecond, one);
writes.close();
reads.close();
const result: PacedResult = {
  rate,
  visible: latenciesOf(Float64Array.from(visible)),
  decided: latenciesOf(Float64Array.from(decided)),
  samples: visible.length,
};
process.stdout.write(`${JSON.stringify(result)}\n`);

async function one(n: number, due: number): Promise<void> {
  const card = cards[(n * 7919) % cards.length] ?? '';
  const answer = await writes.send(
    'POST /gateway/authorisations',
    [`Idempotency-Key: ${run.keyPrefix}${n}`],
    authorisationBody(card, 100 + (n % 9000)),
  );
  const answered = performance.now();
  decided.push(answered - due);
  const { account_id: account, position } = approved(answer);
  if (n % run.readEvery !== 0) return;
  const read = await reads.send(`GET /staff/accounts/${account}/balance`, [
    `Authorization: ${run.authorisation}`,
    `X-Min-Ledger-Position: ${position}`,
  ]);
  if (read.status !== 200) throw new Error(`a balance was not shown: ${read.status} ${read.body}`);
  visible.push(performance.now() - answered);
}
