// The feed of a bank that took in card transactions: what its readers see, whatever happens beside them.
import { createReadStream, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { currentGeneration } from '@tallystick/views/sqlite/index';
import Database from 'better-sqlite3';
import { BankProcess, DataFolder, until } from './bank-process.suite.js';
import { banksOnFolder } from './banks.suite.js';
import { pollerOf } from './feed-poller.suite.js';
import { printedSeed, randomOf, writeCardFile } from './generated-cards.suite.js';

const REAL = fileURLToPath(new URL('../../../shared/data/cards/uk-purchase-cards-2014-2016.csv.gz', import.meta.url));
const ROWS = process.env.TALLYSTICK_WHOLE_IMPORT === '1' ? 1_000_000 : 12_000;
const SEEDS = 20;

interface Shown {
  readonly id: string;
  readonly created: string;
  readonly revision: number;
  readonly amount: number;
  readonly description: string;
  readonly category: string;
  readonly merchant: { readonly id: string | null; readonly name: string } | null;
}

const given = banksOnFolder((path) => BankProcess.start(path));

interface Account {
  readonly id: string;
  readonly external_reference: string;
  readonly currency: string;
}

async function accountsOf(data: DataFolder): Promise<Account[]> {
  const answered: unknown = JSON.parse(await data.output('accounts', '--json'));
  // As interfaces.md has it; a spec is where that is found out.
  return (Array.isArray(answered) ? answered : Object.values(answered ?? {})[0]) as Account[];
}

/** All of an account's feed, page by page, as it was sent. */
async function feedOf(bank: BankProcess, account: string, limit = 100): Promise<{ items: Shown[]; text: string }> {
  const items: Shown[] = [];
  let text = '';
  for (let before = ''; ; ) {
    const query = `account_id=${account}&limit=${limit}${before === '' ? '' : `&before=${before}`}`;
    const page = await bank.get(`/feed/items?${query}`);
    if (page.status !== 200) throw new Error(page.text);
    const shown = page.body.items as Shown[]; // the route's schema
    items.push(...shown);
    text += JSON.stringify(shown);
    const last = shown.at(-1);
    if (last === undefined || shown.length < limit) return { items, text };
    before = last.id;
  }
}

async function feedsOf(bank: BankProcess, accounts: readonly Account[]): Promise<Map<string, Shown[]>> {
  const feeds = new Map<string, Shown[]>();
  for (const { id } of accounts) feeds.set(id, (await feedOf(bank, id)).items);
  return feeds;
}

/** The first rows of the real file; nothing in it is quoted. */
async function writeRealRows(path: string): Promise<string[][]> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: createReadStream(REAL).pipe(createGunzip()) })) {
    if (lines.length > ROWS) break;
    lines.push(line);
  }
  writeFileSync(path, `${lines.join('\n')}\n`);
  return lines.slice(1).map((line) => line.split(','));
}

/** Every row of every view, as it is stored. */
function dumpOf(data: DataFolder): string {
  const live = currentGeneration(data.path);
  if (live === undefined) throw new Error('no views');
  const database = new Database(live.path, { readonly: true }).defaultSafeIntegers();
  try {
    const names = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").pluck().all();
    return names
      .map((name) => {
        const rows = database.prepare(`SELECT * FROM "${name}"`).raw().all();
        const lines = rows.map((row) =>
          JSON.stringify(row, (_, cell) => (typeof cell === 'bigint' ? `${cell}` : cell)),
        );
        return `${name}\n${lines.sort().join('\n')}\n`;
      })
      .join('\n');
  } finally {
    database.close();
  }
}

const real = existsSync(REAL) ? describe : describe.skip;
if (!existsSync(REAL)) console.warn(`SKIPPED: the feed of the real card transactions: ${REAL} is not there`);

