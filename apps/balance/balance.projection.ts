// The balances after the last event of each account, which the event carries, and its pots.
import type { Balances, EventType, LedgerEvent } from '@tallystick/ledger-core';
import type { OpenProjection, Projection } from '@tallystick/views';
import { balancesTable, potAccountsTable, potsTable } from './balance.tables.js';
import { changePots, POT_EVENTS } from './pots.projection.js';

type Carrying = Extract<LedgerEvent, { readonly balances: Balances }>;

// A record, so that an event with balances that is missing here does not compile.
const CARRY_BALANCES: Readonly<Record<Carrying['type'], true>> = {
  AccountOpened: true,
  OverdraftLimitSet: true,
  FeeCharged: true,
  AdjustmentPosted: true,
  StatementLinePosted: true,
  AuthorisationApproved: true,
  AuthorisationIncremented: true,
  AuthorisationAdvised: true,
  AuthorisationAdjusted: true,
  AuthorisationReversed: true,
  AuthorisationExpired: true,
  CardPaymentPosted: true,
  CardPaymentReversed: true,
  ClearingPosted: true,
  ClearingReversed: true,
  RefundPosted: true,
  RefundReversed: true,
  DisputeOpened: true,
  ProvisionalCreditPosted: true,
  DisputeReduced: true,
  DisputeRepresented: true,
  DisputeWon: true,
  DisputeLost: true,
  DisputeAbsorbed: true,
  PotDeposited: true,
  PotWithdrawn: true,
  PotClosed: true,
  TransferSent: true,
  TransferReceived: true,
  TransferReturned: true,
  PaymentReceived: true,
  PaymentSent: true,
  PaymentReturned: true,
};

export const balanceProjection: Projection = {
  name: 'balance',
  tables: [balancesTable, potsTable, potAccountsTable],
  handles: new Set([...(Object.keys(CARRY_BALANCES) as EventType[]), ...POT_EVENTS]),
  open: (): OpenProjection => ({
    apply(events, out) {
      // Only the last event of each account in the batch is written: the ones before it are already history.
      const newest = new Map<string, { readonly balances: Balances; readonly position: bigint }>();
      for (const projected of events) {
        const { event, metadata, position } = projected;
        changePots(projected, out);
        if (metadata.accountId !== null && 'balances' in event && event.balances !== null) {
          newest.set(metadata.accountId, { balances: event.balances, position });
        }
      }
      for (const [account_id, { balances, position }] of newest) {
        const { ledger, held, available, pots } = balances;
        out.push({
          table: balancesTable,
          group: 'money',
          row: { account_id, ledger, held, available, pots, said_at: position },
          position,
        });
      }
    },
  }),
};
