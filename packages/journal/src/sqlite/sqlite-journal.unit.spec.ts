import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { type EncodedEvent, JournalUnavailable, NO_STREAM, type Position, START } from '../port.js';
import { openToWrite } from './file.js';
import { FORMAT, JournalFormatUnsupported, openJournal, openReader, type SqliteJournal } from './index.js';

let directory: string;
let path: string;
let journal: SqliteJournal;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'journal-'));
  path = join(directory, 'journal.db');
  journal = openJournal(path, { journalId: 'jrn-1' });
});

afterEach(async () => {
  await journal.close();
  await rm(directory, { recursive: true });
});

let made = 0;
const event = (text = 'text'): EncodedEvent => ({
  eventId: Buffer.from((made++).toString().padStart(16, '0')),
  metadata: Buffer.from('metadata'),
  payload: Buffer.from(text),
});

/** Runs SQL on a connection of its own, as another process would. */
function meddle(sql: string): void {
  const database = new Database(path);
  database.exec(sql);
  database.close();
}

describe('a new journal file', () => {
  it('has the id given and its head at the start', async () => {
    expect(journal.id).toBe('jrn-1');
    expect(await journal.head()).toBe(START);
  });

  it('syncs the log at every commit', () => {
    const { database } = openToWrite(path, () => 'unused');
    expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(database.pragma('synchronous', { simple: true })).toBe(2);
    database.close();
  });

  it('draws an id where none is given', async () => {
    const other = openJournal(join(directory, 'other.db'));
    expect(other.id).toMatch(/^[0-9a-f-]{36}$/);
    await other.close();
  });
});

describe('a journal file that was closed', () => {
  it('keeps its id and its events', async () => {
    await journal.append('acc', NO_STREAM, [event('kept')]);
    await journal.close();
    journal = openJournal(path, { journalId: 'jrn-2' });
    expect(journal.id).toBe('jrn-1');
    expect((await journal.readStream('acc', { limit: 1 })).map((e) => Buffer.from(e.payload).toString())).toEqual([
      'kept',
    ]);
    expect(await journal.append('acc', 0, [event()])).toEqual({ revision: 1, position: 2n });
  });

  it.each([
    [
      'of a newer program',
      `PRAGMA user_version = ${FORMAT + 1}`,
      `has journal format ${FORMAT + 1}; this program reads format ${FORMAT}`,
    ],
    ['of some other program', 'PRAGMA user_version = 0', 'is not a journal'],
  ])('is refused if it is %s', (_, sql, message) => {
    meddle(sql);
    for (const open of [openJournal, openReader]) {
      expect(() => open(path)).toThrow(JournalFormatUnsupported);
      expect(() => open(path)).toThrow(message);
    }
  });

  it('is refused if it is no database', async () => {
    const other = join(directory, 'notes.txt');
    await writeFile(other, 'some notes, and more of them than a header has bytes'.repeat(10));
    expect(() => openJournal(other)).toThrow(JournalFormatUnsupported);
    expect(() => openJournal(other)).toThrow(`${other} is not a journal`);
  });
});

describe('a reader beside the writer', () => {
  it('sees what is durable and is woken by the writer', async () => {
    await journal.append('acc', NO_STREAM, [event('one'), event('two')]);
    // An hour between two polls: only the wake-up can bring the third event.
    const reader = openReader(path, { pollMs: 3_600_000, pageSize: 2 });
    const stopListening = journal.onCommit(() => reader.wake());
    const controller = new AbortController();
    const seen: string[] = [];
    for await (const batch of reader.subscribe(START, controller.signal)) {
      seen.push(...batch.map((e) => Buffer.from(e.payload).toString()));
      if (seen.length === 2) void journal.append('other', NO_STREAM, [event('three')]);
      if (seen.length === 3) controller.abort();
    }
    expect(seen).toEqual(['one', 'two', 'three']);
    expect(reader.id).toBe('jrn-1');
    expect(await reader.head()).toBe(3n);
    expect(await reader.readStream('other', { limit: 9 })).toHaveLength(1);
    stopListening();
    await reader.close();
    await expect(reader.head()).rejects.toBeInstanceOf(JournalUnavailable);
  });

  it('is refused where there is no file, and makes none', () => {
    const absent = join(directory, 'absent.db');
    for (let i = 0; i < 2; i++) expect(() => openReader(absent)).toThrow(`${absent}: there is no journal`);
  });
});

describe('a listener to commits', () => {
  it('has each new head once, for a whole group of appends, and none for a conflict', async () => {
    const heads: Position[] = [];
    const stop = journal.onCommit((head) => heads.push(head));
    await Promise.all(['a', 'b', 'c'].map((stream) => journal.append(stream, NO_STREAM, [event(), event()])));
    await expect(journal.append('a', 7, [event()])).rejects.toThrow('expected revision 7, found 1');
    await journal.append('a', 1, [event()]);
    stop();
    await journal.append('a', 2, [event()]);
    expect(heads).toEqual([6n, 7n]);
  });
});

describe('a store that fails', () => {
  const payloads = async () =>
    (await journal.readAll({ after: START, limit: 99 })).map((e) => Buffer.from(e.payload).toString());

  it('rejects the whole group, and stores nothing, where an insert fails', async () => {
    await journal.append('a', NO_STREAM, [event('before')]);
    meddle(
      "CREATE TRIGGER full BEFORE INSERT ON events WHEN NEW.payload = x'626164' BEGIN SELECT RAISE(ABORT, 'no space'); END",
    );
    const group = await Promise.allSettled([
      journal.append('a', 0, [event('good')]),
      journal.append('new', NO_STREAM, [event('good'), event('bad')]),
    ]);
    for (const result of group)
      expect(result).toMatchObject({ reason: { name: 'JournalUnavailable', outcomeUnknown: false } });
    expect(await payloads()).toEqual(['before']);
    await journal.append('new', NO_STREAM, [event('after')]);
    await journal.append('a', 0, [event('after')]);
    expect(await payloads()).toEqual(['before', 'after', 'after']);
  });

  it('says that the outcome is unknown where the commit fails, reads its heads again and announces the next commit', async () => {
    const heads: Position[] = [];
    journal.onCommit((head) => heads.push(head));
    await journal.append('a', NO_STREAM, [event('before')]);
    // A deferred foreign key is only looked at by COMMIT.
    meddle(`CREATE TABLE parent (id INTEGER PRIMARY KEY);
      CREATE TABLE child (parent INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
      CREATE TRIGGER broken AFTER INSERT ON events BEGIN INSERT INTO child VALUES (1); END`);
    const sent = [event('again')];
    const failed = await Promise.allSettled([journal.append('a', 0, sent), journal.append('b', NO_STREAM, [event()])]);
    for (const result of failed)
      expect(result).toMatchObject({ reason: { name: 'JournalUnavailable', outcomeUnknown: true } });
    meddle('DROP TRIGGER broken');
    expect(await journal.append('a', 0, sent)).toEqual({ revision: 1, position: 2n });
    expect(await payloads()).toEqual(['before', 'again']);
    expect(heads).toEqual([1n, 2n]);
  });
});
