// One measurement of one side.
import type { Latencies } from './latencies.js';

export interface Measured {
  /** Per second. */
  readonly rate: number;
  readonly latencies: Latencies | null;
  /** CPU seconds of the system measured, during the measurement. */
  readonly cpuServer: number;
  /** CPU seconds of whoever made the load; null where that is the same process. */
  readonly cpuLoad: number | null;
  /** CPU seconds of everything else on the machine meanwhile: where it isn't near zero, the figures are of a busy machine. */
  readonly cpuOthers: number;
  /** Wall clock. */
  readonly seconds: number;
}

/** Several measurements of one thing: the mean of the rates, and the worst of the percentiles. */
export function combined(all: readonly Measured[]): Measured {
  const [first] = all;
  if (first === undefined) throw new Error('nothing was measured');
  const sum = (value: (one: Measured) => number) => all.reduce((total, one) => total + value(one), 0);
  const worst = (value: (one: Latencies) => number) =>
    Math.max(...all.map(({ latencies }) => (latencies === null ? Number.NaN : value(latencies))));
  return {
    rate: sum((one) => one.rate) / all.length,
    latencies:
      first.latencies === null
        ? null
        : { p50: worst((l) => l.p50), p95: worst((l) => l.p95), p99: worst((l) => l.p99) },
    cpuServer: sum((one) => one.cpuServer),
    cpuLoad: first.cpuLoad === null ? null : sum((one) => one.cpuLoad ?? 0),
    cpuOthers: sum((one) => one.cpuOthers),
    seconds: sum((one) => one.seconds),
  };
}
