// What is not there may only not be seen yet: told of by a webhook, or opened by the bank a moment ago.
import type { ClientOf, ledgerContract } from '@tallystick/contracts';
import type { Customer } from '@tallystick/customer-api';

export type Head = Pick<ClientOf<typeof ledgerContract>, 'journal'>;

/** The same customer, for whom views must have come to where the journal is now. */
export async function atHead(ledger: Head, customer: Customer): Promise<Customer> {
  const { head } = await ledger.journal({}, customer.context);
  return head > customer.minPosition ? { ...customer, minPosition: head } : customer;
}
