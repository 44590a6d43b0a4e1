// What all of the staff's routes here have in common: who asks, under which key, and the positions of what was written and is to be read.
import type { IncomingHttpHeaders } from 'node:http';
import {
  type BookDate,
  type CallContext,
  type ClientOf,
  idempotencyKeyFault,
  type ledgerContract,
} from '@tallystick/contracts';
import type { Micros } from '@tallystick/ledger-core';
import {
  callScopeOf,
  LedgerPositions,
  ProblemError,
  type ScopeOptions,
  type StaffToken,
} from '@tallystick/transport/service';
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
  private readonly positions: LedgerPositions;

  constructor(private readonly ports: StaffRequestsPorts) {
    this.positions = new LedgerPositions(ports.ledger);
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

  /** Of what makes an id: a retry must come to the same one. @throws as `circumstances` */
  async firstCircumstances(headers: IncomingHttpHeaders, scope: string) {
    const now = this.circumstances(headers);
    const effectiveAt = await firstTimeOf(this.ports.records, FIRST_ASKED, `${scope}/${now.key}`, now.effectiveAt);
    return { ...now, effectiveAt, localDate: this.ports.bookDate(effectiveAt) };
  }

  /** The token of a position, named in the answer's header, too. */
  async written(position: bigint, context: CallContext, reply: FastifyReply): Promise<string> {
    const token = await this.positions.tokenOf(position, context);
    void reply.header('x-ledger-position', token);
    return token;
  }

  /** 0 where the request names none. @throws ProblemError, 400 */
  minPosition(headers: IncomingHttpHeaders, context: CallContext): Promise<bigint> {
    return this.positions.minPositionOf(headers, context);
  }
}
