// The bank as separate processes, in whatever layout a section asks for, on one set of servers; and what is asked of it.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClusterConfiguration, clusterConfiguration } from '@tallystick/cluster/clients';
import { BankCluster, type BankClusterOptions } from '@tallystick/servers';
import { openSecretsFile, staffTokenOf } from '@tallystick/transport/service';
import { openClusterBank } from '../../apps/bank/cluster/cluster-bank.js';
import { cardNumber, writeCardFile } from '../cards.js';
import { authorisationBody } from '../http/gateway-bodies.js';
import { wrkOnAll } from '../http/wrk.js';
import type { Measured } from '../measured.js';
import type { Options } from '../options.js';
import { CLI } from '../places.js';
import { run } from '../processes.js';
import type { ByProcess, Report } from '../report.js';
import { cpuByProcess, sumOf } from './cpu.js';

/** Fewer than the embedded bench's 10,000: the import into a cluster would take longer than most sections. */
export const ACCOUNTS = 2_000;
/** Accounts that have nothing but their opening until a section asks for them: cards from ACCOUNTS on. */
const MORE_CARDS = 2;
const WARM_UP_BATCH = 100;
const WARM_UP_SECONDS = 3;
const CATCH_UP_MS = 600_000;
/**
 * For how long callers wait: longer than the gateway's own second, since requests that are given up would only end the measurement. The
 * percentiles say how long they did wait.
 */
export const PATIENCE_MS = 30_000;
const BATCHES_IN_FLIGHT = 4;
const PROFILED = ['card-processing', 'ledger'];

/** How many of each; one where it is left out. */
export interface Layout {
  readonly gateways: number;
  readonly ledgers: number;
}

export const ONE_EACH: Layout = { gateways: 1, ledgers: 1 };

export class ClusterWorld {
  readonly folder = mkdtempSync(join(tmpdir(), 'tallystick-bench-cluster-'));
  /** A card number per line. */
  readonly cardsFile = join(this.folder, 'cards.txt');
  private prefixes = 0;
  /** The first one's servers serve all. */
  private servers: BankCluster | undefined;
  private starting: Promise<void> = Promise.resolve();
  private hasAccounts = false;
  private running: { readonly cluster: BankCluster; readonly layout: Layout } | undefined;

  constructor(
    readonly options: Options,
    readonly report: Report,
  ) {
    const cards = Array.from({ length: ACCOUNTS }, (_, n) => cardNumber(n));
    writeFileSync(this.cardsFile, `${cards.join('\n')}\n`);
  }

  /** Idempotency keys that nobody used before. */
  keyPrefix(): string {
    return `bench-${process.pid}-${++this.prefixes}-`;
  }

  /** The bank in this layout, warm, with all views caught up. Journal, topics and views stay from layout to layout. */
  async bank(layout: Layout = ONE_EACH): Promise<BankCluster> {
    const { running } = this;
    const isSame = running?.layout.gateways === layout.gateways && running.layout.ledgers === layout.ledgers;
    if (running !== undefined && isSame) await running.cluster.startApps();
    else {
      this.starting = this.start(layout);
      await this.starting;
    }
    const cluster = this.running?.cluster;
    if (cluster === undefined) throw new Error('the cluster was not started');
    if (!this.hasAccounts) await this.openAccounts(cluster);
    if (!isSame) await this.warmUp(cluster);
    return cluster;
  }

  /** Starts the bank where no section before has: enough for what reads the journal alone. */
  async hasEvents(): Promise<void> {
    if (!this.hasAccounts) await this.bank();
  }

  /** All apps; the servers go on. */
  async stopApps(): Promise<void> {
    await Promise.all(this.running?.cluster.instances.map(({ process }) => process.stop()) ?? []);
  }

  /** Of what runs now. */
  configuration(): ClusterConfiguration {
    return clusterConfiguration({ file: join(this.folder, 'bank', 'cluster.json'), environment: {} });
  }

  /** What staff send as Authorization. */
  staffAuthorisation(): string {
    const secrets = openSecretsFile(join(this.folder, 'bank', 'secrets.json'), [], () => new Uint8Array());
    return `Bearer ${staffTokenOf(secrets)}`;
  }

