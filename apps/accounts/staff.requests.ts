// What all of the staff's routes here have in common: who asks, under which key, and the positions of what was written and is to be read.
import type { IncomingHttpHeaders } from 'node:http';
import {
  type BookDate,
  type CallContext,
  type ClientOf,
  idempotencyKeyFault,
  type ledgerContract,
  positionToken,
  readPositionToken,
} from '@tallystick/contracts';
import type { Micros } from '@tallystick/ledger-core';
import { badParam, callScopeOf, ProblemError, type ScopeOptions, type StaffToken } from '@tallystick/transport/service';
import { firstTimeOf, type Records } from '@tallystick/views';
import type { FastifyReply } from 'fastify';

export const CALLER = 'staff';
/** When accounts, cards and customers were first asked for: their ids carry that time. */
const FIRST_ASKED = 'staff-first-asked';

export interface StaffRequestsPorts {
  readonly ledger: Pick<ClientOf<typeof ledgerContract>, 'journal'>;
  readonly records: Records;
  readonly staff: StaffToken;
  /** Microseconds since 1970. */
  readonly clock: () => Micros;
  readonly bookDate: BookDate;
  readonly scope: Omit<ScopeOptions, 'actor'>;
}

export class StaffRequests {
  private journalId: string | undefined;

  constructor(private readonly ports: StaffRequestsPorts) {}

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

  /** Of what makes an id: a retry must come to the same one. @throws as `circumstances` */
  async firstCircumstances(headers: IncomingHttpHeaders, scope: string) {
    const now = this.circumstances(headers);
    const effectiveAt = await firstTimeOf(this.ports.records, FIRST_ASKED, `${scope}/${now.key}`, now.effectiveAt);
    return { ...now, effectiveAt, localDate: this.ports.bookDate(effectiveAt) };
  }

  /** The token of a position, named in the answer's header, too. */
  async written(position: bigint, context: CallContext, reply: FastifyReply): Promise<string> {
    const token = positionToken(await this.journal(context), position);
    void reply.header('x-ledger-position', token);
    return token;
  }

  /** 0 where the request names none. @throws ProblemError, 400 */
  async minPosition(headers: IncomingHttpHeaders, context: CallContext): Promise<bigint> {
    const token = headers['x-min-ledger-position'];
    if (token === undefined) return 0n;
    const position = readPositionToken(String(token), await this.journal(context));
    if (position === undefined) throw badParam('x-min-ledger-position', 'this is no token of this ledger');
    return position;
  }

  private async journal(context: CallContext): Promise<string> {
    this.journalId ??= (await this.ports.ledger.journal({}, context)).id;
    return this.journalId;
  }
}
