// From a step of a scenario to the message that goes over the wire. What a step does not say is a chip purchase at a corner shop.
import type { FieldValue, Iso8583Message } from '@tallystick/iso8583';
import type { MessageSent } from './scenario.js';

/** What every message of one scenario has in common. */
export interface Setting {
  readonly cardNumber: string;
  /** Passes the check digit, and nobody issued it. */
  readonly unknownNumber: string;
  /** ISO 4217 number of the account's currency. */
  readonly currency: string;
  /** Month, day, hour, minute, second, in UTC: `0501130000`. */
  readonly at: string;
  /** Six digits, never twice. */
  readonly nextStan: () => string;
  /** Six characters that no other run has. */
  readonly run: string;
}

const ACQUIRER = '400001';
const NETWORK = '08';
const REVERSAL = '04';
const AMOUNT_DIGITS = 12;
const REPLACEMENT_DIGITS = 42;
const INSTITUTION_DIGITS = 11;

type Writable = { [field: number]: FieldValue };

/** @param named the messages that were sent before, by the names of their steps */
export function messageOf(
  { mti, about, follows, amount, replacement, fields = {} }: MessageSent,
  setting: Setting,
  named: ReadonlyMap<string, Iso8583Message>,
): Iso8583Message {
  const all: Writable = beginning(mti, about, setting, named);
  const original = follows === undefined ? undefined : sentBefore(follows, named);
  if (original !== undefined) {
    all[37] = original.fields[37] ?? '';
    all[90] = originalData(original);
  }
  if (amount !== undefined) all[4] = digits(amount);
  if (replacement !== undefined) all[95] = digits(replacement).padEnd(REPLACEMENT_DIGITS, '0');
  for (const [field, value] of Object.entries(fields)) {
    if (value === null) delete all[Number(field)];
    else all[Number(field)] = fieldOf(value, setting);
  }
  return { mti, fields: all };
}

/** A step about another has all that the other had: with its keys it is of the same transaction. A reversal names its original in DE90 too. */
function beginning(
  mti: string,
  about: string | undefined,
  setting: Setting,
  named: ReadonlyMap<string, Iso8583Message>,
): Writable {
  if (about === undefined) return mti.startsWith(NETWORK) ? networkMessage(setting) : purchase(setting);
  const original = sentBefore(about, named);
  const copied: Writable = {};
  for (const [field, value] of Object.entries(original.fields)) if (value !== undefined) copied[Number(field)] = value;
  if (mti.startsWith(REVERSAL) && !original.mti.startsWith(REVERSAL)) copied[90] = originalData(original);
  return copied;
}

function sentBefore(name: string, named: ReadonlyMap<string, Iso8583Message>): Iso8583Message {
  const message = named.get(name);
  if (message === undefined) throw new Error(`no message before this one is called "${name}"`);
  return message;
}

function purchase({ cardNumber, currency, at, nextStan, run }: Setting): Writable {
  const stan = nextStan();
  return {
    2: cardNumber,
    3: '000000',
    4: digits(1_250),
    7: at,
    11: stan,
    12: at.slice(4),
    13: at.slice(0, 4),
    18: '5411',
    22: '051',
    32: ACQUIRER,
    37: `${run}${stan}`,
    41: 'TERM0001',
    42: 'CORNERSHOP00001',
    43: 'Corner shop            London         GB',
    49: currency,
  };
}

function networkMessage({ at, nextStan }: Setting): Writable {
  return { 7: at, 11: nextStan(), 70: '301' };
}

function digits(minor: number): string {
  return String(minor).padStart(AMOUNT_DIGITS, '0');
}

/** DE90: MTI, trace number, date and time, acquirer, forwarder (ISO 8583:1987, data element 90). */
function originalData({ mti, fields }: Iso8583Message): string {
  const acquirer = String(fields[32]).padStart(INSTITUTION_DIGITS, '0');
  return `${mti}${fields[11]}${fields[13]}${fields[12]}${acquirer}${'0'.repeat(INSTITUTION_DIGITS)}`;
}

type Said = string | readonly string[] | Readonly<Record<string, string>>;

function fieldOf(value: Said, setting: Setting): FieldValue {
  if (typeof value === 'string')
    return value.replaceAll('$number', setting.cardNumber).replaceAll('$unknown', setting.unknownNumber);
  if (isList(value)) return value.map((part, index) => ({ tag: String(index + 1), value: part }));
  return Object.entries(value).map(([tag, part]) => ({ tag, value: part }));
}

function isList(value: Said): value is readonly string[] {
  return Array.isArray(value);
}
