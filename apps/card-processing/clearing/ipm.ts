// Records of Mastercard IPM clearing files: 1644 header and trailer, 1240 presentments and credits, 1442 chargebacks. What is said of
// fields that the codec's own table does not explain is from memory: docs/clearing.md lists it.
import { hash } from 'node:crypto';
import { maskCardNumber } from '@tallystick/contracts';
import {
  type Codec,
  compile,
  type Dialect,
  type Fields,
  Iso8583Error,
  type Iso8583Message,
  ipm,
  ipmAscii,
  isSubelements,
  textAt,
} from '@tallystick/iso8583';
import { currencyOfNumber, exponentOf } from '@tallystick/ledger-core';
import type { ClearingBody } from '../gateway.schemas.js';
import { presentmentOf } from './presentments.js';
import { type ClearingFile, fault, isDay, type ReadRecord, type RecordKind, type RecordReader } from './records.js';

const SCHEME = 'mastercard';
const ADMINISTRATIVE = '1644';
const PRESENTMENT = '1240';
const HEADER = '697';
const TRAILER = '695';
const FIRST_PRESENTMENT = '200';
const SECOND_PRESENTMENTS: ReadonlySet<string> = new Set(['205', '282']);
/** By message type: what is looked at by people for now. */
const EXCEPTIONS: Readonly<Record<string, string>> = { 1442: 'chargeback', 1740: 'fee_collection' };
/** Of a multi-clearing, all but the last say so in DE25; then the hold stays open for the rest. */
const MORE_TO_COME = '1403';
const NOT_REVERSED = '0';
const PRIVATE_FIELDS = [48, 62, 123, 124, 125];
const PAN_TAG = '0001';

type Amounts = Pick<ClearingBody, 'amount' | 'local_amount' | 'reconciliation_amount'>;

/** A reader of one dialect's records. */
export function ipmReader(dialect: 'ipm' | 'ipm-ascii'): RecordReader {
  const codec = compile(dialect === 'ipm' ? ipm : (ipmAscii satisfies Dialect));
  return (record, file) => readMessage(codec, record, file);
}

function readMessage(codec: Codec, record: Uint8Array, file: ClearingFile | undefined): ReadRecord {
  const message = decoded(codec, record);
  if (typeof message === 'string')
    return { is: fault(message), checksum: 0n, messageNumber: null, fingerprint: hash('sha256', '') };
  const { fields } = message;
  const number = text(fields, 71);
  return {
    is: kindOf(message, file),
    checksum: BigInt(text(fields, 4) ?? '0'),
    messageNumber: number === undefined ? null : Number(number),
    fingerprint: hash('sha256', contentOf(message)),
  };
}

/** The message, or what is wrong with it: the codec's errors hold no values. */
function decoded(codec: Codec, record: Uint8Array): Iso8583Message | string {
  try {
    return codec.decode(record);
  } catch (error) {
    if (error instanceof Iso8583Error) return error.message;
    throw error;
  }
}

function kindOf(message: Iso8583Message, file: ClearingFile | undefined): RecordKind {
  const { mti, fields } = message;
  const functionCode = text(fields, 24);
  if (functionCode === undefined) return fault('DE24, the function code, is missing');
  const isHeader = mti === ADMINISTRATIVE && functionCode === HEADER;
  if (file === undefined)
    return isHeader ? headerOf(message) : fault('the file does not begin with its header, 1644 with 697');
  if (isHeader) return fault('a second header: one file at a time');
  if (mti === ADMINISTRATIVE) return functionCode === TRAILER ? trailerOf(message) : { kind: 'administrative' };
  const exception = EXCEPTIONS[mti];
  if (exception !== undefined) return { kind: 'exception', reason: exception };
  if (mti !== PRESENTMENT) return fault('a message type that clearing files do not have');
  if (functionCode !== FIRST_PRESENTMENT && !SECOND_PRESENTMENTS.has(functionCode))
    return fault('DE24 of a presentment is 200, 205 or 282');
  return presentment(message, functionCode !== FIRST_PRESENTMENT);
}

