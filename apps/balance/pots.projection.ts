// The pots of each account, each row change from one event alone.
import type { AccountId, EventType, PotEvent } from '@tallystick/ledger-core';
import type { ProjectedEvent, Row, Upsert } from '@tallystick/views';
import { potAccountsTable, potsTable } from './balance.tables.js';

// A record, so that an event of pots that is missing here does not compile.
const ABOUT_POTS: Readonly<Record<PotEvent['type'], true>> = {
  PotOpened: true,
  PotDeposited: true,
  PotWithdrawn: true,
  PotLocked: true,
  PotUnlocked: true,
  PotClosed: true,
};

export const POT_EVENTS = Object.keys(ABOUT_POTS) as EventType[];

/** Nothing where the event is not about a pot. */
export function changePots({ event, metadata, position }: ProjectedEvent, out: Upsert[]): void {
  const { accountId, recordedAt, effectiveAt } = metadata;
  if (accountId === null || !(event.type in ABOUT_POTS)) return;
  const about = event as PotEvent;
  const key = { account_id: accountId, pot_id: about.potId };
  const put = (group: keyof typeof potsTable.groups, row: Row) =>
    out.push({ table: potsTable, group, row: { ...key, ...row }, position });
  put('change', { updated: recordedAt });
  switch (about.type) {
    case 'PotOpened': {
      const { personal, goal, style } = about;
      put('what', { personal, goal, style, created: effectiveAt });
      put('money', { balance: 0n });
      out.push({ table: potAccountsTable, group: 'owner', row: owner(about.potId, accountId), position });
      return;
    }
    case 'PotDeposited':
    case 'PotWithdrawn':
      put('money', { balance: about.potBalance });
      return;
    case 'PotLocked':
      put('lock', { locked: true, locked_until: about.until });
      return;
    case 'PotUnlocked':
      put('lock', { locked: false, locked_until: null });
      return;
    case 'PotClosed':
      put('money', { balance: 0n });
      put('closing', { closed: true });
      return;
  }
}

function owner(potId: string, accountId: AccountId): Row {
  return { pot_id: potId, account_id: accountId };
}
