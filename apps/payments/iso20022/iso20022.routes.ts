// HTTP for the bank's own people and the scheme's gateway: messages of ISO 20022 in, payments to other banks out.
import { Type } from '@sinclair/typebox';
import type { CallContext, ClientOf, paymentsContract } from '@tallystick/contracts';
import {
  Iso20022Error,
  iso20022,
  MESSAGE_BYTES_MAX,
  type Message,
  type PaymentReturn,
  type StatusReport,
} from '@tallystick/iso20022';
import { type AccountId, exponentOf, type PaymentId } from '@tallystick/ledger-core';
import { badParam, type HttpRoutes, ProblemError } from '@tallystick/transport/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { closed } from '../named-accounts.js';
import { currencyOf, type StaffRequests, textOf } from '../staff.requests.js';
import { clearingSystem, creditor, creditorOf } from './creditor.js';
import type { InboundPayments } from './inbound.js';
import type { Replies, Reply } from './replies.js';

const XML_TYPE = 'application/xml';
const PAGE = 100;

const orNull = Type.Union([Type.String(), Type.Null()]);

const payBody = closed({
  account_id: Type.String({ pattern: '^acc_[0-9A-Za-z]{4,59}$' }),
  creditor,
  amount: closed({
    amount: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    currency: Type.String({ pattern: '^[A-Z]{3}$' }),
  }),
  reference: Type.Optional(Type.String({ minLength: 1, maxLength: 140 })),
  clearing_system: Type.Optional(clearingSystem),
});
const done = Type.Object({ id: Type.String(), account_id: Type.String(), position: Type.String() });
const paymentParam = closed({ payment_id: Type.String({ pattern: '^payment_[a-p]{32}$' }) });
const shownAmount = Type.Object({ amount: Type.Integer(), currency: Type.String() });
const payment = Type.Object({
  id: Type.String(),
  account_id: Type.String(),
  amount: shownAmount,
  state: Type.String(),
  status: orNull,
  reason: orNull,
  returned_by: orNull,
  message: orNull,
});
const inFlightQuery = closed({
  after: Type.Optional(Type.String({ pattern: '^payment_[a-p]{32}$' })),
  limit: Type.Optional(Type.String({ pattern: '^([1-9][0-9]?|100)$', description: '1 to 100, default 100' })),
});
const paymentsInFlight = Type.Object({
  payments: Type.Array(
    Type.Object({ id: Type.String(), account_id: Type.String(), amount: shownAmount, status: orNull, message: orNull }),
  ),
  next: orNull,
});
const replied = Type.Object({
  message_id: Type.String(),
  transactions: Type.Array(
    Type.Object({
      payment_id: Type.Optional(Type.String()),
      state: Type.Optional(Type.String()),
      refused: Type.Optional(Type.Object({ code: Type.String(), message: Type.String() })),
    }),
  ),
});

export interface Iso20022Ports {
  readonly payments: ClientOf<typeof paymentsContract>;
  readonly inbound: InboundPayments;
  readonly replies: Replies;
  readonly requests: StaffRequests;
}

const codec = iso20022(exponentOf);

export class Iso20022Routes {
  constructor(
    routes: HttpRoutes,
    private readonly ports: Iso20022Ports,
  ) {
    routes.addOfBytes({
      method: 'POST',
      url: '/staff/payments/iso20022',
      summary: 'Take in a pacs.008 (answered with a pacs.002), a pacs.002 or a pacs.004',
      schemas: { response: { 200: replied } },
      bodyLimit: MESSAGE_BYTES_MAX,
      contentType: XML_TYPE,
      handle: (request, reply) => this.take(request, reply),
    });
    this.addPayments(routes);
  }

