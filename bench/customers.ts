// Customers with a year's card payments each, and a program of each with an approved token: what reads of the customer API are measured with.
import { writeFileSync } from 'node:fs';
import type { Bank } from './bank.js';
import { cardNumber } from './cards.js';
import { until } from './processes.js';

const REDIRECT = 'http://127.0.0.1:9/back';
const PASSPHRASE = 'correct horse battery';
const PURCHASES = 120;
const ENRICHED_MS = 60_000;
const SHOPS = ['TESCO STORES 3217', 'PRET A MANGER', 'TFL TRAVEL CH', 'AMAZON MKTPLACE', 'SHELL OXFORD', 'BOOTS 1234'];

type Json = Readonly<Record<string, unknown>>;

/** Writes a line for each, `account token`, and resolves when every payment is shown with its merchant. */
export async function openCustomers(bank: Bank, count: number, file: string): Promise<void> {
  const staff = { authorization: bank.staffAuthorisation() };
  const client = await sent(bank, '/staff/oauth-clients', staff, { name: 'Bench', redirect_uris: [REDIRECT] });
  const lines: string[] = [];
  for (let n = 0; n < count; n++) {
    const userId = `user_0000bench${n}`;
    const account = await opened(bank, userId, n, staff);
    lines.push(`${account} ${await approvedToken(bank, userId, client, staff)}`);
  }
  writeFileSync(file, `${lines.join('\n')}\n`);
  for (const line of lines) {
    const [account = '', token = ''] = line.split(' ');
    await until('every payment has its merchant', ENRICHED_MS, async () => {
      const path = `${bank.url}/transactions?account_id=${account}&limit=100`;
      const response = await fetch(path, { headers: { authorization: `Bearer ${token}` } });
      const page = Object(await response.json()) as { transactions?: { merchant: unknown }[] }; // as the route answers
      return page.transactions?.length === 100 && page.transactions.every(({ merchant }) => merchant !== null)
        ? true
        : undefined;
    });
  }
}

async function opened(bank: Bank, userId: string, n: number, staff: Record<string, string>): Promise<string> {
  const open = { currency: 'GBP', owners: [userId], overdraft_limit: 100_000_000 };
  const { account_id } = await sent(bank, '/staff/accounts', { ...staff, 'idempotency-key': `customer-${n}` }, open);
  const account = String(account_id);
  const number = cardNumber(50_000 + n);
  const issue = { ...staff, 'idempotency-key': `card-${n}` };
  await sent(bank, `/staff/accounts/${account}/cards`, issue, { number, active: true });
  const authorisations = Array.from({ length: PURCHASES }, (_, i) => ({
    idempotency_key: `customer-${n}-${i}`,
    card: { number },
    amount: { amount: 100 + i, currency: 'GBP' },
    merchant: { name: SHOPS[i % SHOPS.length] ?? '', mcc: '5411', country: 'GB' },
  }));
  const decided = JSON.stringify(
    await sent(bank, '/gateway/authorisations/batch', { 'x-request-deadline': '+30000' }, { authorisations }),
  );
  const approved = decided.match(/"decision":"approved"/g)?.length ?? 0;
  if (approved !== PURCHASES) throw new Error(`${approved} of ${PURCHASES} were approved: ${decided.slice(0, 300)}`);
  return account;
}

/**
 * As a customer gives it: log in for the program, exchange the code, approve.
 * @param bank where both staff and customers reach auth
 * @param client as `POST /staff/oauth-clients` answered
 */
export async function approvedToken(
  bank: Pick<Bank, 'url'>,
  userId: string,
  client: Json,
  staff: Record<string, string>,
): Promise<string> {
  const login = { login_name: userId, passphrase: PASSPHRASE };
  await sent(bank, `/staff/users/${userId}/credentials`, staff, login);
  const client_id = String(client.client_id);
  const asked = { client_id, redirect_uri: REDIRECT, response_type: 'code', ...login };
  const page = await fetch(`${bank.url}/oauth2/authorise`, {
    method: 'POST',
    body: new URLSearchParams(asked),
    redirect: 'manual',
  });
  const code = new URL(page.headers.get('location') ?? '').searchParams.get('code') ?? '';
  const secret = { client_id, client_secret: String(client.client_secret) };
  const grant = { grant_type: 'authorization_code', redirect_uri: REDIRECT, code, ...secret };
  const { access_token } = await sent(bank, '/oauth2/token', {}, grant);
  const { session, clients } = await sent(bank, '/oauth2/approvals', {}, login);
  const [one] = Array.isArray(clients) ? clients : [];
  const decision = { session, client_id, request: one?.request, decision: 'approve' };
  await sent(bank, '/oauth2/approvals', {}, decision);
  return String(access_token);
}

async function sent(
  bank: Pick<Bank, 'url'>,
  path: string,
  headers: Record<string, string>,
  body: object,
): Promise<Json> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } };
  const response = await fetch(bank.url + path, { ...init, body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
  return JSON.parse(text);
}
