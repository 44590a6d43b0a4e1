// Whose a card is. The place of a token is a record: reserved once, before the card is issued, and never changed, so that one card
// belongs to one account for ever.
import type { ClientOf, cardsContract, HandlersOf, ledgerContract } from '@tallystick/contracts';
import { deriveId } from '@tallystick/events';
import type { AccountId, CardId, CardToken } from '@tallystick/ledger-core';
import type { Records } from '@tallystick/views';

type Handlers = HandlersOf<typeof cardsContract>;

export interface Place {
  readonly accountId: AccountId;
  readonly cardId: CardId;
}

const BY_TOKEN = 'cards-by-token';
const BY_ID = 'cards-by-id';
/** Places kept in memory; each is two short strings. */
const PLACES_CACHED = 200_000;

export class Cards implements Handlers {
  private readonly places = new Map<string, Place>();

  constructor(
    private readonly ledger: ClientOf<typeof ledgerContract>,
    private readonly records: Records,
  ) {}

  resolve: Handlers['resolve'] = async ({ token, cardId }) => {
    const key = token ?? cardId;
    if (key === null) return { place: null };
    return { place: this.places.get(key) ?? (await this.lookUp(token === null ? BY_ID : BY_TOKEN, key)) };
  };

  issue: Handlers['issue'] = async (request, context) => {
    const { caller, key, effectiveAt, localDate, accountId, token, masked, expiry, active, controls, limits } = request;
    const wanted: Place = {
      accountId,
      cardId: deriveId('card', effectiveAt, 'card', `${caller}/${accountId}/${key}`) as CardId,
    };
    const { cardId } = wanted;
    const place = await this.reserve(token, wanted);
    if (place.accountId !== accountId || place.cardId !== cardId)
      return { cardId: place.cardId, outcomes: [{ kind: 'rejected', rejection: 'IdInUse' }] };
    const command = { type: 'IssueCard' as const, cardId, token, masked, expiry, active, controls, limits };
    const { outcomes } = await this.ledger.execute(
      { accountId, caller, commands: [{ key, effectiveAt, localDate, causedAt: 0n, command }] },
      context,
    );
    return { cardId, outcomes };
  };

  replace: Handlers['replace'] = async (request, context) => {
    const { caller, key, effectiveAt, localDate, cardId, replacement } = request;
    const { place: old } = await this.resolve({ token: null, cardId }, context);
    if (old === null) return { cardId, outcomes: [{ kind: 'rejected', rejection: 'UnknownCard' }] };
    const wanted: Place = {
      accountId: old.accountId,
      cardId: deriveId('card', effectiveAt, 'card', `${caller}/${old.accountId}/${key}`) as CardId,
    };
    const place = await this.reserve(replacement.token, wanted);
    if (place.cardId !== wanted.cardId)
      return { cardId: place.cardId, outcomes: [{ kind: 'rejected', rejection: 'IdInUse' }] };
    const command = { type: 'ReplaceCard' as const, cardId, replacement: { ...replacement, cardId: wanted.cardId } };
    const { outcomes } = await this.ledger.execute(
      { accountId: old.accountId, caller, commands: [{ key, effectiveAt, localDate, causedAt: 0n, command }] },
      context,
    );
    return { cardId: wanted.cardId, outcomes };
  };

  /** Where the token is for ever: the place asked for, or the one that came first. */
  private async reserve(token: CardToken, wanted: Place): Promise<Place> {
    const value = Buffer.from(`${wanted.accountId} ${wanted.cardId}`);
    const [byToken] = await Promise.all([
      this.records.insertIfAbsent(BY_TOKEN, token, value),
      this.records.insertIfAbsent(BY_ID, wanted.cardId, value),
    ]);
    if (byToken) {
      this.remember(token, wanted);
      return wanted;
    }
    const place = await this.lookUp(BY_TOKEN, token);
    if (place === null) throw new Error('a token that could not be reserved has no place');
    return place;
  }

  private async lookUp(collection: string, key: string): Promise<Place | null> {
    const found = await this.records.get(collection, key);
    if (found === undefined) return null;
    const [accountId = '', cardId = ''] = Buffer.from(found.value).toString().split(' ');
    const place = { accountId: accountId as AccountId, cardId: cardId as CardId };
    this.remember(key, place);
    return place;
  }

  private remember(key: string, place: Place): void {
    if (this.places.size >= PLACES_CACHED) {
      const [oldest] = this.places.keys();
      if (oldest !== undefined) this.places.delete(oldest);
    }
    this.places.set(key, place);
  }
}
