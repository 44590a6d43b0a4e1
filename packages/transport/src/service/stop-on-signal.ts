/** What is needed of `process`. */
export interface SignalSource {
  on(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
}

export interface StopOptions {
  readonly signals: SignalSource;
  /** Ends the work; the process exits with 0 after it, with 1 where it rejects. */
  readonly stop: () => Promise<void>;
  readonly exit: (code: number) => void;
  readonly report: (error: unknown) => void;
  /** How long the end may take, in milliseconds; then the process exits with 1. */
  readonly graceMs: number;
}

/** Stops cleanly at the first SIGTERM or SIGINT and at once at the second: what isn't durable by then was not acknowledged. */
export function stopOnSignal({ signals, stop, exit, report, graceMs }: StopOptions): void {
  let stopping = false;
  const onSignal = () => {
    if (stopping) {
      exit(1);
      return;
    }
    stopping = true;
    const patience = setTimeout(() => exit(1), graceMs);
    patience.unref();
    stop().then(
      () => {
        clearTimeout(patience);
        exit(0);
      },
      (error) => {
        report(error);
        exit(1);
      },
    );
  };
  signals.on('SIGTERM', onSignal);
  signals.on('SIGINT', onSignal);
}
