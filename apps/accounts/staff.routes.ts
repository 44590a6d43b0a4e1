// HTTP for the bank's own people: accounts, their cards, what they have and what happened.
import { Inject, Injectable } from '@nestjs/common';
import { type Static, Type } from '@sinclair/typebox';
import {
  accountsContract,
  type BookDate,
  balanceContract,
  type CallContext,
  type ClientOf,
  cardProcessingContract,
  cardsContract,
  ledgerContract,
  positionToken,
  type ResponseOf,
  readPositionToken,
  transactionsContract,
} from '@tallystick/contracts';
import {
  type AccountCommand,
  type AccountId,
  type CardControls,
  type CardId,
  type CardLimits,
  type CurrencyCode,
  chart,
  isCurrency,
  type Micros,
  type PaymentId,
  rejections,
  type TransactionId,
} from '@tallystick/ledger-core';
import type { Random, Time } from '@tallystick/transport';
import { BOOK_DATE, CLOCK, clientOf, RANDOM, SECRETS, TIME } from '@tallystick/transport/nest';
import {
  callScopeOf,
  HttpRoutes,
  ProblemError,
  SafeInteger,
  type Secrets,
  StaffToken,
} from '@tallystick/transport/service';
import type { FastifyReply, FastifyRequest } from 'fastify';

const PATIENCE_MS = 5_000;
const CALLER = 'staff';

const money = Type.Object(
  { amount: Type.Integer({ minimum: 0, maximum: 9_007_199_254_740_991 }), currency: Type.String() },
  { additionalProperties: false },
);
const accountParam = Type.Object({ account_id: Type.String() });
const keyHeader = Type.Object({ 'idempotency-key': Type.Optional(Type.String({ minLength: 1, maxLength: 255 })) });
const done = Type.Object({ account_id: Type.String(), position: Type.String() });

