// What the accounts service answers: opening through the ledger, reading from its view.
import type { accountsContract, CallContext, cardProcessingContract, ClientOf, HandlersOf, ledgerContract, ResponseOf } from '@tallystick/contracts';
import type { AccountId, CurrencyCode } from '@tallystick/ledger-core';
import type { Records, Row, ViewReader } from '@tallystick/views';
import { accountsTable, SHELVES, shelfOf } from './accounts.tables.js';
import { LineImporter } from './import-lines.js';
import { accountIdOf } from './account-id.js';

type Handlers = HandlersOf<typeof accountsContract>;
type Account = NonNullable<ResponseOf<(typeof accountsContract)['methods']['get']>['found']>;

export class Accounts implements Handlers {
  private readonly lines: LineImporter;

  constructor(
    private readonly ledger: ClientOf<typeof ledgerContract>,
    private readonly cardProcessing: ClientOf<typeof cardProcessingContract>,
    private readonly views: ViewReader,
    records: Records,
  ) {
    this.lines = new LineImporter(ledger, records, this.open, (reference, context) => this.disguise(reference, context));
  }

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

  importLines: Handlers['importLines'] = ({ lines }, context) => this.lines.importLines(lines, context);

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

  /** A reference may be a card number: only card-processing turns that into something that can be stored. */
  private async disguise(reference: string, context: CallContext) {
    const { tokens } = await this.cardProcessing.tokenise({ cards: [reference] }, context);
    const [known] = tokens;
    if (known === undefined) throw new Error('no token was given');
    return known;
  }
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
