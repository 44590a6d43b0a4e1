import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { Outbox } from './outbox.js';

/** Runs the outbox as long as the process. */
export class OutboxDelivery implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    private readonly outbox: Outbox,
    /** False where the process only answers. */
    private readonly runs: boolean,
  ) {}

  onApplicationBootstrap(): void {
    if (this.runs) this.outbox.start();
  }

  /** After all that still adds to it has ended. */
  async onApplicationShutdown(): Promise<void> {
    await this.outbox.close();
  }
}
