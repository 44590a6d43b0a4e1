// Which stack a request must go to, as docs/edge.md says, worked out apart from the edge.
import { createHash } from 'node:crypto';

export interface Share {
  readonly share_per_mille: number;
  readonly accounts: readonly string[];
}

/** @param id of the account that the request names, else of its user */
export function goesToSecond(id: string, { share_per_mille: share, accounts }: Share): boolean {
  if (share >= 1_000 || accounts.includes(id)) return true;
  return createHash('sha256').update(id).digest().readUInt32BE(0) % 1_000 < share;
}
