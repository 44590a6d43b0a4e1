// Programs in Python that are none of ours and that tests compare us with, each in a virtual environment that is kept for the next run.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const INSTALL_MS = 300_000;

export interface PythonPackage {
  /** As PyPI names it. */
  readonly name: string;
  readonly version: string;
}

/**
 * @returns the folder of its programs, `python` among them; undefined, having said why, where there is no Python or no package index
 * @throws Error then, where TALLYSTICK_REQUIRES names `python`
 */
export function openPython({ name, version }: PythonPackage): string | undefined {
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'tallystick', 'python');
  const environment = join(folder, `${name}-${version}`);
  const problem = existsSync(environment) ? undefined : install(folder, environment, `${name}==${version}`);
  if (problem === undefined) return join(environment, 'bin');
  if ((process.env.TALLYSTICK_REQUIRES ?? '').split(',').includes('python'))
    throw new Error(`${name} is needed here: ${problem}`);
  process.stderr.write(`SKIPPED: what ${name} says: ${problem}\n`);
  return undefined;
}

/** Built beside its place and moved there whole, so that two runs don't meet half of it. @returns what went wrong */
function install(folder: string, environment: string, requirement: string): string | undefined {
  mkdirSync(folder, { recursive: true });
  const building = mkdtempSync(`${environment}-`);
  try {
    const problem =
      failureOf('python3', ['-m', 'venv', building]) ??
      failureOf(join(building, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', requirement]);
    if (problem === undefined && !existsSync(environment)) renameSync(building, environment);
    return problem;
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
}

function failureOf(program: string, args: readonly string[]): string | undefined {
  const { error, status, stderr } = spawnSync(program, args, { encoding: 'utf8', timeout: INSTALL_MS });
  if (error !== undefined) return error.message;
  return status === 0 ? undefined : `${program} ${args.join(' ')}: ${stderr.trim()}`;
}
