import { describe, expect, it } from '@jest/globals';
import { firstTimeOf } from './first-time.js';
import { MemoryRecords } from './memory/index.js';

describe('the first time of a key', () => {
  it('is the time of the first call, whatever the later ones say', async () => {
    const records = new MemoryRecords();
    expect(await firstTimeOf(records, 'openings', 'staff/1', 5n)).toBe(5n);
    expect(await firstTimeOf(records, 'openings', 'staff/1', 9n)).toBe(5n);
  });

  it('stands for itself by key and collection', async () => {
    const records = new MemoryRecords();
    await firstTimeOf(records, 'openings', 'staff/1', 5n);
    expect(await firstTimeOf(records, 'openings', 'staff/2', 9n)).toBe(9n);
    expect(await firstTimeOf(records, 'cards', 'staff/1', 9n)).toBe(9n);
  });

  it('is one time for calls that come at once', async () => {
    const records = new MemoryRecords();
    const times = await Promise.all([7n, 8n, 9n].map((now) => firstTimeOf(records, 'openings', 'staff/1', now)));
    expect(new Set(times).size).toBe(1);
  });
});
