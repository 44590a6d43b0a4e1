// Requests as a gateway writes them, and its responses read back, for the specs of the gateway over Kafka.
import { type AuthorisationRequest, decodeMessage, encodeMessage } from '@tallystick/events';
import { NUMBER } from './gateway-over-memory.suite.js';

export interface Asking extends Partial<AuthorisationRequest> {
  readonly card: AuthorisationRequest['card'];
}

const LEFT_OUT: Omit<AuthorisationRequest, 'request_id' | 'idempotency_key' | 'message' | 'card'> = {
  at: null,
  amount: null,
  merchant: null,
  scheme: null,
  kind: null,
  channel: null,
  cash_amount: null,
  local_amount: null,
  keys: null,
  pre_authorisation: null,
  partial_allowed: null,
  single_message: null,
  cvc: null,
  response_code: null,
  authorisation_id: null,
  original_keys: null,
  replacement_amount: null,
};

export const SHOP = { name: 'Corner shop', mcc: '5411', country: null };
export const gbp = (amount: bigint) => ({ amount, currency: 'GBP' });
export const byId = (id: string) => ({ id, token: null });
export const byToken = (token: string) => ({ id: null, token });

/** An authorisation of £12.50 unless something else is said. */
export function requestBytes(asking: Asking): Buffer {
  const { message = 'authorisation' } = asking;
  const use = message === 'reversal' ? {} : { amount: gbp(1_250n), merchant: SHOP };
  const ids = { request_id: 'request-1', idempotency_key: 'key-1' };
  return encodeMessage('AuthorisationRequest', { ...LEFT_OUT, ...use, ...ids, message, ...asking });
}

export function readResponse(bytes: Uint8Array) {
  return decodeMessage('AuthorisationResponse', bytes);
}

export interface Sent {
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What is asked beside a good request, how it is sent, the code. */
export const refusals: readonly (readonly [string, () => Partial<Asking>, string, Sent?])[] = [
  ['a card number as card id', () => ({ card: byId(NUMBER) }), 'bad_request.bad_param.card.id'],
  ['a card id with a number in it', () => ({ card: byId(`card_${NUMBER}`) }), 'bad_request.bad_param.card.id'],
  ['a card number as token', () => ({ card: byToken(NUMBER) }), 'bad_request.bad_param.card.token'],
  [
    'a token with a number in it',
    () => ({ card: byToken(`tok_1_${NUMBER}abcdefgh`) }),
    'bad_request.bad_param.card.token',
  ],
  ['no card', () => ({ card: { id: null, token: null } }), 'bad_request.missing_param.card.number'],
  ['two cards', () => ({ card: { id: 'card_0000x', token: 'tok_x' } }), 'bad_request.bad_param.card'],
  ['a card id that nobody knows', () => ({ card: byId('card_0000nobody') }), 'not_found.card'],
  ['no request id', () => ({ request_id: '' }), 'bad_request.missing_param.request_id'],
  ['a long request id', () => ({ request_id: 'r'.repeat(256) }), 'bad_request.bad_param.request_id'],
  ['a card number as request id', () => ({ request_id: `r ${NUMBER}` }), 'bad_request.bad_param.request_id'],
  ["a card number as the message's key", () => ({}), 'bad_request.bad_param.key', { key: NUMBER }],
  ['no idempotency key', () => ({ idempotency_key: '' }), 'bad_request.missing_param.idempotency_key'],
  ['a card number as idempotency key', () => ({ idempotency_key: NUMBER }), 'bad_request.bad_param.idempotency_key'],
  ['no amount', () => ({ amount: null }), 'bad_request.missing_param.amount'],
  ['a negative amount', () => ({ amount: gbp(-1n) }), 'bad_request.bad_param.amount'],
  ['no money', () => ({ amount: gbp(0n) }), 'bad_request.bad_param.amount'],
  ['an amount of 2^53', () => ({ amount: gbp(2n ** 53n) }), 'bad_request.bad_param.amount'],
  ['the largest long', () => ({ amount: gbp(2n ** 63n - 1n) }), 'bad_request.bad_param.amount'],
  ['an unknown currency', () => ({ amount: { amount: 1n, currency: 'XYZ' } }), 'bad_request.bad_param.currency'],
  ['a time before 1970', () => ({ at: -1n }), 'bad_request.bad_param.at'],
  ['a time after 9999', () => ({ at: 253_402_300_800_000_000n }), 'bad_request.bad_param.at'],
  ['a reversal of nothing', () => ({ message: 'reversal' }), 'bad_request.missing_param.authorisation_id'],
  ['a reversal with a merchant', () => ({ message: 'reversal', merchant: SHOP }), 'bad_request.unknown_field.merchant'],
  ['an advice without its answer', () => ({ message: 'advice' }), 'bad_request.missing_param.response_code'],
  [
    'a deadline that is no time',
    () => ({}),
    'bad_request.bad_param.x-request-deadline',
    { headers: { 'x-request-deadline': 'soon' } },
  ],
  ['a deadline that is past', () => ({}), 'timeout', { headers: { 'x-request-deadline': '0' } }],
];
