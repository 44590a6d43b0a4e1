// The balances after the last event of each account: the event carries them.
import type { Balances, EventType } from '@tallystick/ledger-core';
import type { OpenProjection, Projection } from '@tallystick/views';
import { balancesTable } from './balance.tables.js';

const CARRY_BALANCES: readonly EventType[] = [
  'AccountOpened',
  'OverdraftLimitSet',
  'FeeCharged',
  'AdjustmentPosted',
  'StatementLinePosted',
  'AuthorisationApproved',
  'AuthorisationIncremented',
  'AuthorisationAdvised',
  'AuthorisationAdjusted',
  'AuthorisationReversed',
  'AuthorisationExpired',
  'CardPaymentPosted',
  'CardPaymentReversed',
  'ClearingPosted',
  'ClearingReversed',
  'RefundPosted',
  'RefundReversed',
  'PotDeposited',
  'PotWithdrawn',
  'PotClosed',
  'TransferSent',
  'TransferReceived',
  'TransferReturned',
  'PaymentReceived',
  'PaymentSent',
  'PaymentReturned',
];

export const balanceProjection: Projection = {
  name: 'balance',
  tables: [balancesTable],
  handles: new Set(CARRY_BALANCES),
  open: (): OpenProjection => ({
    apply(events, out) {
      // Only the last event of each account in the batch is written: the ones before it are already history.
      const newest = new Map<string, { readonly balances: Balances; readonly position: bigint }>();
      for (const { event, metadata, position } of events) {
        if (metadata.accountId !== null && 'balances' in event && event.balances !== null) {
          newest.set(metadata.accountId, { balances: event.balances, position });
        }
      }
      for (const [account_id, { balances, position }] of newest) {
        const { ledger, held, available, pots } = balances;
        out.push({
          table: balancesTable,
          group: 'money',
          row: { account_id, ledger, held, available, pots },
          position,
        });
      }
    },
  }),
};
