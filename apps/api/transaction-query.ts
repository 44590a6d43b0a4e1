// Which page of transactions is asked for, and whether so much history may be read (customer API, 7.1 and 7.2).

import { badParam, readInstant } from '@tallystick/customer-api';
import type { Micros, TransactionId } from '@tallystick/ledger-core';
import { ProblemError } from '@tallystick/transport/service';

export interface PageAsked {
  readonly limit: number;
  readonly since: Micros | null;
  /** The last transaction of the page before. */
  readonly after: TransactionId | null;
  readonly before: Micros | null;
}

export interface PageQuery {
  readonly limit?: string;
  readonly since?: string;
  readonly before?: string;
}

const LIMIT_DEFAULT = 30;
const LIMIT_MAX = 100;
const TRANSACTION = /^tx_[0-9A-Za-z]+$/;
const DAY: Micros = 86_400_000_000n;
const RANGE_DAYS_MAX = 365n;

/**
 * @param now microseconds since 1970: where a range ends that names no end
 * @throws ProblemError, 400. A cursor may be as old as it likes: who began without `since` must be able to go on
 */
export function readPage({ limit, since, before }: PageQuery, now: Micros): PageAsked {
  const isCursor = since !== undefined && TRANSACTION.test(since);
  const from = isCursor ? null : timeOf('since', since);
  const until = timeOf('before', before);
  if (from !== null && until !== null && from > until)
    throw badRange('bad_time_range', 'since must not be after before');
  if (from !== null && (until ?? now) - from > RANGE_DAYS_MAX * DAY)
    throw badRange('invalid_time_range', `since and before may be ${RANGE_DAYS_MAX} days apart at most`);
  return { limit: limitOf(limit), since: from, after: isCursor ? (since as TransactionId) : null, before: until };
}

export interface WindowAsked {
  /** Where the query begins. */
  readonly start: Micros;
  readonly now: Micros;
  readonly wholeHistoryUntil: Micros;
  /** How far back everybody may read. */
  readonly historyDays: number;
}

/** @throws ProblemError, 403, where the query reaches back too far and the user's approval is too long ago */
export function checkWindow({ start, now, wholeHistoryUntil, historyDays }: WindowAsked): void {
  if (now < wholeHistoryUntil || now - start < BigInt(historyDays) * DAY) return;
  throw new ProblemError({
    status: 403,
    code: 'forbidden.verification_required',
    message: `transactions from ${historyDays} days ago and before are shown for a few minutes after the user's approval only; ask since a later time`,
  });
}

function limitOf(text: string | undefined): number {
  if (text === undefined || text === '') return LIMIT_DEFAULT;
  if (!/^\d{1,9}$/.test(text) || Number(text) < 1) throw badParam('limit', 'limit must be a whole number above 0');
  return Math.min(Number(text), LIMIT_MAX);
}

function timeOf(name: string, text: string | undefined): Micros | null {
  if (text === undefined || text === '') return null;
  const at = readInstant(text);
  if (at === undefined) throw badParam(name, `${name} must be a time such as 2026-03-01T10:15:30.120Z`);
  return at;
}

function badRange(code: string, message: string): ProblemError {
  return new ProblemError({ status: 400, code: `bad_request.${code}`, message });
}
