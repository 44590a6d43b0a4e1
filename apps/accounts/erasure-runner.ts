import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Bus } from '@tallystick/bus';
import type { ContextFor } from '@tallystick/transport';
import { BUS, CONTEXT_FOR, RECORDS, RUNS_PROCESSES } from '@tallystick/transport/nest';
import type { Records } from '@tallystick/views';
import { ErasureProcess } from './erasure.process.js';
import { Users } from './users.js';

const NAME = 'erasures';

/** Runs the erasures as long as the process. */
@Injectable()
export class ErasureRunner implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly stopping = new AbortController();
  private readonly process: ErasureProcess;
  private running: Promise<void> = Promise.resolve();

  constructor(
    @Inject(Users) users: Users,
    @Inject(BUS) private readonly bus: Bus,
    @Inject(RECORDS) records: Records,
    @Inject(CONTEXT_FOR) contextFor: ContextFor,
    /** False where the process only answers. */
    @Inject(RUNS_PROCESSES) private readonly runs: boolean,
  ) {
    const { signal } = this.stopping;
    const context = () => {
      const { deadline, correlationId, causationId, actor } = contextFor(NAME, NAME);
      return { deadline, correlationId, causationId, actor, signal };
    };
    this.process = new ErasureProcess({ erasure: users.erasure, records, context });
  }

  onApplicationBootstrap(): void {
    if (this.runs) this.running = this.bus.run(this.process, this.stopping.signal);
  }

  async onModuleDestroy(): Promise<void> {
    if (!this.runs) return;
    this.stopping.abort(new Error('stopped'));
    await this.running;
    await this.process.saveAll();
  }
}
