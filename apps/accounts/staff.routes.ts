// HTTP for the bank's own people: accounts, their cards, what they have and what happened.
import { Inject, Injectable } from '@nestjs/common';
import {
  accountsContract,
  type BookDate,
  balanceContract,
  type CallContext,
  type ClientOf,
  cardProcessingContract,
  cardsContract,
  isCardNumber,
  ledgerContract,
  type ResponseOf,
  transactionsContract,
} from '@tallystick/contracts';
import { type AccountCommand, type AccountId, type Micros, type TransactionId } from '@tallystick/ledger-core';
import type { Random, Time } from '@tallystick/transport';
import { BOOK_DATE, CLOCK, clientOf, RANDOM, RECORDS, SECRETS, TIME } from '@tallystick/transport/nest';
import { badParam, exactAmount, HttpRoutes, type Secrets, StaffToken } from '@tallystick/transport/service';
import type { Records } from '@tallystick/views';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { accountIdOf } from './account-id.js';
import { AccountNumbers } from './account-numbers.js';
import { accountShown, transactionShown } from './staff.answers.js';
import { ALL_CHANNELS, commandOf, NO_LIMITS, paymentOf } from './staff.changes.js';
import { refuseErased } from './staff.owners.js';
import { currencyOf, notClaimed, notFound, numbersOf, rejected, storable } from './staff.refusals.js';
import { StaffRequests } from './staff.requests.js';
import {
  accountParam,
  accountsAnswer,
  accountsQuery,
  balanceAnswer,
  type CardBody,
  cardBody,
  changeBody,
  issued,
  keyHeader,
  type OpenBody,
  openBody,
  paymentBody,
  transactionsAnswer,
  transactionsQuery,
  written,
} from './staff.schemas.js';
import { UserRoutes } from './users.routes.js';

const PATIENCE_MS = 5_000;
const PAGE = '100';

type Outcomes = ResponseOf<(typeof ledgerContract)['methods']['execute']>['outcomes'];

@Injectable()
export class StaffRoutes {
  private readonly requests: StaffRequests;
  private readonly numbers: AccountNumbers;

  constructor(
    routes: HttpRoutes,
    @Inject(SECRETS) secrets: Secrets,
    @Inject(clientOf(accountsContract)) private readonly accounts: ClientOf<typeof accountsContract>,
    @Inject(clientOf(balanceContract)) private readonly balance: ClientOf<typeof balanceContract>,
    @Inject(clientOf(cardsContract)) private readonly cards: ClientOf<typeof cardsContract>,
    @Inject(clientOf(cardProcessingContract)) private readonly cardProcessing: ClientOf<typeof cardProcessingContract>,
    @Inject(clientOf(ledgerContract)) private readonly ledger: ClientOf<typeof ledgerContract>,
    @Inject(clientOf(transactionsContract)) private readonly transactions: ClientOf<typeof transactionsContract>,
    @Inject(CLOCK) clock: () => Micros,
    @Inject(BOOK_DATE) bookDate: BookDate,
    @Inject(TIME) time: Time,
    @Inject(RANDOM) random: Random,
    @Inject(RECORDS) records: Records,
  ) {
    const staff = new StaffToken(secrets);
    const scope = { time, random, patienceMs: PATIENCE_MS };
    this.requests = new StaffRequests({ ledger, records, staff, clock, bookDate, scope });
    new UserRoutes(routes, { accounts, requests: this.requests });
    this.numbers = new AccountNumbers(records);
    this.addWrites(routes);
    this.addReads(routes);
  }

  private addWrites(routes: HttpRoutes): void {
    routes.add({
      method: 'POST',
      url: '/staff/accounts',
      summary: 'Opens an account.',
      schemas: { body: openBody, headers: keyHeader, response: { 200: written } },
      handle: (request, reply) => this.open(request.body, request, reply),
    });
    routes.add({
      method: 'POST',
      url: '/staff/accounts/:account_id/cards',
      summary: 'Issues a card.',
      schemas: {
        body: cardBody,
        params: accountParam,
        headers: keyHeader,
        response: { 200: issued },
      },
      handle: (request, reply) => this.issue(request.params.account_id as AccountId, request.body, request, reply),
    });
    routes.add({
      method: 'POST',
      url: '/staff/accounts/:account_id/inbound-payments',
      summary: 'Credits a payment from the nostro.',
      schemas: { body: paymentBody, params: accountParam, headers: keyHeader, response: { 200: written } },
      handle: (request, reply) =>
        this.execute(request.params.account_id as AccountId, paymentOf(request.body), request, reply),
    });
    routes.add({
      method: 'POST',
      url: '/staff/accounts/:account_id/changes',
      summary: "Changes an account's or a card's state.",
      schemas: { body: changeBody, params: accountParam, headers: keyHeader, response: { 200: written } },
      handle: async (request, reply) => {
        const accountId = request.params.account_id as AccountId;
        const command = commandOf(request.body);
        if (command.type === 'AddAccountOwner') {
          const context = this.requests.contextOf(request.headers);
          await refuseErased(this.accounts, accountId, command.userId, context);
        }
        return this.execute(accountId, command, request, reply);
      },
    });
  }

