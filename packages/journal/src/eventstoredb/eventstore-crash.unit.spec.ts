import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, stat, truncate } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NO_STREAM, START } from '../port.js';
import { EventStoreWorld } from './eventstore-world.suite.js';
import type { EventStoreJournal } from './index.js';

// A process runs what is built: tests are run after the build.
const MAIN = fileURLToPath(new URL('../../eventstoredb/standin/dist/main.js', import.meta.url));
const WRITERS = 24;

let world: EventStoreWorld;
let child: ChildProcess | undefined;

beforeEach(async () => {
  world = await EventStoreWorld.create();
});

afterEach(async () => {
  await stop('SIGKILL');
  await world.dispose();
});

/** @returns the connection string that it prints */
async function start(port: number): Promise<string> {
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  const started = spawn(process.execPath, [MAIN, '--file', world.file, '--port', String(port)], { stdio: [...stdio] });
  child = started;
  if (started.stdout === null) throw new Error('the stand-in has no output');
  const lines: string[] = [];
  for await (const line of createInterface(started.stdout)) {
    lines.push(line);
    if (line.startsWith('ready at ')) break;
  }
  expect(lines[0]).toMatch(/^A stand-in for EventStoreDB.*proves nothing/);
  return lines.at(-1)?.slice('ready at '.length) ?? '';
}

async function stop(signal: NodeJS.Signals): Promise<void> {
  const stopping = child;
  child = undefined;
  if (stopping === undefined || stopping.exitCode !== null || stopping.signalCode !== null) return;
  stopping.kill(signal);
  await once(stopping, 'exit');
}

interface Acknowledged {
  readonly stream: string;
  readonly revision: number;
  readonly position: bigint;
}

let made = 0;
const event = () => {
  const eventId = Buffer.alloc(16, 1);
  eventId.writeUInt32BE(made++);
  return { eventId, metadata: Buffer.from('metadata'), payload: Buffer.from(`payload ${made}`) };
};

/** Appends two events at a time until the journal fails. */
async function write(journal: EventStoreJournal, stream: string, acknowledged: Acknowledged[]): Promise<void> {
  for (let revision = NO_STREAM; ; ) {
    const answer = await journal.append(stream, revision, [event(), event()]).catch(() => undefined);
    if (answer === undefined) return;
    acknowledged.push({ stream, ...answer });
    revision = answer.revision;
  }
}

describe('a stand-in that is killed with kill -9 in the middle of appends', () => {
  it('has everything it acknowledged where it said, and no half of an append', async () => {
    const connectionString = await start(0);
    const port = Number(/:(\d+)\?/.exec(connectionString)?.[1]);
    const journal = await world.journal(connectionString);
    for (let round = 0; round < 3; round++) {
      const acknowledged: Acknowledged[] = [];
      const writers = Array.from({ length: WRITERS }, (_, i) => write(journal, `acc-${round}-${i}`, acknowledged));
      while (acknowledged.length < 500) await journal.head();
      await stop('SIGKILL');
      await Promise.all(writers);
      await start(port);
      const stored = new Map((await everything(journal)).map((e) => [`${e.stream} ${e.revision}`, e.position]));
      for (const { stream, revision, position } of acknowledged)
        expect(stored.get(`${stream} ${revision}`)).toBe(position);
      const lengths = await Promise.all(
        Array.from({ length: WRITERS }, (_, i) => journal.readStream(`acc-${round}-${i}`, { limit: 10_000 })),
      );
      expect(lengths.every((read) => read.length % 2 === 0)).toBe(true);
    }
  });

  it('cuts a torn tail, and appends behind what is whole', async () => {
    const connectionString = await start(0);
    const port = Number(/:(\d+)\?/.exec(connectionString)?.[1]);
    const journal = await world.journal(connectionString);
    await journal.append('acc', NO_STREAM, [event()]);
    const whole = (await stat(world.file)).size;
    await journal.append('acc', 0, [event(), event()]);
    const torn = (await stat(world.file)).size - 3;
    await stop('SIGKILL');
    await truncate(world.file, torn);
    await start(port);
    expect(await everything(journal)).toHaveLength(1);
    expect((await stat(world.file)).size).toBe(whole);
    expect((await journal.append('acc', 0, [event()])).revision).toBe(1);
    await stop('SIGTERM');
    await appendFile(world.file, Buffer.alloc(5_000));
    await start(port);
    expect((await everything(journal)).map(({ revision }) => revision)).toEqual([0, 1]);
  });
});

async function everything(journal: EventStoreJournal) {
  const read = [];
  for (let after = START; ; ) {
    const page = await journal.readAll({ after, limit: 1_000 });
    const last = page.at(-1);
    if (last === undefined) return read;
    read.push(...page);
    after = last.position;
  }
}
