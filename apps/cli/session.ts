// One run of the command line: where it writes, how it is stopped, how it ends.
import type { CallContext } from '@tallystick/contracts';
import type { Command } from 'commander';
import type { Books, OpenBooks } from './books.js';
import { EXIT, type ExitCode } from './failures.js';
import { jsonText } from './json.js';
import type { ProgressOutput } from './progress.js';

export interface Terminal {
  /** To standard output; resolves when more may be written. */
  out(text: string): Promise<void>;
  /** To standard error. */
  err(text: string): void;
  /** Where a progress bar may be drawn; undefined where standard error is no terminal. */
  readonly progress: ProgressOutput | undefined;
}

export interface Session {
  readonly terminal: Terminal;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly openBooks: OpenBooks;
  exitCode: ExitCode;
}

/** Options of every command. */
export interface GlobalOptions {
  readonly data: string;
  /** Of a bank that runs as separate processes. */
  readonly config?: string;
  readonly json?: boolean;
}

export function globalOptions(command: Command): GlobalOptions {
  return command.optsWithGlobals<GlobalOptions>();
}

/** Writes the answer: one JSON document, or text for people. */
export async function answer(
  session: Session,
  command: Command,
  { json, text }: { readonly json: () => unknown; readonly text: () => string },
): Promise<void> {
  await session.terminal.out(globalOptions(command).json === true ? `${jsonText(json())}\n` : text());
}

/** The command ran, and what it looked at is not as it should be. */
export function foundDifference(session: Session): void {
  session.exitCode = EXIT.difference;
}

export function callContext(session: Session): CallContext {
  return { deadline: Number.POSITIVE_INFINITY, signal: session.signal, correlationId: 'cli', actor: 'staff:cli' };
}

/** Opens the books of `--data`, and closes them whatever happens. */
export async function withBooks(
  session: Session,
  command: Command,
  readOnly: boolean,
  use: (books: Books, context: CallContext) => Promise<void>,
): Promise<void> {
  const { signal } = session;
  const { data: dataDir, config } = globalOptions(command);
  const books = await session.openBooks({ dataDir, config, readOnly, signal });
  try {
    signal.throwIfAborted();
    await use(books, callContext(session));
  } finally {
    await books.close();
  }
}
