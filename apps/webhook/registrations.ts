// Where customers' programs want to be told of an account: all webhooks of an account are one record, so that whoever handles its events
// reads one, and the limit holds whoever registers at the same time. Read anew for every event: whoever remembered them could miss the
// first event after a registration that another instance has answered.

import type { WebhookEventType } from '@tallystick/contracts';
import { deriveId } from '@tallystick/events';
import type { AccountId, Micros } from '@tallystick/ledger-core';
import type { Random } from '@tallystick/transport';
import type { Records } from '@tallystick/views';
import { JsonRecords } from '@tallystick/views/json-records';
import { newSecret } from './signature.js';

export interface Registration {
  readonly id: string;
  readonly accountId: AccountId;
  readonly clientId: string;
  /** Who had the client registered. */
  readonly userId: string;
  readonly url: string;
  readonly types: readonly WebhookEventType[];
  readonly secret: string;
  /** The journal's head before it was stored, in decimals: it is told of what comes after. */
  readonly position: string;
}

export interface Asked extends Pick<Registration, 'accountId' | 'clientId' | 'userId' | 'url' | 'types'> {
  /** Unique for the client and the account. */
  readonly key: string;
  /** Microseconds since 1970. */
  readonly at: Micros;
  readonly position: bigint;
}

/** Of one client and account. */
export const WEBHOOKS_MAX = 10;

const BY_ACCOUNT = 'webhooks-by-account';
/** From a webhook to its account. */
const ACCOUNTS = 'webhooks';

export class Registrations {
  private readonly byAccount: JsonRecords<readonly Registration[]>;
  private readonly accounts: JsonRecords<AccountId>;

  constructor(
    records: Records,
    /** Fit for secrets. */
    private readonly random: Random,
  ) {
    this.byAccount = new JsonRecords(records, BY_ACCOUNT);
    this.accounts = new JsonRecords(records, ACCOUNTS);
  }

  async of(accountId: AccountId): Promise<readonly Registration[]> {
    return (await this.byAccount.get(accountId))?.value ?? [];
  }

  async find(webhookId: string): Promise<Registration | undefined> {
    const account = await this.accounts.get(webhookId);
    if (account === undefined) return undefined;
    return (await this.of(account.value)).find(({ id }) => id === webhookId);
  }

  /** The same again is the one that there is. Undefined where the client has as many as it may. */
  async add({ key, at, position, ...asked }: Asked): Promise<Registration | undefined> {
    const { accountId, clientId } = asked;
    const id = deriveId('webhook', at, 'webhook', `${clientId}/${accountId}/${key}`);
    const added = { id, ...asked, secret: newSecret(this.random), position: String(position) };
    for (;;) {
      const found = await this.byAccount.get(accountId);
      const all = found?.value ?? [];
      const twin = all.find((each) => each.id === id);
      if (twin !== undefined) return twin;
      if (all.filter((each) => each.clientId === clientId).length >= WEBHOOKS_MAX) return undefined;
      // First the way to it: one that leads nowhere does no harm.
      await this.accounts.insertIfAbsent(id, accountId);
      if (await this.byAccount.replace(accountId, found, [...all, added])) return added;
    }
  }

  async remove(webhookId: string): Promise<void> {
    const account = await this.accounts.get(webhookId);
    if (account === undefined) return;
    for (;;) {
      const found = await this.byAccount.get(account.value);
      if (found === undefined || !found.value.some(({ id }) => id === webhookId)) break;
      const rest = found.value.filter(({ id }) => id !== webhookId);
      if (await this.byAccount.compareAndSet(account.value, found.version, rest)) break;
    }
    await this.accounts.remove(webhookId);
  }
}
