// POST /feed (customer API, section 8): a program puts an item into its user's feed.
import { type ClientOf, type feedGeneratorContract, idempotencyKeyFault } from '@tallystick/contracts';
import { type CustomerDoor, callerOf, type OwnedAccounts, refusalOf, sendJson } from '@tallystick/customer-api';
import { lettersOf } from '@tallystick/events';
import type { Random } from '@tallystick/transport';
import { ProblemError } from '@tallystick/transport/service';
import { feedBody } from './api.schemas.js';
import { emptyAnswer } from './attachments.schemas.js';
import { readFeedPost } from './feed-post.js';

export interface FeedRoutesPorts {
  readonly owned: OwnedAccounts;
  readonly generator: Pick<ClientOf<typeof feedGeneratorContract>, 'post'>;
  readonly random: Random;
}

const KEY_BYTES = 16;

export class FeedRoutes {
  constructor(
    private readonly door: CustomerDoor,
    private readonly ports: FeedRoutesPorts,
  ) {
    door.add({
      method: 'POST',
      url: '/feed',
      summary: 'Put an item into the feed',
      refusals: [412],
      form: true,
      schemas: { body: feedBody, response: { 200: emptyAnswer } },
      handle: async (customer, { body, headers }, reply) => {
        const { owned, generator } = this.ports;
        const { account, item } = readFeedPost(body);
        const { id: accountId } = await owned.one(customer, account);
        const key = this.keyOf(headers['idempotency-key']);
        const posted = await generator.post({ accountId, caller: callerOf(customer), key, item }, customer.context);
        if (posted.kind === 'rejected') throw refusalOf(posted.rejection);
        await this.door.written(posted.position, customer, reply);
        return sendJson(reply, {});
      },
    });
  }

  /** Each post is an item of its own unless its sender says which it is. */
  private keyOf(given: string | string[] | undefined): string {
    // Letters only, so that no key ever looks like a card number.
    if (given === undefined) return lettersOf(Buffer.from(this.ports.random(KEY_BYTES)).toString('hex'));
    const fault = idempotencyKeyFault(given);
    if (fault !== undefined) throw new ProblemError({ status: 400, ...fault });
    return String(given);
  }
}
