// Accounts and pots as customers' programs are shown them (customer API, sections 4 and 6).
import type { accountsContract, balanceContract, ResponseOf } from '@tallystick/contracts';
import type { Micros } from '@tallystick/ledger-core';
import { exactAmount } from '@tallystick/transport/service';
import { changedAt, instantShown } from './instants.js';

export type Account = ResponseOf<(typeof accountsContract)['methods']['ownedBy']>['accounts'][number];
export type Pot = ResponseOf<(typeof balanceContract)['methods']['pots']>['pots'][number];

export const RETAIL = 'uk_retail';
const JOINT = 'uk_retail_joint';

export function accountTypeOf({ owners }: Account): string {
  return owners.length > 1 ? JOINT : RETAIL;
}

/** @param userId who asks: clients tell a current account by its description, a user's id */
export function accountShown(account: Account, userId: string) {
  return {
    id: String(account.id),
    description: userId,
    created: instantShown(account.openedAt),
    closed: account.status === 'CLOSED',
    type: accountTypeOf(account),
    currency: String(account.currency),
    country_code: 'GB',
    // Names are the customers service's; until it tells them they are empty, not absent.
    owners: account.owners.map((owner) => ({ user_id: owner, preferred_name: '', preferred_first_name: '' })),
  };
}

export interface PotShownWith {
  readonly name: string;
  readonly currency: string;
  /** Microseconds since 1970. */
  readonly now: Micros;
}

export function potShown(pot: Pot, { name, currency, now }: PotShownWith) {
  const { id, style, balance, goal, created, updated, closed, accountId, locked, lockedUntil } = pot;
  const isLocked = locked && (lockedUntil === null || now < lockedUntil);
  return {
    id: String(id),
    name,
    style,
    balance: exactAmount(balance),
    currency,
    type: 'default',
    product_id: 'default',
    current_account_id: String(accountId),
    cover_image_url: '',
    isa_wrapper: '',
    round_up: false,
    round_up_multiplier: null,
    is_tax_pot: false,
    available_for_bills: false,
    has_virtual_cards: false,
    created: instantShown(created),
    updated: instantShown(changedAt(created, updated)),
    deleted: closed,
    locked: isLocked,
    charity_id: '',
    ...(goal === null ? {} : { goal_amount: exactAmount(goal) }),
    ...(isLocked && lockedUntil !== null ? { locked_until: instantShown(lockedUntil) } : {}),
  };
}
