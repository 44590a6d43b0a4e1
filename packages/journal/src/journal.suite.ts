import { createHash, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type EncodedEvent,
  type Journal,
  JournalUnavailable,
  NO_STREAM,
  type Position,
  type RecordedEvent,
  RevisionConflict,
} from './port.js';

/** One place where events are kept. It may hold other events already, and others may be appended meanwhile by nobody but the test. */
export interface JournalStore {
  /** A journal over this store, every call another instance; the first call always has one, a later one undefined where the store allows only one. */
  open(): Promise<Journal | undefined>;
  /** Closes what is still open and removes the store. */
  dispose(): Promise<void>;
}

/** What every adapter of the journal promises. */
export function describeJournal(adapter: string, createStore: () => Promise<JournalStore>): void {
  describe(adapter, () => {
    let store: JournalStore;
    let journal: Journal;
    let start: Position;
    /** Streams and event ids of one test are its own, for stores that several tests use. */
    let own: string;
    let made: number;

    beforeEach(async () => {
      store = await createStore();
      const opened = await store.open();
      if (opened === undefined) throw new Error('the store has no journal');
      journal = opened;
      start = await journal.head();
      own = randomUUID();
      made = 0;
    });

    afterEach(async () => {
      await journal.close();
      await store.dispose();
    });

    const stream = (name: string) => `${name}-${own}`;
    const event = (payload: Uint8Array = Buffer.from(`payload ${made}`)): EncodedEvent => ({
      eventId: createHash('sha256').update(`${own} ${made++}`).digest().subarray(0, 16),
      metadata: Buffer.from(`metadata ${made}`),
      payload,
    });
    const events = (count: number) => Array.from({ length: count }, () => event());
    const isOwn = (recorded: RecordedEvent) => recorded.stream.endsWith(own);

    async function readOwn(limit: number): Promise<RecordedEvent[]> {
      const read: RecordedEvent[] = [];
      for (let after = start; ; ) {
        const page = await journal.readAll({ after, limit });
        expect(page.length).toBeLessThanOrEqual(limit);
        read.push(...page.filter(isOwn));
        const last = page.at(-1);
        if (last === undefined) return read;
        after = last.position;
      }
    }

    async function follow(from: Journal, after: Position, count: number): Promise<RecordedEvent[]> {
      const controller = new AbortController();
      const seen: RecordedEvent[] = [];
      if (count === 0) controller.abort();
      for await (const batch of from.subscribe(after, controller.signal)) {
        seen.push(...batch.filter(isOwn));
        if (seen.length >= count) controller.abort();
      }
      return seen;
    }

    describe('a new stream', () => {
      it('gives back every byte that was appended, in order', async () => {
        const everyByte = Uint8Array.from({ length: 256 }, (_, i) => i);
        const large = Uint8Array.from({ length: 70_000 }, (_, i) => i % 251);
        const appended = [event(everyByte), event(new Uint8Array()), event(large.subarray(1, 60_000))];
        const answer = await journal.append(stream('acc'), NO_STREAM, appended);
        const read = await journal.readStream(stream('acc'), { limit: 10 });
        expect(read.map(content)).toEqual(appended.map(content));
        expect(read.map((e) => [e.stream, e.revision])).toEqual([0, 1, 2].map((i) => [stream('acc'), i]));
        expect(answer).toEqual({ revision: 2, position: read[2]?.position });
        expect((await readOwn(10)).map(content)).toEqual(appended.map(content));
      });

      it('keeps what was appended, whatever the caller then does to its arrays', async () => {
        const payload = Buffer.from('as it was');
        await journal.append(stream('acc'), NO_STREAM, [event(payload)]);
        payload.fill(0);
        const [read] = await journal.readStream(stream('acc'), { limit: 1 });
        expect(Buffer.from(read?.payload ?? []).toString()).toBe('as it was');
      });

      it.each([
        'acc_00009abc',
        'entry-1',
        'batch-cards-été',
        "o'clock; --",
        'a b/c\\d%25',
        '账户',
        'ACC',
        'acc',
        'x'.repeat(180),
      ])('may be named %s', async (name) => {
        await journal.append(stream(name), NO_STREAM, events(1));
        expect((await journal.readStream(stream(name), { limit: 5 })).map((e) => e.stream)).toEqual([stream(name)]);
        expect((await readOwn(5)).map((e) => e.stream)).toEqual([stream(name)]);
        expect(await journal.readStream(stream(`${name}?`), { limit: 5 })).toEqual([]);
      });

      it('refuses a revision other than none, and stays unknown', async () => {
        const refused = journal.append(stream('acc'), 0, events(1));
        await expect(refused).rejects.toEqual(new RevisionConflict(stream('acc'), 0, NO_STREAM));
        await expect(refused).rejects.toBeInstanceOf(RevisionConflict);
        expect(await journal.readStream(stream('acc'), { limit: 5 })).toEqual([]);
        expect(await journal.readStream(stream('acc'), { limit: 5, direction: 'backwards' })).toEqual([]);
      });

      it.each([
        ['no event', NO_STREAM, () => []],
        ['a short event id', NO_STREAM, () => [{ ...event(), eventId: new Uint8Array(15) }]],
        ['a revision below none', -2, () => events(1)],
        ['a broken revision', 0.5, () => events(1)],
      ])('refuses %s', async (_, revision, appended) => {
        await expect(journal.append(stream('acc'), revision, appended())).rejects.toBeInstanceOf(RangeError);
        expect(await readOwn(5)).toEqual([]);
      });
    });

    describe('a stream of ten events', () => {
      beforeEach(async () => {
        await journal.append(stream('acc'), NO_STREAM, events(4));
        await journal.append(stream('other'), NO_STREAM, events(1));
        await journal.append(stream('acc'), 3, events(6));
      });

      it.each([
        ['forwards', { limit: 100 }, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
        ['forwards, some', { limit: 3 }, [0, 1, 2]],
        ['forwards from 7', { limit: 100, fromRevision: 7 }, [7, 8, 9]],
        ['forwards from beyond the end', { limit: 100, fromRevision: 10 }, []],
        ['backwards', { limit: 3, direction: 'backwards' as const }, [9, 8, 7]],
        ['backwards from 2', { limit: 100, fromRevision: 2, direction: 'backwards' as const }, [2, 1, 0]],
        ['backwards from beyond the end', { limit: 2, fromRevision: 50, direction: 'backwards' as const }, [9, 8]],
        ['nothing at all', { limit: 0 }, []],
      ])('is read %s', async (_, options, revisions) => {
        const read = await journal.readStream(stream('acc'), options);
        expect(read.map((e) => e.revision)).toEqual(revisions);
      });

      it.each([NO_STREAM, 0, 8, 10, 99])('refuses an append at %d and names its revision', async (expected) => {
        const refused = journal.append(stream('acc'), expected, events(2));
        await expect(refused).rejects.toMatchObject({
          stream: stream('acc'),
          expectedRevision: expected,
          actualRevision: 9,
        });
        await expect(refused).rejects.toBeInstanceOf(RevisionConflict);
        expect(await readOwn(100)).toHaveLength(11);
      });

      it('is read with the others in order of position, in pages of any size', async () => {
        const all = await readOwn(100);
        expect(all.map((e) => `${e.stream === stream('acc') ? 'acc' : 'other'} ${e.revision}`)).toEqual([
          'acc 0',
          'acc 1',
          'acc 2',
          'acc 3',
          'other 0',
          'acc 4',
          'acc 5',
          'acc 6',
          'acc 7',
          'acc 8',
          'acc 9',
        ]);
        expect(all.every((e, i) => e.position > (all[i - 1]?.position ?? start))).toBe(true);
        expect(await readOwn(1)).toEqual(all);
        expect(await readOwn(3)).toEqual(all);
      });

      it('has its head at or after its newest event, and nothing behind the head', async () => {
        const head = await journal.head();
        const newest = (await readOwn(100)).at(-1);
        expect(head).toBeGreaterThanOrEqual(newest?.position ?? 0n);
        expect(await journal.readAll({ after: head, limit: 10 })).toEqual([]);
        const { position } = await journal.append(stream('acc'), 9, events(1));
        expect(position).toBeGreaterThan(head);
        expect((await journal.readAll({ after: head, limit: 10 })).filter(isOwn)).toHaveLength(1);
      });
    });

    describe('an append that is sent again', () => {
      it('has its first answer, adds nothing, and does so after the stream has gone on', async () => {
        const sent = events(3);
        const first = await journal.append(stream('acc'), NO_STREAM, sent);
        expect(await journal.append(stream('acc'), NO_STREAM, sent)).toEqual(first);
        await journal.append(stream('acc'), 2, events(2));
        expect(await journal.append(stream('acc'), NO_STREAM, sent)).toEqual(first);
        expect(await readOwn(100)).toHaveLength(5);
      });

      it('has the same answer while the first is still under way', async () => {
        const sent = events(2);
        const [first, again] = await Promise.all([0, 1].map(() => journal.append(stream('acc'), NO_STREAM, sent)));
        expect(again).toEqual(first);
        expect(await readOwn(100)).toHaveLength(2);
      });

      it('conflicts where only some of its events are the stored ones', async () => {
        const [one, two] = [event(), event()];
        await journal.append(stream('acc'), NO_STREAM, [one, two]);
        for (const other of [
          [one, event()],
          [event(), two],
          [two, one],
          [one, two, event()],
        ])
          await expect(journal.append(stream('acc'), NO_STREAM, other)).rejects.toMatchObject({ actualRevision: 1 });
        expect(await readOwn(100)).toHaveLength(2);
      });
    });

    describe('many appends at once', () => {
      it('lets a conflict fail its own append only, all or nothing', async () => {
        await journal.append(stream('acc-0'), NO_STREAM, events(1));
        const results = await Promise.allSettled(
          Array.from({ length: 20 }, (_, i) =>
            journal.append(stream(`acc-${i % 10}`), i < 10 ? NO_STREAM : 2, events(3)),
          ),
        );
        // Stream 0 conflicts at once, and 2 is no revision it ever gets to; the others take both appends in the order sent.
        expect(results.map(({ status }) => status === 'fulfilled')).toEqual(
          Array.from({ length: 20 }, (_, i) => i % 10 !== 0),
        );
        expect(await journal.readStream(stream('acc-0'), { limit: 100 })).toHaveLength(1);
        const lengths = Array.from({ length: 9 }, (_, i) => journal.readStream(stream(`acc-${i + 1}`), { limit: 100 }));
        expect((await Promise.all(lengths)).map((read) => read.length)).toEqual(Array.from({ length: 9 }, () => 6));
      });

      it('takes large batches', async () => {
        const large = events(3_000);
        const answer = await journal.append(stream('acc'), NO_STREAM, large);
        expect(answer.revision).toBe(2_999);
        const read = await readOwn(1_000);
        expect(read.map((e) => e.revision)).toEqual(large.map((_, i) => i));
        expect(read.at(-1)?.position).toBe(answer.position);
      });
    });

    describe('a subscription', () => {
      it('gives what is stored, then what is appended, each once and in order', async () => {
        await journal.append(stream('acc'), NO_STREAM, events(700));
        const following = follow(journal, start, 1_000);
        for (let i = 0; i < 30; i++) await journal.append(stream('acc'), 699 + 10 * i, events(10));
        const seen = await following;
        expect(seen.map((e) => e.revision)).toEqual(Array.from({ length: 1_000 }, (_, i) => i));
        expect(seen).toEqual(await readOwn(500));
      });

      it('starts after the position given', async () => {
        const { position } = await journal.append(stream('acc'), NO_STREAM, events(5));
        await journal.append(stream('acc'), 4, events(2));
        expect((await follow(journal, position, 2)).map((e) => e.revision)).toEqual([5, 6]);
      });

      it('ends when it is aborted: before it starts, and while it waits', async () => {
        expect(await follow(journal, start, 0)).toEqual([]);
        const controller = new AbortController();
        const ended = drain(journal.subscribe(await journal.head(), controller.signal));
        controller.abort();
        await ended;
      });

      it('ends when the journal is closed, and the journal then answers that it is', async () => {
        const ended = drain(journal.subscribe(start, new AbortController().signal));
        const last = journal.append(stream('acc'), NO_STREAM, events(1));
        await journal.close();
        await ended;
        expect((await last).revision).toBe(0);
        const late = journal.append(stream('acc'), 0, events(1));
        await expect(late).rejects.toBeInstanceOf(JournalUnavailable);
        await expect(late).rejects.toMatchObject({ outcomeUnknown: false });
        await expect(journal.readAll({ after: start, limit: 1 })).rejects.toBeInstanceOf(JournalUnavailable);
      });
    });

    describe('two instances over one store', () => {
      /** Runs the check where the store allows a second instance. */
      async function withOther(check: (other: Journal) => Promise<void>): Promise<void> {
        const other = await store.open();
        if (other === undefined) return;
        try {
          await check(other);
        } finally {
          await other.close();
        }
      }

      it('are one journal', () =>
        withOther(async (other) => {
          expect(other.id).toBe(journal.id);
          const following = follow(other, start, 2);
          const { position } = await journal.append(stream('acc'), NO_STREAM, events(2));
          expect((await following).map(content)).toEqual((await readOwn(10)).map(content));
          expect(await other.head()).toBeGreaterThanOrEqual(position);
        }));

      it('refuse what a stale instance decided, and take its append at the revision it is told', () =>
        withOther(async (other) => {
          await other.append(stream('acc'), NO_STREAM, events(1));
          const sent = events(2);
          const first = await journal.append(stream('acc'), 0, sent);
          await expect(other.append(stream('acc'), 0, events(1))).rejects.toMatchObject({ actualRevision: 2 });
          expect(await other.append(stream('acc'), 0, sent)).toEqual(first);
          expect((await other.append(stream('acc'), 2, events(1))).revision).toBe(3);
          await expect(journal.append(stream('acc'), 2, events(1))).rejects.toMatchObject({ actualRevision: 3 });
          expect((await journal.append(stream('acc'), 3, events(1))).revision).toBe(4);
        }));

      it('let exactly one of two racing appends win, every time', () =>
        withOther(async (other) => {
          for (let revision = NO_STREAM; revision < 50; revision++) {
            const raced = await Promise.allSettled(
              [journal, other].map((instance) => instance.append(stream('acc'), revision, events(1))),
            );
            expect(raced.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
            const reason: unknown = raced.find((r) => r.status === 'rejected')?.reason;
            expect(reason).toEqual(new RevisionConflict(stream('acc'), revision, revision + 1));
          }
          const read = await other.readStream(stream('acc'), { limit: 100 });
          expect(read.map((e) => e.revision)).toEqual(Array.from({ length: 51 }, (_, i) => i));
        }));
    });
  });
}

function content({ eventId, metadata, payload }: EncodedEvent): string[] {
  return [eventId, metadata, payload].map((bytes) => Buffer.from(bytes).toString('hex'));
}

async function drain(batches: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of batches);
}
