// The whole of the transactions service: what it answers from its view, and what customers' programs write beside it.
import type { HandlersOf, transactionsContract } from '@tallystick/contracts';
import type { AccountId, TransactionId } from '@tallystick/ledger-core';
import type { Freshness, ViewReader } from '@tallystick/views';
import { Annotations } from './annotations.js';
import { Attachments } from './attachments.js';
import { NewestEvents, type NewestEventsPorts } from './newest-events.js';
import type { Personal } from './personal.js';
import { Receipts } from './receipts.js';
import { Transactions } from './transactions.js';

type Handlers = HandlersOf<typeof transactionsContract>;

export interface TransactionsPorts extends NewestEventsPorts {
  readonly views: ViewReader;
  readonly freshness: Freshness;
  readonly personal: Personal;
}

export class TransactionsService extends Transactions implements Handlers {
  readonly annotate: Handlers['annotate'];
  readonly registerAttachment: Handlers['registerAttachment'];
  readonly deregisterAttachment: Handlers['deregisterAttachment'];
  readonly storeReceipt: Handlers['storeReceipt'];
  readonly receipt: Handlers['receipt'];
  readonly deleteReceipt: Handlers['deleteReceipt'];

  constructor({ views, freshness, personal, ...ports }: TransactionsPorts) {
    super(views, freshness);
    const streams = new NewestEvents(ports);
    const { clock } = ports;
    const has = async (accountId: AccountId, id: TransactionId) => (await this.read(accountId, id)) !== null;
    const known = async (accountId: AccountId, id: TransactionId) => {
      const found = await this.annotated(await this.read(accountId, id), null);
      if (found === null) return undefined;
      return { created: found.created, attachmentIds: found.attachments.map((attachment) => attachment.id) };
    };
    this.annotate = new Annotations({ streams, personal, has }).annotate;
    const attachments = new Attachments({ streams, personal, known });
    this.registerAttachment = attachments.registerAttachment;
    this.deregisterAttachment = attachments.deregisterAttachment;
    const receipts = new Receipts({ streams, personal, has, clock });
    this.storeReceipt = receipts.storeReceipt;
    this.receipt = receipts.receipt;
    this.deleteReceipt = receipts.deleteReceipt;
  }
}
