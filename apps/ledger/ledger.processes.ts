// Runs what the ledger does by itself: the transfer process and the due timers.
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Bus } from '@tallystick/bus';
import { type BookDate, bookTimeIn, type ClientOf, ledgerContract } from '@tallystick/contracts';
import type { Micros } from '@tallystick/ledger-core';
import type { ContextFor } from '@tallystick/transport';
import {
  BOOK_DATE,
  BOOK_ZONE,
  BUS,
  CLOCK,
  CONTEXT_FOR,
  clientOf,
  FRESHNESS,
  RECORDS,
  REPORT,
  RUNS_PROCESSES,
  VIEWS,
} from '@tallystick/transport/nest';
import type { Freshness, Records, ViewReader } from '@tallystick/views';
import { DueTimer } from './due.timer.js';
import { DuePaymentsTimer } from './due-payments.timer.js';
import { TransferProcess } from './transfer.process.js';

const DUE_PERIOD_MS = 1_000;

@Injectable()
export class LedgerProcesses implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>[] = [];
  private ticking: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private due: readonly (DueTimer | DuePaymentsTimer)[] = [];

  constructor(
    @Inject(clientOf(ledgerContract)) private readonly ledger: ClientOf<typeof ledgerContract>,
    @Inject(BUS) private readonly bus: Bus,
    @Inject(RECORDS) private readonly records: Records,
    @Inject(VIEWS) private readonly views: ViewReader,
    @Inject(FRESHNESS) private readonly freshness: Freshness,
    @Inject(CLOCK) private readonly clock: () => Micros,
    @Inject(BOOK_DATE) private readonly localDateOf: BookDate,
    @Inject(BOOK_ZONE) private readonly bookZone: string,
    @Inject(CONTEXT_FOR) private readonly contextFor: ContextFor,
    @Inject(RUNS_PROCESSES) private readonly runsProcesses: boolean,
    @Inject(REPORT) private readonly report: (error: unknown) => void,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.runsProcesses) return;
    const { ledger, views, freshness, records, clock, localDateOf, contextFor } = this;
    const transfers = new TransferProcess(ledger, records, contextFor, { clock, localDateOf });
    this.running.push(this.bus.run(transfers, this.stopping.signal));
    const ports = { ledger, views, freshness, records, clock, localDateOf, contextFor };
    this.due = [new DueTimer(ports), new DuePaymentsTimer({ ...ports, bookTimeOf: bookTimeIn(this.bookZone) })];
    // A run that takes longer than the period is not joined by another.
    this.timer = setInterval(() => void this.tick(), DUE_PERIOD_MS);
    this.timer.unref();
  }

  /** Resolves when what is due now has been done, or has failed and was reported. */
  async runDue(): Promise<void> {
    // The one under way may have asked the clock before.
    await this.ticking;
    await this.tick();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    clearInterval(this.timer);
    await Promise.all([...this.running, this.ticking]);
  }

  private tick(): Promise<void> {
    this.ticking ??= this.runOnce().finally(() => {
      this.ticking = undefined;
    });
    return this.ticking;
  }

  private async runOnce(): Promise<void> {
    // What keeps one from its work does not keep the other.
    for (const timer of this.due)
      try {
        await timer.run(this.stopping.signal);
      } catch (error) {
        if (!this.stopping.signal.aborted) this.report(error);
      }
  }
}
