// A process of its own: authorisations at a steady rate, and for some of them how long after the decision the feed's list has them, and
// how long after it they reach somebody who listens. Argument: PacedFeedRun as JSON. Prints PacedFeedResult as one line of JSON.
import { readFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { type Latencies, latenciesOf } from '../latencies.js';
import { Connections } from './connection.js';
import { approved, authorisationBody } from './gateway-bodies.js';
import { pace } from './pace.js';

export interface PacedFeedRun {
  readonly url: string;
  /** What staff send as Authorization. */
  readonly authorisation: string;
  readonly cardsFile: string;
  readonly keyPrefix: string;
  readonly perSecond: number;
  readonly seconds: number;
  /** Every so many decisions, the feed's newest page is read. */
  readonly readEvery: number;
  /** So many accounts are listened to, and every so many decisions is on one of them. */
  readonly listeners: number;
  readonly listenedEvery: number;
  /** Pages that are read afterwards, one at a time. */
  readonly pages: number;
}

export interface PacedFeedResult {
  /** Decisions per second that were reached. */
  readonly rate: number;
  readonly decided: Latencies;
  /** From the decision's answer to a page that has it. */
  readonly listed: Latencies;
  /** From the decision's answer to the event at the listener. */
  readonly live: Latencies;
  /** A page of 30 items. */
  readonly page: Latencies;
  readonly samples: { readonly listed: number; readonly live: number };
}

const CONNECTIONS = 64;
const READ_CONNECTIONS = 8;
const LAST_EVENT_MS = 10_000;

const run: PacedFeedRun = JSON.parse(process.argv[2] ?? '{}');
const cards = readFileSync(run.cardsFile, 'utf8').trim().split('\n');
const writes = await Connections.open(run.url, CONNECTIONS);
const reads = await Connections.open(run.url, READ_CONNECTIONS);
const times = { decided: [] as number[], listed: [] as number[], live: [] as number[], page: [] as number[] };
/** When a transaction reached its listener, or was answered: whichever came first waits here for the other. */
const arrived = new Map<string, number>();
const answered = new Map<string, number>();
const streams: IncomingMessage[] = [];

for (let n = 0; n < run.listeners; n++) streams.push(await listen(await accountOf(cards[n] ?? '', n)));
const rate = await pace(run.perSecond * run.seconds, run.perSecond, one);
const giveUp = performance.now() + LAST_EVENT_MS;
while (answered.size > 0) {
  if (performance.now() > giveUp) throw new Error(`${answered.size} events never reached their listener`);
  await new Promise((resolve) => setTimeout(resolve, 5));
}
for (let n = 0; n < run.pages; n++) await readPage(await accountOf(cards[n % run.listeners] ?? '', -1 - n));
for (const stream of streams) stream.destroy();
writes.close();
reads.close();
const result: PacedFeedResult = {
  rate,
  decided: latenciesOf(Float64Array.from(times.decided)),
  listed: latenciesOf(Float64Array.from(times.listed)),
  live: latenciesOf(Float64Array.from(times.live)),
  page: latenciesOf(Float64Array.from(times.page)),
  samples: { listed: times.listed.length, live: times.live.length },
};
process.stdout.write(`${JSON.stringify(result)}\n`);

async function decide(card: string, n: number) {
  const key = `Idempotency-Key: ${run.keyPrefix}${n}`;
  return approved(
    await writes.send('POST /gateway/authorisations', [key], authorisationBody(card, 100 + (Math.abs(n) % 9000))),
  );
}

async function accountOf(card: string, n: number): Promise<string> {
  return (await decide(card, n - 1_000_000)).account_id;
}

async function one(n: number, due: number): Promise<void> {
  const listened = n % run.listenedEvery === 0;
  const card = cards[listened ? (n / run.listenedEvery) % run.listeners : (n * 7919) % cards.length] ?? '';
  const { account_id, transaction_id, position } = await decide(card, n);
  const now = performance.now();
  times.decided.push(now - due);
  if (listened) meet(transaction_id, now);
  if (n % run.readEvery !== 1) return;
  const page = await read(account_id, 1, [`X-Min-Ledger-Position: ${position}`]);
  if (!page.includes(transaction_id)) throw new Error('the newest page does not have what was decided');
  times.listed.push(performance.now() - now);
}

async function readPage(account: string): Promise<void> {
  const before = performance.now();
  await read(account, 30, []);
  times.page.push(performance.now() - before);
}

async function read(account: string, limit: number, head: readonly string[]): Promise<string> {
  const path = `GET /feed/items?account_id=${account}&limit=${limit}`;
  const { status, body } = await reads.send(path, [`Authorization: ${run.authorisation}`, ...head]);
  if (status !== 200) throw new Error(`a page was not shown: ${status} ${body}`);
  return body;
}

function meet(transaction: string, now: number): void {
  const before = arrived.get(transaction);
  if (before === undefined) answered.set(transaction, now);
  else times.live.push(Math.max(0, before - now));
  arrived.delete(transaction);
}

function listen(account: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = request(`${run.url}/feed/live?account_id=${account}`, {
      headers: { authorization: run.authorisation },
    });
    asked.once('error', reject);
    asked.once('response', (response) => {
      if (response.statusCode !== 200) return reject(new Error(`no stream: ${response.statusCode}`));
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          heard(/"id":"(tx_\w+)"/.exec(text.slice(0, end))?.[1]);
          text = text.slice(end + 2);
        }
      });
      resolve(response);
    });
    asked.end();
  });
}

/** Later revisions of the same item are not waited for. */
function heard(transaction: string | undefined): void {
  if (transaction === undefined) return;
  const now = performance.now();
  const before = answered.get(transaction);
  if (before === undefined) arrived.set(transaction, arrived.get(transaction) ?? now);
  else times.live.push(now - before);
  answered.delete(transaction);
}
