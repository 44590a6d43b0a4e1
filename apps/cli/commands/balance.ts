// `tallystick balance ACCOUNT`: as it is, from the views; at other times, from the journal.
import type { CallContext } from '@tallystick/contracts';
import { type AccountId, type CurrencyCode, formatMinor } from '@tallystick/ledger-core';
import type { Command } from 'commander';
import type { Books } from '../books.js';
import { UsageError } from '../failures.js';
import { answer, type Session, withBooks } from '../session.js';
import { list } from '../table.js';
import { type AsOfOptions, asOf, asOfOptions } from './as-of-options.js';

export interface AccountBalance {
  readonly currency: CurrencyCode;
  readonly ledger: bigint;
  readonly held: bigint;
  readonly available: bigint;
  readonly pots: bigint;
}

export function balance(program: Command, session: Session): void {
  asOfOptions(program.command('balance'))
    .argument('<account>', 'account id, such as acc_…')
    .description("an account's balances, also as of a value date or as known at a time")
    .action((accountId: AccountId, options: AsOfOptions, command: Command) =>
      withBooks(session, command, true, async (books, context) => {
        const live = options.at === undefined && options.knownAt === undefined;
        const found = live
          ? await liveBalance(books, accountId, context)
          : (await books.clients.finance.balance({ accountId, ...asOf(options, books.timeZone) }, context)).found;
        if (found === null) throw noSuchAccount(accountId, live);
        await answer(session, command, {
          json: () => ({ account: accountId, ...found }),
          text: () => list([['account', accountId], ...balanceLines(found)]),
        });
      }),
    );
}

async function liveBalance(
  { clients }: Books,
  accountId: AccountId,
  context: CallContext,
): Promise<AccountBalance | null> {
  const { found: account } = await clients.accounts.get({ accountId }, context);
  const { found } = await clients.balance.get({ accountId, minPosition: 0n }, context);
  if (account === null || found === null) return null;
  const { ledger, held, available, pots } = found;
  return { currency: account.currency, ledger, held, available, pots };
}

export function noSuchAccount(accountId: string, live: boolean): UsageError {
  return new UsageError(live ? `there is no account ${accountId}` : `no account ${accountId} was known by then`);
}

export function balanceLines({ currency, ledger, held, available, pots }: AccountBalance): [string, string][] {
  return [
    ['currency', currency],
    ['ledger', formatMinor(ledger, currency)],
    ['held', formatMinor(held, currency)],
    ['available', formatMinor(available, currency)],
    ['pots', formatMinor(pots, currency)],
  ];
}