const openBody = Type.Object(
  {
    currency: Type.String(),
    product: Type.Optional(Type.String({ maxLength: 64 })),
    overdraft_limit: Type.Optional(Type.Integer({ minimum: 0, maximum: 9_007_199_254_740_991 })),
    owners: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 16 })),
    external_reference: Type.Optional(Type.String({ maxLength: 255 })),
  },
  { additionalProperties: false },
);
const cardBody = Type.Object(
  {
    number: Type.String({ minLength: 12, maxLength: 19 }),
    expiry: Type.Optional(Type.String({ pattern: '^[0-9]{4}-(0[1-9]|1[0-2])$' })),
    active: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
const paymentBody = Type.Object(
  { payment_id: Type.String({ minLength: 1, maxLength: 64 }), amount: money },
  { additionalProperties: false },
);
const cardLimits = Type.Object(
  {
    per_transaction: Type.Optional(SafeInteger),
    daily_amount: Type.Optional(SafeInteger),
    monthly_amount: Type.Optional(SafeInteger),
    daily_cash: Type.Optional(SafeInteger),
    daily_count: Type.Optional(SafeInteger),
    monthly_count: Type.Optional(SafeInteger),
  },
  { additionalProperties: false },
);
const cardControls = Type.Object(
  {
    online: Type.Boolean(),
    contactless: Type.Boolean(),
    atm: Type.Boolean(),
    magstripe: Type.Boolean(),
    blocked_categories: Type.Array(Type.String({ pattern: '^[0-9]{4}$' })),
  },
  { additionalProperties: false },
);
const changeBody = Type.Object(
  {
    change: Type.Union(
      [
        'freeze',
        'unfreeze',
        'close',
        'set_overdraft_limit',
        'activate_card',
        'freeze_card',
        'unfreeze_card',
        'report_card_lost',
        'report_card_stolen',
        'cancel_card',
        'set_card_limits',
        'set_card_controls',
      ].map((name) => Type.Literal(name)),
    ),
    reason: Type.Optional(Type.String({ maxLength: 255 })),
    card_id: Type.Optional(Type.String({ maxLength: 64 })),
    overdraft_limit: Type.Optional(Type.Integer({ minimum: 0, maximum: 9_007_199_254_740_991 })),
    limits: Type.Optional(cardLimits),
    controls: Type.Optional(cardControls),
  },
  { additionalProperties: false },
);
type Change = Static<typeof changeBody>;
const balanceAnswer = Type.Object({
  account_id: Type.String(),
  ledger: Type.Integer(),
  held: Type.Integer(),
  available: Type.Integer(),
  pots: Type.Integer(),
});
const transactionAnswer = Type.Object({
  id: Type.String(),
  created: Type.String(),
  settled: Type.Union([Type.String(), Type.Null()]),
  amount: Type.Integer(),
  currency: Type.String(),
  kind: Type.String(),
  status: Type.String(),
  description: Type.String(),
  category: Type.Union([Type.String(), Type.Null()]),
  decline_reason: Type.Union([Type.String(), Type.Null()]),
});

const NO_LIMITS: CardLimits = {
  perTransaction: null,
  dailyAmount: null,
  monthlyAmount: null,
  dailyCash: null,
  dailyCount: null,
  monthlyCount: null,
};
const ALL_ON: CardControls = { online: true, contactless: true, atm: true, magstripe: true, blockedCategories: [] };

type Outcomes = ResponseOf<(typeof ledgerContract)['methods']['execute']>['outcomes'];

@Injectable()
export class StaffRoutes {
  private readonly staff: StaffToken;
  private journalId: string | undefined;

  constructor(
    routes: HttpRoutes,
    @Inject(SECRETS) secrets: Secrets,
    @Inject(clientOf(accountsContract)) private readonly accounts: ClientOf<typeof accountsContract>,
    @Inject(clientOf(balanceContract)) private readonly balance: ClientOf<typeof balanceContract>,
    @Inject(clientOf(cardsContract)) private readonly cards: ClientOf<typeof cardsContract>,
    @Inject(clientOf(cardProcessingContract)) private readonly cardProcessing: ClientOf<typeof cardProcessingContract>,
    @Inject(clientOf(ledgerContract)) private readonly ledger: ClientOf<typeof ledgerContract>,
    @Inject(clientOf(transactionsContract)) private readonly transactions: ClientOf<typeof transactionsContract>,
    @Inject(CLOCK) private readonly clock: () => Micros,
    @Inject(BOOK_DATE) private readonly localDateOf: BookDate,
    @Inject(TIME) private readonly time: Time,
    @Inject(RANDOM) private readonly random: Random,
  ) {
    this.staff = new StaffToken(secrets);
    this.addWrites(routes);
    this.addReads(routes);
  }

  private addWrites(routes: HttpRoutes): void {
    const written = { 200: done };
    routes.add({
      method: 'POST',
      url: '/staff/accounts',
      summary: 'Opens an account.',
      schemas: { body: openBody, headers: keyHeader, response: written },
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
        response: { 200: Type.Object({ ...done.properties, card_id: Type.String(), token: Type.String() }) },
      },
      handle: (request, reply) => this.issue(request.params.account_id as AccountId, request.body, request, reply),
    });
    routes.add({
      method: 'POST',
      url: '/staff/accounts/:account_id/inbound-payments',
      summary: 'Credits a payment from the nostro.',
      schemas: { body: paymentBody, params: accountParam, headers: keyHeader, response: written },
      handle: (request, reply) => {
        const { amount, payment_id } = request.body;
        const command: AccountCommand = {
          type: 'ReceivePayment',
          paymentId: payment_id as PaymentId,
          scheme: 'staff',
          amount: BigInt(amount.amount),
          currency: currencyOf(amount.currency),
          nostro: chart.nostro('main'),
          personal: null,
        };
        return this.execute(request.params.account_id as AccountId, command, request, reply);
      },
    });
    routes.add({
      method: 'POST',
      url: '/staff/accounts/:account_id/changes',
      summary: "Changes an account's or a card's state.",
      schemas: { body: changeBody, params: accountParam, headers: keyHeader, response: written },
      handle: (request, reply) =>
        this.execute(request.params.account_id as AccountId, commandOf(request.body), request, reply),
    });
  }

  private addReads(routes: HttpRoutes): void {
    routes.add({
      method: 'GET',
      url: '/staff/accounts/:account_id/balance',
      summary: 'What the account has.',
      schemas: { params: accountParam, response: { 200: balanceAnswer } },
      handle: async (request) => {
        const context = this.contextOf(request);
        const accountId = request.params.account_id as AccountId;
        const { found } = await this.balance.get(
          { accountId, minPosition: await this.minPosition(request, context) },
          context,
        );
        if (found === null) throw notFound('account');
        return {
          account_id: accountId,
          ledger: exact(found.ledger),
          held: exact(found.held),
          available: exact(found.available),
          pots: exact(found.pots),
        };
      },
    });
    routes.add({
      method: 'GET',
      url: '/staff/accounts/:account_id/transactions',
      summary: 'What happened, newest first.',
      schemas: {
        params: accountParam,
        querystring: Type.Object({
          before: Type.Optional(Type.String()),
          limit: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,2}$' })),
        }),
        response: { 200: Type.Object({ transactions: Type.Array(transactionAnswer) }) },
      },
      handle: async (request) => {
        const context = this.contextOf(request);
        const { before, limit } = request.query;
        if (before !== undefined && !/^tx_[0-9A-Za-z]{22}$/.test(before))
          throw badParam('before', 'before is the id of a transaction');
        const { transactions } = await this.transactions.list(
          {
            accountId: request.params.account_id as AccountId,
            minPosition: await this.minPosition(request, context),
            limit: Number(limit ?? '100'),
            before: before === undefined ? null : (before as TransactionId),
          },
          context,
        );
        return { transactions: transactions.map(shown) };
      },
    });
  }

  private async open(body: Static<typeof openBody>, request: FastifyRequest, reply: FastifyReply) {
    const context = this.contextOf(request);
    const { currency, product = 'current', overdraft_limit = 0, owners = [], external_reference } = body;
    const reference = external_reference === undefined ? null : await this.shownReference(external_reference, context);
    const { accountId, outcomes } = await this.accounts.open(
      {
        ...this.circumstances(request),
        currency: currencyOf(currency),
        product,
        overdraftLimit: BigInt(overdraft_limit),
        owners,
        externalReference: reference,
      },
      context,
    );
    return this.answer(accountId, outcomes, context, reply);
  }

  private async shownReference(text: string, context: CallContext): Promise<string> {
    const { tokens } = await this.cardProcessing.tokenise({ cards: [text] }, context);
    return tokens[0]?.reference ?? '';
  }

  private async issue(
    accountId: AccountId,
    body: Static<typeof cardBody>,
    request: FastifyRequest,
    reply: FastifyReply,
  ) {
    const context = this.contextOf(request);
    const { tokens } = await this.cardProcessing.tokenise({ cards: [body.number] }, context);
    const [known] = tokens;
    if (known === undefined) throw new Error('no token was given');
    const card = {
      token: known.token,
      masked: known.reference,
      expiry: body.expiry ?? null,
      active: body.active ?? false,
      controls: ALL_ON,
      limits: NO_LIMITS,
    };
    const { cardId, outcomes } = await this.cards.issue(
      { ...this.circumstances(request), accountId, ...card },
      context,
    );
    return { ...(await this.answer(accountId, outcomes, context, reply)), card_id: cardId, token: known.token };
  }

  private async execute(accountId: AccountId, command: AccountCommand, request: FastifyRequest, reply: FastifyReply) {
    const context = this.contextOf(request);
    const { caller, ...at } = this.circumstances(request);
    const { outcomes } = await this.ledger.execute(
      { accountId, caller, commands: [{ ...at, causedAt: 0n, command }] },
      context,
    );
    return this.answer(accountId, outcomes, context, reply);
  }

  private async answer(accountId: AccountId, outcomes: Outcomes, context: CallContext, reply: FastifyReply) {
    const [outcome] = outcomes;
    if (outcome === undefined) throw new Error('the ledger gave no outcome');
    if (outcome.kind === 'rejected') {
      const { status, code, message, retryable } = rejections[outcome.rejection];
      throw new ProblemError({ status, code, message, retryable });
    }
    this.journalId ??= (await this.ledger.journal({}, context)).id;
    const position = positionToken(this.journalId, outcome.position);
    void reply.header('x-ledger-position', position);
    return { account_id: accountId, position };
  }

  private circumstances(request: FastifyRequest) {
    const key = request.headers['idempotency-key'];
    if (typeof key !== 'string')
      throw new ProblemError({
        status: 400,
        code: 'bad_request.missing_param.idempotency_key',
        message: 'the header Idempotency-Key must be given',
      });
    const effectiveAt = this.clock();
    return { caller: CALLER, key, effectiveAt, localDate: this.localDateOf(effectiveAt) };
  }

  private contextOf(request: FastifyRequest): CallContext {
    const { time, random } = this;
    return callScopeOf(request.headers, {
      time,
      random,
      actor: this.staff.actorOf(request.headers),
      patienceMs: PATIENCE_MS,
    });
  }

  private async minPosition(request: FastifyRequest, context: CallContext): Promise<bigint> {
    const token = request.headers['x-min-ledger-position'];
    if (token === undefined) return 0n;
    this.journalId ??= (await this.ledger.journal({}, context)).id;
    const position = readPositionToken(String(token), this.journalId);
    if (position === undefined) throw badParam('x-min-ledger-position', 'this is no token of this ledger');
    return position;
  }
}