real('the feed of real card transactions', () => {
  it('is exactly the card’s rows, newest first, each with its category; a corrected merchant changes its items and nothing else', async () => {
    const file = join(given.folder.root, 'real.csv');
    const rows = await writeRealRows(file);
    await given.folder.output('import', 'cards', file, '--accept-duplicate-files');
    const accounts = await accountsOf(given.folder);
    const bank = await given.start();
    const feeds = await feedsOf(bank, accounts);

    const expected = new Map<string, string[]>();
    for (const [, , date, original, originalCurrency, billing, billingCurrency, merchant, card] of rows) {
      const key = `${card} ${billingCurrency || originalCurrency || 'GBP'}`;
      const line = `${date}T12:00:00.000Z ${-Number(billing || original)} ${merchant}`;
      expected.set(key, [...(expected.get(key) ?? []), line]);
    }
    let items = 0;
    for (const { id, external_reference, currency } of accounts) {
      const feed = feeds.get(id) ?? [];
      const lines = feed.map(({ created, amount, description }) => `${created} ${amount} ${description}`);
      expect(lines.sort()).toEqual((expected.get(`${external_reference} ${currency}`) ?? []).sort());
      for (const [i, { created, category }] of feed.entries()) {
        expect(category).toMatch(/^[a-z_]+$/);
        if (i > 0) expect(created <= (feed[i - 1]?.created ?? '')).toBe(true);
      }
      items += feed.length;
    }
    expect(items).toBe(rows.length);
    const categories = [...feeds.values()].flat().map(({ category }) => category);
    expect(categories.filter((category) => category !== 'general').length / items).toBeGreaterThan(0.7);

    const counts = new Map<string, number>();
    for (const { merchant } of [...feeds.values()].flat())
      if (merchant?.id) counts.set(merchant.id, (counts.get(merchant.id) ?? 0) + 1);
    const [[corrected = '', many = 0] = []] = [...counts].sort((a, b) => b[1] - a[1]);
    expect(many).toBeGreaterThan(100);
    const correction = { name: 'Put right', category: 'entertainment', reason: 'a person looked' };
    const answer = await bank.post(`/staff/merchants/${corrected}/corrections`, 'correct', correction);
    expect(answer.status).toBe(200);
    const isDone = ({ merchant }: Shown) => merchant?.id !== corrected || merchant.name === 'Put right';
    const after = await until('the old items are revised', async () => {
      const now = await feedsOf(bank, accounts);
      return [...now.values()].flat().every(isDone) ? now : undefined;
    });
    let revised = 0;
    for (const [account, before] of feeds) {
      for (const [i, item] of (after.get(account) ?? []).entries()) {
        const old = before[i];
        if (item.merchant?.id !== corrected) {
          expect(item).toEqual(old);
          continue;
        }
        revised++;
        expect(item.revision).toBeGreaterThan(old?.revision ?? 0);
        expect(item).toEqual({
          ...old,
          merchant: { ...old?.merchant, name: 'Put right' },
          category: 'entertainment',
          revision: item.revision,
          updated: expect.any(String),
        });
      }
      expect(after.get(account)).toHaveLength(before.length);
    }
    expect(revised).toBe(many);
  }, 900_000);
});

describe('views that are deleted', () => {
  it('come back with every feed, balance and list byte for byte, and every row', async () => {
    const file = join(given.folder.root, 'cards.csv');
    writeCardFile(file, printedSeed(), 1_000, 20);
    await given.folder.output('import', 'cards', file);
    const accounts = await accountsOf(given.folder);
    const reads = async (bank: BankProcess) => {
      const texts: string[] = [];
      for (const { id } of accounts) {
        texts.push((await feedOf(bank, id, 30)).text);
        for (const list of ['balance', 'transactions?limit=999'])
          texts.push((await bank.get(`/staff/accounts/${id}/${list}`)).text);
      }
      return texts;
    };
    const first = await given.start();
    const before = await reads(first);
    await first.stop();
    const dump = dumpOf(given.folder);
    for (const name of readdirSync(given.folder.path).filter((file) => /^views-.*\.db/.test(file)))
      rmSync(join(given.folder.path, name));
    const second = await given.start();
    await until('the views are filled', async () =>
      (await second.get('/health/ready')).status === 200 ? true : undefined,
    );
    expect(await reads(second)).toEqual(before);
    await second.stop();
    expect(dumpOf(given.folder)).toBe(dump);
  });
});

describe('a reader that polls the changes during an import', () => {
  it(`ends with the items of a fresh list, for every account, ${SEEDS} seeds`, async () => {
    const first = printedSeed();
    let meanwhile = 0;
    for (let seed = first; seed < first + SEEDS; seed++) {
      const data = new DataFolder();
      try {
        const file = join(data.root, 'cards.csv');
        writeCardFile(file, seed, 250, 6);
        let running = true;
        const imported = data.output('import', 'cards', file).finally(() => {
          running = false;
        });
        const poller = await until('the views are there', () => pollerOf(data, randomOf(seed)));
        while (running) {
          await poller.poll();
          await new Promise((resolve) => setImmediate(resolve));
        }
        meanwhile += poller.changes;
        await imported;
        await poller.finish();
        await poller.expectComplete();
        poller.close();
      } finally {
        await data.remove();
      }
    }
    expect(meanwhile).toBeGreaterThan(SEEDS);
  }, 300_000);
});
