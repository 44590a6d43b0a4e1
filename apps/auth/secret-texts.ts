// Texts that are known to their owner alone: 256 random bits behind a prefix that tells scanners of leaks what it is.
import { hash, timingSafeEqual } from 'node:crypto';
import type { Random } from '@tallystick/transport';

const SECRET_BYTES = 32;

export const PREFIXES = {
  access: 'tally_at_',
  refresh: 'tally_rt_',
  code: 'tally_ac_',
  clientSecret: 'tally_cs_',
  approval: 'tally_as_',
} as const;

export type SecretKind = keyof typeof PREFIXES;

export interface SecretText {
  /** Leaves the process once, in the answer to its owner. */
  readonly text: string;
  /** What is stored: SHA-256, hexadecimal. Nothing slower is needed, since nobody can try 2^256 texts. */
  readonly hash: string;
}

export function newSecret(kind: SecretKind, random: Random): SecretText {
  const text = PREFIXES[kind] + Buffer.from(random(SECRET_BYTES)).toString('base64url');
  return { text, hash: hashOf(text) };
}

export function hashOf(text: string): string {
  return hash('sha256', text, 'hex');
}

/** Whether it can be one of ours at all; what can't is not looked up. */
export function looksLike(kind: SecretKind, text: string): boolean {
  return text.length === PREFIXES[kind].length + 43 && text.startsWith(PREFIXES[kind]);
}

/** @param stored as hashOf gives it */
export function hasHash(text: string, stored: string): boolean {
  return timingSafeEqual(Buffer.from(hashOf(text)), Buffer.from(stored));
}
