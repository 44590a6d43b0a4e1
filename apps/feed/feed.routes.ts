// HTTP for readers of a feed: pages, changes since a cursor, live, and what was spent.
import type { ClientOf, feedContract } from '@tallystick/contracts';
import type { LocalDate } from '@tallystick/ledger-core';
import type { Time } from '@tallystick/transport';
import { badParam, exactAmount, type HttpRoutes, ProblemError } from '@tallystick/transport/service';
import type { FastifyReply } from 'fastify';
import { itemShown } from './feed.answers.js';
import type { Feed } from './feed.js';
import {
  changesAnswer,
  changesQuery,
  itemAnswer,
  itemParams,
  itemQuery,
  listAnswer,
  listQuery,
  liveAnswer,
  liveQuery,
  spendingAnswer,
  spendingQuery,
} from './feed.schemas.js';
import type { FeedLive } from './feed-live.js';
import type { FeedRequests } from './feed-requests.js';
import { FeedStream } from './feed-stream.js';

export interface FeedRoutesPorts {
  /** Through the transport, which keeps deadlines. */
  readonly feed: ClientOf<typeof feedContract>;
  /** Past the transport: a live reader has no deadline. */
  readonly reads: Pick<Feed, 'changes' | 'progress'>;
  readonly live: FeedLive;
  readonly requests: FeedRequests;
  readonly time: Time;
  readonly report: (error: unknown) => void;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const LIMIT_DEFAULT = 30;
const DAY_MS = 86_400_000;
const DAYS_MAX = 366;

export class FeedRoutes {
  constructor(
    routes: HttpRoutes,
    private readonly ports: FeedRoutesPorts,
  ) {
    this.addItem(routes);
    this.addList(routes);
    this.addChanges(routes);
    this.addLive(routes);
    this.addSpending(routes);
  }

  private addItem(routes: HttpRoutes): void {
    routes.add({
      method: 'GET',
      url: '/feed/items/:item_id',
      summary: 'One item of a feed',
      schemas: { params: itemParams, querystring: itemQuery, response: { 200: itemAnswer } },
      handle: async ({ params, query, headers }, reply) => {
        const { accountId, minPosition, context } = await this.ports.requests.admit(headers, query.account_id);
        const { found } = await this.ports.feed.get({ accountId, itemId: params.item_id, minPosition }, context);
        if (found === null)
          throw new ProblemError({
            status: 404,
            code: 'not_found.item',
            message: 'there is no such item in this feed',
          });
        return send(reply, { item: itemShown(found) });
      },
    });
  }

  private addList(routes: HttpRoutes): void {
    routes.add({
      method: 'GET',
      url: '/feed/items',
      summary: 'A page of a feed, newest first; the cursor is for the changes since',
      long: true,
      schemas: { querystring: listQuery, response: { 200: listAnswer } },
      handle: async ({ query, headers }, reply) => {
        const { accountId, minPosition, context } = await this.ports.requests.admit(headers, query.account_id);
        const { before = null } = query;
        const asked = { accountId, minPosition, before, limit: limitOf(query.limit) };
        const { items, position } = await this.ports.feed.list(asked, context);
        const tokenOf = await this.ports.requests.tokens(context);
        return send(reply, { items: items.map(itemShown), cursor: tokenOf(position) });
      },
    });
  }

  private addChanges(routes: HttpRoutes): void {
    routes.add({
      method: 'GET',
      url: '/feed/changes',
      summary: 'The items that changed since a cursor, each once, as they are now',
      long: true,
      schemas: { querystring: changesQuery, response: { 200: changesAnswer } },
      handle: async ({ query, headers }, reply) => {
        const { requests, feed } = this.ports;
        const { accountId, minPosition, context } = await requests.admit(headers, query.account_id);
        const after = await requests.positionOf('since', query.since, context);
        const asked = { accountId, after, minPosition, limit: limitOf(query.limit) };
        const { items, position, more } = await feed.changes(asked, context);
        const tokenOf = await requests.tokens(context);
        return send(reply, { items: items.map(itemShown), cursor: tokenOf(position), more });
      },
    });
  }

  private addLive(routes: HttpRoutes): void {
    routes.add({
      method: 'GET',
      url: '/feed/live',
      summary: 'The changes of a feed as they happen: text/event-stream, resumed by Last-Event-ID',
      otherTypes: { 'text/event-stream': [200] },
      schemas: { querystring: liveQuery, response: { 200: liveAnswer } },
      handle: async ({ query, headers }, reply) => {
        const { requests, reads, live, time, report } = this.ports;
        const { accountId, context, actor } = await requests.admit(headers, query.account_id);
        const last = headers['last-event-id']?.toString() ?? query.since;
        const since =
          last === undefined ? await reads.progress(accountId) : await requests.positionOf('since', last, context);
        const tokenOf = await requests.tokens(context);
        const options = { feed: reads, live, time, accountId, since, tokenOf, actor, report };
        const stream = new FeedStream(reply.raw, options);
        stream.join();
        reply.hijack();
        void stream.run();
        return reply;
      },
    });
  }

  private addSpending(routes: HttpRoutes): void {
    routes.add({
      method: 'GET',
      url: '/feed/spending',
      summary: 'What was spent, by category and day or month; refunds taken off',
      schemas: { querystring: spendingQuery, response: { 200: spendingAnswer } },
      handle: async ({ query, headers }, reply) => {
        const { accountId, minPosition, context } = await this.ports.requests.admit(headers, query.account_id);
        const range = rangeOf(query.from, query.to, query.by);
        const { lines } = await this.ports.feed.spending({ accountId, ...range, by: query.by, minPosition }, context);
        return send(reply, { spending: lines.map((line) => ({ ...line, amount: exactAmount(line.amount) })) });
      },
    });
  }
}

function send(reply: FastifyReply, answer: object): FastifyReply {
  return reply.header('content-type', JSON_TYPE).send(JSON.stringify(answer));
}

function limitOf(text: string | undefined): number {
  return text === undefined ? LIMIT_DEFAULT : Number(text);
}

/** By day a year at most: an answer has lines for each day and category. */
function rangeOf(from: string, to: string, by: 'day' | 'month') {
  const days = (dayOf('to', to) - dayOf('from', from)) / DAY_MS + 1;
  if (days < 1) throw badRange('bad_time_range', 'from must not be after to');
  if (by === 'day' && days > DAYS_MAX) throw badRange('invalid_time_range', `by day, ${DAYS_MAX} days at most`);
  return { from: from as LocalDate, to: to as LocalDate };
}

function dayOf(name: string, date: string): number {
  const at = Date.parse(`${date}T00:00:00Z`);
  // Without this the 30th of February would be a day in March.
  if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== date) throw badParam(name, `${name} is no date`);
  return at;
}

function badRange(code: string, message: string): ProblemError {
  return new ProblemError({ status: 400, code: `bad_request.${code}`, message });
}
