// PUT, GET and DELETE /transaction-receipts (customer API, section 10).
import type { ClientOf, transactionsContract } from '@tallystick/contracts';
import { type CustomerDoor, missingParam, notFound, type OpenAll, refusalOf, sendJson } from '@tallystick/customer-api';
import type { Random } from '@tallystick/transport';
import { emptyAnswer } from './attachments.schemas.js';
import { type OwnedTransactions, writerOf } from './owned-transactions.js';
import { receiptShown, receiptStored } from './receipt.js';
import { receiptAnswer, receiptBody, receiptDeletion, receiptQuery, storedReceiptAnswer } from './receipts.schemas.js';

export interface ReceiptRoutesPorts {
  readonly ownedTransactions: OwnedTransactions;
  readonly transactions: Pick<ClientOf<typeof transactionsContract>, 'storeReceipt' | 'receipt' | 'deleteReceipt'>;
  readonly openAll: OpenAll;
  readonly random: Random;
}

const URL = '/transaction-receipts';
const RECEIPT_BYTES = 128 * 1024;

export class ReceiptRoutes {
  constructor(
    private readonly door: CustomerDoor,
    private readonly ports: ReceiptRoutesPorts,
  ) {
    this.addStore();
    this.addRead();
    this.addDelete();
  }

  private addStore(): void {
    this.door.add({
      method: 'PUT',
      url: URL,
      summary: 'Store the receipt of a transaction, in the place of the one of the same external_id',
      refusals: [404, 412],
      bodyLimit: RECEIPT_BYTES,
      schemas: { body: receiptBody, response: { 200: storedReceiptAnswer } },
      handle: async (customer, { body }, reply) => {
        const { ownedTransactions, transactions, random } = this.ports;
        const receipt = receiptStored(body);
        const { transaction } = await ownedTransactions.one(customer, body.transaction_id);
        const { id: transactionId, accountId } = transaction;
        const of = { accountId, transactionId, ...writerOf(customer, random), externalId: body.external_id };
        const done = await transactions.storeReceipt({ ...of, receipt }, customer.context);
        if (done.kind === 'rejected') throw refusalOf(done.rejection);
        await this.door.written(done.position, customer, reply);
        return sendJson(reply, receiptShown(done.receiptId, receipt));
      },
    });
  }

  private addRead(): void {
    this.door.add({
      method: 'GET',
      url: URL,
      summary: 'The receipt that this client stored for the user',
      refusals: [404],
      schemas: { querystring: receiptQuery, response: { 200: receiptAnswer } },
      handle: async ({ clientId, userId, context }, { query }, reply) => {
        const asked = { clientId, userId, externalId: query.external_id };
        const { found } = await this.ports.transactions.receipt(asked, context);
        if (found === null) throw notFound('receipt');
        const [text] = await this.ports.openAll(found.accountId, [found.personal]);
        // Erased with its customer: it is not there.
        if (typeof text !== 'object' || text.receipt === undefined) throw notFound('receipt');
        return sendJson(reply, { receipt: receiptShown(found.receiptId, text.receipt) });
      },
    });
  }

  private addDelete(): void {
    this.door.add({
      method: 'DELETE',
      url: URL,
      summary: 'Take a receipt away; external_id in the query or in a form',
      refusals: [404],
      form: true,
      schemas: { querystring: receiptDeletion, body: receiptDeletion, response: { 200: emptyAnswer } },
      handle: async (customer, { query, body }, reply) => {
        const externalId = query.external_id ?? body.external_id ?? '';
        if (externalId === '') throw missingParam('external_id');
        const { transactions, random } = this.ports;
        const done = await transactions.deleteReceipt({ ...writerOf(customer, random), externalId }, customer.context);
        if (done.kind === 'rejected') throw refusalOf(done.rejection);
        await this.door.written(done.position, customer, reply);
        return sendJson(reply, {});
      },
    });
  }
}
