// Clearing files as JSON lines: a header, then the bodies of the HTTP gateway with their type (docs/clearing.md).
import { hash } from 'node:crypto';
import { type TProperties, Type } from '@sinclair/typebox';
import { holdsCardNumber, maskCardNumber, maskCardNumbersIn } from '@tallystick/contracts';
import { type CurrencyCode, isCurrency } from '@tallystick/ledger-core';
import { clearingSchema, moneySchema, presentmentReversalSchema, refundSchema } from '../gateway.schemas.js';
import { checkOf } from '../message-checks.js';
import { isRefusal } from '../messages.js';
import { type PresentmentBody, presentmentOf } from './presentments.js';
import { type ClearingFile, type Clues, fault, isDay, NO_CLUES, type ReadRecord, type RecordKind } from './records.js';

const closed = <P extends TProperties>(properties: P) => Type.Object(properties, { additionalProperties: false });
const minor = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

const checkHeader = checkOf(
  closed({
    file_id: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$' }),
    scheme: Type.String({ pattern: '^[a-z][a-z0-9-]{0,31}$' }),
    business_date: Type.String(),
    count: Type.Integer({ minimum: 0 }),
    totals: Type.Array(closed({ currency: Type.String(), debits: minor, credits: minor }), { maxItems: 200 }),
  }),
);
const checkClearing = checkOf(clearingSchema);
const checkRefund = checkOf(refundSchema);
/** Over HTTP the amount may be left out, for all that is left; in a file the control totals need it. */
const checkReversal = checkOf(closed({ ...presentmentReversalSchema.properties, amount: moneySchema }));
const KEY = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,95}$/;
const APPROVAL_CODE = /^[0-9A-Za-z ]{1,6}$/;

type Line = Readonly<Record<string, unknown>>;

/** No part of the line is in a fault: it may hold a card number. */
export function readLine(record: Uint8Array, file: ClearingFile | undefined): ReadRecord {
  const line = parsed(record);
  const is = line === undefined ? fault('this is no JSON object') : kindOf(line, file);
  return { is, checksum: 0n, messageNumber: null, fingerprint: fingerprintOf(line) };
}

function parsed(record: Uint8Array): Line | undefined {
  try {
    const line: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(record));
    return typeof line === 'object' && line !== null && !Array.isArray(line) ? { ...line } : undefined;
  } catch {
    // What was thrown quotes the line.
    return undefined;
  }
}

function kindOf(line: Line, file: ClearingFile | undefined): RecordKind {
  if (file === undefined) return headerOf(line);
  const { type, approval_code: approvalCode, ...sent } = line;
  if (approvalCode !== undefined && (typeof approvalCode !== 'string' || !APPROVAL_CODE.test(approvalCode)))
    return fault('approval_code has up to six letters and digits');
  const clues: Clues = { ...NO_CLUES, approvalCode: approvalCode?.trim() || null };
  switch (type) {
    case 'clearing': {
      const body = checkClearing(sent);
      return isRefusal(body) ? fault(body.message) : ofScheme(file, body.scheme, { type, body }, clues);
    }
    case 'refund': {
      const body = checkRefund(sent);
      return isRefusal(body) ? fault(body.message) : ofScheme(file, body.scheme, { type, body }, clues);
    }
    case 'clearing_reversal':
      return reversalOf(type, sent, 'clearing_key', clues);
    case 'refund_reversal':
      return reversalOf(type, sent, 'refund_key', clues);
    case 'representment':
      return reversalOf(type, sent, 'clearing_key', clues);
    default:
      return fault('type is clearing, refund, clearing_reversal, refund_reversal or representment');
  }
}

function ofScheme(
  { scheme }: ClearingFile,
  stated: string | undefined,
  presentment: Extract<PresentmentBody, { readonly type: 'clearing' | 'refund' }>,
  clues: Clues,
): RecordKind {
  if (stated !== undefined && stated !== scheme) return fault("the scheme is not the header's");
  const merchant = presentment.body.merchant.name;
  return presentment.type === 'clearing'
    ? presentmentOf({ type: 'clearing', body: { ...presentment.body, scheme } }, { ...clues, merchant })
    : presentmentOf({ type: 'refund', body: { ...presentment.body, scheme } }, { ...clues, merchant });
}

function reversalOf(
  type: 'clearing_reversal' | 'refund_reversal' | 'representment',
  sent: Line,
  keyName: 'clearing_key' | 'refund_key',
  clues: Clues,
): RecordKind {
  const { [keyName]: of, ...rest } = sent;
  if (typeof of !== 'string' || !KEY.test(of) || holdsCardNumber(of))
    return fault(`${keyName} is the key of the presentment that is taken back or presented again`);
  const body = checkReversal(rest);
  return isRefusal(body) ? fault(body.message) : presentmentOf({ type, body, of }, clues);
}

function headerOf(line: Line): RecordKind {
  const header = checkHeader(line);
  if (isRefusal(header)) return fault(`the header: ${header.message}`);
  const { file_id: id, scheme, business_date: date, count } = header;
  if (holdsCardNumber(id)) return fault('the header: file_id looks like a card number');
  if (!isDay(date)) return fault('the header: business_date is a day from 1970 on, YYYY-MM-DD');
  const totals: { currency: CurrencyCode; debits: bigint; credits: bigint }[] = [];
  for (const { currency, debits, credits } of header.totals) {
    if (!isCurrency(currency)) return fault('the header: a currency of the totals is not in ISO 4217');
    if (totals.some((other) => other.currency === currency)) return fault('the header: two totals of one currency');
    totals.push({ currency, debits: BigInt(debits), credits: BigInt(credits) });
  }
  return { kind: 'header', file: { id, scheme, date }, count, totals };
}

/** Every run of digits that could be a card number is masked, and the card's own number always. */
function fingerprintOf(line: Line | undefined): string {
  const content = JSON.stringify(line ?? null, (name, value: unknown) => {
    if (typeof value !== 'string') return value;
    return name === 'number' ? maskCardNumber(value) : maskCardNumbersIn(value);
  });
  return hash('sha256', content);
}
