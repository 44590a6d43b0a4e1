import { holdsCardNumber } from './card-numbers.js';

const PRINTABLE = /^[\x20-\x7e]{1,255}$/;

export interface IdempotencyKeyFault {
  readonly code: 'bad_request.missing_param.idempotency_key' | 'bad_request.bad_param.idempotency_key';
  readonly message: string;
}

/** What is wrong with the value of an Idempotency-Key header: 1 to 255 printable ASCII characters, no card number, since keys are stored. */
export function idempotencyKeyFault(key: string | readonly string[] | undefined): IdempotencyKeyFault | undefined {
  if (key === undefined || key === '') {
    return { code: 'bad_request.missing_param.idempotency_key', message: 'the header Idempotency-Key must be given' };
  }
  if (typeof key !== 'string' || !PRINTABLE.test(key))
    return bad('an idempotency key has 1 to 255 printable ASCII characters');
  return holdsCardNumber(key) ? bad('the idempotency key looks like a card number') : undefined;
}

function bad(message: string): IdempotencyKeyFault {
  return { code: 'bad_request.bad_param.idempotency_key', message };
}
