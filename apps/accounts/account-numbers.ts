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
   * Before the account is opened, so that no account is ever without the numbers that it was opened under. The same again: the same.
   * @param numbers none where the account is to have none
   * @returns `taken` where one is another account's, `changed` where this account was asked for under others, or none
   */
  async claim(accountId: AccountId, numbers: readonly AccountNumber[]): Promise<Claim> {
    const wanted = numbers.map(textOf).join(' ');
    if (!(await this.records.insertIfAbsent(BY_ACCOUNT, accountId, bytes(wanted)))) {
      const found = await this.records.get(BY_ACCOUNT, accountId);
      if (found === undefined || text(found.value) !== wanted) return 'changed';
    }
    const claimed: AccountNumber[] = [];
    for (const number of numbers) {
      if (await this.records.insertIfAbsent(BY_NUMBER, keyOf(number), bytes(accountId))) claimed.push(number);
      else if ((await this.holderOf(number)) !== accountId) {
        // Without all of them the account is not opened: the others may be another's.
        for (const each of claimed) await this.records.remove(BY_NUMBER, keyOf(each));
        return 'taken';
      }
    }
    return 'claimed';
  }

  /** The account that has the number at this bank's code, else the one that has it without any code; undefined where none has. */
  async resolve({ sortCode, accountNumber }: AccountNumber): Promise<AccountId | undefined> {
    const exactly = await this.holderOf({ sortCode, accountNumber });
    return exactly ?? (sortCode === null ? undefined : this.holderOf({ sortCode: null, accountNumber }));
  }

  /** In the order in which they were asked for. */
  async numbersOf(accountId: AccountId): Promise<AccountNumber[]> {
    const found = await this.records.get(BY_ACCOUNT, accountId);
    const numbers = found === undefined ? [] : numbersIn(text(found.value));
    // Asked for is not given: another account may have had it first.
    const holders = await Promise.all(numbers.map((number) => this.holderOf(number)));
    return numbers.filter((_, n) => holders[n] === accountId);
  }

  /** The account that has this very number. */
  async holderOf(number: AccountNumber): Promise<AccountId | undefined> {
    const found = await this.records.get(BY_NUMBER, keyOf(number));
    return found === undefined ? undefined : (text(found.value) as AccountId);
  }
}

/** Of fixed length and without any digits: logs and traces may name keys. */
function keyOf(number: AccountNumber): string {
  return lettersOf(textOf(number));
}

function textOf({ sortCode, accountNumber }: AccountNumber): string {
  return `${sortCode ?? ''}/${accountNumber}`;
}

/** Neither part has a slash or a space of its own. */
function numbersIn(stored: string): AccountNumber[] {
  return stored.split(' ').flatMap((each) => {
    const [sortCode = '', accountNumber] = each.split('/');
    return accountNumber === undefined ? [] : [{ sortCode: sortCode === '' ? null : sortCode, accountNumber }];
  });
}

const bytes = (content: string) => Buffer.from(content);
const text = (value: Uint8Array) => Buffer.from(value).toString();
