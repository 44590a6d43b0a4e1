import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { RUNS_PROCESSES } from '@tallystick/transport/nest';
import { WebhookService } from './webhook-service.js';

/** Runs the deliveries as long as the process. */
@Injectable()
export class WebhookRunner implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    @Inject(WebhookService) private readonly service: WebhookService,
    /** False where the process only answers. */
    @Inject(RUNS_PROCESSES) private readonly runs: boolean,
  ) {}

  onApplicationBootstrap(): void {
    if (this.runs) this.service.start();
  }

  async onModuleDestroy(): Promise<void> {
    if (this.runs) await this.service.stop();
  }
}
