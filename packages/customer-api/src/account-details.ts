// What is shown of accounts besides themselves: how their owners are called, and the numbers that they are known by outside.
import type { accountsContract, CallContext, ClientOf } from '@tallystick/contracts';
import type { AccountId } from '@tallystick/ledger-core';
import type { Account, AccountDetails, AccountNumber, OwnerName } from './account-shown.js';
import { Remembered } from './remembered.js';

/** A name that was changed, or erased, is shown no longer than this. */
const NAMES_MS = 10_000;
/** Numbers never change, nor come later; that an account has none is as true. */
const NUMBERS_MS = 600_000;

export class DetailsOfAccounts {
  private readonly names: Remembered<OwnerName>;
  private readonly numbers: Remembered<readonly AccountNumber[]>;

  constructor(
    accounts: Pick<ClientOf<typeof accountsContract>, 'ownerNames' | 'numbersOf'>,
    /** Milliseconds since 1970. */
    now: () => number,
    /** The bank's own; empty for none. */
    private readonly bic: string,
  ) {
    this.names = new Remembered({
      now,
      lastsMs: NAMES_MS,
      ask: async (userIds, context) => {
        const { names } = await accounts.ownerNames({ userIds }, context);
        return new Map(names.map((name) => [name.userId, name]));
      },
    });
    this.numbers = new Remembered({
      now,
      lastsMs: NUMBERS_MS,
      ask: async (ids, context) => {
        // Account ids, as `of` gives them.
        const { accounts: found } = await accounts.numbersOf({ accountIds: ids as readonly AccountId[] }, context);
        return new Map(found.map(({ accountId, numbers }) => [accountId, numbers]));
      },
    });
  }

  async of(accounts: readonly Account[], context: CallContext): Promise<AccountDetails> {
    const owners = accounts.flatMap((account) => account.owners);
    const ids = accounts.map(({ id }) => id);
    const [names, numbers] = await Promise.all([this.names.of(owners, context), this.numbers.of(ids, context)]);
    return { names, numbers, bic: this.bic };
  }
}
