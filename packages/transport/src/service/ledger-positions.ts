// The positions that requests and answers name (architecture, 5): tokens of one ledger's journal.
import type { IncomingHttpHeaders } from 'node:http';
import {
  type CallContext,
  type ClientOf,
  type ledgerContract,
  positionToken,
  readPositionToken,
} from '@tallystick/contracts';
import { badParam } from './bad-requests.js';

export class LedgerPositions {
  private journalId: string | undefined;

  constructor(private readonly ledger: Pick<ClientOf<typeof ledgerContract>, 'journal'>) {}

  /** For `X-Ledger-Position`. */
  async tokenOf(position: bigint, context: CallContext): Promise<string> {
    return positionToken(await this.journal(context), position);
  }

  /** How far views must have come for a read (`X-Min-Ledger-Position`); 0 where the caller does not say. @throws ProblemError, 400 */
  async minPositionOf(headers: IncomingHttpHeaders, context: CallContext): Promise<bigint> {
    const token = headers['x-min-ledger-position'];
    return token === undefined ? 0n : await this.positionOf('x-min-ledger-position', String(token), context);
  }

  /** @param name of what has the token. @throws ProblemError, 400, where it is malformed or of another journal */
  async positionOf(name: string, token: string, context: CallContext): Promise<bigint> {
    const position = readPositionToken(token, await this.journal(context));
    if (position === undefined) throw badParam(name, 'this is no token of this ledger');
    return position;
  }

  /** The journal's id, asked for once. */
  async journal(context: CallContext): Promise<string> {
    this.journalId ??= (await this.ledger.journal({}, context)).id;
    return this.journalId;
  }
}
