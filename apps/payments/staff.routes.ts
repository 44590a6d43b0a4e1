// HTTP for the bank's own people: transfers between accounts, and pots.
import type { IncomingHttpHeaders } from 'node:http';
import { type TProperties, Type } from '@sinclair/typebox';
import type { BookDate } from '@tallystick/contracts';
import {
  type CallContext,
  type ClientOf,
  holdsCardNumber,
  idempotencyKeyFault,
  ledgerContract,
  paymentsContract,
  positionToken,
  type ResponseOf,
} from '@tallystick/contracts';
import {
  type AccountId,
  type CurrencyCode,
  isCurrency,
  type Micros,
  type PotId,
  rejections,
} from '@tallystick/ledger-core';
import {
  callScopeOf,
  type HttpRoutes,
  ProblemError,
  type ScopeOptions,
  type StaffToken,
} from '@tallystick/transport/service';
import type { FastifyReply } from 'fastify';

const CALLER = 'staff';
const JSON_TYPE = 'application/json; charset=utf-8';

const closed = <P extends TProperties>(properties: P) => Type.Object(properties, { additionalProperties: false });
const accountId = Type.String({ pattern: '^acc_[0-9A-Za-z]{4,59}$' });
const minorUnits = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
const money = closed({ amount: minorUnits, currency: Type.String({ pattern: '^[A-Z]{3}$' }) });

const transferBody = closed({
  source_account_id: accountId,
  destination_account_id: accountId,
  amount: money,
  reference: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
});
const potBody = closed({
  account_id: accountId,
  name: Type.String({ minLength: 1, maxLength: 255 }),
  goal: Type.Optional(minorUnits),
  style: Type.Optional(Type.String({ pattern: '^[a-z0-9_-]{1,64}$' })),
});
const moveBody = closed({ account_id: accountId, amount: money });
const potParam = closed({ pot_id: Type.String({ pattern: '^pot_[0-9A-Za-z]{4,59}$' }) });

const done = Type.Object({ id: Type.String(), account_id: Type.String(), position: Type.String() });

type Outcomes = ResponseOf<(typeof ledgerContract)['methods']['execute']>['outcomes'];

export interface StaffRoutesPorts {
  readonly payments: ClientOf<typeof paymentsContract>;
  readonly ledger: ClientOf<typeof ledgerContract>;
  /** Microseconds since 1970. */
  readonly clock: () => Micros;
  readonly bookDate: BookDate;
  readonly staff: StaffToken;
  readonly scope: Omit<ScopeOptions, 'actor'>;
}

export class StaffPaymentRoutes {
  private journalId: string | undefined;

  constructor(
    routes: HttpRoutes,
    private readonly ports: StaffRoutesPorts,
  ) {
    this.addTransfers(routes);
    this.addPots(routes);
    this.addPotMoves(routes);
  }

  private addTransfers(routes: HttpRoutes): void {
    routes.add({
      method: 'POST',
      url: '/staff/transfers',
      summary: 'Send money to another account; answered when it has left the source',
      schemas: { body: transferBody, response: { 200: done } },
      handle: async ({ body, headers }, reply) => {
        const context = this.contextOf(headers);
        const source = body.source_account_id as AccountId;
        const { transferId, outcomes } = await this.ports.payments.transfer(
          {
            ...this.circumstances(headers),
            sourceAccountId: source,
            destinationAccountId: body.destination_account_id as AccountId,
            amount: BigInt(body.amount.amount),
            currency: currencyOf(body.amount.currency),
            reference: textOf('reference', body.reference) ?? null,
          },
          context,
        );
        return this.answer(transferId, source, outcomes, context, reply);
      },
    });
  }

  private addPots(routes: HttpRoutes): void {
    routes.add({
      method: 'POST',
      url: '/staff/pots',
      summary: 'Open a pot',
      schemas: { body: potBody, response: { 200: done } },
      handle: async ({ body, headers }, reply) => {
        const context = this.contextOf(headers);
        const account = body.account_id as AccountId;
        const goal = body.goal === undefined ? null : BigInt(body.goal);
        const { potId, outcomes } = await this.ports.payments.openPot(
          {
            ...this.circumstances(headers),
            accountId: account,
            name: textOf('name', body.name) ?? '',
            goal,
            style: body.style ?? '',
          },
          context,
        );
        return this.answer(potId, account, outcomes, context, reply);
      },
    });
  }

  private addPotMoves(routes: HttpRoutes): void {
    for (const direction of ['deposit', 'withdraw'] as const) {
      routes.add({
        method: 'POST',
        url: `/staff/pots/:pot_id/${direction}`,
        summary: direction === 'deposit' ? 'Move money into a pot' : 'Move money out of a pot',
        schemas: { body: moveBody, params: potParam, response: { 200: done } },
        handle: async ({ body, params, headers }, reply) => {
          const context = this.contextOf(headers);
          const account = body.account_id as AccountId;
          const potId = params.pot_id as PotId;
          const amount = BigInt(body.amount.amount);
          const { outcomes } = await this.ports.payments.movePot(
            {
              ...this.circumstances(headers),
              accountId: account,
              potId,
              amount,
              currency: currencyOf(body.amount.currency),
              direction,
            },
            context,
          );
          return this.answer(potId, account, outcomes, context, reply);
        },
      });
    }
  }

  /** Ids and tokens need no escaping. */
  private async answer(
    id: string,
    account: AccountId,
    outcomes: Outcomes,
    context: CallContext,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const [outcome] = outcomes;
    if (outcome === undefined) throw new Error('the ledger gave no outcome');
    if (outcome.kind === 'rejected') {
      const { status, code, message, retryable } = rejections[outcome.rejection];
      throw new ProblemError({ status, code, message, retryable });
    }
    this.journalId ??= (await this.ports.ledger.journal({}, context)).id;
    const position = positionToken(this.journalId, outcome.position);
    return reply
      .header('content-type', JSON_TYPE)
      .header('x-ledger-position', position)
      .send(`{"id":"${id}","account_id":"${account}","position":"${position}"}`);
  }

  /** @throws ProblemError, 401, for anybody but the staff */
  private contextOf(headers: IncomingHttpHeaders): CallContext {
    const { staff, scope } = this.ports;
    return callScopeOf(headers, { ...scope, actor: staff.actorOf(headers) });
  }

  private circumstances(headers: IncomingHttpHeaders) {
    const key = headers['idempotency-key'];
    const fault = idempotencyKeyFault(key);
    if (fault !== undefined) throw new ProblemError({ status: 400, ...fault });
    const effectiveAt = this.ports.clock();
    return { caller: CALLER, key: String(key), effectiveAt, localDate: this.ports.bookDate(effectiveAt) };
  }
}

/** Sealed or not, no card number is stored. */
function textOf(name: string, text: string | undefined): string | undefined {
  if (text !== undefined && holdsCardNumber(text)) throw badParam(name, `${name} looks like a card number`);
  return text;
}

function currencyOf(code: string): CurrencyCode {
  if (!isCurrency(code)) throw badParam('currency', 'the currency is not in ISO 4217');
  return code;
}

function badParam(name: string, message: string): ProblemError {
  return new ProblemError({ status: 400, code: `bad_request.bad_param.${name}`, message, params: { param: name } });
}
