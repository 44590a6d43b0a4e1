// The main thread's side of the views' worker: wakes it, and waits until the views have seen a position.
import { Worker } from 'node:worker_threads';
import type { Freshness } from '@tallystick/views';

/** Places in the shared memory: four 32-bit words, and one 64-bit position behind them. */
export const WAKE = 0;
export const STOP = 1;
export const WAITED_FOR = 2;
/** 1 while the worker sleeps: only then is it worth a system call to wake it. */
export const ASLEEP = 3;
export const PROGRESS = 2;
const BYTES = 24;

export interface ViewsWorkerData {
  readonly journalPath: string;
  readonly viewsPath: string;
  readonly shared: SharedArrayBuffer;
}

interface Waiter {
  readonly position: bigint;
  readonly resolve: () => void;
}

type Message = { readonly kind: 'ready' | 'progress' } | { readonly kind: 'trouble'; readonly message: string };

export class ViewsThread implements Freshness {
  private readonly words: Int32Array;
  private readonly positions: BigInt64Array;
  private readonly waiters = new Set<Waiter>();
  private readonly exited: Promise<void>;

  private constructor(
    worker: Worker,
    shared: SharedArrayBuffer,
    private readonly onTrouble: (error: unknown) => void,
  ) {
    this.words = new Int32Array(shared);
    this.positions = new BigInt64Array(shared);
    this.exited = new Promise((resolve) => worker.once('exit', () => resolve()));
  }

  /** Resolves when the views' file is open and its tables are there. */
  static async start(
    files: Omit<ViewsWorkerData, 'shared'>,
    onTrouble: (error: unknown) => void,
  ): Promise<ViewsThread> {
    const shared = new SharedArrayBuffer(BYTES);
    const worker = new Worker(new URL('./views.worker.js', import.meta.url), {
      workerData: { ...files, shared } satisfies ViewsWorkerData,
    });
    const thread = new ViewsThread(worker, shared, onTrouble);
    const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
    worker.once('error', reject);
    worker.on('message', (message: Message) => {
      if (message.kind === 'ready') resolve();
      thread.heard(message);
    });
    await ready;
    worker.off('error', reject).on('error', (error) => onTrouble(`the views are not filled any more: ${error.stack}`));
    return thread;
  }

  /** The position that the views have applied. */
  get progress(): bigint {
    return Atomics.load(this.positions, PROGRESS);
  }

  /** There are new events; cheap enough for every commit. */
  wake(): void {
    Atomics.add(this.words, WAKE, 1);
    // A worker that is about to sleep sees the count that has changed, and does not.
    if (Atomics.load(this.words, ASLEEP) === 1) Atomics.notify(this.words, WAKE);
  }

  waitUntil(position: bigint, signal: AbortSignal): Promise<void> {
    if (this.progress >= position) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        position,
        resolve: () => {
          signal.removeEventListener('abort', abort);
          resolve();
        },
      };
      const abort = () => {
        this.waiters.delete(waiter);
        reject(signal.reason);
      };
      if (signal.aborted) return abort();
      signal.addEventListener('abort', abort, { once: true });
      this.waiters.add(waiter);
      Atomics.store(this.words, WAITED_FOR, 1);
      // The worker may have stored its progress just before it could see that someone waits.
      this.release();
    });
  }

  async stop(): Promise<void> {
    Atomics.store(this.words, STOP, 1);
    this.wake();
    await this.exited;
  }

  private heard(message: Message): void {
    if (message.kind === 'trouble') this.onTrouble(`views: ${message.message}`);
    else this.release();
  }

  private release(): void {
    const { progress } = this;
    for (const waiter of this.waiters) {
      if (waiter.position > progress) continue;
      this.waiters.delete(waiter);
      waiter.resolve();
    }
    if (this.waiters.size === 0) Atomics.store(this.words, WAITED_FOR, 0);
  }
}
