// One cluster, a part of it killed in each round, under load.
import { join } from 'node:path';
import type { AccountId } from '@tallystick/ledger-core';
import { BankCluster, type BankClusterOptions, runCli } from '@tallystick/servers';
import { openSecretsFile, staffTokenOf } from '@tallystick/transport/service';
import { cardNumber } from '../../bench/cards.js';
import { until } from '../../bench/processes.js';
import { Book } from '../book.js';
import type { Customer } from '../customers.js';
import { Generator } from '../generator.js';
import { Random } from '../random.js';
import { repeatSome, Sender } from '../sender.js';
import { differences, EventsByKey } from '../verify.js';
import { ClusterBooks } from './cluster-books.js';
import { ClusterDestination } from './cluster-destination.js';
import { hammer } from './hammer.js';
import { ImportedCards } from './imported.js';
import { Insisting } from './insisting.js';
import { Load } from './load.js';
import type { Victim } from './victims.js';

const CUSTOMERS = 12;
const OVERDRAFT = 30_000;
/** Card numbers of the import are others. */
const FIRST_CARD = 500_000;
const SENDERS = 16;
const KILL_AFTER_MS = { least: 300, most: 2_000 };
/** In so many rounds it is started again at once; else the load goes on without it. */
const SHARE_AT_ONCE = 0.4;
const AWAY_MS = { least: 500, most: 4_000 };
/** Long enough for its neighbours to call it down and for whatever was patient to lose its patience. */
const AWAY_WITHOUT_FAILURE_MS = 20_000;
const LOAD_AFTER_MS = 500;
const ANSWER_PATIENCE_MS = 90_000;
/** The deadline of commands that are sent again: they need the true answer, not a quick one. */
const PATIENCE_MS = 10_000;
const REPEATS = 50;
const FINDINGS_SHOWN = 20;

export interface RoundResult {
  readonly findings: readonly string[];
  readonly line: string;
}

/** What may be otherwise while the victim is away. */
export interface RoundOptions {
  readonly victim: Victim;
  /** No command may go unanswered, and the victim stays away until all is verified. */
  readonly withoutFailure?: boolean;
}

export class ClusterDrill {
  commands = 0;
  private readonly events: EventsByKey;
  private readonly insisting: Insisting;
  private book = new Book([]);
  private sender = new Sender(this.book);
  private generator = new Generator('', this.book);

  private constructor(
    readonly cluster: BankCluster,
    private readonly books: ClusterBooks,
    /** As callers send, with a deadline of one second. */
    private readonly to: ClusterDestination,
    private readonly patient: ClusterDestination,
    private readonly imported: ImportedCards,
    private readonly seed: number,
  ) {
    this.events = new EventsByKey(books);
    this.insisting = new Insisting(patient);
  }

