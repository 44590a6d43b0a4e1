// Receipts that customers' programs store. Each has a stream of its own, named after client, user and the client's own name for it: what
// a program has just stored it finds again, without waiting for a view.
import type { HandlersOf, transactionsContract } from '@tallystick/contracts';
import { deriveId, ERASED, lettersOf } from '@tallystick/events';
import type { AccountId, Micros, ReceiptId, TransactionId } from '@tallystick/ledger-core';
import type { Newest, NewestEvents } from './newest-events.js';
import { type Personal, unlessErased } from './personal.js';

type Handlers = HandlersOf<typeof transactionsContract>;
type Stored = Awaited<ReturnType<Handlers['storeReceipt']>>;
type Deleted = Awaited<ReturnType<Handlers['deleteReceipt']>>;

export interface ReceiptsPorts {
  readonly streams: NewestEvents;
  readonly personal: Personal;
  /** Whether the account has this transaction. */
  readonly has: (accountId: AccountId, transactionId: TransactionId) => Promise<boolean>;
  /** Microseconds since 1970. */
  readonly clock: () => Micros;
}

interface Owner {
  readonly clientId: string;
  readonly userId: string;
  readonly externalId: string;
}

export class Receipts implements Pick<Handlers, 'storeReceipt' | 'receipt' | 'deleteReceipt'> {
  constructor(private readonly ports: ReceiptsPorts) {}

  storeReceipt: Handlers['storeReceipt'] = async (request, context) => {
    const { accountId, transactionId, clientId, userId, caller, key, receipt } = request;
    const { streams, personal, has, clock } = this.ports;
    if (!(await has(accountId, transactionId))) return { kind: 'rejected', rejection: 'UnknownTransaction' };
    const stream = streamOf(request);
    const commandId = `${caller}/${accountId}/receipt-${key}`;
    return unlessErased(() =>
      streams.change<Stored>({ stream, commandId, source: caller, context }, async (newest) => {
        const before = storedIn(newest);
        if (newest !== undefined && before !== undefined && before.transactionId === transactionId) {
          const { receiptId } = before;
          if ((await this.textOf(newest.accountId, before.personal)) === receipt)
            return { answer: { kind: 'stored', receiptId, position: newest.position } };
        }
        const named = `${stream}/${(newest?.revision ?? -1) + 1}`;
        const receiptId = before?.receiptId ?? (deriveId('receipt', clock(), 'receipt', named) as ReceiptId);
        const sealed = await personal.seal(accountId, commandId, { receipt }, context);
        return {
          event: { type: 'ReceiptStored', receiptId, transactionId, clientId, userId, personal: sealed },
          accountId,
          answered: ({ position }) => ({ kind: 'stored', receiptId, position }),
        };
      }),
    );
  };

  receipt: Handlers['receipt'] = async (request) => {
    const newest = await this.ports.streams.newest(streamOf(request));
    const stored = storedIn(newest);
    if (newest === undefined || stored === undefined || stored.personal === null) return { found: null };
    const { receiptId, transactionId, personal } = stored;
    return { found: { receiptId, accountId: newest.accountId, transactionId, personal } };
  };

  deleteReceipt: Handlers['deleteReceipt'] = async (request, context) => {
    const { clientId, userId, caller, key } = request;
    const stream = streamOf(request);
    const commandId = `${caller}/${stream}/${key}`;
    return this.ports.streams.change<Deleted>({ stream, commandId, source: caller, context }, async (newest) => {
      const stored = storedIn(newest);
      if (newest !== undefined && stored === undefined && newest.commandId === commandId)
        return { answer: { kind: 'deleted', position: newest.position } };
      if (newest === undefined || stored === undefined)
        return { answer: { kind: 'rejected', rejection: 'UnknownReceipt' } };
      const { receiptId, transactionId } = stored;
      return {
        event: { type: 'ReceiptDeleted', receiptId, transactionId, clientId, userId },
        accountId: newest.accountId,
        answered: ({ position }) => ({ kind: 'deleted', position }),
      };
    });
  };

  /** Null where there is none, or none any more. */
  private async textOf(accountId: AccountId, sealed: Uint8Array | null): Promise<string | null> {
    if (sealed === null) return null;
    const text = await this.ports.personal.open(accountId, sealed);
    return text === ERASED ? null : (text.receipt ?? null);
  }
}

/** A user's receipts are no other user's, though the client be the same. */
function streamOf({ clientId, userId, externalId }: Owner): string {
  return `receipt-${lettersOf(JSON.stringify([clientId, userId, externalId]))}`;
}

/** The receipt that is there; undefined where there is none, or none any more. */
function storedIn(newest: Newest | undefined) {
  if (newest === undefined || newest.event.type === 'ReceiptDeleted') return undefined;
  if (newest.event.type !== 'ReceiptStored') throw new Error(`a stream of a receipt holds a ${newest.event.type}`);
  return newest.event;
}
