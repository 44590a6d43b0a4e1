// The big switch between two releases: this checkout's cluster, another release's services behind the same edge, customers' load through it,
// and every account over there and back meanwhile.
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { BankCluster, runCli } from '@tallystick/servers';
import { until } from '../../bench/processes.js';
import { callsAnswered, customersRequests, metricsOf, sumOf } from './counts.js';
import { type Customer, openCustomers, Staff } from './customers.js';
import { type Compared, EdgeSide } from './edge-side.js';
import { Load } from './load.js';
import { ANSWERING, type ClusterFile, SecondStack } from './second-stack.js';
import type { Share } from './where-it-goes.js';
import { type Counts, differing, expected, growth, totals } from './window.js';

/** Per mille, over and back. */
const RAMP = [0, 10, 100, 250, 500, 750, 990, 1_000, 1_000, 990, 750, 500, 250, 100, 10, 0];
/** Of the comparable answers, while the load runs. */
const SHADOW = 500;
const WINDOW_MS = 3_000;
const CAUGHT_UP_MS = 180_000;
/** A service counts a request just after it is answered. */
const COUNTED_MS = 3_000;
/** Programs ask as fast as they are answered, all from one address. */
const UNLIMITED = { rateBurst: 1_000_000, ratePerSecond: 1_000_000 };

export interface SwitchDrillOptions {
  /** Absolute: data, settings and logs. */
  readonly folder: string;
  /** Where the other release is, built. */
  readonly release: string;
  readonly seed: number;
  /** Of the ramp. */
  readonly seconds: number;
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
}

export class SwitchDrill {
  readonly findings: string[] = [];
  private cluster: BankCluster | undefined;
  private second: SecondStack | undefined;

  constructor(private readonly options: SwitchDrillOptions) {}

  /** @throws where it could not run */
  async run(): Promise<void> {
    const { print, seed } = this.options;
    const { cluster, second } = await this.start();
    const staff = new Staff(cluster);
    const customers = await openCustomers(staff, cluster.url('auth'));
    await this.startSecond(cluster, second, customers);
    const edge = new EdgeSide(cluster.url('edge-proxy'), staff.authorization);
    const load = new Load({ edgeUrl: edgeUrlOf(cluster), staff, customers, seed });
    try {
      await this.ramp(edge, load);
      const half = customers.map(({ accounts }) => accounts.slice(0, accounts.length / 2));
      const named = half.flat().map(({ parts }) => parts.id);
      for (const share of [0, 500, 1_000]) await this.window(edge, load, { share_per_mille: share, accounts: [] });
      await this.window(edge, load, { share_per_mille: 0, accounts: named });
      await this.quietLook(edge, load);
    } finally {
      await load.pause();
    }
    this.findings.push(...load.findings.map((finding) => `a customer: ${finding}`));
    const deposits = customers.flatMap(({ accounts }) => accounts.flatMap((account) => account.deposits));
    print(
      `${load.answered} requests of customers, ${load.wrong} failed or wrong, the slowest ${load.slowestMs.toFixed(0)} ms`,
    );
    print(`${deposits.length} deposits, each up to three times at once and some again later under the same dedupe_id`);
    await this.checkBooks(cluster, second);
  }

  async stop(): Promise<void> {
    const { cluster, second } = this;
    this.cluster = undefined;
    this.second = undefined;
    await second?.stop();
    await cluster?.stop();
  }

  private async start() {
    const { folder, print, release, signal } = this.options;
    const second = await SecondStack.layOut(release);
    const configuration = { edge: { ...UNLIMITED, secondUpstreams: second.upstreams() } };
    const cluster = await BankCluster.start({ folder, report: print, configuration });
    this.cluster = cluster;
    this.second = second;
    signal.throwIfAborted();
    return { cluster, second };
  }

  /** The bank has a past by now: the second stack makes its own view of it. */
  private async startSecond(cluster: BankCluster, second: SecondStack, customers: readonly Customer[]): Promise<void> {
    const { folder, print, signal } = this.options;
    print('starting the second stack, of the other release');
    const file: ClusterFile = JSON.parse(readFileSync(cluster.configFile, 'utf8'));
    await second.start(file, folder, signal);
    for (const line of second.lines()) print(line);
    for (const { token, accounts } of customers)
      for (const account of accounts)
        await until('the second stack has seen every account', CAUGHT_UP_MS, async () => {
          signal.throwIfAborted();
          const headers = { authorization: `Bearer ${token}`, 'x-min-ledger-position': account.position ?? '' };
          const answer = await fetch(`${second.url('api')}/balance?account_id=${account.parts.id}`, { headers });
          const body = Object(await answer.json());
          return account.faultOfBalance({ status: answer.status, body }) === undefined ? true : undefined;
        });
  }

  /** Over and back under load, answers compared. */
  private async ramp(edge: EdgeSide, load: Load): Promise<void> {
    const { seconds, print, signal } = this.options;
    const before = await edge.compared();
    load.begin();
    let last = await edge.answered();
    for (const share of RAMP) {
      await edge.throwSwitch({ share_per_mille: share, accounts: [] }, SHADOW);
      await pause((seconds * 1_000) / RAMP.length, undefined, { signal });
      const now = await edge.answered();
      print(`${share} ‰: the first stack answered ${now.first - last.first}, the second ${now.second - last.second}`);
      last = now;
    }
    await load.pause();
    await edge.settled();
    await this.checkCompared(edge, before, 'under load');
  }

