// Account numbers: by which number, and at which bank's code, an account is known outside. A record, for the number is given to it by people.
import { lettersOf } from '@tallystick/events';
import type { AccountId } from '@tallystick/ledger-core';
import type { Records } from '@tallystick/views';

const BY_NUMBER = 'account-numbers';
const BY_ACCOUNT = 'numbers-of-accounts';

export interface AccountNumber {
  /** Sort code, routing number or any other clearing member's id; null where the number needs none, as an IBAN. */
  readonly sortCode: string | null;
  readonly accountNumber: string;
}

export type Claim = 'claimed' | 'taken' | 'changed';

export class AccountNumbers {
  constructor(private readonly records: Records) {}

  /**
   * Before the account is opened, so that no account is ever without the number that it was opened under. The same again: the same.
   * @param number null where the account is to have none
   * @returns `taken` where the number is another account's, `changed` where this account was asked for under another number, or none
   */
  async claim(accountId: AccountId, number: AccountNumber | null): Promise<Claim> {
    const wanted = textOf(number);
    if (!(await this.records.insertIfAbsent(BY_ACCOUNT, accountId, bytes(wanted)))) {
      const found = await this.records.get(BY_ACCOUNT, accountId);
      if (found === undefined || text(found.value) !== wanted) return 'changed';
    }
    if (number === null) return 'claimed';
    if (await this.records.insertIfAbsent(BY_NUMBER, keyOf(number), bytes(accountId))) return 'claimed';
    return (await this.holderOf(number)) === accountId ? 'claimed' : 'taken';
  }

  /** The account that has the number at this bank's code, else the one that has it without any code; undefined where none has. */
  async resolve({ sortCode, accountNumber }: AccountNumber): Promise<AccountId | undefined> {
    const exactly = await this.holderOf({ sortCode, accountNumber });
    return exactly ?? (sortCode === null ? undefined : this.holderOf({ sortCode: null, accountNumber }));
  }

  /** Undefined where it has none. */
  async numberOf(accountId: AccountId): Promise<AccountNumber | undefined> {
    const found = await this.records.get(BY_ACCOUNT, accountId);
    const number = found === undefined ? null : numberIn(text(found.value));
    // Asked for is not given: another account may have had it first.
    return number !== null && (await this.holderOf(number)) === accountId ? number : undefined;
  }

  private async holderOf(number: AccountNumber): Promise<AccountId | undefined> {
    const found = await this.records.get(BY_NUMBER, keyOf(number));
    return found === undefined ? undefined : (text(found.value) as AccountId);
  }
}

/** Of fixed length and without any digits: logs and traces may name keys. */
function keyOf(number: AccountNumber): string {
  return lettersOf(textOf(number));
}

function textOf(number: AccountNumber | null): string {
  return number === null ? '' : `${number.sortCode ?? ''}/${number.accountNumber}`;
}

/** Neither part has a slash of its own. */
function numberIn(stored: string): AccountNumber | null {
  const at = stored.indexOf('/');
  if (at < 0) return null;
  const sortCode = stored.slice(0, at);
  return { sortCode: sortCode === '' ? null : sortCode, accountNumber: stored.slice(at + 1) };
}

const bytes = (content: string) => Buffer.from(content);
const text = (value: Uint8Array) => Buffer.from(value).toString();
