// A transaction of the user, whichever of the user's accounts it is on, and who writes beside it.
import type { ClientOf, transactionsContract } from '@tallystick/contracts';
import {
  type Account,
  type Annotated,
  type Customer,
  callerOf,
  notFound,
  type OwnedAccounts,
} from '@tallystick/customer-api';
import { lettersOf } from '@tallystick/events';
import type { TransactionId } from '@tallystick/ledger-core';
import type { Random } from '@tallystick/transport';
import { atHead, type Head } from './at-head.js';

const KEY_BYTES = 16;

interface Owned {
  readonly transaction: Annotated;
  readonly account: Account;
}

export class OwnedTransactions {
  constructor(
    private readonly owned: OwnedAccounts,
    private readonly transactions: Pick<ClientOf<typeof transactionsContract>, 'find'>,
    private readonly ledger: Head,
  ) {}

  /** @throws ProblemError, 404: one answer for another user's and for none */
  async one(customer: Customer, id: string): Promise<Owned> {
    const found = await this.find(customer, id, await this.owned.all(customer));
    if (found !== undefined) return found;
    const later = await atHead(this.ledger, customer);
    const seen = await this.find(later, id, await this.owned.fresh(later, later.minPosition));
    if (seen === undefined) throw notFound('transaction');
    return seen;
  }

  private async find(customer: Customer, id: string, accounts: readonly Account[]): Promise<Owned | undefined> {
    const { clientId, minPosition, context } = customer;
    const asked = { accountIds: accounts.map((account) => account.id), transactionId: id as TransactionId, clientId };
    const { found } = await this.transactions.find({ ...asked, minPosition }, context);
    const account = accounts.find((each) => each.id === found?.accountId);
    return found === null || account === undefined ? undefined : { transaction: found, account };
  }
}

/** Each request is a command of its own: the key is for the calls behind it, which may be made again. */
export function writerOf(customer: Customer, random: Random) {
  // Letters only, so that no key ever looks like a card number.
  const key = lettersOf(Buffer.from(random(KEY_BYTES)).toString('hex'));
  return { caller: callerOf(customer), key, clientId: customer.clientId, userId: customer.userId };
}