  /** Each service of each stack has answered what the switch sends it, counted by the services themselves. */
  private async window(edge: EdgeSide, load: Load, share: Share): Promise<void> {
    const { print, signal } = this.options;
    await edge.throwSwitch(share, 0);
    await edge.settled();
    load.taken();
    const before = await this.counts();
    load.begin();
    await pause(WINDOW_MS, undefined, { signal });
    await load.pause();
    const must = expected(load.taken(), share, ANSWERING);
    let found: Counts = growth(before, await this.counts());
    for (const end = Date.now() + COUNTED_MS; differing(must, found).length > 0 && Date.now() < end; await pause(50))
      found = growth(before, await this.counts());
    const what = share.accounts.length > 0 ? `${share.accounts.length} accounts by name` : `${share.share_per_mille} ‰`;
    this.findings.push(...differing(must, found).map((each) => `${what}: ${each}`));
    const { first, second } = totals(found);
    print(`counted exactly at ${what}: the first stack's services answered ${first}, the second's ${second}`);
    const hasSecond = share.share_per_mille > 0 || share.accounts.length > 0;
    if (hasSecond && second === 0) this.findings.push(`${what}: nothing was asked of the second stack`);
  }

  /** Nothing changes any more, and everything is asked of both. */
  private async quietLook(edge: EdgeSide, load: Load): Promise<void> {
    for (const share of [0, 1_000]) {
      await edge.settled();
      const before = await edge.compared();
      await edge.throwSwitch({ share_per_mille: share, accounts: [] }, 1_000);
      await load.lookAtAll();
      await edge.settled();
      const { unsettled } = await this.checkCompared(edge, before, `nothing changing, asked at ${share} ‰`);
      if (unsettled > 0) this.findings.push(`${unsettled} answers changed where nothing else did`);
    }
  }

  private async checkCompared(edge: EdgeSide, before: Compared, when: string): Promise<Compared> {
    const after = await edge.compared();
    const of = (name: keyof Compared) => after[name] - before[name];
    const { print } = this.options;
    const grown: Compared = {
      same: of('same'),
      explained: of('explained'),
      unsettled: of('unsettled'),
      unexplained: of('unexplained'),
      unanswered: of('unanswered'),
      not: of('not'),
    };
    const { same, explained, unsettled, unexplained, unanswered, not } = grown;
    print(
      `compared, ${when}: ${same} the same, ${explained} the same when asked again, ${unexplained} different, ` +
        `${unanswered} without an answer, ${unsettled} changing all the time, ${not} not compared`,
    );
    if (same === 0) this.findings.push(`${when}: no two answers were the same`);
    if (unanswered > 0) this.findings.push(`${when}: the other stack gave no answer ${unanswered} times`);
    if (unexplained > 0) {
      const differences = await edge.differences();
      this.findings.push(`${when}: ${unexplained} answers differ`, ...differences.map((each) => `  ${each}`));
    }
    return grown;
  }

  private async counts(): Promise<Counts> {
    const { cluster, second } = this.running();
    const counted = ANSWERING.map(async (service) => {
      const [own, other] = await Promise.all([metricsOf(cluster.url(service)), metricsOf(second.url(service))]);
      return [service, { first: customersRequests(own), second: customersRequests(other) }] as const;
    });
    return Object.fromEntries(await Promise.all(counted)) as Counts; // of every service that answers
  }

  private async checkBooks(cluster: BankCluster, second: SecondStack): Promise<void> {
    const { print } = this.options;
    const balance = await metricsOf(second.url('balance'));
    const calls = callsAnswered(balance);
    print(`the second stack's own balance view answered ${calls} calls`);
    if (calls === 0) this.findings.push('nobody asked the second stack’s balance view');
    for (const service of ['balance', 'feed'] as const) {
      const letters = sumOf(await metricsOf(second.url(service)), 'tallystick_dead_letters_total');
      if (letters > 0) this.findings.push(`${letters} events can't be decoded by the second stack's ${service}`);
    }
    const [journal, views] = ['journal', 'views'].map((from) =>
      runCli(cluster.configFile, 'trial-balance', '--json', '--from', from),
    );
    print(`the trial balance from the journal and from the views: ${journal === views ? 'the same' : 'DIFFERENT'}`);
    if (journal !== views) this.findings.push('the trial balance from the views is not the one from the journal');
    for (const logFile of second.logFiles()) {
      const lines = readFileSync(logFile, 'utf8').trim().split('\n').slice(1);
      if (lines.length > 0) print(`${logFile} has ${lines.length} lines more; the first: ${lines[0]}`);
    }
  }

  private running() {
    const { cluster, second } = this;
    if (cluster === undefined || second === undefined) throw new Error('the drill has been stopped');
    return { cluster, second };
  }
}

function edgeUrlOf(cluster: BankCluster): string {
  const [edge] = cluster.of('edge-proxy');
  return `http://127.0.0.1:${edge?.edgePort}`;
}
