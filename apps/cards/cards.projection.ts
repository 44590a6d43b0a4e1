// What may be done with each card of an account.
import type { CardEvent, CardLimits } from '@tallystick/ledger-core';
import { mapping, type Projection, type Row } from '@tallystick/views';
import { cardsTable } from './cards.tables.js';

/** As the ledger's own state calls them; a card that was frozen is besides whatever it is. */
const STATUS: Partial<Record<CardEvent['type'], string>> = {
  CardActivated: 'ACTIVE',
  CardReportedLost: 'LOST',
  CardReportedStolen: 'STOLEN',
  CardCancelled: 'CANCELLED',
};

export const cardsProjection: Projection = mapping({
  name: 'cards',
  tables: [cardsTable],
  handles: [
    'CardIssued',
    'CardActivated',
    'CardFrozen',
    'CardUnfrozen',
    'CardReplaced',
    'CardReportedLost',
    'CardReportedStolen',
    'CardCancelled',
    'CardControlsSet',
    'CardLimitsSet',
  ],
  project({ event, metadata, position }, out) {
    const { accountId, effectiveAt } = metadata;
    if (accountId === null || !('cardId' in event)) return;
    const key = { account_id: accountId, card_id: event.cardId };
    const put = (group: keyof typeof cardsTable.groups, columns: Row): void => {
      out.push({ table: cardsTable, group, row: { ...key, ...columns }, position });
    };
    switch (event.type) {
      case 'CardIssued':
        put('issued', { masked: event.masked, expiry: event.expiry, holder: event.holder, issued_at: effectiveAt });
        put('status', { status: event.active ? 'ACTIVE' : 'INACTIVE' });
        put('frozen', { frozen: false });
        put('controls', { controls: JSON.stringify(event.controls) });
        return put('limits', { limits: limitsText(event.limits) });
      case 'CardFrozen':
      case 'CardUnfrozen':
        return put('frozen', { frozen: event.type === 'CardFrozen' });
      case 'CardControlsSet':
        return put('controls', { controls: JSON.stringify(event.controls) });
      case 'CardLimitsSet':
        return put('limits', { limits: limitsText(event.limits) });
      case 'CardReplaced':
        return put('status', { status: 'REPLACED', replaced_by: event.replacementCardId });
      default: {
        const status = STATUS[event.type as CardEvent['type']];
        if (status !== undefined) put('status', { status });
      }
    }
  },
});

function limitsText(limits: CardLimits): string {
  return JSON.stringify(limits, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}
