import { Counter, Gauge, type Registry } from 'prom-client';

/** Of an attempt: what it came to. */
export type Outcome = 'delivered' | 'to_be_retried' | 'given_up' | 'postponed' | 'dropped';

export interface Backlog {
  readonly waiting: number;
  /** Seconds since the event of the delivery that waits the longest; 0 where none does. */
  readonly oldestSeconds: number;
}

export class WebhookCounts {
  private readonly outcomes: Counter;
  private backlog: (() => Promise<Backlog>) | undefined;

  constructor(registry: Registry) {
    this.outcomes = new Counter({
      name: 'webhook_attempts_total',
      help: 'Attempts to tell a webhook of an event, by what they came to',
      labelNames: ['outcome'],
      registers: [registry],
    });
    const backlog = () => this.backlog?.() ?? Promise.resolve({ waiting: 0, oldestSeconds: 0 });
    new Gauge({
      name: 'webhook_backlog',
      help: 'Deliveries that wait for their first or a further attempt, as far as this process knows; at most 10000',
      registers: [registry],
      async collect() {
        this.set((await backlog()).waiting);
      },
    });
    new Gauge({
      name: 'webhook_backlog_oldest_seconds',
      help: 'How long ago the event was of the delivery that waits the longest',
      registers: [registry],
      async collect() {
        this.set((await backlog()).oldestSeconds);
      },
    });
  }

  count(outcome: Outcome): void {
    this.outcomes.inc({ outcome });
  }

  /** Who tells of the backlog when somebody asks. */
  measuredBy(backlog: () => Promise<Backlog>): void {
    this.backlog = backlog;
  }
}
