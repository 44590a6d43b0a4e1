// Clearing files sent to a bank that runs, which is killed meanwhile.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { clearing, FRAMINGS, ipmFile, jsonFile, presentment, refund } from '../cli/import/clearing-files.suite.js';
import { BankProcess, DataFolder, until } from './bank-process.suite.js';
import { CardNumberScan } from './card-number-scan.suite.js';
import { cardNumbers, printedSeed } from './generated-cards.suite.js';

const PRESENTMENTS = 1_000;
const OCTETS = { 'content-type': 'application/octet-stream' };

let folder: DataFolder;
let bank: BankProcess;
let number: string;
beforeEach(async () => {
  folder = new DataFolder();
  bank = await BankProcess.start(folder.path);
  [number = ''] = cardNumbers(printedSeed(), 1);
  const opened = await bank.post('/staff/accounts', 'open', { currency: 'GBP', overdraft_limit: 100_000_000 });
  await bank.post(`/staff/accounts/${opened.body.account_id}/cards`, 'card', { number, active: true });
});
afterEach(async () => {
  await bank.stop();
  await folder.remove();
});

function upload(file: string | Uint8Array, headers: Readonly<Record<string, string>> = OCTETS) {
  return bank.post('/gateway/clearing-files', undefined, Buffer.from(file).toString('latin1'), headers);
}

describe('a bank that runs', () => {
  it('takes a clearing file in to its end though it is killed half way, and no card number is left', async () => {
    const lines = Array.from({ length: PRESENTMENTS }, (_, i) =>
      i % 10 === 9 ? refund(number, `k${i}`, 1 + i) : clearing(number, `k${i}`, 1 + i),
    );
    const file = jsonFile(lines);
    const before = await folder.eventCount();
    const sent = upload(file).catch(() => undefined);
    await until('something is posted', async () => ((await folder.eventCount()) > before + 20 ? true : undefined));
    await bank.kill();
    await sent;
    bank = await BankProcess.start(folder.path);
    const { status, body } = await upload(file);
    expect([status, body]).toMatchObject([200, { presentments: PRESENTMENTS, there_before: false, exceptions: {} }]);
    expect(Number(body.posted) + Number(body.repeated)).toBe(PRESENTMENTS);
    expect((await upload(file)).body).toMatchObject({ there_before: true, posted: 0 });
    await bank.stop();
    expect(JSON.parse(await folder.output('accounts', '--json'))[0]).toMatchObject({
      ledger: lines.reduce((sum, { type, amount }) => sum + (type === 'refund' ? 1 : -1) * amount.amount, 0),
    });
    const scan = new CardNumberScan([number]);
    const texts = [...folder.files().map(({ bytes }) => bytes), ...bank.answers.map((text) => Buffer.from(text))];
    expect(texts.flatMap((bytes) => scan.findIn(Buffer.from(bytes)).map(({ form }) => form))).toEqual([]);
    bank = await BankProcess.start(folder.path);
  });

  it('is told by the command line, on whose folder it runs', async () => {
    const file = join(folder.root, 'day.jsonl');
    writeFileSync(file, jsonFile([clearing(number, 'k1', 1_000)]));
    const imported = await folder.tallystick('import', 'clearing', file, '--json');
    expect([imported.status, JSON.parse(imported.stdout).files]).toMatchObject([0, [{ file, posted: 1 }]]);
    writeFileSync(file, jsonFile([clearing(number, 'k1', 1_000)], { count: 2 }));
    expect(await folder.tallystick('import', 'clearing', file)).toMatchObject({
      status: 2,
      stderr: `error: ${file} record 1: the header is wrong: it counts 2 presentments, the file has 1\n`,
    });
  });

  it('takes IPM too', async () => {
    const [, framing] = FRAMINGS[2];
    const file = await ipmFile([presentment(number, 1_000, '1')], framing);
    const response = await fetch(`${bank.url}/gateway/clearing-files`, { method: 'POST', headers: OCTETS, body: file });
    expect(await response.json()).toMatchObject({
      scheme: 'mastercard',
      posted: 1,
      totals: [{ currency: 'GBP', debits: '1000', credits: '0' }],
    });
  });

  it('refuses a file that is wrong, whole, and what is no file', async () => {
    const before = await folder.eventCount();
    const wrong = await upload(jsonFile([clearing(number, 'k1', 1_000)], { count: 2 }));
    expect([wrong.status, wrong.body]).toMatchObject([
      400,
      {
        code: 'bad_request.clearing_file',
        message: 'the file record 1: the header is wrong: it counts 2 presentments, the file has 1',
      },
    ]);
    expect((await upload('')).status).toBe(400);
    expect((await upload('{}', { 'content-type': 'application/json' })).body.code).toBe(
      'bad_request.unsupported_media_type',
    );
    const elsewhere = await bank.post('/gateway/authorisations', 'k', 'x', OCTETS);
    expect(elsewhere.body.code).toBe('bad_request.unsupported_media_type');
    expect(await folder.eventCount()).toBe(before);
  });
});
