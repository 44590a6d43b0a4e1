// Who may come to own an account.
import type { accountsContract, CallContext, ClientOf } from '@tallystick/contracts';
import type { AccountId } from '@tallystick/ledger-core';
import { rejected } from './staff.refusals.js';

type Accounts = Pick<ClientOf<typeof accountsContract>, 'get' | 'user'>;

/**
 * Nobody who was erased comes to own an account; and nobody an account whose owners all were: its key is gone for good, and the new owner
 * could keep nothing there.
 * @throws ProblemError, 412
 */
export async function refuseErased(
  accounts: Accounts,
  accountId: AccountId,
  userId: string,
  context: CallContext,
): Promise<void> {
  const isErased = async (owner: string): Promise<boolean> => {
    const { found } = await accounts.user({ userId: owner, minPosition: 0n }, context);
    return found !== null && found.details === null;
  };
  if (await isErased(userId)) throw rejected('UserErased');
  const owners = (await accounts.get({ accountId }, context)).found?.owners ?? [];
  const erased = await Promise.all(owners.map(isErased));
  if (erased.length > 0 && erased.every(Boolean)) throw rejected('CustomerErased');
}
