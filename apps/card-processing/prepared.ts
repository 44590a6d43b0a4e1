// A message that is ready for the ledger: the command that it stands for, and of whom it is asked.
import type { ledgerContract, RequestOf } from '@tallystick/contracts';
import type {
  AccountId,
  CardToken,
  CardTransactionCommand,
  CurrencyCode,
  LocalDate,
  Micros,
  PostClearing,
  PostRefund,
} from '@tallystick/ledger-core';
import type { KnownCard, UnknownCard } from './card-directory.js';
import type { Refusal } from './refusals.js';

type Execute = RequestOf<(typeof ledgerContract)['methods']['execute']>;
export type GatewayCommand = Exclude<CardTransactionCommand, { type: 'ExpireAuthorisation' }>;

/** Whose idempotency keys these are. */
export const CALLER = 'gateway';

export interface OfAccount {
  readonly kind: 'account';
  readonly accountId: AccountId;
  readonly request: Execute;
  readonly currency: CurrencyCode | null;
}
export interface OfNobody {
  readonly kind: 'nobody';
  readonly token: CardToken | null;
  readonly command: GatewayCommand;
  readonly circumstances: {
    readonly key: string;
    readonly effectiveAt: Micros;
    readonly localDate: LocalDate;
    readonly causedAt: Micros;
  };
}
export type Prepared = OfAccount | OfNobody | Refusal;

/** Stands in a command of a card that was given by an id nobody knows; such a command never reaches the ledger with it. */
export const NO_TOKEN = 'none' as CardToken;

export function ofAccount(
  { accountId }: KnownCard,
  command: GatewayCommand,
  key: string,
  effectiveAt: Micros,
  localDate: LocalDate,
): OfAccount {
  const request = { accountId, caller: CALLER, commands: [{ key, effectiveAt, localDate, causedAt: 0n, command }] };
  return { kind: 'account', accountId, request, currency: 'currency' in command ? command.currency : null };
}

export function ofNobody(
  { token }: UnknownCard,
  command: GatewayCommand,
  key: string,
  effectiveAt: Micros,
  localDate: LocalDate,
): OfNobody {
  return { kind: 'nobody', token, command, circumstances: { key, effectiveAt, localDate, causedAt: 0n } };
}

type Suspended = RequestOf<(typeof ledgerContract)['methods']['suspendClearing']>;

/** What is posted to suspense for a presentment of a card that nobody issued. */
export function suspenseOf(command: PostClearing | PostRefund, circumstances: OfNobody['circumstances']): Suspended {
  const { scheme, amount, currency, reconciliation, merchant } = command;
  const refund = command.type === 'PostRefund';
  return {
    caller: CALLER,
    ...circumstances,
    clearingKey: command.type === 'PostRefund' ? command.refundKey : command.clearingKey,
    scheme,
    amount,
    currency,
    reconciliation,
    refund,
    reason: 'unknown_card',
    description: merchant.descriptor,
  };
}
