import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type KeyspaceUnderTest, keyspaceUnderTest } from './cassandra-under-test.suite.js';
import type { Cassandra } from './index.js';
import { type LossyProxy, proxyTo } from './proxied.suite.js';

const bytes = (text: string) => Buffer.from(text);

describe('records of one keyspace', () => {
  let keyspace: KeyspaceUnderTest;
  let key = '';
  let keys = 0;

  beforeAll(async () => {
    keyspace = await keyspaceUnderTest();
    await keyspace.cassandra.prepare();
  });

  beforeEach(() => {
    key = `key ${++keys}`;
  });

  afterAll(() => keyspace.close());

  describe('written by several processes', () => {
    let others: Cassandra[];

    beforeAll(async () => {
      others = await Promise.all(Array.from({ length: 4 }, () => keyspace.another()));
    });

    it('are inserted by one of them', async () => {
      const won = await Promise.all(others.map(({ records }, i) => records.insertIfAbsent('c', key, bytes(`${i}`))));
      expect(won.filter(Boolean)).toHaveLength(1);
      const record = await keyspace.cassandra.records.get('c', key);
      expect(record).toStrictEqual({ value: new Uint8Array(bytes(`${won.indexOf(true)}`)), version: 1 });
    });

    it('lose no increment', async () => {
      await keyspace.cassandra.records.put('c', key, bytes('0'));
      const increments = others.map(async ({ records }) => {
        for (let done = 0; done < 5; ) {
          const record = await records.get('c', key);
          if (record === undefined) throw new Error('the record is gone');
          const next = bytes(`${Number(Buffer.from(record.value)) + 1}`);
          if (await records.compareAndSet('c', key, record.version, next)) done++;
        }
      });
      await Promise.all(increments);
      const record = await keyspace.cassandra.records.get('c', key);
      expect([String(Buffer.from(record?.value ?? [])), record?.version]).toEqual(['20', 21]);
    });

    it('are listed for each other, and not once removed', async () => {
      const collection = `collection ${key}`;
      await Promise.all(others.map(({ records }, i) => records.put(collection, `k${i}`, bytes('x'))));
      await keyspace.cassandra.records.remove(collection, 'k2');
      for (const { records } of others)
        expect(await records.keys(collection, { limit: 10 })).toEqual(['k0', 'k1', 'k3']);
    });
  });

  describe('whose writes are carried out though the answer is lost', () => {
    let proxy: LossyProxy;
    let through: Cassandra;

    beforeAll(async () => {
      proxy = await proxyTo(keyspace.options.contactPoints[0] ?? '');
      through = await keyspace.another({ contactPoints: [proxy.contactPoint] });
      await through.records.put('c', 'first', bytes('x'));
    });

    afterAll(async () => {
      await through.close();
      await proxy.close();
    });

    const losing = async <Result>(write: (value: Buffer) => Promise<Result>): Promise<Result> => {
      const before = proxy.lost();
      proxy.loseAnswerTo(`lost ${key}`);
      const result = await write(bytes(`lost ${key}`));
      expect(proxy.lost()).toBe(before + 1);
      return result;
    };

    it('are inserted, once', async () => {
      expect(await losing((value) => through.records.insertIfAbsent('c', key, value))).toBe(true);
      expect(await through.records.get('c', key)).toMatchObject({ version: 1 });
    });

    it('are set, once', async () => {
      await through.records.put('c', key, bytes('x'));
      expect(await losing((value) => through.records.compareAndSet('c', key, 1, value))).toBe(true);
      expect(await through.records.get('c', key)).toMatchObject({ version: 2 });
    });

    it('are put, once', async () => {
      await through.records.put('c', key, bytes('x'));
      await losing((value) => through.records.put('c', key, value));
      expect(await through.records.get('c', key)).toMatchObject({ version: 2 });
    });

    it('are known though others have written since', async () => {
      const { records } = keyspace.cassandra;
      await records.put('c', key, bytes('x'));
      const write = losing((value) => through.records.compareAndSet('c', key, 1, value));
      for (let version = 1; version < 4; ) {
        const record = await records.get('c', key);
        if (record === undefined || record.version < 2) continue;
        version = record.version;
        await records.compareAndSet('c', key, version, bytes('other'));
      }
      expect(await write).toBe(true);
    });
  });
});
