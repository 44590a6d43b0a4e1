import { describe, expect, it } from '@jest/globals';
import { content, type JournalUnderTest } from './journal-under-test.suite.js';
import { type Journal, NO_STREAM, RevisionConflict } from './port.js';

/** Appends that are repeated, many at once, or raced by another instance. */
export function describeConcurrency(given: JournalUnderTest): void {
  describe('an append that is sent again', () => {
    it('has its first answer, adds nothing, and does so after the stream has gone on', async () => {
      const sent = given.events(3);
      const first = await given.journal.append(given.stream('acc'), NO_STREAM, sent);
      expect(await given.journal.append(given.stream('acc'), NO_STREAM, sent)).toEqual(first);
      await given.journal.append(given.stream('acc'), 2, given.events(2));
      expect(await given.journal.append(given.stream('acc'), NO_STREAM, sent)).toEqual(first);
      expect(await given.readOwn(100)).toHaveLength(5);
    });

    it('has the same answer while the first is still under way', async () => {
      const sent = given.events(2);
      const [first, again] = await Promise.all(
        [0, 1].map(() => given.journal.append(given.stream('acc'), NO_STREAM, sent)),
      );
      expect(again).toEqual(first);
      expect(await given.readOwn(100)).toHaveLength(2);
    });

    it('conflicts where only some of its events are the stored ones', async () => {
      const [one, two] = [given.event(), given.event()];
      await given.journal.append(given.stream('acc'), NO_STREAM, [one, two]);
      for (const other of [
        [one, given.event()],
        [given.event(), two],
        [two, one],
        [one, two, given.event()],
      ])
        await expect(given.journal.append(given.stream('acc'), NO_STREAM, other)).rejects.toMatchObject({
          actualRevision: 1,
        });
      expect(await given.readOwn(100)).toHaveLength(2);
    });
  });

  describe('many appends at once', () => {
    it('lets a conflict fail its own append only, all or nothing', async () => {
      await given.journal.append(given.stream('acc-0'), NO_STREAM, given.events(1));
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, (_, i) =>
          given.journal.append(given.stream(`acc-${i % 10}`), i < 10 ? NO_STREAM : 2, given.events(3)),
        ),
      );
      // Stream 0 conflicts at once, and 2 is no revision it ever gets to; the others take both appends in the order sent.
      expect(results.map(({ status }) => status === 'fulfilled')).toEqual(
        Array.from({ length: 20 }, (_, i) => i % 10 !== 0),
      );
      expect(await given.journal.readStream(given.stream('acc-0'), { limit: 100 })).toHaveLength(1);
      const lengths = Array.from({ length: 9 }, (_, i) =>
        given.journal.readStream(given.stream(`acc-${i + 1}`), { limit: 100 }),
      );
      expect((await Promise.all(lengths)).map((read) => read.length)).toEqual(Array.from({ length: 9 }, () => 6));
    });

    it('takes large batches', async () => {
      const large = given.events(3_000);
      const answer = await given.journal.append(given.stream('acc'), NO_STREAM, large);
      expect(answer.revision).toBe(2_999);
      const read = await given.readOwn(1_000);
      expect(read.map((e) => e.revision)).toEqual(large.map((_, i) => i));
      expect(read.at(-1)?.position).toBe(answer.position);
    });
  });

  describe('two instances over one store', () => {
    /** Runs the check where the store allows a second instance. */
    async function withOther(check: (other: Journal) => Promise<void>): Promise<void> {
      const other = await given.store.open();
      if (other === undefined) return;
      try {
        await check(other);
      } finally {
        await other.close();
      }
    }

    it('are one journal', () =>
      withOther(async (other) => {
        expect(other.id).toBe(given.journal.id);
        const following = given.follow(other, given.start, 2);
        const { position } = await given.journal.append(given.stream('acc'), NO_STREAM, given.events(2));
        expect((await following).map(content)).toEqual((await given.readOwn(10)).map(content));
        expect(await other.head()).toBeGreaterThanOrEqual(position);
      }));

    it('refuse what a stale instance decided, and take its append at the revision it is told', () =>
      withOther(async (other) => {
        await other.append(given.stream('acc'), NO_STREAM, given.events(1));
        const sent = given.events(2);
        const first = await given.journal.append(given.stream('acc'), 0, sent);
        await expect(other.append(given.stream('acc'), 0, given.events(1))).rejects.toMatchObject({
          actualRevision: 2,
        });
        expect(await other.append(given.stream('acc'), 0, sent)).toEqual(first);
        expect((await other.append(given.stream('acc'), 2, given.events(1))).revision).toBe(3);
        await expect(given.journal.append(given.stream('acc'), 2, given.events(1))).rejects.toMatchObject({
          actualRevision: 3,
        });
        expect((await given.journal.append(given.stream('acc'), 3, given.events(1))).revision).toBe(4);
      }));

    it('let exactly one of two racing appends win, every time', () =>
      withOther(async (other) => {
        for (let revision = NO_STREAM; revision < 50; revision++) {
          const raced = await Promise.allSettled(
            [given.journal, other].map((instance) => instance.append(given.stream('acc'), revision, given.events(1))),
          );
          expect(raced.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
          const reason: unknown = raced.find((r) => r.status === 'rejected')?.reason;
          expect(reason).toEqual(new RevisionConflict(given.stream('acc'), revision, revision + 1));
        }
        const read = await other.readStream(given.stream('acc'), { limit: 100 });
        expect(read.map((e) => e.revision)).toEqual(Array.from({ length: 51 }, (_, i) => i));
      }));
  });
}
