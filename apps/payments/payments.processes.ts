// Runs what the payments service does by itself.
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Bus } from '@tallystick/bus';
import { type BookDate, type ClientOf, ledgerContract } from '@tallystick/contracts';
import type { Micros } from '@tallystick/ledger-core';
import type { ContextFor } from '@tallystick/transport';
import { BOOK_DATE, BUS, CLOCK, CONTEXT_FOR, clientOf, RECORDS, RUNS_PROCESSES } from '@tallystick/transport/nest';
import type { Records } from '@tallystick/views';
import type { OpenPersonal } from './iso20022/outbound.js';
import { ScheduledPaymentsProcess } from './iso20022/scheduled-payments.process.js';
import { OPEN_PERSONAL } from './payments.controller.js';

@Injectable()
export class PaymentsProcesses implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly stopping = new AbortController();
  private readonly process: ScheduledPaymentsProcess;
  private running: Promise<void> = Promise.resolve();

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(RECORDS) records: Records,
    @Inject(clientOf(ledgerContract)) ledger: ClientOf<typeof ledgerContract>,
    @Inject(OPEN_PERSONAL) open: OpenPersonal,
    @Inject(CONTEXT_FOR) contextFor: ContextFor,
    @Inject(CLOCK) clock: () => Micros,
    @Inject(BOOK_DATE) bookDate: BookDate,
    /** False where the process only answers. */
    @Inject(RUNS_PROCESSES) private readonly runs: boolean,
  ) {
    this.process = new ScheduledPaymentsProcess({ records, ledger, open, contextFor, clock, bookDate });
  }

  onApplicationBootstrap(): void {
    if (this.runs) this.running = this.bus.run(this.process, this.stopping.signal);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }
}
