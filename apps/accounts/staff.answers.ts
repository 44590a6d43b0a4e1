// What staff are shown, as JSON.
import type { accountsContract, ResponseOf, transactionsContract } from '@tallystick/contracts';
import type { Micros } from '@tallystick/ledger-core';
import { exactAmount } from '@tallystick/transport/service';

type Account = ResponseOf<(typeof accountsContract)['methods']['list']>['accounts'][number];
type Transaction = ResponseOf<(typeof transactionsContract)['methods']['list']>['transactions'][number];

export function accountShown({ id, externalReference, currency, product, owners, status, openedAt }: Account) {
  return { id, external_reference: externalReference, currency, product, owners, status, opened: instant(openedAt) };
}

export function transactionShown(transaction: Transaction) {
  const { id, created, settled, amount, currency, kind, status, description, category, declineReason } = transaction;
  return {
    id,
    created: instant(created),
    settled: settled === null ? null : instant(settled),
    amount: exactAmount(amount),
    currency,
    kind,
    status,
    description,
    category,
    decline_reason: declineReason,
  };
}

export function instant(at: Micros): string {
  return new Date(Number(at / 1000n)).toISOString();
}
