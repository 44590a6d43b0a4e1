// HTTP for the bank's own people: transfers between accounts, and pots.
import { Type } from '@sinclair/typebox';
import type { BookTime, ClientOf, paymentsContract } from '@tallystick/contracts';
import { type AccountId, dayNumberOf, type LocalDate, type PotId } from '@tallystick/ledger-core';
import { badParam, type HttpRoutes } from '@tallystick/transport/service';
import { accountId, closed, destination, type NamedAccounts, source } from './named-accounts.js';
import { currencyOf, dateText, done, minorUnits, money, type StaffRequests, textOf } from './staff.requests.js';

const transferBody = closed({
  ...source,
  ...destination,
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
const lockBody = closed({ account_id: accountId, until: Type.Optional(dateText) });
const potChangeBody = closed({ account_id: accountId });
const potParam = closed({ pot_id: Type.String({ pattern: '^pot_[0-9A-Za-z]{4,59}$' }) });

export interface StaffRoutesPorts {
  readonly payments: ClientOf<typeof paymentsContract>;
  readonly requests: StaffRequests;
  readonly named: NamedAccounts;
  readonly bookTime: BookTime;
}

export class StaffPaymentRoutes {
  constructor(
    routes: HttpRoutes,
    private readonly ports: StaffRoutesPorts,
  ) {
    this.addTransfers(routes);
    this.addPots(routes);
    this.addPotMoves(routes);
    this.addLock(routes);
    this.addPotChanges(routes);
  }

  private addTransfers(routes: HttpRoutes): void {
    routes.add({
      method: 'POST',
      url: '/staff/transfers',
      summary: 'Send money to another account, by id or by sort code and number; answered when it has left the source',
      schemas: { body: transferBody, response: { 200: done } },
      handle: async ({ body, headers }, reply) => {
        const { requests, named, payments } = this.ports;
        const context = requests.contextOf(headers);
        const circumstances = requests.circumstances(headers);
        const reference = textOf('reference', body.reference) ?? null;
        const currency = currencyOf(body.amount.currency);
        const [sourceAccountId, destinationAccountId] = await Promise.all([
          named.idOf('source', body.source_account_id, body.source, context),
          named.idOf('destination', body.destination_account_id, body.destination, context),
        ]);
        const amount = BigInt(body.amount.amount);
        const { transferId, outcomes } = await payments.transfer(
          { ...circumstances, sourceAccountId, destinationAccountId, amount, currency, reference },
          context,
        );
        return requests.answer(transferId, sourceAccountId, outcomes, context, reply);
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

  private addLock(routes: HttpRoutes): void {
    routes.add({
      method: 'POST',
      url: '/staff/pots/:pot_id/lock',
      summary: 'Lock a pot until a date begins, or until it is unlocked',
      schemas: { body: lockBody, params: potParam, response: { 200: done } },
      handle: async ({ body, params, headers }, reply) => {
        const { requests, payments } = this.ports;
        const context = requests.contextOf(headers);
        const circumstances = requests.circumstances(headers);
        const until = body.until === undefined ? null : this.beginOf(body.until);
        const account = body.account_id as AccountId;
        const potId = params.pot_id as PotId;
        const { outcomes } = await payments.lockPot({ ...circumstances, accountId: account, potId, until }, context);
        return requests.answer(potId, account, outcomes, context, reply);
      },
    });
  }

  private addPotChanges(routes: HttpRoutes): void {
    for (const change of ['unlock', 'close'] as const) {
      routes.add({
        method: 'POST',
        url: `/staff/pots/:pot_id/${change}`,
        summary: change === 'unlock' ? 'Unlock a pot' : 'Close a pot for good: what is in it goes back to the account',
        schemas: { body: potChangeBody, params: potParam, response: { 200: done } },
        handle: async ({ body, params, headers }, reply) => {
          const { requests, payments } = this.ports;
          const context = requests.contextOf(headers);
          const account = body.account_id as AccountId;
          const potId = params.pot_id as PotId;
          const request = { ...requests.circumstances(headers), accountId: account, potId };
          const { outcomes } = await (change === 'unlock'
            ? payments.unlockPot(request, context)
            : payments.closePot(request, context));
          return requests.answer(potId, account, outcomes, context, reply);
        },
      });
    }
  }

  /** A lock that is over already would lock nothing; it is taken all the same, so that the same request has the same answer for ever. */
  private beginOf(date: string) {
    if (dayNumberOf(date) === undefined) throw badParam('until', 'until is no date');
    return this.ports.bookTime(date as LocalDate, 0);
  }
}
