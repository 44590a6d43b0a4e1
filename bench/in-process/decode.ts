// A process of its own: reads and decodes every event of a journal, and nothing else; the third pass is the one that counts.
// Argument: the journal's file. Prints one line of JSON.
import { decodeMetadata, decodePayload } from '@tallystick/events';
import { openReader } from '@tallystick/journal/sqlite/index';

const PASSES = 3;
const PAGE = 2_048;

const reader = openReader(process.argv[2] ?? '');
let result = { events: 0, perSecond: 0 };
for (let pass = 0; pass < PASSES; pass++) {
  const started = performance.now();
  let events = 0;
  for (let after = 0n; ; ) {
    const page = await reader.readAll({ after, limit: PAGE });
    const last = page.at(-1);
    if (last === undefined) break;
    for (const { metadata, payload } of page) {
      decodeMetadata(metadata);
      decodePayload(payload);
    }
    events += page.length;
    after = last.position;
  }
  result = { events, perSecond: (events / (performance.now() - started)) * 1000 };
}
await reader.close();
process.stdout.write(`${JSON.stringify(result)}\n`);
