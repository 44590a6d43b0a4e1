// No card number in any file, log or answer of the bank (lifecycles, section 7: the PAN scan).
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { maskCardNumber } from '@tallystick/contracts';
import { encodeFrame, frame } from '@tallystick/iso8583';
import { about, authorisation, codec, Network } from '../card-processing/iso8583-over-memory.suite.js';
import { BankProcess, DataFolder } from './bank-process.suite.js';
import { CardNumberScan } from './card-number-scan.suite.js';
import { cardNumbers, printedSeed, randomOf } from './generated-cards.suite.js';

const SYNTHETIC = fileURLToPath(new URL('../../../shared/data/synthetic/sparkov.csv.gz', import.meta.url));
const BATCH = 500;
/** Every card is used; more of its purchases would say no more. */
const PER_CARD = 30;

interface Purchase {
  readonly number: string;
  readonly date: string;
  /** Pence. */
  readonly amount: number;
  readonly merchant: string;
  readonly category: string;
}

let folder: DataFolder;
let texts: Map<string, string>;
beforeEach(() => {
  folder = new DataFolder();
  texts = new Map();
});
afterEach(() => folder.remove());

function generated(): Purchase[] {
  const seed = printedSeed();
  const random = randomOf(seed);
  const numbers = cardNumbers(seed, 63);
  return Array.from({ length: 400 }, (_, i) => {
    const number = numbers[Math.floor(random() * numbers.length)] ?? '';
    const rest = { date: '2024-05-01', amount: 1 + Math.floor(random() * 9_999), category: 'misc' };
    return { number, merchant: i % 9 === 0 ? `refill ${number}` : `shop ${i % 20}`, ...rest };
  });
}

/** cc_num,trans_num,unix_time,category,amt,is_fraud,merchant,…; the merchant may be quoted. A card without a purchase gets a small one. */
function synthetic(): Purchase[] {
  const lines = gunzipSync(readFileSync(SYNTHETIC)).toString().trimEnd().split('\n').slice(1);
  const counts = new Map<string, number>();
  const purchases = lines.map((line) => {
    const found = /^(\d+),\w*,(\d*),(\w*),(\d*)\.?(\d*),\d?,(?:"([^"]*)"|([^,]*)),/.exec(line);
    if (found === null) throw new Error(`${SYNTHETIC} is not what it was`);
    const [, number = '', time, category = '', pounds = '', pence = '', quoted, plain] = found;
    const date = new Date(Number(time) * 1000).toISOString().slice(0, 10);
    const amount = Number(`${pounds}${pence.padEnd(2, '0')}`) || 1;
    return { number, date, amount, merchant: (quoted ?? plain) || 'nobody', category };
  });
  return purchases.filter(({ number }) => {
    const count = (counts.get(number) ?? 0) + 1;
    counts.set(number, count);
    return count <= PER_CARD;
  });
}

async function throughTheGateway(bank: BankProcess, purchases: readonly Purchase[]): Promise<void> {
  const opened = await bank.post('/staff/accounts', 'open', {
    currency: 'GBP',
    overdraft_limit: 100_000_000_000,
  });
  const account = `/staff/accounts/${opened.body.account_id}`;
  const numbers = [...new Set(purchases.map(({ number }) => number))];
  for (const [i, number] of numbers.entries()) {
    const issued = await bank.post(`${account}/cards`, `card-${i}`, { number, active: true });
    expect(issued.status).toBe(200);
  }
  const authorisationOf = ({ number, amount, merchant }: Purchase) => ({
    card: { number },
    amount: { amount, currency: 'GBP' },
    merchant: { name: merchant },
  });
  let approved = 0;
  for (let i = 0; i < purchases.length; i += BATCH) {
    const authorisations = purchases
      .slice(i, i + BATCH)
      .map((purchase, j) => ({ ...authorisationOf(purchase), idempotency_key: `purchase-${i + j}` }));
    const answered = await bank.post('/gateway/authorisations/batch', undefined, { authorisations });
    approved += answered.text.split('"approved"').length - 1;
  }
  expect(approved).toBe(purchases.length);
  for (const [i, purchase] of purchases.slice(0, 20).entries())
    await wrongly(bank, account, authorisationOf(purchase), i);
  for (const path of [`${account}/transactions`, `${account}/balance`, '/staff/accounts', '/metrics', '/openapi.json'])
    expect((await bank.get(path)).status).toBe(200);
}

/** Every place where a number could come back in an error or be stored: answered with an error or a decline, whatever it is. */
async function wrongly(
  bank: BankProcess,
  account: string,
  good: { card: { number: string } },
  i: number,
): Promise<void> {
  const { number } = good.card;
  const authorise = (key: string, change: object) => bank.post('/gateway/authorisations', key, { ...good, ...change });
  await authorise(number, {});
  await authorise(`w${i}a`, { [number]: number });
  await authorise(`w${i}b`, { card: { token: number } });
  await authorise(`w${i}c`, { card: { id: number } });
  await authorise(`w${i}d`, { card: { number: `${number}x` } });
  await authorise(`w${i}e`, { card: Number(number) });
  await authorise(`w${i}f`, { merchant: { name: `paid with ${number}` } });
  await authorise(`w${i}g`, { at: number });
  await authorise(`w${i}h`, { amount: { amount: 1, currency: number } });
  await authorise(`w${i}i`, { keys: { acquirer: '1', stan: '1', rrn: number, transmitted_at: '1' } });
  await bank.post('/gateway/authorisations', `w${i}j`, `{"card":{"number":"${number}"`);
  await bank.post('/gateway/clearings', `w${i}k`, { ...good, clearing_key: number });
  await bank.post(`/gateway/authorisations/${number}/clearings`, `w${i}l`, { ...good, clearing_key: `c${i}` });
  await bank.post(`/staff/accounts/${number}/cards`, `w${i}m`, { number });
  await bank.post(`${account}/changes`, `w${i}n`, { change: 'freeze', reason: number });
  await bank.post(`${account}/cards`, `w${i}o`, { number, expiry: number });
  await bank.post('/staff/accounts', `w${i}p`, {
    currency: 'GBP',
    external_reference: `card ${number}`,
    owners: [`user_${i}`],
  });
  await bank.post('/staff/accounts', `w${i}q`, { currency: 'GBP', external_reference: number });
  await bank.post('/staff/pots', `w${i}r`, { account_id: account.replace('/staff/accounts/', ''), name: number });
  await bank.get(`/${number}`);
  await bank.get(`/staff/accounts?after=${number}`);
  const unknown = cardNumbers(i, 1)[0] ?? '';
  await authorise(`w${i}s`, { card: { number: unknown } });
}

