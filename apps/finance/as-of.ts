// Both time axes: what had happened by a value date, as it was known at a recording time.
import { metadataReader } from '@tallystick/events';
import type { Micros } from '@tallystick/ledger-core';

export interface AsOf {
  /** Counts what is effective then or before; null for everything. */
  readonly at: Micros | null;
  /** Counts what was recorded then or before; null for everything. */
  readonly knownAt: Micros | null;
}

export const EVERYTHING: AsOf = { at: null, knownAt: null };

export interface Times {
  readonly effectiveAt: Micros;
  readonly recordedAt: Micros;
}

/** Both times out of an event's metadata, and nothing else of it. */
export const readTimes: (metadata: Uint8Array) => Times = metadataReader(['effectiveAt', 'recordedAt']);

export function isEffective({ effectiveAt }: Times, { at }: AsOf): boolean {
  return at === null || effectiveAt <= at;
}

export function isKnown({ recordedAt }: Times, { knownAt }: AsOf): boolean {
  return knownAt === null || recordedAt <= knownAt;
}
