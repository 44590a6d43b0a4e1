// A customer of a running bank, and a program that they gave a token to.
import type { BankProcess } from '../bank/bank-process.suite.js';
import { programOf, staff } from '../bank/customer-program.suite.js';

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
    const opened = await staff(
      bank,
      '/staff/accounts',
      { currency: 'GBP', owners: [userId], overdraft_limit: 100_000 },
      'a',
    );
    const accountId = String(opened.account_id);
    await staff(bank, `/staff/accounts/${accountId}/cards`, { number: cardNumber, active: true }, 'c');
    const program = await programOf(bank, userId);
    await program.approve();
    return new CustomerProgram(bank, accountId, program.token);
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
