// The embedded engine: the journal, the records and the views in one folder, and what the apps' modules inject of them.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type DynamicModule, Module } from '@nestjs/common';
import type { Bus } from '@tallystick/bus';
import { EmbeddedBus } from '@tallystick/bus/embedded/index';
import { answeringRecords } from '@tallystick/cluster/answering-stores';
import { eachOutageOnce } from '@tallystick/cluster/outages';
import { type BookDate, bookDateIn } from '@tallystick/contracts';
import type { Journal } from '@tallystick/journal';
import { openThreadedJournal, type ThreadedJournal } from '@tallystick/journal/sqlite/index';
import type { Micros } from '@tallystick/ledger-core';
import { contextsOf, pooledRandom, systemTime } from '@tallystick/transport';
import {
  BOOK_DATE,
  BOOK_ZONE,
  BUS,
  CLOCK,
  CONTEXT_FOR,
  FRESHNESS,
  JOURNAL,
  PARTITION_OF,
  RANDOM,
  RECORDS,
  REPORT,
  RUNS_PROCESSES,
  SECRETS,
  TIME,
  VIEWS,
} from '@tallystick/transport/nest';
import { pause } from '@tallystick/transport/pause';
import { openSecretsFile, type Secrets } from '@tallystick/transport/service';
import type { Records } from '@tallystick/views';
import {
  createNextGeneration,
  currentGeneration,
  holdsTables,
  openReader as openViews,
  removeOldGenerations,
  SqliteRecords,
  type SqliteViewReader,
  switchGeneration,
} from '@tallystick/views/sqlite/index';
import { CHECKPOINT_PAGES_AT_MOST, CheckpointThread } from './checkpoint-thread.js';
import { DrivableClock } from './drivable-clock.js';
import { type FolderLock, lockFolder } from './folder-lock.js';
import { projections } from './projections.js';
import { ViewsThread } from './views-thread.js';

export interface EngineOptions {
  readonly folder: string;
  readonly bookZone: string;
  /** Secrets that are made at the first start. */
  readonly secretNames: readonly string[];
  /** Whether the transfer process and the due timer run. */
  readonly runsProcesses: boolean;
  readonly report: (error: unknown) => void;
}

/** Between two deliveries to a process: long enough to gather a batch, short beside a transfer's way over HTTP. */
const LINGER_MS = 5;

/** Of trace ids and the like; keys are drawn from the operating system one by one. */
export const random = pooledRandom();

function wallClock(): Micros {
  return BigInt(Date.now()) * 1000n;
}

export class Engine {
  /** As services use them. */
  readonly answeringRecords: Records;
  readonly clock: DrivableClock;

  private constructor(
    readonly lock: FolderLock,
    readonly journal: ThreadedJournal,
    readonly records: SqliteRecords,
    readonly views: SqliteViewReader,
    readonly viewsThread: ViewsThread,
    private readonly checkpoints: CheckpointThread,
    readonly secrets: Secrets,
    readonly bus: Bus,
    readonly bookDate: BookDate,
    private readonly options: EngineOptions,
    private readonly report: (error: unknown) => void,
  ) {
    this.answeringRecords = answeringRecords(records, report);
    this.clock = new DrivableClock(join(options.folder, 'clock-ahead'), wallClock);
  }

  /** @throws FolderInUse where another process writes to the folder */
  static async open(options: EngineOptions): Promise<Engine> {
    const { folder } = options;
    const report = eachOutageOnce(options.report, () => performance.now());
    const lock = lockFolder(folder, process.pid);
    // What is open is closed again where the rest can not be opened: a thread that is left would keep the process from ending.
    const opened: (() => unknown)[] = [() => lock.release()];
    try {
      const secrets = openSecretsFile(join(folder, 'secrets.json'), options.secretNames, randomBytes);
      const journalPath = join(folder, 'journal.db');
      const journal = await openThreadedJournal(journalPath, { checkpointPages: CHECKPOINT_PAGES_AT_MOST });
      opened.push(() => journal.close());
      const records = new SqliteRecords(join(folder, 'records.db'));
      opened.push(() => records.close());
      const viewsPath = liveViews(folder);
      const thread = await ViewsThread.start({ journalPath, viewsPath }, report);
      opened.push(() => thread.stop());
      const views = openViews(viewsPath);
      const checkpoints = CheckpointThread.start([journalPath, viewsPath], report);
      journal.onCommit(() => thread.wake());
      const bus = new EmbeddedBus({ journal, pause, lingerMs: LINGER_MS, onFailure: ({ error }) => report(error) });
      const bookDate = bookDateIn(options.bookZone);
      return new Engine(lock, journal, records, views, thread, checkpoints, secrets, bus, bookDate, options, report);
    } catch (error) {
      for (const close of opened.reverse()) await close();
      throw error;
    }
  }

  /** Resolves when the views have seen all that the journal holds now. */
  async viewsCaughtUp(signal: AbortSignal): Promise<void> {
    await this.viewsThread.waitUntil(await this.journal.head(), signal);
  }

  async close(): Promise<void> {
    await this.checkpoints.stop();
    await this.viewsThread.stop();
    this.views.close();
    await this.journal.close();
    await this.records.close();
    this.lock.release();
  }

  module(): DynamicModule {
    const provided: [symbol, unknown][] = [
      [JOURNAL, this.journal satisfies Journal],
      [RECORDS, this.answeringRecords],
      [VIEWS, this.views],
      [FRESHNESS, this.viewsThread],
      [BUS, this.bus],
      [PARTITION_OF, () => 0],
      [CLOCK, this.clock.now],
      [BOOK_DATE, this.bookDate],
      [BOOK_ZONE, this.options.bookZone],
      [SECRETS, this.secrets],
      [CONTEXT_FOR, contextsOf('service:ledger')],
      [RUNS_PROCESSES, this.options.runsProcesses],
      [REPORT, this.report],
      [TIME, systemTime],
      [RANDOM, random],
    ];
    return {
      module: EngineModule,
      global: true,
      providers: provided.map(([provide, useValue]) => ({ provide, useValue })),
      exports: provided.map(([provide]) => provide),
    };
  }
}

@Module({})
class EngineModule {}

/** The live views' file; a new generation, filled from the journal, where none is live, its file was deleted, or views have changed. */
function liveViews(folder: string): string {
  const live = currentGeneration(folder);
  const tables = projections.flatMap((projection) => projection.tables);
  if (live !== undefined && existsSync(live.path) && holdsTables(live.path, tables)) return live.path;
  const next = createNextGeneration(folder);
  switchGeneration(folder, next.generation);
  removeOldGenerations(folder);
  return next.path;
}
