// The two systems of a run, each started when it is first needed, and what is asked of both.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bank, tallystick } from './bank.js';
import { cardNumber, writeCardFile } from './cards.js';
import { approved, authorisationBody } from './http/gateway-bodies.js';
import { wrk } from './http/wrk.js';
import { combined, type Measured } from './measured.js';
import type { Options } from './options.js';
import { pgbench, type Script } from './postgres/pgbench.js';
import { findPostgres, INSTALL_POSTGRES, PostgresServer } from './postgres/server.js';
import { until } from './processes.js';
import type { Report } from './report.js';

export const ACCOUNTS = 10_000;
const CATCH_UP_MS = 300_000;
const BEST_OF_CLIENTS = [32, 128];
export const CLIENTS = 64;
const WARM_UP_BATCH = 1_000;
const WARM_UP_SECONDS = 3;
/** Of a batch to warm up with: what nothing hangs on need not be quick. */
const PATIENCE_MS = 30_000;

export class World {
  readonly folder = mkdtempSync(join(tmpdir(), 'tallystick-bench-'));
  /** A card number per line. */
  readonly cardsFile = join(this.folder, 'cards.txt');
  /** The same with one card. */
  readonly hotCardFile = join(this.folder, 'hot-card.txt');
  private banks = 0;
  private prefixes = 0;
  private running: Bank | undefined;
  private server: PostgresServer | undefined;
  private readonly rates = new Map<string, Measured>();

  constructor(
    readonly options: Options,
    readonly report: Report,
    private readonly accounts = ACCOUNTS,
  ) {
    writeFileSync(this.cardsFile, `${Array.from({ length: accounts }, (_, n) => cardNumber(n)).join('\n')}\n`);
    writeFileSync(this.hotCardFile, `${cardNumber(0)}\n`);
  }

  /** Idempotency keys that nobody used before. */
  keyPrefix(): string {
    return `bench-${process.pid}-${++this.prefixes}-`;
  }

  /** A bank with the accounts and a card each, imported as `tallystick import cards` does. The one before is stopped. */
  async freshBank(): Promise<Bank> {
    await this.stopBank();
    const home = join(this.folder, `bank-${++this.banks}`);
    const data = join(home, 'data');
    mkdirSync(home);
    const path = join(home, 'cards.csv');
    writeCardFile({ path, name: 'opening', cards: this.accounts, rows: this.accounts });
    const done = await tallystick(data, 'import', 'cards', path);
    if (done.status !== 0) throw new Error(`the accounts could not be imported: ${done.stderr.trim()}`);
    this.running = await Bank.start({ folder: data, profileFolder: this.options.profileFolder });
    await this.warmUp(this.running);
    return this.running;
  }

  /** Every account has been asked for once, and the code of the hot path is compiled: a bank that has been open for a while. */
  private async warmUp(bank: Bank): Promise<void> {
    const cards = this.cards();
    for (let from = 0; from < cards.length; from += WARM_UP_BATCH) {
      const prefix = this.keyPrefix();
      const items = cards
        .slice(from, from + WARM_UP_BATCH)
        .map((card, i) => `{"idempotency_key":"${prefix}${i}",${authorisationBody(card, 1).slice(1)}`);
      const body = `{"authorisations":[${items.join(',')}]}`;
      const response = await fetch(`${bank.url}/gateway/authorisations/batch`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-request-deadline': `+${PATIENCE_MS}` },
        body,
      });
      const answers = (await response.text()).match(/"decision":"approved"/g)?.length ?? 0;
      if (answers !== items.length)
        throw new Error(`warming up: ${answers} of ${items.length} authorisations were approved`);
    }
    const args = [this.cardsFile, this.keyPrefix()];
    await wrk(bank, { script: 'authorise', args, connections: CLIENTS, seconds: WARM_UP_SECONDS });
    await this.caughtUp(bank);
  }

  /** Milliseconds until the views have seen everything that was decided before. */
  async caughtUp(bank: Bank): Promise<number> {
    const started = performance.now();
    const response = await fetch(`${bank.url}/gateway/authorisations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': this.keyPrefix() },
      body: authorisationBody(cardNumber(0), 1),
    });
    const { account_id: account, position } = approved({ status: response.status, body: await response.text() });
    const headers = { authorization: bank.staffAuthorisation(), 'x-min-ledger-position': position };
    await until('the views catch up', CATCH_UP_MS, async () => {
      const read = await fetch(`${bank.url}/staff/accounts/${account}/balance`, { headers });
      await read.arrayBuffer();
      return read.ok ? true : undefined;
    });
    return performance.now() - started;
  }

  /** One run of pgbench; null where there is no PostgreSQL. Measured once per run of the bench. */
  async postgres(script: Script, clients: number): Promise<Measured | null> {
    const server = await this.postgresServer();
    if (server === null) return null;
    const name = `${script} ${clients}`;
    const known = this.rates.get(name);
    if (known !== undefined) return known;
    const measured = await pgbench(server, script, clients, this.options.seconds);
    await server.check();
    this.rates.set(name, measured);
    this.report.add({ name: `postgres: ${script}, ${clients} clients`, unit: '/s', ...measured });
    return measured;
  }

  /** The highest rate of authorisations over 32, 64 and 128 clients. */
  async postgresBest(): Promise<Measured | null> {
    let best = await this.postgres('authorise', CLIENTS);
    for (const clients of BEST_OF_CLIENTS) {
      const one = await this.postgres('authorise', clients);
      if (one !== null && (best === null || one.rate > best.rate)) best = one;
    }
    return best;
  }

  /** Ours, PostgreSQL, ours again: what changes on the machine meanwhile meets both. */
  async aba(
    bank: Bank,
    ours: () => Promise<Measured>,
    script: Script,
  ): Promise<{ readonly ours: Measured; readonly theirs: Measured | null }> {
    const first = await ours();
    await this.caughtUp(bank);
    const theirs = await this.postgres(script, CLIENTS);
    const second = await ours();
    await this.caughtUp(bank);
    return { ours: combined([first, second]), theirs };
  }

  async stopBank(): Promise<void> {
    const bank = this.running;
    this.running = undefined;
    if (bank === undefined) return;
    await bank.stop();
    rmSync(join(this.folder, `bank-${this.banks}`), { recursive: true, force: true });
  }

  async close(): Promise<void> {
    await this.stopBank();
    await this.server?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  cards(): string[] {
    return readFileSync(this.cardsFile, 'utf8').trim().split('\n');
  }

  private async postgresServer(): Promise<PostgresServer | null> {
    if (this.options.postgres === false) return null;
    const bin = findPostgres();
    if (bin === undefined) return null;
    if (this.server === undefined) {
      this.server = await PostgresServer.start(bin);
      await pgbench(this.server, 'authorise', CLIENTS, WARM_UP_SECONDS);
    }
    return this.server;
  }
}

/** @throws with the line that installs it, where PostgreSQL was asked for and isn't there */
export function lookForPostgres({ postgres }: Options, report: Report): void {
  if (postgres === false) report.skip('every comparison with PostgreSQL: --vs nothing');
  else if (findPostgres() === undefined) {
    const missing = `every comparison with PostgreSQL: it is not installed (${INSTALL_POSTGRES})`;
    if (postgres) throw new Error(missing);
    report.skip(missing);
  }
}
