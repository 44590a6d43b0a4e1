// Runs the enrichment process: from the bus where processes run, else when it is asked to catch up (an import that needs its result).
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Bus } from '@tallystick/bus';
import { type ClientOf, merchantContract } from '@tallystick/contracts';
import type { Journal, Position } from '@tallystick/journal';
import type { AccountId, Micros } from '@tallystick/ledger-core';
import type { ContextFor } from '@tallystick/transport';
import {
  BUS,
  CLOCK,
  CONTEXT_FOR,
  clientOf,
  JOURNAL,
  PARTITION_OF,
  RECORDS,
  RUNS_PROCESSES,
} from '@tallystick/transport/nest';
import type { Records } from '@tallystick/views';
import { EnrichmentProcess } from './enrichment.process.js';

/** Of the embedded bus, which has one: only there is anybody waiting. */
const PARTITION = 0;
const EVENTS_PER_PAGE = 4_096;

interface Waiting {
  readonly position: Position;
  readonly resolve: () => void;
}

@Injectable()
export class EnrichmentRunner implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly stopping = new AbortController();
  private readonly process: EnrichmentProcess;
  private running: Promise<void> = Promise.resolve();
  private waiting: Waiting[] = [];

  constructor(
    @Inject(clientOf(merchantContract)) merchants: ClientOf<typeof merchantContract>,
    @Inject(BUS) private readonly bus: Bus,
    @Inject(JOURNAL) private readonly journal: Journal,
    @Inject(RECORDS) records: Records,
    @Inject(CLOCK) clock: () => Micros,
    @Inject(CONTEXT_FOR) contextFor: ContextFor,
    @Inject(PARTITION_OF) partitionOf: (accountId: AccountId) => number,
    @Inject(RUNS_PROCESSES) private readonly runsProcesses: boolean,
  ) {
    const onProgress = (position: Position) => this.wake(position);
    const { signal } = this.stopping;
    this.process = new EnrichmentProcess({
      merchants,
      journal,
      records,
      partitionOf,
      clock,
      contextFor,
      signal,
      onProgress,
    });
  }

  onApplicationBootstrap(): void {
    if (this.runsProcesses) this.running = this.bus.run(this.process, this.stopping.signal);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await this.process.saveAll();
  }

  /** Journal position up to which everything is enriched; 0 before it began. */
  progress(): Position {
    return this.process.progress(PARTITION);
  }

  /**
   * Resolves when everything that the journal holds now is enriched: waits for the running process, or does the work itself.
   * @throws the signal's reason where it is aborted; what is done stays done
   */
  async catchUp(signal: AbortSignal): Promise<void> {
    const head = await this.journal.head();
    if (this.runsProcesses) return this.reached(head, signal);
    const turn = this.running.then(() => this.work(head, signal));
    this.running = turn.catch(() => undefined);
    return turn;
  }

  private async work(head: Position, signal: AbortSignal): Promise<void> {
    let after = this.progress();
    if (after === 0n) after = await this.process.resumeAfter(PARTITION);
    while (after < head) {
      signal.throwIfAborted();
      this.stopping.signal.throwIfAborted();
      const events = await this.journal.readAll({ after, limit: EVENTS_PER_PAGE });
      await this.process.apply({ partition: PARTITION, events });
      after = this.progress();
    }
    await this.process.save(PARTITION);
  }

  private async reached(position: Position, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.progress() >= position) return;
    await new Promise<void>((resolve, reject) => {
      const abort = () => {
        this.waiting = this.waiting.filter((each) => each !== waiting);
        reject(signal.reason);
      };
      const done = () => {
        signal.removeEventListener('abort', abort);
        resolve();
      };
      const waiting = { position, resolve: done };
      signal.addEventListener('abort', abort, { once: true });
      this.waiting.push(waiting);
    });
  }

  private wake(position: Position): void {
    if (this.waiting.length === 0) return;
    const reached = this.waiting.filter((each) => each.position <= position);
    if (reached.length === 0) return;
    this.waiting = this.waiting.filter((each) => each.position > position);
    for (const { resolve } of reached) resolve();
  }
}
