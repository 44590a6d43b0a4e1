// Transfers among twenty accounts, both ways between any two at once, with repeats, while the bank is killed at one step of the process after
// the other. The journal is then gone through event by event.
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openReader } from '@tallystick/journal/sqlite/index';
import { Bank } from '../../bench/bank.js';
import { Connections } from '../../bench/http/connection.js';
import { until } from '../../bench/processes.js';
import { Random } from '../random.js';
import { Asking, COPIES_MOST } from './asked.js';
import { STAGES, type Stage, TransferBooks } from './transfer-books.js';

const ACCOUNTS = 20;
const FUNDS = 100_000;
const WORKERS = 16;
/** One for each copy: whoever waits for one that the kill breaks would wait for ever. */
const CONNECTIONS = WORKERS * COPIES_MOST;
const KILL_AFTER_MS = { least: 200, most: 2_500 };
const LOOK_EVERY_MS = 2;
const QUIET_MS = 60_000;

export interface Drilled {
  readonly findings: readonly string[];
  readonly keys: number;
  readonly transfers: number;
  readonly refused: number;
  readonly kills: number;
  /** Events that moved money and after which the sums were compared. */
  readonly moments: number;
  /** At how many kills a transfer stood at the stage. */
  readonly struckAt: Readonly<Record<Stage, number>>;
  readonly loadSeconds: number;
}

export class TransfersDrill {
  private readonly books = new TransferBooks();
  private readonly struckAt = { sent: 0, received: 0, refused: 0, completed: 0, returned: 0 };
  private bank: Bank | undefined;
  private kills = 0;
  private loadMs = 0;

  constructor(
    private readonly folder: string,
    private readonly seed: number,
    private readonly print: (line: string) => void,
  ) {}

  /** Goes on for so many seconds of load, and until every stage was struck once. */
  async run(seconds: number, signal: AbortSignal): Promise<Drilled> {
    mkdirSync(dirname(this.folder), { recursive: true });
    const asking = await this.open();
    await this.read();
    this.books.seal();
    for (let round = 0; !signal.aborted; round++) {
      const aim = STAGES.find((stage) => isMidway(stage) && this.struckAt[stage] === 0);
      if (this.loadMs >= seconds * 1_000 && aim === undefined) break;
      await this.loadAndKill(asking, round, aim ?? 'sent');
      await this.askAgain(asking);
    }
    await this.untilQuiet();
    const findings = [...asking.findings, ...this.books.findings, ...this.moneyMovedTwice(asking)];
    const { moved, refused } = asking;
    const onlyRefused = [...refused].filter((key) => !moved.has(key)).length;
    return {
      findings,
      keys: moved.size + onlyRefused,
      transfers: this.books.transfers.size,
      refused: onlyRefused,
      kills: this.kills,
      moments: this.books.moments,
      struckAt: this.struckAt,
      loadSeconds: this.loadMs / 1_000,
    };
  }

  async stop(): Promise<void> {
    const { bank } = this;
    this.bank = undefined;
    await bank?.stop();
  }

  private async open(): Promise<Asking> {
    const bank = await this.start();
    const post = async (path: string, key: string, body: object) => {
      const headers = { authorization: bank.staffAuthorisation(), 'content-type': 'application/json' };
      const init = { method: 'POST', headers: { ...headers, 'idempotency-key': key }, body: JSON.stringify(body) };
      const response = await fetch(bank.url + path, init);
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return Object(await response.json());
    };
    const account = async (n: number) =>
      String((await post('/staff/accounts', `open-${n}`, { currency: 'GBP' })).account_id);
    const accounts: string[] = [];
    for (let n = 0; n < ACCOUNTS; n++) {
      const id = await account(n);
      const amount = { amount: FUNDS, currency: 'GBP' };
      await post(`/staff/accounts/${id}/inbound-payments`, `fund-${n}`, { payment_id: `fund-${n}`, amount });
      accounts.push(id);
    }
    const closed = await account(ACCOUNTS);
    await post(`/staff/accounts/${closed}/changes`, 'close', { change: 'close' });
    return new Asking({ accounts, closed }, `drill-${this.seed}`);
  }

