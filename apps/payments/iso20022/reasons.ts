// Why a payment is refused or comes back, in the codes that banks tell each other (ISO 20022, external status and return reasons).
import type { RejectionName } from '@tallystick/ledger-core';

const REASONS: Partial<Record<RejectionName, string>> = {
  UnknownAccount: 'AC01',
  AccountClosed: 'AC04',
  AccountFrozen: 'AC06',
  CurrencyMismatch: 'AM03',
  IdInUse: 'AM05',
  IdempotencyKeyReused: 'AM05',
  InvalidAmount: 'AM09',
  BalanceOutOfRange: 'AM02',
};
/** Whatever has no code of its own. */
const NARRATIVE = 'NARR';
const CODE = /^[A-Z0-9]{4}$/;

export const UNKNOWN_ACCOUNT = 'AC01';
export const DUPLICATE = 'AM05';

export function reasonOf(rejection: RejectionName): string {
  return REASONS[rejection] ?? NARRATIVE;
}

interface GivenReason {
  readonly Rsn?: { readonly Cd: string } | { readonly Prtry: string };
}

/** A reason that came in. Text that is no code stays outside: it may say anything of anybody, and events keep it for ever. */
export function reasonIn(given: readonly GivenReason[] | undefined): string {
  const reason = given?.find(({ Rsn }) => Rsn !== undefined)?.Rsn;
  const text = reason === undefined ? '' : 'Cd' in reason ? reason.Cd : reason.Prtry;
  return CODE.test(text) ? text : NARRATIVE;
}
