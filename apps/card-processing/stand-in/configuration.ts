// Whether, for what and how far the gateway decides while the ledger is out of reach (docs/stand-in.md).
import type { ClusterConfiguration } from '@tallystick/cluster';
import { AMOUNT_MAX, isCurrency, type Minor } from '@tallystick/ledger-core';

/** Nothing that takes cash or brings money in. */
export type StandInKind = 'purchase' | 'status_inquiry';

/** In minor units of one currency. */
export interface StandInLimits {
  readonly perTransaction: Minor;
  /** All approvals of one card within the window. */
  readonly perCard: Minor;
}

export interface StandInConfiguration {
  readonly enabled: boolean;
  readonly kinds: readonly StandInKind[];
  /** Over which a card's approvals are summed and counted. */
  readonly windowHours: number;
  readonly countPerCard: number;
  /** By currency of the account; for others nobody stands in. */
  readonly limits: Readonly<Record<string, StandInLimits>>;
}

export const noStandIn: StandInConfiguration = {
  enabled: false,
  kinds: ['purchase'],
  windowHours: 24,
  countPerCard: 5,
  limits: {},
};

const WINDOW_HOURS_MAX = 744;

/** @throws where a value makes no sense; the message begins with the key's name */
export function checkStandIn({ enabled, windowHours, countPerCard, limits }: StandInConfiguration): void {
  if (!Number.isInteger(windowHours) || windowHours < 1 || windowHours > WINDOW_HOURS_MAX)
    throw new Error(`standIn.windowHours: from 1 to ${WINDOW_HOURS_MAX}`);
  if (!Number.isInteger(countPerCard) || countPerCard < 1)
    throw new Error('standIn.countPerCard: a whole number above zero');
  for (const [currency, { perTransaction, perCard }] of Object.entries(limits)) {
    if (!isCurrency(currency)) throw new Error(`standIn.limits: ${currency} is not in ISO 4217`);
    for (const limit of [perTransaction, perCard])
      if (limit < 1n || limit > AMOUNT_MAX)
        throw new Error(`standIn.limits.${currency}: from 1 to 9007199254740991 minor units`);
  }
  if (enabled && Object.keys(limits).length === 0)
    throw new Error('standIn.limits: is empty, and standIn.enabled is true');
}

/** As a deployment says. */
export function standInOf({ standIn }: ClusterConfiguration): StandInConfiguration {
  const limits = Object.entries(standIn.limits).map(([currency, { perTransaction, perCard }]) => [
    currency,
    { perTransaction: BigInt(perTransaction), perCard: BigInt(perCard) },
  ]);
  return { ...standIn, limits: Object.fromEntries(limits) };
}
