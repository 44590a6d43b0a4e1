// Whether a service's servers answer now: what /health/ready is made of. Whoever asks often costs no more than who asks once.
import type { ReadinessProbe } from '@tallystick/transport/service';

/** A server that takes longer is not one to send customers to. */
const PATIENCE_MS = 2_000;
/** An answer holds for so long. */
const FRESH_MS = 1_000;

export interface Probes {
  readonly [server: string]: () => Promise<unknown>;
}

/**
 * A probe that asks at most one question at a time, and waits for it only so long.
 * @param now milliseconds of a clock that only goes forward
 */
export function probing(server: string, ask: () => Promise<unknown>, now: () => number): ReadinessProbe {
  let asking: Promise<unknown> | undefined;
  let answeredAt = Number.NEGATIVE_INFINITY;
  const question = () => {
    asking ??= ask()
      .then(() => {
        answeredAt = now();
      })
      .finally(() => {
        asking = undefined;
      });
    return asking;
  };
  return async () => {
    if (now() - answeredAt < FRESH_MS) return;
    const { promise: enough, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error(`${server} does not answer`)), PATIENCE_MS);
    try {
      await Promise.race([question(), enough]);
    } finally {
      clearTimeout(timer);
    }
  };
}