  cpu(): ByProcess {
    const { running, servers } = this;
    return running === undefined || servers === undefined ? {} : cpuByProcess(running.cluster, servers);
  }

  /** The load of `wrk` on every card-processing. */
  authorise(cluster: BankCluster, connections: number, seconds: number): Promise<Measured> {
    const urls = cluster.of('card-processing').map(({ url }) => url);
    const args = [this.cardsFile, this.keyPrefix(), `${PATIENCE_MS}`];
    return wrkOnAll(urls, () => sumOf(this.cpu()), { script: 'authorise', args, connections, seconds });
  }

  /** Approved authorisations by the batch, as fast as they are answered. @throws where one is not approved */
  async authoriseAll(cluster: BankCluster, cards: readonly string[], perBatch = WARM_UP_BATCH): Promise<void> {
    const url = `${cluster.url('card-processing')}/gateway/authorisations/batch`;
    let next = 0;
    const one = async () => {
      while (next < cards.length) {
        const batch = cards.slice(next, next + perBatch);
        next += perBatch;
        await authoriseBatch(url, this.keyPrefix(), batch);
      }
    };
    await Promise.all(Array.from({ length: BATCHES_IN_FLIGHT }, one));
  }

  /** Milliseconds until every view has what the journal has now. */
  async caughtUp(cluster: BankCluster): Promise<number> {
    const started = performance.now();
    const bank = openClusterBank(cluster.configFile, () => undefined);
    try {
      await bank.viewsCaughtUp(AbortSignal.timeout(CATCH_UP_MS));
    } finally {
      await bank.close();
    }
    return performance.now() - started;
  }

  async close(): Promise<void> {
    // What is half started can't be stopped yet.
    await this.starting.catch(() => undefined);
    await this.stopApps();
    await this.servers?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async start(layout: Layout): Promise<void> {
    await this.stopApps();
    const cluster = await BankCluster.start(this.startOptions(layout));
    this.running = { cluster, layout };
    this.servers ??= cluster;
  }

  private startOptions({ gateways, ledgers }: Layout): BankClusterOptions {
    const { profileFolder } = this.options;
    const nodeFlags = (app: string) => {
      if (profileFolder === undefined || !PROFILED.includes(app)) return [];
      return ['--cpu-prof', '--cpu-prof-dir', join(profileFolder, app)];
    };
    const folder = join(this.folder, 'bank');
    mkdirSync(folder, { recursive: true });
    const options = { folder, instances: { 'card-processing': gateways, ledger: ledgers }, nodeFlags, lasting: true };
    if (this.servers === undefined) return { ...options, report: (line) => process.stderr.write(`${line}\n`) };
    const { kafka, cassandra, journal } = this.configuration();
    const given = { kafka: kafka.brokers, cassandra: cassandra.contactPoints, eventStoreDb: journal.connection };
    return { ...options, given };
  }

  private async openAccounts(cluster: BankCluster): Promise<void> {
    const path = join(this.folder, 'cards.csv');
    const cards = ACCOUNTS + MORE_CARDS;
    writeCardFile({ path, name: 'opening', cards, rows: cards });
    const done = await run(process.execPath, [CLI, '--config', cluster.configFile, 'import', 'cards', path]);
    if (done.status !== 0) throw new Error(`the accounts could not be imported: ${done.stderr.trim()}`);
    this.hasAccounts = true;
  }

  private async warmUp(cluster: BankCluster): Promise<void> {
    await this.authoriseAll(cluster, readFileSync(this.cardsFile, 'utf8').trim().split('\n'));
    await this.authorise(cluster, 16, WARM_UP_SECONDS);
    await this.caughtUp(cluster);
  }
}

async function authoriseBatch(url: string, prefix: string, cards: readonly string[]): Promise<void> {
  const items = cards.map((card, i) => `{"idempotency_key":"${prefix}${i}",${authorisationBody(card, 1).slice(1)}`);
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-deadline': `+${PATIENCE_MS}` },
    body: `{"authorisations":[${items.join(',')}]}`,
  });
  const text = await response.text();
  const approved = text.match(/"decision":"approved"/g)?.length ?? 0;
  if (approved !== cards.length)
    throw new Error(`${approved} of ${cards.length} authorisations of a batch were approved: ${text.slice(0, 300)}`);
}