  private addReads(routes: HttpRoutes): void {
    routes.add({
      method: 'GET',
      url: '/staff/accounts',
      summary: 'Accounts in order of id.',
      schemas: { querystring: accountsQuery, response: { 200: accountsAnswer } },
      handle: async (request) => {
        const { after, limit } = request.query;
        const page = { after: after === undefined ? null : (after as AccountId), limit: Number(limit ?? PAGE) };
        const { accounts } = await this.accounts.list(page, this.requests.contextOf(request.headers));
        return { accounts: accounts.map(accountShown) };
      },
    });
    routes.add({
      method: 'GET',
      url: '/staff/accounts/:account_id/balance',
      summary: 'What the account has.',
      schemas: { params: accountParam, response: { 200: balanceAnswer } },
      handle: async (request) => {
        const context = this.requests.contextOf(request.headers);
        const accountId = request.params.account_id as AccountId;
        const { found } = await this.balance.get(
          { accountId, minPosition: await this.requests.minPosition(request.headers, context) },
          context,
        );
        if (found === null) throw notFound('account');
        return {
          account_id: accountId,
          ledger: exactAmount(found.ledger),
          held: exactAmount(found.held),
          available: exactAmount(found.available),
          pots: exactAmount(found.pots),
        };
      },
    });
    routes.add({
      method: 'GET',
      url: '/staff/accounts/:account_id/transactions',
      summary: 'What happened, newest first.',
      schemas: {
        params: accountParam,
        querystring: transactionsQuery,
        response: { 200: transactionsAnswer },
      },
      handle: async (request) => {
        const context = this.requests.contextOf(request.headers);
        const { before, limit } = request.query;
        const { transactions } = await this.transactions.list(
          {
            accountId: request.params.account_id as AccountId,
            minPosition: await this.requests.minPosition(request.headers, context),
            limit: Number(limit ?? PAGE),
            before: before === undefined ? null : (before as TransactionId),
          },
          context,
        );
        return { transactions: transactions.map(transactionShown) };
      },
    });
  }

  private async open(body: OpenBody, request: FastifyRequest, reply: FastifyReply) {
    const context = this.requests.contextOf(request.headers);
    const numbers = numbersOf(body);
    const { product = 'current', overdraft_limit = 0, owners = [], external_reference } = body;
    const account = {
      currency: currencyOf(body.currency),
      product: storable('product', product),
      overdraftLimit: BigInt(overdraft_limit),
      owners: owners.map((owner) => storable('owners', owner)),
      externalReference:
        external_reference === undefined ? null : await this.shownReference(external_reference, context),
    };
    const at = await this.requests.firstCircumstances(request.headers, 'accounts');
    const claim = await this.numbers.claim(accountIdOf(at.caller, at.key, at.effectiveAt), numbers);
    if (claim !== 'claimed') throw notClaimed(claim);
    const { accountId, outcomes } = await this.accounts.open({ ...at, ...account }, context);
    return this.answer(accountId, outcomes, context, reply);
  }

  private async shownReference(text: string, context: CallContext): Promise<string> {
    const { tokens } = await this.cardProcessing.tokenise({ cards: [text] }, context);
    return tokens[0]?.reference ?? '';
  }

  private async issue(accountId: AccountId, body: CardBody, request: FastifyRequest, reply: FastifyReply) {
    const context = this.requests.contextOf(request.headers);
    if (!isCardNumber(body.number))
      throw badParam('number', 'a card number has 12 to 19 digits and a valid check digit');
    const { tokens } = await this.cardProcessing.tokenise({ cards: [body.number] }, context);
    const [known] = tokens;
    if (known === undefined) throw new Error('no token was given');
    const card = {
      token: known.token,
      masked: known.reference,
      expiry: body.expiry ?? null,
      holder: body.holder ?? null,
      active: body.active ?? false,
      controls: ALL_CHANNELS,
      limits: NO_LIMITS,
    };
    const at = await this.requests.firstCircumstances(request.headers, `cards/${accountId}`);
    const { cardId, outcomes } = await this.cards.issue({ ...at, accountId, ...card }, context);
    return { ...(await this.answer(accountId, outcomes, context, reply)), card_id: cardId, token: known.token };
  }

  private async execute(accountId: AccountId, command: AccountCommand, request: FastifyRequest, reply: FastifyReply) {
    const context = this.requests.contextOf(request.headers);
    const { caller, ...at } = this.requests.circumstances(request.headers);
    const { outcomes } = await this.ledger.execute(
      { accountId, caller, commands: [{ ...at, causedAt: 0n, command }] },
      context,
    );
    return this.answer(accountId, outcomes, context, reply);
  }

  private async answer(accountId: AccountId, outcomes: Outcomes, context: CallContext, reply: FastifyReply) {
    const [outcome] = outcomes;
    if (outcome === undefined) throw new Error('the ledger gave no outcome');
    if (outcome.kind === 'rejected') throw rejected(outcome.rejection);
    return { account_id: accountId, position: await this.requests.written(outcome.position, context, reply) };
  }
}