  /** Starts everything, imports a file of cards, and opens the customers' accounts, a card each. */
  static async open(options: BankClusterOptions, seed: number): Promise<ClusterDrill> {
    const cluster = await BankCluster.start({ ...options, instances: { ledger: 2 } });
    try {
      const secrets = openSecretsFile(join(options.folder, 'secrets.json'), [], () => new Uint8Array());
      const staff = `Bearer ${staffTokenOf(secrets)}`;
      const books = new ClusterBooks(cluster.configFile);
      const to = new ClusterDestination(cluster, staff);
      const patient = new ClusterDestination(cluster, staff, PATIENCE_MS);
      options.report?.('importing');
      const imported = await ImportedCards.into(cluster.configFile, options.folder, books);
      const drill = new ClusterDrill(cluster, books, to, patient, imported, seed);
      await drill.openAccounts();
      return drill;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  async hammer(): Promise<RoundResult> {
    return hammer(this.cluster, this.patient, this.books);
  }

  async round(round: number, { victim, withoutFailure = false }: RoundOptions): Promise<RoundResult> {
    const random = Random.of(this.seed, round);
    const before = this.answered();
    const load = this.load(round, withoutFailure ? this.patient : this.to);
    await pause(random.integer(KILL_AFTER_MS.least, KILL_AFTER_MS.most));
    const inFlight = this.sender.underWay.size;
    await victim.server.kill();
    const away = withoutFailure ? AWAY_WITHOUT_FAILURE_MS : awayMs(random);
    await pause(away);
    const restarted = performance.now();
    const [ready, answered] = withoutFailure
      ? [0, 0]
      : await Promise.all([victim.server.start().then(since(restarted)), this.nextAnswer(load).then(since(restarted))]);
    await pause(LOAD_AFTER_MS);
    await load.end();
    const unanswered = this.sender.underWay.size;
    await this.answerAll(random);
    const ended = performance.now();
    await this.books.caughtUp();
    const caughtUp = since(ended)();
    const findings = await this.findings(random);
    if (withoutFailure) findings.push(...failuresOf(load));
    this.commands += this.answered() - before;
    const line = [
      `round ${round}: ${victim.name} killed with ${inFlight} in flight, away ${ms(away)}`,
      ...(withoutFailure ? [] : [`ready after ${ms(ready)}, an answer after ${ms(answered)}`]),
      `longest silence ${ms(load.longestSilence)}`,
      `${load.answered} answered, failures: ${failuresOf(load).join(', ') || 'none'}, ${unanswered} sent again at the end`,
      `views ${ms(caughtUp)}`,
      findings.length === 0 ? 'all there' : 'BROKEN',
    ].join('; ');
    return { findings: findings.slice(0, FINDINGS_SHOWN), line };
  }

  /** What only shows at the end: feeds, and the views beside rebuilt ones. */
  async finish(): Promise<RoundResult> {
    const findings: string[] = [];
    for (const { id, expected } of this.transactionsExpected()) {
      const [listed, fed] = [await this.books.transactions(id), await this.books.feedItems(id)];
      if (listed !== expected) findings.push(`${id}: ${listed} transactions in the list, expected ${expected}`);
      if (fed !== expected) findings.push(`${id}: ${fed} items in the feed, expected ${expected}`);
    }
    const journal = runCli(this.cluster.configFile, 'trial-balance', '--json');
    for (const source of ['views', 'kafka'])
      if (runCli(this.cluster.configFile, 'trial-balance', '--json', '--from', source) !== journal)
        findings.push(`tallystick trial-balance --from ${source} says something else than --from journal`);
    const replayed = replayVerified(this.cluster.configFile, findings);
    const line = `transactions, feeds and trial balances looked at; ${replayed}`;
    return { findings: findings.slice(0, FINDINGS_SHOWN), line };
  }

  async stop(): Promise<void> {
    this.to.close();
    this.patient.close();
    await this.books.close();
    await this.cluster.stop();
  }

  private async openAccounts(): Promise<void> {
    const customers: Customer[] = [];
    for (let n = 0; n < CUSTOMERS; n++) {
      const account = { currency: 'GBP', overdraft_limit: OVERDRAFT, owners: [`user_${n}drill`] };
      const id = String((await this.patient.change('/staff/accounts', `open-${n}`, account)).account_id);
      const card = cardNumber(FIRST_CARD + n);
      await this.patient.change(`/staff/accounts/${id}/cards`, `issue-${n}`, { number: card, active: true });
      customers.push({ id, card, overdraft: OVERDRAFT, ledger: 0 });
    }
    this.book = new Book(customers);
    this.sender = new Sender(this.book);
    this.generator = new Generator(`drill-${this.seed}`, this.book);
  }

  private load(round: number, to: ClusterDestination): Load {
    const { sender, generator } = this;
    const randoms = Array.from({ length: SENDERS }, (_, n) => Random.of(this.seed, round, n));
    return new Load({ sender, generator, to }, randoms);
  }

  private nextAnswer(load: Load): Promise<true> {
    const before = load.answered;
    return until('a command is answered', ANSWER_PATIENCE_MS, () => (load.answered > before ? true : undefined));
  }

  private answered(): number {
    return this.sender.acknowledged.length + this.sender.refused.size;
  }

  /** Some first answers are asked for again before the unanswered commands are, some after. */
  private async findings(random: Random): Promise<string[]> {
    const { books, book, sender, insisting, events, imported } = this;
    const findings = await repeatSome(random, sender, insisting, REPEATS);
    findings.push(...(await differences(books, book, sender, insisting, events)));
    findings.push(...imported.differences(await books.trialBalance()));
    findings.push(...(await books.sourcesDiffering()));
    return findings;
  }

  /** Sends what is under way again until all of it has its answer. */
  private async answerAll(random: Random): Promise<void> {
    const left = random.shuffled([...this.sender.underWay.values()]);
    const one = async () => {
      for (let command = left.pop(); command !== undefined; command = left.pop())
        await this.sender.send(command, this.insisting);
    };
    await Promise.all(Array.from({ length: SENDERS }, one));
  }

  /** An authorisation, granted or not, and a refund are a transaction each; a transfer is one on either side. */
  private transactionsExpected(): { readonly id: AccountId; readonly expected: number }[] {
    const counts = new Map<string, number>(this.book.customers.map(({ id }) => [id, 0]));
    const add = ({ id }: Customer) => counts.set(id, (counts.get(id) ?? 0) + 1);
    for (const { command } of this.sender.acknowledged) {
      if (command.kind === 'authorise' || command.kind === 'refund') add(command.customer);
      if (command.kind !== 'transfer') continue;
      add(command.source);
      add(command.destination);
    }
    return [...counts].map(([id, expected]) => ({ id: id as AccountId, expected }));
  }
}

function replayVerified(configFile: string, findings: string[]): string {
  try {
    return `replay --verify: ${runCli(configFile, 'replay', '--verify').trim()}`;
  } catch (error) {
    findings.push(error instanceof Error ? error.message : String(error));
    return 'replay --verify found differences';
  }
}

function awayMs(random: Random): number {
  return random.next() < SHARE_AT_ONCE ? 0 : random.integer(AWAY_MS.least, AWAY_MS.most);
}

function failuresOf({ failures }: Load): string[] {
  return [...failures].map(([reason, times]) => `${times} × ${reason}`);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function since(start: number): () => number {
  return () => performance.now() - start;
}

function ms(milliseconds: number): string {
  return milliseconds < 1_000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1_000).toFixed(1)} s`;
}
