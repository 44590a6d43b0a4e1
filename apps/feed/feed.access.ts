// Who may see and write to which feed: its account's owners with a customer's token, and the staff.
import type { IncomingHttpHeaders } from 'node:http';
import type { accountsContract, CallContext, ClientOf } from '@tallystick/contracts';
import type { AccountId } from '@tallystick/ledger-core';
import type { Time } from '@tallystick/transport';
import { type CustomerToken, ProblemError, type StaffToken } from '@tallystick/transport/service';

export interface FeedAccessPorts {
  readonly accounts: Pick<ClientOf<typeof accountsContract>, 'get'>;
  readonly customers: CustomerToken;
  readonly staff: StaffToken;
  readonly time: Pick<Time, 'now'>;
}

export interface Caller {
  /** `user_…`, or `staff`. */
  readonly actor: string;
  readonly isStaff: boolean;
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
   * @param caughtUp resolves when the view of accounts has what the caller wrote: an account just opened is its owner's at once
   * @throws ProblemError, 403: one answer for another's account and for none
   */
  async check(
    caller: Caller,
    accountId: AccountId,
    context: CallContext,
    caughtUp: () => Promise<void>,
  ): Promise<void> {
    if (caller.isStaff) return;
    const key = `${caller.actor} ${accountId}`;
    const now = this.ports.time.now();
    const until = this.granted.get(key);
    if (until !== undefined && now < until) return;
    if (!(await this.owns(caller.actor, accountId, context))) {
      await caughtUp();
      if (!(await this.owns(caller.actor, accountId, context))) throw forbidden();
    }
    if (this.granted.size >= REMEMBERED_MAX) this.granted.clear();
    this.granted.set(key, now + REMEMBERED_MS);
  }

  private async owns(user: string, accountId: AccountId, context: CallContext): Promise<boolean> {
    const { found } = await this.ports.accounts.get({ accountId }, context);
    return found?.owners.includes(user) === true;
  }
}

function forbidden(): ProblemError {
  return new ProblemError({
    status: 403,
    code: 'forbidden.insufficient_permissions',
    message: 'this is no account of the user',
  });
}
