// An account whose transactions programs write beside, in front of the service.
import type { RequestOf, ResponseOf, transactionsContract } from '@tallystick/contracts';
import type { AttachmentId, TransactionId } from '@tallystick/ledger-core';
import { account, authorise, funded } from '@tallystick/ledger-core/account/commands.suite';
import { compareTable, type Difference } from '@tallystick/views/compare';
import type { MemoryViews } from '@tallystick/views/memory/index';
import { context, DAY, MAY_FIRST } from '../ledger/ledger-over-memory.suite.js';
import { CustomerViews, customerProjections } from './customer-views.suite.js';

type Methods = (typeof transactionsContract)['methods'];
type Annotated = ResponseOf<Methods['page']>['transactions'][number];

export const CLIENTS = ['client_a', 'client_b'] as const;
export const USERS = ['user_1', 'user_2'] as const;

/** An account with payments of several months. */
export class Desk {
  readonly of = new CustomerViews();
  service = this.of.service();
  readonly ids: TransactionId[] = [];
  private keys = 0;

  async begin(count = 6, days = 17n): Promise<this> {
    await this.of.ledger.given(account, ...funded(100_000n));
    for (let n = 0; n < count; n++)
      await this.of.ledger.do(account, authorise(`${n}`, 1n), { effectiveAt: MAY_FIRST + BigInt(n) * days * DAY });
    this.ids.push(...(await this.page(null)).map(({ id }) => id));
    return this;
  }

  writer(clientId: string = CLIENTS[0], userId: string = USERS[0]) {
    return { caller: `api.${clientId}.${userId}`, key: `key-${this.keys++}`, clientId, userId };
  }

  at(which: number): TransactionId {
    const id = this.ids[which % this.ids.length];
    if (id === undefined) throw new Error('no transaction');
    return id;
  }

  annotate(changes: Readonly<Record<string, string>>, how: Partial<RequestOf<Methods['annotate']>> = {}) {
    const listed = Object.entries(changes).map(([key, value]) => ({ key, value }));
    const of = { accountId: account, transactionId: this.at(0), ...this.writer() };
    return this.service.annotate({ ...of, changes: listed, ...how }, context);
  }

  register(fileUrl: string, how: Partial<RequestOf<Methods['registerAttachment']>> = {}) {
    const of = { accountId: account, transactionId: this.at(0), ...this.writer(), fileType: 'image/png' };
    return this.service.registerAttachment({ ...of, fileUrl, ...how }, context);
  }

  deregister(attachmentId: AttachmentId, how: Partial<RequestOf<Methods['deregisterAttachment']>> = {}) {
    return this.service.deregisterAttachment({ attachmentId, ...this.writer(), ...how }, context);
  }

  store(receipt: string, how: Partial<RequestOf<Methods['storeReceipt']>> = {}) {
    const of = { accountId: account, transactionId: this.at(0), ...this.writer(), externalId: 'order' };
    return this.service.storeReceipt({ ...of, receipt, ...how }, context);
  }

  async page(clientId: string | null, limit = 100): Promise<readonly Annotated[]> {
    const range = { since: null, after: null, before: null };
    const asked = { accountId: account, clientId, minPosition: 1n, limit, ...range };
    return (await this.of.transactions.page(asked, context)).transactions;
  }

  async written(clientId: string | null, transactionId = this.at(0)): Promise<Readonly<Record<string, string>>> {
    const asked = { accountId: account, transactionId, clientId, minPosition: 1n };
    const { found } = await this.of.transactions.get(asked, context);
    return found === null ? {} : await this.opened(found.written);
  }

  async opened(sealed: Uint8Array | null): Promise<Readonly<Record<string, string>>> {
    const text = sealed === null ? {} : await this.of.personal.open(account, sealed);
    return typeof text === 'string' ? { text } : text;
  }

  async events(): Promise<string[]> {
    return (await this.of.world.events()).map(({ event }) => event.type);
  }
}

export async function differences(left: MemoryViews, right: MemoryViews): Promise<Difference[]> {
  const found: Difference[] = [];
  for (const { tables } of customerProjections)
    for (const table of tables) for await (const difference of compareTable(table, left, right)) found.push(difference);
  return found;
}
