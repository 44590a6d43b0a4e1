// Limits and switches as programs send them: as a form, where all is text, or as JSON.
import type { Static } from '@sinclair/typebox';
import { badParam } from '@tallystick/customer-api';
import { AMOUNT_MAX, type CardControls, type CardLimits } from '@tallystick/ledger-core';
import type { controlsBody, limitsBody } from './card-api.schemas.js';

type Given = string | number | null;

/** An Avro int. */
const COUNT_MAX = 2 ** 31 - 1;
const CATEGORIES_MAX = 200;
const DIGITS = /^[0-9]{1,16}$/;
const CATEGORY = /^[0-9]{4}$/;

/** @throws ProblemError, 400 */
export function readLimits(body: Static<typeof limitsBody>): CardLimits {
  return {
    perTransaction: amount('per_transaction', body.per_transaction),
    dailyAmount: amount('daily_amount', body.daily_amount),
    monthlyAmount: amount('monthly_amount', body.monthly_amount),
    dailyCash: amount('daily_cash', body.daily_cash),
    dailyCount: whole('daily_count', body.daily_count, COUNT_MAX),
    monthlyCount: whole('monthly_count', body.monthly_count, COUNT_MAX),
  };
}

/** @throws ProblemError, 400 */
export function readControls(body: Static<typeof controlsBody>): CardControls {
  return {
    online: isOn(body.online),
    contactless: isOn(body.contactless),
    atm: isOn(body.atm),
    magstripe: isOn(body.magstripe),
    blockedCategories: categories(body.blocked_categories),
  };
}

function amount(name: string, given: Given): bigint | null {
  const number = whole(name, given, Number(AMOUNT_MAX));
  return number === null ? null : BigInt(number);
}

/** Null and an empty text stand for no limit; 0 lets nothing through. */
function whole(name: string, given: Given, most: number): number | null {
  if (given === null || given === '') return null;
  const number = typeof given === 'number' ? given : DIGITS.test(given) ? Number(given) : Number.NaN;
  if (!Number.isSafeInteger(number) || number < 0 || number > most)
    throw badParam(name, `${name} must be a whole number from 0 to ${most}, or empty for no limit`);
  return number;
}

function isOn(given: boolean | 'true' | 'false'): boolean {
  return given === true || given === 'true';
}

function categories(given: string | readonly string[]): readonly string[] {
  const codes = typeof given === 'string' ? given.split(',').filter((code) => code !== '') : given;
  const unique = [...new Set(codes)].sort();
  if (unique.length > CATEGORIES_MAX || !unique.every((code) => CATEGORY.test(code)))
    throw badParam('blocked_categories', `blocked_categories has up to ${CATEGORIES_MAX} codes of four digits`);
  return unique;
}
