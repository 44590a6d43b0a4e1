// `tallystick accounts`: every account with its balances, from the views.
import type { accountsContract, CallContext, RequestOf, ResponseOf } from '@tallystick/contracts';
import { formatMinor } from '@tallystick/ledger-core';
import type { Command } from 'commander';
import type { Books } from '../books.js';
import { answer, type Session, withBooks } from '../session.js';
import { table } from '../table.js';

type Methods = (typeof accountsContract)['methods'];
type Account = ResponseOf<Methods['list']>['accounts'][number];
type After = RequestOf<Methods['list']>['after'];

interface AccountRow {
  readonly account: Account;
  readonly ledger: bigint;
  readonly held: bigint;
  readonly available: bigint;
}

const PAGE = 1_000;

export function accounts(program: Command, session: Session): void {
  program
    .command('accounts')
    .description('list every account with its balances')
    .action((_options: object, command: Command) =>
      withBooks(session, command, true, async (books, context) => {
        const rows = await rowsOf(books, context);
        await answer(session, command, { json: () => rows.map(jsonOf), text: () => textOf(rows) });
      }),
    );
}

async function rowsOf({ clients }: Books, context: CallContext): Promise<AccountRow[]> {
  const rows: AccountRow[] = [];
  let after: After = null;
  for (;;) {
    const { accounts: page }: ResponseOf<Methods['list']> = await clients.accounts.list(
      { after, limit: PAGE },
      context,
    );
    const accountIds = page.map(({ id }) => id);
    const { balances } = await clients.balance.list({ accountIds }, context);
    const byId = new Map(balances.map((balance) => [balance.accountId, balance]));
    for (const account of page) {
      const { ledger = 0n, held = 0n, available = 0n } = byId.get(account.id) ?? {};
      rows.push({ account, ledger, held, available });
    }
    if (page.length < PAGE) return rows;
    after = page.at(-1)?.id ?? null;
  }
}

function jsonOf({ account, ledger, held, available }: AccountRow) {
  return {
    id: account.id,
    external_reference: account.externalReference,
    currency: account.currency,
    ledger,
    held,
    available,
  };
}

function textOf(rows: readonly AccountRow[]): string {
  if (rows.length === 0) return 'no accounts\n';
  const columns = [
    { title: 'ACCOUNT' },
    { title: 'REFERENCE' },
    { title: 'CURRENCY' },
    ...['LEDGER', 'HELD', 'AVAILABLE'].map((title) => ({ title, right: true })),
  ];
  return table(
    columns,
    rows.map(({ account: { id, externalReference, currency }, ledger, held, available }) => [
      id,
      externalReference ?? '',
      currency,
      ...[ledger, held, available].map((minor) => formatMinor(minor, currency)),
    ]),
  );
}
