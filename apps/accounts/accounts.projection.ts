import type { AccountEvent, AccountId } from '@tallystick/ledger-core';
import { mapping, type Projection, type Row, type Upsert } from '@tallystick/views';
import { accountsTable, ownedAccountsTable, shelfOf, usersTable } from './accounts.tables.js';

const STATUS: Partial<Record<AccountEvent['type'], string>> = {
  AccountOpened: 'OPEN',
  AccountFrozen: 'FROZEN',
  AccountUnfrozen: 'OPEN',
  AccountClosed: 'CLOSED',
};

export const accountsProjection: Projection = mapping({
  name: 'accounts',
  tables: [accountsTable, ownedAccountsTable, usersTable],
  handles: [
    'AccountOpened',
    'AccountFrozen',
    'AccountUnfrozen',
    'AccountClosed',
    'AccountOwnerAdded',
    'AccountOwnerRemoved',
    'UserRegistered',
    'UserDetailsChanged',
    'UserErased',
  ],
  project({ event, metadata, position }, out) {
    const { accountId, effectiveAt } = metadata;
    switch (event.type) {
      case 'UserRegistered':
        putUser(out, position, event.userId, 'registered', { registered_at: effectiveAt });
        return putUser(out, position, event.userId, 'details', { personal: event.personal, changed_at: effectiveAt });
      case 'UserDetailsChanged':
        return putUser(out, position, event.userId, 'details', { personal: event.personal, changed_at: effectiveAt });
      case 'UserErased':
        return putUser(out, position, event.userId, 'details', { personal: null, changed_at: effectiveAt });
    }
    if (accountId === null) return;
    const key = { shelf: shelfOf(accountId), account_id: accountId };
    const put = (group: keyof typeof accountsTable.groups, columns: Row): void => {
      out.push({ table: accountsTable, group, row: { ...key, ...columns }, position });
    };
    switch (event.type) {
      case 'AccountOpened': {
        const { externalReference, currency, product, owners } = event;
        put('opened', { external_reference: externalReference, currency, product, opened_at: effectiveAt });
        put('owners', { owners: owners.join(' ') });
        for (const owner of new Set(owners)) putOwned(out, position, owner, accountId, true);
        break;
      }
      case 'AccountOwnerAdded':
      case 'AccountOwnerRemoved':
        put('owners', { owners: event.owners.join(' ') });
        return putOwned(out, position, event.userId, accountId, event.type === 'AccountOwnerAdded');
    }
    put('status', { status: STATUS[event.type as AccountEvent['type']] ?? null });
  },
});

function putOwned(out: Upsert[], position: bigint, user_id: string, account_id: AccountId, owned: boolean): void {
  out.push({ table: ownedAccountsTable, group: 'owned', row: { user_id, account_id, owned }, position });
}

function putUser(
  out: Upsert[],
  position: bigint,
  user_id: string,
  group: keyof typeof usersTable.groups,
  columns: Row,
): void {
  out.push({ table: usersTable, group, row: { user_id, ...columns }, position });
}
