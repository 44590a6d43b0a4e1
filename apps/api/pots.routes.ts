// Pots (customer API, section 6).
import { type BookDate, type balanceContract, type ClientOf, type paymentsContract } from '@tallystick/contracts';
import {
  type Account,
  badParam,
  type Customer,
  type CustomerDoor,
  callerOf,
  dedupeMismatch,
  missingParam,
  notFound,
  type OwnedAccounts,
  type Pot,
  potShown,
  readAmount,
  refusalOf,
  sendJson,
} from '@tallystick/customer-api';
import { lettersOf } from '@tallystick/events';
import type { Micros } from '@tallystick/ledger-core';
import type { FastifyReply } from 'fastify';
import { depositBody, potAnswer, potParams, potsAnswer, potsQuery, withdrawBody } from './api.schemas.js';
import { atHead, type Head } from './at-head.js';
import type { OpenNames } from './pot-names.js';

export interface PotRoutesPorts {
  readonly owned: OwnedAccounts;
  readonly balance: Pick<ClientOf<typeof balanceContract>, 'pots' | 'pot'>;
  readonly payments: Pick<ClientOf<typeof paymentsContract>, 'movePot'>;
  readonly ledger: Head;
  readonly nameOf: OpenNames;
  /** Microseconds since 1970. */
  readonly clock: () => Micros;
  readonly bookDate: BookDate;
}

interface Owned {
  readonly pot: Pot;
  readonly account: Account;
}

interface Move {
  readonly potId: string;
  readonly direction: 'deposit' | 'withdraw';
  readonly accountParam: string;
  readonly accountId: string;
  readonly amount: string | number;
  readonly dedupeId: string;
}

export class PotRoutes {
  constructor(
    private readonly door: CustomerDoor,
    private readonly ports: PotRoutesPorts,
  ) {
    this.addList('/pots');
    // Some programs still ask where the list was once.
    this.addList('/pots/listV1');
    this.addPot();
    this.addMoves();
  }

  private addList(url: string): void {
    this.door.add({
      method: 'GET',
      url,
      summary: 'The pots of an account, deleted ones too',
      schemas: { querystring: potsQuery, response: { 200: potsAnswer } },
      handle: async (customer, { query }, reply) => {
        const { owned, balance } = this.ports;
        const asked = query.current_account_id ?? '';
        const account = asked === '' ? await owned.main(customer) : await owned.one(customer, asked);
        if (account === undefined) return sendJson(reply, { pots: [] });
        const { minPosition, context } = customer;
        const { pots } = await balance.pots({ accountId: account.id, minPosition }, context);
        return sendJson(reply, { pots: await Promise.all(pots.map((pot) => this.shown(pot, account))) });
      },
    });
  }

  private addPot(): void {
    this.door.add({
      method: 'GET',
      url: '/pots/:pot_id',
      summary: 'One pot',
      schemas: { params: potParams, response: { 200: potAnswer } },
      handle: async (customer, { params }, reply) => {
        const { pot, account } = await this.theirs(customer, params.pot_id, false);
        return sendJson(reply, await this.shown(pot, account));
      },
    });
  }

  private addMoves(): void {
    this.door.add({
      method: 'PUT',
      url: '/pots/:pot_id/deposit',
      summary: 'Move money from the account into the pot',
      refusals: [409, 412],
      form: true,
      schemas: { params: potParams, body: depositBody, response: { 200: potAnswer } },
      handle: (customer, { params, body }, reply) => {
        const { source_account_id, amount, dedupe_id } = body;
        const account = { accountParam: 'source_account_id', accountId: source_account_id };
        const move = { potId: params.pot_id, direction: 'deposit' as const, amount, dedupeId: dedupe_id, ...account };
        return this.move(customer, move, reply);
      },
    });
    this.door.add({
      method: 'PUT',
      url: '/pots/:pot_id/withdraw',
      summary: 'Move money from the pot into the account',
      refusals: [409, 412],
      form: true,
      schemas: { params: potParams, body: withdrawBody, response: { 200: potAnswer } },
      handle: (customer, { params, body }, reply) => {
        const { destination_account_id, amount, dedupe_id } = body;
        const account = { accountParam: 'destination_account_id', accountId: destination_account_id };
        const move = { potId: params.pot_id, direction: 'withdraw' as const, amount, dedupeId: dedupe_id, ...account };
        return this.move(customer, move, reply);
      },
    });
  }

  private async move(customer: Customer, move: Move, reply: FastifyReply): Promise<FastifyReply> {
    const { direction, accountParam, dedupeId } = move;
    const { pot, account } = await this.theirs(customer, move.potId, true);
    await this.checkAccount(customer, pot, accountParam, move.accountId);
    const amount = readAmount(move.amount);
    const { payments, balance, clock, bookDate } = this.ports;
    const effectiveAt = clock();
    const { outcomes } = await payments.movePot(
      {
        caller: callerOf(customer),
        // Letters only: what a client sends here may look like anything, a card number included.
        key: lettersOf(`${direction}/${pot.id}/${dedupeId}`),
        effectiveAt,
        localDate: bookDate(effectiveAt),
        accountId: account.id,
        potId: pot.id,
        amount,
        currency: account.currency,
        direction,
      },
      customer.context,
    );
    const [outcome] = outcomes;
    if (outcome === undefined) throw new Error('the ledger gave no outcome');
    if (outcome.kind === 'rejected') {
      const { rejection } = outcome;
      throw rejection === 'IdempotencyKeyReused' ? dedupeMismatch() : refusalOf(rejection);
    }
    const { position } = outcome;
    const { found } = await balance.pot({ potId: pot.id, minPosition: position }, customer.context);
    await this.door.written(position, customer, reply);
    return sendJson(reply, await this.shown(found ?? pot, account));
  }

  private async checkAccount(customer: Customer, pot: Pot, name: string, accountId: string): Promise<void> {
    if (accountId === '') throw missingParam(name);
    if (accountId === pot.accountId) return;
    await this.ports.owned.one(customer, accountId);
    throw badParam(name, `${name} must be the account of the pot`);
  }

  /**
   * @param moves whether money is to move: then who has the account is not remembered from before
   * @throws ProblemError, 404: one answer for another user's pot and for none
   */
  private async theirs(customer: Customer, potId: string, moves: boolean): Promise<Owned> {
    const { owned, ledger } = this.ports;
    const found = await this.find(customer, potId, moves ? await owned.fresh(customer) : await owned.all(customer));
    if (found !== undefined) return found;
    const later = await atHead(ledger, customer);
    const seen = await this.find(later, potId, await owned.fresh(later, later.minPosition));
    if (seen === undefined) throw notFound('pot');
    return seen;
  }

  /** Among the user's own: another's is not even looked at, so that no time tells whether it is there. */
  private async find(customer: Customer, potId: string, accounts: readonly Account[]): Promise<Owned | undefined> {
    const { minPosition, context } = customer;
    const all = accounts.map(async (account) => {
      const { pots } = await this.ports.balance.pots({ accountId: account.id, minPosition }, context);
      return pots.filter(({ id }) => id === potId).map((pot) => ({ pot, account }));
    });
    return (await Promise.all(all)).flat()[0];
  }

  private async shown(pot: Pot, { currency }: Account) {
    const name = await this.ports.nameOf(pot.accountId, pot.personal);
    return potShown(pot, { name, currency, now: this.ports.clock() });
  }
}
