// What the accounts service answers from its view alone.
import type { accountsContract, HandlersOf, ResponseOf } from '@tallystick/contracts';
import type { AccountId, CurrencyCode } from '@tallystick/ledger-core';
import type { Freshness, Row, ViewReader } from '@tallystick/views';
import { accountsTable, ownedAccountsTable, SHELVES, shelfOf } from './accounts.tables.js';

type Handlers = HandlersOf<typeof accountsContract>;
type Account = NonNullable<ResponseOf<(typeof accountsContract)['methods']['get']>['found']>;

/** Nobody owns more: whoever does is shown the first. */
const OWNED_MAX = 1_000;

export class AccountReads implements Pick<Handlers, 'get' | 'list' | 'ownedBy'> {
  constructor(
    private readonly views: ViewReader,
    /** Left out where the views do not move. */
    private readonly freshness: Freshness = { waitUntil: async () => {} },
  ) {}

  get: Handlers['get'] = async ({ accountId }) => {
    const row = await this.views.get(accountsTable, { shelf: shelfOf(accountId), account_id: accountId });
    return { found: row === undefined ? null : accountOf(row) };
  };

  ownedBy: Handlers['ownedBy'] = async ({ userId, minPosition = 0n }, context) => {
    if (minPosition > 0n) await this.freshness.waitUntil(minPosition, context.signal);
    const owned = await this.views.slice(ownedAccountsTable, { partition: { user_id: userId }, limit: OWNED_MAX });
    const theirs = owned.filter((row) => row.owned === true);
    const rows = await Promise.all(
      theirs.map(({ account_id }) =>
        this.views.get(accountsTable, { shelf: shelfOf(account_id as AccountId), account_id: account_id as AccountId }),
      ),
    );
    return { accounts: rows.flatMap((row) => (row === undefined ? [] : [accountOf(row)])) };
  };

  list: Handlers['list'] = async ({ after, limit }) => {
    const shelves = await Promise.all(
      Array.from({ length: SHELVES }, (_, shelf) =>
        this.views.slice(accountsTable, {
          partition: { shelf },
          ...(after === null ? {} : { after: { account_id: after } }),
          limit,
        }),
      ),
    );
    const accounts = shelves.flat().map(accountOf);
    accounts.sort((a, b) => (a.id < b.id ? -1 : 1));
    return { accounts: accounts.slice(0, limit) };
  };
}

/** The declared types of the table's columns are what these casts say. */
function accountOf(row: Row): Account {
  return {
    id: row.account_id as AccountId,
    externalReference: row.external_reference as string | null,
    currency: row.currency as CurrencyCode,
    product: row.product as string,
    owners: (row.owners as string).split(' ').filter((owner) => owner !== ''),
    status: row.status as string,
    openedAt: row.opened_at as bigint,
  };
}
