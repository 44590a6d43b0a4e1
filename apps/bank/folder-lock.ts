// One writer per data folder. SQLite holds the lock, so a process that dies frees it, however it dies.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

/** Another process writes to this folder. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
  readonly code = 'folder_in_use';
  constructor(
    readonly folder: string,
    readonly holder: BankFile | undefined,
  ) {
    const who =
      holder === undefined
        ? 'another process'
        : `the process ${holder.pid}${holder.url === undefined ? '' : ` (${holder.url})`}`;
    super(`${folder} is in use by ${who}`);
  }
}

/** What `bank.json` says of whoever holds the folder. */
export interface BankFile {
  readonly pid: number;
  readonly url?: string;
  /** `host:port` where card networks connect. */
  readonly iso8583?: string;
  /** Where customers' programs call. */
  readonly edge?: string;
}

export interface FolderLock {
  /** Writes `bank.json`, for people and commands that look for the running bank. */
  announce(file: BankFile): void;
  release(): void;
}

/** Makes the folder where it is missing. @throws FolderInUse */
export function lockFolder(folder: string, pid: number): FolderLock {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const database = new Database(join(folder, 'lock.db'), { timeout: 0 });
  const path = join(folder, 'bank.json');
  try {
    database.pragma('locking_mode = EXCLUSIVE');
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY'))
      throw new FolderInUse(folder, readBankFile(folder));
    throw error;
  }
  const announce = (file: BankFile) => {
    writeFileSync(`${path}.tmp`, `${JSON.stringify(file)}\n`);
    renameSync(`${path}.tmp`, path);
  };
  announce({ pid });
  return {
    announce,
    release() {
      rmSync(path, { force: true });
      database.close();
    },
  };
}

export function readBankFile(folder: string): BankFile | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'bank.json'), 'utf8'));
  } catch {
    return undefined;
  }
}
