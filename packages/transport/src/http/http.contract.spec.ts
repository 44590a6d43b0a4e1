import { pooledRandom } from '../pooled-random.js';
import type { Time } from '../time.js';
import { transportSuite } from '../transport.suite.js';
import { httpTransport } from './index.js';

// Time stands still in the suite, so pauses would never end.
const settings = { firstPauseMs: 0 };

transportSuite('HTTP', async (time: Time) => {
  const unexpected: unknown[] = [];
  const options = { time, random: pooledRandom(), report: (error: unknown) => unexpected.push(error), settings };
  const answering = httpTransport({ ...options, services: {} });
  const url = await answering.listen();
  const calling = httpTransport({ ...options, services: { example: [url], inner: [url] } });
  return {
    answering,
    calling,
    unexpected,
    close: async () => {
      await calling.close();
      await answering.close();
    },
  };
});

transportSuite('HTTP (within one process)', async (time: Time) => {
  const unexpected: unknown[] = [];
  const report = (error: unknown) => unexpected.push(error);
  const transport = httpTransport({ time, random: pooledRandom(), report, services: {} });
  return { answering: transport, calling: transport, unexpected, close: () => transport.close() };
});
