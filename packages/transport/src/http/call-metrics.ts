import { Counter, Gauge, type Registry } from 'prom-client';
import { Durations } from '../durations.js';

type Label = 'service' | 'method' | 'outcome';
export type Record = (outcome: string, durationMs: number) => void;

export interface Measured {
  /** Connections there are, by service. */
  connections(): Iterable<readonly [service: string, count: number]>;
  /** Instances by service, those left alone for a while apart. */
  instances(): Iterable<readonly [service: string, healthy: number, ejected: number]>;
  /** Calls that this process works on. */
  inFlight(): number;
}

/** What the calls of one process look like from outside. */
export class CallMetrics {
  private readonly asked: Durations<Label>;
  private readonly answered: Durations<Label>;
  private readonly retries: Counter<'service' | 'outcome'>;
  private readonly ejections: Counter<'service' | 'reason'>;

  constructor(registry: Registry, measured: Measured) {
    const registers = [registry];
    const labels = ['service', 'method', 'outcome'] as const;
    this.asked = new Durations(
      registry,
      'rpc_client_duration_seconds',
      'Calls to other services, retries included',
      labels,
    );
    this.answered = new Durations(registry, 'rpc_server_duration_seconds', 'Calls of other services', labels);
    this.retries = new Counter({
      name: 'rpc_client_retries_total',
      help: 'Tries after the first, made or refused by the budget',
      labelNames: ['service', 'outcome'],
      registers,
    });
    this.ejections = new Counter({
      name: 'rpc_client_ejections_total',
      help: 'How often an instance was left alone, for its failures or because it was mute',
      labelNames: ['service', 'reason'],
      registers,
    });
    new Gauge({
      name: 'rpc_client_connections',
      help: 'Connections to the instances of a service',
      labelNames: ['service'],
      registers,
      collect() {
        this.reset();
        for (const [service, count] of measured.connections()) this.set({ service }, count);
      },
    });
    new Gauge({
      name: 'rpc_client_instances',
      help: 'Instances of a service, those left alone apart',
      labelNames: ['service', 'state'],
      registers,
      collect() {
        this.reset();
        for (const [service, healthy, ejected] of measured.instances()) {
          this.set({ service, state: 'healthy' }, healthy);
          this.set({ service, state: 'ejected' }, ejected);
        }
      },
    });
    new Gauge({
      name: 'rpc_server_calls_in_flight',
      help: 'Calls that are worked on',
      registers,
      collect() {
        this.set(measured.inFlight());
      },
    });
  }

  ofAsking(service: string, method: string): Record {
    return recordsOf(this.asked, service, method);
  }

  ofAnswering(service: string, method: string): Record {
    return recordsOf(this.answered, service, method);
  }

  retried(service: string, outcome: 'made' | 'over-budget'): void {
    this.retries.inc({ service, outcome });
  }

  ejected(service: string, reason: 'failures' | 'mute'): void {
    this.ejections.inc({ service, reason });
  }
}

function recordsOf(durations: Durations<Label>, service: string, method: string): Record {
  const byOutcome = new Map<string, (durationMs: number) => void>();
  return (outcome, durationMs) => {
    let record = byOutcome.get(outcome);
    if (record === undefined) {
      record = durations.recorder({ service, method, outcome });
      byOutcome.set(outcome, record);
    }
    record(durationMs);
  };
}
