// A customer of a running bank, and a program that they gave a token to.
import type { BankProcess } from '../bank/bank-process.suite.js';

const REDIRECT = 'http://127.0.0.1:9/back';
const LOGIN = { login_name: 'ann', passphrase: 'correct horse battery' };

export interface Answered {
  readonly status: number;
  // A spec knows what it asked for.
  readonly body: Readonly<Record<string, unknown>>;
}

export class CustomerProgram {
  private keys = 0;

  private constructor(
    public bank: BankProcess,
    readonly accountId: string,
    private readonly token: string,
  ) {}

  /** An account with a card of this number, and an approved token. */
  static async of(bank: BankProcess, userId: string, cardNumber: string): Promise<CustomerProgram> {
    const staff = async (path: string, body: object, key?: string) => {
      const answer = await bank.post(path, key, body);
      if (answer.status !== 200) throw new Error(`${path}: ${answer.text}`);
      return answer.body;
    };
    const opened = await staff('/staff/accounts', { currency: 'GBP', owners: [userId], overdraft_limit: 100_000 }, 'a');
    const accountId = String(opened.account_id);
    await staff(`/staff/accounts/${accountId}/cards`, { number: cardNumber, active: true }, 'c');
    await staff(`/staff/users/${userId}/credentials`, LOGIN);
    const client = await staff('/staff/oauth-clients', { name: 'Spec', redirect_uris: [REDIRECT] });
    return new CustomerProgram(bank, accountId, await approvedToken(bank.url, client));
  }

  get(path: string): Promise<Answered> {
    return this.send('GET', path);
  }

  async send(method: string, path: string, fields?: Readonly<Record<string, string>>): Promise<Answered> {
    const headers = { authorization: `Bearer ${this.token}` };
    const body = fields === undefined ? {} : { body: new URLSearchParams(fields) };
    const response = await fetch(this.bank.url + path, { method, headers, ...body });
    return { status: response.status, body: Object(await response.json()) };
  }

  /** Asks the card gateway; what it decided. */
  async buy(number: string, pence: number): Promise<string> {
    const asked = {
      card: { number },
      amount: { amount: pence, currency: 'GBP' },
      merchant: { name: 'TESCO STORES 3217', mcc: '5411' },
    };
    const { body } = await this.bank.post('/gateway/authorisations', `buy-${this.keys++}`, asked);
    return String(body.decision);
  }
}

/** Logs in, gets a code for a token, and approves it. */
async function approvedToken(bankUrl: string, client: Readonly<Record<string, unknown>>): Promise<string> {
  const client_id = String(client.client_id);
  const form = (path: string, fields: Readonly<Record<string, string>>) =>
    fetch(bankUrl + path, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
  const json = async (fields: object): Promise<Record<string, unknown>> => {
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(fields) };
    return Object(await (await fetch(`${bankUrl}/oauth2/approvals`, init)).json());
  };
  const login = { client_id, redirect_uri: REDIRECT, response_type: 'code', ...LOGIN };
  const page = await form('/oauth2/authorise', login);
  const code = new URL(page.headers.get('location') ?? '').searchParams.get('code') ?? '';
  const client_secret = String(client.client_secret);
  const grant = { grant_type: 'authorization_code', client_id, client_secret, redirect_uri: REDIRECT, code };
  const answer: unknown = await (await form('/oauth2/token', grant)).json();
  const { session, clients } = await json(LOGIN);
  const [asked] = clients as readonly { readonly request: string }[]; // as the route answers
  await json({ session, client_id, request: asked?.request, decision: 'approve' });
  return String(Reflect.get(Object(answer), 'access_token'));
}
