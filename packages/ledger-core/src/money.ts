import type { CurrencyCode, Minor } from './brands.js';

const LONG_MAX = 2n ** 63n - 1n;
const LONG_MIN = -(2n ** 63n);

/** The largest amount that a message may carry: beyond it JSON numbers lose units (2^53 - 1). */
export const AMOUNT_MAX: Minor = 9_007_199_254_740_991n;

/** A sum left the range of an Avro long. Deciders answer it with the rejection BalanceOutOfRange. */
export class MoneyOverflow extends Error {
  override readonly name = 'MoneyOverflow';
}

export function fitsLong(amount: bigint): boolean {
  return amount <= LONG_MAX && amount >= LONG_MIN;
}

/** The amount itself, where it fits 64 bits. @throws MoneyOverflow */
export function checked(amount: bigint): Minor {
  if (!fitsLong(amount)) throw new MoneyOverflow(`${amount} does not fit 64 bits`);
  return amount;
}

export function min(a: Minor, b: Minor): Minor {
  return a < b ? a : b;
}

export function max(a: Minor, b: Minor): Minor {
  return a > b ? a : b;
}

/** Minor units by currency: how many digits stand behind the point, then the codes with their numbers (ISO 4217). */
const TABLE: readonly (readonly [number, string])[] = [
  [
    0,
    `BIF 108, CLP 152, DJF 262, GNF 324, ISK 352, JPY 392, KMF 174, KRW 410, PYG 600, RWF 646, UGX 800, UYI 940, VND 704, VUV 548, XAF 950, XOF 952, XPF 953`,
  ],
  [
    2,
    `AED 784, AFN 971, ALL 008, AMD 051, AOA 973, ARS 032, AUD 036, AWG 533, AZN 944, BAM 977, BBD 052, BDT 050, BMD 060, BND 096, BOB 068, BOV 984, BRL 986, BSD 044, BTN 064, BWP 072, BYN 933, BZD 084, CAD 124, CDF 976, CHE 947, CHF 756, CHW 948, CNY 156, COP 170, COU 970, CRC 188, CUP 192, CVE 132, CZK 203, DKK 208, DOP 214, DZD 012, EGP 818, ERN 232, ETB 230, EUR 978, FJD 242, FKP 238, GBP 826, GEL 981, GHS 936, GIP 292, GMD 270, GTQ 320, GYD 328, HKD 344, HNL 340, HTG 332, HUF 348, IDR 360, ILS 376, INR 356, IRR 364, JMD 388, KES 404, KGS 417, KHR 116, KPW 408, KYD 136, KZT 398, LAK 418, LBP 422, LKR 144, LRD 430, LSL 426, MAD 504, MDL 498, MGA 969, MKD 807, MMK 104, MNT 496, MOP 446, MRU 929, MUR 480, MVR 462, MWK 454, MXN 484, MXV 979, MYR 458, MZN 943, NAD 516, NGN 566, NIO 558, NOK 578, NPR 524, NZD 554, PAB 590, PEN 604, PGK 598, PHP 608, PKR 586, PLN 985, QAR 634, RON 946, RSD 941, RUB 643, SAR 682, SBD 090, SCR 690, SDG 938, SEK 752, SGD 702, SHP 654, SLE 925, SOS 706, SRD 968, SSP 728, STN 930, SVC 222, SYP 760, SZL 748, THB 764, TJS 972, TMT 934, TOP 776, TRY 949, TTD 780, TWD 901, TZS 834, UAH 980, USD 840, USN 997, UYU 858, UZS 860, VED 926, VES 928, WST 882, XAD 396, XCD 951, XCG 532, YER 886, ZAR 710, ZMW 967, ZWG 924`,
  ],
  [3, `BHD 048, IQD 368, JOD 400, KWD 414, LYD 434, OMR 512, TND 788`],
  [4, `CLF 990, UYW 927`],
];

interface CurrencyFacts {
  readonly exponent: number;
  readonly numeric: string;
}

const facts = new Map<string, CurrencyFacts>();
const byNumber = new Map<string, CurrencyCode>();
for (const [exponent, codes] of TABLE) {
  for (const entry of codes.split(', ')) {
    const [code = '', numeric = ''] = entry.split(' ');
    facts.set(code, { exponent, numeric });
    byNumber.set(numeric, code as CurrencyCode);
  }
}

export function isCurrency(code: string): code is CurrencyCode {
  return facts.has(code);
}

/** Alphabetic code of an ISO 4217 number such as `826`, or undefined. */
export function currencyOfNumber(numeric: string): CurrencyCode | undefined {
  return byNumber.get(numeric);
}

/** ISO 4217 number of a code, such as `826`. @throws RangeError for a code that is not in ISO 4217 */
export function numberOfCurrency(currency: string): string {
  const found = facts.get(currency);
  if (found === undefined) throw new RangeError(`${currency} is not an ISO 4217 currency`);
  return found.numeric;
}

/** Digits of minor units: JPY 0, GBP 2, KWD 3, CLF 4. @throws RangeError for a code that is not in ISO 4217 */
export function exponentOf(currency: string): number {
  const found = facts.get(currency);
  if (found === undefined) throw new RangeError(`${currency} is not an ISO 4217 currency`);
  return found.exponent;
}

/** Decimal text of an amount, such as `-12.05` for -1205 GBP. */
export function formatMinor(amount: Minor, currency: string): string {
  const exponent = exponentOf(currency);
  const digits = (amount < 0n ? -amount : amount).toString().padStart(exponent + 1, '0');
  const sign = amount < 0n ? '-' : '';
  if (exponent === 0) return sign + digits;
  return `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}
