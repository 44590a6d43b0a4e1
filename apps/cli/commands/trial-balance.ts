// `tallystick trial-balance`: every account's debits and credits; per currency they must be equal.
import type { CallContext, financeContract, ResponseOf } from '@tallystick/contracts';
import { formatMinor } from '@tallystick/ledger-core';
import { type Command, Option } from 'commander';
import type { Books } from '../books.js';
import { UsageError } from '../failures.js';
import { answer, foundDifference, type Session, withBooks } from '../session.js';
import { table } from '../table.js';
import { type AsOfOptions, asOf, asOfOptions } from './as-of-options.js';

type TrialBalance = ResponseOf<(typeof financeContract)['methods']['trialBalance']>;

interface Options extends AsOfOptions {
  readonly from: 'journal' | 'views' | 'kafka';
}

export function trialBalance(program: Command, session: Session): void {
  asOfOptions(program.command('trial-balance'))
    .addOption(
      new Option('--from <source>', 'what to add up').choices(['journal', 'views', 'kafka']).default('journal'),
    )
    .description('debits, credits and balance of every account, per currency; exit code 1 where they are not equal')
    .action((options: Options, command: Command) => {
      if (options.from === 'views' && (options.at !== undefined || options.knownAt !== undefined)) {
        throw new UsageError(
          '--from views knows only the present: leave out --at and --known-at, or use --from journal',
        );
      }
      return withBooks(session, command, true, async (books, context) => {
        const found = await trialBalanceOf(books, options, context);
        await answer(session, command, { json: () => found, text: () => textOf(found) });
        for (const { currency, balance } of found.totals) {
          if (balance === 0n) continue;
          session.terminal.err(
            `the books do not balance: ${currency} debits less credits are ${formatMinor(balance, currency)}\n`,
          );
          foundDifference(session);
        }
      });
    });
}

async function trialBalanceOf(books: Books, options: Options, context: CallContext): Promise<TrialBalance> {
  const asked = asOf(options, books.timeZone);
  if (options.from !== 'kafka') return books.clients.finance.trialBalance({ ...asked, from: options.from }, context);
  if (books.withKafka === undefined)
    throw new UsageError('--from kafka needs a bank with Kafka: name its configuration with --config');
  let found: TrialBalance | undefined;
  await books.withKafka(async (finance) => {
    found = await finance.trialBalance({ ...asked, from: 'journal' }, context);
  });
  if (found === undefined) throw new Error('the books from Kafka were not asked');
  return found;
}

function textOf({ accounts, totals }: TrialBalance): string {
  if (accounts.length === 0) return 'nothing is posted\n';
  const amounts = ['DEBITS', 'CREDITS', 'BALANCE'].map((title) => ({ title, right: true }));
  const row = (name: string, { currency, debits, credits, balance }: TrialBalance['totals'][number]) => [
    name,
    currency,
    ...[debits, credits, balance].map((minor) => formatMinor(minor, currency)),
  ];
  const rows = accounts.map((account) => row(account.account, account));
  return table(
    [{ title: 'ACCOUNT' }, { title: 'CURRENCY' }, ...amounts],
    [...rows, ...totals.map((total) => row('total', total))],
  );
}
