// Why the gateway refuses a message before or after the ledger: values, each with a stable code. docs/http-gateway.md lists them, and
// a spec compares both.
import { type RejectionName, rejections } from '@tallystick/ledger-core';
import { CallFailed } from '@tallystick/transport';

export interface Refusal {
  readonly kind: 'refused';
  readonly status: number;
  readonly code: string;
  /** For a person; never holds what was sent. */
  readonly message: string;
  readonly params: Readonly<Record<string, string>>;
  /** Whether the same message, with the same key, may succeed later. */
  readonly retryable: boolean;
  /** DE39, where the message was one of ISO 8583. */
  readonly responseCode: string;
}

const NO_PARAMS = {};
const FORMAT_ERROR = '30';
const INVALID_TRANSACTION = '12';
const NO_SUCH_CARD = '14';
const UNAVAILABLE = '91';
const MALFUNCTION = '96';
const NO_ANSWER: ReadonlySet<string> = new Set(['deadline_exceeded', 'unavailable', 'cancelled']);

export function refusal(
  status: number,
  code: string,
  message: string,
  retryable = false,
  params: Refusal['params'] = NO_PARAMS,
  responseCode = FORMAT_ERROR,
): Refusal {
  return { kind: 'refused', status, code, message, params, retryable, responseCode };
}

/** @param name the field's path, such as `amount` or `card.number` */
export function badParam(name: string, message: string): Refusal {
  return refusal(400, `bad_request.bad_param.${name}`, message);
}

export function missingParam(name: string, message = `${name} is missing`): Refusal {
  return refusal(400, `bad_request.missing_param.${name}`, message);
}

/** The answer of the rejection catalogue. */
export function rejected(name: RejectionName): Refusal {
  const { status, code, message, retryable, responseCode } = rejections[name];
  return refusal(status, code, message, retryable, NO_PARAMS, responseCode);
}

export const unknownCurrency = (name: string): Refusal => ({
  ...badParam(name, 'the currency is not in ISO 4217'),
  responseCode: INVALID_TRANSACTION,
});

export const badCardNumber: Refusal = {
  ...badParam('card.number', 'a card number has 12 to 19 digits and a valid check digit'),
  responseCode: NO_SUCH_CARD,
};

/** Nobody knows whether it was decided: a retry with the same key gets the true answer (architecture, section 7). */
export const timedOut: Refusal = refusal(
  504,
  'timeout',
  'the ledger did not answer in time; the same request with the same key gets the true answer',
  true,
  NO_PARAMS,
  UNAVAILABLE,
);

/** As timedOut to whoever asked; but the ledger certainly has not decided it, so there is nothing to take back. */
export const unreached: Refusal = { ...timedOut };

export const failed: Refusal = refusal(
  500,
  'internal_service',
  'something went wrong; the same request with the same key is safe',
  true,
  NO_PARAMS,
  MALFUNCTION,
);

/** What is answered where a call brought no answer. @throws whatever is no CallFailed: a bug, for the chassis to report */
export function failureOf(error: unknown): Refusal {
  if (!(error instanceof CallFailed)) throw error;
  if (!error.sent) return unreached;
  return NO_ANSWER.has(error.code) ? timedOut : failed;
}
