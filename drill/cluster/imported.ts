// A file of card transactions that was imported before anything was killed: its sums stay what they were.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '@tallystick/servers';
import { writeCardFile } from '../../bench/cards.js';
import type { TrialBalance } from '../verify.js';
import type { ClusterBooks } from './cluster-books.js';

const CARDS = 50;
const ROWS = 2_000;
const CUSTOMERS = 'liabilities:customers:';
const SCHEME = 'liabilities:scheme-settlement:import';

export class ImportedCards {
  private constructor(
    /** What each account's rows sum to, in pence, positive for money spent; by account id. */
    private readonly spent: ReadonlyMap<string, bigint>,
  ) {}

  static async into(configFile: string, folder: string, books: ClusterBooks): Promise<ImportedCards> {
    const path = join(folder, 'cards.csv');
    writeCardFile({ path, name: 'drill', cards: CARDS, rows: ROWS });
    runCli(configFile, 'import', 'cards', path);
    const spent = new Map<string, bigint>();
    const byCard = spentByCard(path);
    for (const { id, reference } of await books.references()) {
      const sum = byCard.get(reference.slice(-4));
      if (sum !== undefined) spent.set(id, sum);
    }
    if (spent.size !== CARDS) throw new Error(`${CARDS} cards were imported into ${spent.size} accounts`);
    return new ImportedCards(spent);
  }

  /** @returns a sentence per difference */
  differences({ accounts }: TrialBalance): string[] {
    const found: string[] = [];
    const balances = new Map(accounts.map(({ account, balance }) => [account, balance]));
    let sum = 0n;
    for (const [id, spent] of this.spent) {
      sum += spent;
      const balance = balances.get(CUSTOMERS + id) ?? 0n;
      if (balance !== spent) found.push(`import: ${id} is ${balance} in the trial balance, its rows sum to ${spent}`);
    }
    const scheme = balances.get(SCHEME) ?? 0n;
    if (scheme !== -sum) found.push(`import: ${SCHEME} is ${scheme}, the rows sum to ${-sum}`);
    return found;
  }
}

/** The naive way: a column of the file summed by the last four digits of another. */
function spentByCard(path: string): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const line of readFileSync(path, 'utf8').trimEnd().split('\n').slice(1)) {
    const cells = line.split(',');
    const card = (cells[8] ?? '').slice(-4);
    sums.set(card, (sums.get(card) ?? 0n) + BigInt(cells[3] ?? ''));
  }
  return sums;
}
