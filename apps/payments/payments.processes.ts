// Runs what the payments service does by itself.
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Bus } from '@tallystick/bus';
import { BUS, RECORDS, RUNS_PROCESSES } from '@tallystick/transport/nest';
import type { Records } from '@tallystick/views';
import { ScheduledPaymentsProcess } from './iso20022/scheduled-payments.process.js';

@Injectable()
export class PaymentsProcesses implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(RECORDS) private readonly records: Records,
    /** False where the process only answers. */
    @Inject(RUNS_PROCESSES) private readonly runs: boolean,
  ) {}

  onApplicationBootstrap(): void {
    if (this.runs) this.running = this.bus.run(new ScheduledPaymentsProcess(this.records), this.stopping.signal);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }
}
