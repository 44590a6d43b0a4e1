// Whose a card is. One card belongs to one account for ever, so what was found once is remembered; what was not found is asked again.
import type { CallContext, ClientOf, cardsContract } from '@tallystick/contracts';
import { holdsCardNumber, isCardNumber } from '@tallystick/contracts';
import type { AccountId, CardId, CardToken } from '@tallystick/ledger-core';
import type { CardBody } from './gateway.schemas.js';
import { badCardNumber, badParam, missingParam, type Refusal } from './refusals.js';
import { type CardTokens, isCardToken } from './tokens.js';

export interface KnownCard {
  readonly kind: 'known';
  readonly accountId: AccountId;
  readonly cardId: CardId;
}
/** `token` null where only an id was given. */
export interface UnknownCard {
  readonly kind: 'unknown';
  readonly token: CardToken | null;
}
export type Located = KnownCard | UnknownCard | Refusal;

const CARD_ID = /^card_[0-9A-Za-z]{4,59}$/;
const UNKNOWN_ID: UnknownCard = { kind: 'unknown', token: null };

export class CardDirectory {
  private readonly known = new Map<string, KnownCard>();

  constructor(
    private readonly cards: ClientOf<typeof cardsContract>,
    private readonly tokens: CardTokens,
    private readonly remembered: number,
  ) {}

  /** A promise only where the cards service has to be asked. @throws CallFailed */
  locate({ number, token, id }: CardBody, context: CallContext): Located | Promise<Located> {
    if (number !== undefined && token === undefined && id === undefined) return this.byNumber(number, context);
    if (token !== undefined && number === undefined && id === undefined) return this.byToken(token, context);
    if (id !== undefined && number === undefined && token === undefined) return this.byId(id, context);
    return number === undefined && token === undefined && id === undefined
      ? missingParam('card.number', 'a card is given by its number, token or id')
      : badParam('card', 'a card is given by one of number, token and id');
  }

  private byNumber(number: string, context: CallContext): Located | Promise<Located> {
    if (!isCardNumber(number)) return badCardNumber;
    const token = this.tokens.tokenOf(number);
    return this.known.get(token) ?? this.askByTokens(token, this.tokens.olderTokensOf(number), context);
  }

  private byToken(token: string, context: CallContext): Located | Promise<Located> {
    if (!isCardToken(token)) return badParam('card.token', 'a card token looks like tok_1_ and 24 letters and digits');
    return this.known.get(token) ?? this.askByTokens(token, [], context);
  }

  private byId(cardId: string, context: CallContext): Located | Promise<Located> {
    if (!CARD_ID.test(cardId)) return badParam('card.id', 'a card id begins with card_');
    const known = this.known.get(cardId);
    if (known !== undefined) return known;
    return holdsCardNumber(cardId)
      ? badParam('card.id', 'the card id looks like a card number')
      : this.askById(cardId as CardId, context);
  }

  private async askByTokens(token: CardToken, older: readonly CardToken[], context: CallContext): Promise<Located> {
    for (const candidate of [token, ...older]) {
      const { place } = await this.cards.resolve({ token: candidate, cardId: null }, context);
      if (place !== null) return this.remember(token, { kind: 'known', ...place });
    }
    return { kind: 'unknown', token };
  }

  private async askById(cardId: CardId, context: CallContext): Promise<Located> {
    const { place } = await this.cards.resolve({ token: null, cardId }, context);
    return place === null ? UNKNOWN_ID : this.remember(cardId, { kind: 'known', ...place });
  }

  private remember(by: string, card: KnownCard): KnownCard {
    // The oldest go first: cheaper than an order of use, and a card that is forgotten costs one question.
    for (const oldest of this.known.keys()) {
      if (this.known.size < this.remembered) break;
      this.known.delete(oldest);
    }
    this.known.set(by, card);
    return card;
  }
}
