// Who is paid at another bank, as a body of a request has it.
import { type Static, Type } from '@sinclair/typebox';
import { closed } from '../named-accounts.js';
import { textOf } from '../staff.requests.js';

const text = (maxLength: number) => Type.String({ minLength: 1, maxLength });

export const creditor = closed({ name: text(140), account: text(34), agent: text(35) });
export const clearingSystem = Type.String({ pattern: '^[A-Z0-9]{1,3}$', description: 'such as TCH or FDN' });

/** @throws ProblemError, 400, where one of its texts looks like a card number */
export function creditorOf({ name, account, agent }: Static<typeof creditor>): Static<typeof creditor> {
  textOf('name', name);
  textOf('account', account);
  textOf('agent', agent);
  return { name, account, agent };
}
