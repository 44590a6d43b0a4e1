// The bank as separate processes on real Kafka and Cassandra, beside the embedded one: the same import, the same books.
import { randomBytes } from 'node:crypto';
import { createReadStream, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type App, BankCluster, runCli } from '@tallystick/servers';
import { testCassandra, testKafka } from '@tallystick/servers/for-tests';
import { customerTokenOf, openSecretsFile, staffTokenOf } from '@tallystick/transport/service';
import { isSigned, Receiver } from '../../webhook/receiver.suite.js';
import { DataFolder, until } from '../bank-process.suite.js';
import { type Doors, programOf, staff } from '../customer-program.suite.js';
import { printedSeed, writeCardFile } from '../generated-cards.suite.js';

const REAL = fileURLToPath(
  new URL('../../../../shared/data/cards/uk-purchase-cards-2014-2016.csv.gz', import.meta.url),
);
const REAL_ROWS = 20_000;
const MADE_UP_ROWS = 5_000;
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
      webhooks: { allowPrivateAddresses: true },
    },
  });
  closing.push(() => cluster.stop());
}, START_MS);

afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

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
    writeCardFile(file, printedSeed(), MADE_UP_ROWS, 200);
    return;
  }
  const lines: string[] = [];
  for await (const line of createInterface({ input: createReadStream(REAL).pipe(createGunzip()) })) {
    lines.push(line);
    if (lines.length > REAL_ROWS) break;
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
  });

  it('gives the same trial balance from Kafka alone, and from the views', () => {
    const journal = onCluster('trial-balance', '--json');
    expect(onCluster('trial-balance', '--json', '--from', 'kafka')).toBe(journal);
    expect(onCluster('trial-balance', '--json', '--from', 'views')).toBe(journal);
  });

  it('gives the same accounts with the same balances', async () => {
    expect(onCluster('accounts', '--json')).toBe(await embedded.output('accounts', '--json'));
  });

  it('adds nothing a second time', () => {
    const before = onCluster('export', '--format', 'csv');
    onCluster('import', 'cards', file, '--accept-duplicate-files');
    expect(onCluster('export', '--format', 'csv')).toBe(before);
  });

  it('ends in views that are as the events say', () => {
    expect(onCluster('replay', '--verify')).toMatch(/^no difference/);
  }, 300_000);
});

describe('an authorisation at the gateway', () => {
  it('is in the balance, the list and the feed of whoever names its position, under one trace', async () => {
    const secrets = openSecretsFile(join(cluster.folder, 'secrets.json'), [], () => new Uint8Array());
    const asStaff = { authorization: `Bearer ${staffTokenOf(secrets)}` };
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
        headers: { 'content-type': 'application/json', 'idempotency-key': key, ...asStaff, ...headers },
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
    const balance = await call(`${accounts}/staff/accounts/${id}/balance`, { headers: { ...asStaff, ...at } });
    expect(balance).toMatchObject({ ledger: 0, held: 425, available: 99_575 });
    const feed = `${cluster.url('feed')}/feed/items?account_id=${id}`;
    const { items } = await call(feed, { headers: { ...customer, ...at } });
    expect(items).toHaveLength(1);
    const enriched = await until('the item says who was paid', async () => {
      const page = await call(feed, { headers: customer });
      return page.items[0]?.merchant?.name === undefined ? undefined : page.items[0];
    });
    expect(enriched.merchant?.name).toBe('Tesco');
  });
});

