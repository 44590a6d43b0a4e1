// What the feed generator answers: items that somebody else than the bank puts into a feed.
import { Type } from '@sinclair/typebox';
import type { FeedItemId } from '@tallystick/ledger-core';
import { defineContract, method } from './contract.js';
import { basicItem } from './feed.js';
import { accountId, big } from './ledger-commands.js';

export const feedGeneratorContract = defineContract('feed-generator', {
  /** Same key and content: the same item again. */
  post: method({
    request: Type.Object({ accountId, caller: Type.String(), key: Type.String(), item: basicItem }),
    response: Type.Union([
      Type.Object({
        kind: Type.Literal('posted'),
        itemId: Type.Unsafe<FeedItemId>(Type.String()),
        position: big,
      }),
      Type.Object({
        kind: Type.Literal('rejected'),
        rejection: Type.Union([
          Type.Literal('UnknownAccount'),
          Type.Literal('IdempotencyKeyReused'),
          Type.Literal('CustomerErased'),
        ]),
      }),
    ]),
    idempotent: true,
    mutates: true,
  }),
});
