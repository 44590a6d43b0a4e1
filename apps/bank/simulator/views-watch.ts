// How far the views have come, for whoever waits for them; and whether they have what they say that they have.
import type { Freshness, Row } from '@tallystick/views';
import { balancesTable } from '../../balance/balance.tables.js';
import { VIEWS_CONSUMER } from '../projections.js';
import type { Stores } from './bank-processes.js';
import type { Invariants } from './model/invariants.js';
import type { NaiveAccount } from './model/naive-account.js';
import type { NaiveBank } from './model/naive-bank.js';

interface Waiting {
  readonly position: bigint;
  readonly resolve: () => void;
}

export class ViewsWatch implements Freshness {
  private position = 0n;
  private waiting: Waiting[] = [];

  constructor(
    private readonly stores: Stores,
    private readonly bank: NaiveBank,
    private readonly invariants: Invariants,
  ) {}

  waitUntil(position: bigint): Promise<void> {
    if (position <= this.position) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push({ position, resolve }));
  }

  reached(position: bigint): void {
    if (position <= this.position) return;
    this.position = position;
    const waiting = this.waiting;
    this.waiting = waiting.filter((each) => each.position > position);
    for (const each of waiting) if (each.position <= position) each.resolve();
  }

  /** What the progress says is there, is there. */
  checkRows(): void {
    const progress = this.stores.views.progress.get(`0 ${VIEWS_CONSUMER}`) ?? 0n;
    const rows = this.stores.views.tables.get(balancesTable.name);
    if (rows === undefined) return;
    for (const account of this.bank.accounts.values()) {
      const row = rowOf(rows, account.id);
      const first = lastUpTo(account, progress);
      if (first < 0) continue;
      const right = account.moments.slice(first).some(({ balances }) => isRow(row, balances));
      this.invariants.holds("the views' progress is never ahead of their rows", right, () => [
        `${account.id} at ${progress}`,
        account.moments[first]?.balances,
        row ?? 'no row',
      ]);
    }
  }
}

type Table = NonNullable<ReturnType<Stores['views']['tables']['get']>>;

function rowOf({ partitions }: Table, accountId: string): Row | undefined {
  for (const { rows } of partitions.values())
    for (const { values } of rows.values()) if (values.account_id === accountId) return values;
  return undefined;
}

function lastUpTo({ moments }: NaiveAccount, position: bigint): number {
  return moments.findLastIndex((moment) => moment.position <= position);
}

function isRow(row: Row | undefined, { ledger, held, pots }: NaiveAccount['balances']): boolean {
  return row !== undefined && row.ledger === ledger && row.held === held && row.pots === pots;
}
