// Keeps the log within its bounds.
import type { Time } from '@tallystick/transport';
import type { DeliveryLog } from './delivery-log.js';
import type { Registrations } from './registrations.js';

export interface RetentionPorts {
  readonly log: DeliveryLog;
  readonly registrations: Pick<Registrations, 'find'>;
  readonly time: Time;
  readonly report: (error: unknown) => void;
}

const EVERY_MS = 3_600_000;
/** How far the log of a webhook may be beyond its bound. */
const ENTRIES_BETWEEN = 100;
const COUNTED_MAX = 100_000;

export class Retention {
  private readonly entered = new Map<string, number>();
  private stopTimer = () => {};
  private isStopped = false;
  private working: Promise<void> = Promise.resolve();
  private sweptMs: number;

  constructor(private readonly ports: RetentionPorts) {
    this.sweptMs = ports.time.now();
  }

  start(): void {
    const { time } = this.ports;
    this.stopTimer = time.every(EVERY_MS, () => {
      if (time.now() < this.sweptMs + EVERY_MS) return;
      this.sweptMs = time.now();
      this.work(() => this.sweep());
    });
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    this.stopTimer();
    await this.working;
  }

  /** One more delivery of a webhook. */
  note(webhookId: string): void {
    const count = (this.entered.get(webhookId) ?? 0) + 1;
    if (count < ENTRIES_BETWEEN) {
      if (this.entered.size >= COUNTED_MAX) this.entered.clear();
      this.entered.set(webhookId, count);
      return;
    }
    this.entered.delete(webhookId);
    this.work(() => this.ports.log.prune(webhookId, this.ports.time.now()));
  }

  /** Each instance may, at any time: what is taken away is past for good. */
  async sweep(): Promise<void> {
    const { log, registrations, time } = this.ports;
    for await (const webhookId of log.webhooks()) {
      if (this.isStopped) return;
      if ((await registrations.find(webhookId)) === undefined) await log.removeAll(webhookId);
      else await log.prune(webhookId, time.now());
    }
  }

  /** One after the other. */
  private work(job: () => Promise<void>): void {
    this.working = this.working.then(() => (this.isStopped ? undefined : job())).catch(this.ports.report);
  }
}
