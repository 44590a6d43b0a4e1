import {
  chmodSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Random } from '../traceparent.js';

export interface Secret {
  /** From 1. What was made with a version names it, so that a key can be changed without losing what it made before. */
  readonly version: number;
  /** 32 bytes. */
  readonly bytes: Uint8Array;
}

/** Where keys come from: a file by default, a vault in a cluster. */
export interface Secrets {
  /** The newest version. @throws for a name that was not asked for at the start */
  current(name: string): Secret;
  /** That version, or undefined where it was destroyed or never was. */
  version(name: string, version: number): Secret | undefined;
}

/** One sentence that a user can act on; never holds a secret. */
export class SecretsError extends Error {
  override readonly name = 'SecretsError';
}

const SECRET_BYTES = 32;
const HEX = /^[0-9a-f]{64}$/;
type Stored = Record<string, readonly string[]>;

/**
 * Secrets of a file `{"<name>": ["<hex of version 1>", …]}` that only its owner can read. Names missing from it are made
 * from `random` and durable before this returns, so nothing is ever made with a key that a crash could lose.
 * @throws SecretsError where the file is open to others or damaged: a new key in its place would orphan what the old one made
 */
export function openSecretsFile(file: string, names: readonly string[], random: Random): Secrets {
  const stored = readStored(file) ?? {};
  const missing = names.filter((name) => stored[name] === undefined);
  if (missing.length > 0) {
    for (const name of missing) stored[name] = [Buffer.from(random(SECRET_BYTES)).toString('hex')];
    writeStored(file, stored);
  }
  const secrets = new Map(
    Object.entries(stored).map(([name, versions]) => [
      name,
      versions.map((hex, index) => ({ version: index + 1, bytes: new Uint8Array(Buffer.from(hex, 'hex')) })),
    ]),
  );
  return {
    current: (name) => {
      const newest = secrets.get(name)?.at(-1);
      if (newest === undefined) throw new SecretsError(`there is no secret called ${name}`);
      return newest;
    },
    version: (name, version) => secrets.get(name)?.[version - 1],
  };
}

function readStored(file: string): Stored | undefined {
  let text: string;
  try {
    // Windows has no such bits; there the folder's access list is what protects it.
    if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) {
      throw new SecretsError(`${file} can be read by others: run chmod 600 on it`);
    }
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (typeof error === 'object' && error !== null && Reflect.get(error, 'code') === 'ENOENT') return undefined;
    throw error;
  }
  const stored = parseStored(text);
  if (stored === undefined) throw new SecretsError(`${file} is damaged: restore it from a backup`);
  return stored;
}

function parseStored(text: string): Stored | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isStored(parsed) ? { ...parsed } : undefined;
}

function isStored(value: unknown): value is Stored {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every(
    (versions) =>
      Array.isArray(versions) &&
      versions.length > 0 &&
      versions.every((hex) => typeof hex === 'string' && HEX.test(hex)),
  );
}

function writeStored(file: string, stored: Stored): void {
  const draft = `${file}.new`;
  rmSync(draft, { force: true });
  const descriptor = openSync(draft, 'wx', 0o600);
  try {
    writeSync(descriptor, `${JSON.stringify(stored, null, 2)}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  chmodSync(draft, 0o600);
  renameSync(draft, file);
  syncFolder(dirname(file));
}

/** A rename is durable once its folder is; Windows can't open one, and journals it anyway. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
