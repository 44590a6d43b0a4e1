// One bank folder, killed again and again under load.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Bank, startThenKill } from '../bench/bank.js';
import { cardNumber } from '../bench/cards.js';
import { Book } from './book.js';
import type { Customer } from './customers.js';
import { folderBooks } from './folder-books.js';
import { Generator } from './generator.js';
import { Random } from './random.js';
import { BankDestination, repeatSome, Sender } from './sender.js';
import { type Books, differences, EventsByKey } from './verify.js';

const CUSTOMERS = 12;
const OVERDRAFT = 30_000;
const CONNECTIONS = 16;
const KILL_AFTER_MS = { least: 50, most: 1_500 };
/** In so many rounds the bank is killed once more while it starts. */
const SHARE_KILLED_STARTING = 0.25;
const STARTING_MS_MOST = 1_000;
const REPEATS_PER_ROUND = 200;
const FINDINGS_SHOWN = 20;

export interface RoundResult {
  readonly findings: readonly string[];
  readonly line: string;
}

export class Drill {
  commands = 0;
  kills = 0;
  private bank: Bank | undefined;
  private book = new Book([]);
  private sender = new Sender(this.book);
  private generator = new Generator('', this.book);
  private readonly books: Books;
  private readonly events: EventsByKey;

  constructor(
    private readonly folder: string,
    private readonly seed: number,
  ) {
    this.books = folderBooks(folder);
    this.events = new EventsByKey(this.books);
  }

  /** Starts the bank and opens the customers' accounts, a card each. */
  async open(): Promise<void> {
    mkdirSync(dirname(this.folder), { recursive: true });
    const bank = await this.start();
    const customers: Customer[] = [];
    for (let n = 0; n < CUSTOMERS; n++) {
      const id = String(
        (await post(bank, '/staff/accounts', `open-${n}`, { currency: 'GBP', overdraft_limit: OVERDRAFT })).account_id,
      );
      const card = cardNumber(n);
      await post(bank, `/staff/accounts/${id}/cards`, `issue-${n}`, { number: card, active: true });
      customers.push({ id, card, overdraft: OVERDRAFT, ledger: 0 });
    }
    this.book = new Book(customers);
    this.sender = new Sender(this.book);
    this.generator = new Generator(`drill-${this.seed}`, this.book);
  }

  async round(round: number): Promise<RoundResult> {
    const random = Random.of(this.seed, round);
    const before = this.sender.acknowledged.length + this.sender.refused.size;
    const killAfter = random.integer(KILL_AFTER_MS.least, KILL_AFTER_MS.most);
    await this.loadAndKill(round, killAfter);
    const answered = this.sender.acknowledged.length + this.sender.refused.size - before;
    const unanswered = this.sender.underWay.size;
    await this.killStarting(random);
    const bank = await this.start();
    const to = await BankDestination.open(bank, CONNECTIONS);
    const findings: string[] = [];
    try {
      // Some first answers are asked for again before the unanswered commands are, some after.
      findings.push(...(await repeatSome(random, this.sender, to, REPEATS_PER_ROUND / 2)));
      await Promise.all(
        random.shuffled([...this.sender.underWay.values()]).map((command) => this.sender.send(command, to)),
      );
      findings.push(...(await repeatSome(random, this.sender, to, REPEATS_PER_ROUND / 2)));
      findings.push(...(await differences(this.books, this.book, this.sender, to, this.events)));
    } finally {
      to.close();
    }
    this.commands += answered + unanswered;
    const line = `round ${round}: killed after ${killAfter} ms, ${answered} commands answered, ${unanswered} sent again, ${findings.length === 0 ? 'all there' : 'BROKEN'}`;
    return { findings: findings.slice(0, FINDINGS_SHOWN), line };
  }

  async stop(): Promise<void> {
    const { bank } = this;
    this.bank = undefined;
    await bank?.stop();
  }

  private async loadAndKill(round: number, killAfterMs: number): Promise<void> {
    const bank = await this.start();
    const to = await BankDestination.open(bank, CONNECTIONS);
    let killed = false;
    const worker = async (_: unknown, n: number) => {
      const random = Random.of(this.seed, round, n);
      while (!killed) await this.sender.send(this.generator.next(random), to);
    };
    // A worker ends with the connection that the kill breaks.
    const workers = Array.from({ length: CONNECTIONS }, (none, n) =>
      worker(none, n).catch((error: unknown) => (killed ? undefined : Promise.reject(error))),
    );
    const kill = async () => {
      await new Promise((resolve) => setTimeout(resolve, killAfterMs));
      killed = true;
      await bank.kill();
      this.bank = undefined;
      this.kills++;
    };
    try {
      await Promise.all([kill(), ...workers]);
    } finally {
      to.close();
    }
  }

  private async killStarting(random: Random): Promise<void> {
    if (random.next() >= SHARE_KILLED_STARTING) return;
    await startThenKill(this.folder, random.integer(1, STARTING_MS_MOST));
    this.kills++;
  }

  private async start(): Promise<Bank> {
    this.bank ??= await Bank.start({ folder: this.folder });
    return this.bank;
  }
}

async function post(bank: Bank, path: string, key: string, body: object): Promise<Readonly<Record<string, unknown>>> {
  const headers = {
    authorization: bank.staffAuthorisation(),
    'content-type': 'application/json',
    'idempotency-key': key,
  };
  const response = await fetch(bank.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  const answer: unknown = await response.json();
  if (!response.ok || typeof answer !== 'object' || answer === null)
    throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`);
  return { ...answer };
}