describe('a program of a customer, through the edge', () => {
  const USER = 'user_0000through';
  let edge: string;
  let account: string;
  let card: string;
  let token: string;

  function staffOf(app: App): Doors {
    const secrets = openSecretsFile(join(cluster.folder, 'secrets.json'), [], () => new Uint8Array());
    const authorization = `Bearer ${staffTokenOf(secrets)}`;
    return {
      url: edge,
      async post(path, key = '', body) {
        const headers = { authorization, 'content-type': 'application/json', 'idempotency-key': key };
        const response = await fetch(cluster.url(app) + path, { method: 'POST', headers, body: JSON.stringify(body) });
        const text = await response.text();
        return { status: response.status, text, body: JSON.parse(text) };
      },
    };
  }

  async function ask(method: string, path: string, body?: object, position?: string | null) {
    const headers: Record<string, string> = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    if (position) headers['x-min-ledger-position'] = position;
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const response = await fetch(edge + path, init);
    const answer = JSON.parse(await response.text());
    expect([method, path, response.status, answer]).toEqual([method, path, 200, answer]);
    return { answer, position: response.headers.get('x-ledger-position') };
  }

  function buy(key: string): Promise<Readonly<Record<string, unknown>>> {
    const merchant = { name: 'TESCO STORES 2041', mcc: '5411' };
    const body = { card: { id: card }, amount: { amount: 425, currency: 'GBP' }, merchant };
    return staff(staffOf('card-processing'), '/gateway/authorisations', body, key);
  }

  beforeAll(async () => {
    const [instance] = cluster.of('edge-proxy');
    edge = `http://127.0.0.1:${instance?.edgePort}`;
    const accounts = staffOf('accounts');
    await staff(accounts, '/staff/users', { user_id: USER, name: 'Ada Lovelace' }, 'through-user');
    const terms = { currency: 'GBP', owners: [USER], overdraft_limit: 100_000 };
    account = String((await staff(accounts, '/staff/accounts', terms, 'through')).account_id);
    const issue = { number: '5105105105105100', active: true };
    card = String((await staff(accounts, `/staff/accounts/${account}/cards`, issue, 'through-card')).card_id);
    const program = await programOf(staffOf('auth'), USER);
    await program.approve();
    token = program.token;
  });

  it('sees the account with its owner, once it is approved', async () => {
    const { accounts } = await until('the account is there', async () => {
      const response = await fetch(`${edge}/accounts`, { headers: { authorization: `Bearer ${token}` } });
      const body = JSON.parse(await response.text());
      return body.accounts?.[0]?.owners?.[0]?.preferred_name === 'Ada Lovelace' ? body : undefined;
    });
    expect(accounts).toMatchObject([{ id: account, type: 'uk_retail' }]);
  });

  it('is told of a purchase, writes beside it, and reads what it wrote', async () => {
    const receiver = await Receiver.start();
    closing.push(() => receiver.stop());
    const { webhook } = (await ask('POST', '/webhooks', { account_id: account, url: receiver.url })).answer;
    const { secret } = (await ask('GET', `/webhooks/${webhook.id}/secret`)).answer;
    const { transaction_id: id, position } = await buy('told');
    const shown = (await ask('GET', `/transactions?account_id=${account}`, undefined, String(position))).answer;
    expect(shown.transactions).toMatchObject([{ id, amount: -425, notes: '' }]);
    const told = await until('the webhook is told', () => receiver.received[0]);
    expect(told.body).toMatchObject({ type: 'transaction.created', data: { id, amount: -425 } });
    expect(isSigned(told, secret)).toBe(true);
    const file = { file_name: 'tea.png', file_type: 'image/png' };
    const { file_url, upload_url } = (await ask('POST', '/attachment/upload', file)).answer;
    const bytes = Buffer.alloc(900_000, 'tea ');
    const sent = await fetch(upload_url, { method: 'PUT', body: bytes, headers: { 'content-type': 'image/png' } });
    expect([upload_url.startsWith(edge), sent.status]).toEqual([true, 200]);
    await ask('POST', '/attachment/register', { external_id: id, file_url, file_type: 'image/png' });
    const written = await ask('PATCH', `/transactions/${id}`, { metadata: { notes: 'tea' } });
    const read = (await ask('GET', `/transactions/${id}`, undefined, written.position)).answer.transaction;
    expect(read).toMatchObject({ notes: 'tea', attachments: [{ file_url }] });
    const kept = Buffer.from(await (await fetch(file_url)).arrayBuffer());
    expect(kept.equals(bytes)).toBe(true);
    const item = { description: 'Tea', amount: 425, currency: 'GBP' };
    const receipt = { transaction_id: id, external_id: 'tea-1', total: 425, currency: 'GBP', items: [item] };
    await ask('PUT', '/transaction-receipts', receipt);
    expect((await ask('GET', '/transaction-receipts?external_id=tea-1')).answer.receipt).toMatchObject({ total: 425 });
  });

  it('moves money into a pot once, and freezes the card for the next purchase', async () => {
    const pot = await staff(staffOf('payments'), '/staff/pots', { account_id: account, name: 'Tea' }, 'through-pot');
    const move = { source_account_id: account, amount: 100, dedupe_id: 'once' };
    const deposit = () => ask('PUT', `/pots/${pot.id}/deposit`, move);
    const [first] = await Promise.all([deposit(), deposit(), deposit()]);
    expect(first.answer).toMatchObject({ id: pot.id, balance: 100 });
    const { answer } = await ask('GET', `/balance?account_id=${account}`, undefined, first.position);
    expect(answer).toMatchObject({ balance: -525, total_balance: -425 });
    await ask('PUT', `/cards/${card}/freeze`, {});
    expect(await buy('frozen')).toMatchObject({ decision: 'declined', reason: 'card_frozen' });
  });
});
