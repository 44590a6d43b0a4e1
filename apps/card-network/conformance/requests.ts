// From a step of a scenario to what is sent over HTTP: what does not come over the wire, and what staff do meanwhile.
import type { Iso8583Message } from '@tallystick/iso8583';
import type { RequestSent } from './scenario.js';
import type { Opened } from './staff.js';

export interface RequestSetting extends Opened {
  readonly cardNumber: string;
  /** Passes the check digit, and nobody issued it. */
  readonly unknownNumber: string;
  /** ISO 4217 code of the account's currency. */
  readonly currency: string;
  /** What no other scenario of any run has, for keys. */
  readonly id: string;
}

export interface Request {
  readonly path: string;
  readonly body: unknown;
  /** Idempotency key; undefined for one that is new. */
  readonly key: string | undefined;
}

const GATEWAY = '/gateway/';
/** What a reversal or a dispute is of has its merchant already. */
const WITHOUT_MERCHANT = /\/(reversals|disputes|provisional-credits|representments|outcomes)$/;
const MERCHANT = { name: 'Corner shop London', mcc: '5411', country: 'GB' };

/** A gateway's body gets the card and, with an amount, the merchant where it names none. @param named as messageOf has them */
export function requestOf(
  { http, about, amount, body = {}, key }: RequestSent,
  setting: RequestSetting,
  named: ReadonlyMap<string, Iso8583Message>,
): Request {
  const gateway = http.startsWith(GATEWAY);
  const original = about === undefined ? undefined : named.get(about);
  const all = {
    ...(gateway ? { card: { number: setting.cardNumber } } : {}),
    ...(gateway && !WITHOUT_MERCHANT.test(http) ? { merchant: MERCHANT } : {}),
    ...(amount === undefined ? {} : { amount: { amount, currency: setting.currency } }),
    ...(original === undefined ? {} : { original_keys: keysOf(original) }),
    ...body,
  };
  return { path: filled(http, setting), body: filledIn(all, setting), key: key && filled(key, setting) };
}

function keysOf({ fields }: Iso8583Message) {
  return {
    acquirer: String(fields[32]),
    stan: String(fields[11]),
    rrn: String(fields[37]),
    transmitted_at: `${fields[13]}${fields[12]}`,
  };
}

function filled(text: string, { accountId, cardId, cardNumber, unknownNumber, id }: RequestSetting): string {
  return text
    .replaceAll('$account', accountId)
    .replaceAll('$card', cardId)
    .replaceAll('$number', cardNumber)
    .replaceAll('$unknown', unknownNumber)
    .replaceAll('$id', id);
}

function filledIn(value: unknown, setting: RequestSetting): unknown {
  if (typeof value === 'string') return filled(value, setting);
  if (Array.isArray(value)) return value.map((part: unknown) => filledIn(part, setting));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, filledIn(part, setting)]));
}
