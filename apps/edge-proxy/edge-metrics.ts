// What the edge counts.
import { Durations } from '@tallystick/transport/durations';
import { Counter, type Registry } from 'prom-client';
import type { Compared } from './shadow-compare.js';
import type { StackName } from './stacks.js';

type Label = 'service' | 'stack' | 'status';

export class EdgeMetrics {
  private readonly durations: Durations<Label>;
  private readonly recorders = new Map<string, (durationMs: number) => void>();
  private readonly refusals: Counter<'code'>;
  private readonly retries: Counter<'service'>;
  private readonly comparisons: Counter<'outcome'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.durations = new Durations<Label>(
      registry,
      'edge_request_duration_seconds',
      'Time from a request to the end of its answer',
      ['service', 'stack', 'status'],
    );
    this.refusals = new Counter({
      name: 'edge_refusals_total',
      help: 'Requests that the edge answered with an error of its own',
      labelNames: ['code'],
      registers,
    });
    this.retries = new Counter({
      name: 'edge_retries_total',
      help: 'Requests that were sent to a further instance of their service',
      labelNames: ['service'],
      registers,
    });
    this.comparisons = new Counter({
      name: 'edge_shadow_compared_total',
      help: "Answers compared with the other stack's, by what came of it",
      labelNames: ['outcome'],
      registers,
    });
  }

  /** @param status 0 where there was no answer: the caller left */
  answered(service: string, stack: StackName, status: number, durationMs: number): void {
    const statusClass = status === 0 ? 'none' : `${Math.floor(status / 100)}xx`;
    const key = `${service} ${stack} ${statusClass}`;
    let record = this.recorders.get(key);
    if (record === undefined) {
      record = this.durations.recorder({ service, stack, status: statusClass });
      this.recorders.set(key, record);
    }
    record(durationMs);
  }

  refused(code: string): void {
    this.refusals.inc({ code });
  }

  retried(service: string): void {
    this.retries.inc({ service });
  }

  compared(outcome: Compared): void {
    this.comparisons.inc({ outcome });
  }
}
