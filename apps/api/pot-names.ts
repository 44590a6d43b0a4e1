// What a pot is called is sealed under its account's key, and opened at the last moment.
import { ERASED, type PersonalText } from '@tallystick/events';
import type { AccountId } from '@tallystick/ledger-core';

/** Opens text that was sealed under the account's key; ERASED where that was destroyed. */
export type OpenPersonal = (accountId: AccountId, sealed: Uint8Array) => Promise<PersonalText | typeof ERASED>;

export type OpenNames = (accountId: AccountId, sealed: Uint8Array | null) => Promise<string>;

/** The name; empty where there is none, or none any more. */
export function namesBy(open: OpenPersonal): OpenNames {
  return async (accountId, sealed) => {
    if (sealed === null) return '';
    const text = await open(accountId, sealed);
    return text === ERASED ? '' : (text.name ?? '');
  };
}
