import { Worker } from 'node:worker_threads';
import type { CheckpointWorkerData } from './checkpoint.worker.js';

/**
 * From so many pages in its log on (512 MiB) a writer writes back by itself all the same: the thread has not kept up, or is no more.
 */
export const CHECKPOINT_PAGES_AT_MOST = 131_072;

/** The main thread's side of the worker that writes back SQLite's logs. */
export class CheckpointThread {
  private constructor(
    private readonly worker: Worker,
    private readonly exited: Promise<void>,
  ) {}

  /** @param paths of databases that exist */
  static start(paths: readonly string[], onTrouble: (error: unknown) => void): CheckpointThread {
    const workerData: CheckpointWorkerData = { paths };
    const worker = new Worker(new URL('./checkpoint.worker.js', import.meta.url), { workerData });
    worker.on('error', onTrouble).on('message', onTrouble);
    return new CheckpointThread(worker, new Promise((resolve) => worker.once('exit', () => resolve())));
  }

  async stop(): Promise<void> {
    this.worker.postMessage('stop');
    await this.exited;
  }
}
