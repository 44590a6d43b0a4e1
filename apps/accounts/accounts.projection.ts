import type { AccountEvent } from '@tallystick/ledger-core';
import { mapping, type Projection } from '@tallystick/views';
import { accountsTable, ownedAccountsTable, shelfOf } from './accounts.tables.js';

const STATUS: Partial<Record<AccountEvent['type'], string>> = {
  AccountOpened: 'OPEN',
  AccountFrozen: 'FROZEN',
  AccountUnfrozen: 'OPEN',
  AccountClosed: 'CLOSED',
};

export const accountsProjection: Projection = mapping({
  name: 'accounts',
  tables: [accountsTable, ownedAccountsTable],
  handles: ['AccountOpened', 'AccountFrozen', 'AccountUnfrozen', 'AccountClosed'],
  project({ event, metadata, position }, out) {
    const { accountId } = metadata;
    if (accountId === null) return;
    const key = { shelf: shelfOf(accountId), account_id: accountId };
    if (event.type === 'AccountOpened') {
      const { externalReference, currency, product, owners } = event;
      const opened = {
        external_reference: externalReference,
        currency,
        product,
        owners: owners.join(' '),
        opened_at: metadata.effectiveAt,
      };
      out.push({ table: accountsTable, group: 'opened', row: { ...key, ...opened }, position });
      for (const user_id of new Set(owners)) {
        const row = { user_id, account_id: accountId, owned: true };
        out.push({ table: ownedAccountsTable, group: 'owned', row, position });
      }
    }
    const status = STATUS[event.type as AccountEvent['type']] ?? null;
    out.push({ table: accountsTable, group: 'status', row: { ...key, status }, position });
  },
});
