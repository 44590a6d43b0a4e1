// The simple types of ISO 20022, under its own names. A value is its text; only amounts become numbers, and those whole ones.
import type { AmountType, TextType } from './types.js';

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const DATE = /^(-?\d{4,9})-(\d\d)-(\d\d)(.*)$/s;
const ZONE = '(?:Z|[+-](?:(?:0\\d|1[0-3]):[0-5]\\d|14:00))?';
const DATE_END = new RegExp(`^${ZONE}$`);
const TIME_END = new RegExp(
  `^T(?:(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,18})?|24:00:00(?:\\.0{1,18})?)${ZONE}$`,
);

/** Length in characters as XML counts them: a surrogate pair is one. */
function maxText(max: number): TextType {
  const accepts = (value: string) => value.length > 0 && (value.length <= max || Array.from(value).length <= max);
  return { kind: 'text', name: `Max${max}Text`, preserved: true, accepts };
}

function pattern(name: string, regex: RegExp, preserved = true): TextType {
  return { kind: 'text', name, preserved, accepts: (value) => regex.test(value) };
}

function code(name: string, ...values: readonly string[]): TextType {
  return { kind: 'text', name, preserved: true, accepts: (value) => values.includes(value) };
}

/** A code of a list that ISO keeps outside of the schemas: only its length is known. */
function externalCode(name: string, max: number): TextType {
  return { ...maxText(max), name };
}

function dated(name: string, end: RegExp): TextType {
  const accepts = (value: string) => {
    const [, year = '', month, day, rest = ''] = DATE.exec(value) ?? [];
    if (!end.test(rest) || /^-?(?:0000$|0\d{4})/.test(year)) return false;
    return isDay(Number(year), Number(month), Number(day));
  };
  return { kind: 'text', name, preserved: false, accepts };
}

function isDay(year: number, month: number, day: number): boolean {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && !leap ? 28 : (DAYS[month - 1] ?? 0);
  return day >= 1 && day <= days;
}

/** At most 18 digits, 17 of them behind the point. */
function isDecimal(value: string): boolean {
  const [, whole = '', fraction = ''] = /^[+-]?(\d*)(?:\.(\d*))?$/.exec(value) ?? [];
  const integer = whole.replace(/^0+/, '');
  const rest = fraction.replace(/0+$/, '');
  return whole + fraction !== '' && integer.length + rest.length <= 18 && rest.length <= 17;
}

export const amount: AmountType = { kind: 'amount' };
export const max4Text = maxText(4);
export const max16Text = maxText(16);
export const max34Text = maxText(34);
export const max35Text = maxText(35);
export const max70Text = maxText(70);
export const max105Text = maxText(105);
export const max140Text = maxText(140);
export const max2048Text = maxText(2048);
export const max15NumericText = pattern('Max15NumericText', /^[0-9]{1,15}$/);
export const decimalNumber: TextType = { kind: 'text', name: 'DecimalNumber', preserved: false, accepts: isDecimal };
export const isoDate = dated('ISODate', DATE_END);
export const isoDateTime = dated('ISODateTime', TIME_END);
export const indicator = pattern('TrueFalseIndicator', /^(?:true|false|1|0)$/, false);

export const countryCode = pattern('CountryCode', /^[A-Z]{2}$/);
export const currencyCode = pattern('ActiveOrHistoricCurrencyCode', /^[A-Z]{3}$/);
export const iban = pattern('IBAN2007Identifier', /^[A-Z]{2}[0-9]{2}[a-zA-Z0-9]{1,30}$/);
export const bic = pattern('BICFIDec2014Identifier', /^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?$/);
export const lei = pattern('LEIIdentifier', /^[A-Z0-9]{18}[0-9]{2}$/);
export const uuid = pattern(
  'UUIDv4Identifier',
  /^[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}$/,
);

export const settlementMethod = code('SettlementMethod1Code', 'INDA', 'INGA', 'COVE', 'CLRG');
export const chargeBearer = code('ChargeBearerType1Code', 'DEBT', 'CRED', 'SHAR', 'SLEV');
export const priority2 = code('Priority2Code', 'HIGH', 'NORM');
export const priority3 = code('Priority3Code', 'URGT', 'HIGH', 'NORM');
export const clearingChannel = code('ClearingChannel2Code', 'RTGS', 'RTNS', 'MPNS', 'BOOK');
export const addressType = code('AddressType2Code', 'ADDR', 'PBOX', 'HOME', 'BIZZ', 'MLTO', 'DLVY');

export const externalCode1to3 = externalCode('an external code of at most 3 characters', 3);
export const externalCode1to4 = externalCode('an external code of at most 4 characters', 4);
export const externalCode1to5 = externalCode('an external code of at most 5 characters', 5);
export const externalCode1to35 = externalCode('an external code of at most 35 characters', 35);
