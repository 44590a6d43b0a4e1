// What the balance service answers, from its view.
import type { balanceContract, HandlersOf } from '@tallystick/contracts';
import type { AccountId } from '@tallystick/ledger-core';
import type { Freshness, Row, ViewReader } from '@tallystick/views';
import { balancesTable } from './balance.tables.js';

type Handlers = HandlersOf<typeof balanceContract>;

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

  private async read(accountId: AccountId) {
    const row = await this.views.get(balancesTable, { account_id: accountId });
    return row === undefined ? null : { accountId, ...money(row) };
  }
}

function money(row: Row) {
  // The table declares these four as money, and its one group writes them together.
  return {
    ledger: row.ledger as bigint,
    held: row.held as bigint,
    available: row.available as bigint,
    pots: row.pots as bigint,
  };
}
