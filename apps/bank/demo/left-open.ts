// What an earlier run of the demo authorised and did not live to clear.

import type { CallContext } from '@tallystick/contracts';
import type { AccountId } from '@tallystick/ledger-core';
import type { BankClients } from '../clients.js';
import type { Errand } from './errands.js';
import type { Shopping } from './shopping.js';

/** Holds live a week at most: as many items as anybody makes in that time. */
const LOOKED_AT = 1_000;

export async function leftOpen(
  { clients, context }: { readonly clients: Pick<BankClients, 'feed' | 'ledger'>; readonly context: () => CallContext },
  accountId: AccountId,
  shopping: Shopping,
  at: number,
): Promise<Errand[]> {
  // As of now: what the view has not seen settled yet would be presented twice.
  const { head } = await clients.ledger.journal({}, context());
  const { items } = await clients.feed.list(
    { accountId, minPosition: head, before: null, limit: LOOKED_AT },
    context(),
  );
  return items
    .filter(({ kind, status, amount }) => kind === 'card' && status === 'PENDING' && amount < 0n)
    .map(({ id, amount, description }) => shopping.settle(id, Number(-amount), description, at));
}
