// Books in memory for specifications of the command line, answered by the real services over a transport that writes bytes.
import { accountsContract, balanceContract, defineContract, financeContract } from '@tallystick/contracts';
import { systemTime } from '@tallystick/transport';
import { inProcessTransport } from '@tallystick/transport/in-process/index';
import { compareTable } from '@tallystick/views/compare';
import { MemoryViews } from '@tallystick/views/memory/index';
import { AccountReads } from '../accounts/account-reads.js';
import { accountsProjection } from '../accounts/accounts.projection.js';
import { Balance } from '../balance/balance.js';
import { balanceProjection } from '../balance/balance.projection.js';
import { type BookUnderTest, ZONE } from '../finance/book.suite.js';
import { generalLedgerProjection } from '../finance/gl.projection.js';
import type { Books, OpenBooks } from './books.js';
import type { ExitCode } from './failures.js';
import { run } from './program.js';

const PROJECTIONS = [accountsProjection, balanceProjection, generalLedgerProjection];
const TABLES = PROJECTIONS.flatMap(({ tables }) => tables);

export class BooksUnderTest {
  /** How the books were opened, and what was done with rebuilt views. */
  readonly log: string[] = [];
  readonly open: OpenBooks;

  constructor(private readonly book: BookUnderTest) {
    this.open = async ({ dataDir, readOnly }) => {
      this.log.push(`open ${dataDir}${readOnly ? ' to read' : ''}`);
      return this.books();
    };
  }

  private async books(): Promise<Books> {
    const { views, finance } = this.book;
    await this.book.project(7, views, PROJECTIONS);
    const report = (error: unknown) => this.log.push(`unexpected: ${String(error)}`);
    const random = (bytes: number) => new Uint8Array(bytes).fill(1);
    const transport = inProcessTransport({ mode: 'bytes', time: systemTime, random, report });
    const freshness = { waitUntil: async () => {} };
    // The command line only reads accounts.
    const { get, list, ownedBy } = accountsContract.methods;
    transport.answer(defineContract('accounts', { get, list, ownedBy }), new AccountReads(views));
    transport.answer(balanceContract, new Balance(views, freshness));
    transport.answer(financeContract, finance);
    return {
      clients: {
        accounts: transport.client(accountsContract),
        balance: transport.client(balanceContract),
        finance: transport.client(financeContract),
      },
      timeZone: ZONE,
      rebuildViews: (onProgress) => this.rebuild(onProgress),
      close: async () => {
        this.log.push('close');
        await transport.close();
      },
    };
  }

  private async rebuild(onProgress: Parameters<Books['rebuildViews']>[0]) {
    const { book, log } = this;
    const rebuilt = new MemoryViews();
    await book.project(7, rebuilt, PROJECTIONS);
    const events = book.booked.length;
    onProgress({ done: events, total: events });
    return {
      generation: 2,
      events,
      tables: TABLES.length,
      async *differences() {
        for (const table of TABLES) yield* compareTable(table, book.views, rebuilt);
      },
      switchTo: async () => void log.push('switch'),
      discard: async () => void log.push('discard'),
    };
  }
}

export interface Ran {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line whose reader has gone away. */
export async function tallystickIntoClosedPipe(openBooks: OpenBooks, line: string): Promise<Omit<Ran, 'out'>> {
  let err = '';
  const terminal = {
    out: () => Promise.reject(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
    err: (text: string) => {
      err += text;
    },
    progress: undefined,
  };
  const code = await run(line.split(' '), { terminal, signal: new AbortController().signal, openBooks });
  return { code, err };
}

/** Runs a command line as a shell would split it. */
export async function tallystick(
  openBooks: OpenBooks,
  line: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<Ran> {
  let [out, err] = ['', ''];
  const terminal = {
    out: async (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
    progress: undefined,
  };
  const code = await run(line.split(' '), { terminal, signal, openBooks });
  return { code, out, err };
}
