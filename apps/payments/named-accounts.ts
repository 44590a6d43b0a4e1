// An account as a request names it: by its id, or by sort code and account number.
import { type TProperties, type TSchema, Type } from '@sinclair/typebox';
import type { accountsContract, CallContext, ClientOf } from '@tallystick/contracts';
import type { AccountId } from '@tallystick/ledger-core';
import { badParam, missingParam, ProblemError } from '@tallystick/transport/service';

export const closed = <P extends TProperties>(properties: P) =>
  Type.Object(properties, { additionalProperties: false });
const optional = <S extends TSchema>(schema: S) => Type.Optional(schema);

export const accountId = Type.String({ pattern: '^acc_[0-9A-Za-z]{4,59}$' });
const number = closed({
  sort_code: optional(Type.String({ pattern: '^[A-Za-z0-9]{1,35}$', description: 'without hyphens' })),
  account_number: Type.String({ pattern: '^[A-Za-z0-9]{1,34}$' }),
});

/** The one account, in a body: `source_account_id` or `source`. */
export const source = { source_account_id: optional(accountId), source: optional(number) };
export const destination = { destination_account_id: optional(accountId), destination: optional(number) };
export const owner = { account_id: optional(accountId), account: optional(number) };

interface Number {
  readonly sort_code?: string;
  readonly account_number: string;
}

export class NamedAccounts {
  constructor(private readonly accounts: Pick<ClientOf<typeof accountsContract>, 'byNumber'>) {}

  /**
   * Whose a number is never changes, so the same request names the same account whenever it comes. Whether there is an account of that id,
   * the ledger says.
   * @param name of the field that has the number; the one with the id is `<name>_account_id`, or `account_id` for `account`
   * @throws ProblemError: 400 where it is named in both ways or in none, 404 where nobody has the number
   */
  async idOf(
    name: 'source' | 'destination' | 'account',
    id: string | undefined,
    number: Number | undefined,
    context: CallContext,
  ): Promise<AccountId> {
    const idName = name === 'account' ? 'account_id' : `${name}_account_id`;
    if (number === undefined) {
      if (id === undefined) throw missingParam(idName);
      return id as AccountId;
    }
    if (id !== undefined) throw badParam(name, `either ${idName} or ${name} is given, not both`);
    const numbers = [{ sortCode: number.sort_code ?? null, accountNumber: number.account_number }];
    const [found = null] = (await this.accounts.byNumber({ numbers, exact: true }, context)).accounts;
    if (found !== null) return found;
    throw new ProblemError({
      status: 404,
      code: 'not_found.account_number',
      message: 'no account has this account number at this sort code',
      params: { param: name },
    });
  }
}
