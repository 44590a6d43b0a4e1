// The relay as a service: runs from start to stop, and answers how far it has come.
import {
  type DynamicModule,
  Inject,
  Injectable,
  Module,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import type { BusWriter, Pause } from '@tallystick/bus';
import { type HandlersOf, relayContract } from '@tallystick/contracts';
import type { Journal } from '@tallystick/journal';
import { CallFailed } from '@tallystick/transport';
import { Answers, ContractsModule, JOURNAL, REPORT } from '@tallystick/transport/nest';
import { Registry } from 'prom-client';
import { Relay } from './relay.js';
import { measureRelay } from './relay.metrics.js';

export interface RelayOptions {
  readonly writer: BusWriter;
  readonly pause: Pause;
  /** Told when a newer relay has taken over: this process has nothing left to do. */
  readonly onReplaced: (error: unknown) => void;
}

const OPTIONS = Symbol('options of the relay');

@Injectable()
@Answers(relayContract)
export class RelayController implements HandlersOf<typeof relayContract>, OnApplicationBootstrap, OnModuleDestroy {
  private readonly relay: Relay;
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    @Inject(OPTIONS) private readonly options: RelayOptions,
    @Inject(JOURNAL) journal: Journal,
    @Inject(REPORT) report: (error: unknown) => void,
    metrics: Registry,
  ) {
    const { writer, pause } = options;
    this.relay = new Relay({ journal, writer, pause, report, now: () => performance.now() });
    measureRelay(this.relay, journal, metrics);
  }

  onApplicationBootstrap(): void {
    this.running = this.relay.run(this.stopping.signal).catch(this.options.onReplaced);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  async progress() {
    const { written } = this.relay;
    if (written === undefined)
      throw new CallFailed({ code: 'unavailable', message: 'the relay has not reached Kafka yet', retryable: true });
    const partitions = Array.from(written.partitions, ([partition, position]) => ({ partition, position }));
    return { position: written.position, partitions };
  }
}

@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: Nest knows a module by its class
export class RelayModule {
  static with(options: RelayOptions): DynamicModule {
    return {
      module: RelayModule,
      imports: [ContractsModule.forService({ answers: [relayContract], calls: [] })],
      providers: [{ provide: OPTIONS, useValue: options }, RelayController],
    };
  }
}
