// A process of its own: transfers at a steady rate, and for some of them how long until the destination's balance has the money. Argument:
// PacedTransfersRun as JSON. Prints PacedTransfersResult as one line of JSON.
import { readFileSync } from 'node:fs';
import { type Latencies, latenciesOf } from '../latencies.js';
import { type Answer, Connections } from './connection.js';
import { pace } from './pace.js';

export interface PacedTransfersRun {
  readonly url: string;
  /** What staff send as Authorization. */
  readonly authorisation: string;
  /** An account's id per line; the last ones are watched, and get nothing else. */
  readonly accountsFile: string;
  readonly keyPrefix: string;
  readonly perSecond: number;
  readonly seconds: number;
  /** Every so many transfers, one goes to an account that is watched. */
  readonly watchEvery: number;
}

export interface PacedTransfersResult {
  /** Per second that were reached. */
  readonly rate: number;
  /** From when the request was due to its answer: the money has left the source. */
  readonly answered: Latencies;
  /** From the request to a balance of the destination that has the money, looked at every millisecond. */
  readonly received: Latencies;
  readonly samples: number;
}

const CONNECTIONS = 64;
const READ_CONNECTIONS = 8;
const WATCHED = 32;
const READ_EVERY_MS = 1;
const AMOUNT = 100;

const run: PacedTransfersRun = JSON.parse(process.argv[2] ?? '{}');
const all = readFileSync(run.accountsFile, 'utf8').trim().split('\n');
const free = all.slice(-WATCHED);
const accounts = all.slice(0, -WATCHED);
const writes = await Connections.open(run.url, CONNECTIONS);
const reads = await Connections.open(run.url, READ_CONNECTIONS);
const staff = `Authorization: ${run.authorisation}`;
const answered: number[] = [];
const received: number[] = [];
const rate = await pace(run.perSecond * run.seconds, run.perSecond, one);
writes.close();
reads.close();
const result: PacedTransfersResult = {
  rate,
  answered: latenciesOf(Float64Array.from(answered)),
  received: latenciesOf(Float64Array.from(received)),
  samples: received.length,
};
process.stdout.write(`${JSON.stringify(result)}\n`);

async function one(n: number, due: number): Promise<void> {
  const source = accounts[(n * 7919) % accounts.length] ?? '';
  const watched = n % run.watchEvery === 0 ? free.pop() : undefined;
  if (watched === undefined) {
    await transfer(n, due, source, accounts[(n * 7919 + 1) % accounts.length] ?? '');
    return;
  }
  const before = await ledgerOf(watched);
  const begun = performance.now();
  await transfer(n, begun, source, watched);
  while ((await ledgerOf(watched)) !== before + AMOUNT)
    await new Promise((resolve) => setTimeout(resolve, READ_EVERY_MS));
  received.push(performance.now() - begun);
  free.push(watched);
}

async function transfer(n: number, since: number, source: string, destination: string): Promise<void> {
  const amount = { amount: AMOUNT, currency: 'GBP' };
  const body = JSON.stringify({ source_account_id: source, destination_account_id: destination, amount });
  success(await writes.send('POST /staff/transfers', [`Idempotency-Key: ${run.keyPrefix}${n}`, staff], body));
  answered.push(performance.now() - since);
}

async function ledgerOf(account: string): Promise<number> {
  const { ledger } = success(await reads.send(`GET /staff/accounts/${account}/balance`, [staff]));
  return Number(ledger);
}

function success({ status, body }: Answer): Readonly<Record<string, unknown>> {
  if (status !== 200) throw new Error(`${status} ${body}`);
  return JSON.parse(body);
}
