// Text of customers, sealed and opened under their keys (architecture, rule 13).
import { refusalOf } from '@tallystick/customer-api';
import { type ERASED, type PersonalText, saysErased } from '@tallystick/events';

type Opened = PersonalText | typeof ERASED;

/** By the id of an account or a user; ERASED where its key was destroyed. */
export interface CustomerKeys {
  /** The same customer, name and text give the same bytes. @throws EncodingError `no_key` where the customer was erased */
  readonly seal: (customerId: string, name: string, text: PersonalText) => Promise<Uint8Array>;
  readonly open: (customerId: string, sealed: Uint8Array) => Promise<Opened>;
  /** In order; the key is asked for once. */
  readonly openAll: (customerId: string, sealed: readonly Uint8Array[]) => Promise<Opened[]>;
}

/** @throws ProblemError, 412, where nothing can be kept of whom was erased */
export async function unlessErased<Answer>(write: () => Promise<Answer>): Promise<Answer> {
  try {
    return await write();
  } catch (error) {
    if (saysErased(error)) throw refusalOf('CustomerErased');
    throw error;
  }
}
