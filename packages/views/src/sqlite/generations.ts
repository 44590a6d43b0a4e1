// Generations of the views side by side in the data folder: `views-<generation>.db`, and `views.json`, which names the live one.
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

const POINTER = 'views.json';
const FILE = /^views-([1-9]\d{0,8})\.db$/;

export interface Generation {
  /** From 1. */
  readonly generation: number;
  /** The file, for SqliteViews and openReader. */
  readonly path: string;
}

/** The live generation; undefined where none was ever switched to. @throws Error where the pointer can't be understood */
export function currentGeneration(folder: string): Generation | undefined {
  const pointer = join(folder, POINTER);
  if (!existsSync(pointer)) return undefined;
  const generation = parsePointer(readFileSync(pointer, 'utf8'));
  if (generation === undefined)
    throw new Error(`${pointer} does not name a generation; delete it to have the views rebuilt`);
  return at(folder, generation);
}

/** Creates an empty file above every generation there is, so that two who rebuild at a time never share one. It isn't live yet. */
export function createNextGeneration(folder: string): Generation {
  const next = at(folder, Math.max(0, currentGeneration(folder)?.generation ?? 0, ...generationsIn(folder)) + 1);
  closeSync(openSync(next.path, 'wx'));
  return next;
}

/** Makes a generation the live one, atomically and durably. Close its writer before, so that the file holds all of it. */
export function switchGeneration(folder: string, generation: number): void {
  if (!generationsIn(folder).includes(generation))
    throw new Error(`${at(folder, generation).path} is not there to switch to`);
  const temporary = join(folder, `${POINTER}.${process.pid}.tmp`);
  const file = openSync(temporary, 'w');
  try {
    writeFileSync(file, `${JSON.stringify({ generation })}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, join(folder, POINTER));
  syncFolder(folder);
}

/** Removes a generation's file and what SQLite keeps beside it. @throws Error where it is the live one */
export function removeGeneration(folder: string, generation: number): void {
  if (currentGeneration(folder)?.generation === generation)
    throw new Error(`generation ${generation} of the views is live`);
  for (const suffix of ['-wal', '-shm', '']) rmSync(at(folder, generation).path + suffix, { force: true });
}

/** Removes the generations before the live one, ascending, and returns them. Newer ones may be under way and stay. */
export function removeOldGenerations(folder: string): number[] {
  const live = currentGeneration(folder)?.generation ?? 0;
  const old = generationsIn(folder).filter((generation) => generation < live);
  for (const generation of old) removeGeneration(folder, generation);
  return old;
}

function generationsIn(folder: string): number[] {
  return readdirSync(folder)
    .map((name) => Number(FILE.exec(name)?.[1] ?? 0))
    .filter((generation) => generation > 0)
    .sort((left, right) => left - right);
}

function at(folder: string, generation: number): Generation {
  return { generation, path: join(folder, `views-${generation}.db`) };
}

function parsePointer(text: string): number | undefined {
  let pointer: unknown;
  try {
    pointer = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof pointer !== 'object' || pointer === null || !('generation' in pointer)) return undefined;
  const { generation } = pointer;
  return typeof generation === 'number' && Number.isSafeInteger(generation) && generation > 0 ? generation : undefined;
}

/** Without it a power cut may undo the rename. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
