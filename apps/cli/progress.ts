// A progress bar with rate and time left, for long work at a terminal.
import { SingleBar } from 'cli-progress';

export interface ProgressOutput {
  readonly stream: NodeJS.WriteStream;
  /** Milliseconds, only ever forwards. */
  now(): number;
}

export interface Progress {
  update(progress: { readonly done: number; readonly total: number }): void;
  /** Leaves the line as it is. */
  end(): void;
}

const SILENT: Progress = { update() {}, end() {} };

/** @param output undefined where there is no terminal: then nothing is written */
export function progress(output: ProgressOutput | undefined, label: string): Progress {
  if (output === undefined) return SILENT;
  const format = `${label} [{bar}] {percentage}% | {value}/{total} | {rate}/s | {eta_formatted} left`;
  const bar = new SingleBar({ stream: output.stream, format, hideCursor: true, etaBuffer: 50 });
  const started = output.now();
  let running = false;
  return {
    update({ done, total }) {
      if (!running) bar.start(total, 0, { rate: 0 });
      running = true;
      bar.setTotal(total);
      const seconds = (output.now() - started) / 1000;
      bar.update(done, { rate: seconds > 0 ? Math.round(done / seconds) : 0 });
    },
    end() {
      if (running) bar.stop();
      running = false;
    },
  };
}
