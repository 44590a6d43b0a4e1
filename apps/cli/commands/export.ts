// `tallystick export`: the journal entries for other programs.
import type { CallContext, financeContract, RequestOf, ResponseOf } from '@tallystick/contracts';
import type { LocalDate } from '@tallystick/ledger-core';
import { type Command, Option } from 'commander';
import type { Books } from '../books.js';
import { UsageError } from '../failures.js';
import { openOutput } from '../output-file.js';
import { answer, globalOptions, type Session, withBooks } from '../session.js';
import { dateArgument } from '../time-arguments.js';

type ExportEntries = (typeof financeContract)['methods']['exportEntries'];

interface Options {
  readonly format: 'hledger' | 'csv';
  readonly from?: LocalDate;
  readonly to?: LocalDate;
  readonly out?: string;
}

const PAGE = 50_000;

export function exportEntries(program: Command, session: Session): void {
  program
    .command('export')
    .addOption(
      new Option('--format <format>', 'of the output, UTF-8').choices(['hledger', 'csv']).makeOptionMandatory(),
    )
    .addOption(new Option('--from <date>', 'first value date').argParser(dateArgument))
    .addOption(new Option('--to <date>', 'last value date').argParser(dateArgument))
    .option('--out <file>', 'write to this file instead of standard output')
    .description('the journal entries by value date, for hledger or as CSV')
    .action((options: Options, command: Command) => {
      const { out } = options;
      if (out === undefined && globalOptions(command).json === true) {
        throw new UsageError('--json needs --out: without it the entries themselves go to standard output');
      }
      return withBooks(session, command, true, async (books, context) => {
        if (out === undefined) {
          await write(books, options, context, (text) => session.terminal.out(text));
          return;
        }
        const entries = await writeFile(books, options, context, out);
        await answer(session, command, {
          json: () => ({ out, format: options.format, entries }),
          text: () => `${entries} ${entries === 1 ? 'entry' : 'entries'} written to ${out}\n`,
        });
      });
    });
}

async function writeFile(books: Books, options: Options, context: CallContext, path: string): Promise<number> {
  const output = await openOutput(path);
  try {
    const entries = await write(books, options, context, (text) => output.write(text));
    await output.finish();
    return entries;
  } catch (error) {
    await output.discard();
    throw error;
  }
}

/** How many entries were written. */
async function write(
  { clients }: Books,
  { format, from = null, to = null }: { format: Options['format']; from?: LocalDate | null; to?: LocalDate | null },
  context: CallContext,
  put: (text: string) => Promise<void>,
): Promise<number> {
  let entries = 0;
  let after: RequestOf<ExportEntries>['after'] = null;
  do {
    const page: ResponseOf<ExportEntries> = await clients.finance.exportEntries(
      { format, from, to, after, limit: PAGE },
      context,
    );
    await put(page.text);
    entries += page.entries;
    after = page.next;
  } while (after !== null);
  return entries;
}
