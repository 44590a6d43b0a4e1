// Compares the books with the naive model: balances, holds, trial balance, money under way, and each command's event.
import { join } from 'node:path';
import { decodeMetadata } from '@tallystick/events';
import { openReader } from '@tallystick/journal/sqlite/index';
import { tallystickJson } from '../bench/bank.js';
import { until } from '../bench/processes.js';
import type { Book } from './book.js';
import type { Destination, Sender } from './sender.js';

const IN_TRANSIT = 'liabilities:in-transit:transfers';
const CUSTOMERS = 'liabilities:customers:';
const QUIET_MS = 60_000;
const PAGE = 4_096;

interface Row {
  readonly account: string;
  readonly balance: bigint;
}

/** Keys of the commands whose events are in the journal, with how many events each has. */
export class EventsByKey {
  private readonly counts = new Map<string, number>();
  private after = 0n;

  constructor(private readonly folder: string) {}

  countOf(key: string): number {
    return this.counts.get(key) ?? 0;
  }

  async readOn(): Promise<void> {
    const reader = openReader(join(this.folder, 'journal.db'));
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
  folder: string,
  book: Book,
  sender: Sender,
  to: Destination,
  events: EventsByKey,
): Promise<string[]> {
  const found: string[] = book.findings.splice(0);
  const trialBalance = await quiet(folder, found);
  for (const customer of book.customers) {
    const held = book.heldOf(customer);
    const expected = { ledger: customer.ledger, held, available: customer.ledger - held + customer.overdraft };
    const { status, body } = await to.read(`/staff/accounts/${customer.id}/balance`, sender.newest);
    const { ledger, held: heldThere, available } = JSON.parse(body);
    const shown = { ledger, held: heldThere, available };
    if (status !== 200 || JSON.stringify(shown) !== JSON.stringify(expected))
      found.push(`${customer.id}: shown ${status} ${body}, expected ${JSON.stringify(expected)}`);
    const posted = trialBalance.find((row) => row.account === CUSTOMERS + customer.id)?.balance ?? 0n;
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
async function quiet(folder: string, found: string[]): Promise<Row[]> {
  const rows = await until('no transfer is under way', QUIET_MS, async () => {
    const { accounts, totals } = await trialBalance(folder);
    if (accounts.some((row) => row.account === IN_TRANSIT && row.balance !== 0n)) return undefined;
    for (const total of totals) if (total !== 0n) found.push(`the trial balance's total is ${total}`);
    return accounts;
  });
  return rows;
}

async function trialBalance(folder: string): Promise<{ readonly accounts: Row[]; readonly totals: bigint[] }> {
  // The command's own JSON; what it lacks fails loudly below.
  const json = (await tallystickJson(folder, 'trial-balance')) as {
    accounts: { account: string; balance: number | string }[];
    totals: { balance: number | string }[];
  };
  const accounts = json.accounts.map(({ account, balance }) => ({ account, balance: BigInt(balance) }));
  return { accounts, totals: json.totals.map(({ balance }) => BigInt(balance)) };
}
