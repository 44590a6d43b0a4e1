import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ManualTime } from '@tallystick/transport/manual-time.suite';
import { MemoryRecordStore, MemoryRecords } from '@tallystick/views/memory/index';
import { BigSwitch, bucketOf } from './big-switch.js';

const ids = Array.from({ length: 10_000 }, (_, n) => `acc_0000${n}`);
const settings = (share_per_mille: number, accounts: string[] = []) => ({
  share_per_mille,
  accounts,
  shadow_per_mille: 0,
});

let store: MemoryRecordStore;
let time: ManualTime;
let reported: unknown[];
let one: BigSwitch;
let other: BigSwitch;

function newSwitch(records = new MemoryRecords(store)): BigSwitch {
  return new BigSwitch({ records, time, pollMs: 500, report: (error) => void reported.push(error) });
}

async function polled(): Promise<void> {
  time.advance(500);
  await new Promise((resolve) => setImmediate(resolve));
}

beforeEach(async () => {
  store = new MemoryRecordStore();
  time = new ManualTime();
  reported = [];
  [one, other] = [newSwitch(), newSwitch()];
  await one.start();
  await other.start();
});

afterEach(() => {
  one.stop();
  other.stop();
  expect(time.running()).toBe(0);
});

describe('a switch that nobody has touched', () => {
  it('sends everything to the first stack', () => {
    expect(one.current()).toEqual({ share_per_mille: 0, accounts: [], shadow_per_mille: 0, version: 0 });
    expect(one.stackOf('acc_1', 'user_1')).toBe('first');
    expect(one.dividesAccounts()).toBe(false);
  });
});

describe('a share of accounts', () => {
  it('is that share, and whoever went over stays over while it grows', async () => {
    let before = new Set<string>();
    for (const share of [1, 10, 250, 500, 999, 1000]) {
      await one.change(settings(share), undefined);
      const over = new Set(ids.filter((id) => one.stackOf(id, undefined) === 'second'));
      expect(Math.abs(over.size / ids.length - share / 1000)).toBeLessThan(0.02);
      expect([...before].filter((id) => !over.has(id))).toEqual([]);
      before = over;
    }
    expect(before.size).toBe(ids.length);
  });

  it('goes by the account, else by the user; what names neither goes over last', async () => {
    const account = ids.find((id) => bucketOf(id) < 500) ?? '';
    const staying = ids.find((id) => bucketOf(id) >= 500) ?? '';
    await one.change(settings(500), undefined);
    expect(one.stackOf(account, staying)).toBe('second');
    expect(one.stackOf(staying, account)).toBe('first');
    expect(one.stackOf(undefined, account)).toBe('second');
    expect(one.stackOf(undefined, undefined)).toBe('first');
    await one.change(settings(1000), undefined);
    expect(one.stackOf(undefined, undefined)).toBe('second');
  });

  it('is the same on every machine and for ever', () => {
    expect(['acc_0000AbCdEf0123456789Gh', 'user_1', 'acc_1'].map(bucketOf)).toEqual([955, 992, 933]);
  });
});

describe('a named account', () => {
  it('goes to the second stack whatever the share', async () => {
    await one.change(settings(0, ['acc_1']), undefined);
    expect(one.stackOf('acc_1', 'user_1')).toBe('second');
    expect(one.stackOf('acc_2', 'user_1')).toBe('first');
    expect(one.dividesAccounts()).toBe(true);
  });
});

describe('a change', () => {
  it('is seen by the other instances at their next reading', async () => {
    expect(await one.change(settings(7), undefined)).toMatchObject({ share_per_mille: 7, version: 1 });
    expect(other.current().version).toBe(0);
    await polled();
    expect(other.current()).toEqual({ ...settings(7), version: 1 });
    await other.change(settings(8), undefined);
    await polled();
    expect(one.current()).toEqual({ ...settings(8), version: 2 });
  });

  it('is refused where somebody else was faster', async () => {
    await one.change(settings(1), 0);
    expect(await other.change(settings(2), 0)).toBeUndefined();
    expect(await other.change(settings(2), 1)).toMatchObject({ version: 2 });
    expect(await one.change(settings(3), 1)).toBeUndefined();
    expect(await one.stored()).toMatchObject({ share_per_mille: 2, version: 2 });
  });

  it('is not undone by a reading that began before it', async () => {
    await one.change(settings(1), undefined);
    const held = Promise.withResolvers<void>();
    let isHeld = false;
    class SlowRecords extends MemoryRecords {
      override async get(collection: string, key: string) {
        const found = await super.get(collection, key);
        if (isHeld) await held.promise;
        return found;
      }
    }
    const slow = newSwitch(new SlowRecords(store));
    await slow.start();
    isHeld = true;
    time.advance(500);
    await slow.change(settings(9), 1);
    held.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    expect(slow.current()).toMatchObject({ share_per_mille: 9, version: 2 });
    slow.stop();
  });
});

describe('records that do not answer', () => {
  it('leave the switch as it is, and one that never was read is not ready', async () => {
    await one.change(settings(5), undefined);
    const records = new MemoryRecords(store);
    const fresh = newSwitch(records);
    await records.close();
    await fresh.start();
    expect(() => fresh.checkRead()).toThrow('has not been read');
    expect(reported).toHaveLength(1);
    fresh.stop();
    const later = new MemoryRecords(store);
    const used = newSwitch(later);
    await used.start();
    await later.close();
    await polled();
    expect(used.current().share_per_mille).toBe(5);
    expect(() => used.checkRead()).not.toThrow();
    used.stop();
  });
});
