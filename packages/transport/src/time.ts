/** The clock and the timer of calls, passed in so that tests move time themselves. */
export interface Time {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `tick` about every `periodMs` until the returned function is called. Doesn't keep the process alive. */
  every(periodMs: number, tick: () => void): () => void;
}

export const systemTime: Time = {
  now: () => Date.now(),
  every: (periodMs, tick) => {
    const timer = setInterval(tick, periodMs);
    timer.unref();
    return () => clearInterval(timer);
  },
};
