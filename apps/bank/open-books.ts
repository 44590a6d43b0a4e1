// A data folder for the command line: with the folder's lock where it is to be had, else, for commands that only read, beside the bank
// that holds it.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import 'reflect-metadata';
import { accountsContract, balanceContract, financeContract } from '@tallystick/contracts';
import { openReader as openJournalReader } from '@tallystick/journal/sqlite/index';
import { CallFailed, systemTime } from '@tallystick/transport';
import { inProcessTransport } from '@tallystick/transport/in-process';
import { pause } from '@tallystick/transport/pause';
import type { Freshness, ViewReader } from '@tallystick/views';
import { currentGeneration, openReader, removeOldGenerations } from '@tallystick/views/sqlite/index';
import { AccountReads } from '../accounts/account-reads.js';
import { Balance } from '../balance/balance.js';
import { Finance } from '../finance/finance.js';
import { type OfflineBank, openBank } from './bank.js';
import { FolderInUse } from './folder-lock.js';
import { VIEWS_CONSUMER } from './projections.js';
import { type Rebuilt, rebuild } from './rebuild.js';

export const BOOK_ZONE = 'Europe/London';
const POLL_MS = 20;

export interface OpenBooksOptions {
  readonly dataDir: string;
  readonly readOnly: boolean;
  readonly signal: AbortSignal;
}

export interface OpenedBooks {
  readonly clients: Pick<OfflineBank['clients'], 'accounts' | 'balance' | 'finance'>;
  readonly timeZone: string;
  rebuildViews(
    onProgress: (progress: { readonly done: number; readonly total: number }) => void,
    signal: AbortSignal,
  ): Promise<Rebuilt>;
  /** The books as Kafka alone tells them; undefined where there is no Kafka. */
  readonly withKafka?: (use: (finance: OfflineBank['clients']['finance']) => Promise<void>) => Promise<void>;
  close(): Promise<void>;
}

export function report(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}

/** Views are up to the journal's head when it resolves. @throws FolderInUse, or an Error with one sentence where there is no ledger */
export async function openBooks({ dataDir, readOnly, signal }: OpenBooksOptions): Promise<OpenedBooks> {
  if (!existsSync(join(dataDir, 'journal.db')))
    throw new Error(`${dataDir} holds no ledger: there is no journal.db in it`);
  try {
    return await withLock(dataDir, signal);
  } catch (error) {
    if (!(error instanceof FolderInUse) || !readOnly) throw error;
    return besideBank(dataDir, signal);
  }
}

async function withLock(folder: string, signal: AbortSignal): Promise<OpenedBooks> {
  const bank = await openBank({ folder, bookZone: BOOK_ZONE, calls: 'direct', report });
  try {
    await bank.viewsCaughtUp(signal);
  } catch (error) {
    await bank.close();
    throw error;
  }
  return {
    clients: bank.clients,
    timeZone: BOOK_ZONE,
    rebuildViews: (onProgress, stop) => rebuildIn(folder, onProgress, stop),
    async close() {
      await bank.close();
      removeOldGenerations(folder);
    },
  };
}

/** Reads what the running bank stores; its own thread keeps the views up to date. */
async function besideBank(folder: string, signal: AbortSignal): Promise<OpenedBooks> {
  const live = currentGeneration(folder);
  if (live === undefined) throw new Error(`${folder} is in use by a bank that has no views yet: try again`);
  const journal = openJournalReader(join(folder, 'journal.db'));
  const views = openReader(live.path);
  const freshness = polled(views);
  await freshness.waitUntil(await journal.head(), signal);
  const transport = inProcessTransport({ mode: 'direct', time: systemTime, random: randomBytes, report });
  const refuse = async () => {
    throw new CallFailed({ code: 'unavailable', message: 'these books were opened to read', retryable: false });
  };
  const reads = new AccountReads(views);
  transport.answer(accountsContract, {
    get: reads.get,
    list: reads.list,
    ownedBy: reads.ownedBy,
    open: refuse,
    importLines: refuse,
    byNumber: refuse,
    numberOf: refuse,
    numbersOf: refuse,
    registerUser: refuse,
    changeUser: refuse,
    eraseUser: refuse,
    user: refuse,
    ownerNames: refuse,
  });
  transport.answer(balanceContract, new Balance(views, freshness));
  transport.answer(financeContract, new Finance({ journal, views, timeZone: BOOK_ZONE }));
  return {
    clients: {
      accounts: transport.client(accountsContract),
      balance: transport.client(balanceContract),
      finance: transport.client(financeContract),
    },
    timeZone: BOOK_ZONE,
    rebuildViews: (onProgress, stop) => rebuildIn(folder, onProgress, stop),
    async close() {
      views.close();
      await journal.close();
    },
  };
}

async function rebuildIn(
  folder: string,
  onProgress: (progress: { done: number; total: number }) => void,
  signal: AbortSignal,
): Promise<Rebuilt> {
  const live = currentGeneration(folder);
  if (live === undefined) throw new Error(`${folder} has no views`);
  const journal = openJournalReader(join(folder, 'journal.db'));
  const snapshot = openReader(live.path, { snapshot: true });
  const close = async () => {
    snapshot.close();
    await journal.close();
  };
  try {
    const rebuilt = await rebuild({ folder, journal, live: snapshot, signal, onProgress });
    const discard = async () => {
      await close();
      await rebuilt.discard();
    };
    return { ...rebuilt, discard };
  } catch (error) {
    await close();
    throw error;
  }
}

function polled(views: ViewReader): Freshness {
  return {
    async waitUntil(position, signal) {
      while ((await views.progress(VIEWS_CONSUMER, 0)) < position) {
        signal.throwIfAborted();
        await pause(POLL_MS, signal);
      }
    },
  };
}
