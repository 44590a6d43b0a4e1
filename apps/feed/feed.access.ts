// Who may see and write to which feed: its account's owners with a customer's token, and the staff.
import type { IncomingHttpHeaders } from 'node:http';
import type { accountsContract, CallContext, ClientOf, ledgerContract } from '@tallystick/contracts';
import type { AccountId } from '@tallystick/ledger-core';
import type { Time } from '@tallystick/transport';
import { type CustomerToken, ProblemError, type StaffToken } from '@tallystick/transport/service';

export interface FeedAccessPorts {
  readonly accounts: Pick<ClientOf<typeof accountsContract>, 'get'>;
  readonly ledger: Pick<ClientOf<typeof ledgerContract>, 'account'>;
  readonly customers: CustomerToken;
  readonly staff: StaffToken;
  readonly time: Pick<Time, 'now'>;
}

export interface Caller {
  /** `user_…`, or `staff`. */
  readonly actor: string;
  readonly isStaff: boolean;
}

interface Owned {
  readonly found: { readonly owners: readonly string[] } | null;
}

const CUSTOMER = /^(Bearer )?customer_/;
/** Owners hardly ever change, and polls come often. */
const REMEMBERED_MS = 10_000;
const REMEMBERED_MAX = 50_000;

export class FeedAccess {
  /** `<user> <account>` to when it must be asked again. */
  private readonly granted = new Map<string, number>();

  constructor(private readonly ports: FeedAccessPorts) {}

  /** @throws ProblemError, 401 */
  callerOf(headers: IncomingHttpHeaders): Caller {
    const { customers, staff } = this.ports;
    return CUSTOMER.test(headers.authorization ?? '')
      ? { actor: customers.userOf(headers), isStaff: false }
      : { actor: staff.actorOf(headers), isStaff: true };
  }

  /**
   * @param mayBeNew whether the caller names a position: then the account may be younger than the view of accounts, and the ledger knows
   * @throws ProblemError, 403: one answer for another's account and for none
   */
  async check(caller: Caller, accountId: AccountId, context: CallContext, mayBeNew: boolean): Promise<void> {
    if (caller.isStaff) return;
    const key = `${caller.actor} ${accountId}`;
    const now = this.ports.time.now();
    const until = this.granted.get(key);
    if (until !== undefined && now < until) return;
    const { accounts, ledger } = this.ports;
    let { found }: Owned = await accounts.get({ accountId }, context);
    if (found === null && mayBeNew) found = (await ledger.account({ accountId }, context)).found;
    if (found?.owners.includes(caller.actor) !== true) throw forbidden();
    if (this.granted.size >= REMEMBERED_MAX) this.granted.clear();
    this.granted.set(key, now + REMEMBERED_MS);
  }
}

function forbidden(): ProblemError {
  return new ProblemError({
    status: 403,
    code: 'forbidden.insufficient_permissions',
    message: 'this is no account of the user',
  });
}
