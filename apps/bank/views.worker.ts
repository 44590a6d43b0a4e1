// The thread that owns the views' file. The main thread wakes it through shared memory, and is told how far the views are.
import { parentPort, workerData } from 'node:worker_threads';
import { eachOutageOnce } from '@tallystick/cluster/outages';
import { pause } from '@tallystick/transport/pause';
import { fillViews, LINGER_MS } from './views-filler.js';
import { ASLEEP, PROGRESS, STOP, type ViewsWorkerData, WAITED_FOR, WAKE } from './views-thread.js';

const { journalPath, viewsPath, shared } = workerData as ViewsWorkerData;
const words = new Int32Array(shared);
const positions = new BigInt64Array(shared);
const port = parentPort;
if (port === null) throw new Error('views.worker runs as a worker thread only');

const stopping = new AbortController();
const filler = await fillViews({
  journalPath,
  viewsPath,
  signal: stopping.signal,
  onProgress(position) {
    Atomics.store(positions, PROGRESS, position);
    if (Atomics.load(words, WAITED_FOR) === 1) port.postMessage({ kind: 'progress' });
  },
  onTrouble: eachOutageOnce(
    (error) =>
      port.postMessage({
        kind: 'trouble',
        message: error instanceof Error ? (error.stack ?? error.message) : String(error),
      }),
    () => performance.now(),
  ),
});
port.postMessage({ kind: 'ready' });

let seen = 0;
while (!stopping.signal.aborted) {
  Atomics.store(words, ASLEEP, 1);
  const waiting = Atomics.waitAsync(words, WAKE, seen);
  if (waiting.async) await waiting.value;
  Atomics.store(words, ASLEEP, 0);
  seen = Atomics.load(words, WAKE);
  if (Atomics.load(words, STOP) === 1) stopping.abort();
  filler.wake();
  // What comes meanwhile is seen by the filler anyway, or at the next turn of this loop.
  await pause(LINGER_MS, stopping.signal);
}
await filler.stopped;
port.close();
