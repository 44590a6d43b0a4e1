import { deriveId } from '@tallystick/events';
import type { AccountId } from '@tallystick/ledger-core';

/** The same caller, key and time give the same account anywhere. */
export function accountIdOf(caller: string, key: string, effectiveAt: bigint): AccountId {
  return deriveId('acc', effectiveAt, 'acc', `${caller}/${key}`) as AccountId;
}
