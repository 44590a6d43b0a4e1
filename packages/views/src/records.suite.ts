// The contract of records: every adapter runs this file unchanged.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Records } from './port.js';

/** An empty store of an adapter, for one test. */
export interface RecordsStore {
  /** Opens it; opened again after a close, it holds what was there. */
  open(): Promise<Records>;
  /** Removes all of it, after the records were closed. */
  dispose(): Promise<void>;
}

const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);

export function recordsSuite(adapter: string, create: () => Promise<RecordsStore>): void {
  describe(`records (${adapter})`, () => {
    let store: RecordsStore;
    let records: Records;

    beforeEach(async () => {
      store = await create();
      records = await store.open();
    });

    afterEach(async () => {
      await records.close();
      await store.dispose();
    });

    describe('a key that is not there', () => {
      it('is undefined', async () => {
        expect(await records.get('c', 'k')).toBeUndefined();
      });

      it('is inserted once, whoever races', async () => {
        const won = await Promise.all([1, 2, 3, 4, 5].map((n) => records.insertIfAbsent('c', 'k', bytes(n))));
        expect(won.filter(Boolean)).toHaveLength(1);
        expect(await records.get('c', 'k')).toStrictEqual({ value: bytes(won.indexOf(true) + 1), version: 1 });
      });

      it('is not set by comparing, and removing it is no error', async () => {
        expect(await records.compareAndSet('c', 'k', 0, bytes(1))).toBe(false);
        await records.remove('c', 'k');
        expect(await records.get('c', 'k')).toBeUndefined();
      });
    });

    describe('a key that is there', () => {
      beforeEach(() => records.put('c', 'k', bytes(1)));

      it('is not inserted again', async () => {
        expect(await records.insertIfAbsent('c', 'k', bytes(2))).toBe(false);
        expect(await records.get('c', 'k')).toStrictEqual({ value: bytes(1), version: 1 });
      });

      it('counts its version up at every change', async () => {
        await records.put('c', 'k', bytes(2));
        expect(await records.get('c', 'k')).toStrictEqual({ value: bytes(2), version: 2 });
        expect(await records.compareAndSet('c', 'k', 2, bytes(3))).toBe(true);
        expect(await records.get('c', 'k')).toStrictEqual({ value: bytes(3), version: 3 });
      });

      it('is left alone where another version is expected', async () => {
        expect(await records.compareAndSet('c', 'k', 2, bytes(9))).toBe(false);
        expect(await records.compareAndSet('c', 'k', 0, bytes(9))).toBe(false);
        expect(await records.get('c', 'k')).toStrictEqual({ value: bytes(1), version: 1 });
      });

      it('is set by one of those who race from one version', async () => {
        const won = await Promise.all([11, 12, 13, 14].map((n) => records.compareAndSet('c', 'k', 1, bytes(n))));
        expect(won.filter(Boolean)).toHaveLength(1);
        expect(await records.get('c', 'k')).toStrictEqual({ value: bytes(won.indexOf(true) + 11), version: 2 });
      });

      it('loses no increment of those who try again', async () => {
        const increment = async (): Promise<void> => {
          for (;;) {
            const record = await records.get('c', 'k');
            if (record === undefined) throw new Error('the record is gone');
            if (await records.compareAndSet('c', 'k', record.version, bytes((record.value[0] ?? 0) + 1))) return;
          }
        };
        await Promise.all(Array.from({ length: 8 }, increment));
        expect(await records.get('c', 'k')).toStrictEqual({ value: bytes(9), version: 9 });
      });

      it('is gone once removed, and begins at version 1 when it comes back', async () => {
        await records.put('c', 'k', bytes(2));
        await records.remove('c', 'k');
        expect(await records.get('c', 'k')).toBeUndefined();
        expect(await records.insertIfAbsent('c', 'k', bytes(3))).toBe(true);
        expect(await records.get('c', 'k')).toStrictEqual({ value: bytes(3), version: 1 });
      });

      it('is another than the same key of another collection', async () => {
        expect(await records.get('d', 'k')).toBeUndefined();
        await records.put('d', 'k', bytes(2));
        await records.remove('c', 'k');
        expect(await records.get('d', 'k')).toStrictEqual({ value: bytes(2), version: 1 });
      });
    });

    describe('values', () => {
      it('come back as they were written, empty or large', async () => {
        const large = Uint8Array.from({ length: 300_000 }, (_, i) => i % 251);
        await Promise.all([records.put('c', 'empty', bytes()), records.put('c', 'large', large)]);
        expect((await records.get('c', 'empty'))?.value).toStrictEqual(bytes());
        expect((await records.get('c', 'large'))?.value).toStrictEqual(large);
      });

      it('are not shared with the caller', async () => {
        const value = bytes(1, 2, 3);
        await records.put('c', 'k', value);
        value.fill(9);
        (await records.get('c', 'k'))?.value.fill(8);
        expect((await records.get('c', 'k'))?.value).toStrictEqual(bytes(1, 2, 3));
      });

      it('are the ones given, though the caller reuses its buffer at once', async () => {
        const value = bytes(1, 2, 3);
        const written = records.put('c', 'k', value);
        value.fill(9);
        await written;
        expect((await records.get('c', 'k'))?.value).toStrictEqual(bytes(1, 2, 3));
      });
    });

    describe('writes that are not awaited', () => {
      it('take effect in the order in which they were asked for', async () => {
        const writes = [records.put('c', 'k', bytes(1)), records.remove('c', 'k'), records.put('c', 'k', bytes(2))];
        await Promise.all(writes);
        expect(await records.get('c', 'k')).toStrictEqual({ value: bytes(2), version: 1 });
      });

      it('are there after closing and opening again', async () => {
        const writes = [records.put('c', 'a', bytes(1)), records.put('c', 'b', bytes(2))];
        await Promise.all([...writes, records.close()]);
        records = await store.open();
        expect(await records.get('c', 'b')).toStrictEqual({ value: bytes(2), version: 1 });
      });
    });

    describe('keys', () => {
      const sorted = ['', 'A', 'a', 'ab', 'b', 'é', '\uffee', '😀'];

      beforeEach(async () => {
        const mixed = sorted.map((_, i) => sorted[(i * 3) % sorted.length] ?? '');
        await Promise.all([
          ...mixed.map((key) => records.put('c', key, bytes(1))),
          records.put('d', 'other', bytes(1)),
        ]);
      });

      it('are listed ascending by their UTF-8 bytes, of one collection', async () => {
        expect(await records.keys('c', { limit: 100 })).toEqual(sorted);
        expect(await records.keys('none', { limit: 100 })).toEqual([]);
      });

      it('are paged by the last key seen', async () => {
        const pages: string[][] = [];
        let page = await records.keys('c', { limit: 3 });
        while (page.length > 0) {
          pages.push(page);
          page = await records.keys('c', { after: page.at(-1) ?? '', limit: 3 });
        }
        expect(pages).toEqual([sorted.slice(0, 3), sorted.slice(3, 6), sorted.slice(6)]);
      });

      it('are listed after a key that is not there', async () => {
        expect(await records.keys('c', { after: 'aa', limit: 2 })).toEqual(['ab', 'b']);
      });
    });
  });
}
