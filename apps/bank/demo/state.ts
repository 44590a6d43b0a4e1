// What the demo keeps of itself beside the bank's own files: where its chance began. Everything else is in the bank.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface DemoState {
  readonly seed: number;
  /** The first midnight of its past, milliseconds since 1970. */
  readonly since: number;
  /** Whether its past has been lived through. */
  readonly lived: boolean;
}

/** @throws Error where the file is damaged: it may be removed, and a new customer moves in */
export function readState(folder: string): DemoState | undefined {
  const path = join(folder, 'demo.json');
  if (!existsSync(path)) return undefined;
  const state: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (isState(state)) return state;
  throw new Error(`${path} is damaged: remove it, and a new customer moves in`);
}

/** Another run finds it whole or not at all. */
export function writeState(folder: string, state: DemoState): DemoState {
  const path = join(folder, 'demo.json');
  writeFileSync(`${path}.new`, `${JSON.stringify(state)}\n`);
  renameSync(`${path}.new`, path);
  return state;
}

function isState(state: unknown): state is DemoState {
  if (typeof state !== 'object' || state === null) return false;
  const { seed, since, lived } = state as Partial<DemoState>;
  return Number.isSafeInteger(seed) && Number.isSafeInteger(since) && typeof lived === 'boolean';
}
