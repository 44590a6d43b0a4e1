// `tallystick settlement`: what is owed to each card scheme, by currency.
import { formatMinor, type LocalDate } from '@tallystick/ledger-core';
import type { Command } from 'commander';
import { answer, type Session, withBooks } from '../session.js';
import { table } from '../table.js';
import { dateArgument, lastIncluded } from '../time-arguments.js';

interface Options {
  readonly scheme?: string;
  readonly date?: LocalDate;
}

interface Owed {
  readonly scheme: string;
  readonly currency: string;
  /** Minor units: presentments and fees, and what was paid or taken back. */
  readonly credits: bigint;
  readonly debits: bigint;
  /** Positive: the bank owes the scheme. */
  readonly owed: bigint;
}

const ACCOUNT = 'liabilities:scheme-settlement:';

export function settlement(program: Command, session: Session): void {
  program
    .command('settlement')
    .option('--scheme <scheme>', 'of one scheme only')
    .option('--date <date>', 'as of the end of that business day', dateArgument)
    .description('what is owed to each card scheme, by currency')
    .action(({ scheme, date }: Options, command: Command) =>
      withBooks(session, command, true, async (books, context) => {
        const at = lastIncluded(date === undefined ? undefined : { kind: 'day', date }, books.timeZone);
        const asked = { at, knownAt: null, from: 'journal' as const };
        const { accounts } = await books.clients.finance.trialBalance(asked, context);
        const owed = accounts.flatMap(({ account, currency, debits, credits }): Owed[] => {
          if (!account.startsWith(ACCOUNT)) return [];
          const of = account.slice(ACCOUNT.length);
          if (scheme !== undefined && of !== scheme) return [];
          return [{ scheme: of, currency, credits, debits, owed: credits - debits }];
        });
        await answer(session, command, {
          json: () => ({ date: date ?? null, settlement: owed }),
          text: () => textOf(owed),
        });
      }),
    );
}

function textOf(all: readonly Owed[]): string {
  if (all.length === 0) return 'nothing was ever owed\n';
  const amounts = ['CREDITS', 'DEBITS', 'OWED'].map((title) => ({ title, right: true }));
  return table(
    [{ title: 'SCHEME' }, { title: 'CURRENCY' }, ...amounts],
    all.map(({ scheme, currency, credits, debits, owed }) => [
      scheme,
      currency,
      ...[credits, debits, owed].map((minor) => formatMinor(minor, currency)),
    ]),
  );
}
