import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type CassandraServer, certificateFor, startCassandra } from '@tallystick/servers';
import { compareTable } from '../compare.js';
import { MemoryViews } from '../memory/index.js';
import type { TableDefinition, Upsert, ViewReader } from '../port.js';
import { type KeyspaceUnderTest, keyspaceUnderTest } from './cassandra-under-test.suite.js';
import { CassandraCredentialsRefused, CassandraUnavailable, openCassandra } from './index.js';
import { proxyTo } from './proxied.suite.js';

jest.setTimeout(300_000);

const credentials = { username: 'cassandra', password: 'cassandra' };
const items: TableDefinition = {
  name: 'items',
  partitionKey: ['account'],
  clusteringKey: [{ column: 'number', order: 'ascending' }],
  keys: { account: 'text', number: 'integer' },
  groups: { money: { amount: 'money' }, note: { note: 'text' } },
};

/** So many rows of a hundred to an account, all different from those of another beginning. */
function upserts(rows: number, position: bigint): Upsert[] {
  return Array.from({ length: rows }, (_, i): Upsert => {
    const row = { account: `acc_${Math.floor(i / 100)}`, number: i % 100, amount: position + BigInt(i) };
    return { table: items, group: 'money', row, position };
  });
}

let folder: string;
let server: CassandraServer;
let keyspace: KeyspaceUnderTest;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tallystick-cassandra-'));
  server = await startCassandra({ folder, password: true });
  await firstUser();
});

/** The first user is made a little after the port is open. */
async function firstUser(): Promise<void> {
  const { contactPoints, localDataCenter } = server;
  const options = {
    contactPoints,
    localDataCenter,
    keyspace: 'any',
    replicationFactor: 1,
    report: () => {},
    credentials,
  };
  for (;;) {
    try {
      await (await openCassandra(options)).close();
      return;
    } catch (error) {
      if (!(error instanceof CassandraCredentialsRefused)) throw error;
    }
  }
}

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

beforeEach(async () => {
  keyspace = await keyspaceUnderTest(async () => ({ ...server, close: async () => {} }), { credentials });
});

afterEach(() => keyspace.close());

describe('a Cassandra that asks for a name and a password', () => {
  it('is written and read with the right ones', async () => {
    const { views } = keyspace.cassandra;
    await views.prepare([items]);
    await views.apply(upserts(1, 1n), { consumer: 'c', partition: 0, position: 1n });
    expect(await views.get(items, { account: 'acc_0', number: 0 })).toMatchObject({ amount: 1n });
  });

  it('refuses others, in one sentence', async () => {
    const wrong = openCassandra({ ...keyspace.options, credentials: { ...credentials, password: 'wrong' } });
    await expect(wrong).rejects.toThrow(CassandraCredentialsRefused);
    await expect(wrong).rejects.toThrow(
      `Cassandra at ${server.contactPoints} refuses user cassandra with this password`,
    );
    const { credentials: _, ...without } = keyspace.options;
    await expect(openCassandra(without)).rejects.toThrow(
      `Cassandra at ${server.contactPoints} asks for a name and password`,
    );
  });

  it('is reached by TLS, and not where a stranger signed its certificate', async () => {
    const certificate = await certificateFor('127.0.0.1');
    const stranger = await certificateFor('127.0.0.1');
    const proxy = await proxyTo(server.contactPoints[0] ?? '', { key: certificate.key, cert: certificate.certificate });
    const contactPoints = [proxy.contactPoint];
    const secured = await openCassandra({ ...keyspace.options, contactPoints, tls: { ca: certificate.certificate } });
    await secured.records.put('c', 'k', Buffer.from('x'));
    expect(await secured.records.get('c', 'k')).toMatchObject({ version: 1 });
    await secured.close();
    await expect(
      openCassandra({ ...keyspace.options, contactPoints, tls: { ca: stranger.certificate } }),
    ).rejects.toThrow(CassandraUnavailable);
    await proxy.close();
  });
});

describe('a Cassandra that is away', () => {
  beforeEach(async () => {
    await keyspace.cassandra.views.prepare([items]);
  });

  const same = async (left: ViewReader, right: ViewReader) => {
    for await (const difference of compareTable(items, left, right)) expect(difference).toBeUndefined();
  };

  const someRow = async () => {
    while ((await keyspace.query('SELECT number FROM $keyspace.items_1 LIMIT 1')).length === 0);
  };

  it('from before the start is told in one sentence, and reached once it is there', async () => {
    await server.kill();
    const opening = openCassandra(keyspace.options);
    await expect(opening).rejects.toThrow(CassandraUnavailable);
    await expect(opening).rejects.toThrow(`Cassandra does not answer at ${server.contactPoints} (ECONNREFUSED)`);
    await server.start();
    const { views } = await keyspace.another();
    expect(await views.progress('c', 0)).toBe(0n);
  });

  it('from the middle of an apply leaves what can be applied again, to the same rows', async () => {
    const impatient = await keyspace.another({ writePatienceMs: 1_000, readPatienceMs: 500 });
    const { views } = impatient;
    await views.prepare([items]);
    const progress = { consumer: 'c', partition: 0, position: 9n };
    const applying = views.apply(upserts(60_000, 9n), progress);
    await Promise.race([someRow(), applying.catch(() => {})]);
    await server.kill();
    await expect(applying).rejects.toThrow(/^keyspace test_\w+ in Cassandra could not be written for 1000 ms \(.+\)$/);
    await expect(views.get(items, { account: 'acc_0', number: 0 })).rejects.toThrow(CassandraUnavailable);
    await server.start();
    const memory = new MemoryViews();
    await memory.prepare([items]);
    await memory.apply(upserts(60_000, 9n), progress);
    while ((await views.progress('c', 0).catch(() => undefined)) === undefined) await setImmediate();
    expect(await views.progress('c', 0)).toBe(0n);
    await views.apply(upserts(60_000, 9n), progress);
    await same(views, memory);
    expect(await views.progress('c', 0)).toBe(9n);
    // Each of both kinds at most once, whichever were under way.
    const trouble = /can't be (read|written) just now; trying again/;
    const kinds = keyspace.reported.map((report) => trouble.exec(String(report))?.[1]);
    expect(kinds).not.toContain(undefined);
    expect(new Set(kinds).size).toBe(kinds.length);
  });

  it('and back within its patience is waited for, by views and by records', async () => {
    const { views, records } = await keyspace.another({ writePatienceMs: 200_000, readPatienceMs: 200_000 });
    await views.prepare([items]);
    await records.put('c', 'first', Buffer.from('x'));
    const progress = { consumer: 'c', partition: 0, position: 9n };
    const applying = views.apply(upserts(60_000, 9n), progress);
    const inserting = Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        try {
          return await records.insertIfAbsent('c', `k${i}`, Buffer.from(String(i)));
        } catch (error) {
          expect(error).toBeInstanceOf(CassandraUnavailable);
          return undefined;
        }
      }),
    );
    await someRow();
    await server.kill();
    await server.start();
    await applying;
    const memory = new MemoryViews();
    await memory.prepare([items]);
    await memory.apply(upserts(60_000, 9n), progress);
    await same(views, memory);
    for (const [i, inserted] of (await inserting).entries()) {
      // Nobody else inserts them: one that is there is ours, one that was acknowledged is there, and none is refused.
      expect(inserted).not.toBe(false);
      if (inserted === true) expect(await records.get('c', `k${i}`)).toMatchObject({ version: 1 });
    }
  });
});
