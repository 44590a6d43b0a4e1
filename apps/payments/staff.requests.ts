// What all of the staff's routes here have in common: who asks, under which key, and how the ledger's outcome is told.
import type { IncomingHttpHeaders } from 'node:http';
import {
  type BookDate,
  type CallContext,
  type ClientOf,
  holdsCardNumber,
  idempotencyKeyFault,
  type ledgerContract,
  positionToken,
  type ResponseOf,
} from '@tallystick/contracts';
import { type AccountId, type CurrencyCode, isCurrency, type Micros, rejections } from '@tallystick/ledger-core';
import { badParam, callScopeOf, ProblemError, type ScopeOptions, type StaffToken } from '@tallystick/transport/service';
import type { FastifyReply } from 'fastify';

const CALLER = 'staff';
const JSON_TYPE = 'application/json; charset=utf-8';

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
  private journalId: string | undefined;

  constructor(private readonly ports: StaffRequestsPorts) {}

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
    this.journalId ??= (await this.ports.ledger.journal({}, context)).id;
    const position = positionToken(this.journalId, outcome.position);
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
    const effectiveAt = this.ports.clock();
    return { caller: CALLER, key: String(key), effectiveAt, localDate: this.ports.bookDate(effectiveAt) };
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
