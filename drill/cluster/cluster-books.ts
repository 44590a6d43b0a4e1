// What a cluster says of itself: trial balances from three sources, its journal, and what a customer is shown.
import { openJournal } from '@tallystick/cluster/clients';
import type { AccountId, TransactionId } from '@tallystick/ledger-core';
import { type ClusterBank, openClusterBank } from '../../apps/bank/cluster/cluster-bank.js';
import { openClusterBooks } from '../../apps/bank/cluster/cluster-books.js';
import { until } from '../../bench/processes.js';
import type { Books, TrialBalance } from '../verify.js';

/** Everything was killed and started again: the slowest needs its time. */
const PATIENCE_MS = 120_000;
const PAGE = 1_000;
const NOW = { at: null, knownAt: null };
const NEVER = new AbortController().signal;

export class ClusterBooks implements Books {
  private readonly bank: ClusterBank;

  constructor(private readonly configFile: string) {
    this.bank = openClusterBank(configFile, () => undefined);
  }

  openJournal() {
    return openJournal(this.bank.configuration, () => undefined);
  }

  /** Resolves once every view has what the journal has now. @throws where that takes too long, with the last reason */
  async caughtUp(): Promise<void> {
    let last: unknown;
    const attempt = async () => {
      try {
        await this.bank.viewsCaughtUp(AbortSignal.timeout(PATIENCE_MS));
        return true;
      } catch (error) {
        last = error;
        return undefined;
      }
    };
    await until('the views have caught up', PATIENCE_MS, attempt).catch((error: unknown) => {
      throw new Error(error instanceof Error ? error.message : String(error), { cause: last });
    });
  }

  async trialBalance(): Promise<TrialBalance> {
    const { clients, context } = this.bank;
    return shortened(await clients.finance.trialBalance({ ...NOW, from: 'journal' }, context()));
  }

  /** Waits for the views. @returns a sentence for each source that does not say what the journal says */
  async sourcesDiffering(): Promise<string[]> {
    const { context } = this.bank;
    const books = await openClusterBooks(this.configFile, NEVER);
    try {
      const { finance } = books.clients;
      const [journal, views] = await Promise.all([
        finance.trialBalance({ ...NOW, from: 'journal' }, context()),
        finance.trialBalance({ ...NOW, from: 'views' }, context()),
      ]);
      const found = [...rowsDiffering('the views', journal, views)];
      await books.withKafka?.(async (fromKafka) => {
        found.push(
          ...rowsDiffering('Kafka', journal, await fromKafka.trialBalance({ ...NOW, from: 'journal' }, context())),
        );
      });
      return found;
    } finally {
      await books.close();
    }
  }

  /** The accounts that have an external reference. */
  async references(): Promise<{ readonly id: string; readonly reference: string }[]> {
    const { clients, context } = this.bank;
    await this.caughtUp();
    const { accounts } = await clients.accounts.list({ after: null, limit: PAGE }, context());
    return accounts.flatMap(({ id, externalReference: reference }) => (reference === null ? [] : [{ id, reference }]));
  }

  /** How many transactions an account has in the transactions list. */
  async transactions(accountId: AccountId): Promise<number> {
    const { clients, context } = this.bank;
    let count = 0;
    let before: TransactionId | null = null;
    for (;;) {
      const request = { accountId, minPosition: 0n, limit: PAGE, before };
      const { transactions }: { transactions: readonly { id: TransactionId }[] } = await clients.transactions.list(
        request,
        context(),
      );
      count += transactions.length;
      const last = transactions.at(-1);
      if (last === undefined || transactions.length < PAGE) return count;
      before = last.id;
    }
  }

  /** How many items an account has in its feed. */
  async feedItems(accountId: AccountId): Promise<number> {
    const { clients, context } = this.bank;
    let count = 0;
    let before: string | null = null;
    for (;;) {
      const request = { accountId, minPosition: 0n, limit: PAGE, before };
      const { items }: { items: readonly { id: string }[] } = await clients.feed.list(request, context());
      count += items.length;
      const last = items.at(-1);
      if (last === undefined || items.length < PAGE) return count;
      before = last.id;
    }
  }

  close(): Promise<void> {
    return this.bank.close();
  }
}

interface Sums {
  readonly currency: string;
  readonly debits: bigint;
  readonly credits: bigint;
  readonly balance: bigint;
}

interface WholeTrialBalance {
  readonly accounts: readonly (Sums & { readonly account: string })[];
  readonly totals: readonly Sums[];
}

function shortened({ accounts, totals }: WholeTrialBalance): TrialBalance {
  return {
    accounts: accounts.map(({ account, balance }) => ({ account, balance })),
    totals: totals.map(({ balance }) => balance),
  };
}

function* rowsDiffering(source: string, journal: WholeTrialBalance, other: WholeTrialBalance): Iterable<string> {
  const [expected, found] = [linesOf(journal), linesOf(other)];
  for (const [account, line] of expected)
    if (found.get(account) !== line) yield `${account} is ${found.get(account)} in ${source}, ${line} in the journal`;
  for (const account of found.keys())
    if (!expected.has(account)) yield `${account} is in ${source} and not in the journal`;
}

function linesOf({ accounts, totals }: WholeTrialBalance): Map<string, string> {
  const line = ({ debits, credits, balance }: Sums) => `${debits} ${credits} ${balance}`;
  return new Map([
    ...accounts.map((row) => [`${row.account} ${row.currency}`, line(row)] as const),
    ...totals.map((row) => [`the total ${row.currency}`, line(row)] as const),
  ]);
}
