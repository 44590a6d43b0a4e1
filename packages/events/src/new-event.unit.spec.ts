import { describe, expect, it } from '@jest/globals';
import type { AccountId, FeedItemId, LedgerEvent, LocalDate, TransactionId } from '@tallystick/ledger-core';
import { decodePayload } from './codec.js';
import { encodeEvent } from './encode-event.js';
import { decodeMetadata } from './metadata.js';
import { encodeNewEvent, type NewEvent } from './new-event.js';

const posted: LedgerEvent = {
  type: 'FeedItemPosted',
  itemId: 'item_1' as FeedItemId,
  kind: 'basic',
  personal: new Uint8Array([1]),
};
const enriched: LedgerEvent = {
  type: 'TransactionEnriched',
  transactionId: 'tx_1' as TransactionId,
  originalTransactionId: null,
  merchantId: null,
  merchantName: 'Corner Shop',
  category: 'groceries',
  location: null,
  descriptor: 'CORNER SHOP',
  catalogue: '1',
  correction: null,
  rule: 'name',
  confidence: 90,
  causePosition: 1n,
};
const of: NewEvent = {
  stream: 'feed-1',
  revision: 3,
  accountId: 'acc_1' as AccountId,
  commandId: 'api/acc_1/key',
  contentHash: 'hash',
  source: 'api',
  origin: { actor: 'staff:ann', correlationId: 'trace' },
  effectiveAt: 1n,
  recordedAt: 2n,
  localDate: '2026-05-01' as LocalDate,
};

describe('a new event', () => {
  it('is the event with its type, version and place', () => {
    const encoded = encodeNewEvent(posted, of);
    const metadata = decodeMetadata(encoded.metadata);
    const { origin, ...known } = of;
    const named = { type: 'FeedItemPosted', schemaVersion: 1, revision: 3n, transactionId: null };
    expect(metadata).toEqual({ ...known, ...origin, ...named, causationId: null, traceparent: null });
    expect(decodePayload(encoded.payload)).toMatchObject({ type: 'FeedItemPosted', itemId: 'item_1' });
    expect(encoded).toEqual(encodeEvent(posted, metadata, 0));
  });

  it('names its transaction and what caused it', () => {
    const origin = { ...of.origin, causationId: 'cause', traceparent: '00-1-2-01' };
    const metadata = decodeMetadata(encodeNewEvent(enriched, { ...of, origin }).metadata);
    expect(metadata).toMatchObject({ transactionId: 'tx_1', causationId: 'cause', traceparent: '00-1-2-01' });
  });
});
