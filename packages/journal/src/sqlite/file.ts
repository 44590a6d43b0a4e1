import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { JournalUnavailable } from '../port.js';

/** Version of the file's layout, in PRAGMA user_version. */
export const FORMAT = 1;

const BUSY_TIMEOUT_MS = 5_000;
// 64 MB of WAL between checkpoints: one stalls its commit for some 50 ms, and must be rarer than one commit in a hundred.
const CHECKPOINT_PAGES = 16_000;
// Appends touch leaves of the unique index at random; while they fit here, no append waits for a read.
const CACHE_KIBIBYTES = 32_768;

// The unique index is what two writers of one file can't get past, whatever their caches say.
const LAYOUT = `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE streams (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    event_id BLOB NOT NULL,
    metadata BLOB NOT NULL,
    payload BLOB NOT NULL,
    UNIQUE (stream, revision)
  ) STRICT;
  PRAGMA user_version = ${FORMAT};
`;

/** The file isn't a journal that this program can read; no retry helps. */
export class JournalFormatUnsupported extends Error {
  override readonly name = 'JournalFormatUnsupported';
}

export interface OpenFile {
  readonly database: Database.Database;
  readonly journalId: string;
}

/**
 * Opens the journal for writing; makes it, with this id, where there is none.
 * @param checkpointPages in the write-ahead log, after which this connection writes them back itself
 * @throws JournalFormatUnsupported, JournalUnavailable
 */
export function openToWrite(
  path: string,
  newJournalId: () => string,
  checkpointPages: number = CHECKPOINT_PAGES,
): OpenFile {
  return opened(path, { timeout: BUSY_TIMEOUT_MS }, (database) => {
    // Before anything is changed in a file that may be somebody else's.
    if (!isEmpty(database)) checkFormat(path, database);
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    // Without it, macOS's fsync leaves the bytes in the drive's cache.
    database.pragma('fullfsync = ON');
    database.pragma(`wal_autocheckpoint = ${checkpointPages}`);
    database.pragma(`cache_size = -${CACHE_KIBIBYTES}`);
    // Immediate, so that of two processes starting at once one creates and the other sees it done.
    database
      .transaction(() => {
        if (!isEmpty(database)) return;
        database.exec(LAYOUT);
        database.prepare("INSERT INTO meta (name, value) VALUES ('journal_id', ?)").run(newJournalId());
      })
      .immediate();
  });
}

/**
 * Opens the journal read-only, beside a writer or alone.
 * @throws JournalFormatUnsupported, JournalUnavailable (also where there is no such file)
 */
export function openToRead(path: string): OpenFile {
  if (!existsSync(path)) throw new JournalUnavailable(`${path}: there is no journal`, false);
  return opened(path, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS }, () => undefined);
}

function opened(path: string, options: Database.Options, prepare: (database: Database.Database) => void): OpenFile {
  let database: Database.Database | undefined;
  try {
    database = new Database(path, options);
    prepare(database);
    checkFormat(path, database);
    return { database, journalId: String(value(database, "SELECT value FROM meta WHERE name = 'journal_id'")) };
  } catch (error) {
    database?.close();
    if (error instanceof JournalFormatUnsupported) throw error;
    if (text(error, 'code') === 'SQLITE_NOTADB')
      throw new JournalFormatUnsupported(`${path} is not a journal`, { cause: error });
    throw unavailable(`${path}: the journal can't be opened`, error);
  }
}

function checkFormat(path: string, database: Database.Database): void {
  const format = Number(value(database, 'PRAGMA user_version'));
  if (format > FORMAT)
    throw new JournalFormatUnsupported(
      `${path} has journal format ${format}; this program reads format ${FORMAT}: use a newer program`,
    );
  if (format !== FORMAT) throw new JournalFormatUnsupported(`${path} is not a journal`);
}

function isEmpty(database: Database.Database): boolean {
  return value(database, 'PRAGMA user_version') === 0 && value(database, 'SELECT count(*) FROM sqlite_schema') === 0;
}

function value(database: Database.Database, sql: string): unknown {
  return database.prepare(sql).pluck().get();
}

/**
 * Whether a commit that failed so has surely stored nothing: its last frame, which alone makes the others count, was not written whole.
 * Of a sync that failed, or of what comes after it, nobody can say so.
 */
export function storedNothing(error: unknown): boolean {
  const code = text(error, 'code');
  return code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_WRITE';
}

/** The operational error for whatever SQLite threw. */
export function unavailable(message: string, cause: unknown, outcomeUnknown = false): JournalUnavailable {
  return new JournalUnavailable(`${message}: ${text(cause, 'message') ?? String(cause)}`, outcomeUnknown, { cause });
}

// By name: SQLite's own error class is one per process, so `instanceof` fails in a second realm (as each test file is).
function text(error: unknown, name: 'code' | 'message'): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : undefined;
}
