// Who pays whom at another bank, in words: what is sealed of a payment, and how its clearing system is called in events.
import type { accountsContract, CallContext, ClientOf, paymentsContract, RequestOf } from '@tallystick/contracts';
import { Iso20022Error, iso20022 } from '@tallystick/iso20022';
import { exponentOf, type PaymentId } from '@tallystick/ledger-core';
import { messageOf, type OutboundTexts } from './outbound-message.js';
import type { OutboundRecord } from './outbound-records.js';

type Pay = RequestOf<(typeof paymentsContract)['methods']['pay']>;

/** Of payments that go by no clearing system; no code is as long. */
const NONE = 'iso20022';

const codec = iso20022(exponentOf);

export function schemeOf(clearingSystem: string | null): string {
  return clearingSystem?.toLowerCase() ?? NONE;
}

export function clearingSystemOf(scheme: string): string | null {
  return scheme === NONE ? null : scheme.toUpperCase();
}

export async function outboundTexts(
  accounts: Pick<ClientOf<typeof accountsContract>, 'numberOf'>,
  { accountId, creditor, reference }: Pick<Pay, 'accountId' | 'creditor' | 'reference'>,
  context: CallContext,
): Promise<OutboundTexts> {
  const { found } = await accounts.numberOf({ accountId }, context);
  return {
    ...creditor,
    reference: reference ?? '',
    debtorAccount: found?.accountNumber ?? accountId,
    debtorAgent: found?.sortCode ?? '',
  };
}

/** The message as it goes out. @throws Iso20022Error where it would be refused elsewhere */
export function messageText(paymentId: PaymentId, record: OutboundRecord, texts: OutboundTexts): string {
  return codec.write(messageOf(paymentId, record, texts));
}

/** What the message would be refused for elsewhere is refused before any money moves. */
export function faultOf(paymentId: PaymentId, record: OutboundRecord, texts: OutboundTexts) {
  try {
    messageText(paymentId, record, texts);
    return undefined;
  } catch (error) {
    if (!(error instanceof Iso20022Error)) throw error;
    return { path: error.path, message: error.message };
  }
}
