import client, { type AllStreamResolvedEvent, type EventStoreDBClient } from '@eventstore/db-client';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encodePayload } from '@tallystick/events';
import { NO_STREAM, START } from '../port.js';
import { EventStoreWorld } from './eventstore-world.suite.js';
import type { EventStoreJournal } from './index.js';

let world: EventStoreWorld;
let journal: EventStoreJournal;
let tools: EventStoreDBClient;

beforeEach(async () => {
  world = await EventStoreWorld.create();
  const { connectionString } = await world.standIn();
  journal = await world.journal(connectionString, { journalId: 'jrn-1' });
  tools = client.EventStoreDBClient.connectionString(connectionString);
});

afterEach(async () => {
  await tools.dispose();
  await world.dispose();
});

const eventId = Buffer.from('00ff10a97e3c8b419d02fedcba987654', 'hex');
const metadata = Uint8Array.from([0, 255, 128, 1]);

describe("the package's own client", () => {
  it('sees our events under their types, with their bytes', async () => {
    const payload = encodePayload({ type: 'AccountFrozen', reason: 'lost' });
    const { position } = await journal.append('acc', NO_STREAM, [{ eventId, metadata, payload }]);
    const read: AllStreamResolvedEvent[] = [];
    for await (const resolved of tools.readAll()) read.push(resolved);
    expect(read.map(({ event }) => [event?.streamId, event?.type])).toEqual([
      ['journal-identity', 'JournalIdentity'],
      ['acc', 'AccountFrozen'],
    ]);
    const { event } = read[1] ?? {};
    expect(event).toMatchObject({
      id: '00ff10a9-7e3c-8b41-9d02-fedcba987654',
      revision: 0n,
      isJson: false,
      position: { commit: position, prepare: position },
    });
    expect([event?.metadata, event?.data].map((bytes) => Buffer.from(bytes as Uint8Array))).toEqual(
      [metadata, payload].map((bytes) => Buffer.from(bytes)),
    );
  });

  it.each([
    ['Append', { credentials: { username: 'admin', password: 'not sent without TLS' } }],
    ['BatchAppend', {}],
  ])("writes by %s what we read, but not into the server's own streams", async (_, options) => {
    const data = Buffer.from('written by hand');
    const written = client.binaryEvent({ type: 'ByHand', data, metadata: Buffer.from('{"json":1}') });
    const expectedRevision = client.NO_STREAM;
    await tools.appendToStream('$system', [written], { ...options, expectedRevision });
    const head = await journal.head();
    const { position } = await tools.appendToStream('acc', [written], { ...options, expectedRevision });
    await expect(
      tools.appendToStream('acc', [client.binaryEvent({ type: 'B', data })], options),
    ).resolves.toBeDefined();
    await expect(
      tools.appendToStream('acc', [client.binaryEvent({ type: 'C', data })], { ...options, expectedRevision }),
    ).rejects.toMatchObject({ type: 'wrong-expected-version', actualVersion: 1n });
    const [first, ...others] = await journal.readAll({ after: head, limit: 10 });
    expect(first).toMatchObject({ stream: 'acc', revision: 0, position: position?.commit });
    expect(Buffer.from(first?.metadata ?? []).toString()).toBe('{"json":1}');
    expect(others.map(({ revision }) => revision)).toEqual([1]);
  });
});

describe('a journal', () => {
  it('has the id it was created with, which no reader meets', async () => {
    expect(journal.id).toBe('jrn-1');
    expect(await journal.head()).toBe(START);
    expect(await journal.readAll({ after: START, limit: 10 })).toEqual([]);
    const { position } = await journal.append('acc', NO_STREAM, [{ eventId, metadata, payload: metadata }]);
    expect((await journal.readAll({ after: START, limit: 1 })).map((e) => e.position)).toEqual([position]);
  });

  it('keeps it for whoever opens it next, and two that create it at once have the same', async () => {
    const { connectionString } = await world.standIn({ file: `${world.file}-2` });
    const opened = await Promise.all([1, 2, 3].map(() => world.journal(connectionString)));
    expect(new Set(opened.map(({ id }) => id)).size).toBe(1);
  });
});
