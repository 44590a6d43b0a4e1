import { describe, expect, it } from '@jest/globals';
import { encodePayload } from '@tallystick/events';
import type { RecordedEvent } from '@tallystick/journal';
import {
  type AccountId,
  type CurrencyCode,
  chart,
  type EntryId,
  type LedgerEvent,
  type TransactionId,
  type TransferId,
} from '@tallystick/ledger-core';
import { journalEntry, move } from '@tallystick/ledger-core/posting';
import { TransferBooks } from './transfer-books.js';

const GBP = 'GBP' as CurrencyCode;
const [ann, ben] = ['acc_ann' as AccountId, 'acc_ben' as AccountId];
const balances = { ledger: 0n, held: 0n, available: 0n, pots: 0n };
const about = { transactionId: 'tx_1' as TransactionId, currency: GBP, personal: null, balances };
const transferId = 'transfer_1' as TransferId;
const entry = (from: ReturnType<typeof chart.customer>, to: ReturnType<typeof chart.customer>, amount: bigint) =>
  journalEntry('entry_1' as EntryId, move(from, to, amount, GBP));

const sent: LedgerEvent = {
  ...about,
  type: 'TransferSent',
  transferId,
  destinationAccountId: ben,
  amount: 5n,
  entry: entry(chart.customer(ann), chart.transfersInTransit, 5n),
};
const received = (amount: bigint): LedgerEvent => ({
  ...about,
  type: 'TransferReceived',
  transferId,
  sourceAccountId: ann,
  amount,
  entry: entry(chart.transfersInTransit, chart.customer(ben), amount),
});
const completed: LedgerEvent = { type: 'TransferCompleted', transferId };

/** The books of a journal that has these. */
async function booksOf(...events: readonly LedgerEvent[]): Promise<TransferBooks> {
  const recorded = events.map((event, n) => ({ payload: encodePayload(event), position: BigInt(n + 1) }));
  const books = new TransferBooks();
  books.seal();
  await books.readOn({
    // Of a recorded event the books look at no more than this.
    readAll: async ({ after = 0n }) => recorded.filter(({ position }) => position > after) as RecordedEvent[],
  });
  books.checkQuiet();
  return books;
}

describe('the books of the transfers', () => {
  it('have nothing against one that was sent, received and completed', async () => {
    const books = await booksOf(sent, received(5n), completed);
    expect(books.findings).toEqual([]);
    expect([...books.transfers.values()]).toEqual([{ amount: 5n, stage: 'completed' }]);
  });

  it('find money that is received twice, or more than was sent', async () => {
    expect((await booksOf(sent, received(5n), received(5n), completed)).findings).toEqual([
      'transfer_1 was received and then received, at 3',
      '-5 is in transit at 3',
      '-5 stays in transit',
    ]);
    expect((await booksOf(sent, received(6n), completed)).findings).toContain('-1 is in transit at 2');
  });

  it('find money that stays under way', async () => {
    expect((await booksOf(sent)).findings).toEqual(['5 stays in transit', 'transfer_1 stays sent']);
  });

  it('find a customer’s money that came from nowhere', async () => {
    const gift = { ...sent, entry: entry(chart.nostro('main'), chart.customer(ann), 7n) };
    expect((await booksOf(gift)).findings).toContain("the customers' money with what is in transit is 7, not 0, at 1");
  });
});
