// `npm start` as a newcomer meets it: somebody lives in the bank, and his feed can be watched.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { until } from '../bank-process.suite.js';
import { banksOnFolder } from '../banks.suite.js';
import { DemoProcess } from '../demo-process.suite.js';
import { printedSeed } from '../generated-cards.suite.js';
import { Chromium, findChromium } from './chromium.suite.js';
import { HISTORY_DAYS } from './demo.js';
import { readState, writeState } from './state.js';

const DAY_MS = 86_400_000;

/** A past that SEED=<the printed seed> gives again. */
const given = banksOnFolder((path) => {
  const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const past = { seed: printedSeed(), since: today - HISTORY_DAYS * DAY_MS, lived: false };
  mkdirSync(path, { recursive: true });
  if (readState(path) === undefined) writeState(path, past);
  return DemoProcess.start(path);
});

describe('a bank with a demo customer', () => {
  it('has two months of card life at once, and something new by itself', async () => {
    const bank = await given.start();
    const items = await bank.feed();
    expect(items.length).toBeGreaterThan(100);
    const kinds = new Set(items.map(({ kind }) => kind));
    for (const kind of ['card', 'payment', 'pot', 'transfer']) expect(kinds).toContain(kind);
    expect(items.map(({ created }) => created)).toEqual(
      items
        .map(({ created }) => created)
        .sort()
        .reverse(),
    );
    await until('something new is bought', async () => ((await bank.feed()).length > items.length ? true : undefined));
  });

  it('is the same customer with the same past after kill -9, and what was left open is presented once', async () => {
    const first = await given.start();
    const before = await first.feed();
    const books = readFileSync(join(given.folder.path, 'demo.json'), 'utf8');
    await first.kill();
    const second = await given.start();
    expect(second.accountId).toBe(first.accountId);
    expect(readFileSync(join(given.folder.path, 'demo.json'), 'utf8')).toBe(books);
    const open = before.filter(({ kind, status, amount }) => kind === 'card' && status === 'PENDING' && amount < 0);
    const after = await until('what was open is settled', async () => {
      const items = new Map((await second.feed()).map((item) => [item.id, item]));
      return open.every(({ id }) => items.get(id)?.status === 'SETTLED') ? items : undefined;
    });
    for (const { id, amount } of before) expect([id, after.get(id)?.amount]).toEqual([id, amount]);
  });

  it('spends as given: a purchase at the gateway is in the feed', async () => {
    const bank = await given.start();
    const merchant = { name: 'HARBOUR TEA ROOM', mcc: '5812' };
    const id = await bank.buy({ amount: 425, currency: 'GBP' }, merchant);
    const item = await until('it is in the feed', async () => (await bank.feed()).find((each) => each.id === id));
    expect(item).toMatchObject({ amount: -425, status: 'PENDING', description: 'HARBOUR TEA ROOM' });
  });
});

const chromium = findChromium();
if (chromium === undefined && process.env.TALLYSTICK_REQUIRES?.includes('chromium'))
  throw new Error('the pages must be tested here, and there is no Chromium');
if (chromium === undefined) console.warn('SKIPPED: the feed page in a browser: there is no Chromium on this machine');

(chromium === undefined ? describe.skip : describe)('the feed page', () => {
  it('lists the feed, and shows a purchase while somebody looks', async () => {
    const bank = await given.start();
    const browser = await Chromium.start(chromium ?? '');
    try {
      const page = await browser.open(bank.pageUrl);
      const rows = `document.querySelectorAll('li.item').length`;
      const live = `document.getElementById('state').textContent === 'live' && ${rows} >= 50`;
      await until('the page is live', async () => ((await page.evaluate(live)) === true ? true : undefined));
      const id = await bank.buy({ amount: 425, currency: 'GBP' }, { name: 'HARBOUR TEA ROOM', mcc: '5812' });
      const row = `[...document.querySelectorAll('li.item')].find((row) => row.title.includes('${id}'))?.innerText`;
      const text = await until('the purchase is shown', async () => (await page.evaluate(row)) || undefined);
      expect(String(text)).toContain('-4.25 GBP');
      await page.evaluate(`document.getElementById('more').click()`);
      const more = async () => (Number(await page.evaluate(rows)) > 90 ? true : undefined);
      await until('older items are shown', more);
    } finally {
      await browser.close();
    }
  });
});

(chromium === undefined ? describe.skip : describe)('the page for developers', () => {
  it('has every operation of the description', async () => {
    const bank = await given.start();
    const described = await (await fetch(`${bank.edgeUrl}/openapi.json`)).json();
    const { paths } = described as { paths: Record<string, Record<string, { summary: string }>> }; // as OpenAPI has it
    const operations = Object.values(paths).flatMap((operations) => Object.values(operations));
    expect(operations.length).toBeGreaterThan(40);
    const browser = await Chromium.start(chromium ?? '');
    try {
      const page = await browser.open(`${bank.edgeUrl}/developers`);
      const drawn = 'Number(document.body.dataset.operations)';
      await until('it is drawn', async () => ((await page.evaluate(drawn)) === operations.length ? true : undefined));
      const text = String(await page.evaluate(`document.getElementById('operations').textContent`));
      for (const { summary } of operations) expect(text).toContain(summary);
      expect(text).not.toContain('undefined');
    } finally {
      await browser.close();
    }
  });
});
