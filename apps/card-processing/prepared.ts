// A message that is ready for the ledger: the command that it stands for, and of whom it is asked.
import type { ledgerContract, RequestOf } from '@tallystick/contracts';
import type {
  AccountId,
  CardToken,
  CardTransactionCommand,
  CurrencyCode,
  LocalDate,
  Micros,
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
