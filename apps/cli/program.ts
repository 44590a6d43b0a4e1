// The command line as a whole: the commands, and how a run of it ends.
import { Command } from 'commander';
import { accounts } from './commands/accounts.js';
import { balance } from './commands/balance.js';
import { explain } from './commands/explain.js';
import { exportEntries } from './commands/export.js';
import { importFiles } from './commands/import.js';
import { migrate } from './commands/migrate.js';
import { network } from './commands/network.js';
import { replay } from './commands/replay.js';
import { settlement } from './commands/settlement.js';
import { simulate } from './commands/simulate.js';
import { start } from './commands/start.js';
import { trialBalance } from './commands/trial-balance.js';
import { EXIT, type ExitCode, exitCodeOf, isClosedPipe, sentenceOf } from './failures.js';
import type { Session } from './session.js';

type AddCommand = (program: Command, session: Session) => void;

/** In the order of the help. */
const COMMANDS: readonly AddCommand[] = [
  start,
  importFiles,
  accounts,
  balance,
  explain,
  trialBalance,
  replay,
  exportEntries,
  settlement,
  network,
  simulate,
  migrate,
];

/** Runs one command line, without node and script. Never rejects: what went wrong is on standard error and in the exit code. */
export async function run(
  argv: readonly string[],
  ports: Omit<Session, 'exitCode'>,
  commands: readonly AddCommand[] = COMMANDS,
): Promise<ExitCode> {
  const session: Session = { ...ports, exitCode: EXIT.done };
  const pending: Promise<void>[] = [];
  const program = new Command('tallystick')
    .description('Tallystick: an event-sourced core-banking ledger')
    .option('--data <dir>', 'folder of the embedded engine', './data')
    .option('--config <file>', 'of a bank that runs as separate processes (docs/cluster.md)')
    .option('--json', 'print one JSON document, amounts in minor units')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 a difference or a break was found, 2 bad usage or bad input, 3 could not run.',
    )
    .configureOutput({ writeOut: (text) => pending.push(session.terminal.out(text)), writeErr: session.terminal.err })
    .exitOverride();
  for (const add of commands) add(program, session);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return session.exitCode;
  } catch (error) {
    return failed(session, error);
  } finally {
    await Promise.allSettled(pending);
  }
}

function failed({ terminal, signal }: Session, error: unknown): ExitCode {
  // Whoever read our output has enough of it (`tallystick export … | head`).
  if (isClosedPipe(error)) return EXIT.done;
  if (signal.aborted) {
    terminal.err('stopped; run the same command again to go on\n');
    return EXIT.couldNotRun;
  }
  const sentence = sentenceOf(error);
  if (sentence !== undefined) terminal.err(`${sentence}\n`);
  return exitCodeOf(error);
}
