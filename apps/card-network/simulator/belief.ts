// What the network believes that the bank holds: bookkeeping of its own after the lifecycles' table, with no code of the ledger in it. Amounts are
// minor units of the account's currency.

export class CardBelief {
  /** Posted, as the customer sees it: credits − debits. */
  ledger = 0n;
  /** Sum of what remains of the holds. */
  held = 0n;

  constructor(
    readonly overdraft: bigint,
    before: { readonly ledger: bigint; readonly held: bigint } = { ledger: 0n, held: 0n },
  ) {
    this.ledger = before.ledger;
    this.held = before.held;
  }

  get available(): bigint {
    return this.ledger - this.held + this.overdraft;
  }

  /** Money that comes without an authorisation to hold: refunds, payments in; negative for what is taken back of it. */
  credited(amount: bigint): void {
    this.ledger += amount;
  }

  transaction(): TransactionBelief {
    return new TransactionBelief(this);
  }

  /** A single message (0200): posted at once. */
  payment(amount: bigint): PaymentBelief {
    this.ledger -= amount;
    return new PaymentBelief(this, amount);
  }
}

/**
 * One card transaction's hold (lifecycles, section 1): authorised = original or its approved part + increments − reversed; remaining = 0 once
 * closed, else max(0, authorised − cleared). Its card has the sums, so that nothing of it is kept when its story is over.
 */
export class TransactionBelief {
  #authorised = 0n;
  #cleared = 0n;
  #remaining = 0n;
  #closed = false;
  readonly #sequences = new Set<number>();

  constructor(private readonly card: CardBelief) {}

  get authorised(): bigint {
    return this.#authorised;
  }

  get remaining(): bigint {
    return this.#remaining;
  }

  /** @param amount what was approved, which may be a part of what was asked for */
  approved(amount: bigint): void {
    this.#authorised += amount;
    this.#settle();
  }

  incremented(amount: bigint): void {
    this.#authorised += amount;
    this.#settle();
  }

  /** An advice of an approval states what is authorised; it is never added. */
  advised(amount: bigint): void {
    this.#authorised = amount;
    this.#settle();
  }

  /** In whole. */
  reversed(): void {
    this.#closed = true;
    this.#settle();
  }

  /** @param replacement the new total; one that is not below the old has no effect */
  reversedTo(replacement: bigint): void {
    if (replacement < this.#authorised) this.#authorised = replacement;
    this.#settle();
  }

  /** A presentment without a sequence, or with the final indicator: what is left of the hold is released. */
  cleared(amount: bigint): void {
    this.#closed = true;
    this.#post(amount);
  }

  /** One of several presentments: the last of them to arrive is final, whichever it is. */
  clearedPart(amount: bigint, sequence: { readonly number: number; readonly count: number }): void {
    this.#sequences.add(sequence.number);
    if (this.#sequences.size >= sequence.count) this.#closed = true;
    this.#post(amount);
  }

  /** Does not reopen the hold. */
  clearingReversed(amount: bigint): void {
    this.card.ledger += amount;
  }

  #post(amount: bigint): void {
    this.#cleared += amount;
    this.card.ledger -= amount;
    this.#settle();
  }

  #settle(): void {
    const open = this.#authorised - this.#cleared;
    const remaining = this.#closed || open < 0n ? 0n : open;
    this.card.held += remaining - this.#remaining;
    this.#remaining = remaining;
  }
}

export class PaymentBelief {
  #reversed = false;

  constructor(
    private readonly card: CardBelief,
    private readonly posted: bigint,
  ) {}

  /** Once. @param replacement what stays posted */
  reversedTo(replacement: bigint): void {
    if (this.#reversed || replacement >= this.posted) return;
    this.#reversed = true;
    this.card.ledger += this.posted - replacement;
  }
}