function commandOf(body: Change): AccountCommand {
  const cardId = body.card_id as CardId | undefined;
  const card = (): CardId => {
    if (cardId === undefined) throw missing('card_id');
    return cardId;
  };
  switch (body.change) {
    case 'freeze':
      return { type: 'FreezeAccount', reason: body.reason ?? '' };
    case 'unfreeze':
      return { type: 'UnfreezeAccount' };
    case 'close':
      return { type: 'CloseAccount' };
    case 'set_overdraft_limit':
      if (body.overdraft_limit === undefined) throw missing('overdraft_limit');
      return { type: 'SetOverdraftLimit', overdraftLimit: BigInt(body.overdraft_limit) };
    case 'activate_card':
      return { type: 'ActivateCard', cardId: card() };
    case 'freeze_card':
      return { type: 'FreezeCard', cardId: card(), frozenBy: CALLER };
    case 'unfreeze_card':
      return { type: 'UnfreezeCard', cardId: card() };
    case 'report_card_lost':
      return { type: 'ReportCardLost', cardId: card() };
    case 'report_card_stolen':
      return { type: 'ReportCardStolen', cardId: card() };
    case 'cancel_card':
      return { type: 'CancelCard', cardId: card(), reason: body.reason ?? '' };
    case 'set_card_limits':
      return { type: 'SetCardLimits', cardId: card(), limits: limitsOf(body.limits) };
    case 'set_card_controls':
      return { type: 'SetCardControls', cardId: card(), controls: controlsOf(body.controls) };
    default:
      throw badParam('change', 'there is no such change');
  }
}

