// Runs one of the paced loads in a process of its own.
import { join } from 'node:path';
import { ROOT } from './places.js';
import { run } from './processes.js';

/** What it printed, and its CPU seconds. @throws where it fails */
export async function paced<Result>(script: string, asked: object): Promise<{ result: Result; cpu: number }> {
  const done = await run(process.execPath, [join(ROOT, 'dist', 'bench', 'http', script), JSON.stringify(asked)]);
  if (done.status !== 0) throw new Error(`the paced load ended with status ${done.status}: ${done.stderr.trim()}`);
  return { result: JSON.parse(done.stdout), cpu: done.cpu };
}
