// Signatures as Standard Webhooks has them (github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md).
import { createHmac } from 'node:crypto';
import type { Random } from '@tallystick/transport';

const PREFIX = 'whsec_';
/** The specification asks for 24 to 64. */
const SECRET_BYTES = 32;

/** @param random fit for secrets */
export function newSecret(random: Random): string {
  return PREFIX + Buffer.from(random(SECRET_BYTES)).toString('base64');
}

export interface Signed {
  /** The same in every attempt. */
  readonly id: string;
  /** Seconds since 1970, of the attempt. */
  readonly seconds: number;
  readonly body: string;
}

/** What a request carries beside its body. */
export function signatureHeaders(secret: string, { id, seconds, body }: Signed): Readonly<Record<string, string>> {
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': `v1,${signature}` };
}
