// Which accounts a user has, remembered for a moment: programs ask for several things of the same account in a row.
import type { accountsContract, ClientOf } from '@tallystick/contracts';
import type { AccountId } from '@tallystick/ledger-core';
import { type Account, accountTypeOf, RETAIL } from './account-shown.js';
import type { Customer } from './customer-door.js';
import { notTheirs } from './refusals.js';

const REMEMBERED_MS = 10_000;
const USERS_MAX = 50_000;

interface Known {
  readonly accounts: readonly Account[];
  /** Milliseconds since 1970: when it must be asked again. */
  readonly until: number;
}

export class OwnedAccounts {
  private readonly known = new Map<string, Known>();

  constructor(
    private readonly accounts: Pick<ClientOf<typeof accountsContract>, 'ownedBy'>,
    /** Milliseconds since 1970. */
    private readonly now: () => number,
  ) {}

  /** As the accounts service says now. @param minPosition its view must have come this far */
  async fresh({ userId, context }: Customer, minPosition = 0n): Promise<readonly Account[]> {
    const { accounts } = await this.accounts.ownedBy({ userId, minPosition }, context);
    if (this.known.size >= USERS_MAX) this.known.clear();
    this.known.set(userId, { accounts, until: this.now() + REMEMBERED_MS });
    return accounts;
  }

  /** Perhaps as it was a moment ago. */
  async all(customer: Customer): Promise<readonly Account[]> {
    const known = this.known.get(customer.userId);
    return known !== undefined && this.now() < known.until ? known.accounts : await this.fresh(customer);
  }

  /** @throws ProblemError, 403, where it is not the user's, or none */
  async one(customer: Customer, accountId: string): Promise<Account> {
    const isAsked = ({ id }: Account) => id === (accountId as AccountId);
    // One that is not remembered may have been opened since.
    const found = (await this.all(customer)).find(isAsked) ?? (await this.fresh(customer)).find(isAsked);
    if (found === undefined) throw notTheirs();
    return found;
  }

  /** The account that programs mean which name none: the first open current account of the user alone. */
  async main(customer: Customer): Promise<Account | undefined> {
    const all = await this.all(customer);
    const retail = all.filter((account) => accountTypeOf(account) === RETAIL);
    return retail.find(({ status }) => status !== 'CLOSED') ?? retail[0];
  }
}
