// HTTP for the bank's own people: transfers between accounts, and pots.
import { type TProperties, Type } from '@sinclair/typebox';
import type { ClientOf, paymentsContract } from '@tallystick/contracts';
import type { AccountId, PotId } from '@tallystick/ledger-core';
import type { HttpRoutes } from '@tallystick/transport/service';
import { currencyOf, type StaffRequests, textOf } from './staff.requests.js';

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

export interface StaffRoutesPorts {
  readonly payments: ClientOf<typeof paymentsContract>;
  readonly requests: StaffRequests;
}

export class StaffPaymentRoutes {
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
        const context = this.ports.requests.contextOf(headers);
        const source = body.source_account_id as AccountId;
        const { transferId, outcomes } = await this.ports.payments.transfer(
          {
            ...this.ports.requests.circumstances(headers),
            sourceAccountId: source,
            destinationAccountId: body.destination_account_id as AccountId,
            amount: BigInt(body.amount.amount),
            currency: currencyOf(body.amount.currency),
            reference: textOf('reference', body.reference) ?? null,
          },
          context,
        );
        return this.ports.requests.answer(transferId, source, outcomes, context, reply);
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
        const context = this.ports.requests.contextOf(headers);
        const account = body.account_id as AccountId;
        const goal = body.goal === undefined ? null : BigInt(body.goal);
        const { potId, outcomes } = await this.ports.payments.openPot(
          {
            ...this.ports.requests.circumstances(headers),
            accountId: account,
            name: textOf('name', body.name) ?? '',
            goal,
            style: body.style ?? '',
          },
          context,
        );
        return this.ports.requests.answer(potId, account, outcomes, context, reply);
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
          const context = this.ports.requests.contextOf(headers);
          const account = body.account_id as AccountId;
          const potId = params.pot_id as PotId;
          const amount = BigInt(body.amount.amount);
          const { outcomes } = await this.ports.payments.movePot(
            {
              ...this.ports.requests.circumstances(headers),
              accountId: account,
              potId,
              amount,
              currency: currencyOf(body.amount.currency),
              direction,
            },
            context,
          );
          return this.ports.requests.answer(potId, account, outcomes, context, reply);
        },
      });
    }
  }
}
