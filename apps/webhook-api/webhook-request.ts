// What a program may ask for: a url that can be called, and the events that it wants (customer API, section 11).
import { WEBHOOK_EVENT_TYPES, type WebhookEventType } from '@tallystick/contracts';
import { badParam, readInstant } from '@tallystick/customer-api';
import type { Micros } from '@tallystick/ledger-core';

const URL_LENGTH_MAX = 2_048;
/** Without what a parser would pass over in silence: spaces, line breaks, backslashes, an empty fragment. */
const ABSOLUTE = /^https?:\/\/[^\s\\#]+$/i;
const DELIVERY = /^whd_[a-z]{32}$/;
const LIMIT_DEFAULT = 30;
const LIMIT_MAX = 100;
const DEFAULT_TYPES: readonly WebhookEventType[] = ['transaction.created'];

/** @throws ProblemError, 400 */
export function readUrl(text: string): string {
  if (text.length > URL_LENGTH_MAX) throw badParam('url', `url may have ${URL_LENGTH_MAX} characters at most`);
  if (text.includes('#')) throw badParam('url', 'url must have no fragment');
  const url = ABSOLUTE.test(text) ? URL.parse(text) : null;
  if (url === null) throw badParam('url', 'url must be absolute, with http or https');
  if (url.username !== '' || url.password !== '') throw badParam('url', 'url must have no name and no password in it');
  return text;
}

type Given = string | readonly string[] | undefined;

/** @throws ProblemError, 400, for a type that there is not */
export function readTypes(...given: readonly Given[]): WebhookEventType[] {
  const asked = given
    .flatMap((each) => each ?? [])
    .flatMap((each) => each.split(','))
    .map((each) => each.trim())
    .filter((each) => each !== '');
  const types = WEBHOOK_EVENT_TYPES.filter((type) => asked.includes(type));
  if (asked.some((each) => !types.some((type) => type === each)))
    throw badParam('types', `types may be ${WEBHOOK_EVENT_TYPES.join(' and ')}`);
  return types.length === 0 ? [...DEFAULT_TYPES] : types;
}

export interface SinceAsked {
  readonly after: string | null;
  readonly since: Micros | null;
}

/** @throws ProblemError, 400, for what is neither a time nor a delivery's id */
export function readSince(text: string | undefined): SinceAsked {
  if (text === undefined || text === '') return { after: null, since: null };
  if (DELIVERY.test(text)) return { after: text, since: null };
  const since = readInstant(text);
  if (since === undefined)
    throw badParam('since', 'since must be the id of a delivery, or a time such as 2026-03-01T10:15:30.120Z');
  return { after: null, since };
}

/** @throws ProblemError, 400 */
export function readLimit(text: string | undefined): number {
  if (text === undefined || text === '') return LIMIT_DEFAULT;
  if (!/^\d{1,9}$/.test(text) || Number(text) < 1) throw badParam('limit', 'limit must be a whole number above 0');
  return Math.min(Number(text), LIMIT_MAX);
}
