// What was spent today, summed again only when money of the account has moved.
import type { balanceContract, CallContext, ClientOf, ResponseOf, transactionsContract } from '@tallystick/contracts';
import type { AccountId, Micros } from '@tallystick/ledger-core';
import type { DayStart } from './day-start.js';

type Balance = NonNullable<ResponseOf<(typeof balanceContract)['methods']['get']>['found']>;

const ACCOUNTS_MAX = 50_000;

interface Known {
  readonly position: bigint;
  readonly since: Micros;
  readonly amount: bigint;
}

export class SpendingToday {
  private readonly known = new Map<AccountId, Known>();

  constructor(
    private readonly transactions: Pick<ClientOf<typeof transactionsContract>, 'spentSince'>,
    private readonly dayStart: DayStart,
  ) {}

  /** Negative where more went out than came back. */
  async of({ accountId, position }: Balance, now: Micros, context: CallContext): Promise<bigint> {
    const since = this.dayStart(now);
    const known = this.known.get(accountId);
    if (known !== undefined && known.position === position && known.since === since) return known.amount;
    // As of the balance at least: the views may have come differently far.
    const { amount } = await this.transactions.spentSince({ accountId, since, minPosition: position }, context);
    if (this.known.size >= ACCOUNTS_MAX) this.known.clear();
    this.known.set(accountId, { position, since, amount });
    return amount;
  }
}
