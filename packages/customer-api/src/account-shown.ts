// Accounts and pots as customers' programs are shown them (customer API, sections 4 and 6).
import type { accountsContract, balanceContract, ResponseOf } from '@tallystick/contracts';
import type { Micros } from '@tallystick/ledger-core';
import { exactAmount } from '@tallystick/transport/service';
import { changedAt, instantShown } from './instants.js';

export type Account = ResponseOf<(typeof accountsContract)['methods']['ownedBy']>['accounts'][number];
export type OwnerName = ResponseOf<(typeof accountsContract)['methods']['ownerNames']>['names'][number];
export type AccountNumber = ResponseOf<
  (typeof accountsContract)['methods']['numbersOf']
>['accounts'][number]['numbers'][number];
export type Pot = ResponseOf<(typeof balanceContract)['methods']['pots']>['pots'][number];

export const RETAIL = 'uk_retail';
const JOINT = 'uk_retail_joint';
const ID_PREFIX = 'acc_'.length;
const SORT_CODE = /^[0-9]{6}$/;
const NUMBER = /^[0-9]{8}$/;
const IBAN = /^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$/;
const IBAN_USE = 'For payments from abroad';

/** By what the bank calls its products. No other type is ever shown: some clients lose their whole list over one. */
const TYPES = new Map([
  ['business', 'uk_business'],
  ['rewards', 'uk_rewards'],
  ['flex', 'uk_monzo_flex'],
  ['loan', 'uk_loan'],
]);
const SHOWN = new Set(TYPES.values());
/** Clients tell what is no current account by the beginning of its description. */
const DESCRIPTIONS: Readonly<Record<string, string>> = { uk_monzo_flex: 'monzoflex', uk_loan: 'loan' };
const WITH_NUMBERS = new Set([RETAIL, JOINT, 'uk_business']);

/** Of a current account by its owners, whatever its product was called. */
export function accountTypeOf({ product, owners }: Account): string {
  const type = TYPES.get(product) ?? product;
  if (SHOWN.has(type)) return type;
  return owners.length > 1 || type === JOINT ? JOINT : RETAIL;
}

/** What is shown of an account besides the account itself. */
export interface AccountDetails {
  /** By user id; missing where nothing is known of the owner, or nothing any more. */
  readonly names: ReadonlyMap<string, OwnerName>;
  /** By account id; missing where it has none. */
  readonly numbers: ReadonlyMap<string, readonly AccountNumber[]>;
  /** The bank's own, for IBANs; empty for none. */
  readonly bic: string;
}

/** @param userId who asks: clients tell a current account by its description, a user's id */
export function accountShown(account: Account, userId: string, { names, numbers, bic }: AccountDetails) {
  const type = accountTypeOf(account);
  const prefix = DESCRIPTIONS[type];
  return {
    id: String(account.id),
    description: prefix === undefined ? userId : `${prefix}_${account.id.slice(ID_PREFIX)}`,
    created: instantShown(account.openedAt),
    closed: account.status === 'CLOSED',
    type,
    currency: String(account.currency),
    country_code: 'GB',
    owners: account.owners.map((owner) => ownerShown(owner, names.get(owner))),
    ...(WITH_NUMBERS.has(type) ? numbersShown(numbers.get(account.id) ?? [], bic) : {}),
  };
}

/** Where no name is known it is empty, never absent. */
function ownerShown(userId: string, name: OwnerName | undefined) {
  const { preferredName = '', preferredFirstName = '' } = name ?? {};
  return { user_id: userId, preferred_name: preferredName, preferred_first_name: preferredFirstName };
}

/** Clients know British numbers alone; an account number of another kind is not shown. */
function numbersShown(numbers: readonly AccountNumber[], bic: string) {
  const uk = numbers.find(
    ({ sortCode, accountNumber }) => SORT_CODE.test(sortCode ?? '') && NUMBER.test(accountNumber),
  );
  const iban = numbers.find(({ sortCode, accountNumber }) => sortCode === null && IBAN.test(accountNumber));
  const local = uk === undefined ? undefined : { account_number: uk.accountNumber, sort_code: uk.sortCode ?? '' };
  if (local === undefined && iban === undefined) return {};
  return {
    ...local,
    payment_details: {
      ...(local === undefined ? {} : { locale_uk: local }),
      ...(iban === undefined ? {} : { iban: ibanShown(iban.accountNumber, bic) }),
    },
  };
}

function ibanShown(unformatted: string, bic: string) {
  const formatted = unformatted.replace(/(.{4})(?=.)/g, '$1 ');
  return { unformatted, formatted, bic, usage_description: IBAN_USE, usage_description_web: IBAN_USE };
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
