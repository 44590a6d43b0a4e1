// What the accounts service answers: opening through the ledger, reading from its view.
import type { accountsContract, ClientOf, HandlersOf, ledgerContract, ResponseOf } from '@tallystick/contracts';
import { deriveId } from '@tallystick/events';
import type { AccountId, CurrencyCode } from '@tallystick/ledger-core';
import type { Row, ViewReader } from '@tallystick/views';
import { accountsTable, SHELVES, shelfOf } from './accounts.tables.js';

type Handlers = HandlersOf<typeof accountsContract>;
type Account = NonNullable<ResponseOf<(typeof accountsContract)['methods']['get']>['found']>;

/** The same caller, key and time give the same account anywhere. */
export function accountIdOf(caller: string, key: string, effectiveAt: bigint): AccountId {
  return deriveId('acc', effectiveAt, 'acc', `${caller}/${key}`) as AccountId;
}

export class Accounts implements Handlers {
  constructor(
    private readonly ledger: ClientOf<typeof ledgerContract>,
    private readonly views: ViewReader,
  ) {}

  open: Handlers['open'] = async (request, context) => {
    const { caller, key, effectiveAt, localDate, owners, currency, product, overdraftLimit, externalReference } = request;
    const accountId = accountIdOf(caller, key, effectiveAt);
    const command = { type: 'OpenAccount' as const, accountId, owners, currency, product, overdraftLimit, externalReference, personal: null };
    const { outcomes } = await this.ledger.execute({ accountId, caller, commands: [{ key, effectiveAt, localDate, causedAt: 0n, command }] }, context);
    return { accountId, outcomes };
  };

  get: Handlers['get'] = async ({ accountId }) => {
    const row = await this.views.get(accountsTable, { shelf: shelfOf(accountId), account_id: accountId });
    return { found: row === undefined ? null : accountOf(row) };
  };

  list: Handlers['list'] = async ({ after, limit }) => {
    const shelves = await Promise.all(
      Array.from({ length: SHELVES }, (_, shelf) =>
        this.views.slice(accountsTable, { partition: { shelf }, ...(after === null ? {} : { after: { account_id: after } }), limit }),
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
