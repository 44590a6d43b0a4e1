// Asks again and again until there is an answer: for what must be known before anything is compared.
import { until } from '../../bench/processes.js';
import type { Outcome } from '../book.js';
import type { Command } from '../commands.js';
import type { Destination } from '../sender.js';
import { type ClusterDestination, Unanswered } from './cluster-destination.js';

/** Whatever was killed is back by then, and everybody has noticed. */
const PATIENCE_MS = 90_000;

export class Insisting implements Destination {
  constructor(private readonly inner: ClusterDestination) {}

  /** @throws where there is no answer for too long, with the last reason as its cause */
  ask(command: Command): Promise<Outcome | null> {
    return this.insist(command.key, async () => ({ outcome: await this.inner.ask(command) })).then(
      ({ outcome }) => outcome,
    );
  }

  read(path: string, minPosition: string): Promise<{ readonly status: number; readonly body: string }> {
    return this.insist(path, async () => {
      const answer = await this.inner.read(path, minPosition);
      if (answer.status >= 500) throw new Unanswered(path, `accounts ${answer.status} ${answer.body}`);
      return answer;
    });
  }

  close(): void {
    this.inner.close();
  }

  private async insist<T>(what: string, ask: () => Promise<T>): Promise<T> {
    let last: unknown;
    try {
      return await until(`${what} is answered`, PATIENCE_MS, () =>
        ask().catch((error: unknown) => {
          if (!(error instanceof Unanswered)) throw error;
          last = error;
          return undefined;
        }),
      );
    } catch (error) {
      throw new Error(error instanceof Error ? error.message : String(error), { cause: last ?? error });
    }
  }
}
