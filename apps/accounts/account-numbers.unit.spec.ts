import { describe, expect, it } from '@jest/globals';
import type { AccountId } from '@tallystick/ledger-core';
import { MemoryRecords } from '@tallystick/views/memory/index';
import { AccountNumbers } from './account-numbers.js';

const mine = 'acc_0000mine' as AccountId;
const yours = 'acc_0000yours' as AccountId;
const number = { sortCode: '040004', accountNumber: '12345678' };

describe('an account number', () => {
  it('is had by one account, however often it is claimed', async () => {
    const numbers = new AccountNumbers(new MemoryRecords());
    expect(await numbers.claim(mine, [number])).toBe('claimed');
    expect(await numbers.claim(mine, [number])).toBe('claimed');
    expect(await numbers.claim(yours, [number])).toBe('taken');
    expect(await numbers.resolve(number)).toBe(mine);
    expect(await numbers.numbersOf(mine)).toEqual([number]);
    expect(await numbers.numbersOf(yours)).toEqual([]);
  });

  it('is had by one account, whoever asks at the same time', async () => {
    const numbers = new AccountNumbers(new MemoryRecords());
    const claims = await Promise.all([numbers.claim(mine, [number]), numbers.claim(yours, [number])]);
    expect(claims.sort()).toEqual(['claimed', 'taken']);
  });

  it('is not another at another bank', async () => {
    const numbers = new AccountNumbers(new MemoryRecords());
    await numbers.claim(mine, [number]);
    expect(await numbers.claim(yours, [{ ...number, sortCode: '040005' }])).toBe('claimed');
    expect(await numbers.resolve({ ...number, sortCode: '040005' })).toBe(yours);
    expect(await numbers.resolve({ ...number, sortCode: '040006' })).toBeUndefined();
    expect(await numbers.resolve({ ...number, sortCode: null })).toBeUndefined();
  });

  it('needs no code, and is then found with any', async () => {
    const numbers = new AccountNumbers(new MemoryRecords());
    await numbers.claim(mine, [{ ...number, sortCode: null }]);
    expect(await numbers.resolve(number)).toBe(mine);
    expect(await numbers.numbersOf(mine)).toEqual([{ ...number, sortCode: null }]);
  });

  it('never changes, nor comes later', async () => {
    const numbers = new AccountNumbers(new MemoryRecords());
    await numbers.claim(mine, [number]);
    expect(await numbers.claim(mine, [{ ...number, accountNumber: '1' }])).toBe('changed');
    expect(await numbers.claim(mine, [])).toBe('changed');
    expect(await numbers.claim(yours, [])).toBe('claimed');
    expect(await numbers.claim(yours, [{ ...number, accountNumber: '2' }])).toBe('changed');
    expect(await numbers.numbersOf(yours)).toEqual([]);
  });

  it('may be one of several, and none is had where one of them is another account’s', async () => {
    const numbers = new AccountNumbers(new MemoryRecords());
    const iban = { sortCode: null, accountNumber: 'GB33BUKB20201555555555' };
    await numbers.claim(mine, [iban]);
    expect(await numbers.claim(yours, [number, iban])).toBe('taken');
    expect(await numbers.numbersOf(yours)).toEqual([]);
    const third = 'acc_0000third' as AccountId;
    const another = { ...iban, accountNumber: 'GB94BARC10201530093459' };
    expect(await numbers.claim(third, [number, another])).toBe('claimed');
    expect(await numbers.claim(third, [number, another])).toBe('claimed');
    expect(await numbers.numbersOf(third)).toEqual([number, another]);
    expect([await numbers.resolve(number), await numbers.resolve(another)]).toEqual([third, third]);
  });
});
