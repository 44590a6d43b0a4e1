import { beforeEach, describe, expect, it } from '@jest/globals';
import { content, type JournalUnderTest } from './journal-under-test.suite.js';
import { NO_STREAM, RevisionConflict } from './port.js';

/** Appending to one stream and reading it back. */
export function describeAppends(given: JournalUnderTest): void {
  describe('a new stream', () => {
    it('gives back every byte that was appended, in order', async () => {
      const everyByte = Uint8Array.from({ length: 256 }, (_, i) => i);
      const large = Uint8Array.from({ length: 70_000 }, (_, i) => i % 251);
      const appended = [given.event(everyByte), given.event(new Uint8Array()), given.event(large.subarray(1, 60_000))];
      const answer = await given.journal.append(given.stream('acc'), NO_STREAM, appended);
      const read = await given.journal.readStream(given.stream('acc'), { limit: 10 });
      expect(read.map(content)).toEqual(appended.map(content));
      expect(read.map((e) => [e.stream, e.revision])).toEqual([0, 1, 2].map((i) => [given.stream('acc'), i]));
      expect(answer).toEqual({ revision: 2, position: read[2]?.position });
      expect((await given.readOwn(10)).map(content)).toEqual(appended.map(content));
    });

    it('keeps what was appended, whatever the caller then does to its arrays', async () => {
      const payload = Buffer.from('as it was');
      await given.journal.append(given.stream('acc'), NO_STREAM, [given.event(payload)]);
      payload.fill(0);
      const [read] = await given.journal.readStream(given.stream('acc'), { limit: 1 });
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
      await given.journal.append(given.stream(name), NO_STREAM, given.events(1));
      expect((await given.journal.readStream(given.stream(name), { limit: 5 })).map((e) => e.stream)).toEqual([
        given.stream(name),
      ]);
      expect((await given.readOwn(5)).map((e) => e.stream)).toEqual([given.stream(name)]);
      expect(await given.journal.readStream(given.stream(`${name}?`), { limit: 5 })).toEqual([]);
    });

    it('refuses a revision other than none, and stays unknown', async () => {
      const refused = given.journal.append(given.stream('acc'), 0, given.events(1));
      await expect(refused).rejects.toEqual(new RevisionConflict(given.stream('acc'), 0, NO_STREAM));
      await expect(refused).rejects.toBeInstanceOf(RevisionConflict);
      expect(await given.journal.readStream(given.stream('acc'), { limit: 5 })).toEqual([]);
      expect(await given.journal.readStream(given.stream('acc'), { limit: 5, direction: 'backwards' })).toEqual([]);
    });

    it.each([
      ['no event', NO_STREAM, () => []],
      ['a short event id', NO_STREAM, () => [{ ...given.event(), eventId: new Uint8Array(15) }]],
      ['a revision below none', -2, () => given.events(1)],
      ['a broken revision', 0.5, () => given.events(1)],
    ])('refuses %s', async (_, revision, appended) => {
      await expect(given.journal.append(given.stream('acc'), revision, appended())).rejects.toBeInstanceOf(RangeError);
      expect(await given.readOwn(5)).toEqual([]);
    });
  });

  describe('a stream of ten events', () => {
    beforeEach(async () => {
      await given.journal.append(given.stream('acc'), NO_STREAM, given.events(4));
      await given.journal.append(given.stream('other'), NO_STREAM, given.events(1));
      await given.journal.append(given.stream('acc'), 3, given.events(6));
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
      const read = await given.journal.readStream(given.stream('acc'), options);
      expect(read.map((e) => e.revision)).toEqual(revisions);
    });

    it.each([NO_STREAM, 0, 8, 10, 99])('refuses an append at %d and names its revision', async (expected) => {
      const refused = given.journal.append(given.stream('acc'), expected, given.events(2));
      await expect(refused).rejects.toMatchObject({
        stream: given.stream('acc'),
        expectedRevision: expected,
        actualRevision: 9,
      });
      await expect(refused).rejects.toBeInstanceOf(RevisionConflict);
      expect(await given.readOwn(100)).toHaveLength(11);
    });

    it('is read with the others in order of position, in pages of any size', async () => {
      const all = await given.readOwn(100);
      expect(all.map((e) => `${e.stream === given.stream('acc') ? 'acc' : 'other'} ${e.revision}`)).toEqual([
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
      expect(all.every((e, i) => e.position > (all[i - 1]?.position ?? given.start))).toBe(true);
      expect(await given.readOwn(1)).toEqual(all);
      expect(await given.readOwn(3)).toEqual(all);
    });

    it('has its head at or after its newest event, and nothing behind the head', async () => {
      const head = await given.journal.head();
      const newest = (await given.readOwn(100)).at(-1);
      expect(head).toBeGreaterThanOrEqual(newest?.position ?? 0n);
      expect(await given.journal.readAll({ after: head, limit: 10 })).toEqual([]);
      const { position } = await given.journal.append(given.stream('acc'), 9, given.events(1));
      expect(position).toBeGreaterThan(head);
      expect((await given.journal.readAll({ after: head, limit: 10 })).filter(given.isOwn)).toHaveLength(1);
    });
  });
}
