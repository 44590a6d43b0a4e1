// What goes with a customer: what they log in with, and keys. Their own first; and what stands on an account is sealed under the account's key, which goes once every
// owner of the account was erased: until then it is another's, too.
import type { authContract, CallContext, ClientOf, ledgerContract } from '@tallystick/contracts';
import type { KeyPort } from '@tallystick/events';
import type { AccountId } from '@tallystick/ledger-core';
import type { Freshness, Row, ViewReader } from '@tallystick/views';
import { ownedAccountsTable } from './accounts.tables.js';

export interface ErasurePorts {
  readonly ledger: Pick<ClientOf<typeof ledgerContract>, 'account'>;
  readonly auth: Pick<ClientOf<typeof authContract>, 'forget'>;
  readonly views: ViewReader;
  readonly freshness: Freshness;
  readonly keys: Pick<KeyPort, 'destroy'>;
  /** As the journal has it now. */
  readonly isErased: (userId: string) => Promise<boolean>;
}

const PAGE = 256;

export class Erasure {
  constructor(private readonly ports: ErasurePorts) {}

  /**
   * What follows from the event that erases a customer. Owners that come or go after it are another event's: see ofAccount. Again: no effect.
   * @param position of the event
   */
  async ofUser(userId: string, position: bigint, context: CallContext): Promise<void> {
    const { auth, views, freshness, keys } = this.ports;
    await keys.destroy(userId);
    await auth.forget({ userId }, context);
    await freshness.waitUntil(position, context.signal);
    for (let after: Row | undefined; ; ) {
      const options = { partition: { user_id: userId }, limit: PAGE, ...(after && { after }) };
      const rows = await views.slice(ownedAccountsTable, options);
      for (const { account_id, owned } of rows)
        if (owned === true) await this.ofAccount(account_id as AccountId, context); // as the table declares it
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) return;
      after = { account_id: last.account_id ?? null };
    }
  }

  /** Whoever owns it now decides. An account of nobody is nobody's to erase. */
  async ofAccount(accountId: AccountId, context: CallContext): Promise<void> {
    const { ledger, keys } = this.ports;
    const { found } = await ledger.account({ accountId }, context);
    if (found !== null && (await this.areErased(found.owners))) await keys.destroy(accountId);
  }

  /** Whether there are any, and each was erased. */
  async areErased(owners: readonly string[]): Promise<boolean> {
    for (const owner of owners) if (!(await this.ports.isErased(owner))) return false;
    return owners.length > 0;
  }
}
