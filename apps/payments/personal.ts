// References and names, sealed under the key of the account that they stand on (architecture, rule 13).
import type { CallContext } from '@tallystick/contracts';
import { saysErased } from '@tallystick/events';
import type { AccountId } from '@tallystick/ledger-core';

/**
 * Seals text of a customer. The same account, command and text give the same bytes, so that a retry repeats its event exactly.
 * @throws EncodingError `no_key` where the customer was erased
 */
export type SealPersonal = (
  accountId: AccountId,
  commandId: string,
  text: Readonly<Record<string, string>>,
  context: CallContext,
) => Promise<Uint8Array>;

/** Nothing new of whom was erased is kept. */
export const CUSTOMER_ERASED = [{ kind: 'rejected' as const, rejection: 'CustomerErased' as const }];

/** As `seal` gives it; undefined where the customer was erased. */
export async function sealedUnlessErased(
  seal: SealPersonal,
  ...text: Parameters<SealPersonal>
): Promise<Uint8Array | undefined> {
  try {
    return await seal(...text);
  } catch (error) {
    if (saysErased(error)) return undefined;
    throw error;
  }
}
