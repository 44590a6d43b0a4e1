// A customer's program: one request after the other through the edge, and a look whether each answer is what it must be.
import type { Random } from '../random.js';
import type { CustomerAccount } from './customer-account.js';
import type { Customer, Staff } from './customers.js';

export interface Asked {
  readonly method: 'GET' | 'PUT' | 'PATCH';
  readonly path: string;
  /** The account that the request names, else its user: what the switch goes by. */
  readonly id: string;
  readonly token: string;
  readonly body?: object;
  /** A token: the answer has seen it. */
  readonly position?: string | undefined;
}

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly position: string | undefined;
}

export interface CallerPorts {
  readonly customer: Customer;
  readonly staff: Staff;
  readonly random: Random;
  /** Sends a request through the edge. @throws where there is no answer */
  readonly ask: (asked: Asked) => Promise<Answer>;
  /** Before every key of this caller's. */
  readonly prefix: string;
  /** Told of an answer that is not what it must be. */
  readonly found: (finding: string) => void;
}

const AMOUNT_MOST = 500;
const COPIES_MOST = 3;
/** Of all deposits, so many are one that was made before. */
const REPEATS = 0.2;

export class Caller {
  private count = 0;
  /** What it does, each as often as it stands here. */
  private readonly doings = [
    this.balance,
    this.balance,
    this.transactions,
    this.transactions,
    this.accounts,
    this.transaction,
    this.pot,
    this.readings,
    this.deposit,
    this.deposit,
    this.deposit,
    this.annotate,
    this.buy,
  ];

  constructor(private readonly ports: CallerPorts) {}

  /** Does one thing or another. @throws where there is no answer */
  async next(): Promise<void> {
    const { random, customer } = this.ports;
    const [account, doing] = [random.pick(customer.accounts), random.pick(this.doings)];
    if (account !== undefined) await doing?.call(this, account);
  }

  /** Asks of everything that an account shows, each once, and checks what can be. */
  async lookAt(account: CustomerAccount): Promise<void> {
    await this.balance(account);
    await this.transactions(account);
    for (const id of account.notes.keys()) await this.transactionOf(account, id);
    await this.pot(account);
    await this.readings(account);
  }

  /** The same of what the customer has beside accounts. */
  async accounts(): Promise<void> {
    const { customer } = this.ports;
    const { body } = await this.get('/accounts', customer.userId);
    const count = Array.isArray(body.accounts) ? body.accounts.length : 0;
    if (count !== customer.accounts.length) this.ports.found(`GET /accounts: ${count} accounts`);
  }

  private async balance(account: CustomerAccount): Promise<void> {
    const { id } = account.parts;
    const fault = account.faultOfBalance(await this.get(`/balance?account_id=${id}`, id, account.position));
    if (fault !== undefined) this.ports.found(`GET /balance ${fault}`);
  }

  private async transactions({ parts: { id } }: CustomerAccount): Promise<void> {
    const { body } = await this.get(`/transactions?account_id=${id}&limit=50&expand[]=merchant`, id);
    if (!Array.isArray(body.transactions)) this.ports.found('GET /transactions: no list');
  }

  private async transaction(account: CustomerAccount): Promise<void> {
    const transactionId = this.ports.random.pick([...account.notes.keys()]);
    if (transactionId !== undefined) await this.transactionOf(account, transactionId);
  }

  private async transactionOf(account: CustomerAccount, transactionId: string): Promise<void> {
    const path = `/transactions/${transactionId}?expand[]=merchant`;
    const answer = await this.get(path, this.ports.customer.userId, account.position);
    const fault = account.faultOfNotes(transactionId, answer);
    if (fault !== undefined) this.ports.found(`GET /transactions/{id} ${fault}`);
  }

  private async pot(account: CustomerAccount): Promise<void> {
    const { userId } = this.ports.customer;
    const fault = account.faultOfPot(await this.get(`/pots/${account.parts.potId}`, userId, account.position));
    if (fault !== undefined) this.ports.found(`GET /pots/{id} ${fault}`);
  }

  /** What the other services answer. */
  private async readings({ parts: { id } }: CustomerAccount): Promise<void> {
    const { customer } = this.ports;
    await this.get(`/pots?current_account_id=${id}`, id);
    await this.get(`/cards?account_id=${id}`, id);
    await this.get(`/webhooks?account_id=${id}`, id);
    await this.ask({ method: 'GET', path: `/feed/items?account_id=${id}`, id, token: customer.feedToken });
  }

  /** Several times at once under one dedupe id, now and then under one that has moved money before. */
  private async deposit(account: CustomerAccount): Promise<void> {
    const { random, customer, prefix, found } = this.ports;
    const { id, potId } = account.parts;
    const before = random.next() < REPEATS ? random.pick(account.deposits) : undefined;
    const fresh = { dedupeId: `${prefix}-deposit-${this.count++}`, amount: random.integer(1, AMOUNT_MOST) };
    const { dedupeId, amount } = before ?? fresh;
    const body = { source_account_id: id, amount, dedupe_id: dedupeId };
    const asked: Asked = { method: 'PUT', path: `/pots/${potId}/deposit`, id, token: customer.token, body };
    if (before === undefined) account.deposited += amount;
    const copies = await Promise.all(Array.from({ length: random.integer(1, COPIES_MOST) }, () => this.ask(asked)));
    if (before === undefined) account.deposits.push(fresh);
    for (const copy of copies) {
      const fault = account.faultOfPot(copy);
      if (fault !== undefined) found(`PUT /pots/{id}/deposit ${fault}`);
    }
    if (before === undefined) account.position = copies[0]?.position ?? account.position;
  }

  private async annotate(account: CustomerAccount): Promise<void> {
    const { random, customer, prefix } = this.ports;
    const transactionId = random.pick([...account.notes.keys()]);
    if (transactionId === undefined) return;
    const notes = `${prefix} ${this.count++}`;
    account.notes.set(transactionId, notes);
    const { userId: id, token } = customer;
    const answer = await this.ask({
      method: 'PATCH',
      path: `/transactions/${transactionId}`,
      id,
      token,
      body: { metadata: { notes } },
    });
    const fault = account.faultOfNotes(transactionId, answer);
    if (fault !== undefined) this.ports.found(`PATCH /transactions/{id} ${fault}`);
    account.position = answer.position ?? account.position;
  }

  /** Not through the edge: the card scheme asks. */
  private async buy(account: CustomerAccount): Promise<void> {
    const { staff, random, prefix } = this.ports;
    const amount = random.integer(1, AMOUNT_MOST);
    account.bought(await staff.buy(account, `${prefix}-buy-${this.count++}`, amount), amount);
  }

  private get(path: string, id: string, position?: string): Promise<Answer> {
    return this.ask({ method: 'GET', path, id, token: this.ports.customer.token, position });
  }

  private async ask(asked: Asked): Promise<Answer> {
    const answer = await this.ports.ask(asked);
    const { status, body } = answer;
    if (status !== 200) this.ports.found(`${asked.method} ${asked.path}: ${status} ${JSON.stringify(body)}`);
    return answer;
  }
}
