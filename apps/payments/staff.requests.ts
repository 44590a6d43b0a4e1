// What all of the staff's routes here have in common: who asks, under which key, and how the ledger's outcome is told.
import type { IncomingHttpHeaders } from 'node:http';
import { Type } from '@sinclair/typebox';
import {
  type BookDate,
  type CallContext,
  type ClientOf,
  holdsCardNumber,
  idempotencyKeyFault,
  type ledgerContract,
  type ResponseOf,
} from '@tallystick/contracts';
import { type AccountId, type CurrencyCode, isCurrency, type Micros, rejections } from '@tallystick/ledger-core';
import {
  badParam,
  callScopeOf,
  LedgerPositions,
  ProblemError,
  type ScopeOptions,
  type StaffToken,
} from '@tallystick/transport/service';
import type { FastifyReply } from 'fastify';

const CALLER = 'staff';
const JSON_TYPE = 'application/json; charset=utf-8';

export const minorUnits = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
export const money = Type.Object(
  { amount: minorUnits, currency: Type.String({ pattern: '^[A-Z]{3}$' }) },
  { additionalProperties: false },
);
export const dateText = Type.String({
  pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$',
  description: "in the book's time zone",
});
export const done = Type.Object({ id: Type.String(), account_id: Type.String(), position: Type.String() });

type Outcomes = ResponseOf<(typeof ledgerContract)['methods']['execute']>['outcomes'];

export interface StaffRequestsPorts {
  readonly ledger: ClientOf<typeof ledgerContract>;
  /** Microseconds since 1970. */
  readonly clock: () => Micros;
  readonly bookDate: BookDate;
  readonly staff: StaffToken;
  readonly scope: Omit<ScopeOptions, 'actor'>;
}

export class StaffRequests {
  private readonly positions: LedgerPositions;

  constructor(private readonly ports: StaffRequestsPorts) {
    this.positions = new LedgerPositions(ports.ledger);
  }

  /** Ids and tokens need no escaping. @throws ProblemError where the ledger refused */
  async answer(
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
    const position = await this.positions.tokenOf(outcome.position, context);
    return reply
      .header('content-type', JSON_TYPE)
      .header('x-ledger-position', position)
      .send(`{"id":"${id}","account_id":"${account}","position":"${position}"}`);
  }

  /** @throws ProblemError, 401, for anybody but the staff */
  contextOf(headers: IncomingHttpHeaders): CallContext {
    const { staff, scope } = this.ports;
    return callScopeOf(headers, { ...scope, actor: staff.actorOf(headers) });
  }

  /** @throws ProblemError, 400, where there is no key that can be stored */
  circumstances(headers: IncomingHttpHeaders) {
    const key = headers['idempotency-key'];
    const fault = idempotencyKeyFault(key);
    if (fault !== undefined) throw new ProblemError({ status: 400, ...fault });
    return this.circumstancesUnder(String(key));
  }

  /** @param key what the request itself makes of one */
  circumstancesUnder(key: string) {
    const effectiveAt = this.ports.clock();
    return { caller: CALLER, key, effectiveAt, localDate: this.ports.bookDate(effectiveAt) };
  }

  /** How far views must have come for a read; 0 where the caller does not say. @throws ProblemError, 400 */
  minPositionOf(headers: IncomingHttpHeaders, context: CallContext): Promise<bigint> {
    return this.positions.minPositionOf(headers, context);
  }
}

/** Sealed or not, no card number is stored. */
export function textOf(name: string, text: string | undefined): string | undefined {
  if (text !== undefined && holdsCardNumber(text)) throw badParam(name, `${name} looks like a card number`);
  return text;
}

export function currencyOf(code: string): CurrencyCode {
  if (!isCurrency(code)) throw badParam('currency', 'the currency is not in ISO 4217');
  return code;
}
