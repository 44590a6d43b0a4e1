// What was approved in stand-in: of an account as long as the ledger does not know of it, of a card within the window.
import type { AccountId, CardId, Micros, Minor } from '@tallystick/ledger-core';
import { Recent } from '../recent.js';
import type { AdviceEntry } from './outbox-entry.js';

export interface Approved {
  readonly id: string;
  readonly accountId: AccountId;
  readonly cardId: CardId;
  readonly amount: Minor;
  readonly at: Micros;
}

const CARDS = 100_000;

export class StandInUsage {
  readonly #undelivered = new Map<string, Approved>();
  readonly #byAccount = new Map<AccountId, Minor>();
  readonly #byCard = new Recent<CardId, readonly Approved[]>(CARDS);

  constructor(private readonly window: Micros) {}

  /** Repeating it changes nothing. */
  add(approved: Approved): void {
    if (this.#undelivered.has(approved.id)) return;
    this.#undelivered.set(approved.id, approved);
    this.#change(approved.accountId, approved.amount);
    const { cardId, at } = approved;
    const others = (this.#byCard.get(cardId) ?? []).filter(
      (one) => one.id !== approved.id && one.at > at - this.window,
    );
    this.#byCard.set(cardId, [...others, approved]);
  }

  /** As add, of what the outbox has. */
  note(entry: AdviceEntry): void {
    const command = entry.request.commands[0]?.command;
    if (entry.decision === 'declined' || command?.type !== 'RecordAuthorisationAdvice') return;
    const { accountId } = entry.request;
    const { cardId, amount } = command;
    this.add({ id: entry.id, accountId, cardId, amount, at: entry.decidedAt });
  }

  /** The ledger holds it now; it still counts for its card. */
  delivered(id: string): void {
    const approved = this.#undelivered.get(id);
    if (approved === undefined) return;
    this.#undelivered.delete(id);
    this.#change(approved.accountId, -approved.amount);
  }

  /** It came to nothing. */
  cancelled(id: string): void {
    const approved = this.#undelivered.get(id);
    if (approved === undefined) return;
    this.delivered(id);
    const { cardId } = approved;
    this.#byCard.set(
      cardId,
      (this.#byCard.get(cardId) ?? []).filter((one) => one.id !== id),
    );
  }

  undelivered(accountId: AccountId): Minor {
    return this.#byAccount.get(accountId) ?? 0n;
  }

  ofCard(cardId: CardId, now: Micros): { readonly amount: Minor; readonly count: number } {
    let [amount, count] = [0n, 0];
    for (const one of this.#byCard.get(cardId) ?? []) {
      if (one.at <= now - this.window) continue;
      amount += one.amount;
      count++;
    }
    return { amount, count };
  }

  #change(accountId: AccountId, by: Minor): void {
    const after = this.undelivered(accountId) + by;
    if (after === 0n) this.#byAccount.delete(accountId);
    else this.#byAccount.set(accountId, after);
  }
}
