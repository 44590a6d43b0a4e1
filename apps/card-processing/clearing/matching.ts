// Which authorisation a presentment clears, where the record names neither it nor its keys: worked out from the account's open card
// transactions, as the transactions view has them. The view knows no merchant number and not which card of the account was used.
import type { CallContext, ClientOf, ResponseOf, transactionsContract } from '@tallystick/contracts';
import type { AccountId, CurrencyCode, Micros, Minor, TransactionId } from '@tallystick/ledger-core';
import type { Clues } from './records.js';

/** In percent: how sure a way is of having found the right authorisation. */
export const CONFIDENCE = {
  authorisation_id: 100,
  scheme_keys: 100,
  approval_code_and_amount: 99,
  probable_keys: 95,
  approval_code: 90,
  amount_and_merchant: 80,
  near_amount_and_merchant: 60,
  /** Posted forced, as a transaction of its own. */
  none: 0,
} as const;
export type Way = keyof typeof CONFIDENCE;

export interface Match {
  readonly way: Way;
  readonly transactionId: TransactionId;
}

export interface Wanted {
  readonly accountId: AccountId;
  readonly amount: Minor;
  readonly currency: CurrencyCode;
  /** When the card was used, as far as it is known. */
  readonly usedAt: Micros;
  readonly clues: Clues;
}

type Transaction = ResponseOf<(typeof transactionsContract)['methods']['list']>['transactions'][number];

const DAY: Micros = 86_400_000_000n;
/** A pre-authorisation is held for 30 days (lifecycles, section 1); a terminal's clock may be in another zone. */
const APPROVAL_CODE_DAYS = 31n * DAY;
const MERCHANT_DAYS = 7n * DAY;
const AHEAD = DAY;
const PAGE = 500;
/** Of a shorter name too much begins the same. */
const NAME_MIN = 5;

/** Sees the account as of the newest event when it was made; what it found itself for a final clearing is not found again. */
export class Matcher {
  private readonly lists = new Map<AccountId, { oldest: Micros; list: Promise<readonly Transaction[]> }>();
  private readonly taken = new Set<TransactionId>();

  /** @param position that the view has to have seen */
  constructor(
    private readonly transactions: ClientOf<typeof transactionsContract>,
    private readonly position: bigint,
    private readonly context: CallContext,
  ) {}

  /** The best of the open ones; of equals the one that is nearest in time. */
  async find(wanted: Wanted, final: boolean): Promise<Match | undefined> {
    let best: { readonly match: Match; readonly distance: bigint } | undefined;
    for (const transaction of await this.near(wanted)) {
      if (transaction.status !== 'PENDING' || this.taken.has(transaction.id)) continue;
      const way = wayTo(transaction, wanted);
      if (way === undefined) continue;
      const distance = absolute(transaction.created - wanted.usedAt);
      const better = best === undefined ? 1 : CONFIDENCE[way] - CONFIDENCE[best.match.way];
      if (better > 0 || (better === 0 && best !== undefined && distance < best.distance))
        best = { match: { way, transactionId: transaction.id }, distance };
    }
    if (best !== undefined && final) this.taken.add(best.match.transactionId);
    return best?.match;
  }

  /** Whatever could have been found at any time, settled since or not: one of them, where the presentment was posted before. */
  async everything(wanted: Wanted): Promise<TransactionId[]> {
    const near = await this.near(wanted);
    return near.filter((transaction) => wayTo(transaction, wanted, true) !== undefined).map(({ id }) => id);
  }

  private near({ accountId, usedAt }: Wanted): Promise<readonly Transaction[]> {
    const oldest = usedAt - APPROVAL_CODE_DAYS;
    const known = this.lists.get(accountId);
    if (known !== undefined && known.oldest <= oldest) return known.list;
    const list = this.read(accountId, oldest);
    this.lists.set(accountId, { oldest, list });
    return list;
  }

  /** Newest first, until one is older. */
  private async read(accountId: AccountId, oldest: Micros): Promise<readonly Transaction[]> {
    const all: Transaction[] = [];
    for (;;) {
      const page = { accountId, minPosition: this.position, limit: PAGE, before: all.at(-1)?.id ?? null };
      const { transactions } = await this.transactions.list(page, this.context);
      all.push(...transactions);
      const last = transactions.at(-1);
      if (last === undefined || transactions.length < PAGE || last.created < oldest) return all;
    }
  }
}

/** @param settled the amount may have changed since it was found, so it does not count */
function wayTo(transaction: Transaction, wanted: Wanted, settled = false): Way | undefined {
  const { amount, currency, usedAt, clues } = wanted;
  const age = usedAt - transaction.created;
  if (transaction.kind !== 'card' || transaction.currency !== currency) return undefined;
  if (age < -AHEAD || age > APPROVAL_CODE_DAYS) return undefined;
  const held = -transaction.amount;
  if (clues.approvalCode !== null && clues.approvalCode.toUpperCase() === approvalCodeOf(transaction.id))
    return held === amount ? 'approval_code_and_amount' : 'approval_code';
  if (age > MERCHANT_DAYS || clues.merchant === null || !sameMerchant(clues.merchant, transaction.description))
    return undefined;
  if (held === amount) return 'amount_and_merchant';
  return settled || 5n * absolute(held - amount) <= held ? 'near_amount_and_merchant' : undefined;
}

/** DE38 as our own answers over ISO 8583 have it. */
function approvalCodeOf(transactionId: TransactionId): string {
  return transactionId.slice(-6).toUpperCase();
}

/** One name may go on with the place, and both may be cut off. */
function sameMerchant(one: string, other: string): boolean {
  const [a, b] = [lettersAndDigits(one), lettersAndDigits(other)];
  if (a === b) return a !== '';
  const length = Math.min(a.length, b.length);
  return length >= NAME_MIN && a.slice(0, length) === b.slice(0, length);
}

function lettersAndDigits(text: string): string {
  return text.toUpperCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}
