// Whose a card is. The place of a token is a record: reserved once, before the card is issued, and never changed, so that one card
// belongs to one account for ever.
import type { ClientOf, cardsContract, HandlersOf, ledgerContract, ResponseOf } from '@tallystick/contracts';
import { deriveId } from '@tallystick/events';
import type { AccountId, CardId, CardToken, RejectionName } from '@tallystick/ledger-core';
import type { Freshness, Records, Row, ViewReader } from '@tallystick/views';
import { cardsTable } from './cards.tables.js';

type Handlers = HandlersOf<typeof cardsContract>;

export interface Place {
  readonly accountId: AccountId;
  readonly cardId: CardId;
}

interface Reserved {
  /** False where it was bound to this very place before. */
  readonly isNew: boolean;
}
type Bound = Reserved | { readonly rejection: RejectionName };
type Outcomes = ResponseOf<(typeof ledgerContract)['methods']['execute']>['outcomes'];

type Card = ResponseOf<(typeof cardsContract)['methods']['list']>['cards'][number];

/** More than anybody ever had on one account. */
const CARDS_MAX = 1_000;
const BY_TOKEN = 'cards-by-token';
const BY_ID = 'cards-by-id';
/** Places kept in memory; each is two short strings. */
const PLACES_CACHED = 200_000;

export class Cards implements Handlers {
  private readonly places = new Map<string, Place>();

  constructor(
    private readonly ledger: ClientOf<typeof ledgerContract>,
    private readonly records: Records,
    private readonly views: ViewReader,
    private readonly freshness: Freshness,
  ) {}

  list: Handlers['list'] = async ({ accountId, minPosition }, context) => {
    if (minPosition > 0n) await this.freshness.waitUntil(minPosition, context.signal, accountId);
    const rows = await this.views.slice(cardsTable, { partition: { account_id: accountId }, limit: CARDS_MAX });
    return { cards: rows.map(cardOf) };
  };

  resolve: Handlers['resolve'] = async ({ token, cardId }) => {
    const key = token ?? cardId;
    if (key === null) return { place: null };
    return { place: await this.placeOf(token === null ? BY_ID : BY_TOKEN, key) };
  };

  issue: Handlers['issue'] = async (request, context) => {
    const { caller, key, effectiveAt, localDate, accountId, token, ...card } = request;
    const wanted: Place = {
      accountId,
      cardId: deriveId('card', effectiveAt, 'card', `${caller}/${accountId}/${key}`) as CardId,
    };
    const { cardId } = wanted;
    // A token must not be lost to an account that isn't there.
    const { found } = await this.ledger.account({ accountId }, context);
    const bound: Bound = found === null ? { rejection: 'UnknownAccount' } : await this.reserve(token, wanted);
    if ('rejection' in bound) return { cardId, outcomes: [{ kind: 'rejected', ...bound }] };
    const command = { type: 'IssueCard' as const, cardId, token, ...card };
    const { outcomes } = await this.ledger.execute(
      { accountId, caller, commands: [{ key, effectiveAt, localDate, causedAt: 0n, command }] },
      context,
    );
    await this.releaseRefused(bound, token, wanted, outcomes);
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
    const bound = await this.reserve(replacement.token, wanted);
    if ('rejection' in bound) return { cardId: wanted.cardId, outcomes: [{ kind: 'rejected', ...bound }] };
    const command = { type: 'ReplaceCard' as const, cardId, replacement: { ...replacement, cardId: wanted.cardId } };
    const { outcomes } = await this.ledger.execute(
      { accountId: old.accountId, caller, commands: [{ key, effectiveAt, localDate, causedAt: 0n, command }] },
      context,
    );
    await this.releaseRefused(bound, replacement.token, wanted, outcomes);
    return { cardId: wanted.cardId, outcomes };
  };

  /**
   * Binds the token to its place, unless it is bound to another. A card's id stands for one
   * token, which is kept first: the same command with another number must not bind that one too.
   */
  private async reserve(token: CardToken, wanted: Place): Promise<Bound> {
    const before = await this.placeOf(BY_TOKEN, token);
    if (before !== null && !isSame(before, wanted)) return { rejection: 'IdInUse' };
    const place = `${wanted.accountId} ${wanted.cardId}`;
    if (!(await this.records.insertIfAbsent(BY_ID, wanted.cardId, Buffer.from(`${place} ${token}`)))) {
      const bound = await this.records.get(BY_ID, wanted.cardId);
      if (bound === undefined || !Buffer.from(bound.value).toString().endsWith(` ${token}`))
        return { rejection: 'IdempotencyKeyReused' };
    }
    if (before === null && !(await this.records.insertIfAbsent(BY_TOKEN, token, Buffer.from(place)))) {
      const after = await this.placeOf(BY_TOKEN, token);
      if (after === null || !isSame(after, wanted)) return { rejection: 'IdInUse' };
    }
    this.remember(token, wanted);
    return { isNew: before === null };
  }

  /** A number that was bound for a card that the ledger refused may be another card's. The same command binds it again. */
  private async releaseRefused(
    bound: Reserved,
    token: CardToken,
    { cardId }: Place,
    outcomes: Outcomes,
  ): Promise<void> {
    if (!bound.isNew || outcomes[0]?.kind !== 'rejected') return;
    await this.records.remove(BY_TOKEN, token);
    await this.records.remove(BY_ID, cardId);
    this.places.delete(token);
    this.places.delete(cardId);
  }

  private async placeOf(collection: string, key: string): Promise<Place | null> {
    return this.places.get(key) ?? (await this.lookUp(collection, key));
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

/** The declared types of the table's columns, and what the projection writes, are what these casts say. */
function cardOf(row: Row): Card {
  return {
    cardId: row.card_id as CardId,
    masked: row.masked as string | null,
    expiry: row.expiry as string | null,
    holder: row.holder as string | null,
    status: row.status as Card['status'],
    replacedBy: row.replaced_by as CardId | null,
    frozen: row.frozen as boolean,
    controls: JSON.parse(row.controls as string) as Card['controls'],
    limits: limitsOf(JSON.parse(row.limits as string)),
    issuedAt: row.issued_at as bigint,
  };
}

type LimitsText = { readonly [Name in keyof Card['limits']]: string | number | null };

function limitsOf(text: LimitsText): Card['limits'] {
  const amount = (value: string | number | null) => (value === null ? null : BigInt(value));
  const count = (value: string | number | null) => (value === null ? null : Number(value));
  return {
    perTransaction: amount(text.perTransaction),
    dailyAmount: amount(text.dailyAmount),
    monthlyAmount: amount(text.monthlyAmount),
    dailyCash: amount(text.dailyCash),
    dailyCount: count(text.dailyCount),
    monthlyCount: count(text.monthlyCount),
  };
}

function isSame(a: Place, b: Place): boolean {
  return a.accountId === b.accountId && a.cardId === b.cardId;
}
