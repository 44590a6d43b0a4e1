// What may be asked of the bank from inside its process.
import {
  accountsContract,
  authContract,
  balanceContract,
  type ClientOf,
  cardProcessingContract,
  cardsContract,
  feedContract,
  feedGeneratorContract,
  financeContract,
  ledgerContract,
  merchantContract,
  paymentsContract,
  transactionsContract,
  webhookContract,
} from '@tallystick/contracts';
import type { Transport } from '@tallystick/transport';

export interface BankClients {
  readonly accounts: ClientOf<typeof accountsContract>;
  readonly auth: ClientOf<typeof authContract>;
  readonly balance: ClientOf<typeof balanceContract>;
  readonly cardProcessing: ClientOf<typeof cardProcessingContract>;
  readonly cards: ClientOf<typeof cardsContract>;
  readonly feed: ClientOf<typeof feedContract>;
  readonly feedGenerator: ClientOf<typeof feedGeneratorContract>;
  readonly finance: ClientOf<typeof financeContract>;
  readonly ledger: ClientOf<typeof ledgerContract>;
  readonly merchant: ClientOf<typeof merchantContract>;
  readonly payments: ClientOf<typeof paymentsContract>;
  readonly transactions: ClientOf<typeof transactionsContract>;
  readonly webhook: ClientOf<typeof webhookContract>;
}

export function clientsOf(transport: Transport): BankClients {
  return {
    accounts: transport.client(accountsContract),
    auth: transport.client(authContract),
    balance: transport.client(balanceContract),
    cardProcessing: transport.client(cardProcessingContract),
    cards: transport.client(cardsContract),
    feed: transport.client(feedContract),
    feedGenerator: transport.client(feedGeneratorContract),
    finance: transport.client(financeContract),
    ledger: transport.client(ledgerContract),
    merchant: transport.client(merchantContract),
    payments: transport.client(paymentsContract),
    transactions: transport.client(transactionsContract),
    webhook: transport.client(webhookContract),
  };
}
