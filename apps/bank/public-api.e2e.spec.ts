// What /openapi.json says of the customer API, held against the built bank by schemathesis, which makes requests of its own.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openPython } from '@tallystick/servers/python';
import { BankProcess, DataFolder } from './bank-process.suite.js';
import { programOf, staff } from './customer-program.suite.js';

const USER = 'user_0000schema';
const NUMBER = '5555555555554444';
const SEED = process.env.SCHEMATHESIS_SEED ?? String(Math.floor(Math.random() * 2 ** 31));
/** Per operation, of the random ones. */
const EXAMPLES = '25';
/** Clients send what the description does not name, and must be let through: so a request that it forbids may well succeed. */
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
  'unsupported_method',
  'allow_header_conformance',
  'use_after_free',
  'ensure_resource_availability',
  'ignored_auth',
].join(',');
/** Of those that are the customer API's and auth's; ending the token comes last, and a live feed never ends. */
const PATHS =
  '^/(accounts|balance|pots|transactions|transaction-receipts|attachment|cards|webhooks|ping|oauth2)|^/feed$';
const LATER = 'logout|feed/live';

const programs = openPython({ name: 'schemathesis', version: '4.32.5' });

let data: DataFolder;
let folder: string;
let bank: BankProcess;
let token: string;
let known: Readonly<Record<string, string>>;

beforeAll(async () => {
  data = new DataFolder();
  folder = mkdtempSync(join(tmpdir(), 'tallystick-schemathesis-'));
  bank = await BankProcess.start(data.path, { TALLYSTICK_EDGE_RATE: '1000000' });
  const opened = await staff(
    bank,
    '/staff/accounts',
    { currency: 'GBP', owners: [USER], overdraft_limit: 10_000 },
    'a',
  );
  const account = String(opened.account_id ?? opened.id);
  const pot = await staff(bank, '/staff/pots', { account_id: account, name: 'Rainy days' }, 'p');
  const card = await staff(bank, `/staff/accounts/${account}/cards`, { number: NUMBER, active: true }, 'c');
  const purchase = {
    card: { number: NUMBER },
    amount: { amount: 425, currency: 'GBP' },
    merchant: { name: 'HARBOUR TEA ROOM', mcc: '5812' },
  };
  const bought = await staff(bank, '/gateway/authorisations', purchase, 'b');
  const program = await programOf(bank, USER);
  await program.approve();
  token = program.token;
  known = {
    'query.account_id': account,
    'path.pot_id': String(pot.pot_id ?? pot.id),
    'path.transaction_id': String(bought.transaction_id),
    'path.card_id': String(card.card_id),
  };
});

afterAll(async () => {
  await bank?.stop();
  await data.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** @param parameters what is given in the place of random values */
async function schemathesis(paths: readonly string[], parameters: Readonly<Record<string, string>>): Promise<string> {
  const settings = join(folder, `${Object.keys(parameters).length}.toml`);
  const lines = Object.entries(parameters).map(([name, value]) => `"${name}" = ${JSON.stringify(value)}`);
  writeFileSync(settings, ['[parameters]', ...lines, ''].join('\n'));
  const asked = [
    '--config-file',
    settings,
    'run',
    `${bank.edgeUrl}/openapi.json`,
    '-H',
    `Authorization: Bearer ${token}`,
  ];
  const how = ['--checks', CHECKS, '-n', EXAMPLES, '--seed', SEED, '--continue-on-failure', '--no-shrink'];
  const python = join(programs ?? '', 'python');
  const child = spawn(python, ['-m', 'schemathesis.cli', ...asked, ...paths, ...how], { cwd: folder });
  let said = '';
  const hear = (text: Buffer) => {
    said += text;
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const status = await new Promise((resolve) => child.once('close', resolve));
  const summary = /^Test cases:\n.*$/m.exec(said)?.[0] ?? '';
  process.stderr.write(`schemathesis, seed ${SEED}: ${summary.replace(/\s+/g, ' ')}\n`);
  return status === 0 ? 'all as described' : said;
}

(programs === undefined ? describe.skip : describe)('the description of the customer API', () => {
  it('says what is answered, whatever is asked of what is there', async () => {
    const paths = ['--include-path-regex', PATHS, '--exclude-path-regex', LATER];
    expect(await schemathesis(paths, known)).toBe('all as described');
  }, 300_000);

  it('says what is answered, whatever is asked of what is not there', async () => {
    const paths = ['--include-path-regex', PATHS, '--exclude-path-regex', LATER];
    expect(await schemathesis(paths, {})).toBe('all as described');
  }, 300_000);

  it('says what ends the token, and what is answered without one', async () => {
    expect(await schemathesis(['--include-path-regex', 'logout$'], {})).toBe('all as described');
  });
});
