// What a balance costs to read over HTTP, of accounts with a short and with a long history, in turns.
import { cardNumber } from '../cards.js';
import { Connection } from '../http/connection.js';
import { approved, authorisationBody } from '../http/gateway-bodies.js';
import { type Latencies, latenciesOf } from '../latencies.js';
import { milliseconds, whole } from '../report.js';
import { ACCOUNTS, type ClusterWorld } from './cluster-world.js';

const LONG = 100_000;
const READS = 3_000;
/** Reads of one account before the other has its turn. */
const TURN = 50;
/** No other section loads these. */
const CARDS = { short: cardNumber(ACCOUNTS), long: cardNumber(ACCOUNTS + 1) };
const PER_BATCH = 500;
/** Between two measurements of the same thing, p99s differ by this much on a machine that does other things too. */
const NOISE = 1.25;

export async function balance(world: ClusterWorld): Promise<void> {
  const cluster = await world.bank();
  await world.authoriseAll(
    cluster,
    Array.from({ length: LONG }, () => CARDS.long),
    PER_BATCH,
  );
  await world.caughtUp(cluster);
  const accounts = {
    short: await accountOf(world, cluster.url('card-processing'), CARDS.short),
    long: await accountOf(world, cluster.url('card-processing'), CARDS.long),
  };
  await world.caughtUp(cluster);
  const { short, long } = await inTurns(world, cluster.url('accounts'), accounts);
  world.report.add({ name: 'a balance, some 10 events before', unit: null, latencies: short });
  world.report.add({ name: `a balance, ${whole(LONG)} events before`, unit: null, latencies: long });
  world.report.check(
    `a balance, some 10 and ${whole(LONG)} events: the same p99 (within ${NOISE}×)`,
    `${milliseconds(short.p99)} and ${milliseconds(long.p99)} ms`,
    long.p99 <= NOISE * short.p99,
  );
}

interface Both<T> {
  readonly short: T;
  readonly long: T;
}

async function inTurns(world: ClusterWorld, url: string, accounts: Both<string>): Promise<Both<Latencies>> {
  const connection = await Connection.open(url);
  const head = [`Authorization: ${world.staffAuthorisation()}`];
  const times = { short: [] as number[], long: [] as number[] };
  const read = async (account: string) => {
    const before = performance.now();
    const { status, body } = await connection.send(`GET /staff/accounts/${account}/balance`, head);
    if (status !== 200) throw new Error(`a balance was not shown: ${status} ${body}`);
    return performance.now() - before;
  };
  try {
    // The first turns, in which code is compiled, do not count.
    for (let n = 0; n < TURN; n++) for (const account of [accounts.short, accounts.long]) await read(account);
    for (let n = 0; n < READS; n += TURN)
      for (const which of ['short', 'long'] as const)
        for (let turn = 0; turn < TURN; turn++) times[which].push(await read(accounts[which]));
  } finally {
    connection.close();
  }
  return { short: latenciesOf(Float64Array.from(times.short)), long: latenciesOf(Float64Array.from(times.long)) };
}

async function accountOf(world: ClusterWorld, gateway: string, card: string): Promise<string> {
  const connection = await Connection.open(gateway);
  try {
    const key = [`Idempotency-Key: ${world.keyPrefix()}`];
    const answer = await connection.send('POST /gateway/authorisations', key, authorisationBody(card, 1));
    return approved(answer).account_id;
  } finally {
    connection.close();
  }
}