  private addPayments(routes: HttpRoutes): void {
    routes.add({
      method: 'POST',
      url: '/staff/payments',
      summary: 'Send money to another bank; answered when it has left the account',
      schemas: { body: payBody, response: { 200: done } },
      handle: async ({ body, headers }, reply) => {
        const { requests, payments } = this.ports;
        const context = requests.contextOf(headers);
        const accountId = body.account_id as AccountId;
        const { paymentId, fault, outcomes } = await payments.pay(
          {
            ...requests.circumstances(headers),
            accountId,
            creditor: creditorOf(body.creditor),
            amount: BigInt(body.amount.amount),
            currency: currencyOf(body.amount.currency),
            reference: textOf('reference', body.reference) ?? null,
            clearingSystem: body.clearing_system ?? null,
          },
          context,
        );
        if (fault !== null) throw badParam('message', fault.message);
        return requests.answer(paymentId, accountId, outcomes, context, reply);
      },
    });
    routes.add({
      method: 'GET',
      url: '/staff/payments',
      summary: 'Payments to other banks that are in flight, with the messages that go out, a page at a time',
      schemas: { querystring: inFlightQuery, response: { 200: paymentsInFlight } },
      handle: async ({ query, headers }) => {
        const asked = { after: (query.after ?? null) as PaymentId | null, limit: Number(query.limit ?? PAGE) };
        const context = this.ports.requests.contextOf(headers);
        const { payments, next } = await this.ports.payments.paymentsInFlight(asked, context);
        const shown = payments.map(({ id, accountId, amount, currency, status, message }) => ({
          id,
          account_id: accountId,
          amount: { amount: Number(amount), currency },
          status,
          message,
        }));
        return { payments: shown, next };
      },
    });
    routes.add({
      method: 'GET',
      url: '/staff/payments/:payment_id',
      summary: 'A payment to another bank: its state, and the message that goes out',
      schemas: { params: paymentParam, response: { 200: payment } },
      handle: async ({ params, headers }) => {
        const paymentId = params.payment_id as PaymentId;
        const { found } = await this.ports.payments.payment({ paymentId }, this.ports.requests.contextOf(headers));
        if (found === null)
          throw new ProblemError({ status: 404, code: 'not_found.payment', message: 'there is no such payment' });
        const { accountId, amount, currency, state, status, reason, returnedBy, message } = found;
        return {
          id: paymentId,
          account_id: accountId,
          amount: { amount: Number(amount), currency },
          state,
          status,
          reason,
          returned_by: returnedBy,
          message,
        };
      },
    });
  }

  private async take({ body, headers }: FastifyRequest<{ Body: Buffer }>, reply: FastifyReply) {
    const contextOf = () => this.ports.requests.contextOf(headers);
    contextOf();
    const message = parsed(body);
    switch (message.id) {
      case 'pacs.008.001.08':
        return reply.type(XML_TYPE).send(await this.takeTransfer(message, contextOf));
      case 'pacs.002.001.10':
        return this.takeReport(message.body.FIToFIPmtStsRpt, contextOf);
      case 'pacs.004.001.09':
        return this.takeReturn(message.body.PmtRtr, contextOf);
    }
  }

  private async takeTransfer(
    message: Extract<Message, { id: 'pacs.008.001.08' }>,
    contextOf: () => CallContext,
  ): Promise<string> {
    const { FIToFICstmrCdtTrf } = message.body;
    const report = await this.ports.inbound.take(FIToFICstmrCdtTrf, codec.write(message), contextOf);
    if (report !== undefined) return codec.write({ id: 'pacs.002.001.10', body: { FIToFIPmtStsRpt: report } });
    throw new ProblemError({
      status: 409,
      code: 'conflict.message_id_reused',
      message: 'this message id was used before with other content',
    });
  }

  private async takeReport(report: StatusReport, contextOf: () => CallContext) {
    return answerOf(report.GrpHdr.MsgId, await this.ports.replies.report(report, contextOf));
  }

  private async takeReturn(message: PaymentReturn, contextOf: () => CallContext) {
    const replies = await this.ports.replies.returned(message, contextOf);
    if (typeof replies !== 'string') return answerOf(message.GrpHdr.MsgId, replies);
    throw new ProblemError({
      status: 400,
      code: 'bad_request.iso20022.control_sum',
      message: 'the transactions are not as many, or not as much, as the message says: nothing of it was taken',
      params: { reason: replies },
    });
  }
}

/** @throws ProblemError, 400, naming the element that breaks the schema */
function parsed(bytes: Buffer): Message {
  try {
    return codec.parse(bytes);
  } catch (error) {
    if (!(error instanceof Iso20022Error)) throw error;
    const { code, message, path, line } = error;
    throw new ProblemError({ status: 400, code: `bad_request.iso20022.${code}`, message, params: { path, line } });
  }
}

/** @throws ProblemError where nothing was taken of it */
function answerOf(messageId: string, replies: readonly Reply[]) {
  const [first] = replies;
  if (first === undefined)
    throw new ProblemError({
      status: 422,
      code: 'unprocessable.no_payment_named',
      message: 'the message names no payment',
    });
  if ('refused' in first && replies.every((reply) => 'refused' in reply)) throw new ProblemError(first.refused);
  return {
    message_id: messageId,
    transactions: replies.map((reply) =>
      'refused' in reply
        ? { refused: { code: reply.refused.code, message: reply.refused.message } }
        : { payment_id: reply.paymentId, state: reply.state },
    ),
  };
}
