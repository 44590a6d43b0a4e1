// POST /feed: somebody else than the bank puts an item into a feed.
import { type ClientOf, type feedGeneratorContract, idempotencyKeyFault } from '@tallystick/contracts';
import { lettersOf } from '@tallystick/events';
import { rejections } from '@tallystick/ledger-core';
import type { Random } from '@tallystick/transport';
import { type HttpRoutes, ProblemError } from '@tallystick/transport/service';
import type { FastifyInstance } from 'fastify';
import { postAnswer, postBody } from './feed.schemas.js';
import { readFeedPost } from './feed-post.js';
import type { FeedRequests } from './feed-requests.js';

export interface FeedPostRoutesPorts {
  readonly generator: ClientOf<typeof feedGeneratorContract>;
  readonly requests: FeedRequests;
  readonly random: Random;
}

const URL = '/feed';
const FORM_TYPE = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json; charset=utf-8';
const KEY_BYTES = 16;

export class FeedPostRoutes {
  /** @param fastify undefined where there is no HTTP */
  constructor(
    routes: HttpRoutes,
    fastify: FastifyInstance | undefined,
    private readonly ports: FeedPostRoutesPorts,
  ) {
    if (fastify !== undefined) acceptForms(fastify);
    this.addPost(routes);
  }

  private addPost(routes: HttpRoutes): void {
    routes.add({
      method: 'POST',
      url: URL,
      summary: 'Put an item into a feed',
      schemas: { body: postBody, response: { 200: postAnswer } },
      handle: async ({ body, headers }, reply) => {
        const { generator, requests } = this.ports;
        const { account, item } = readFeedPost(body);
        const { accountId, context, actor } = await requests.admit(headers, account);
        const key = this.keyOf(headers['idempotency-key']);
        const posted = await generator.post({ accountId, caller: actor, key, item }, context);
        if (posted.kind === 'rejected') {
          const { status, code, message, retryable } = rejections[posted.rejection];
          throw new ProblemError({ status, code, message, retryable });
        }
        const tokenOf = await requests.tokens(context);
        return reply.header('content-type', JSON_TYPE).header('x-ledger-position', tokenOf(posted.position)).send('{}');
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

/** For this route alone: elsewhere a form is refused as it was, before anybody looks for an amount in a text. */
function acceptForms(fastify: FastifyInstance): void {
  fastify.addContentTypeParser(FORM_TYPE, { parseAs: 'string' }, (request, body, done) => {
    if (request.routeOptions.url === URL) return done(null, Object.fromEntries(new URLSearchParams(body.toString())));
    const message = 'the body must be application/json';
    done(new ProblemError({ status: 415, code: 'bad_request.unsupported_media_type', message }));
  });
}
