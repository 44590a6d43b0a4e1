// What the balance service answers, from its view.
import type { balanceContract, HandlersOf, ResponseOf } from '@tallystick/contracts';
import type { AccountId, PotId } from '@tallystick/ledger-core';
import type { Freshness, Row, ViewReader } from '@tallystick/views';
import { balancesTable, potAccountsTable, potsTable } from './balance.tables.js';

type Handlers = HandlersOf<typeof balanceContract>;
type Pot = NonNullable<ResponseOf<(typeof balanceContract)['methods']['pot']>['found']>;

/** Nobody has more: whoever does is shown the first. */
const POTS_MAX = 1_000;

export class Balance implements Handlers {
  constructor(
    private readonly views: ViewReader,
    private readonly freshness: Freshness,
  ) {}

  get: Handlers['get'] = async ({ accountId, minPosition }, context) => {
    if (minPosition > 0n) await this.freshness.waitUntil(minPosition, context.signal, accountId);
    return { found: await this.read(accountId) };
  };

  list: Handlers['list'] = async ({ accountIds }) => {
    const found = await Promise.all(accountIds.map((accountId) => this.read(accountId)));
    return { balances: found.filter((row) => row !== null) };
  };

  pots: Handlers['pots'] = async ({ accountId, minPosition }, context) => {
    if (minPosition > 0n) await this.freshness.waitUntil(minPosition, context.signal, accountId);
    const rows = await this.views.slice(potsTable, { partition: { account_id: accountId }, limit: POTS_MAX });
    return { pots: rows.flatMap(potOf) };
  };

  pot: Handlers['pot'] = async ({ potId, minPosition }, context) => {
    const account = await this.accountOf(potId, minPosition, context.signal);
    if (account === undefined) return { found: null };
    if (minPosition > 0n) await this.freshness.waitUntil(minPosition, context.signal, account);
    const row = await this.views.get(potsTable, { account_id: account, pot_id: potId });
    return { found: row === undefined ? null : (potOf(row)[0] ?? null) };
  };

  private async accountOf(potId: PotId, minPosition: bigint, signal: AbortSignal): Promise<AccountId | undefined> {
    let row = await this.views.get(potAccountsTable, { pot_id: potId });
    if (row === undefined && minPosition > 0n) {
      // It may be younger than the view, and only the pot tells the account.
      await this.freshness.waitUntil(minPosition, signal);
      row = await this.views.get(potAccountsTable, { pot_id: potId });
    }
    return row?.account_id as AccountId | undefined;
  }

  private async read(accountId: AccountId) {
    const row = await this.views.get(balancesTable, { account_id: accountId });
    return row === undefined ? null : { accountId, ...money(row) };
  }
}

function money(row: Row) {
  // The table declares the first four as money, and its one group writes them together.
  return {
    ledger: row.ledger as bigint,
    held: row.held as bigint,
    available: row.available as bigint,
    pots: row.pots as bigint,
    position: (row.said_at as bigint | null) ?? 0n,
  };
}

/** Nothing where something was said of it before it was said what it is. The casts are what the table declares. */
function potOf(row: Row): Pot[] {
  if (row.created === null) return [];
  return [
    {
      id: row.pot_id as PotId,
      accountId: row.account_id as AccountId,
      personal: row.personal as Uint8Array | null,
      style: row.style as string,
      goal: row.goal as bigint | null,
      balance: row.balance as bigint,
      created: row.created as bigint,
      updated: row.updated as bigint,
      locked: row.locked === true,
      lockedUntil: row.locked_until as bigint | null,
      closed: row.closed === true,
    },
  ];
}
