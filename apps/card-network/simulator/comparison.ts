// What the network believes of every card, beside what the bank answers.
import type { Balances, BankHttp } from './bank-http.js';
import type { Card } from './cards.js';

export interface Difference {
  readonly balance: keyof Balances;
  /** Minor units. */
  readonly believed: bigint;
  readonly bank: bigint;
}

export interface Compared {
  readonly card: Card;
  readonly bank: Balances;
  readonly differences: readonly Difference[];
}

const AT_ONCE = 16;
const BALANCES = ['ledger', 'held', 'available'] as const;
const PATIENCE_MS = 10_000;
const PAUSE_MS = 200;

/**
 * In the order of the cards, as of everything that was answered before. What the bank answered with 91 it takes back when it can: such a card is
 * asked for again until it agrees, for 10 s.
 * @param clock milliseconds, only ever forwards
 * @throws BankFailure
 */
export async function compare(bank: BankHttp, cards: readonly Card[], clock: () => number): Promise<Compared[]> {
  const giveUp = clock() + PATIENCE_MS;
  const compared = new Map<Card, Compared>();
  let asked = cards;
  for (;;) {
    for (const one of await compareOnce(bank, asked)) compared.set(one.card, one);
    asked = cards.filter((card) => card.takenBack > 0 && compared.get(card)?.differences.length !== 0);
    if (asked.length === 0 || clock() > giveUp) break;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return [...compared.values()];
}

async function compareOnce(bank: BankHttp, cards: readonly Card[]): Promise<Compared[]> {
  const position = await bank.position();
  const compared: Compared[] = [];
  const waiting = cards.entries();
  const oneByOne = async () => {
    for (const [index, card] of waiting) {
      const balances = await bank.balances(card.accountId, position);
      compared[index] = { card, bank: balances, differences: differencesOf(card, balances) };
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, oneByOne));
  return compared;
}

function differencesOf({ belief }: Card, bank: Balances): Difference[] {
  return BALANCES.flatMap((balance) =>
    belief[balance] === bank[balance] ? [] : [{ balance, believed: belief[balance], bank: bank[balance] }],
  );
}
