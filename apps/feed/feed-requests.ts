// What every request to a feed has in common: who asks for which account, how long they wait, and which positions they name.
import type { IncomingHttpHeaders } from 'node:http';
import { type CallContext, type ClientOf, type ledgerContract, positionToken } from '@tallystick/contracts';
import type { AccountId } from '@tallystick/ledger-core';
import { callScopeOf, LedgerPositions, type ScopeOptions } from '@tallystick/transport/service';
import type { FeedAccess } from './feed.access.js';

export interface FeedRequestsPorts {
  readonly access: FeedAccess;
  readonly ledger: Pick<ClientOf<typeof ledgerContract>, 'journal'>;
  readonly scope: Omit<ScopeOptions, 'actor'>;
}

export interface Asked {
  readonly accountId: AccountId;
  readonly context: CallContext;
  /** The view must have come this far; 0 where the caller does not say. */
  readonly minPosition: bigint;
  readonly actor: string;
}

export class FeedRequests {
  private readonly positions: LedgerPositions;

  constructor(private readonly ports: FeedRequestsPorts) {
    this.positions = new LedgerPositions(ports.ledger);
  }

  /** @throws ProblemError, 401, 403 or 400 */
  async admit(headers: IncomingHttpHeaders, account: string): Promise<Asked> {
    const { access, scope } = this.ports;
    const caller = access.callerOf(headers);
    const context = callScopeOf(headers, { ...scope, actor: caller.actor });
    const minPosition = await this.positions.minPositionOf(headers, context);
    const accountId = account as AccountId;
    await access.check(caller, accountId, context, minPosition > 0n);
    return { accountId, context, minPosition, actor: caller.actor };
  }

  /** What tokens are made of. */
  async tokens(context: CallContext): Promise<(position: bigint) => string> {
    const id = await this.positions.journal(context);
    return (position) => positionToken(id, position);
  }

  /** @throws ProblemError, 400, where the token is malformed or of another journal */
  positionOf(name: string, token: string, context: CallContext): Promise<bigint> {
    return this.positions.positionOf(name, token, context);
  }
}
