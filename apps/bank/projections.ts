// Every view of the bank: what the views' writer fills and what replay rebuilds.
import type { Projection } from '@tallystick/views';
import { accountsProjection } from '../accounts/accounts.projection.js';
import { balanceProjection } from '../balance/balance.projection.js';
import { cardsProjection } from '../cards/cards.projection.js';
import { feedProjection } from '../feed-generator/feed.projection.js';
import { generalLedgerProjection } from '../finance/gl.projection.js';
import { dueProjection } from '../ledger/due.projection.js';
import { merchantProjection } from '../merchant/merchant.projection.js';
import { schedulesProjection } from '../payments/schedules.projection.js';
import { transactionsProjection } from '../transactions/transactions.projection.js';

/** By the service that keeps them, as their main.ts files say. */
export const serviceProjections: Readonly<Record<string, Projection>> = {
  accounts: accountsProjection,
  balance: balanceProjection,
  cards: cardsProjection,
  transactions: transactionsProjection,
  ledger: dueProjection,
  payments: schedulesProjection,
  finance: generalLedgerProjection,
  'feed-generator': feedProjection,
  merchant: merchantProjection,
};

export const projections: readonly Projection[] = Object.values(serviceProjections);

/** Under this name the embedded views keep how far they came. */
export const VIEWS_CONSUMER = 'views';
