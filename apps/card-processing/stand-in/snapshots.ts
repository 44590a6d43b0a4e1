// What is known of an account while the ledger is out of reach: what the views say, which live on, and what the ledger answered us last.
import type { accountsContract, balanceContract, CallContext, ClientOf, cardsContract } from '@tallystick/contracts';
import {
  type AccountId,
  type CardId,
  type CurrencyCode,
  type DeclineReason,
  declines,
  type Minor,
} from '@tallystick/ledger-core';
import { CallFailed, CallScope } from '@tallystick/transport';
import { Recent } from '../recent.js';
import type { SeenCard } from './card-state.js';
import type { Execute, Outcome } from './outbox-entry.js';

export interface Snapshot {
  readonly currency: CurrencyCode;
  readonly available: Minor;
  /** Why the card may not be used, as far as is known. */
  readonly card: DeclineReason | undefined;
  /** As the view of cards has it; undefined where that is away, or younger than the card. */
  readonly seen: SeenCard | undefined;
  readonly account: DeclineReason | undefined;
}

export interface SnapshotsPorts {
  readonly accounts: ClientOf<typeof accountsContract>;
  readonly balance: ClientOf<typeof balanceContract>;
  readonly cards: ClientOf<typeof cardsContract>;
  /** Milliseconds by the clock of deadlines. */
  readonly now: () => number;
  /** Accounts and cards that are remembered. */
  readonly remembered: number;
}

interface Remembered {
  available: Minor | undefined;
  /** That the available amount is of. */
  position: bigint;
  currency: CurrencyCode | undefined;
  account: DeclineReason | undefined;
  /** The newest authorisation's, for its repeats. */
  key: string;
  outcome: Outcome | undefined;
}

/** Views are in memory or one hop away: what takes longer is as good as away. */
const VIEWS_MS = 250;
const RUNGS = new Map(Object.keys(declines).map((reason, index) => [reason, index]));
const rung = (reason: DeclineReason): number => RUNGS.get(reason) ?? 0;
const [FIRST_OF_CARD, LAST_OF_CARD] = [rung('card_lost'), rung('card_frozen')];
const STATUS: Readonly<Record<string, DeclineReason>> = { CLOSED: 'account_closed', FROZEN: 'account_frozen' };

export class Snapshots {
  readonly #accounts: Recent<AccountId, Remembered>;
  /** What the ledger last declined a card for; null where it last found nothing wrong with the card. */
  readonly #cards: Recent<CardId, DeclineReason | null>;

  constructor(private readonly ports: SnapshotsPorts) {
    this.#accounts = new Recent(ports.remembered);
    this.#cards = new Recent(ports.remembered);
  }

  /** The ledger answered. */
  heard({ accountId, commands }: Execute, outcome: Outcome): void {
    const [asked] = commands;
    if (outcome.kind === 'rejected' || asked === undefined) return;
    const known = this.#accounts.get(accountId) ?? this.#remember(accountId);
    const { answer, position, repeated } = outcome;
    if (answer.balances !== null && !repeated && position >= known.position) {
      known.available = answer.balances.available;
      known.position = position;
    }
    const { command, key } = asked;
    if (command.type !== 'AuthoriseCard') return;
    known.key = key;
    known.outcome = outcome;
    if (answer.decision === 'approved') {
      known.currency = command.currency;
      known.account = undefined;
      this.#cards.set(command.cardId, null);
    } else if (answer.reason !== null && RUNGS.has(answer.reason))
      this.#declined(known, command.cardId, command.currency, answer.reason as DeclineReason);
  }

  /** The ladder is flat: whatever comes before the rung that declined was passed. */
  #declined(known: Remembered, cardId: CardId, currency: CurrencyCode, reason: DeclineReason): void {
    const at = rung(reason);
    if (at >= FIRST_OF_CARD && at <= LAST_OF_CARD) this.#cards.set(cardId, reason);
    else if (at > LAST_OF_CARD) this.#cards.set(cardId, null);
    if (reason === 'account_closed' || reason === 'account_frozen') known.account = reason;
    else if (at > rung('account_frozen')) known.account = undefined;
    if (at > rung('currency_mismatch')) known.currency = currency;
  }

  /** What the ledger answered to the account's newest authorisation, where that had this key. */
  answered(accountId: AccountId, key: string): Outcome | undefined {
    const known = this.#accounts.get(accountId);
    return known?.key === key ? known.outcome : undefined;
  }

  /** Undefined where too little is known. */
  async of(accountId: AccountId, cardId: CardId, parent: CallContext): Promise<Snapshot | undefined> {
    const { accounts, balance, cards, now } = this.ports;
    const known = this.#accounts.get(accountId);
    const { correlationId, actor, traceparent } = parent;
    // The caller's own deadline may be near: what is left of the scheme's 2 s is enough for this.
    const context = new CallScope({ deadline: now() + VIEWS_MS, correlationId, actor, traceparent });
    const [account, seen, ofAccount] = await Promise.all([
      accounts.get({ accountId }, context).then(({ found }) => found, nothing),
      balance.get({ accountId, minPosition: known?.position ?? 0n }, context).then(({ found }) => found, nothing),
      cards.list({ accountId, minPosition: 0n }, context).then((listed) => listed.cards, nothing),
    ]);
    const currency = account?.currency ?? known?.currency;
    const available = seen?.available ?? known?.available;
    if (currency === undefined || available === undefined) return undefined;
    const status = account === null ? undefined : STATUS[account.status];
    const seenCard = ofAccount?.find((one) => one.cardId === cardId);
    const heardOf = this.#cards.get(cardId);
    // It may be lost or frozen for all that is known of it.
    if (seenCard === undefined && heardOf === undefined) return undefined;
    return { currency, available, card: heardOf ?? undefined, seen: seenCard, account: status ?? known?.account };
  }

  #remember(accountId: AccountId): Remembered {
    const known: Remembered = {
      available: undefined,
      position: 0n,
      currency: undefined,
      account: undefined,
      key: '',
      outcome: undefined,
    };
    this.#accounts.set(accountId, known);
    return known;
  }
}

function nothing(failure: unknown): null {
  if (!(failure instanceof CallFailed)) throw failure;
  return null;
}
