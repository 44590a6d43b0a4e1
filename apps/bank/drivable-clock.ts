// The bank's clock: the computer's, and however far it was driven ahead of that. Only a bank that is tried out is driven (docs/conformance.md).
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Micros } from '@tallystick/ledger-core';

const MICROS_PER_SECOND = 1_000_000n;

export class DrivableClock {
  #ahead: Micros;

  /** @param path of the file that keeps how far it was driven, so that time does not go back when the bank starts again; made at the first drive */
  constructor(
    private readonly path: string,
    private readonly wallClock: () => Micros,
  ) {
    this.#ahead = aheadOf(path);
  }

  /** Microseconds since 1970. */
  readonly now = (): Micros => this.wallClock() + this.#ahead;

  /** Durable when it returns. @param seconds above zero */
  advance(seconds: number): void {
    const ahead = this.#ahead + BigInt(seconds) * MICROS_PER_SECOND;
    writeFileSync(`${this.path}.new`, String(ahead), { flush: true });
    renameSync(`${this.path}.new`, this.path);
    this.#ahead = ahead;
  }
}

function aheadOf(path: string): Micros {
  try {
    return BigInt(readFileSync(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0n;
    throw error;
  }
}
