// The bank as separate processes on real Kafka and Cassandra, beside the embedded one: the same import, the same books.
import { randomBytes } from 'node:crypto';
import { createReadStream, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BankCluster, runCli } from '@tallystick/servers';
import { testCassandra, testKafka } from '@tallystick/servers/for-tests';
import { customerTokenOf, openSecretsFile, staffTokenOf } from '@tallystick/transport/service';
import { DataFolder, until } from '../bank-process.suite.js';
import { printedSeed, writeCardFile } from '../generated-cards.suite.js';

const REAL = fileURLToPath(
  new URL('../../../../shared/data/cards/uk-purchase-cards-2014-2016.csv.gz', import.meta.url),
);
const ROWS = 20_000;
const START_MS = 300_000;

let embedded: DataFolder;
let cluster: BankCluster;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  embedded = new DataFolder();
  closing.push(() => embedded.remove());
  const [kafka, cassandra] = await Promise.all([testKafka(), testCassandra()]);
  closing.push(
    () => kafka.close(),
    () => cassandra.close(),
  );
  const own = randomBytes(4).toString('hex');
  cluster = await BankCluster.start({
    folder: join(embedded.root, 'cluster'),
    given: { kafka: kafka.brokers, cassandra: cassandra.contactPoints },
    configuration: {
      kafka: { topicPrefix: `e2e-${own}-`, partitions: 4 },
      cassandra: { keyspacePrefix: `e2e_${own}` },
    },
  });
  closing.push(() => cluster.stop());
}, START_MS);

afterAll(async () => {
  for (const close of closing.reverse()) await close();
}, 60_000);

/** As the doors that are used here answer; a spec is where it is found out. */
interface Answer {
  readonly account_id: string;
  readonly card_id: string;
  readonly position: string;
  readonly items: readonly { readonly merchant: { readonly name: string } | null }[];
}

function onCluster(...args: string[]): string {
  return runCli(cluster.configFile, ...args);
}

/** Card rows: the first of the real ones where these are there, else made-up ones. */
async function writeRows(file: string): Promise<void> {
  if (!existsSync(REAL)) {
    process.stderr.write(
      `SKIPPED: real card transactions, since ${REAL} is not there; made-up ones take their place\n`,
    );
    writeCardFile(file, printedSeed(), ROWS, 200);
    return;
  }
  const lines: string[] = [];
  for await (const line of createInterface({ input: createReadStream(REAL).pipe(createGunzip()) })) {
    lines.push(line);
    if (lines.length > ROWS) break;
  }
  writeFileSync(file, `${lines.join('\n')}\n`);
}

describe('the same import into the embedded bank and into separate processes', () => {
  let file: string;

  beforeAll(async () => {
    file = join(embedded.root, 'cards.csv');
    await writeRows(file);
    await embedded.output('import', 'cards', file, '--accept-duplicate-files');
    onCluster('import', 'cards', file, '--accept-duplicate-files');
  }, 600_000);

  it('gives the same trial balance and the same journal entries, byte for byte', async () => {
    expect(onCluster('trial-balance', '--json')).toBe(await embedded.output('trial-balance', '--json'));
    expect(onCluster('export', '--format', 'csv')).toBe(await embedded.output('export', '--format', 'csv'));
  }, 120_000);

  it('gives the same trial balance from Kafka alone, and from the views', () => {
    const journal = onCluster('trial-balance', '--json');
    expect(onCluster('trial-balance', '--json', '--from', 'kafka')).toBe(journal);
    expect(onCluster('trial-balance', '--json', '--from', 'views')).toBe(journal);
  }, 120_000);

  it('gives the same accounts with the same balances', async () => {
    expect(onCluster('accounts', '--json')).toBe(await embedded.output('accounts', '--json'));
  }, 120_000);

  it('adds nothing a second time', () => {
    const before = onCluster('export', '--format', 'csv');
    onCluster('import', 'cards', file, '--accept-duplicate-files');
    expect(onCluster('export', '--format', 'csv')).toBe(before);
  }, 120_000);

  it('ends in views that are as the events say', () => {
    expect(onCluster('replay', '--verify')).toMatch(/^no difference/);
  }, 300_000);
});

describe('an authorisation at the gateway', () => {
  it('is in the balance, the list and the feed of whoever names its position, under one trace', async () => {
    const secrets = openSecretsFile(join(cluster.folder, 'secrets.json'), [], () => new Uint8Array());
    const staff = { authorization: `Bearer ${staffTokenOf(secrets)}` };
    const customer = { authorization: `Bearer ${customerTokenOf(secrets, 'user_0000clustered')}` };
    const call = async (url: string, init: RequestInit & { headers: Record<string, string> }) => {
      const response = await fetch(url, init);
      const body = (await response.json()) as Answer;
      expect([url, response.status, body]).toEqual([url, 200, body]);
      return body;
    };
    const post = (url: string, key: string, body: object, headers: Record<string, string> = {}) =>
      call(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key, ...staff, ...headers },
        body: JSON.stringify(body),
      });
    const accounts = cluster.url('accounts');
    const opened = await post(`${accounts}/staff/accounts`, 'open', {
      currency: 'GBP',
      overdraft_limit: 100_000,
      owners: ['user_0000clustered'],
    });
    const id = opened.account_id;
    const card = await post(`${accounts}/staff/accounts/${id}/cards`, 'card', {
      number: '5555555555554444',
      active: true,
    });
    const traceparent = `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
    const bought = await post(
      `${cluster.url('card-processing')}/gateway/authorisations`,
      'buy',
      {
        card: { id: card.card_id },
        amount: { amount: 425, currency: 'GBP' },
        merchant: { name: 'TESCO STORES 2041', mcc: '5411' },
      },
      { traceparent },
    );
    expect(bought).toMatchObject({ decision: 'approved', account_id: id, available: 99_575 });
    const at = { 'x-min-ledger-position': bought.position };
    const balance = await call(`${accounts}/staff/accounts/${id}/balance`, { headers: { ...staff, ...at } });
    expect(balance).toMatchObject({ ledger: 0, held: 425, available: 99_575 });
    const feed = `${cluster.url('feed')}/feed/items?account_id=${id}`;
    const { items } = await call(feed, { headers: { ...customer, ...at } });
    expect(items).toHaveLength(1);
    const enriched = await until('the item says who was paid', async () => {
      const page = await call(feed, { headers: customer });
      return page.items[0]?.merchant?.name === undefined ? undefined : page.items[0];
    });
    expect(enriched.merchant?.name).toBe('Tesco');
  }, 120_000);
});
