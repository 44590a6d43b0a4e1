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

const KEY_BYTES = 16;

export class OwnedTransactions {
  constructor(
    private readonly owned: OwnedAccounts,
    private readonly transactions: Pick<ClientOf<typeof transactionsContract>, 'find'>,
  ) {}

  /** @throws ProblemError, 404: one answer for another user's and for none */
  async one(customer: Customer, id: string): Promise<{ readonly transaction: Annotated; readonly account: Account }> {
    const { clientId, minPosition, context } = customer;
    const accounts = await this.owned.all(customer);
    const asked = { accountIds: accounts.map((account) => account.id), transactionId: id as TransactionId, clientId };
    const { found } = await this.transactions.find({ ...asked, minPosition }, context);
    const account = accounts.find((each) => each.id === found?.accountId);
    if (found === null || account === undefined) throw notFound('transaction');
    return { transaction: found, account };
  }
}

/** Each request is a command of its own: the key is for the calls behind it, which may be made again. */
export function writerOf(customer: Customer, random: Random) {
  // Letters only, so that no key ever looks like a card number.
  const key = lettersOf(Buffer.from(random(KEY_BYTES)).toString('hex'));
  return { caller: callerOf(customer), key, clientId: customer.clientId, userId: customer.userId };
}
