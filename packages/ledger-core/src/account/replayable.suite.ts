// Properties whose seed is printed: FC_SEED=<seed> runs the same again, FC_RUNS=<n> runs more of it.
import fc, { type IAsyncProperty, type IProperty } from 'fast-check';

export function check<T>(property: IProperty<T>, runs: number): void {
  fc.assert(property, replayable(runs));
}

export async function checkAsync<T>(property: IAsyncProperty<T>, runs: number): Promise<void> {
  await fc.assert(property, replayable(runs));
}

function replayable(runs: number): { readonly seed: number; readonly numRuns: number } {
  const seed = Number(process.env.FC_SEED ?? Math.floor(Math.random() * 2 ** 31));
  const numRuns = Number(process.env.FC_RUNS ?? runs);
  process.stderr.write(`fast-check: FC_SEED=${seed}, ${numRuns} runs\n`);
  return { seed, numRuns };
}
