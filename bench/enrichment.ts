// What enrichment did on a folder, from the events that it left: they say when each was recorded.
import { join } from 'node:path';
import { metadataReader } from '@tallystick/events';
import { openReader } from '@tallystick/journal/sqlite/index';

const PAGE = 8_192;

export interface Enriched {
  readonly events: number;
  /** From the first to the last that was recorded. */
  readonly seconds: number;
}

export async function enrichedIn(folder: string): Promise<Enriched> {
  const journal = openReader(join(folder, 'journal.db'));
  const read = metadataReader(['recordedAt']);
  let events = 0;
  let first = 0n;
  let last = 0n;
  try {
    for (let after = 0n; ; ) {
      const page = await journal.readAll({ after, limit: PAGE });
      for (const { stream, metadata, position } of page) {
        after = position;
        if (!stream.startsWith('enrichment-')) continue;
        const { recordedAt } = read(metadata);
        if (events++ === 0) first = recordedAt;
        if (recordedAt > last) last = recordedAt;
      }
      if (page.length === 0) return { events, seconds: Number(last - first) / 1e6 };
    }
  } finally {
    await journal.close();
  }
}
