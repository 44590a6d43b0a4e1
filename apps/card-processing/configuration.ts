// What the bank decides about its cards: the largest authorisation, and how long a hold stays.
import { AMOUNT_MAX, type Micros, type Minor } from '@tallystick/ledger-core';
import { checkStandIn, noStandIn, type StandInConfiguration } from './stand-in/configuration.js';

export interface HoldRule {
  /** Null for every scheme. */
  readonly scheme: string | null;
  /** Merchant category code, four digits; null for every category. */
  readonly mcc: string | null;
  readonly days: number;
}

export interface CardProcessingConfiguration {
  /** The largest amount of one authorisation, in minor units of the account's currency; beyond it: declined, 13. */
  readonly authorisationMaximum: Minor;
  /** Scheme of a message that names none. */
  readonly defaultScheme: string;
  /** How long an authorisation stays held, days from when it was recorded. */
  readonly holdDays: number;
  /** The same for a pre-authorisation. */
  readonly preAuthorisationHoldDays: number;
  /** Exceptions for authorisations that are no pre-authorisations: the first that matches wins. */
  readonly holdRules: readonly HoldRule[];
  /** How many cards' accounts are remembered. */
  readonly rememberedCards: number;
  /** What is decided while the ledger is out of reach. */
  readonly standIn: StandInConfiguration;
}

export const defaultCardProcessing: CardProcessingConfiguration = {
  authorisationMaximum: 100_000_000n,
  defaultScheme: 'mastercard',
  holdDays: 7,
  preAuthorisationHoldDays: 30,
  holdRules: [],
  rememberedCards: 200_000,
  standIn: noStandIn,
};

const DAY: Micros = 86_400_000_000n;
const DAYS_MAX = 365;

/** How long a hold stays, microseconds, by configuration. */
export class HoldTimes {
  private readonly ordinary: Micros;
  private readonly preAuthorisation: Micros;

  constructor(private readonly configuration: CardProcessingConfiguration) {
    this.ordinary = BigInt(configuration.holdDays) * DAY;
    this.preAuthorisation = BigInt(configuration.preAuthorisationHoldDays) * DAY;
  }

  holdFor(scheme: string, mcc: string | null, preAuthorisation: boolean): Micros {
    if (preAuthorisation) return this.preAuthorisation;
    for (const rule of this.configuration.holdRules) {
      if ((rule.scheme ?? scheme) === scheme && (rule.mcc ?? mcc) === mcc) return BigInt(rule.days) * DAY;
    }
    return this.ordinary;
  }
}

/**
 * The same configuration.
 * @throws where a value makes no sense; the message begins with the key's name
 */
export function checkCardProcessing(configuration: CardProcessingConfiguration): CardProcessingConfiguration {
  const { authorisationMaximum, defaultScheme, holdRules, rememberedCards } = configuration;
  if (authorisationMaximum < 1n || authorisationMaximum > AMOUNT_MAX)
    throw new Error('authorisationMaximum: from 1 to 9007199254740991 minor units');
  if (!/^[a-z][a-z0-9-]{0,31}$/.test(defaultScheme))
    throw new Error('defaultScheme: lower-case letters, digits and hyphens');
  checkDays('holdDays', configuration.holdDays);
  checkDays('preAuthorisationHoldDays', configuration.preAuthorisationHoldDays);
  for (const rule of holdRules) {
    checkDays('holdRules.days', rule.days);
    if (rule.mcc !== null && !/^[0-9]{4}$/.test(rule.mcc)) throw new Error('holdRules.mcc: four digits');
  }
  if (!Number.isInteger(rememberedCards) || rememberedCards < 1)
    throw new Error('rememberedCards: a whole number above zero');
  checkStandIn(configuration.standIn);
  return configuration;
}

function checkDays(key: string, days: number): void {
  if (!Number.isInteger(days) || days < 1 || days > DAYS_MAX) throw new Error(`${key}: from 1 to ${DAYS_MAX} days`);
}