/** PDS 0105: file type 3, date YYMMDD 6, processor 11, sequence 5. */
function headerOf(message: Iso8583Message): RecordKind {
  const id = privateData(message.fields, '0105');
  if (id === undefined || !/^[0-9A-Za-z]{25}$/.test(id)) return fault('PDS 0105, the file identification, is missing');
  const date = `20${id.slice(3, 5)}-${id.slice(5, 7)}-${id.slice(7, 9)}`;
  if (!isDay(date)) return fault('PDS 0105 does not have a date');
  return { kind: 'header', file: { id, scheme: SCHEME, date }, count: null, totals: null };
}

function trailerOf({ fields }: Iso8583Message): RecordKind {
  const id = privateData(fields, '0105');
  const checksum = privateData(fields, '0301');
  const messages = privateData(fields, '0306');
  if (id === undefined) return fault('PDS 0105, the file identification, is missing');
  if (checksum === undefined) return fault('PDS 0301, the file amount checksum, is missing');
  if (messages === undefined) return fault('PDS 0306, the file message count, is missing');
  return { kind: 'trailer', id, checksum: BigInt(checksum), messages: Number(messages) };
}

function presentment(message: Iso8583Message, again: boolean): RecordKind {
  const { fields } = message;
  const number = text(fields, 2);
  const reference = text(fields, 31);
  const amounts = amountsOf(fields);
  if (number === undefined) return fault('DE2, the card number, is missing');
  if (reference === undefined || !/^[0-9A-Za-z]{11,23}$/.test(reference))
    return fault('DE31, the acquirer reference, is missing');
  if (typeof amounts === 'string') return fault(amounts);
  const transactedAt = localTimeOf(text(fields, 12));
  if (transactedAt === undefined) return fault('DE12 is not a date and time');
  // 20 to 29 is money for the cardholder (ISO 8583, processing code).
  const credit = text(fields, 3)?.startsWith('2') === true;
  const reversal = privateData(fields, '0025')?.startsWith('R') === true;
  // Lifecycles, "Keys". A reversal has the key of what it takes back, a second presentment that of the first. No field declares which of how many a clearing is: each has an
  // acquirer reference of its own, so the sequence is always 1.
  const key = `${SCHEME}:${FIRST_PRESENTMENT}:${NOT_REVERSED}:${reference}:1`;
  const card = { number };
  if (again)
    return presentmentOf({ type: 'representment', body: { card, amount: amounts.amount }, of: key }, cluesOf(fields));
  if (reversal) {
    const type = credit ? 'refund_reversal' : 'clearing_reversal';
    return presentmentOf({ type, body: { card, amount: amounts.amount }, of: key }, cluesOf(fields));
  }
  const body = { card, ...amounts, scheme: SCHEME, merchant: merchantOf(message), transacted_at: transactedAt };
  return credit
    ? presentmentOf({ type: 'refund', body: { ...body, refund_key: key } }, cluesOf(fields))
    : presentmentOf(
        { type: 'clearing', body: { ...body, clearing_key: key, final: text(fields, 25) !== MORE_TO_COME } },
        cluesOf(fields),
      );
}

/** Billing is DE6 in DE51, else DE4 in DE49; DE5 in DE50 is what the scheme is owed where that is something else. */
function amountsOf(fields: Fields): Amounts | string {
  const transaction = money(fields, 4, 49);
  const reconciliation = money(fields, 5, 50);
  const billing = money(fields, 6, 51);
  for (const one of [transaction, reconciliation, billing]) if (typeof one === 'string') return one;
  const exponents = exponentFault(privateData(fields, '0148') ?? '');
  if (exponents !== undefined) return exponents;
  if (typeof transaction !== 'object') return 'DE4 and DE49, the amount and its currency, are missing';
  const amount = typeof billing === 'object' ? billing : transaction;
  const differs = (other: typeof amount) => other.currency !== amount.currency || other.amount !== amount.amount;
  return {
    amount,
    ...(differs(transaction) ? { local_amount: transaction } : {}),
    ...(typeof reconciliation === 'object' && differs(reconciliation) ? { reconciliation_amount: reconciliation } : {}),
  };
}

