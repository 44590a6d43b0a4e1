import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generate } from 'selfsigned';
import { NO_STREAM } from '../port.js';
import { EventStoreWorld } from './eventstore-world.suite.js';

const event = { eventId: Buffer.alloc(16, 7), metadata: Buffer.from('metadata'), payload: Buffer.from('payload') };

let tls: { cert: string; key: string };
let world: EventStoreWorld;

beforeAll(async () => {
  const names = [{ type: 7 as const, ip: '127.0.0.1' }];
  const made = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: names },
    ],
  });
  tls = { cert: made.cert, key: made.private };
});

beforeEach(async () => {
  world = await EventStoreWorld.create();
});

afterEach(() => world.dispose());

describe('an EventStoreDB with TLS and users', () => {
  let connectionString: string;
  let tlsCaFile: string;
  beforeEach(async () => {
    const standIn = await world.standIn({ tls, users: { ledger: 'pass:word é' } });
    connectionString = standIn.connectionString;
    tlsCaFile = join(world.directory, 'ca.pem');
    await writeFile(tlsCaFile, tls.cert);
  });

  it('lets in who has the name and the password', async () => {
    const journal = await world.journal(connectionString, {
      tlsCaFile,
      credentials: { username: 'ledger', password: 'pass:word é' },
    });
    await journal.append('acc', NO_STREAM, [event]);
    expect(await journal.readStream('acc', { limit: 2 })).toHaveLength(1);
    const controller = new AbortController();
    for await (const [first] of journal.subscribe(0n, controller.signal)) {
      expect(first?.stream).toBe('acc');
      controller.abort();
    }
  });

  it('takes both from the connection string too', async () => {
    const text = connectionString
      .replace('esdb://', `esdb://ledger:${encodeURIComponent('pass:word é')}@`)
      .concat(`&tlsCAFile=${encodeURIComponent(tlsCaFile)}`);
    expect((await world.journal(text)).id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    ['a wrong password', { credentials: { username: 'ledger', password: 'wrong' } }],
    ['a wrong name', { credentials: { username: 'root', password: 'pass:word é' } }],
    ['no name', {}],
  ])('refuses %s in one sentence', async (_, options) => {
    await expect(world.journal(connectionString, { tlsCaFile, ...options })).rejects.toMatchObject({
      name: 'JournalUnavailable',
      outcomeUnknown: false,
      message: `the EventStoreDB at ${hostOf(connectionString)} refuses the user name or password`,
    });
  });

  it('is not spoken to where its certificate is unknown', async () => {
    await expect(world.journal(connectionString)).rejects.toMatchObject({
      name: 'JournalUnavailable',
      message: expect.stringMatching(/^no EventStoreDB answers at .*certificate/),
    });
  });
});

describe('an EventStoreDB that is away', () => {
  it('is named in one sentence', async () => {
    const { connectionString, port, close } = await world.standIn();
    await close();
    await expect(world.journal(connectionString)).rejects.toMatchObject({
      name: 'JournalUnavailable',
      outcomeUnknown: false,
      message: expect.stringMatching(new RegExp(`^no EventStoreDB answers at 127.0.0.1:${port}: .*ECONNREFUSED`)),
    });
  });

  it('is named where none of several nodes answers', async () => {
    const { port, close } = await world.standIn();
    await close();
    const hosts = `127.0.0.1:${port},localhost:${port}`;
    await expect(
      world.journal(`esdb://${hosts}?tls=false&maxDiscoverAttempts=2&discoveryInterval=10`),
    ).rejects.toMatchObject({
      message: `no EventStoreDB answers at ${hosts}: Failed to discover after 2 attempts.`,
    });
  });

  it('is not asked where the connection string is wrong', async () => {
    await expect(world.journal('kafka://127.0.0.1')).rejects.toThrow('expected esdb:// or esdb+discover://');
  });
});

function hostOf(connectionString: string): string {
  return connectionString.slice('esdb://'.length, connectionString.indexOf('?'));
}
