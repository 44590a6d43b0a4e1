// What a message says of its transactions as a whole, against the transactions themselves.
import type { Amount } from '@tallystick/iso20022';
import { exponentOf } from '@tallystick/ledger-core';

/** Digits behind the point that a control sum may have (DecimalNumber). */
const FRACTION_DIGITS = 17;

export interface Totals {
  readonly NbOfTxs: string;
  readonly CtrlSum?: string;
}

/** AM18 where the number is wrong, AM10 where a sum is; undefined where all is right. */
export function controlFault(
  { NbOfTxs, CtrlSum }: Totals,
  total: Amount | undefined,
  amounts: readonly Amount[],
): 'AM18' | 'AM10' | undefined {
  if (BigInt(NbOfTxs) !== BigInt(amounts.length)) return 'AM18';
  if (total !== undefined) {
    const sum = amounts.reduce((before, { minor }) => before + minor, 0n);
    if (sum !== total.minor || amounts.some(({ currency }) => currency !== total.currency)) return 'AM10';
  }
  // A hash total: the numbers are added whatever their currencies.
  if (
    CtrlSum !== undefined &&
    scaled(CtrlSum) !== amounts.reduce((before, amount) => before + scaledAmount(amount), 0n)
  )
    return 'AM10';
  return undefined;
}

function scaledAmount({ currency, minor }: Amount): bigint {
  return minor * 10n ** BigInt(FRACTION_DIGITS - exponentOf(currency));
}

/** @param decimal as DecimalNumber has it */
function scaled(decimal: string): bigint {
  const [whole = '', fraction = ''] = decimal.replace(/^[+-]/, '').split('.');
  const digits = BigInt(whole + fraction.replace(/0+$/, '').padEnd(FRACTION_DIGITS, '0'));
  return decimal.startsWith('-') ? -digits : digits;
}
