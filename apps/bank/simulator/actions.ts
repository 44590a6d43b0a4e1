// What the outside asks of the bank in one run: a list made from the seed before anything happens.
import type { ledgerContract, RequestOf } from '@tallystick/contracts';
import type { AccountId, CardId, CardToken, CurrencyCode, PotId } from '@tallystick/ledger-core';
import type { Fault } from './faults.js';

type Methods = (typeof ledgerContract)['methods'];

export type Asked =
  | { readonly to: 'account'; readonly request: RequestOf<Methods['execute']> }
  | { readonly to: 'unknown-card'; readonly request: RequestOf<Methods['executeUnknownCard']> }
  | { readonly to: 'suspense'; readonly request: RequestOf<Methods['suspendClearing']> }
  | { readonly to: 'batch'; readonly request: RequestOf<Methods['completeBatch']> };

export interface Action {
  /** Its name in `--actions`; the same whatever other actions are left out. */
  readonly index: number;
  /** Virtual microseconds since the world began. */
  readonly at: number;
  /** Asked first of the instance that its account's commands do not go to at that time. */
  readonly astray: boolean;
  readonly asked: Asked;
  /** What is wrong with it, from the outside. */
  readonly fault?: Fault | undefined;
}

export interface AccountPlan {
  readonly accountId: AccountId;
  readonly currency: CurrencyCode;
  readonly cards: readonly [CardPlan, ...CardPlan[]];
  readonly pots: readonly [PotId, ...PotId[]];
}

export interface CardPlan {
  readonly cardId: CardId;
  readonly token: CardToken;
}

export type SentCommand = RequestOf<Methods['execute']>['commands'][number];
