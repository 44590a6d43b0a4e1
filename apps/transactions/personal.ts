// What customers' programs write is sealed under the key of the account that it stands on (architecture, rule 13).
import type { CallContext } from '@tallystick/contracts';
import { EncodingError, ERASED, type PersonalText, saysErased } from '@tallystick/events';
import type { AccountId } from '@tallystick/ledger-core';

export interface Personal {
  /** The same account, command and text give the same bytes. @throws EncodingError `no_key` where the customer was erased */
  readonly seal: (
    accountId: AccountId,
    commandId: string,
    text: PersonalText,
    context: CallContext,
  ) => Promise<Uint8Array>;
  readonly open: (accountId: AccountId, sealed: Uint8Array) => Promise<PersonalText | typeof ERASED>;
}

/** @throws EncodingError `no_key` where the customer was erased */
export async function openedText(personal: Personal, accountId: AccountId, sealed: Uint8Array): Promise<PersonalText> {
  const text = await personal.open(accountId, sealed);
  if (text === ERASED) throw new EncodingError('no_key', `${accountId} was erased`);
  return text;
}

/** What it writes, or that nothing can be kept of whom was erased. */
export async function unlessErased<Answer>(
  write: () => Promise<Answer>,
): Promise<Answer | { readonly kind: 'rejected'; readonly rejection: 'CustomerErased' }> {
  try {
    return await write();
  } catch (error) {
    if (saysErased(error)) return { kind: 'rejected', rejection: 'CustomerErased' };
    throw error;
  }
}