function limitsOf(limits: Change['limits']): CardLimits {
  if (limits === undefined) throw missing('limits');
  const amount = (value: number | undefined) => (value === undefined ? null : BigInt(value));
  return {
    perTransaction: amount(limits.per_transaction),
    dailyAmount: amount(limits.daily_amount),
    monthlyAmount: amount(limits.monthly_amount),
    dailyCash: amount(limits.daily_cash),
    dailyCount: limits.daily_count ?? null,
    monthlyCount: limits.monthly_count ?? null,
  };
}

function controlsOf(controls: Change['controls']): CardControls {
  if (controls === undefined) throw missing('controls');
  const { online, contactless, atm, magstripe, blocked_categories: blockedCategories } = controls;
  return { online, contactless, atm, magstripe, blockedCategories };
}

function currencyOf(code: string): CurrencyCode {
  if (!isCurrency(code)) throw badParam('currency', 'the currency is not in ISO 4217');
  return code;
}

/** JSON numbers hold integers to 2^53 - 1: beyond it is refused, not rounded. */
function exact(amount: bigint): number {
  const value = Number(amount);
  if (!Number.isSafeInteger(value))
    throw new ProblemError({
      status: 422,
      code: 'unprocessable.amount_out_of_range',
      message: 'an amount has more than 2^53 - 1 minor units',
    });
  return value;
}

type Transaction = ResponseOf<(typeof transactionsContract)['methods']['list']>['transactions'][number];

function shown(transaction: Transaction) {
  const { id, created, settled, amount, currency, kind, status, description, category, declineReason } = transaction;
  return {
    id,
    created: instant(created),
    settled: settled === null ? null : instant(settled),
    amount: exact(amount),
    currency,
    kind,
    status,
    description,
    category,
    decline_reason: declineReason,
  };
}

function instant(at: Micros): string {
  return new Date(Number(at / 1000n)).toISOString();
}

function badParam(name: string, message: string): ProblemError {
  return new ProblemError({ status: 400, code: `bad_request.bad_param.${name}`, message, params: { param: name } });
}

function missing(name: string): ProblemError {
  return new ProblemError({
    status: 400,
    code: `bad_request.missing_param.${name}`,
    message: `${name} must be given`,
    params: { param: name },
  });
}

function notFound(what: string): ProblemError {
  return new ProblemError({ status: 404, code: `not_found.${what}`, message: `there is no such ${what}` });
}
