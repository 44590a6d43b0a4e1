// What a receiver is told: the transaction as the customer API shows it, as of now, read when it is sent. Nothing of it is kept here, so
// that no copy outlives the erasure of a customer.
import type {
  accountsContract,
  authContract,
  CallContext,
  ClientOf,
  transactionsContract,
} from '@tallystick/contracts';
import { type Annotated, type OpenAll, transactionShown, writtenBeside } from '@tallystick/customer-api';
import { ProblemError } from '@tallystick/transport/service';
import type { Delivery } from './delivery.js';
import type { Registration } from './registrations.js';

export interface PayloadPorts {
  readonly accounts: Pick<ClientOf<typeof accountsContract>, 'get'>;
  readonly auth: Pick<ClientOf<typeof authContract>, 'isApproved'>;
  readonly transactions: Pick<ClientOf<typeof transactionsContract>, 'get'>;
  readonly openAll: OpenAll;
  readonly context: (signal: AbortSignal) => CallContext;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly report: (error: unknown) => void;
}

/** From the event on: how long its first delivery waits for the merchant. */
export const ENRICHED_WITHIN_MS = 2_000;
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 200;

export class Payloads {
  constructor(private readonly ports: PayloadPorts) {}

  /**
   * The body; undefined where there is nothing to tell: the user has the account no more, or the account shows no such transaction; or
   * the client is to hear nothing of the user: their approval was ended, or its newest login has none yet.
   * @throws CallFailed where that can not be told now
   */
  async of(delivery: Delivery, { userId, clientId }: Registration, signal: AbortSignal): Promise<string | undefined> {
    const { accounts, auth, openAll, context, report } = this.ports;
    const { found } = await accounts.get({ accountId: delivery.accountId }, context(signal));
    if (found === null || !found.owners.includes(userId)) return undefined;
    const transaction = await this.transaction(delivery, clientId, signal);
    if (transaction === null) return undefined;
    // Asked last: whoever ends it a moment before is heard of.
    if (!(await auth.isApproved({ userId, clientId }, context(signal))).approved) return undefined;
    // What this client has written, and no other.
    const [beside] = await writtenBeside(openAll, delivery.accountId, [transaction]);
    const shownFor = { ownerId: found.owners[0] ?? '', expandMerchant: true, ...beside };
    try {
      return JSON.stringify({ type: delivery.type, data: transactionShown(transaction, shownFor) });
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      report(error);
      return undefined;
    }
  }

  /** As of the event at least; a purchase that has just been made, with its merchant where that comes in time. */
  private async transaction(delivery: Delivery, clientId: string, signal: AbortSignal): Promise<Annotated | null> {
    const { transactions, context, now, pause } = this.ports;
    const { accountId, transactionId, position, atMs, type } = delivery;
    const asked = { accountId, transactionId, clientId, minPosition: BigInt(position) };
    const until = Math.min(now(), atMs) + ENRICHED_WITHIN_MS;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      const { found } = await transactions.get(asked, context(signal));
      if (type !== 'transaction.created' || !lacksMerchant(found) || now() >= until) return found;
      await pause(pauseMs, signal);
    }
  }
}

function lacksMerchant(transaction: Annotated | null): boolean {
  if (transaction === null || transaction.payee !== null) return false;
  return transaction.kind === 'card' || transaction.kind === 'refund';
}
