// GET /accounts and GET /balance (customer API, sections 4 and 5).
import type { balanceContract, ClientOf } from '@tallystick/contracts';
import {
  accountShown,
  type CustomerDoor,
  type DetailsOfAccounts,
  type OwnedAccounts,
  sendJson,
} from '@tallystick/customer-api';
import type { Micros } from '@tallystick/ledger-core';
import { exactAmount } from '@tallystick/transport/service';
import { accountsAnswer, accountsQuery, balanceAnswer, balanceQuery } from './api.schemas.js';
import type { SpendingToday } from './spending-today.js';

export interface AccountRoutesPorts {
  readonly owned: OwnedAccounts;
  readonly details: DetailsOfAccounts;
  readonly balance: Pick<ClientOf<typeof balanceContract>, 'get'>;
  readonly spending: SpendingToday;
  /** Microseconds since 1970. */
  readonly clock: () => Micros;
}

const EMPTY = { ledger: 0n, held: 0n, pots: 0n };

export class AccountRoutes {
  constructor(
    door: CustomerDoor,
    private readonly ports: AccountRoutesPorts,
  ) {
    this.addAccounts(door);
    this.addBalance(door);
  }

  private addAccounts(door: CustomerDoor): void {
    door.add({
      method: 'GET',
      url: '/accounts',
      summary: 'The accounts of the user',
      schemas: { querystring: accountsQuery, response: { 200: accountsAnswer } },
      handle: async (customer, { query }, reply) => {
        const accounts = await this.ports.owned.fresh(customer);
        const details = await this.ports.details.of(accounts, customer.context);
        const shown = accounts.map((account) => accountShown(account, customer.userId, details));
        const wanted = query.account_type ?? '';
        return sendJson(reply, { accounts: wanted === '' ? shown : shown.filter(({ type }) => type === wanted) });
      },
    });
  }

  private addBalance(door: CustomerDoor): void {
    door.add({
      method: 'GET',
      url: '/balance',
      summary: 'The balance of an account',
      schemas: { querystring: balanceQuery, response: { 200: balanceAnswer } },
      handle: async (customer, { query }, reply) => {
        const { owned, balance, spending, clock } = this.ports;
        const { id: accountId, currency } = await owned.one(customer, query.account_id);
        const { minPosition, context } = customer;
        const { found } = await balance.get({ accountId, minPosition }, context);
        const { ledger, held, pots } = found ?? EMPTY;
        const spent = found === null ? 0n : await spending.of(found, clock(), context);
        return sendJson(reply, {
          balance: exactAmount(ledger - held),
          total_balance: exactAmount(ledger - held + pots),
          balance_including_flexible_savings: exactAmount(ledger - held),
          currency,
          spend_today: exactAmount(spent),
          local_currency: '',
          local_exchange_rate: 0,
          local_spend: [],
        });
      },
    });
  }
}
