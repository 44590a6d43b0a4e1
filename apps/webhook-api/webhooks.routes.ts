// Webhooks (customer API, section 11), and three routes beyond it: the secret, the log, and sending again.
import type { ClientOf, ResponseOf, webhookContract } from '@tallystick/contracts';
import {
  type Customer,
  type CustomerDoor,
  instantShown,
  notFound,
  type OwnedAccounts,
  sendJson,
} from '@tallystick/customer-api';
import { lettersOf } from '@tallystick/events';
import type { Micros } from '@tallystick/ledger-core';
import type { Random } from '@tallystick/transport';
import { badParam, ProblemError } from '@tallystick/transport/service';
import {
  deliveriesAnswer,
  deliveriesQuery,
  emptyAnswer,
  registerBody,
  replayAnswer,
  replayBody,
  secretAnswer,
  webhookAnswer,
  webhookParams,
  webhooksAnswer,
  webhooksQuery,
} from './webhook-api.schemas.js';
import { readLimit, readSince, readTypes, readUrl } from './webhook-request.js';

export interface WebhookRoutesPorts {
  readonly owned: OwnedAccounts;
  readonly webhooks: ClientOf<typeof webhookContract>;
  /** Microseconds since 1970. */
  readonly clock: () => Micros;
  readonly random: Random;
}

type Methods = (typeof webhookContract)['methods'];
type Webhook = ResponseOf<Methods['list']>['webhooks'][number];
type Delivery = ResponseOf<Methods['deliveries']>['deliveries'][number];

const KEY_BYTES = 16;

export class WebhookRoutes {
  constructor(
    door: CustomerDoor,
    private readonly ports: WebhookRoutesPorts,
  ) {
    this.addRegister(door);
    this.addList(door);
    this.addRemove(door);
    this.addSecret(door);
    this.addDeliveries(door);
    this.addReplay(door);
  }

  private addRegister(door: CustomerDoor): void {
    door.add({
      method: 'POST',
      url: '/webhooks',
      summary: 'Have transactions of an account told to a url',
      form: true,
      schemas: { body: registerBody, response: { 200: webhookAnswer } },
      handle: async (customer, { body }, reply) => {
        const { owned, webhooks, clock, random } = this.ports;
        const { id: accountId } = await owned.one(customer, body.account_id);
        const url = readUrl(body.url);
        const types = readTypes(body['types[]'], body.types);
        const { clientId, userId, context } = customer;
        const key = lettersOf(Buffer.from(random(KEY_BYTES)).toString('hex'));
        const asked = { key, at: clock(), accountId, clientId, userId, url, types };
        const { registered, refused } = await webhooks.register(asked, context);
        if (registered === null) throw refusalOf(refused);
        return sendJson(reply, { webhook: webhookShown(registered) });
      },
    });
  }

  private addList(door: CustomerDoor): void {
    door.add({
      method: 'GET',
      url: '/webhooks',
      summary: "This client's webhooks of an account",
      schemas: { querystring: webhooksQuery, response: { 200: webhooksAnswer } },
      handle: async (customer, { query }, reply) => {
        const { owned, webhooks } = this.ports;
        const { id: accountId } = await owned.one(customer, query.account_id);
        const { clientId, userId, context } = customer;
        const found = await webhooks.list({ accountId, clientId, userId }, context);
        return sendJson(reply, { webhooks: found.webhooks.map(webhookShown) });
      },
    });
  }

  private addRemove(door: CustomerDoor): void {
    door.add({
      method: 'DELETE',
      url: '/webhooks/:webhook_id',
      summary: 'No longer tell it anything',
      form: true,
      schemas: { params: webhookParams, response: { 200: emptyAnswer } },
      handle: async (customer, { params }, reply) => {
        const { id: webhookId } = await this.theirs(customer, params.webhook_id);
        await this.ports.webhooks.remove({ webhookId }, customer.context);
        return sendJson(reply, {});
      },
    });
  }

  private addSecret(door: CustomerDoor): void {
    door.add({
      method: 'GET',
      url: '/webhooks/:webhook_id/secret',
      summary: 'What its requests are signed with',
      schemas: { params: webhookParams, response: { 200: secretAnswer } },
      handle: async (customer, { params }, reply) => {
        const { id: webhookId } = await this.theirs(customer, params.webhook_id);
        const { secret } = await this.ports.webhooks.secret({ webhookId }, customer.context);
        if (secret === null) throw notFound('webhook');
        return sendJson(reply.header('cache-control', 'no-store'), { secret });
      },
    });
  }

  private addDeliveries(door: CustomerDoor): void {
    door.add({
      method: 'GET',
      url: '/webhooks/:webhook_id/deliveries',
      summary: 'What was sent and what became of it, oldest first',
      schemas: { params: webhookParams, querystring: deliveriesQuery, response: { 200: deliveriesAnswer } },
      handle: async (customer, { params, query }, reply) => {
        const page = { ...readSince(query.since), limit: readLimit(query.limit) };
        const { id: webhookId } = await this.theirs(customer, params.webhook_id);
        const { deliveries } = await this.ports.webhooks.deliveries({ webhookId, ...page }, customer.context);
        return sendJson(reply, { deliveries: deliveries.map(deliveryShown) });
      },
    });
  }

  private addReplay(door: CustomerDoor): void {
    door.add({
      method: 'POST',
      url: '/webhooks/:webhook_id/replay',
      summary: 'Send again what came after a time or a delivery',
      form: true,
      schemas: { params: webhookParams, body: replayBody, response: { 200: replayAnswer } },
      handle: async (customer, { params, body }, reply) => {
        const since = readSince(body.since);
        if (since.after === null && since.since === null) throw badParam('since', 'since must not be empty');
        const { id: webhookId } = await this.theirs(customer, params.webhook_id);
        const { replayed } = await this.ports.webhooks.replay({ webhookId, ...since }, customer.context);
        return sendJson(reply, { replayed });
      },
    });
  }

  /** @throws ProblemError, 404, where it is another client's, of an account that is not the user's, or not there */
  private async theirs(customer: Customer, webhookId: string): Promise<Webhook> {
    const { owned, webhooks } = this.ports;
    const { clientId, userId, context } = customer;
    const { found } = await webhooks.find({ webhookId, clientId, userId }, context);
    if (found === null) throw notFound('webhook');
    const accounts = await owned.all(customer);
    if (!accounts.some(({ id }) => id === found.accountId)) throw notFound('webhook');
    return found;
  }
}

function refusalOf(refused: ResponseOf<Methods['register']>['refused']): ProblemError {
  if (refused === 'private_address') return badParam('url', 'url must not lead into a private network');
  return new ProblemError({
    status: 400,
    code: 'bad_request.too_many_webhooks',
    message: 'this client has as many webhooks of this account as it may: remove one first',
  });
}

function webhookShown({ id, accountId, url }: Webhook) {
  return { id, account_id: String(accountId), url };
}

function deliveryShown({ id, type, transactionId, at, state, attempts, dueAt }: Delivery) {
  return {
    id,
    type,
    transaction_id: String(transactionId),
    created: instantShown(at),
    status: state,
    attempts: attempts.map(({ at: began, status, failure, durationMs }) => ({
      at: instantShown(began),
      status,
      failure,
      duration_ms: durationMs,
    })),
    next_attempt: dueAt === null ? null : instantShown(dueAt),
  };
}