function money(fields: Fields, amountField: number, currencyField: number) {
  const amount = text(fields, amountField);
  const numeric = text(fields, currencyField);
  if (amount === undefined && numeric === undefined) return undefined;
  if (amount === undefined || numeric === undefined) return `DE${amountField} and DE${currencyField} go together`;
  const currency = currencyOfNumber(numeric);
  return currency === undefined ? `DE${currencyField} is not in ISO 4217` : { amount: Number(amount), currency };
}

/** PDS 0148: a currency's number and its exponent, again and again. Amounts are in minor units only where both count alike. */
function exponentFault(exponents: string): string | undefined {
  for (const [, numeric = '', exponent] of exponents.matchAll(/(\d{3})(\d)/g)) {
    const currency = currencyOfNumber(numeric);
    if (currency === undefined) return 'PDS 0148 has a currency that is not in ISO 4217';
    if (exponentOf(currency) !== Number(exponent)) return `PDS 0148 has another exponent of ${currency} than ISO 4217`;
  }
  return undefined;
}

/** DE12 is the terminal's time, YYMMDDhhmmss; its zone is not in the record, so it is taken for UTC. */
function localTimeOf(local: string | undefined): string | undefined {
  const [, yy, mm, dd, h, m, s] = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(local ?? '') ?? [];
  const at = `20${yy}-${mm}-${dd}T${h}:${m}:${s}Z`;
  return Number.isNaN(Date.parse(at)) || !isDay(at.slice(0, 10)) ? undefined : at;
}

function merchantOf(message: Iso8583Message): ClearingBody['merchant'] {
  const name = textAt(message, '43.1')?.trim() || textAt(message, '42')?.trim() || '-';
  const city = textAt(message, '43.3')?.trim() ?? '';
  const mcc = textAt(message, '26');
  const country = textAt(message, '43.6')?.trim() ?? '';
  return {
    name: `${name} ${city}`.trim(),
    ...(mcc === undefined ? {} : { mcc }),
    ...(/^[A-Z]{2,3}$/.test(country) ? { country } : {}),
  };
}

/** The trace number is not in the record; by custom it is the last six digits of the retrieval reference (ISO 8583, DE37). */
function cluesOf(fields: Fields) {
  const rrn = text(fields, 37)?.trim() ?? '';
  const acquirer = text(fields, 32);
  const at = text(fields, 12)?.slice(2);
  const probableKeys =
    acquirer !== undefined && at !== undefined && /\d{6}$/.test(rrn)
      ? { acquirer, stan: rrn.slice(-6), rrn, transmittedAt: at }
      : null;
  const name = fields[43];
  const merchant = isSubelements(name) ? name.find(({ tag }) => tag === '1')?.value : undefined;
  return {
    approvalCode: text(fields, 38)?.trim() || null,
    merchant: typeof merchant === 'string' ? merchant.trim() : null,
    probableKeys,
  };
}

function privateData(fields: Fields, tag: string): string | undefined {
  for (const field of PRIVATE_FIELDS) {
    const parts = fields[field];
    if (!isSubelements(parts)) continue;
    const value = parts.find((part) => part.tag === tag)?.value;
    if (typeof value === 'string') return value;
  }
  return undefined;
}

function text(fields: Fields, field: number): string | undefined {
  const value = fields[field];
  return typeof value === 'string' ? value : undefined;
}

/** All that the message says; of card numbers the last four digits. */
function contentOf({ mti, fields }: Iso8583Message): string {
  const masked: Record<string, unknown> = { ...fields };
  const number = text(fields, 2);
  if (number !== undefined) masked[2] = maskCardNumber(number);
  for (const field of PRIVATE_FIELDS) {
    const parts = fields[field];
    if (isSubelements(parts)) masked[field] = parts.map((part) => (part.tag === PAN_TAG ? { tag: PAN_TAG } : part));
  }
  return JSON.stringify([mti, masked]);
}
