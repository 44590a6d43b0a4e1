import { describe, expect, it } from '@jest/globals';
import type { JournalUnderTest } from './journal-under-test.suite.js';
import { JournalUnavailable, NO_STREAM } from './port.js';

export function describeSubscriptions(given: JournalUnderTest): void {
  describe('a subscription', () => {
    it('gives what is stored, then what is appended, each once and in order', async () => {
      await given.journal.append(given.stream('acc'), NO_STREAM, given.events(700));
      const following = given.follow(given.journal, given.start, 1_000);
      for (let i = 0; i < 30; i++) await given.journal.append(given.stream('acc'), 699 + 10 * i, given.events(10));
      const seen = await following;
      expect(seen.map((e) => e.revision)).toEqual(Array.from({ length: 1_000 }, (_, i) => i));
      expect(seen).toEqual(await given.readOwn(500));
    });

    it('starts after the position given', async () => {
      const { position } = await given.journal.append(given.stream('acc'), NO_STREAM, given.events(5));
      await given.journal.append(given.stream('acc'), 4, given.events(2));
      expect((await given.follow(given.journal, position, 2)).map((e) => e.revision)).toEqual([5, 6]);
    });

    it('ends when it is aborted: before it starts, and while it waits', async () => {
      expect(await given.follow(given.journal, given.start, 0)).toEqual([]);
      const controller = new AbortController();
      const ended = drain(given.journal.subscribe(await given.journal.head(), controller.signal));
      controller.abort();
      await ended;
    });

    it('ends when the journal is closed, and the journal then answers that it is', async () => {
      const ended = drain(given.journal.subscribe(given.start, new AbortController().signal));
      const last = given.journal.append(given.stream('acc'), NO_STREAM, given.events(1));
      await given.journal.close();
      await ended;
      expect((await last).revision).toBe(0);
      const late = given.journal.append(given.stream('acc'), 0, given.events(1));
      await expect(late).rejects.toBeInstanceOf(JournalUnavailable);
      await expect(late).rejects.toMatchObject({ outcomeUnknown: false });
      await expect(given.journal.readAll({ after: given.start, limit: 1 })).rejects.toBeInstanceOf(JournalUnavailable);
    });
  });
}

async function drain(batches: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of batches);
}
