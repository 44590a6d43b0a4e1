// A card in another's place. What makes its id and its number follows from the request, so that a repeat comes to the same card.
import type { BookDate, CallContext, ClientOf, cardProcessingContract, cardsContract } from '@tallystick/contracts';
import { lettersOf } from '@tallystick/events';
import type { CardId, Micros, RejectionName } from '@tallystick/ledger-core';
import { firstTimeOf, type Records } from '@tallystick/views';

export interface ReplacementsPorts {
  readonly cards: Pick<ClientOf<typeof cardsContract>, 'replace'>;
  readonly cardProcessing: Pick<ClientOf<typeof cardProcessingContract>, 'assignNumber'>;
  readonly records: Records;
  /** Microseconds since 1970. */
  readonly clock: () => Micros;
  readonly bookDate: BookDate;
  readonly validYears: number;
}

export type Replaced =
  | { readonly kind: 'replaced'; readonly cardId: CardId; readonly position: bigint }
  | { readonly kind: 'rejected'; readonly rejection: RejectionName };

/** When replacements were first asked for: cards' ids carry that time. */
const FIRST_ASKED = 'replacements-first-asked';
/** Numbers are drawn: another card may have the one that was. */
const NUMBERS_TRIED = 8;

export class Replacements {
  constructor(private readonly ports: ReplacementsPorts) {}

  /** @param dedupeId whatever tells this request of the caller from others about the card */
  async replace(cardId: CardId, caller: string, dedupeId: string, context: CallContext): Promise<Replaced> {
    const { cards, cardProcessing, records, clock, bookDate, validYears } = this.ports;
    // Letters only: what a client sends here may look like anything, a card number included.
    const key = lettersOf(`replace/${cardId}/${dedupeId}`);
    const effectiveAt = await firstTimeOf(records, FIRST_ASKED, `${caller}/${key}`, clock());
    const at = { caller, key, effectiveAt, localDate: bookDate(effectiveAt) };
    const expiry = `${Number(at.localDate.slice(0, 4)) + validYears}${at.localDate.slice(4, 7)}`;
    for (let attempt = 1; ; attempt++) {
      const { token, reference } = await cardProcessing.assignNumber({ name: `${caller}/${key}/${attempt}` }, context);
      const replacement = { token, masked: reference, expiry };
      const replaced = await cards.replace({ ...at, cardId, replacement }, context);
      const [outcome] = replaced.outcomes;
      if (outcome === undefined) throw new Error('the ledger gave no outcome');
      if (outcome.kind === 'answered') return { kind: 'replaced', cardId: replaced.cardId, position: outcome.position };
      if (outcome.rejection !== 'IdInUse' || attempt === NUMBERS_TRIED) return outcome;
    }
  }
}
