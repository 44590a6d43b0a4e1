// Compares the books with the naive model: balances, holds, trial balance, money under way, and each command's event.
import { decodeMetadata } from '@tallystick/events';
import type { Journal } from '@tallystick/journal';
import { until } from '../bench/processes.js';
import type { Book } from './book.js';
import type { Destination, Sender } from './sender.js';

const IN_TRANSIT = 'liabilities:in-transit:transfers';
const CUSTOMERS = 'liabilities:customers:';
const QUIET_MS = 60_000;
const PAGE = 4_096;

export interface Row {
  readonly account: string;
  readonly balance: bigint;
}

export interface TrialBalance {
  readonly accounts: readonly Row[];
  /** Per currency. */
  readonly totals: readonly bigint[];
}

/** What the bank itself says, apart from its answers. */
export interface Books {
  /** From the journal. */
  trialBalance(): Promise<TrialBalance>;
  openJournal(): Promise<Pick<Journal, 'readAll' | 'close'>>;
}

/** Keys of the commands whose events are in the journal, with how many events each has. */
export class EventsByKey {
  private readonly counts = new Map<string, number>();
  private after = 0n;

  constructor(private readonly books: Pick<Books, 'openJournal'>) {}

  countOf(key: string): number {
    return this.counts.get(key) ?? 0;
  }

  async readOn(): Promise<void> {
    const reader = await this.books.openJournal();
    try {
      for (;;) {
        const page = await reader.readAll({ after: this.after, limit: PAGE });
        const last = page.at(-1);
        if (last === undefined) return;
        for (const { metadata } of page) {
          const { commandId } = decodeMetadata(metadata);
          // A command id is caller/account/key.
          const key = commandId.slice(commandId.lastIndexOf('/') + 1);
          this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
        }
        this.after = last.position;
      }
    } finally {
      await reader.close();
    }
  }
}

/** @returns a sentence per difference */
export async function differences(
  books: Books,
  book: Book,
  sender: Sender,
  to: Destination,
  events: EventsByKey,
): Promise<string[]> {
  const found: string[] = book.findings.splice(0);
  const { accounts, totals } = await quiet(books);
  for (const total of totals) if (total !== 0n) found.push(`the trial balance's total is ${total}`);
  for (const customer of book.customers) {
    const held = book.heldOf(customer);
    const expected = { ledger: customer.ledger, held, available: customer.ledger - held + customer.overdraft };
    const { status, body } = await to.read(`/staff/accounts/${customer.id}/balance`, sender.newest);
    const { ledger, held: heldThere, available } = JSON.parse(body);
    const shown = { ledger, held: heldThere, available };
    if (status !== 200 || JSON.stringify(shown) !== JSON.stringify(expected))
      found.push(`${customer.id}: shown ${status} ${body}, expected ${JSON.stringify(expected)}`);
    const posted = accounts.find((row) => row.account === CUSTOMERS + customer.id)?.balance ?? 0n;
    if (posted !== -BigInt(customer.ledger))
      found.push(`${customer.id}: ${posted} in the trial balance, expected ${-customer.ledger}`);
  }
  await events.readOn();
  for (const { command } of sender.acknowledged) {
    const count = events.countOf(command.key);
    if (count !== 1) found.push(`${command.key}: acknowledged, and ${count} events`);
  }
  for (const key of sender.refused)
    if (events.countOf(key) !== 0) found.push(`${key}: refused, and yet it has an event`);
  return found;
}

/** The trial balance once no transfer is under way. */
function quiet(books: Books): Promise<TrialBalance> {
  return until('no transfer is under way', QUIET_MS, async () => {
    const found = await books.trialBalance();
    return found.accounts.some((row) => row.account === IN_TRANSIT && row.balance !== 0n) ? undefined : found;
  });
}
