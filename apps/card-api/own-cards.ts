// Which cards are a customer's own. Of a joint account each owner has the cards that they hold, and no others (lifecycles, section 2).
import type { ClientOf, cardsContract, ResponseOf } from '@tallystick/contracts';
import { type Account, type Customer, notFound, type OwnedAccounts } from '@tallystick/customer-api';
import type { CardId } from '@tallystick/ledger-core';

export type Card = ResponseOf<(typeof cardsContract)['methods']['list']>['cards'][number];

export interface OwnCard {
  readonly card: Card;
  readonly account: Account;
}

const ACCOUNTS_AT_ONCE = 16;

export class OwnCards {
  constructor(
    private readonly owned: OwnedAccounts,
    private readonly cards: Pick<ClientOf<typeof cardsContract>, 'list' | 'resolve'>,
  ) {}

  /** @param accountId empty for all accounts of the customer. @throws ProblemError, 403, where the account is not theirs */
  async list(customer: Customer, accountId: string): Promise<readonly OwnCard[]> {
    const accounts = accountId === '' ? await this.owned.fresh(customer) : [await this.owned.one(customer, accountId)];
    const found: OwnCard[] = [];
    for (let at = 0; at < accounts.length; at += ACCOUNTS_AT_ONCE) {
      const some = accounts.slice(at, at + ACCOUNTS_AT_ONCE);
      const lists = await Promise.all(some.map((account) => this.of(customer, account, customer.minPosition)));
      found.push(...lists.flat());
    }
    return found;
  }

  /** @throws ProblemError, 404: one answer for another's card and for none */
  async one(customer: Customer, cardId: string): Promise<OwnCard> {
    const { place } = await this.cards.resolve({ token: null, cardId: cardId as CardId }, customer.context);
    if (place === null) throw notFound('card');
    // Asked anew: who has become an owner, or is none any more, is heard of at once.
    const account = (await this.owned.fresh(customer)).find(({ id }) => id === place.accountId);
    if (account === undefined) throw notFound('card');
    return this.seen(customer, account, place.cardId, customer.minPosition);
  }

  /** The card as the view has it at this position or later. @throws as `one` */
  async seen(customer: Customer, account: Account, cardId: CardId, minPosition: bigint): Promise<OwnCard> {
    const found = (await this.of(customer, account, minPosition)).find(({ card }) => card.cardId === cardId);
    if (found === undefined) throw notFound('card');
    return found;
  }

  private async of(customer: Customer, account: Account, minPosition: bigint): Promise<OwnCard[]> {
    const { cards } = await this.cards.list({ accountId: account.id, minPosition }, customer.context);
    return cards.filter((card) => isTheirs(card, account, customer.userId)).map((card) => ({ card, account }));
  }
}

/** A card of before holders were known, or of before anybody owned the account, is the first owner's, as the ledger has it. */
function isTheirs({ holder }: Card, { owners }: Account, userId: string): boolean {
  return (holder ?? owners[0]) === userId;
}
