// Which transactions name somebody, and what was said of whom.
import type { LedgerEvent, TransactionEnriched } from '@tallystick/ledger-core';
import type { Invariants } from './invariants.js';

export class NaiveEnrichment {
  /** Transactions that name a merchant, with how often they do. */
  private readonly named = new Map<string, number>();
  private readonly enriched = new Map<string, number>();

  constructor(private readonly invariants: Invariants) {}

  name(event: LedgerEvent): void {
    if (!('merchant' in event) || event.type === 'ClearingSuspended') return;
    if (event.type === 'AuthorisationDeclined' && event.increment) return;
    const id = 'transaction' in event ? event.transaction.transactionId : event.transactionId;
    this.named.set(id, (this.named.get(id) ?? 0) + 1);
  }

  enrich({ transactionId }: TransactionEnriched): void {
    this.enriched.set(transactionId, (this.enriched.get(transactionId) ?? 0) + 1);
  }

  /** Everything that was delivered is done. */
  check(): void {
    for (const [id, times] of this.named) {
      const found = this.enriched.get(id) ?? 0;
      this.invariants.holds(
        'what names a merchant is enriched, once for each new thing said',
        found >= 1 && found <= times,
        () => [id, `1 to ${times}`, found],
      );
    }
    for (const id of this.enriched.keys())
      this.invariants.holds(
        'what names a merchant is enriched, once for each new thing said',
        this.named.has(id),
        () => [id, 'nothing, nobody is named', 'an enrichment'],
      );
  }
}