/** Every data element of ISO 8583 that a number may stand in, where it belongs and where it doesn't, whole messages and broken ones. */
async function throughIso8583(bank: BankProcess, purchases: readonly Purchase[]): Promise<void> {
  const network = await Network.connect(bank.iso8583Port);
  for (const { number } of purchases.slice(0, 30)) {
    const plain = authorisation({ 2: number });
    expect((await network.ask(plain)).fields[39]).toBe('00');
    const everywhere = {
      35: `${number}=29121010000012345678`.slice(0, 37),
      43: `REFILL ${number}`.padEnd(38).concat('GB'),
      45: `B${number}^NAME^2912101`,
      48: [
        { tag: '92', value: '123' },
        { tag: '77', value: 'C07' },
        { tag: '63', value: number.slice(0, 15).padEnd(15, '0') },
      ],
      60: number,
      62: `paid with ${number}`,
      102: number,
      123: number,
    };
    await network.ask(authorisation({ 2: undefined, ...everywhere }));
    await network.ask(about(plain, '0120', { ...everywhere, 39: '00', 41: number.slice(0, 8) }));
    await network.ask(about(plain, '0220', { 42: number.slice(0, 15).padEnd(15, '0'), 39: '00' }));
    await network.ask(about(plain, '0400', { 44: number }));
    await network.ask(authorisation({ 2: number, 3: '300000' }));
    await network.ask(authorisation({ 2: number.slice(0, -1).concat(number.endsWith('0') ? '1' : '0') }));
    network.write(encodeFrame(codec, authorisation({ 2: number })).fill(0xff, 60));
    const broken = Buffer.from(`0100${number}`);
    network.write(frame(broken));
  }
  await network.ask({ mti: '0800', fields: { 7: '0501120000', 11: '999999', 70: '301' } });
  await network.close();
}

async function throughImport(purchases: readonly Purchase[]): Promise<void> {
  const file = join(folder.root, 'purchases.csv');
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const rows = purchases.map(
    ({ number, date, amount, merchant, category }, i) =>
      `purchases.csv,${i},${date},${amount},GBP,,,${quoted(merchant)},${number},${category}`,
  );
  const header = 'file,row,date,original_minor,original_cur,billing_minor,billing_cur,merchant_name,card,cac1_desc';
  writeFileSync(file, `${[header, ...rows].join('\n')}\n`);
  const broken = join(folder.root, 'broken.csv');
  const lines = join(folder.root, 'lines.csv');
  const [first] = purchases;
  writeFileSync(broken, `date,card,original_minor\n${first?.number},${first?.number},${first?.number}\n`);
  writeFileSync(
    lines,
    `id,account,date,amount_minor,currency,description\n${first?.number},${first?.number},2024-05-01,1,GBP,${first?.number}\n`,
  );
  for (const args of [
    ['import', 'cards', file],
    ['import', 'cards', broken],
    ['import', 'journal', lines],
    ['accounts'],
    ['trial-balance'],
    ['export', '--format', 'hledger'],
  ]) {
    const { status, stdout, stderr } = await folder.tallystick(...args);
    expect([args, status]).toEqual([args, args.includes(broken) ? 2 : 0]);
    texts.set(`tallystick ${args.slice(0, 2).join(' ')}`, stdout + stderr);
  }
  expect(texts.get('tallystick accounts')).toContain(maskCardNumber(first?.number ?? ''));
}

async function expectNoCardNumber(purchases: readonly Purchase[]): Promise<void> {
  const bank = await BankProcess.start(folder.path);
  await throughTheGateway(bank, purchases);
  await throughIso8583(bank, purchases);
  // What lies in files while the bank runs, write-ahead logs too, and what is left of it.
  const running = folder.files();
  texts.set('log', (await bank.stop()).stderr + bank.log);
  bank.answers.forEach((text, i) => {
    texts.set(`answer ${i}`, text);
  });
  await throughImport(purchases);
  const scan = new CardNumberScan(purchases.map(({ number }) => number));
  const found: string[] = [];
  for (const { name, bytes } of [...running, ...folder.files()])
    for (const { form, at } of scan.findIn(bytes)) found.push(`${name} ${form} at ${at}`);
  for (const [name, text] of texts) for (const { form } of scan.findInText(text)) found.push(`${name} ${form}`);
  expect(running.map(({ name }) => name)).toContain('journal.db');
  expect(found).toEqual([]);
}

describe('generated card numbers of every scheme', () => {
  it('are in no file, log or answer', () => expectNoCardNumber(generated()), 120_000);
});

const present = existsSync(SYNTHETIC);
if (!present) process.stderr.write(`SKIPPED: the search for synthetic card numbers, since ${SYNTHETIC} is not there\n`);
(present ? describe : describe.skip)('the card numbers of the synthetic data', () => {
  it('are in no file, log or answer', () => expectNoCardNumber(synthetic()), 180_000);
});
