// How much waits, and since when: counted when somebody asks, so that nothing need be kept in step.

import type { DeliveryLog } from './delivery-log.js';
import type { Dispatcher } from './dispatcher.js';
import type { Outbox } from './outbox.js';
import type { Backlog } from './webhook-counts.js';

export interface BacklogPorts {
  readonly lanes: ReturnType<Dispatcher['known']>;
  readonly outbox: Outbox;
  readonly log: DeliveryLog;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly report: (error: unknown) => void;
}

const COUNTED_MAX = 10_000;
const PAGE = 500;

/** Never rejects: where the records are away, it is what was counted so far. */
export async function backlogOf({ lanes, outbox, log, now, report }: BacklogPorts): Promise<Backlog> {
  let waiting = 0;
  let oldestMs = now();
  try {
    for (const { partition, webhookId, fromMs } of lanes) {
      let oldest: bigint | undefined;
      for await (const { position } of outbox.of(partition, webhookId, fromMs, PAGE)) {
        if (oldest === undefined || position < oldest) oldest = position;
        if (++waiting >= COUNTED_MAX) break;
      }
      const found = oldest === undefined ? undefined : await log.get(webhookId, oldest);
      if (found !== undefined && found.value.atMs < oldestMs) oldestMs = found.value.atMs;
      if (waiting >= COUNTED_MAX) break;
    }
  } catch (error) {
    report(error);
  }
  return { waiting, oldestSeconds: (now() - oldestMs) / 1_000 };
}
