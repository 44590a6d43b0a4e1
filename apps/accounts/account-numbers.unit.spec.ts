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
    expect(await numbers.claim(mine, number)).toBe('claimed');
    expect(await numbers.claim(mine, number)).toBe('claimed');
    expect(await numbers.claim(yours, number)).toBe('taken');
    expect(await numbers.resolve(number)).toBe(mine);
    expect(await numbers.numberOf(mine)).toEqual(number);
    expect(await numbers.numberOf(yours)).toBeUndefined();
  });

  it('is had by one account, whoever asks at the same time', async () => {
    const numbers = new AccountNumbers(new MemoryRecords());
    const claims = await Promise.all([numbers.claim(mine, number), numbers.claim(yours, number)]);
    expect(claims.sort()).toEqual(['claimed', 'taken']);
  });

  it('is not another at another bank', async () => {
    const numbers = new AccountNumbers(new MemoryRecords());
    await numbers.claim(mine, number);
    expect(await numbers.claim(yours, { ...number, sortCode: '040005' })).toBe('claimed');
    expect(await numbers.resolve({ ...number, sortCode: '040005' })).toBe(yours);
    expect(await numbers.resolve({ ...number, sortCode: '040006' })).toBeUndefined();
    expect(await numbers.resolve({ ...number, sortCode: null })).toBeUndefined();
  });

  it('needs no code, and is then found with any', async () => {
    const numbers = new AccountNumbers(new MemoryRecords());
    await numbers.claim(mine, { ...number, sortCode: null });
    expect(await numbers.resolve(number)).toBe(mine);
    expect(await numbers.numberOf(mine)).toEqual({ ...number, sortCode: null });
  });

  it('never changes, nor comes later', async () => {
    const numbers = new AccountNumbers(new MemoryRecords());
    await numbers.claim(mine, number);
    expect(await numbers.claim(mine, { ...number, accountNumber: '1' })).toBe('changed');
    expect(await numbers.claim(mine, null)).toBe('changed');
    expect(await numbers.claim(yours, null)).toBe('claimed');
    expect(await numbers.claim(yours, { ...number, accountNumber: '2' })).toBe('changed');
    expect(await numbers.numberOf(yours)).toBeUndefined();
  });
});
