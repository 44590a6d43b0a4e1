// The drill's customers: accounts with a pot, a card and a few payments, and a program of each customer's with an approved token.
import { join } from 'node:path';
import type { App, BankCluster } from '@tallystick/servers';
import { customerTokenOf, openSecretsFile, staffTokenOf } from '@tallystick/transport/service';
import { cardNumber } from '../../bench/cards.js';
import { approvedToken } from '../../bench/customers.js';
import { until } from '../../bench/processes.js';
import { CustomerAccount } from './customer-account.js';

const CUSTOMERS = 6;
const ACCOUNTS_EACH = 8;
const PATIENCE_MS = 60_000;
const OVERDRAFT = 1_000_000_000;
const REDIRECT = 'http://127.0.0.1:9/back';

export interface Customer {
  readonly userId: string;
  /** Of a program. */
  readonly token: string;
  /** That the feed's readers show. */
  readonly feedToken: string;
  readonly accounts: readonly CustomerAccount[];
}

/** The staff's and the card scheme's side of a cluster. */
export class Staff {
  readonly authorization: string;
  private readonly secrets;

  constructor(private readonly cluster: BankCluster) {
    this.secrets = openSecretsFile(join(cluster.folder, 'secrets.json'), [], () => new Uint8Array());
    this.authorization = `Bearer ${staffTokenOf(this.secrets)}`;
  }

  feedTokenOf(userId: string): string {
    return customerTokenOf(this.secrets, userId);
  }

  /**
   * Again under its key where there was no answer in time: what staff do is not what is measured.
   * @throws with the answer, where it is a refusal
   */
  post(app: App, path: string, key: string, body: object): Promise<Readonly<Record<string, unknown>>> {
    const headers = {
      authorization: this.authorization,
      'content-type': 'application/json',
      'idempotency-key': key,
    };
    return until(`${path} is answered`, PATIENCE_MS, async () => {
      const init = { method: 'POST', headers, body: JSON.stringify(body) };
      const answer = await fetch(this.cluster.url(app) + path, init);
      const text = await answer.text();
      if (answer.status === 503 || answer.status === 504) return undefined;
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
      return Object(JSON.parse(text));
    });
  }

  /** A card payment, which the account then shows. @throws where it is not approved */
  async buy({ parts, ...account }: CustomerAccount, key: string, amount: number): Promise<Bought> {
    const body = {
      card: { id: parts.cardId },
      amount: { amount, currency: 'GBP' },
      merchant: { name: 'TESCO STORES 2041', mcc: '5411' },
    };
    const { decision, transaction_id, position } = await this.post(
      'card-processing',
      '/gateway/authorisations',
      key,
      body,
    );
    if (decision !== 'approved') throw new Error(`${key}: ${decision} after ${account.spent + account.deposited}`);
    return { transactionId: String(transaction_id), position: String(position) };
  }
}

export interface Bought {
  readonly transactionId: string;
  /** A token. */
  readonly position: string;
}

export async function openCustomers(staff: Staff, authUrl: string): Promise<Customer[]> {
  const customers: Customer[] = [];
  const client = await staff.post('auth', '/staff/oauth-clients', '', { name: 'Drill', redirect_uris: [REDIRECT] });
  for (let n = 0; n < CUSTOMERS; n++) {
    const userId = `user_0000switch${n}`;
    await staff.post('accounts', '/staff/users', `user-${n}`, { user_id: userId, name: `Ada Lovelace ${n}` });
    const numbers = Array.from({ length: ACCOUNTS_EACH }, (_, i) => n * ACCOUNTS_EACH + i);
    const accounts = await Promise.all(numbers.map((number) => openAccount(staff, userId, number)));
    const token = await approvedToken({ url: authUrl }, userId, client, { authorization: staff.authorization });
    customers.push({ userId, token, feedToken: staff.feedTokenOf(userId), accounts });
  }
  return customers;
}

async function openAccount(staff: Staff, userId: string, n: number): Promise<CustomerAccount> {
  const terms = { currency: 'GBP', owners: [userId], overdraft_limit: OVERDRAFT };
  const id = String((await staff.post('accounts', '/staff/accounts', `account-${n}`, terms)).account_id);
  const issue = { number: cardNumber(70_000 + n), active: true };
  const card = await staff.post('accounts', `/staff/accounts/${id}/cards`, `card-${n}`, issue);
  const pot = await staff.post('payments', '/staff/pots', `pot-${n}`, { account_id: id, name: 'Holidays' });
  const account = new CustomerAccount({ id, potId: String(pot.id), cardId: String(card.card_id) });
  account.bought(await staff.buy(account, `first-${n}`, 100 + n), 100 + n);
  return account;
}
