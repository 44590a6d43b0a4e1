// Writes back what SQLite keeps in its write-ahead logs, on a thread of its own: done by the writers, each checkpoint would hold up a
// commit or the views for a tenth of a second. A passive checkpoint waits for nobody and holds up nobody.
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';

export interface CheckpointWorkerData {
  readonly paths: readonly string[];
}

interface Checkpoint {
  /** Frames in the log, and how many of them are written back. */
  readonly log: number;
  readonly checkpointed: number;
}

const PERIOD_MS = 250;
/** A log shorter than this is left to grow, 64 MiB: the rarer, the fewer times each page is written, and the fewer syncs beside the commits'. */
const PAGES_WORTH = 16_384;
/** While writers go on, the log is reset only when a pass finds nothing more to write: each pass is much shorter than the one before. */
const PASSES = 4;

if (parentPort === null) throw new Error('this file is a worker thread');
const port = parentPort;
/** Those of which it was told. */
const failing = new Set<Database.Database>();
const { paths }: CheckpointWorkerData = workerData;
const databases = paths.map((path) => {
  const database = new Database(path, { fileMustExist: true });
  // Of this connection alone; it never writes a transaction.
  database.pragma('wal_autocheckpoint = 0');
  return database;
});
const timer = setInterval(() => databases.forEach(tryToWriteBack), PERIOD_MS);
port.once('message', () => {
  clearInterval(timer);
  for (const database of databases) database.close();
  port.close();
});

/** A disk that is full may have room again later: what is not written back stays in the log, which is as durable. */
function tryToWriteBack(database: Database.Database): void {
  try {
    writeBack(database);
    failing.delete(database);
  } catch (error) {
    if (failing.has(database)) return;
    failing.add(database);
    const why = error instanceof Error ? error.message : String(error);
    port.postMessage(`the log of ${database.name} can not be written back now: ${why}`);
  }
}

function writeBack(database: Database.Database): void {
  if (lengthOf(database) < PAGES_WORTH) return;
  for (let pass = 0; pass < PASSES; pass++) {
    const { log, checkpointed } = checkpoint(database);
    if (log === checkpointed) return;
  }
}

/** NOOP tells how long the log is and writes nothing back. */
function lengthOf(database: Database.Database): number {
  const [{ log = 0, checkpointed = 0 } = {}] = database.pragma('wal_checkpoint(NOOP)') as Checkpoint[];
  return log - checkpointed;
}

function checkpoint(database: Database.Database): Checkpoint {
  const [done] = database.pragma('wal_checkpoint(PASSIVE)') as Checkpoint[];
  return done ?? { log: 0, checkpointed: 0 };
}