  private async loadAndKill(asking: Asking, round: number, aim: Stage): Promise<void> {
    const bank = await this.start();
    const connections = await Connections.open(bank.url, CONNECTIONS);
    const staff = bank.staffAuthorisation();
    let isKilled = false;
    const worker = async (n: number) => {
      const random = Random.of(this.seed, round, n);
      while (!isKilled) await asking.send(asking.next(random), connections, staff);
    };
    // A worker ends with the connection that the kill breaks.
    const workers = Array.from({ length: WORKERS }, (_, n) =>
      worker(n).catch((error: unknown) => (isKilled ? undefined : Promise.reject(error))),
    );
    const started = Date.now();
    const kill = async () => {
      const random = Random.of(this.seed, round);
      await this.untilMidway(aim, random.integer(KILL_AFTER_MS.least, KILL_AFTER_MS.most));
      // Whoever waited while the journal was read is served again before the blow.
      await new Promise((resolve) => setTimeout(resolve, random.integer(0, LOOK_EVERY_MS * 5)));
      isKilled = true;
      await bank.kill();
      this.bank = undefined;
      this.kills++;
    };
    try {
      await Promise.all([kill(), ...workers]);
    } finally {
      connections.close();
    }
    this.loadMs += Date.now() - started;
    await this.read();
    const standing = this.books.underWay();
    for (const stage of STAGES) if (standing[stage] > 0) this.struckAt[stage]++;
    const { sent, received, refused } = standing;
    const open = `${sent} sent, ${received} received, ${refused} refused`;
    this.print(`kill ${this.kills}: ${open}, ${asking.underWay.size} not answered`);
  }

  /** After so long at the earliest, and as soon as the journal has a transfer that stands there. */
  private async untilMidway(aim: Stage, afterMs: number): Promise<void> {
    const end = Date.now() + afterMs;
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    while (Date.now() < end + KILL_AFTER_MS.most) {
      await this.read();
      if (this.books.underWay()[aim] > 0) return;
      // The workers' turn: reading the journal never waits.
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  private async askAgain(asking: Asking): Promise<void> {
    const bank = await this.start();
    const connections = await Connections.open(bank.url, CONNECTIONS);
    const staff = bank.staffAuthorisation();
    try {
      const open = [...asking.underWay.values()];
      await Promise.all(open.map((asked) => asking.send(asked, connections, staff)));
    } finally {
      connections.close();
    }
  }

  private async untilQuiet(): Promise<void> {
    await this.start();
    await until('no transfer is under way', QUIET_MS, async () => {
      await this.read();
      const { sent, received, refused } = this.books.underWay();
      return sent + received + refused === 0 ? true : undefined;
    });
    this.books.checkQuiet();
  }

  private moneyMovedTwice({ moved }: Asking): string[] {
    const keys = new Map([...moved].map(([key, id]) => [id, key]));
    const found = [...this.books.transfers.keys()].filter((id) => !keys.has(id));
    const lost = [...moved].filter(([, id]) => !this.books.transfers.has(id));
    return [
      ...found.map((id) => `${id} moved money, and nobody was told`),
      ...lost.map(([key, id]) => `${key} was answered with ${id}, and no money moved`),
      ...(keys.size === moved.size ? [] : ['two keys have one transfer']),
    ];
  }

  private async read(): Promise<void> {
    const journal = openReader(join(this.folder, 'journal.db'));
    try {
      await this.books.readOn(journal);
    } finally {
      await journal.close();
    }
  }

  private async start(): Promise<Bank> {
    this.bank ??= await Bank.start({ folder: this.folder });
    return this.bank;
  }
}

function isMidway(stage: Stage): boolean {
  return stage === 'sent' || stage === 'received' || stage === 'refused';
}
